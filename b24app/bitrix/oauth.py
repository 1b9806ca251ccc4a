"""The authorization server: whose token is this, exchange of a code, refresh of a pair.

The caller of our pages chooses every field it sends; only the public servers and the configured one are ever asked.
Source: platform.md 2.1–2.5, contracts.md (Trust).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from b24app.bitrix.transport import Reply, Transport
from b24app.kit.clock import Clock
from b24app.kit.errors import AccessLost, Forgery, PortalBusy, PortalRefused

PUBLIC_HOSTS: Final = frozenset({"oauth.bitrix24.tech", "oauth.bitrix.info"})
MEANING: Final = {
    "invalid_grant": "the refresh token is spent or older than 180 days: an administrator has to open the application",
    "invalid_client": "client_secret is wrong, or the application is not installed: check the application's keys",
    "wrong_client": "client_id is unknown: check the application's keys",
    "invalid_request": "the authorization server did not understand the request",
    "insufficient_scope": "the application asks for rights its form does not have",
    "invalid_scope": "the application asks for rights its form does not have",
    "payment_required": "the portal's subscription to applications is over",
    "not_installed": "the application is not installed on the portal any more",
}
"""Errors of the authorization server in words for who has to act."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of a local application; valid for one portal."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """A pair of tokens of one user on one portal."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    member_id: str
    user: int
    client_endpoint: str = ""
    server_endpoint: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the authorization server says about an access token: the only trusted word on a portal."""

    client_id: str
    user: int
    member_id: str
    domain: str
    client_endpoint: str
    scope: str
    status: str


class OAuthServer:
    """One authorization server of the known ones."""

    def __init__(self, transport: Transport, oauth_url: str, clock: Clock) -> None:
        self._transport, self._clock = transport, clock
        self._root = oauth_url.rstrip("/")
        self._hosts = PUBLIC_HOSTS | {urlsplit(oauth_url).netloc.lower()}

    def root(self, server_endpoint: str = "") -> str:
        """The server's root for a delivered endpoint; ours where none is given. `Forgery` for an unknown host."""
        if not server_endpoint:
            return self._root
        parts = urlsplit(server_endpoint)
        if parts.netloc.lower() not in self._hosts or "@" in parts.netloc:
            raise Forgery("an unknown authorization server is named")
        if parts.netloc.lower() == urlsplit(self._root).netloc.lower():
            return self._root
        return f"https://{parts.netloc.lower()}"

    async def identify(self, access_token: str, server_endpoint: str = "") -> Identity:
        """Whose token it is. `Forgery` when the server does not know it."""
        reply = await self._transport.post_form(f"{self.root(server_endpoint)}/rest/app.info", {"auth": access_token})
        body = _body(reply)
        if "error" in body or "result" not in body:
            raise Forgery(f"the token was not recognised: {body.get('error', reply.status)}")
        found, install = body["result"], body["result"].get("install") or {}
        return Identity(
            client_id=str(found.get("client_id", "")),
            user=int(found.get("user_id") or 0),
            member_id=str(install.get("member_id", "")),
            domain=str(install.get("domain", "")),
            client_endpoint=str(install.get("client_endpoint", "")),
            scope=str(found.get("scope") or install.get("scope") or ""),
            status=str(install.get("status", "")),
        )

    async def refresh(self, keys: Keys, refresh_token: str, server_endpoint: str = "") -> Grant:
        """A new pair for a refresh token, which is spent by this."""
        return await self._token(keys, server_endpoint, grant_type="refresh_token", refresh_token=refresh_token)

    async def exchange(self, keys: Keys, code: str, server_endpoint: str = "") -> Grant:
        """A pair for the code of the authorization page (lives 30 seconds)."""
        return await self._token(keys, server_endpoint, grant_type="authorization_code", code=code)

    async def _token(self, keys: Keys, server_endpoint: str, **form: str) -> Grant:
        url = f"{self.root(server_endpoint)}/oauth/token/"
        form |= {"client_id": keys.client_id, "client_secret": keys.client_secret}
        body = _body(await self._transport.post_form(url, form))
        if "error" in body or "access_token" not in body:
            raise _lost(body)
        return self._grant(body)

    def _grant(self, body: dict[str, Any]) -> Grant:
        lifetime = timedelta(seconds=int(body.get("expires_in") or 3600))
        return Grant(
            access_token=str(body["access_token"]),
            refresh_token=str(body.get("refresh_token", "")),
            expires_at=self._clock.now() + lifetime,
            member_id=str(body.get("member_id", "")),
            user=int(body.get("user_id") or 0),
            client_endpoint=str(body.get("client_endpoint", "")),
            server_endpoint=str(body.get("server_endpoint", "")),
            scope=str(body.get("scope", "")),
        )


def _lost(body: dict[str, Any]) -> AccessLost:
    code = str(body.get("error") or "no_access_token")
    return AccessLost(code, MEANING.get(code.lower()) or str(body.get("error_description", "")))


def _body(reply: Reply) -> dict[str, Any]:
    """An error of the server comes with 200 or 4xx; the key `error` decides."""
    if reply.status >= 500 or reply.status == 429:  # noqa: PLR2004 - HTTP statuses
        raise PortalBusy(f"HTTP {reply.status}")
    body = reply.body()
    if not isinstance(body, dict):
        raise PortalRefused("", "the authorization server answered with something else", status=reply.status)
    return body
