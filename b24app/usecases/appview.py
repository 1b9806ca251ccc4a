"""What the install page and the application's page show, and what an administrator changes there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func, select

from b24app.db.inbox import Incoming, portal_lane
from b24app.db.portals import Portal
from b24app.db.queue import Item, unfinished
from b24app.db.tables import DEAD, inbox
from b24app.db.tickets import Wanted
from b24app.db.work import Reading, Store
from b24app.desk.directory import Agent, Department
from b24app.desk.model import Desk, People
from b24app.kit.clock import Clock, SystemClock, from_ms
from b24app.kit.errors import PortalError, RuleBroken
from b24app.kit.ids import PipelineId, PortalId, UserId, item_of
from b24app.portal.binding import Binding
from b24app.sla import ClockView, most_urgent
from b24app.tickets.model import Ticket, Timer
from b24app.usecases.clients import Clients
from b24app.usecases.desks import DeskOffice
from b24app.usecases.installing import PROVISION, StepState, is_ready, steps_of
from b24app.usecases.rules import Rules
from b24app.usecases.staff import Choice, existing_pipeline, list_pipelines, people_data

LONGEST: Final = 200
FAR: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One open ticket of the queue."""

    number: str
    deal: int
    subject: str
    company: str
    stage: str
    assignee: str
    """Empty: nobody yet."""
    priority: str
    clock: ClockView | None


@dataclass(frozen=True, slots=True)
class Queue:
    """Open tickets, and how Modest asks about those that nobody holds."""

    rows: tuple[QueueRow, ...] = ()
    reminded: int = 0
    """How often for the ticket that has waited longest."""
    reminder: datetime | None = None
    """When he asks next."""

    @property
    def unassigned(self) -> int:
        """Tickets without an assignee."""
        return sum(not row.assignee for row in self.rows)


@dataclass(frozen=True, slots=True)
class Setup:
    """The choices of an administrator, prefilled."""

    agents: tuple[Agent, ...]
    departments: tuple[Department, ...]
    people: People
    pipelines: tuple[tuple[int, str], ...]
    """Of the portal; the bound one alone when it does not answer, so that a form sent then changes nothing."""
    pipeline: int | None
    """The bound one; None while there is none."""

    def on_buttons(self) -> frozenset[int]:
        """Departments on Modest's buttons: the chosen ones, else all that have employees."""
        return frozenset(self.people.departments or (team.id for team in self.departments))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How the installation is."""

    steps: tuple[StepState, ...]
    last_event: datetime | None
    unfinished: tuple[Item, ...]


class AppPages:
    """Reads for the pages, and the one change they offer."""

    def __init__(self, store: Store, clients: Clients, desks: DeskOffice, rules: Rules, clock: Clock) -> None:
        self._store, self._clients, self._desks, self._rules, self._clock = store, clients, desks, rules, clock

    async def portal(self, portal: PortalId) -> Portal:
        """The installation as it stands."""
        async with self._store.read() as reading:
            return await reading.portals.get(portal)

    async def progress(self, portal: PortalId) -> tuple[tuple[StepState, ...], bool]:
        """Every step, and whether all is bound."""
        settings = (await self.portal(portal)).settings
        return steps_of(settings), is_ready(settings)

    async def queue(self, portal: PortalId) -> Queue:
        """Open tickets: who is late, who has nobody, then by due time. Empty before the first publication."""
        async with self._store.read(portal) as reading:
            if await reading.desks.published() is None:
                return Queue()
            desk = await reading.desk()
            tickets = await reading.tickets.some(Wanted(open=True), limit=LONGEST)
            reminder = await reading.timers.nearest(Timer.UNASSIGNED)
        now = self._clock.now()
        clocks = {ticket.id: most_urgent(ticket.clocks, now) for ticket in tickets}
        ordered = sorted(tickets, key=lambda ticket: _urgency(ticket, clocks[ticket.id]))
        rows = tuple(_row(ticket, clocks[ticket.id], desk) for ticket in ordered)
        return Queue(rows, max((ticket.reminders for ticket in tickets if ticket.is_unassigned), default=0), reminder)

    async def zone(self, portal: PortalId) -> str:
        """The zone moments are shown in."""
        return Binding.from_data(dict((await self.portal(portal)).settings)).timezone or "UTC"

    async def setup(self, portal: PortalId) -> Setup | None:
        """What can be chosen; None before people and rules are there."""
        async with self._store.read(portal) as reading:
            version = await reading.desks.published()
            directory = await reading.people.directory()
            row = await reading.portals.get(portal)
        if version is None or not directory.agents:
            return None
        document = self._rules.parse(version.document)
        plan = document.pipelines[0]
        place = Binding.from_data(dict(row.settings)).pipelines.get(plan.key)
        bound = ((int(place.id), plan.title),) if place else ()
        return Setup(
            agents=tuple(sorted((a for a in directory.agents.values() if a.active), key=lambda a: (a.name, a.id))),
            departments=directory.staffed(),
            people=document.people,
            pipelines=await self._pipelines(portal) or bound,
            pipeline=place.id if place else None,
        )

    async def _pipelines(self, portal: PortalId) -> tuple[tuple[int, str], ...]:
        try:
            found = await list_pipelines(await self._clients.of(portal))
        except PortalError:
            return ()
        return tuple((one.id, one.name) for one in found)

    async def diagnosis(self, portal: PortalId) -> Diagnosis:
        """Steps, the last event, what failed."""
        async with self._store.read(portal) as reading:
            settings = (await reading.portals.get(portal)).settings
            dead = await unfinished(reading.session, portal=portal, states=(DEAD,), limit=50)
            last = await _last_event(reading, portal)
        return Diagnosis(steps_of(settings), last, tuple(dead))

    async def choose(self, portal: PortalId, choice: Choice, *, by: UserId) -> None:
        """New rules of people, at once; another pipeline is bound and made ready by background work."""
        async with self._store.read(portal) as reading:
            version = await reading.desks.published()
            directory = await reading.people.directory()
        if version is None:
            raise RuleBroken("Установка ещё не дошла до правил. Подождите минуту.")
        people = people_data(choice, directory)
        await self._bind_pipeline(portal, version.document, choice.pipeline)
        if people != version.document.get("people"):
            data = {**version.document, "people": people}
            await self._desks.publish(portal, data, author=by, comment="Люди поддержки")

    async def _bind_pipeline(self, portal: PortalId, document: Any, wanted: PipelineId | None) -> None:
        plan = self._rules.parse(document)
        key = plan.pipelines[0].key
        bound = Binding.from_data(dict((await self.portal(portal)).settings)).pipelines.get(key)
        if bound is not None and wanted == bound.id:
            return
        place = None
        if wanted is not None:
            found = await existing_pipeline(await self._clients.of(portal), plan, wanted)
            place = {"id": found.id, "codes": dict(found.codes)}
        async with self._store.work(portal) as work:
            settings = dict((await work.portals.get(portal, lock=True)).settings)
            await work.portals.save_settings(portal, _with_pipeline(settings, key, place))
            await work.receive([Incoming(portal, portal_lane(portal), PROVISION, {})])
            await work.commit()


def _with_pipeline(settings: Mapping[str, Any], key: str, place: Mapping[str, Any] | None) -> dict[str, Any]:
    pipelines = {name: known for name, known in settings.get("pipelines", {}).items() if name != key}
    if place is not None:
        pipelines[key] = place
    steps = {**settings.get("steps", {}), "pipeline": {"state": "waiting", "error": ""}}
    return {**settings, "pipelines": pipelines, "steps": steps}


async def _last_event(reading: Reading, portal: PortalId) -> datetime | None:
    """By the clock of the page: rows of the inbox carry real time, a rehearsal lives in another one."""
    found = await reading.session.execute(select(func.max(inbox.c.received_at)).where(inbox.c.portal_id == portal))
    moment = found.scalar()
    if moment is None:
        return None
    return reading.clock.now() - (SystemClock().now() - from_ms(int(moment)))


def _urgency(ticket: Ticket, clock: ClockView | None) -> tuple[int, datetime, str]:
    """Who is late first, then who has nobody, then by the nearest term."""
    late = clock is not None and clock.state == "bad"
    due = clock.due_at if clock and clock.due_at else FAR
    return (0 if late else 1 if ticket.is_unassigned else 2, due, ticket.id)


def _row(ticket: Ticket, clock: ClockView | None, desk: Desk) -> QueueRow:
    stage = next((found for one in desk.pipelines if (found := one.by_code(ticket.stage))), None)
    client = ticket.company or ticket.requester
    return QueueRow(
        number=ticket.number,
        deal=item_of(ticket.id)[1],
        subject=ticket.subject,
        company=client.name if client else "",
        stage=stage.title if stage else "",
        assignee=desk.directory.name(ticket.assignee) if ticket.assignee else "",
        priority=ticket.classification.priority,
        clock=clock,
    )
