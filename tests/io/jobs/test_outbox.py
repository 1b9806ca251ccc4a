"""The drain of the outbox: what is said once, in which order, and what a failure means."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from b24app.db import queue
from b24app.db.engine import Database, NowMs
from b24app.db.lanes import LeaseLost
from b24app.db.outbox import Call, IdemClass, OutboxRow, Outgoing
from b24app.db.portals import PortalStatus
from b24app.db.tables import DEAD, DONE, DROPPED, PENDING, lane, outbox
from b24app.db.work import Store, Work
from b24app.jobs.deliverer import Found, OutboxTimes
from b24app.jobs.failures import Backoff
from b24app.jobs.outbox import OutboxDrain
from b24app.jobs.pool import Loop
from b24app.kit.clock import SystemClock
from b24app.kit.errors import AccessLost, PortalBusy, PortalRefused, PortalUnreachable
from b24app.kit.ids import PortalId, TicketId
from b24app.tickets.model import Ticket
from sqlalchemy import select, update
from tests.story import TICKET, Story
from tests.support.waiting import until
from tests.support.work import MORNING, active_portal, make_store

NOW = Backoff(first_s=0.0)
FAST = OutboxTimes(row_backoff=NOW, portal_backoff=Backoff(first_s=0.001, most_s=0.001), look_s=0.01)


@dataclass
class FakePortal:
    """Takes calls, keeps them, and fails as told."""

    calls: list[tuple[str, Any]] = field(default_factory=list)
    errors: dict[Any, list[Exception]] = field(default_factory=dict)
    """Failures by the effect's number, before the call is executed."""
    lost_answers: set[Any] = field(default_factory=set)
    """Calls that are executed, while the answer is lost."""
    result_errors: list[Exception] = field(default_factory=list)
    results: list[tuple[Any, Any]] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)
    looked_up: list[Any] = field(default_factory=list)
    rendered: list[Any] = field(default_factory=list)
    holds: list[Any] = field(default_factory=list)
    senseless: set[Any] = field(default_factory=set)
    at_once: int = 0
    most_at_once: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Calls wait for it on the wire; open unless a test closes it."""
    during: Callable[[OutboxRow], Any] | None = None

    def __post_init__(self) -> None:
        self.gate.set()

    def knows(self, row: OutboxRow) -> bool:
        return row.kind == "say"

    async def render(self, row: OutboxRow) -> Call | None:
        n = row.effect["n"]
        self.rendered.append(n)
        return None if n in self.senseless else Call("im.say", {"n": n, "render": len(self.rendered)})

    async def send(self, row: OutboxRow, call: Call) -> Any:
        n = call.params["n"]
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.gate.wait()
            if self.errors.get(n):
                raise self.errors[n].pop(0)
            if self.during is not None:
                await self.during(row)
            self.calls.append((row.stream, n))
            if n in self.lost_answers:
                self.lost_answers.remove(n)
                raise PortalUnreachable("timeout", sent=True)
        finally:
            self.at_once -= 1
        return {"message": n}

    async def look_up(self, _row: OutboxRow, call: Call) -> Found | None:
        self.looked_up.append(call.params["n"])
        executed = any(n == call.params["n"] for _, n in self.calls)
        return Found({"message": "found"}) if executed else None

    async def hold(self, work: Work, row: OutboxRow) -> None:
        self.holds.append(row.effect["n"])
        await work.tickets.hold(TicketId(row.stream))

    async def on_result(self, work: Work, _row: OutboxRow, call: Call, answer: Any) -> None:
        if self.result_errors:
            raise self.result_errors.pop(0)
        self.results.append((call.params["n"], answer["message"]))
        await work.marks.set(f"said {call.params['n']}", str(answer["message"]))

    async def on_refused(self, work: Work, row: OutboxRow, _error: Exception) -> None:
        self.refused.append(row.effect["n"])
        if row.effect["n"] == "long":
            await work.outbox.put([say("short", row.stream)])


def say(n: object, stream: str = "2-7", idem_class: IdemClass = "tolerant", priority: int = 1) -> Outgoing:
    return Outgoing(stream, "say", {"n": n}, idem_class, priority)


@pytest.fixture
async def store(database: Database) -> Store:
    made = make_store(database)
    await active_portal(made)
    return made


PORTAL = PortalId(1)


def arrived() -> Ticket:
    story = Story()
    story.ticket_arrives()
    assert story.ticket is not None
    return story.ticket


async def put(store: Store, *effects: Outgoing, cause: str = "inbox:1") -> None:
    async with store.work(PORTAL, cause=cause) as work:
        await work.outbox.put(effects)
        await work.commit()


async def deliver(store: Store, portal: FakePortal, times: OutboxTimes = FAST) -> None:
    await Loop(OutboxDrain(store, portal, owner="me", times=times)).until_empty()


async def rows(store: Store) -> list[Any]:
    async with store.database.reads() as session:
        return list((await session.execute(select(outbox).order_by(outbox.c.id))).all())


async def states(store: Store) -> list[int]:
    return [row.state for row in await rows(store)]


async def later(store: Store, **length: float) -> None:
    """Time passes for lanes and rows."""
    span = int(timedelta(**length).total_seconds() * 1000)
    async with store.database.sessions() as session:
        await session.execute(update(lane).values(ready_at=lane.c.ready_at - span))
        await session.execute(update(outbox).values(next_at=outbox.c.next_at - span, sent_at=outbox.c.sent_at - span))
        await session.commit()


async def test_each_effect_is_said_once_in_the_order_of_its_stream(store: Store) -> None:
    portal = FakePortal()
    await put(store, *(say(n, f"2-{n % 3}") for n in range(30)))

    await deliver(store, portal)

    for stream in range(3):
        assert [n for name, n in portal.calls if name == f"2-{stream}"] == [n for n in range(30) if n % 3 == stream]
    assert sorted(portal.results) == [(n, n) for n in range(30)]
    async with store.database.reads() as session:
        assert (await session.execute(select(lane))).all() == []


async def test_what_a_person_asked_for_goes_first_and_four_calls_go_at_a_time(store: Store) -> None:
    portal = FakePortal()
    portal.gate.clear()
    await put(store, *(say(n, f"2-{n}", priority=3) for n in range(20)), say("press", "2-99", priority=0))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(deliver(store, portal))
        await until(lambda: portal.at_once == 4)
        portal.gate.set()
    assert "press" in [n for _, n in portal.calls[:4]]
    assert (portal.most_at_once, len(portal.calls)) == (4, 21)


async def test_the_same_cause_twice_says_nothing_twice(store: Store) -> None:
    portal = FakePortal()
    await put(store, say(1), say(2), cause="timer:881:unassigned:3")
    await put(store, say(1), say(2), cause="timer:881:unassigned:3")
    await deliver(store, portal)
    assert [n for _, n in portal.calls] == [1, 2]
    with pytest.raises(ValueError, match="cause"):
        await put(store, say(3), cause="")


async def test_what_lost_its_sense_is_not_said(store: Store) -> None:
    portal = FakePortal(senseless={1})
    await put(store, say(1), say(2), say(3), Outgoing("2-7", "other", {"n": 4}, "tolerant"))
    async with store.work(PORTAL, cause="inbox:2") as work:
        assert await work.outbox.cancel("2-7", ["other"]) == 1
        await work.commit()
    await deliver(store, portal)
    assert portal.calls == [("2-7", 2), ("2-7", 3)]
    assert await states(store) == [DROPPED, DONE, DONE, DROPPED]


async def test_an_effect_taken_back_while_it_is_on_the_wire_still_has_its_result_handled(store: Store) -> None:
    async def take_back(row: OutboxRow) -> None:
        async with store.work(PORTAL, cause="inbox:2") as work:
            await work.outbox.cancel(row.stream, ["say"])
            await work.commit()

    portal = FakePortal(during=take_back)
    await put(store, say(1), say(2))
    await deliver(store, portal)
    assert portal.results == [(1, 1)]
    assert await states(store) == [DONE, DROPPED]


async def test_an_answer_and_a_unit_that_takes_the_effect_back_do_not_wait_for_each_other_in_a_circle(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """The unit holds the ticket and wants the row, the answer has the row and wants the ticket: both take the ticket first."""
    portal = FakePortal()
    portal.gate.clear()
    async with store.work(PORTAL) as work:
        await work.tickets.save(replace(arrived(), version=0), at=MORNING)
        await work.commit()
    await put(store, say(1, TICKET))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(deliver(store, portal))
        await until(lambda: portal.at_once == 1)
        async with store.work(PORTAL, cause="page:1") as work:
            await work.tickets.get(TICKET)
            portal.gate.set()
            if not store.database.is_sqlite:  # there this unit is alone, and the answer waits for its end
                await until(lambda: portal.holds == [1])
            await work.outbox.cancel(TICKET, ["say"])
            await work.commit()
    assert portal.results == [(1, 1)]
    assert await states(store) == [DONE]
    assert caplog.messages == []  # nobody was sent away to try again


async def test_a_refusal_kills_the_row_and_the_stream_goes_on(store: Store) -> None:
    portal = FakePortal(errors={"long": [PortalRefused("MESSAGE_TOO_LONG", "4096")]})
    await put(store, say("long"), say(2))
    await deliver(store, portal)
    assert [n for _, n in portal.calls] == [2, "short"]
    async with store.database.reads() as session:
        (dead,) = await queue.unfinished(session)
    assert (dead.error, dead.call, dead.attempts) == ("PortalRefused: MESSAGE_TOO_LONG: 4096", "im.say", 1)

    async with store.database.sessions() as session:
        assert await queue.retry(session, "outbox", dead.id)
        await session.commit()
    await deliver(store, portal)
    assert [n for _, n in portal.calls] == [2, "short", "long"]


async def test_a_portal_that_is_down_is_left_alone_and_nothing_is_lost(store: Store) -> None:
    down: list[Exception] = [PortalUnreachable("refused", sent=False) for _ in range(30)]
    portal = FakePortal(errors={1: down})
    await put(store, say(1), say(2))
    for _ in range(40):
        await later(store, minutes=2)
        await deliver(store, portal)
    assert [n for _, n in portal.calls] == [1, 2]
    assert (await rows(store))[0].attempts == 1  # what the portal did wrong was not counted


async def test_a_busy_portal_pauses_and_an_operating_limit_holds_up_its_own_row_only(store: Store) -> None:
    until = SystemClock().now() + timedelta(minutes=5)
    portal = FakePortal(
        errors={1: [PortalBusy("OPERATION_TIME_LIMIT", until=until)], 2: [PortalBusy("QUERY_LIMIT_EXCEEDED")]}
    )
    await put(store, say(1, "a"), say(2, "b"), say(3, "c"))
    await deliver(store, portal)
    await later(store, seconds=61)
    await deliver(store, portal)
    assert sorted(n for _, n in portal.calls) == [2, 3]
    await later(store, minutes=5)
    await deliver(store, portal)
    assert sorted(n for _, n in portal.calls) == [1, 2, 3]


@pytest.mark.parametrize(
    ("idem_class", "times_sent"), [("natural", 2), ("tolerant", 2), ("keyed", 1), ("read-back", 1)]
)
async def test_after_a_lost_answer(store: Store, idem_class: IdemClass, times_sent: int) -> None:
    portal = FakePortal(lost_answers={1})
    await put(store, say(1, idem_class=idem_class))
    await deliver(store, portal)
    await later(store, seconds=30)
    await deliver(store, portal)
    if idem_class == "read-back":
        assert portal.looked_up == []  # the portal may still be working on it
        await later(store, seconds=40)
        await deliver(store, portal)
    assert len(portal.calls) == times_sent
    assert await states(store) == [DONE]
    assert portal.rendered == [1]  # the call of the first attempt was repeated


async def test_a_doubtful_call_that_cannot_be_found_is_sent_again(store: Store) -> None:
    portal = FakePortal(errors={1: [PortalUnreachable("timeout", sent=True)]})
    await put(store, say(1, idem_class="keyed"))
    await deliver(store, portal)
    await later(store, seconds=70)
    await deliver(store, portal)
    assert (portal.looked_up, portal.results) == ([1], [(1, 1)])


async def test_a_call_that_was_not_sent_is_in_no_doubt(store: Store) -> None:
    portal = FakePortal(errors={1: [PortalUnreachable("refused", sent=False)]})
    await put(store, say(1, idem_class="keyed"))
    await deliver(store, portal)
    await later(store, seconds=70)
    await deliver(store, portal)
    assert (portal.looked_up, portal.results) == ([], [(1, 1)])


async def test_an_answer_that_cannot_be_handled_is_kept_and_the_call_is_not_repeated(store: Store) -> None:
    portal = FakePortal(result_errors=[KeyError("a defect"), KeyError("a defect")])
    await put(store, say(1), say(2))
    await deliver(store, portal)
    assert [n for _, n in portal.calls] == [1, 2]
    assert portal.results == [(1, 1), (2, 2)]
    async with store.read(PORTAL) as reading:
        assert await reading.marks.get("said 1") == "1"


async def test_lost_access_pauses_the_portal_until_an_administrator_comes(store: Store) -> None:
    portal = FakePortal(errors={1: [AccessLost("invalid_grant")]})
    await put(store, say(1), say(2, "other"))
    await deliver(store, portal)
    async with store.read(PORTAL) as reading:
        assert await reading.portals.status(PORTAL) is PortalStatus.NEEDS_ADMIN
    await put(store, say(3), cause="inbox:3")
    await deliver(store, portal)
    assert 3 not in [n for _, n in portal.calls]

    await active_portal(store)
    await deliver(store, portal)
    assert sorted(n for _, n in portal.calls) == [1, 2, 3]


async def test_a_defect_ends_as_a_dead_row_after_twelve_attempts(store: Store) -> None:
    portal = FakePortal(errors={1: [KeyError("a defect") for _ in range(12)]})
    await put(store, say(1), say(2))
    await deliver(store, portal)
    assert await states(store) == [DEAD, DONE]
    assert portal.refused == [1]


async def test_nothing_is_sent_when_little_of_the_lease_remains(store: Store) -> None:
    """After the attempt is noted the lease is looked at once more: a process that slept there must not send."""
    portal = FakePortal()
    await put(store, say(1, idem_class="keyed"))
    times = OutboxTimes(lease_s=25.0, least_left_s=25.0, row_backoff=NOW)
    drain = OutboxDrain(store, portal, owner="me", times=times)
    (claim,) = await drain.claim(1)
    await drain.work(claim)
    assert portal.calls == []

    await deliver(store, portal)
    assert portal.calls == [("2-7", 1)]
    assert portal.looked_up == []


async def test_a_zombie_does_not_send_what_another_node_has_sent(store: Store) -> None:
    portal = FakePortal()
    await put(store, say(1), say(2))
    zombie = OutboxDrain(store, portal, owner="zombie", times=FAST)
    (claim,) = await zombie.claim(1)
    await later(store, seconds=91)
    await deliver(store, portal)

    with pytest.raises(LeaseLost):
        await zombie.work(claim)

    assert [n for _, n in portal.calls] == [1, 2]


async def test_an_unknown_kind_waits_for_a_newer_node(store: Store) -> None:
    portal = FakePortal()
    await put(store, Outgoing("a", "from the future", {"n": 1}, "natural"), say(2, "b"))
    await deliver(store, portal)
    assert await states(store) == [PENDING, DONE]
    assert portal.calls == [("b", 2)]


async def test_a_press_does_not_wait_behind_a_lane_that_waits(store: Store) -> None:
    """The lane waits for a row with a back-off; a person's tap makes it look at once."""
    portal = FakePortal()
    await put(store, Outgoing("a", "from the future", {"n": 1}, "natural"))
    await deliver(store, portal)
    await put(store, say("slow", "b"), cause="inbox:2")
    await deliver(store, portal)
    assert portal.calls == []
    await put(store, say("press", "c", priority=0), cause="inbox:3")
    await deliver(store, portal)
    assert sorted(n for _, n in portal.calls) == ["press", "slow"]


async def test_moments_are_the_databases_wall_clock(store: Store) -> None:
    await put(store, say(1))
    await deliver(store, FakePortal())
    async with store.database.reads() as session:
        now = (await session.execute(select(NowMs()))).scalar_one()
    (row,) = await rows(store)
    assert now - 10_000 < row.created_at <= row.sent_at <= row.done_at <= now
