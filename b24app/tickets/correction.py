"""What people say of a request: it holds at once and for good, and everything that follows from it follows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from b24app.desk.model import Desk
from b24app.kit.errors import RuleBroken
from b24app.kit.ids import UserId
from b24app.pipelines.classify import Classification, is_noise, relabel
from b24app.pipelines.classify.titles import KINDS, PRIORITIES
from b24app.pipelines.routing import LINES, route
from b24app.tickets import assignment, dispatch
from b24app.tickets.model import (
    Axis,
    BrowseLabels,
    ClearTimer,
    Comment,
    Correct,
    Correction,
    Decision,
    Entry,
    Happened,
    Labels,
    Remark,
    SetTimer,
    ShowAgents,
    ShowLabels,
    ShowTeams,
    Source,
    Ticket,
    Timer,
)

SPAM: Final = "spam"


def correct(ticket: Ticket, command: Correct, desk: Desk, now: datetime) -> Decision:
    """A person set labels. What was set already by a person is no news and is not told twice.

    A closed ticket can be corrected too: its labels and what is learnt from them change, its clocks stand.
    """
    notice = None
    if command.message is not None and command.by is not None:
        notice = assignment.pressed(ticket, command.message, command.by, desk)
    check(command.labels, desk)
    decision = relabelled(ticket, command.labels, desk, now, by=command.by, source=command.source)
    if decision.corrections or notice is None:
        return decision
    return replace(decision, effects=(dispatch.refresh_notice(ticket, notice),))  # frees the button of a second tap


def browse(ticket: Ticket, command: BrowseLabels, desk: Desk) -> Decision:
    """The labels on the buttons of the same message."""
    assignment.pressed(ticket, command.message, command.by, desk)
    shown = ShowLabels(ticket.id, command.by, command.message, command.axis, command.page)
    return Decision(ticket, (shown,), cancel=(ShowAgents, ShowLabels, ShowTeams))


def check(labels: Labels, desk: Desk) -> None:
    """Only words of the desk's rules can be set."""
    if labels.category is not None and desk.rules.book.category(labels.category) is None:
        raise RuleBroken(f"Нет категории «{labels.category}»")
    if labels.kind is not None and labels.kind not in {*KINDS, *desk.rules.book.kinds}:
        raise RuleBroken(f"Нет вида обращения «{labels.kind}»")
    if labels.priority is not None and labels.priority not in PRIORITIES:
        raise RuleBroken(f"Нет приоритета «{labels.priority}»")
    if labels.line is not None and labels.line not in LINES:
        raise RuleBroken(f"Нет линии {labels.line}")


def relabelled(
    ticket: Ticket, labels: Labels, desk: Desk, now: datetime, *, by: UserId | None, source: Source
) -> Decision:
    """The ticket with these labels, what has to be told, and what is to be kept of it."""
    made = tuple(_news(ticket, labels, now, by=by, source=source))
    if not made:
        return Decision(ticket)
    kept = tuple(one for one in ticket.corrected if one.axis not in {new.axis for new in made})
    changed = _with_labels(replace(ticket, corrected=(*kept, *made)), labels, desk)
    entries = tuple(
        Entry(Happened.CORRECTED, by, {"axis": one.axis, "before": one.before, "label": one.label, "source": source})
        for one in made
    )
    effects = (*dispatch.refresh_notices(changed), Comment(ticket.id, Remark.CORRECTED, made))
    return Decision(changed, effects, _reminders(ticket, changed, desk, now), entries, corrections=made)


def _news(ticket: Ticket, labels: Labels, now: datetime, *, by: UserId | None, source: Source) -> Iterator[Correction]:
    for axis in Axis:
        wanted = getattr(labels, axis.value)
        known = ticket.correction(axis)
        if wanted is None or (known is not None and known.label == str(wanted)):
            continue
        rule, why = ("", "") if known is not None else _reason(ticket.classification, axis)
        yield Correction(axis, label_of(ticket, axis), str(wanted), by, now, source, rule, why)


def _reason(found: Classification, axis: Axis) -> tuple[str, str]:
    first = next((reason for reason in found.why if reason.axis == axis.value), None)
    return (first.rule, first.text) if first is not None else ("", "")


def label_of(ticket: Ticket, axis: Axis) -> str:
    """The label as it stands."""
    return str(ticket.line) if axis is Axis.LINE else str(getattr(ticket.classification, axis.value))


def _with_labels(ticket: Ticket, labels: Labels, desk: Desk) -> Ticket:
    found = relabel(
        ticket.classification,
        desk.rules.book,
        category=labels.category,
        kind=labels.kind,
        priority=labels.priority,
        kept={one.axis.value for one in ticket.corrected},
    )
    line = ticket.correction(Axis.LINE)
    return replace(
        ticket,
        classification=found,
        line=int(line.label) if line is not None else route(found, desk.routing).line,
        quiet=is_noise(found) and (ticket.quiet or labels.category is not None),
    )


def reread(ticket: Ticket, found: Classification, desk: Desk) -> Ticket:
    """The ticket classified anew; what people set is not touched by it."""
    mine = {one.axis: one.label for one in ticket.corrected}
    labels = Labels(mine.get(Axis.CATEGORY), mine.get(Axis.KIND), mine.get(Axis.PRIORITY))
    noise = is_noise(found) and found.decision == "auto" and Axis.CATEGORY not in mine
    return _with_labels(replace(ticket, classification=found, quiet=noise or ticket.quiet), labels, desk)


def _reminders(before: Ticket, after: Ticket, desk: Desk, now: datetime) -> tuple[SetTimer | ClearTimer, ...]:
    """Spam that turns out to be a request is reminded of from now on, and the other way round."""
    if before.quiet == after.quiet or not after.is_unassigned:
        return ()
    return (ClearTimer(Timer.UNASSIGNED) if after.quiet else dispatch.next_reminder(desk, now),)


def as_spam(ticket: Ticket, desk: Desk, now: datetime, *, by: UserId) -> Decision:
    """The button «Спам» says so of the request, too; rules without that category have nothing to learn."""
    if desk.rules.book.category(SPAM) is None:
        return Decision(ticket)
    return relabelled(ticket, Labels(category=SPAM), desk, now, by=by, source=Source.MODEST)
