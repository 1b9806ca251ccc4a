"""Tokens of one portal: put into the body, refreshed once for everybody, stored before they are used.

Source: platform.md 2.4–2.6.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Final, Protocol

import orjson

from b24app.bitrix.oauth import Grant, Keys, OAuthServer
from b24app.bitrix.transport import Auth, Request, Response, reply_of
from b24app.kit.errors import AccessLost, PortalBusy, PortalUnreachable

EXPIRED: Final = frozenset({"expired_token", "invalid_token"})
REFRESHES: Final = 3
PAUSE_S: Final = 0.5
_UNAUTHORIZED: Final = 401


class TokenStore(Protocol):
    """Where the pair of the installer lives."""

    async def load(self) -> tuple[Keys, Grant]:
        """The present pair and the application's keys. `AccessLost` when there is none."""
        ...

    async def save(self, grant: Grant) -> None:
        """Make a new pair durable; returns when it is."""
        ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Inside the block no other process refreshes this pair, where the store can promise it."""
        ...


class TokenAuth(Auth):
    """One flow: send with the token, on `expired_token` refresh (single flight) and repeat once.

    A refresh token is spent by its use: two refreshes with one token lose the access for good. So everybody waits for
    one refresh, the new pair is stored before its first use, and the lock is released on failure too. A refresh token
    the server refused is not tried again: the vendor blocks applications that hammer at the door.
    """

    def __init__(self, store: TokenStore, oauth: OAuthServer) -> None:
        self._store, self._oauth = store, oauth
        self._grant: Grant | None = None
        self._refused: tuple[Keys, str, AccessLost] | None = None
        self._lock = asyncio.Lock()

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        """Httpx drives this generator: yields what to send, gets the answer."""
        grant = await self.grant()
        response = yield _signed(request, grant.access_token)
        if await _is_expired(response):
            fresh = await self.renew(grant)
            yield _signed(request, fresh.access_token)

    async def grant(self) -> Grant:
        """The present pair."""
        if self._grant is None:
            async with self._lock:
                if self._grant is None:
                    _, self._grant = await self._store.load()
        return self._grant

    def forget(self) -> None:
        """Somebody else stored a new pair (an administrator opened the application): read it again."""
        self._grant = None

    async def renew(self, spent: Grant) -> Grant:
        """The pair after this one, whoever got it. Errors are unsent ones: the call they stopped was refused, not done."""
        async with self._lock:
            if self._grant is not None and self._grant.access_token != spent.access_token:
                return self._grant
            async with self._store.alone():
                self._grant = await self._next(spent)
            return self._grant

    async def _next(self, spent: Grant) -> Grant:
        keys, stored = await self._store.load()
        if stored.access_token != spent.access_token:  # another process was first, or an administrator
            return stored
        if not stored.refresh_token:
            raise AccessLost("no_refresh_token", "an administrator has to open the application")
        if self._refused is not None and self._refused[:2] == (keys, stored.refresh_token):
            raise AccessLost(self._refused[2].code, self._refused[2].description)
        try:
            told = await self._refreshed(keys, stored)
        except AccessLost as lost:
            return await self._after_refusal(keys, stored, lost)
        # Whose pair it is we know better than the answer: `domain` in it is the authorization server's.
        fresh = replace(told, member_id=stored.member_id, server_endpoint=stored.server_endpoint)
        await self._store.save(fresh)
        return fresh

    async def _refreshed(self, keys: Keys, stored: Grant) -> Grant:
        """A lost answer may have spent the token; asking again is the only way to find out."""
        for attempt in range(1, REFRESHES + 1):
            try:
                return await self._oauth.refresh(keys, stored.refresh_token, stored.server_endpoint)
            except PortalUnreachable as gone:
                if attempt == REFRESHES:
                    raise PortalUnreachable(f"authorization server: {gone}", sent=False) from gone
            except PortalBusy as busy:
                if attempt == REFRESHES:
                    raise PortalBusy(f"authorization server: {busy.code}") from busy
            await asyncio.sleep(PAUSE_S * attempt)
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    async def _after_refusal(self, keys: Keys, stored: Grant, lost: AccessLost) -> Grant:
        """Perhaps another process spent the token a moment ago and is about to store the next pair."""
        for _ in range(REFRESHES):
            _, again = await self._store.load()
            if again.refresh_token != stored.refresh_token:
                return again
            await asyncio.sleep(PAUSE_S / 2)
        self._refused = (keys, stored.refresh_token, lost)
        raise lost


def _signed(request: Request, token: str) -> Request:
    """The token as the first parameter of the JSON body. Nothing is parsed: a batch may be large."""
    rest = request.content.lstrip()[1:]
    head = b'{"auth":' + orjson.dumps(token)
    body = head + (b"}" if rest.lstrip() == b"}" else b"," + rest)
    headers = {key: value for key, value in request.headers.items() if key.lower() != "content-length"}
    return Request(request.method, request.url, headers=headers, content=body, extensions=request.extensions)


async def _is_expired(response: Response) -> bool:
    if response.status_code != _UNAUTHORIZED:
        return False
    await response.aread()
    body = reply_of(response).body()
    return isinstance(body, dict) and str(body.get("error", "")).lower() in EXPIRED
