"""The doors of installation and events around a real database, with the background work of the inbox."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from b24app import install
from b24app.bitrix.oauth import Keys, OAuthServer
from b24app.bitrix.transport import Transport
from b24app.db.engine import Database
from b24app.db.ingest import Ingest
from b24app.db.portals import Portal
from b24app.db.tables import inbox
from b24app.db.work import Asleep
from b24app.install.handshake import trusted_frame
from b24app.install.oauth import RoundTrips
from b24app.install.routes import router
from b24app.jobs.inbox import InboxDrain
from b24app.ui import Sessions, Static, Templates
from b24app.usecases.appview import AppPages
from b24app.usecases.clients import Clients
from b24app.usecases.deskedit import DeskEdit
from b24app.usecases.desks import DESK_CHANGED, DeskOffice
from b24app.usecases.installing import PROVISION, Installing
from b24app.usecases.intake import RECHECK
from b24app.usecases.ruledesk import RuleDesk
from b24app.usecases.rulehints import RuleHints, RulePages
from b24app.usecases.rules import Rules
from b24app.webhooks.routes import router as webhooks
from fastapi import FastAPI
from sqlalchemy import select
from tests.support.install_portal import CLIENT, InstallPortal
from tests.support.work import StandingClock, make_store

SECRET = "a secret of tests"
SENT = "the application token"


@dataclass
class Settings:
    """What the installation reads of them."""

    public_url: str = "https://desk.example.ru"
    pull_events: bool = False


class Service:
    """The part of the composition root these doors need."""

    def __init__(self, database: Database, oauth_url: str) -> None:
        self.settings = Settings()
        self.clock = StandingClock()
        self.rules = Rules(timedelta(minutes=5))
        self.store = make_store(database, self.clock)
        self.store.bind_desk = self.rules.bind
        self.transport = Transport(allow_http=True)
        self.oauth = OAuthServer(self.transport, oauth_url, self.clock)
        self.keys = Keys(CLIENT, "secret")
        self.clients = Clients(self.store, self.transport, self.oauth, self.keys, rate=1000, burst=1000)
        self.desks = DeskOffice(self.store, self.rules, self.clock)
        self.ingest = Ingest(database, Asleep())
        self.installing = Installing(self)
        self.desk: Any = None

    def desk_of_new_portal(self) -> Any:
        return self.desk


@dataclass
class Doors:
    """The doors, a client for them, and the work behind them."""

    service: Service
    client: httpx.AsyncClient
    app: FastAPI
    sent: list[httpx.Request] = field(default_factory=list)

    async def works(self) -> None:
        """Everything that waits in the inbox is handled."""
        installing, desks = self.service.installing, self.service.desks
        handlers = {PROVISION: installing.provision, RECHECK: installing.recheck, DESK_CHANGED: desks.desk_changed}
        drain = InboxDrain(self.service.store, handlers, owner="test")
        while claims := await drain.claim(10):
            for claim in claims:
                await drain.work(claim)

    async def portals(self) -> list[Portal]:
        async with self.service.store.read() as reading:
            return await reading.portals.all()

    async def rows(self, kind: str = "") -> list[Any]:
        """Rows of the inbox."""
        async with self.service.store.read() as reading:
            query = select(inbox).order_by(inbox.c.id)
            return list(await reading.session.execute(query.where(inbox.c.kind == kind) if kind else query))


@contextlib.asynccontextmanager
async def open_doors(database: Database, oauth_url: str) -> AsyncIterator[Doors]:
    """The application of these doors; `client` speaks to it."""
    service = Service(database, oauth_url)
    app, static = FastAPI(), Static()
    app.state.installing, app.state.trust = service.installing, service.installing.trust
    app.state.refusals, app.state.trusted_frame = service.installing.trust.refusals, trusted_frame
    app.state.desk_edit = DeskEdit(service.store, service.clients, service.desks, service.clock)
    rule_hints = RuleHints(service.store, service.clients, service.clock)
    app.state.rule_pages = RulePages(RuleDesk(service.store, app.state.desk_edit), rule_hints)
    app.state.app_pages = AppPages(service.store, service.clients, service.desks, service.rules, service.clock)
    app.state.round_trips = RoundTrips(SECRET, service.oauth)
    app.state.keys, app.state.sessions, app.state.clock = service.keys, Sessions(SECRET), service.clock
    app.state.templates = Templates(static, {"install": install.TEMPLATES})
    app.state.ingest = service.ingest
    for one in (router, webhooks, static.router()):
        app.include_router(one)
    running = asyncio.create_task(service.ingest.run())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="https://desk.example.ru") as client:
            yield Doors(service, client, app)
    finally:
        running.cancel()
        await asyncio.wait([running])
        await service.transport.close()


def frame_form(portal: InstallPortal, who: str = "admin", **changed: str) -> dict[str, str]:
    """The form a frame is opened with."""
    form = {
        "AUTH_ID": who,
        "AUTH_EXPIRES": "3600",
        "REFRESH_ID": f"refresh of {who}",
        "SERVER_ENDPOINT": f"{portal.origin}/rest/",
        "APPLICATION_TOKEN": SENT,
        "member_id": portal.member_id,
        "PLACEMENT": "DEFAULT",
    }
    return {name: value for name, value in (form | changed).items() if value}


def place(portal: InstallPortal, page: str = "install", domain: str = "") -> str:
    """The address of a page as the portal opens it."""
    return f"/bitrix/{page}?DOMAIN={domain or portal.domain}&PROTOCOL=0&LANG=ru&APP_SID=a90b"


def event_form(portal: InstallPortal, event: str, secret: str = SENT, **fields: str) -> dict[str, str]:
    """The form an event is delivered with."""
    form = {
        "event": event,
        "ts": "1790000000",
        "auth[member_id]": portal.member_id,
        "auth[domain]": portal.domain,
        "auth[server_endpoint]": f"{portal.origin}/rest/",
        "auth[application_token]": secret,
    }
    return {name: value for name, value in (form | fields).items() if value}


__all__ = ["Doors", "Service", "event_form", "frame_form", "open_doors", "place"]
