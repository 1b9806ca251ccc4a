"""State + command + desk + now in, new state + effects out. The only place where a ticket changes."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from b24app.desk.model import Desk
from b24app.kit.errors import TicketUnknown
from b24app.tickets import arrival, assignment, correction, dispatch, movement, ownfields, terms
from b24app.tickets.model import (
    Accept,
    Assign,
    BotReplaced,
    Browse,
    BrowseLabels,
    Command,
    Correct,
    Decision,
    DeskChanged,
    Gone,
    Mirrored,
    Move,
    Observed,
    Said,
    Ticket,
    Timer,
    TimerFired,
    WriteFields,
)


def decide(ticket: Ticket | None, command: Command, *, desk: Desk, now: datetime) -> Decision:
    """Say what the ticket becomes and what the world must be told. `ticket` is None when we do not know it yet.

    Raises `RuleBroken` (its subclasses say what exactly) when a person asks for what the rules forbid.
    """
    return _written_down(terms.settle(ticket, _decided(ticket, command, desk, now), desk, now))


def _written_down(decision: Decision) -> Decision:
    """Labels that go to the deal's own fields are remembered, so that they are no news when they come back."""
    if decision.ticket is None or not any(isinstance(effect, WriteFields) for effect in decision.effects):
        return decision
    return replace(decision, ticket=ownfields.noted(decision.ticket))


def _decided(ticket: Ticket | None, command: Command, desk: Desk, now: datetime) -> Decision:
    if isinstance(command, Observed):
        return arrival.observe(ticket, command, desk, now)
    if ticket is None or (ticket.gone and not isinstance(command, Gone | Said | TimerFired)):
        return _unknown(command)
    return _of_known(ticket, command, desk, now)


def _unknown(command: Command) -> Decision:
    """People get an honest answer; the portal and time are simply late."""
    match command:
        case Assign() | Move() | Accept() | Browse() | Correct() | BrowseLabels():
            raise TicketUnknown(command.ticket)
        case _:
            return Decision(None)


def _of_known(  # noqa: C901, PLR0911, PLR0912 - one line for each command
    ticket: Ticket, command: Command, desk: Desk, now: datetime
) -> Decision:
    match command:
        case Observed():
            return arrival.observe(ticket, command, desk, now)
        case Gone():
            return movement.gone(ticket, command)
        case Assign():
            return assignment.assign(ticket, command, desk, now)
        case Accept():
            return assignment.accept(ticket, command, now)
        case Browse():
            return assignment.browse(ticket, command, desk)
        case Correct():
            return correction.correct(ticket, command, desk, now)
        case BrowseLabels():
            return correction.browse(ticket, command, desk)
        case Move():
            return movement.move(ticket, command, desk, now)
        case Said():
            return dispatch.said(ticket, command, desk, now)
        case Mirrored():
            return assignment.mirrored(ticket, command)
        case TimerFired():
            return _on_timer(ticket, command.kind, desk, now)
        case DeskChanged():
            return _under_new_rules(ticket, desk, now)
        case BotReplaced():
            return dispatch.bot_replaced(ticket, desk)
        case _:
            assert_never(command)


def _under_new_rules(ticket: Ticket, desk: Desk, now: datetime) -> Decision:
    timed = terms.desk_changed(ticket, desk, now)
    return timed.then(dispatch.people_changed(timed.ticket or ticket, desk))


def _on_timer(ticket: Ticket, kind: Timer, desk: Desk, now: datetime) -> Decision:
    match kind:
        case Timer.UNASSIGNED:
            return dispatch.remind(ticket, desk, now)
        case Timer.SLA:
            return terms.warn(ticket, desk, now)
        case _:
            assert_never(kind)
