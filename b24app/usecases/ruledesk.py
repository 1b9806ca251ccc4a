"""Classification rules at work before they hold: one text looked at closely, and a dry run over tickets of the past."""

from asyncio import to_thread
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any, Final

from b24app.db.work import Store
from b24app.kit.ids import PortalId, TicketId, item_of, number_of
from b24app.pipelines.classify import (
    Comparison,
    Inspection,
    RequestText,
    Rules,
    RuleSet,
    Sample,
    compare,
    inspect,
    rules_from_data,
)
from b24app.pipelines.classify.assist import Assistant
from b24app.pipelines.routing import routing_from_data
from b24app.tickets.model import Ticket
from b24app.usecases.deskedit import DeskEdit
from b24app.usecases.rules import learnt

DRY_RUN: Final = 200
MOST: Final = 1_000
LONGEST: Final = timedelta(seconds=15)
"""A dry run that takes longer tells how far it came."""


@dataclass(frozen=True, slots=True)
class TicketName:
    """A ticket in a list: what people see, and the deal it opens."""

    number: str
    deal: int
    subject: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would change, with the tickets it would change on."""

    found: Comparison
    names: Mapping[str, TicketName]
    seconds: float
    rules: Rules
    """Those of the draft, for titles."""


class RuleDesk:
    """Reads for the pages of classification. Rules are made ready and run in a thread, beside the event loop."""

    def __init__(self, store: Store, edit: DeskEdit) -> None:
        self._store, self._edit = store, edit

    async def inspect(self, portal: PortalId, request: RequestText) -> tuple[Inspection, Rules]:
        """One text by the draft (the published rules where there is none). `DeskInvalid` when the draft cannot be read."""
        data = (await self._edit.editing(portal)).data
        async with self._store.read(portal) as reading:
            model = await learnt(reading)
        return await to_thread(_inspected, data, request, model)

    async def dry_run(self, portal: PortalId, wanted: int = DRY_RUN) -> DryRun:
        """The latest tickets by the published rules and by the draft."""
        data = (await self._edit.editing(portal)).data
        async with self._store.read(portal) as reading:
            published = await reading.desks.published()
            tickets = await reading.tickets.latest(min(max(wanted, 1), MOST))
            model = await learnt(reading)
        before = published.document if published is not None else data
        return await to_thread(_run, before, data, tickets, model)


def _inspected(data: Mapping[str, Any], request: RequestText, model: Assistant | None) -> tuple[Inspection, Rules]:
    ready = ready_rules(data, model)
    return inspect(request, ready), ready.rules


def _run(before: Mapping[str, Any], after: Mapping[str, Any], tickets: list[Ticket], model: Assistant | None) -> DryRun:
    sets = ready_rules(before, model), ready_rules(after, model)
    started = monotonic()
    found = compare(map(sample_of, tickets), *sets, within(LONGEST))
    changed = {one.ticket for one in found.differences}
    names = {str(one.id): name_of(one) for one in tickets if one.id in changed}
    return DryRun(found, names, monotonic() - started, sets[1].rules)


def ready_rules(data: Mapping[str, Any], model: Assistant | None = None) -> RuleSet:
    """Classification and routing of a desk document, which may be a draft, as they decide with the portal's model.

    `DeskInvalid` names what is wrong with them.
    """
    return RuleSet(rules_from_data(data.get("classification")), routing_from_data(data.get("routing")), model)


def sample_of(ticket: Ticket) -> Sample:
    """What came in, and what people said about it."""
    subject = ticket.asked_subject or ticket.subject
    said = {one.axis.value: one.label for one in ticket.corrected}
    return Sample(ticket.id, RequestText(ticket.text, subject), said)


def name_of(ticket: Ticket) -> TicketName:
    """For a list."""
    return name_of_id(ticket.id, ticket.subject)


def name_of_id(ticket: TicketId, subject: str) -> TicketName:
    """For a list, without the ticket itself."""
    return TicketName(number_of(ticket), item_of(ticket)[1], subject)


def within(span: timedelta) -> Callable[[], bool]:
    """Says yes until so much time has passed."""
    end = monotonic() + span.total_seconds()
    return lambda: monotonic() < end
