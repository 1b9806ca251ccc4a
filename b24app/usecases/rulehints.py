"""What the portal's own tickets say about its rules: hints for whoever writes them, and how often they were right.

Once a week Modest tells the administrator when there is something new to say.
"""

import json
from asyncio import to_thread
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from b24app.bitrix.methods_app import GetApp
from b24app.chatbot.hints import hints_message
from b24app.db.corrections import CORRECTED, CorrectionRow, Example
from b24app.db.inbox import InboxRow, Incoming, portal_lane
from b24app.db.models import Training
from b24app.db.outbox import Outgoing
from b24app.db.portals import PortalStatus
from b24app.db.timers import DueTimer
from b24app.db.work import Reading, Store, Work
from b24app.desk.model import Desk
from b24app.kit.clock import Clock
from b24app.kit.errors import PortalRefused, RuleBroken
from b24app.kit.ids import PortalId, TicketId, UserId
from b24app.pipelines.classify import (
    Hints,
    Lesson,
    RequestText,
    RuleSet,
    default_rules,
    hints_of,
    is_overlay,
    off_names,
    own_ids,
)
from b24app.pipelines.stages import Meaning
from b24app.portal.binding import Binding
from b24app.reports.accuracy import Figure, Judged, accuracy
from b24app.tickets.model import Axis, Ticket
from b24app.usecases.clients import Clients
from b24app.usecases.deliver import ANSWER
from b24app.usecases.effects import Urgency
from b24app.usecases.intake import Pass
from b24app.usecases.ruledesk import RuleDesk, TicketName, name_of_id, ready_rules, sample_of, within

RULE_HINTS: Final = "rule_hints"
"""Kind of the timer and of the inbox row; name of the mark with what was told."""
PORTAL: Final = "portal"
"""Subject of the timer."""
HOUR: Final = time(10)
LESSONS: Final = 2_000
PAST: Final = 500
JUDGED: Final = 2_000
SHOWN: Final = 200
"""Tickets behind one figure that are linked."""
LONGEST: Final = timedelta(seconds=20)
PERIOD: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class HintPage:
    """The hints of one portal, with the tickets they stand on."""

    hints: Hints
    names: Mapping[str, TicketName]


@dataclass(frozen=True, slots=True)
class AccuracyPage:
    """Figures by category, with the tickets behind them."""

    figures: tuple[Figure, ...]
    names: Mapping[str, TicketName]
    since: datetime
    capped: bool
    """More tickets came in than were counted: the latest `JUDGED` are."""
    training: Training | None
    """How the classifier's last training went; None before the first."""


class RuleHints:
    """Reads for the pages, and the weekly look."""

    def __init__(self, store: Store, clients: Clients, clock: Clock) -> None:
        self._store, self._clients, self._clock = store, clients, clock

    # --- pages

    async def hints(self, portal: PortalId) -> HintPage:
        """What there is to say about the published rules. Empty before the first publication."""
        async with self._store.read(portal) as reading:
            version = await reading.desks.published()
            if version is None:
                return HintPage(Hints(), {})
            examples = await reading.corrections.examples(limit=LESSONS)
            past = [sample_of(ticket).request for ticket in await reading.tickets.latest(PAST)]
        found = await to_thread(_hints, version.document, examples, past)
        return HintPage(found, await self._names(portal, _tickets(found)))

    async def accuracy(self, portal: PortalId, days: int = PERIOD.days) -> AccuracyPage:
        """Labels that were set by themselves since then, and what became of them."""
        since = self._clock.now() - timedelta(days=days)
        async with self._store.read(portal) as reading:
            latest = await reading.tickets.latest(JUDGED)
            tickets = [one for one in latest if one.opened_at >= since]
            made = await reading.corrections.since(since)
            training = await reading.models.last()
        figures = accuracy(judged(tickets, made))
        shown = {ticket for one in figures for ticket in (*one.changed[:SHOWN], *one.kept[:SHOWN])}
        names = {str(one.id): name_of_id(one.id, one.subject) for one in tickets if one.id in shown}
        return AccuracyPage(figures, names, since, capped=len(tickets) == JUDGED, training=training)

    async def _names(self, portal: PortalId, tickets: Iterable[str]) -> dict[str, TicketName]:
        async with self._store.read(portal) as reading:
            subjects = await reading.tickets.subjects([TicketId(one) for one in tickets])
        return {str(ticket): name_of_id(ticket, subject) for ticket, subject in subjects.items()}

    # --- once a week

    async def keep_timers(self) -> None:
        """Every portal we work with has its weekly timer."""
        async with self._store.read() as reading:
            portals = await reading.portals.active()
        for portal in portals:
            async with self._store.work(portal) as work:
                if await work.timers.due(PORTAL, RULE_HINTS) is None:
                    await self._set(work)
                    await work.commit()

    async def fired(self, work: Work, due: DueTimer, /) -> None:
        """The week is over: look at the rules beside this transaction, and wait for the next. Silent for a portal that left."""
        if await work.portals.status(work.portal) is not PortalStatus.ACTIVE:
            return
        await work.receive([Incoming(work.portal, portal_lane(work.portal, RULE_HINTS), RULE_HINTS, {"at": due.cause})])
        await self._set(work)

    async def _set(self, work: Work) -> None:
        settings = dict((await work.portals.get(work.portal)).settings)
        zone = ZoneInfo(Binding.from_data(settings).timezone or "UTC")
        await work.timers.set(PORTAL, RULE_HINTS, next_monday(self._clock.now(), zone))

    async def look(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """Tell the administrator what is new; nothing when there is nothing to say."""
        page = await self.hints(ctx.portal)
        async with self._store.read(ctx.portal) as reading:
            told = set(json.loads(await reading.marks.get(RULE_HINTS) or "[]"))
            to = await _administrator(reading)
        fresh = [key for key in page.hints.names() if key not in told]
        link = await self._link(ctx.portal) if fresh and to is not None else ""
        async with ctx.apply() as work:
            await work.marks.set(RULE_HINTS, json.dumps(page.hints.names(), ensure_ascii=False))
            if fresh and to is not None:
                text = hints_message((await work.desk()).language, fresh, link)
                await work.outbox.put([_message(rows[-1], to, text)])

    async def _link(self, portal: PortalId) -> str:
        """The application's page; empty where the portal does not tell its number."""
        client = await self._clients.of(portal)
        try:
            number = (await client(GetApp())).id
        except PortalRefused:
            return ""
        async with self._store.read() as reading:
            endpoint = (await reading.portals.get(portal)).client_endpoint
        return f"{endpoint.split('/rest/')[0]}/marketplace/app/{number}/" if number else ""


@dataclass(frozen=True, slots=True)
class RulePages:
    """What the pages of classification read."""

    desk: RuleDesk
    hints: RuleHints


def next_monday(now: datetime, zone: ZoneInfo) -> datetime:
    """Ten o'clock of the next Monday in the portal's zone, never the present moment."""
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=-local.weekday() % 7)
    at = datetime.combine(day, HOUR, zone)
    return at if at > now else datetime.combine(day + timedelta(days=7), HOUR, zone)


def judged(tickets: Iterable[Ticket], made: Iterable[CorrectionRow]) -> list[Judged]:
    """Categories set by themselves, with what people made of them. `made` is newest first."""
    first = {row.ticket: row.correction for row in made if row.correction.axis is Axis.CATEGORY}
    return [_judged(one, first[one.id].before if one.id in first else "") for one in tickets if _is_automatic(one)]


def _is_automatic(ticket: Ticket) -> bool:
    return ticket.classification.decision == "auto"


def _judged(ticket: Ticket, before: str) -> Judged:
    now = ticket.classification.category
    if before:
        return Judged(ticket.id, before, "kept" if now == before else "changed", now)
    confirmed = ticket.meaning is Meaning.DONE and ticket.closed_by is not None
    return Judged(ticket.id, now, "kept" if confirmed else "waiting", now)


def _hints(document: Mapping[str, Any], examples: Sequence[Example], past: Sequence[RequestText]) -> Hints:
    ready: RuleSet = ready_rules(document)
    lessons = [lesson for example in examples if (lesson := _lesson(example)) is not None]
    return hints_of(lessons, past, ready, _own(document.get("classification")), within(LONGEST))


def _lesson(example: Example) -> Lesson | None:
    known = next((one for one in example.known if one.axis is Axis.CATEGORY), None)
    if known is None:
        return None
    request = RequestText(example.text, example.subject)
    return Lesson(example.ticket, request, known.label, known.weight >= CORRECTED)


def _own(own: Any) -> frozenset[str]:
    """Rules that people wrote themselves, and that are on."""
    book = default_rules().book
    built_in = {rule.id for one in book.categories for rule in one.rules} | {rule.id for rule in book.priority}
    written = own_ids(own) - frozenset(off_names(own or {}))
    return written if is_overlay(own) else written - built_in


def _tickets(hints: Hints) -> set[str]:
    found = {ticket for one in hints.phrases for ticket in (*one.tickets, *one.others)}
    found |= {ticket for one in hints.wrong for ticket in (*one.wrong, *one.right)}
    return found | {ticket for one in hints.confused for ticket in one.tickets}


async def _administrator(reading: Reading) -> UserId | None:
    """Who installed the application, while they work here; else the head of support."""
    binding = Binding.from_data(dict((await reading.portals.get(reading.portal)).settings))
    try:
        desk: Desk = await reading.desk()
    except RuleBroken:
        return None
    if binding.installer is not None and desk.directory.works(binding.installer):
        return binding.installer
    return desk.head() or next(iter(desk.dispatchers()), None)


def _message(row: InboxRow, to: UserId, text: str) -> Outgoing:
    effect = {"to": to, "text": text, "ticket": ""}
    return Outgoing(f"user:{to}", ANSWER, effect, "tolerant", Urgency.BACKGROUND, key=f"hints:{row.id}")
