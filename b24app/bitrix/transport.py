"""HTTP to portals and authorization servers. The only module that imports httpx.

Every request has a time limit, no redirect is followed, and only https is spoken outside of rehearsals.
"""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson

from b24app.kit.errors import PortalUnreachable

Auth = httpx.Auth
Request = httpx.Request
Response = httpx.Response

CONNECT_S: Final = 10.0
ANSWER_S: Final = 65.0
"""The portal works at most 60 s on one request."""
SERVER_S: Final = 20.0
"""An authorization server answers at once or not at all."""
CONNECTIONS: Final = 24
"""To one host: lists and bulk writes use 8 of them, people never wait for one."""
KEPT_HOSTS: Final = 50
IDLE_S: Final = 60.0
LONGEST_ANSWER: Final = 64 * 1024 * 1024
AGENT: Final = f"b24app/{version('b24app')}"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status."""

    status: int
    content: bytes = field(repr=False)
    location: str = ""

    def body(self) -> Any:
        """The parsed body; None when it is no JSON."""
        try:
            return orjson.loads(self.content) if len(self.content) <= LONGEST_ANSWER else None
        except orjson.JSONDecodeError:
            return None


@cache
def _tls() -> ssl.SSLContext:
    """One context for all clients: making one costs as much as 100 clients."""
    return ssl.create_default_context()


@dataclass
class _Host:
    """The client of one host, and who is using it."""

    client: httpx.AsyncClient
    used_at: float = 0.0
    users: int = 0


class Transport:
    """Keeps one small client for each host, closes the ones not used lately."""

    def __init__(self, *, allow_http: bool = False) -> None:
        self._allow_http = allow_http
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    async def post(
        self, url: str, payload: dict[str, Any], *, auth: httpx.Auth | None = None, within_s: float = ANSWER_S
    ) -> Reply:
        """POST JSON. Raises `PortalUnreachable`; never follows a redirect (a POST must stay one)."""
        headers = {"Content-Type": "application/json"}
        return await self._send("POST", url, within_s, auth=auth, content=orjson.dumps(payload), headers=headers)

    async def post_form(self, url: str, form: dict[str, str]) -> Reply:
        """POST a form: keys of applications stay out of access logs."""
        return await self._send("POST", url, SERVER_S, data=form)

    async def get(self, url: str) -> Reply:
        """GET, for helpers of rehearsals; secrets never travel in an address."""
        return await self._send("GET", url, SERVER_S)

    async def _send(self, verb: str, url: str, within_s: float, **how: Any) -> Reply:
        given = {name: value for name, value in how.items() if value is not None}
        async with self._client(url) as client:
            try:
                # httpx limits the silence between two packets; a dripping answer is ended by the outer limit.
                async with asyncio.timeout(within_s + CONNECT_S):
                    response = await client.request(
                        verb, url, timeout=httpx.Timeout(within_s, connect=CONNECT_S), **given
                    )
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise PortalUnreachable(type(error).__name__, sent=False) from None
            except (httpx.HTTPError, TimeoutError) as error:
                raise PortalUnreachable(type(error).__name__, sent=True) from None
        return reply_of(response)

    @asynccontextmanager
    async def _client(self, url: str) -> AsyncIterator[httpx.AsyncClient]:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (self._allow_http and parts.scheme == "http"):
            raise PortalUnreachable("only https portals are served", sent=False)
        host = self._hosts.pop(parts.netloc, None) or _Host(self._new())
        self._hosts[parts.netloc] = host
        host.users += 1
        try:
            yield host.client
        finally:
            host.users -= 1
            host.used_at = asyncio.get_running_loop().time()

    def _new(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=_tls(),
            limits=httpx.Limits(
                max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=IDLE_S / 2
            ),
            headers={"User-Agent": AGENT, "Accept": "application/json"},
            follow_redirects=False,
            trust_env=False,
        )

    async def trim(self) -> None:
        """Close clients nobody used for a minute, and the longest unused beyond the number that is kept."""
        idle_since = asyncio.get_running_loop().time() - IDLE_S
        free = [(name, host) for name, host in self._hosts.items() if not host.users]
        surplus = len(self._hosts) - KEPT_HOSTS
        for place, (name, host) in enumerate(free):
            if place < surplus or host.used_at < idle_since:
                del self._hosts[name]
                await host.client.aclose()

    async def close(self) -> None:
        """Close everything."""
        while self._hosts:
            _, host = self._hosts.popitem()
            await host.client.aclose()


def reply_of(response: httpx.Response) -> Reply:
    """Status and body of an answer."""
    return Reply(response.status_code, response.content, response.headers.get("location", ""))
