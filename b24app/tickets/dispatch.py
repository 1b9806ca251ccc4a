"""Modest and the dispatcher: the announcement, the reminder every few minutes, the one message with live buttons."""

from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from b24app.desk.model import Desk
from b24app.kit.errors import CalendarNeverOpens
from b24app.kit.ids import UserId
from b24app.tickets.model import (
    Announce,
    ClearTimer,
    CloseNotice,
    Decision,
    Effect,
    Entry,
    Happened,
    Notice,
    Outcome,
    RefreshAgentNotice,
    RemoveNotice,
    Role,
    Said,
    SetTimer,
    ShowAgents,
    ShowLabels,
    ShowTeams,
    TellAgent,
    Ticket,
    Timer,
)

MESSAGES: Final[tuple[type[Effect], ...]] = (
    Announce,
    CloseNotice,
    RefreshAgentNotice,
    RemoveNotice,
    ShowAgents,
    ShowLabels,
    ShowTeams,
    TellAgent,
)
"""Effects that write or change a message with buttons."""


def announce(ticket: Ticket, desk: Desk, now: datetime) -> tuple[tuple[Effect, ...], SetTimer | ClearTimer]:
    """The first messages of an unassigned ticket, and the deadline of the first reminder; spam has none."""
    first = tuple(Announce(ticket.id, user, Role.DISPATCHER, 0) for user in desk.dispatchers())
    return first, ClearTimer(Timer.UNASSIGNED) if ticket.quiet else next_reminder(desk, now)


def next_reminder(desk: Desk, now: datetime) -> SetTimer:
    """One step from now; outside business hours it waits for the next opening, unless the desk says round the clock."""
    due = now + desk.bot.remind_every
    if desk.bot.round_the_clock or desk.calendar.is_open(due):
        return SetTimer(Timer.UNASSIGNED, due)
    try:
        return SetTimer(Timer.UNASSIGNED, desk.calendar.next_open(due))
    except CalendarNeverOpens:  # a calendar that never opens must not silence the reminders for ever
        return SetTimer(Timer.UNASSIGNED, due)


def remind(ticket: Ticket, desk: Desk, now: datetime) -> Decision:
    """The step has passed: a new message for everybody who has to act, unless somebody was chosen meanwhile."""
    if not ticket.is_unassigned or ticket.quiet:
        return Decision(ticket, timers=(ClearTimer(Timer.UNASSIGNED),))
    nth = ticket.reminders + 1
    told = dict(_recipients(desk, nth))
    reminders = tuple(Announce(ticket.id, user, role, nth) for user, role in told.items())
    released = _released(ticket, told)
    kept = tuple(notice for notice in ticket.notices if notice.to in told)
    return Decision(
        replace(ticket, reminders=nth, notices=kept),
        (*reminders, *released),
        (next_reminder(desk, now),),
        (Entry(Happened.REMINDED, data={"nth": nth, "people": len(told)}),),
        cancel=(Announce,),
    )


def _released(ticket: Ticket, told: Container[UserId]) -> tuple[RemoveNotice, ...]:
    """Messages of people who are no longer asked: a new dispatcher was named, somebody left the company."""
    return tuple(RemoveNotice(ticket.id, old.to, old.message) for old in ticket.notices if old.to not in told)


def people_changed(ticket: Ticket, desk: Desk) -> Decision:
    """Another desk holds: new dispatchers see the unassigned ticket at once, former ones do not any more."""
    if not ticket.is_unassigned:
        return Decision(ticket)
    told = dict(_recipients(desk, ticket.reminders))
    have = {notice.to for notice in ticket.notices}
    if have == set(told):
        return Decision(ticket)
    new = tuple(Announce(ticket.id, user, role, ticket.reminders) for user, role in told.items() if user not in have)
    kept = tuple(notice for notice in ticket.notices if notice.to in told)
    return Decision(replace(ticket, notices=kept), (*new, *_released(ticket, told)), cancel=(Announce,))


def bot_replaced(ticket: Ticket, desk: Desk) -> Decision:
    """Buttons of the former bot are dead: who has to act gets a message of the new one."""
    fresh = replace(ticket, notices=())
    effects: tuple[Effect, ...] = ()
    if ticket.is_unassigned:
        told = dict(_recipients(desk, ticket.reminders))
        effects = tuple(Announce(ticket.id, user, role, ticket.reminders) for user, role in told.items())
    elif ticket.assignee is not None and ticket.accepted_at is None and not ticket.is_closed:
        effects = (TellAgent(ticket.id, ticket.assignee, None),)
    return Decision(fresh, effects, cancel=MESSAGES)


def _recipients(desk: Desk, nth: int) -> Iterator[tuple[UserId, Role]]:
    """After so many reminders the deputy, then the head; a person named twice is told once, in the first capacity."""
    people = [(user, Role.DISPATCHER) for user in desk.dispatchers()]
    deputy, head = desk.deputy(), desk.head()
    if nth > desk.bot.deputy_after and deputy is not None:
        people.append((deputy, Role.DEPUTY))
    if nth > desk.bot.head_after and head is not None:
        people.append((head, Role.HEAD))
    seen: set[UserId] = set()
    for user, role in people:
        if user not in seen:
            seen.add(user)
            yield user, role


def said(ticket: Ticket, command: Said, desk: Desk, now: datetime) -> Decision:
    """A message has its id now: it becomes the one with live buttons, or loses them at once if it came too late."""
    notice = Notice(command.to, command.message, command.role, command.nth, now)
    if not _is_wanted(ticket, notice):
        return Decision(ticket, (_too_late(ticket, notice),))
    if notice.role is not Role.ASSIGNEE and notice.to not in dict(_recipients(desk, ticket.reminders)):
        return Decision(
            ticket, (RemoveNotice(ticket.id, notice.to, notice.message),)
        )  # replaced while it was on its way
    older = tuple(known for known in ticket.notices if _replaces(notice, known))
    if any(_replaces(known, notice) for known in ticket.notices):
        return Decision(ticket, (RemoveNotice(ticket.id, notice.to, notice.message),))
    kept = tuple(known for known in ticket.notices if known not in older)
    removals = tuple(RemoveNotice(ticket.id, known.to, known.message) for known in older)
    return Decision(replace(ticket, notices=(*kept, notice)), removals)


def _is_wanted(ticket: Ticket, notice: Notice) -> bool:
    if notice.role is Role.ASSIGNEE:
        return ticket.assignee == notice.to and not ticket.is_closed and not ticket.gone
    return ticket.is_unassigned


def _replaces(newer: Notice, older: Notice) -> bool:
    """Both ask the same person the same thing; the later step wins, of equals the later message."""
    same = newer.to == older.to and (newer.role is Role.ASSIGNEE) == (older.role is Role.ASSIGNEE)
    return same and (newer.nth, newer.message) > (older.nth, older.message)


def _too_late(ticket: Ticket, notice: Notice) -> CloseNotice:
    return CloseNotice(ticket.id, notice.to, notice.message, outcome_of(ticket, notice.role), ticket.assignee)


def outcome_of(ticket: Ticket, role: Role = Role.DISPATCHER) -> Outcome:
    """Why nobody has to be chosen any more."""
    if ticket.gone:
        return Outcome.DELETED if ticket.gone == "deleted" else Outcome.LEFT
    if ticket.is_closed:
        return Outcome.CLOSED
    return Outcome.PASSED if role is Role.ASSIGNEE else Outcome.ASSIGNED


def close_notices(ticket: Ticket, outcome: Outcome, by: UserId | None = None) -> tuple[CloseNotice, ...]:
    """Take the buttons away from every live message of the ticket and say how it ended."""
    return tuple(
        CloseNotice(ticket.id, notice.to, notice.message, _for_role(outcome, notice), ticket.assignee, by)
        for notice in ticket.notices
    )


def refresh_notices(ticket: Ticket) -> tuple[Effect, ...]:
    """Every live message of the ticket says anew how it stands, with its first buttons."""
    return tuple(refresh_notice(ticket, notice) for notice in ticket.notices)


def refresh_notice(ticket: Ticket, notice: Notice) -> Effect:
    """This message as it has to look now."""
    if notice.role is Role.ASSIGNEE:
        return RefreshAgentNotice(ticket.id, notice.to, notice.message, accepted=ticket.accepted_at is not None)
    return ShowTeams(ticket.id, notice.to, notice.message)


def _for_role(outcome: Outcome, notice: Notice) -> Outcome:
    return Outcome.PASSED if outcome is Outcome.ASSIGNED and notice.role is Role.ASSIGNEE else outcome
