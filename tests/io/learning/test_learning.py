"""A wrong guess is corrected, the service learns in a child process, and the next request like it is right."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from b24app.db.engine import Database
from b24app.db.work import Store
from b24app.desk.builtin import built_in_desk
from b24app.desk.model import Desk
from b24app.jobs.timers import TimerSweep
from b24app.kit.ids import PortalId, TicketId
from b24app.pipelines.classify import Classification, RequestText, classify
from b24app.tickets.model import Axis, Correction, Source, Ticket
from b24app.usecases.deskedit import DeskEdit
from b24app.usecases.learning import SUBJECT, TIMER, Child, Learning, Outcome, Task
from b24app.usecases.ruledesk import RuleDesk
from b24app.usecases.rules import Rules
from tests.story import DISPATCHER, MORNING, Story
from tests.support.work import StandingClock, active_portal, make_store

PRINTERS = ["картридж потёк", "тонер кончился", "лоток зажевал бумагу", "картридж пустой", "печать полосит"]
MAILBOX = ["рассылка встала", "входящие пропали", "исходящие зависли", "входящие пусты", "рассылка двоится"]
PLACES = ["в офисе", "у бухгалтера", "с утра", "на складе", "в филиале"]
OWN = {
    "categories": {
        "email": {"request_type": "technical", "rules": [{"any": ["почта", "письмо"]}]},
        "sites": {"request_type": "technical", "rules": [{"any": ["сайт", "страница"]}]},
    }
}
UNSEEN = "опять потёк картридж у директора"


class Office:
    """A portal with the built-in desk, and people who correct what the classifier guessed."""

    def __init__(self, store: Store, clock: StandingClock, portal: PortalId) -> None:
        self.store, self.clock, self.portal = store, clock, portal
        self._number = 0

    async def corrects(self, texts: list[str], label: str, places: list[str] = PLACES) -> None:
        async with self.store.work(self.portal) as work:
            for ticket in [self._ticket(f"{text} {place}", label) for text in texts for place in places]:
                await work.tickets.save(ticket, desk=1, at=MORNING)
                await work.corrections.add(ticket.id, ticket.corrected, desk=1)
            await work.commit()

    def _ticket(self, text: str, label: str) -> Ticket:
        self._number += 1
        story = Story()
        story.ticket_arrives()
        made = Correction(Axis.CATEGORY, "none", label, DISPATCHER, MORNING, Source.MODEST)
        id_ = TicketId(f"2-{self._number}")
        return replace(story.known, id=id_, version=0, subject="", asked_subject="", text=text, corrected=(made,))

    async def desk(self) -> Desk:
        async with self.store.read(self.portal) as reading:
            return await reading.desk()

    async def sorts(self, text: str) -> Classification:
        desk = await self.desk()
        return classify(RequestText(text), desk.rules, desk.model)

    async def report(self) -> tuple[str, ...]:
        async with self.store.read(self.portal) as reading:
            last = await reading.models.last()
        return last.report if last is not None else ()


@pytest.fixture
async def office(database: Database) -> Office:
    clock = StandingClock()
    store = make_store(database, clock)
    store.bind_desk = Rules(timedelta(minutes=5)).bind
    portal = await active_portal(store)
    async with store.work(portal) as work:
        await work.desks.publish(built_in_desk() | {"classification": OWN}, author=None)
        await work.commit()
    return Office(store, clock, portal)


class Kept:
    """A learner that keeps what it was asked, and learns nothing."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    async def __call__(self, task: Task, /) -> Outcome:
        self.tasks.append(task)
        return Outcome(("ничего нового",))


async def test_what_people_corrected_is_right_the_next_time(office: Office) -> None:
    assert (await office.sorts(UNSEEN)).category != "sites"
    await office.corrects(PRINTERS, "sites")
    await office.corrects(MAILBOX, "email")

    assert await Learning(office.store, office.clock).sweep() == 1

    found = await office.sorts(UNSEEN)
    assert found.category == "sites", await office.report()
    assert any("картридж" in one.text for one in found.why)
    assert found.model_version
    assert "категория: на 50 примерах модель" in (await office.report())[0]
    assert await Learning(office.store, office.clock).sweep() == 0  # nothing new since


class Reader(DeskEdit):
    """The settings pages' way to the desk, for reading alone."""

    def __init__(self, store: Store) -> None:
        self._store = store


async def test_the_test_box_and_the_dry_run_show_what_would_really_be_set(office: Office) -> None:
    await office.corrects(PRINTERS, "sites")
    await office.corrects(MAILBOX, "email")
    pages = RuleDesk(office.store, Reader(office.store))
    untaught, _ = await pages.inspect(office.portal, RequestText(UNSEEN))

    await Learning(office.store, office.clock).sweep()

    taught, _ = await pages.inspect(office.portal, RequestText(UNSEEN))
    assert (untaught.found.category, taught.found.category) == ("none", "sites")
    agreement = (await pages.dry_run(office.portal)).found.agreement["category"]
    assert (agreement.said, agreement.after) == (50, 50)


async def test_a_few_corrections_wait_for_the_night(office: Office) -> None:
    kept = Kept()
    learning = Learning(office.store, office.clock, kept)
    await office.corrects(PRINTERS[:1], "sites", PLACES[:3])
    await learning.sweep()
    assert not kept.tasks

    async with office.store.read(office.portal) as reading:
        due = await reading.timers.due(SUBJECT, TIMER)
    assert due is not None
    assert due.isoformat() == "2026-09-02T00:30:00+00:00"  # 03:30 in Moscow
    office.clock.moment = due
    assert await TimerSweep(office.store, {TIMER: learning.night}).sweep() == 1
    await learning.sweep()

    assert [len(task.examples) for task in kept.tasks] == [3]
    async with office.store.read(office.portal) as reading:
        assert await reading.timers.due(SUBJECT, TIMER) == due + timedelta(days=1)
    await learning.sweep()
    assert len(kept.tasks) == 1


async def test_a_training_that_is_killed_is_done_again(office: Office) -> None:
    await office.corrects(PRINTERS, "sites")

    class Killed(Kept):
        async def __call__(self, task: Task, /) -> Outcome:
            await super().__call__(task)
            raise asyncio.CancelledError  # the service is stopped

    with pytest.raises(asyncio.CancelledError):
        await Learning(office.store, office.clock, Killed()).sweep()

    kept = Kept()
    assert await Learning(office.store, office.clock, kept).sweep() == 1
    assert len(kept.tasks[0].examples) == 25


async def test_nodes_teach_one_after_another_and_once(office: Office) -> None:
    await office.corrects(PRINTERS, "sites")
    kept = Kept()

    await asyncio.gather(*(Learning(office.store, office.clock, kept).sweep() for _ in range(2)))

    assert len(kept.tasks) == 1 or office.store.database.is_sqlite  # there one process is the installation


async def test_a_child_that_takes_too_long_is_ended_and_the_old_model_stays() -> None:
    outcome = await Child(timedelta(milliseconds=50))(Task(None, [], None, 0))
    assert outcome.file is None
    assert "не уложилось" in outcome.report[0]


async def test_a_child_that_fails_leaves_the_old_model(caplog: pytest.LogCaptureFixture) -> None:
    outcome = await Child(module="b24app.no_such_module")(Task(None, [], None, 0))

    assert outcome.file is None
    assert "не удалось" in outcome.report[0]
    assert "No module" in caplog.text


async def test_a_stored_model_that_was_damaged_leaves_the_rules_alone(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.corrects(PRINTERS, "sites")
    await office.corrects(MAILBOX, "email")
    await Learning(office.store, office.clock).sweep()
    async with office.store.work(office.portal) as work:
        file, last = await work.models.file(), await work.models.last()
        assert file is not None
        assert last is not None
        await work.models.save(last, "damaged", replace(file, arrays=file.arrays[:-9]))
        await work.commit()

    assert (await office.desk()).model is None
    assert "model unusable" in caplog.text
