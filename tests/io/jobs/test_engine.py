"""What makes work go on: bells, looks without a bell, and the check of who is alive."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from b24app.db import lanes
from b24app.db.engine import Database
from b24app.db.inbox import Incoming
from b24app.db.lanes import Claim
from b24app.db.presence import new_owner, working
from b24app.db.tables import IN, lane
from b24app.db.work import Store
from b24app.jobs.engine import EmbeddedEngine
from b24app.jobs.inbox import InboxDrain
from b24app.jobs.pool import Drain
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from tests.support.flow import PORTAL, handled
from tests.support.work import active_portal, make_store
from tests.support.world import eventually

LANE = "1:2-7"
SOON_S = 20.0
"""Far less than a lease of a minute, on a busy machine too."""


@asynccontextmanager
async def node(database: Database, drain: type[InboxDrain] = InboxDrain) -> AsyncIterator[EmbeddedEngine]:
    """A process that handles events."""
    engine = EmbeddedEngine(database)
    drains: list[Drain] = [drain(make_store(database, wake=engine), {"happened": handled}, owner=engine.owner)]
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(engine.run(drains))
        yield engine
        running.cancel()


async def an_event_comes(database: Database) -> Store:
    """Nobody is woken: the process that took it died before it could ring, or lives elsewhere."""
    store = make_store(database)
    await active_portal(store)
    async with store.work(PORTAL) as work:
        await work.receive([Incoming(PORTAL, LANE, "happened", {"n": 1})])
        await work.commit()
    return store


async def is_handled(store: Store) -> bool:
    async with store.read(PORTAL) as reading:
        return await reading.marks.get(LANE) == "1"


async def taken_by(database: Database, owner: str) -> Claim:
    async with database.sessions() as session:
        (claim,) = await lanes.claim(session, IN, owner=owner, limit=1, lease_s=60)
        await session.commit()
    return claim


async def test_a_lost_wake_up_costs_a_second(database: Database) -> None:
    async with node(database):
        store = await an_event_comes(database)
        await eventually(lambda: is_handled(store), within_s=SOON_S)


async def test_what_a_dead_process_held_is_taken_up_at_once(database: Database) -> None:
    store = await an_event_comes(database)
    await taken_by(database, new_owner())  # and it died there
    async with node(database):
        await eventually(lambda: is_handled(store), within_s=SOON_S)


async def test_what_a_living_process_holds_is_left_to_it(database: Database) -> None:
    if database.is_sqlite:  # there is one process
        return
    store = await an_event_comes(database)
    living = EmbeddedEngine(database)
    async with asyncio.TaskGroup() as tasks:
        life = tasks.create_task(living.run([]))
        await eventually(lambda: _is_seen(database))
        claim = await taken_by(database, living.owner)
        async with node(database):
            await eventually(lambda: _is_seen(database, processes=2))
        async with database.reads() as session:
            assert (await session.execute(select(lane.c.token))).scalar_one() == claim.token
        assert not await is_handled(store)
        life.cancel()


async def _is_seen(database: Database, processes: int = 1) -> bool:
    return await working(database) == processes


class _Breaks(InboxDrain):
    """The database is away in the middle of the first pass, and cannot even be told."""

    broken = False

    async def work(self, claim: Claim) -> None:
        if not self.broken:
            self.broken = True
            raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))
        await super().work(claim)


async def test_a_pass_that_broke_down_goes_on_long_before_its_lease_ends(database: Database) -> None:
    store = await an_event_comes(database)
    async with node(database, _Breaks):
        await eventually(lambda: is_handled(store), within_s=SOON_S)
