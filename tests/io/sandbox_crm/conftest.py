"""A fresh portal, asked over HTTP by an incoming webhook of its administrator."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from b24app.sandbox.app import make_app, make_portal
from b24app.sandbox.kernel.portal import Occurrence, Portal
from b24app.sandbox.kernel.store import Row

START = datetime(2026, 2, 20, 7, 0, tzinfo=UTC)  # 10:00 in the portal's zone
SECRET = "0123456789abcdef"
TOKEN = "at0123456789"
APP = 1


class Heard:
    """What the portal raised, instead of its queue of events."""

    def __init__(self) -> None:
        self.happened: list[Occurrence] = []

    def give(self, happened: Occurrence) -> None:
        """Keep an event."""
        self.happened.append(happened)

    def post(self, app: Row, url: str, body: Row, label: str, *, skip: str = "") -> None:
        """Nobody is called."""


class Box:
    """The portal as an integration sees it, and its insides where nothing else shows a fact."""

    def __init__(self, portal: Portal, http: httpx.AsyncClient, heard: Heard) -> None:
        self.portal, self.http, self._heard = portal, http, heard

    async def ask(self, method: str, /, *, app: bool = False, **params: Any) -> Row:
        """The whole body of an answer."""
        if app:
            answer = await self.http.post(f"/rest/{method}", json={**params, "auth": TOKEN})
        else:
            answer = await self.http.post(f"/rest/1/{SECRET}/{method}", json=params)
        return {**answer.json(), "status": answer.status_code}

    async def __call__(self, method: str, /, *, app: bool = False, **params: Any) -> Any:
        """The result of a call that must succeed."""
        body = await self.ask(method, app=app, **params)
        assert "error" not in body, body
        return body["result"]

    async def refused(self, method: str, /, *, app: bool = False, **params: Any) -> tuple[str, str]:
        """Code and text of a call that must be refused."""
        body = await self.ask(method, app=app, **params)
        assert "error" in body, body
        return body["error"], body["error_description"]

    async def item(self, kind: int, **fields: Any) -> Row:
        """A new element of a kind."""
        made = await self("crm.item.add", entityTypeId=kind, fields=fields)
        return dict(made["item"])

    async def change(self, kind: int, number: int, **fields: Any) -> Row:
        """An element after a change."""
        changed = await self("crm.item.update", entityTypeId=kind, id=number, fields=fields)
        return dict(changed["item"])

    def heard(self, *names: str) -> list[tuple[str, Any]]:
        """Names and FIELDS of the events since the last look; only these names when some are given."""
        happened, self._heard.happened = self._heard.happened, []
        return [(one.name, one.data["FIELDS"]) for one in happened if not names or one.name in names]

    async def page(self, path: str, **form: Any) -> httpx.Response:
        """A page of the portal as its administrator sees it; with fields its form is sent."""
        return await (self.http.post(path, json=form) if form else self.http.get(path))

    def raised(self) -> list[Occurrence]:
        """The events themselves, for those without FIELDS or for one application."""
        happened, self._heard.happened = self._heard.happened, []
        return happened

    def told(self) -> str:
        """Everything the portal told."""
        return "\n".join(row["text"] for row in self.portal.tells)

    def later(self, seconds: float) -> None:
        """Move the portal's clock."""
        self.portal.clock.advance(seconds)


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    """A portal whose clock stands still at 10:00."""
    portal = make_portal(origin="http://portal.test", oauth_origin="http://portal.test", now=START, speed=0)
    heard = Heard()
    portal.outgoing = heard
    hook = {"USER_ID": 1, "ACTIVE": True, "SCOPES": ["*"], "UNLIMITED": True}
    portal.table("webhook").put(SECRET, hook)
    portal.apps.add({"CLIENT_ID": "local.1", "SCOPES": ["*"], "STATUS": "L", "INSTALLED": True, "UNLIMITED": True})
    portal.table("token").put(
        TOKEN, {"APP_ID": APP, "USER_ID": 1, "EXPIRES": 4_000_000_000, "LIFE": 3600, "ACCESS": TOKEN}
    )
    transport = httpx.ASGITransport(make_app(portal))
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as http:
        yield Box(portal, http, heard)
    portal.store.close()


@pytest.fixture
def fields_of() -> Callable[[Row], set[str]]:
    """Names of an element's fields that have a value."""
    return lambda row: {name for name, value in row.items() if value not in (None, "", [], "N", 0)}
