"""SLA of a ticket: which policy applies, what its clocks do, when somebody has to be warned, and whom."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from b24app.desk.model import Desk
from b24app.kit.ids import UserId
from b24app.pipelines.classify import Classification
from b24app.pipelines.stages import Stage
from b24app.sla import Clocks, Deadline, Policy, Role, Subject, choose, due, next_deadlines, open_clocks
from b24app.tickets.model import (
    ClearTimer,
    Correction,
    Decision,
    Effect,
    Entry,
    Happened,
    SetTimer,
    Ticket,
    Timer,
    WarnSla,
    WriteFields,
)

NO_CLOCKS: Final = Clocks()


def start(ticket: Ticket, stage: Stage, desk: Desk, now: datetime) -> Ticket:
    """The clocks of a new ticket: they run from its creation, however late we learnt of it."""
    policy = policy_for(ticket, desk)
    clocks = open_clocks(
        policy,
        desk.calendars,
        desk.calendar_name,
        min(ticket.opened_at, now),
        stage=stage.key,
        meaning=stage.meaning.value,
        line=str(ticket.line),
    )
    return replace(ticket, policy=policy.key if policy else "", clocks=clocks)


def policy_for(ticket: Ticket, desk: Desk) -> Policy | None:
    """The first policy whose conditions the ticket meets; none for spam and auto-replies.

    Where labels are only a guess (`Ticket.is_settled`), the best guess decides: a term has to run from the first minute.
    """
    if ticket.quiet:
        return None
    found = ticket.classification
    subject = Subject(
        type=found.request_type,
        category=found.category,
        priority=found.priority,
        client=str(ticket.company.id) if ticket.company else "",
        contract=desk.contract_of(ticket.company.id if ticket.company else None),
        line=str(ticket.line),
        team=str(ticket.team) if ticket.team is not None else "",
        channel=ticket.channel,
    )
    return choose(desk.policies, subject)


def enter_stage(ticket: Ticket, stage: Stage, desk: Desk, at: datetime) -> Ticket:
    """The ticket stands in another stage since `at`: clocks pause, go on, stop or begin anew by what it means."""
    del desk
    clocks = ticket.clocks.stage_entered(stage.key, stage.meaning.value, at)
    if not stage.meaning.is_final and ticket.is_closed:
        ticket = replace(ticket, warned=())
    return replace(ticket, stage=stage.code, meaning=stage.meaning, clocks=clocks)


def desk_changed(ticket: Ticket, desk: Desk, now: datetime) -> Decision:
    """New rules hold at once: used time stays as it was counted, open terms move."""
    return _under_rules(Decision(ticket), ticket, desk, now)


def _under_rules(decision: Decision, ticket: Ticket, desk: Desk, now: datetime) -> Decision:
    """The ticket under the policy it falls under now: its client, line, team or priority may have changed, or the desk."""
    if ticket.is_closed or ticket.gone:
        return decision
    policy = policy_for(ticket, desk)
    clocks = ticket.clocks.line_changed(str(ticket.line), now)
    clocks = clocks.ruled(policy, desk.calendars, desk.calendar_name, now)
    if clocks == ticket.clocks:
        return decision
    moved = replace(ticket, policy=policy.key if policy else "", clocks=clocks)
    entries = (_ruled_entry(policy),) if clocks.eras != ticket.clocks.eras else ()
    return replace(decision, ticket=moved, journal=(*decision.journal, *entries))


def _ruled_entry(policy: Policy | None) -> Entry:
    return Entry(Happened.SLA_CHANGED, data={"policy": (policy.title or policy.key) if policy else ""})


def stage_due(ticket: Ticket, now: datetime) -> datetime | None:
    """When the present stage has to be over; None without a target, on hold or closed."""
    return due(ticket.clocks, f"stage:{ticket.clocks.stage}", now)


def resolution_due(ticket: Ticket, now: datetime) -> datetime | None:
    """When the ticket has to be solved; None without a target, on hold or closed."""
    return due(ticket.clocks, "resolution", now)


def nearest_due(ticket: Ticket, now: datetime) -> datetime | None:
    """The nearest term that runs: what lists are sorted by and the portal's card shows."""
    names = ("first_response", "next_response", "resolution", f"stage:{ticket.clocks.stage}")
    return min((at for name in names if (at := due(ticket.clocks, name, now))), default=None)


def settle(before: Ticket | None, decision: Decision, desk: Desk, now: datetime) -> Decision:
    """Complete a decision: the right policy, a timer for the next SLA deadline, changed labels and terms on the portal's card.

    Doing it twice gives the same decision.
    """
    ticket = decision.ticket
    if ticket is None or ticket == before:
        return decision
    decision = _under_rules(decision, ticket, desk, now)
    ticket = decision.ticket or ticket
    effects = decision.effects
    changed = before is None or _written(before, now) != _written(ticket, now)
    if changed and not any(isinstance(effect, WriteFields) for effect in effects):
        effects = (*effects, WriteFields(ticket.id))
    if before is not None and _run(before) == _run(ticket):
        return replace(decision, effects=effects)
    timers = (*(timer for timer in decision.timers if timer.kind is not Timer.SLA), _timer(ticket, now))
    return replace(decision, effects=effects, timers=timers)


def _run(ticket: Ticket) -> tuple[Clocks, tuple[str, ...], bool, str]:
    """What deadlines depend on."""
    return ticket.clocks, ticket.warned, ticket.is_closed, ticket.gone


def _written(ticket: Ticket, now: datetime) -> tuple[datetime | None, str, Classification, tuple[Correction, ...], int]:
    return nearest_due(ticket, now), ticket.policy, ticket.classification, ticket.corrected, ticket.line


def _timer(ticket: Ticket, now: datetime) -> SetTimer | ClearTimer:
    waiting = [deadline.at for deadline in _open(ticket, now)]
    return SetTimer(Timer.SLA, max(min(waiting), now)) if waiting else ClearTimer(Timer.SLA)


def _open(ticket: Ticket, now: datetime) -> list[Deadline]:
    """Deadlines not given yet. A warning whose term is over already is none: the breach says more."""
    if ticket.is_closed or ticket.gone:
        return []
    fresh = [deadline for deadline in next_deadlines(ticket.clocks, now) if deadline.mark not in ticket.warned]
    return [deadline for deadline in fresh if deadline.offset.total_seconds() >= 0 or deadline.due_at > now]


def warn(ticket: Ticket, desk: Desk, now: datetime) -> Decision:
    """A deadline has come: tell the people it names, note a breach, and wait for the next one."""
    come = [deadline for deadline in _open(ticket, now) if deadline.at <= now]
    effects: list[Effect] = []
    entries: list[Entry] = []
    for deadline in come:
        people = tuple(dict.fromkeys(_people(ticket, deadline, desk)))
        offset = int(deadline.offset.total_seconds())
        effects += [WarnSla(ticket.id, person, deadline.clock, offset, deadline.due_at) for person in people]
        if offset == 0 or people:
            entries.append(_entry(deadline, offset, len(people)))
    marked = replace(ticket, warned=(*ticket.warned, *(deadline.mark for deadline in come)))
    return Decision(marked, tuple(effects), (_timer(marked, now),), tuple(entries))


def _entry(deadline: Deadline, offset: int, people: int) -> Entry:
    what = Happened.BREACHED if offset == 0 else Happened.WARNED
    return Entry(what, data={"clock": deadline.clock, "offset_s": offset, "people": people})


def _people(ticket: Ticket, deadline: Deadline, desk: Desk) -> Iterator[UserId]:
    """An unassigned ticket has no assignee to warn: its dispatcher hears of it every few minutes anyway."""
    for person in deadline.people:
        match person:
            case Role.ASSIGNEE:
                found = _holders(ticket, desk)
            case Role.DISPATCHER:
                found = list(desk.dispatchers())
            case Role.DEPUTY:
                found = [desk.deputy()]
            case Role.HEAD:
                found = [_head(ticket, desk)]
            case int() as user:
                found = [UserId(user)]
        yield from (user for user in found if user is not None)


def _holders(ticket: Ticket, desk: Desk) -> list[UserId | None]:
    """The assignee; where he has left the company, those who can give the ticket to somebody else."""
    left = ticket.assignee is not None and not desk.directory.works(ticket.assignee)
    return list(desk.dispatchers()) if left else [ticket.assignee]


def _head(ticket: Ticket, desk: Desk) -> UserId | None:
    """The head of the assignee; before there is one, the head of the desk."""
    above = desk.directory.head_of(ticket.assignee) if ticket.assignee else None
    return above or desk.head()
