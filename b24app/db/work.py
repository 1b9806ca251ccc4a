"""Units of work: one transaction of one portal, with the repositories that live in it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db import inbox
from b24app.db.corrections import Corrections
from b24app.db.crypto import Cipher
from b24app.db.desks import Desks
from b24app.db.engine import Database
from b24app.db.inbox import Incoming
from b24app.db.journal import Journal
from b24app.db.lanes import Wake, What
from b24app.db.messages import Messages
from b24app.db.models import Models
from b24app.db.outbox import Outbox
from b24app.db.people import People
from b24app.db.portals import Portals
from b24app.db.tickets import Tickets
from b24app.db.timers import Timers
from b24app.db.watermarks import Watermarks
from b24app.desk.model import Desk
from b24app.kit.clock import Clock
from b24app.kit.ids import PortalId

NO_PORTAL: Final = PortalId(0)


class Asleep:
    """Wakes nobody: for commands and tests without background work. Sweeps find the rows."""

    async def wake(self, session: AsyncSession, what: What, at: int | None = None) -> None:
        """Nothing to do."""


class Reading:
    """Repositories of one portal in one transaction. `portals` alone knows them all."""

    def __init__(
        self, store: "Store", session: AsyncSession, portal: PortalId, cause: str = "", *, nowait: bool = False
    ) -> None:
        self.session, self.portal, self.cause = session, portal, cause
        self.clock = store.clock
        self.portals = Portals(session, store.cipher, store.clock)
        self.tickets = Tickets(session, portal, nowait=nowait)
        self.journal = Journal(session, portal, cause)
        self.corrections = Corrections(session, portal)
        self.models = Models(session, portal)
        self.timers = Timers(session, portal)
        self.messages = Messages(session, portal)
        self.people = People(session, portal)
        self.desks = Desks(session, portal, store.clock)
        self.marks = Watermarks(session, portal, store.clock)
        self._store = store
        self._desk: Desk | None = None

    async def desk(self) -> Desk:
        """The rules that hold, bound to this portal; read once in a unit."""
        if self._desk is None:
            if self._store.bind_desk is None:
                raise RuntimeError("this Store was made without bind_desk")
            self._desk = await self._store.bind_desk(self)
        return self._desk


class Work(Reading):
    """A unit that writes. Leaving its block without `commit()` rolls everything back. No network inside."""

    def __init__(
        self, store: "Store", session: AsyncSession, portal: PortalId, cause: str, *, nowait: bool = False
    ) -> None:
        super().__init__(store, session, portal, cause, nowait=nowait)
        self.outbox = Outbox(session, portal, cause)
        self._inbox_touched = False

    async def receive(self, events: Iterable[Incoming]) -> None:
        """Put events into the inbox: found by a sweep, or caused by this change itself."""
        await inbox.put(self.session, events)
        self._inbox_touched = True

    async def settle(self) -> None:
        """Everything but the commit: mark the lanes and wake who works on them. Called last in the transaction."""
        if await self.outbox.flush_lanes():
            await self._store.wake.wake(self.session, "outbox")
        if self._inbox_touched:
            await self._store.wake.wake(self.session, "inbox")

    async def commit(self) -> None:
        """Make the unit durable and let its effects go."""
        await self.settle()
        await self.session.commit()


class Store:
    """Makes units. One for the process; `bind_desk` reads the published desk of a portal inside a unit."""

    def __init__(
        self,
        database: Database,
        *,
        cipher: Cipher,
        clock: Clock,
        wake: Wake,
        bind_desk: Callable[[Reading], Awaitable[Desk]] | None = None,
    ) -> None:
        self.database, self.cipher, self.clock, self.wake = database, cipher, clock, wake
        self.bind_desk = bind_desk

    def unit(self, session: AsyncSession, portal: PortalId, cause: str, *, nowait: bool = False) -> Work:
        """A unit inside a transaction that somebody else commits (after `settle`).

        `nowait`: fail at once where another unit holds a ticket (PostgreSQL), instead of waiting for it.
        """
        return Work(self, session, portal, cause, nowait=nowait)

    @asynccontextmanager
    async def work(self, portal: PortalId = NO_PORTAL, *, cause: str = "") -> AsyncIterator[Work]:
        """A unit of its own; never open one inside another.

        `cause` names what asks, for instance `page:<uuid>`. Effects are named by it, so it must be unique for each thing a
        person does; it may stay empty where nothing goes to the outbox.
        """
        async with self.database.sessions() as session:
            yield self.unit(session, portal, cause)

    @asynccontextmanager
    async def read(self, portal: PortalId = NO_PORTAL) -> AsyncIterator[Reading]:
        """A unit that only reads: it waits for nobody, and holds nobody up."""
        async with self.database.reads() as session:
            yield Reading(self, session, portal)
