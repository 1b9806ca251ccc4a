"""The whole way of numbered events without a portal: door, inbox, a change of state, outbox, a call; and what became of each.

An event is `(lane, n)`. Its handler changes the lane's state and puts down one call, in one transaction, as real ones do.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from b24app.db.engine import Database
from b24app.db.inbox import InboxRow, Incoming
from b24app.db.ingest import Ingest
from b24app.db.outbox import Call, Found, OutboxRow, Outgoing
from b24app.db.tables import PENDING, inbox, outbox
from b24app.db.work import Store, Work
from b24app.jobs.deliverer import OutboxTimes
from b24app.jobs.engine import EmbeddedEngine
from b24app.jobs.failures import Backoff
from b24app.jobs.inbox import InboxDrain, InboxTimes, Pass
from b24app.jobs.outbox import OutboxDrain
from b24app.jobs.pool import Drain
from b24app.kit.ids import PortalId
from sqlalchemy import func, select
from tests.support.work import active_portal, make_store

PORTAL = PortalId(1)
SOON = Backoff(first_s=0.05, most_s=0.2)


@dataclass
class Calls:
    """The portal: takes every call it gets, some milliseconds each."""

    took_s: float = 0.0
    made: list[tuple[str, int]] = field(default_factory=list)

    def knows(self, _row: OutboxRow) -> bool:
        return True

    async def render(self, row: OutboxRow) -> Call:
        return Call("say", dict(row.effect))

    async def send(self, row: OutboxRow, call: Call) -> Any:
        self.made.append((row.stream, call.params["n"]))
        await asyncio.sleep(self.took_s)
        return call.params["n"]

    async def look_up(self, row: OutboxRow, call: Call) -> Found | None:
        there = (row.stream, call.params["n"]) in self.made
        return Found(call.params["n"]) if there else None

    async def hold(self, *_: Any) -> None:
        """No ticket is changed."""

    async def on_result(self, work: Work, row: OutboxRow, _call: Call, answer: Any) -> None:
        await work.marks.set(f"said {row.stream}", str(answer))

    async def on_refused(self, *_: Any) -> None:
        raise AssertionError


async def handled(ctx: Pass, rows: Sequence[InboxRow]) -> None:
    """The lane's state is the list of its events in the order they were handled."""
    async with ctx.apply() as work:
        before = await work.marks.get(ctx.lane)
        numbers = [row.body["n"] for row in rows]
        await work.marks.set(ctx.lane, " ".join([*before.split(), *map(str, numbers)]))
        await work.outbox.put([Outgoing(ctx.lane, "say", {"n": n}, "keyed") for n in numbers])


class Flow:
    """A process that works on one database."""

    def __init__(self, database: Database, calls: Calls) -> None:
        self.database, self.calls = database, calls
        self.engine = EmbeddedEngine(database)
        self.store: Store = make_store(database, wake=self.engine)
        self.ingest = Ingest(database, self.engine)

    async def put(self, lane: str, n: int) -> None:
        """The door: returns when the event is acknowledged. The same number twice is one event."""
        await self.ingest.put(Incoming(PORTAL, lane, "happened", {"n": n}, key=f"{lane}:{n}"))

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Flow"]:
        """The loops of a process beside the block."""
        owner = self.engine.owner
        times = OutboxTimes(row_backoff=SOON, portal_backoff=SOON)
        drains: list[Drain] = [
            InboxDrain(self.store, {"happened": handled}, owner=owner, times=InboxTimes(backoff=SOON)),
            OutboxDrain(self.store, self.calls, owner=owner, times=times),
        ]
        async with asyncio.TaskGroup() as tasks:
            loops = [tasks.create_task(self.ingest.run()), tasks.create_task(self.engine.run(drains))]
            yield self
            for loop in loops:
                loop.cancel()

    async def state_of(self, lane: str) -> list[int]:
        """Numbers of the events that changed the lane's state, in that order."""
        async with self.store.read(PORTAL) as reading:
            return [int(n) for n in (await reading.marks.get(lane)).split()]

    async def is_idle(self) -> bool:
        """No event and no call waits."""
        async with self.database.reads() as session:
            waits = [
                select(func.count()).select_from(table).where(table.c.state == PENDING) for table in (inbox, outbox)
            ]
            return not any([(await session.execute(query)).scalar_one() for query in waits])


@asynccontextmanager
async def flow(database: Database, *, took_s: float = 0.0) -> AsyncIterator[Flow]:
    """A running process with one active portal."""
    made = Flow(database, Calls(took_s))
    await active_portal(made.store)
    async with made.running():
        yield made
