"""The authorization-code round trip: the repair path when a portal's stored access is gone.

It is also the way in for an application without pages whose only ONAPPINSTALL was lost: `b24app portal add` gave its keys.
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

    def __init__(self, secret: str, oauth: OAuthServer, *, allow_http: bool = False) -> None:
        self._states = URLSafeTimedSerializer(secret, salt="b24app oauth state")
        self._oauth, self._allow_http = oauth, allow_http

    def address(self, portal: Portal) -> str:
        """Where an administrator of this portal confirms the access once more."""
        parts = urlsplit(portal.client_endpoint)
        return self._address(f"{parts.scheme}://{parts.netloc}", portal.application_id, {"member": portal.member_id})

    def first_address(self, domain: str, keys: Keys) -> str:
        """Where an administrator of a portal we only know the keys of gives us its first access."""
        is_here = self._allow_http and domain.partition(":")[0] in {"localhost", "127.0.0.1"}
        return self._address(f"{'http' if is_here else 'https'}://{domain}", keys.client_id, {"domain": domain})

    def _address(self, origin: str, client_id: str, state: dict[str, str]) -> str:
        query = urlencode({"client_id": client_id, "state": str(self._states.dumps(state))})
        return f"{origin}/oauth/authorize/?{query}"

    def started_for(self, state: str) -> tuple[str, str]:
        """Member id and domain, one of them empty, the trip was started for; `Forgery` for a state not ours or too old."""
        try:
            found = self._states.loads(state, max_age=LIFE_S)
        except BadSignature:
            raise Forgery("a state that is not ours") from None
        return str(found.get("member", "")), str(found.get("domain", ""))

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

    async def first(self, domain: str, keys: Keys, code: str, server: str) -> Ticketed:
        """As `finish`, of a portal that is not stored yet. `server` is the host the portal named; an unknown one is refused."""
        endpoint = f"{self._oauth.root(f'https://{server}/rest/' if server else '')}/rest/"
        grant = await self._oauth.exchange(keys, code, endpoint)
        return Ticketed(
            access=grant.access_token,
            refresh=grant.refresh_token,
            member_id=grant.member_id,
            domain=domain,
            server_endpoint=endpoint,
            application_token="",
        )
