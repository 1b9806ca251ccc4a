"""Tickets come back as they were saved, and nobody's change is lost."""

import json
from dataclasses import replace

import pytest
from b24app.db.engine import Database
from b24app.db.messages import BotMessage
from b24app.db.ticketjson import dump_ticket, load_ticket
from b24app.db.tickets import Wanted
from b24app.kit.errors import Conflict, TicketUnknown
from b24app.kit.ids import PortalId, TicketId, UserId
from b24app.tickets.model import Assign, ClearTimer, Entry, Happened, SetTimer, Ticket, Timer
from tests.story import DISPATCHER, IVANOV, LINE_1, MORNING, TICKET, Story
from tests.support.work import make_store

PORTAL = PortalId(1)


def arrived() -> Ticket:
    story = Story()
    story.ticket_arrives()
    assert story.ticket is not None
    return replace(story.ticket, version=0)


async def saved(database: Database, *tickets: Ticket) -> None:
    async with make_store(database).work(PORTAL) as work:
        for ticket in tickets:
            await work.tickets.save(ticket, desk=1, at=MORNING)
        await work.commit()


async def test_a_ticket_comes_back_as_it_was(database: Database) -> None:
    story = Story()
    story.ticket_arrives()
    story.passes(minutes=11)
    story.does(Assign(TICKET, agent=IVANOV, by=DISPATCHER, team=LINE_1))
    assert story.ticket is not None
    ticket = replace(story.ticket, version=0)

    await saved(database, ticket)

    async with make_store(database).read(PORTAL) as reading:
        assert await reading.tickets.get(TICKET) == replace(ticket, version=1)
        with pytest.raises(TicketUnknown):
            await reading.tickets.get(TicketId("2-1"))


def test_a_ticket_stored_before_reasons_had_roles_still_loads() -> None:
    ticket = arrived()
    body = json.loads(dump_ticket(ticket))
    for reason in body["classification"]["why"]:
        for new in ("role", "label", "repaired"):
            del reason[new]

    known = load_ticket(json.dumps(body), 1)

    old = [replace(one, role="told", label="", repaired=()) for one in ticket.classification.why]
    assert list(known.classification.why) == old


async def test_a_change_based_on_an_old_version_is_a_conflict(database: Database) -> None:
    ticket = arrived()
    await saved(database, ticket)
    async with make_store(database).work(PORTAL) as work:
        read = await work.tickets.get(TICKET)
        newer = await work.tickets.save(replace(read, subject="changed"))
        assert newer.version == 2
        with pytest.raises(Conflict):
            await work.tickets.save(read)
        with pytest.raises(Conflict):
            await work.tickets.save(ticket)  # as if it were new
        await work.commit()  # the unit is still good
    async with make_store(database).read(PORTAL) as reading:
        assert (await reading.tickets.get(TICKET)).subject == "changed"


async def test_lists_and_loads_of_one_portal(database: Database) -> None:
    ticket = arrived()
    taken = replace(ticket, id=TicketId("2-2"), assignee=IVANOV, team=LINE_1)
    gone = replace(taken, id=TicketId("2-3"), gone="deleted")
    await saved(database, ticket, taken, gone)
    async with make_store(database).work(PortalId(2)) as work:
        await work.tickets.save(taken, desk=1)
        await work.commit()

    async with make_store(database).read(PORTAL) as reading:
        assert await reading.tickets.load_of_agents() == {IVANOV: 1}
        assert await reading.tickets.load_of_teams() == {LINE_1: 1}
        assert [found.id for found in await reading.tickets.some(Wanted(unassigned=True))] == [TICKET]
        assert await reading.tickets.count(Wanted(open=True)) == 2
        assert await reading.tickets.count(Wanted(open=False)) == 1
        assert await reading.tickets.count(Wanted(assignee=IVANOV, words="2-2")) == 1
        assert await reading.tickets.open_ids(after=TicketId("2-2")) == [TICKET]
        assert await reading.tickets.behind(2) == [TicketId("2-2"), TICKET]
        assert await reading.tickets.behind(1) == []
        assert await reading.tickets.known([TICKET, TicketId("2-9")]) == {TICKET}


async def test_history_timers_and_messages_go_with_the_change(database: Database) -> None:
    store = make_store(database)
    message = BotMessage(17, TICKET, DISPATCHER, "1", "announce", live=True, sent_at=MORNING)
    async with store.work(PORTAL, cause="page:1") as work:
        await work.journal.add(TICKET, [Entry(Happened.ARRIVED, data={"stage": "Новая"})], at=MORNING)
        await work.journal.add(TICKET, [Entry(Happened.ASSIGNED, by=UserId(1))], at=MORNING)
        await work.timers.apply(TICKET, [SetTimer(Timer.SLA, MORNING), ClearTimer(Timer.SLA)])
        await work.timers.apply(TICKET, [SetTimer(Timer.UNASSIGNED, MORNING)])
        await work.messages.save(message)
        await work.messages.close(17)
        await work.commit()
    async with store.read(PORTAL) as reading:
        lines = await reading.journal.of(TICKET)
        assert [(line.what, line.by, line.data, line.cause) for line in lines] == [
            ("assigned", 1, {}, "page:1"),
            ("arrived", None, {"stage": "Новая"}, "page:1"),
        ]
        assert await reading.timers.due(f"ticket:{TICKET}", "unassigned") == MORNING
        assert await reading.timers.due(f"ticket:{TICKET}", "sla") is None
        assert await reading.messages.get(17) == replace(message, live=False)
        assert await reading.messages.of(TICKET, live_only=True) == []
