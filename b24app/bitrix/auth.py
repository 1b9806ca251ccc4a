"""Tokens of one portal: put into the body, refreshed once for everybody, stored before they are used."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Final, Protocol

from b24app.bitrix.oauth import Grant, Keys, OAuthServer
from b24app.bitrix.transport import Auth, Request, Response, reply_of
from b24app.kit.errors import AccessLost

EXPIRED: Final = frozenset({"expired_token", "invalid_token"})


class TokenStore(Protocol):
    """Where the pair of the installer lives."""

    async def load(self) -> tuple[Keys, Grant]:
        """The present pair and the application's keys. `AccessLost` when there is none."""
        ...

    async def save(self, grant: Grant) -> None:
        """Make a new pair durable; returns when it is."""
        ...


class TokenAuth(Auth):
    """One flow: send with the token, on `expired_token` refresh (single flight) and repeat once.

    A refresh token is spent by its use: two refreshes with one token lose the access for good. So everybody waits for
    one refresh, the new pair is stored before its first use, and the lock is released on failure too.
    """

    requires_response_body = True

    def __init__(self, store: TokenStore, oauth: OAuthServer) -> None:
        self._store, self._oauth = store, oauth
        self._grant: Grant | None = None
        self._keys = Keys("", "")
        self._lock = asyncio.Lock()

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        """Httpx drives this generator: yields what to send, gets the answer."""
        grant = await self.grant()
        response = yield _signed(request, grant.access_token)
        if _is_expired(response):
            fresh = await self._refreshed(grant)
            yield _signed(request, fresh.access_token)

    async def grant(self) -> Grant:
        """The present pair."""
        if self._grant is None:
            async with self._lock:
                if self._grant is None:
                    self._keys, self._grant = await self._store.load()
        return self._grant

    def forget(self) -> None:
        """Somebody else stored a new pair (an administrator opened the application): read it again."""
        self._grant = None

    async def _refreshed(self, spent: Grant) -> Grant:
        async with self._lock:
            self._keys, stored = await self._store.load()
            if stored.access_token != spent.access_token:  # another process or request was first
                self._grant = stored
                return stored
            if not stored.refresh_token:
                raise AccessLost("no_refresh_token", "an administrator has to open the application")
            fresh = await self._oauth.refresh(self._keys, stored.refresh_token, stored.server_endpoint)
            await self._store.save(fresh)
            self._grant = fresh
            return fresh


def _signed(request: Request, token: str) -> Request:
    body = json.loads(request.content or b"{}")
    body["auth"] = token
    headers = {key: value for key, value in request.headers.items() if key.lower() != "content-length"}
    return Request(
        request.method, request.url, headers=headers, content=json.dumps(body).encode(), extensions=request.extensions
    )


def _is_expired(response: Response) -> bool:
    if response.status_code != 401:  # noqa: PLR2004 - HTTP status
        return False
    body = reply_of(response).body
    return isinstance(body, dict) and str(body.get("error", "")).lower() in EXPIRED
