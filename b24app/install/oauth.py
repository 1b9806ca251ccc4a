"""The authorization-code round trip: the repair path when a portal's stored access is gone.

Source: platform.md 2.2. The state is signed, so that a code brought by a stranger's link is not taken up.
"""

from typing import Final
from urllib.parse import urlencode, urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer

from b24app.bitrix.oauth import Grant, Keys, OAuthServer
from b24app.db.portals import Portal
from b24app.kit.errors import Forgery
from b24app.usecases.trust import Ticketed

LIFE_S: Final = 900


class RoundTrips:
    """Starts and ends round trips."""

    def __init__(self, secret: str, oauth: OAuthServer) -> None:
        self._states = URLSafeTimedSerializer(secret, salt="b24app oauth state")
        self._oauth = oauth

    def address(self, portal: Portal) -> str:
        """Where an administrator of this portal confirms the access once more."""
        parts = urlsplit(portal.client_endpoint)
        state = str(self._states.dumps(portal.member_id))
        query = urlencode({"client_id": portal.application_id, "state": state})
        return f"{parts.scheme}://{parts.netloc}/oauth/authorize/?{query}"

    def member_of(self, state: str) -> str:
        """The portal the round trip was started for; `Forgery` for a state that is not ours or too old."""
        try:
            return str(self._states.loads(state, max_age=LIFE_S))
        except BadSignature:
            raise Forgery("a state that is not ours") from None

    async def finish(self, portal: Portal, keys: Keys, code: str) -> Ticketed:
        """The tokens for a code, as a claim that is verified like any other."""
        grant: Grant = await self._oauth.exchange(keys, code, portal.server_endpoint)
        return Ticketed(
            access=grant.access_token,
            refresh=grant.refresh_token,
            member_id=portal.member_id,
            domain="",
            server_endpoint=portal.server_endpoint,
            application_token="",
        )
