"""The drain of the inbox: order, coalescing, one transaction, and what a failure means."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from b24app.db import queue
from b24app.db.engine import Database
from b24app.db.inbox import InboxRow, Incoming, put
from b24app.db.portals import PortalStatus
from b24app.db.tables import DEAD, PENDING, inbox, lane
from b24app.db.work import Store
from b24app.jobs.failures import Backoff
from b24app.jobs.inbox import Handler, InboxDrain, InboxTimes, Pass
from b24app.jobs.pool import Loop
from b24app.kit.clock import SystemClock
from b24app.kit.errors import AccessLost, PortalBusy, PortalRefused, PortalUnreachable
from b24app.kit.ids import PortalId
from sqlalchemy import select, update
from tests.support.work import active_portal, make_store

AT_ONCE = Backoff(first_s=0.0)
PORTAL = PortalId(1)


@dataclass
class Recorder:
    """A handler that counts what it was given in a table, like a real one, and fails as told."""

    seen: list[list[int]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)

    async def __call__(self, ctx: Pass, rows: Sequence[InboxRow]) -> None:
        numbers = [row.body["n"] for row in rows]
        self.seen.append(numbers)
        if self.errors:
            raise self.errors.pop(0)
        if self.bad & set(numbers):
            raise PortalRefused("ERROR_CORE")
        async with ctx.apply() as work:
            for number in numbers:
                done = await work.marks.get(ctx.lane)
                await work.marks.set(ctx.lane, f"{done} {number}".strip())


def event(n: int, key: str = "1:2-7", kind: str = "changed", v: int = 1) -> Incoming:
    return Incoming(PORTAL, key, kind, {"n": n}, v=v)


async def receive(store: Store, *events: Incoming) -> None:
    async with store.work(PORTAL) as work:
        await work.receive(events)
        await work.commit()


def drain_of(store: Store, handler: Handler, *, lease_s: float = 60.0, at_once: int = 50) -> InboxDrain:
    times = InboxTimes(lease_s=lease_s, backoff=AT_ONCE)
    return InboxDrain(store, {"changed": handler, "added": handler}, owner="me", at_once=at_once, times=times)


async def done_of(store: Store, key: str = "1:2-7") -> list[int]:
    async with store.read(PORTAL) as reading:
        return [int(number) for number in (await reading.marks.get(key)).split()]


async def states(database: Database) -> list[tuple[int, int]]:
    async with database.reads() as session:
        return [tuple(row) for row in await session.execute(select(inbox.c.id, inbox.c.state).order_by(inbox.c.id))]


async def lanes_left(database: Database) -> int:
    async with database.reads() as session:
        return len((await session.execute(select(lane))).all())


async def test_events_of_a_lane_are_handled_in_order_and_together(database: Database) -> None:
    store, handler = make_store(database), Recorder()
    await receive(store, *(event(n, kind="added" if n == 1 else "changed") for n in range(1, 6)))

    await Loop(drain_of(store, handler)).until_empty()

    assert handler.seen == [[1, 2, 3, 4, 5]]
    assert await done_of(store) == [1, 2, 3, 4, 5]
    assert await lanes_left(database) == 0


async def test_a_long_backlog_goes_in_pieces_and_lanes_side_by_side(database: Database) -> None:
    store, handler = make_store(database), Recorder()
    await receive(store, *(event(n, f"1:2-{n % 3}") for n in range(60)))

    await Loop(drain_of(store, handler, at_once=7)).until_empty()

    for key in range(3):
        assert await done_of(store, f"1:2-{key}") == [n for n in range(60) if n % 3 == key]
    assert max(map(len, handler.seen)) == 7
    assert await lanes_left(database) == 0


async def test_what_comes_during_a_pass_is_not_left_behind(database: Database) -> None:
    store = make_store(database)
    handler = Recorder()

    async def slow(ctx: Pass, rows: Sequence[InboxRow]) -> None:
        if rows[0].body["n"] == 1:
            await receive(store, event(2))
        await handler(ctx, rows)

    await receive(store, event(1))
    await Loop(drain_of(store, slow)).until_empty()

    assert await done_of(store) == [1, 2]
    assert await lanes_left(database) == 0


@pytest.mark.parametrize(
    "error", [PortalUnreachable("no route", sent=False), PortalBusy("QUERY_LIMIT_EXCEEDED"), KeyError("a defect")]
)
async def test_a_failure_that_may_pass_is_tried_again_in_order(database: Database, error: Exception) -> None:
    store, handler = make_store(database), Recorder(errors=[error, error])
    await receive(store, event(1), event(2))

    await Loop(drain_of(store, handler)).until_empty()

    assert handler.seen == [[1, 2], [1], [1], [2]]
    assert await done_of(store) == [1, 2]


async def test_a_lane_that_waits_holds_up_no_other(database: Database) -> None:
    store, handler = make_store(database), Recorder()
    waits = PortalBusy("OPERATION_TIME_LIMIT", until=SystemClock().now() + timedelta(hours=1))

    async def first_lane_fails(ctx: Pass, rows: Sequence[InboxRow]) -> None:
        if ctx.lane == "1:2-1":
            raise waits
        await handler(ctx, rows)

    await receive(store, event(1, "1:2-1"), event(2, "1:2-2"))
    await Loop(drain_of(store, first_lane_fails)).until_empty()

    assert handler.seen == [[2]]
    assert await lanes_left(database) == 1


async def test_only_the_bad_event_dies_and_the_lane_goes_on(database: Database) -> None:
    store, handler = make_store(database), Recorder(bad={2})
    await receive(store, event(1), event(2), event(3))

    await Loop(drain_of(store, handler)).until_empty()

    assert await done_of(store) == [1, 3]
    async with database.reads() as session:
        (dead,) = await queue.unfinished(session)
    assert (dead.state, dead.what, dead.kind, dead.error) == ("dead", "inbox", "changed", "PortalRefused: ERROR_CORE")

    handler.bad.clear()
    async with database.sessions() as session:
        assert await queue.retry(session, "inbox", dead.id)
        assert not await queue.retry(session, "outbox", dead.id)
        await session.commit()
    await Loop(drain_of(store, handler)).until_empty()
    assert await done_of(store) == [1, 3, 2]


async def test_a_failure_that_never_ends_makes_the_row_dead_after_twelve_attempts(database: Database) -> None:
    store, handler = make_store(database), Recorder(errors=[KeyError("a defect")] * 12)
    await receive(store, event(1))
    await Loop(drain_of(store, handler)).until_empty()
    assert len(handler.seen) == 12
    async with database.sessions() as session:
        (dead,) = await queue.unfinished(session, states=[DEAD])
        assert await queue.drop(session, "inbox", dead.id)
        await session.commit()
    async with database.reads() as session:
        assert await queue.unfinished(session) == []


async def test_an_unknown_kind_and_a_newer_version_wait_for_a_node_that_knows_them(database: Database) -> None:
    store, handler = make_store(database), Recorder()
    await receive(store, event(1, "a", kind="from the future"), event(2, "b", v=2), event(3, "c"))
    await Loop(drain_of(store, handler)).until_empty()
    assert [state for _, state in await states(database)] == [PENDING, PENDING, 1]

    newer = InboxDrain(store, {"changed": handler, "from the future": handler}, owner="new", versions={"changed": 2})
    async with database.sessions() as session:
        await session.execute(update(lane).values(ready_at=0))  # half a minute later
        await session.commit()
    await Loop(newer).until_empty()
    assert [state for _, state in await states(database)] == [1, 1, 1]


async def test_lost_access_pauses_the_portal_and_keeps_its_events(database: Database) -> None:
    store = make_store(database)
    assert await active_portal(store) == PORTAL
    handler = Recorder(errors=[AccessLost("invalid_grant")])
    await receive(store, event(1))
    await Loop(drain_of(store, handler)).until_empty()
    async with store.read(PORTAL) as reading:
        portal = await reading.portals.get(PORTAL)
    assert (portal.status, portal.reason) == (PortalStatus.NEEDS_ADMIN, "AccessLost: invalid_grant")

    await active_portal(store)  # an administrator opens the application
    await Loop(drain_of(store, handler)).until_empty()
    assert await done_of(store) == [1]


async def test_a_handler_that_changes_nothing_completes_its_events(database: Database) -> None:
    store = make_store(database)

    async def ignores(ctx: Pass, rows: Sequence[InboxRow]) -> None:
        async with ctx.apply(ignored=True):
            pass

    async def nothing(ctx: Pass, rows: Sequence[InboxRow]) -> None:
        pass

    await receive(store, event(1))
    await Loop(drain_of(store, ignores)).until_empty()
    await receive(store, event(2))
    await Loop(drain_of(store, nothing)).until_empty()
    assert [state for _, state in await states(database)] == [3, 1]


async def test_a_zombie_comes_back_to_a_lane_of_somebody_else_and_changes_nothing(database: Database) -> None:
    """It slept longer than its lease; meanwhile another node took the lane, finished it, and it filled again."""
    store, handler = make_store(database), Recorder()
    asleep, awake = asyncio.Event(), asyncio.Event()

    async def freezes(ctx: Pass, rows: Sequence[InboxRow]) -> None:
        asleep.set()
        await awake.wait()
        await handler(ctx, rows)

    await receive(store, event(1))
    zombie = asyncio.create_task(Loop(drain_of(store, freezes)).until_empty())
    await asleep.wait()
    async with database.sessions() as session:
        await session.execute(update(lane).values(ready_at=0))  # its lease is over
        await session.commit()
    await Loop(drain_of(store, handler)).until_empty()
    await receive(store, event(2))
    async with database.sessions() as session:  # and a third node holds the lane that was made anew
        third = await drain_of(store, handler).claim(1)
        await session.commit()
    assert len(third) == 1

    awake.set()
    await zombie

    assert await done_of(store) == [1]
    assert handler.seen == [[1], [1]]  # it handled, and its transaction gave up at the fence


async def test_nothing_of_a_pass_is_kept_when_it_fails_in_the_middle(database: Database) -> None:
    store, errors = make_store(database), [PortalUnreachable("gone", sent=False)]
    seen: list[str] = []

    async def breaks(ctx: Pass, rows: Sequence[InboxRow]) -> None:
        async with ctx.apply() as work:
            seen.append(await work.marks.get(ctx.lane))
            await work.marks.set(ctx.lane, "1")
            if ctx.lane == "1:2-7":
                await put(work.session, [event(9, "1:2-9")])
            if errors:
                raise errors.pop()

    await receive(store, event(1))
    await Loop(drain_of(store, breaks)).until_empty()

    assert seen == ["", "", ""]  # the first attempt left nothing, also no event for the other lane
    assert [state for _, state in await states(database)] == [1, 1]
