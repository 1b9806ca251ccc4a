"""The sweep of deadlines: what is due fires once, and it costs the same however many others are open."""

import asyncio
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from b24app.db.engine import Database
from b24app.db.outbox import Outgoing
from b24app.db.tables import outbox
from b24app.db.timers import DueTimer, due_query, take_due
from b24app.db.work import Store, Work
from b24app.jobs.failures import Backoff
from b24app.jobs.timers import TimerHandler, TimerSweep
from b24app.kit.clock import to_ms
from b24app.kit.ids import PortalId
from sqlalchemy import select, text
from tests.support.work import MORNING, StandingClock, active_portal, make_store

PORTAL = PortalId(1)
DAY = timedelta(days=1)
DUE, FEW, MANY, SWEEPS = 100, 1_000, 100_000, 5
MOST_TIMES = 10.0
"""How much dearer it may be among a hundred times as many timers, on a machine that does other things too. The plan is exact."""


async def reminds(work: Work, due: DueTimer) -> None:
    """Says something and comes again tomorrow."""
    await work.outbox.put([Outgoing(due.subject, "say", {"n": due.fired}, "tolerant")])
    await work.timers.set(due.subject, due.kind, work.clock.now() + DAY)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def store(database: Database, clock: StandingClock) -> Store:
    made = make_store(database, clock)
    await active_portal(made)
    return made


def sweep_of(store: Store, **handlers: TimerHandler) -> TimerSweep:
    return TimerSweep(store, handlers or {"remind": reminds}, backoff=Backoff(first_s=0.0))


async def set_timer(store: Store, subject: str, kind: str = "remind", *, minutes: float = 0) -> None:
    async with store.work(PORTAL) as work:
        await work.timers.set(subject, kind, MORNING + timedelta(minutes=minutes))
        await work.commit()


async def open_timers(store: Store, first: int, last: int) -> None:
    """Deadlines from now on, a second apart, put down out of order: due ones lie all over the table."""
    now = to_ms(store.clock.now())
    rows = f"""
        WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
        INSERT INTO timer (portal_id, subject, kind, due_at)
        SELECT 1, 'ticket:2-' || i, 'remind', {now} + (i * 7919 % {last}) * 1000 FROM n
    """  # noqa: S608 - numbers of this test
    async with store.database.sessions() as session:
        await session.execute(text(rows))
        await session.execute(text("ANALYZE timer"))  # as the database does by itself after a while
        await session.commit()


async def cost(store: Store, clock: StandingClock) -> tuple[float, float]:
    """Seconds to find a hundred due timers, and to fire one of them: medians of some sweeps."""
    sweep, found, fired = sweep_of(store), [], []
    for _ in range(SWEEPS):
        clock.passes(seconds=DUE)
        begun = perf_counter()
        async with store.database.sessions() as session:
            await take_due(session, clock.now(), DUE)
        found.append(perf_counter() - begun)
        begun = perf_counter()
        number = await sweep.sweep()
        fired.append((perf_counter() - begun) / number)
        assert number >= DUE * 0.9
    return median(found), median(fired)


async def said(store: Store) -> list[str]:
    async with store.database.reads() as session:
        return list((await session.execute(select(outbox.c.stream).order_by(outbox.c.id))).scalars())


async def test_a_sweep_costs_the_same_among_a_hundred_times_as_many_timers(store: Store, clock: StandingClock) -> None:
    await open_timers(store, 1, FEW)
    few_found, few_fired = await cost(store, clock)

    await open_timers(store, FEW + 1, MANY)
    clock.passes(seconds=1)
    await sweep_of(store).sweep()
    many_found, many_fired = await cost(store, clock)

    assert many_found < few_found * MOST_TIMES
    assert many_fired < few_fired * MOST_TIMES
    assert await reads_the_index_of_open_ones(store)


async def reads_the_index_of_open_ones(store: Store) -> bool:
    query = due_query(store.clock.now(), 25)
    async with store.database.sessions() as session:
        plain = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if store.database.is_sqlite else "EXPLAIN"
        plan = (await session.execute(text(f"{explain} {plain}"))).all()
    return "ix_timer_due" in str(plan) and "Seq Scan" not in str(plan)


async def test_after_a_pause_a_deadline_fires_once_and_not_for_every_time_that_was_missed(
    store: Store, clock: StandingClock
) -> None:
    await set_timer(store, "ticket:2-7")
    clock.passes(hours=30)
    assert await sweep_of(store).sweep() == 1
    assert await sweep_of(store).sweep() == 0
    assert await said(store) == ["ticket:2-7"]


async def test_a_deadline_whose_handler_fails_leaves_nothing_and_holds_up_no_other(
    store: Store, clock: StandingClock
) -> None:
    errors = [KeyError("a defect")]

    async def fails_once(work: Work, due: DueTimer) -> None:
        await reminds(work, due)
        if due.subject == "ticket:2-7" and errors:
            raise errors.pop()

    await set_timer(store, "ticket:2-7")
    await set_timer(store, "ticket:2-8")
    assert await sweep_of(store, remind=fails_once).sweep() == 1
    assert await said(store) == ["ticket:2-8"]

    clock.passes(seconds=1)
    assert await sweep_of(store, remind=fails_once).sweep() == 1
    assert await said(store) == ["ticket:2-8", "ticket:2-7"]


async def test_a_kind_of_a_newer_release_waits_for_a_node_that_knows_it(store: Store, clock: StandingClock) -> None:
    await set_timer(store, "ticket:2-7", kind="from the future")
    assert await sweep_of(store).sweep() == 0

    clock.passes(minutes=2)
    assert await sweep_of(store, **{"from the future": reminds}).sweep() == 1


async def test_many_nodes_fire_a_deadline_once(store: Store, clock: StandingClock) -> None:
    await open_timers(store, 1, DUE)
    clock.passes(hours=1)

    fired = await asyncio.gather(*(sweep_of(store).sweep() for _ in range(4)))

    assert sum(fired) == DUE
    assert sorted(await said(store)) == sorted(f"ticket:2-{n}" for n in range(1, DUE + 1))


async def test_a_deadline_moved_or_stopped_in_a_unit_does_not_fire_at_its_old_moment(
    store: Store, clock: StandingClock
) -> None:
    for subject in ("ticket:2-7", "ticket:2-8"):
        await set_timer(store, subject)
    async with store.work(PORTAL) as work:
        await work.timers.set("ticket:2-7", "remind", MORNING + timedelta(minutes=10))
        await work.timers.clear("ticket:2-8", "remind")
        await work.commit()
    clock.passes(minutes=5)
    assert await sweep_of(store).sweep() == 0
    clock.passes(minutes=5)
    assert await sweep_of(store).sweep() == 1
    assert await said(store) == ["ticket:2-7"]
