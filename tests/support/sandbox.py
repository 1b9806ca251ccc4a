"""A sandbox portal for tests: a real HTTP server of this process on a free port.

async with start_sandbox() as box:
answer = await box.call("user.current")          # as the administrator's webhook
answer = await box.call("event.get", token=box.token())
await box.control("POST", "clock", {"advance_s": 300})
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from b24app.sandbox.app import make_portal
from b24app.sandbox.cli import describe, first_credentials, listen, origins, serving
from b24app.sandbox.kernel.events import Events
from b24app.sandbox.kernel.portal import Portal


@dataclass
class Sandbox:
    """A running portal and a client for it."""

    portal: Portal
    client: httpx.AsyncClient
    about: dict[str, Any]  # what `b24app sandbox --json` prints
    webhooks: dict[int, str] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """The portal's origin, `http://localhost:PORT`."""
        return str(self.about["base_url"])

    @property
    def oauth_url(self) -> str:
        """The root of the authorization server."""
        return str(self.about["oauth_url"])

    def token(self, user_id: int = 1) -> str:
        """An access token of the installed application for this user."""
        return str(next(user["access_token"] for user in self.about["users"] if user["id"] == user_id))

    async def raw(self, method: str, params: dict[str, Any] | None = None, token: str = "") -> httpx.Response:
        """Call a method by webhook of the administrator, or by token."""
        if token:
            return await self.client.post(f"{self.base_url}/rest/{method}", json={**(params or {}), "auth": token})
        return await self.client.post(f"{self.about['webhook_url']}{method}", json=params or {})

    async def body(self, method: str, params: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
        """The JSON body of the answer, error or not."""
        answer = await self.raw(method, params, token)
        return dict(answer.json())

    async def call(self, method: str, params: dict[str, Any] | None = None, token: str = "") -> Any:
        """The `result` of a call that must succeed."""
        body = await self.body(method, params, token)
        if "error" in body:
            raise AssertionError(f"{method}: {body}")
        return body["result"]

    async def control(self, verb: str, path: str, data: dict[str, Any] | None = None) -> Any:
        """The JSON answer of the control API."""
        answer = await self.client.request(verb, f"{self.about['control_url']}{path}", json=data)
        if answer.is_error:
            raise AssertionError(f"{verb} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    async def delivered(self, timeout_s: float = 5.0) -> None:
        """Wait until every event raised so far has been sent."""
        events = self.portal.outgoing
        if not isinstance(events, Events):
            raise TypeError("no delivery")
        await asyncio.wait_for(events.idle(), timeout_s)


@contextlib.asynccontextmanager
async def start_sandbox(
    *, state: Path | None = None, now: datetime | None = None, speed: float = 1.0, demo: bool = False
) -> AsyncIterator[Sandbox]:
    """A portal on a free port for the time of the block, with one installed application."""
    listeners = listen("127.0.0.1", 0)
    origin, oauth = origins("127.0.0.1", listeners[0].getsockname()[1])
    portal = make_portal(origin=origin, oauth_origin=oauth, state=state, now=now, speed=speed, demo=demo)
    about = describe(portal, first_credentials(portal))
    async with serving(portal, listeners), httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield Sandbox(portal, client, about)
