"""The session of a frame: a signed token in the page, sent back in a header. Cookies do not come back inside a foreign frame."""

from dataclasses import asdict, dataclass
from typing import Annotated, Final

from fastapi import Depends, Header, HTTPException, Request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from b24app.kit.ids import PortalId, UserId

LIFE_S: Final = 3600
"""Of real time, whatever the domain clock shows."""
HEADER: Final = "X-App-Session"


@dataclass(frozen=True, slots=True)
class FrameSession:
    """Who looks at what, as verified when the frame was opened."""

    portal: PortalId
    member_id: str
    user: UserId
    is_admin: bool
    placement: str
    entity: str
    """The ticket id of the card, empty on pages without one."""
    language: str


class Sessions:
    """Signs and reads sessions."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="b24app frame session")

    def issue(self, session: FrameSession) -> str:
        """The token for the page."""
        return str(self._serializer.dumps(asdict(session)))

    def read(self, token: str) -> FrameSession | None:
        """The session; None for a token that is forged, damaged, older than an hour or of another release."""
        try:
            return FrameSession(**self._serializer.loads(token, max_age=LIFE_S))
        except (BadSignature, TypeError):
            return None


async def frame_session(request: Request, x_app_session: Annotated[str, Header()] = "") -> FrameSession:
    """The session of a fragment's request. The page answers 401 by renewing the session and asking once more."""
    sessions: Sessions = request.app.state.sessions
    session = sessions.read(x_app_session)
    if session is None:
        raise HTTPException(401, "session expired")
    return session


InFrame = Annotated[FrameSession, Depends(frame_session)]
