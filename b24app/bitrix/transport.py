"""HTTP to portals and authorization servers. The only module that imports httpx."""

import ssl
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from b24app.kit.errors import PortalUnreachable

Auth = httpx.Auth
Request = httpx.Request
Response = httpx.Response

TIMEOUT: Final = httpx.Timeout(65.0, connect=10.0, pool=60.0)
"""The portal works at most 60 s on one request."""
CONNECTIONS: Final = 8
KEPT_HOSTS: Final = 50
LONGEST_ANSWER: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status; `body` is None when it is no JSON."""

    status: int
    body: Any
    location: str = ""


@cache
def _tls() -> ssl.SSLContext:
    """One context for all clients: making one costs as much as 100 clients."""
    return ssl.create_default_context()


class Transport:
    """Keeps one small client for each host, closes the ones not used lately."""

    def __init__(self, *, allow_http: bool = False) -> None:
        self._allow_http = allow_http
        self._clients: OrderedDict[str, httpx.AsyncClient] = OrderedDict()

    async def post(self, url: str, payload: dict[str, Any], *, auth: httpx.Auth | None = None) -> Reply:
        """POST JSON. Raises `PortalUnreachable`; never follows a redirect (a POST must stay one)."""
        return await self._send(url, auth=auth, json=payload)

    async def post_form(self, url: str, form: dict[str, str]) -> Reply:
        """POST a form: keys of applications stay out of access logs."""
        return await self._send(url, data=form)

    async def get(self, url: str) -> Reply:
        """GET, for helpers of rehearsals; secrets never travel in an address."""
        return await self._send(url, verb="GET")

    async def _send(self, url: str, *, verb: str = "POST", **how: Any) -> Reply:
        client = self._client(url)
        try:
            given = {name: value for name, value in how.items() if value is not None}
            response = await client.request(verb, url, **given)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise PortalUnreachable(type(error).__name__, sent=False) from None
        except httpx.HTTPError as error:
            raise PortalUnreachable(type(error).__name__, sent=True) from None
        return reply_of(response)

    def _client(self, url: str) -> httpx.AsyncClient:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (self._allow_http and parts.scheme == "http"):
            raise PortalUnreachable("only https portals are served", sent=False)
        client = self._clients.pop(parts.netloc, None) or self._new()
        self._clients[parts.netloc] = client
        return client

    def _new(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=_tls(),
            timeout=TIMEOUT,
            limits=httpx.Limits(
                max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=60
            ),
            headers={"User-Agent": f"b24app/{version('b24app')}", "Accept": "application/json"},
            follow_redirects=False,
            trust_env=False,
        )

    async def trim(self) -> None:
        """Close clients beyond the number that is kept, the longest unused first."""
        while len(self._clients) > KEPT_HOSTS:
            _, client = self._clients.popitem(last=False)
            await client.aclose()

    async def close(self) -> None:
        """Close everything."""
        while self._clients:
            _, client = self._clients.popitem()
            await client.aclose()


def reply_of(response: httpx.Response) -> Reply:
    """Status and parsed body of an answer."""
    try:
        body = response.json() if len(response.content) <= LONGEST_ANSWER else None
    except ValueError:
        body = None
    return Reply(response.status_code, body, response.headers.get("location", ""))
