"""The deal tab on a real database: FastAPI, SQLite, tickets made by commands. A frame is trusted by a fake of one line.

By hand: `python -m tests.support.ui_app` prints an address whose page opens the tab of one ticket.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from b24app import cardtab
from b24app.cardtab.routes import router
from b24app.db.engine import Database, make_engine, open_database
from b24app.db.migrate import upgrade
from b24app.db.portals import Portal
from b24app.db.work import Reading, Store
from b24app.desk.builtin import built_in_desk
from b24app.desk.model import Desk
from b24app.kit.errors import Forgery, PortalUnreachable
from b24app.kit.ids import PortalId, TicketId
from b24app.tickets.model import Assign, Command, Facts, Observed
from b24app.ui import Sessions, Static, Templates
from b24app.usecases.apply import apply
from b24app.usecases.card import Cards
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from tests.story import DISPATCHER, IVANOV, MORNING, TICKET, Story, desk
from tests.support.work import StandingClock, install, make_store

FORM: Final = """<!doctype html><title>Портал</title><form method="post" action="/bitrix/placement/deal?LANG={language}">
<input name="ID" value="{number}"><input name="USER" value="{user}"><button>Открыть</button></form>"""


@dataclass(frozen=True, slots=True)
class OpenedFrame:
    """What the handshake would have verified."""

    portal: Portal
    user: int
    is_admin: bool = False
    language: str = "ru"
    placement: str = "CRM_DEAL_DETAIL_TAB"
    options: dict[str, Any] = field(default_factory=dict)


class NoPortal:
    """Clients of a portal that does not answer."""

    async def of(self, portal: PortalId, /) -> Any:
        del portal
        raise PortalUnreachable("connection refused", sent=False)


class Office:
    """The tab of one portal: its application, its store, and commands on its tickets."""

    def __init__(self, store: Store, clock: StandingClock, portal: Portal, clients: Any = None) -> None:
        self.store, self.clock, self.portal = store, clock, portal
        self.desk = desk()
        self.store.bind_desk = self._bind
        self._number = 0
        self.app = self._made(clients or NoPortal())

    async def _bind(self, reading: Reading) -> Desk:
        del reading
        return self.desk

    def _made(self, clients: Any) -> FastAPI:
        app, static = FastAPI(), Static()
        app.state.cards = Cards(self.store, clients, self.clock)
        app.state.sessions = Sessions("a secret of tests")
        app.state.templates = Templates(static, {"cardtab": cardtab.TEMPLATES})
        app.state.clock = self.clock
        app.state.trusted_frame = self._trust
        app.include_router(router)
        app.include_router(static.router())

        @app.get("/open")
        async def form(number: str = "7405", user: int = DISPATCHER, language: str = "ru") -> HTMLResponse:
            return HTMLResponse(FORM.format(number=number, user=user, language=language))

        return app

    async def _trust(self, request: Request) -> OpenedFrame:
        async with request.form() as form:
            if "USER" not in form:
                raise Forgery("no token")
            user, number = int(str(form["USER"])), str(form["ID"])
        language = request.query_params.get("LANG", "ru")
        return OpenedFrame(self.portal, user, language=language, options={"ID": number})

    async def does(self, command: Command) -> None:
        """One command, committed."""
        self._number += 1
        async with self.store.work(self.portal.id, cause=f"test:{self._number}") as work:
            await apply(command, work=work, desk=self.desk, now=self.clock.now())
            await work.commit()

    async def ticket_arrives(self, ticket: TicketId = TICKET, **facts: object) -> None:
        """A new deal was read."""
        known: Facts = replace(Story().facts, **facts)  # type: ignore[arg-type] # names are the story's
        await self.does(Observed(ticket, known))

    async def works(self) -> None:
        """A ticket came, was assigned four minutes later and has been worked on for 38 minutes."""
        await self.ticket_arrives()
        self.clock.passes(minutes=4)
        await self.does(Assign(TICKET, IVANOV, DISPATCHER))
        self.clock.passes(minutes=38)


async def publish(store: Store, portal: PortalId) -> None:
    """A desk is there; its content is bound by the office."""
    async with store.work(portal) as work:
        await work.desks.publish(built_in_desk(), author=None)
        await work.commit()


@asynccontextmanager
async def open_office(database: Database, clients: Any = None) -> AsyncIterator[Office]:
    """An office on a database that has the schema."""
    clock = StandingClock(MORNING)
    store = make_store(database, clock)
    portal = await install(store)
    await publish(store, portal.id)
    yield Office(store, clock, portal, clients)


@asynccontextmanager
async def office_in(folder: Path) -> AsyncIterator[Office]:
    """An office with a database file of its own."""
    url = f"sqlite+aiosqlite:///{folder / 'ui.db'}"
    engine = make_engine(url)
    await upgrade(engine)
    await engine.dispose()
    async with open_database(url) as database, open_office(database) as office:
        yield office


async def _by_hand() -> None:
    import uvicorn  # noqa: PLC0415 - only by hand

    with tempfile.TemporaryDirectory() as folder:
        async with office_in(Path(folder)) as office:
            await office.works()
            server = uvicorn.Server(uvicorn.Config(office.app, port=8099, log_level="warning"))
            print("http://127.0.0.1:8099/open")  # noqa: T201 - it is asked for by hand
            await server.serve()


if __name__ == "__main__":
    asyncio.run(_by_hand())
