"""Choosing the agent: by a button, on our pages, or by hand in the card."""

from dataclasses import replace
from datetime import datetime

from b24app.desk.model import Desk
from b24app.kit.errors import AgentLeft, AlreadyAssigned, NotAllowed, NotAssigned, PressOutdated, TicketClosed
from b24app.kit.ids import DepartmentId, UserId
from b24app.pipelines.stages import Meaning, Stage
from b24app.tickets import terms
from b24app.tickets.dispatch import close_notices
from b24app.tickets.model import (
    Accept,
    Announce,
    Assign,
    Browse,
    ClearTimer,
    Decision,
    Effect,
    Entry,
    Happened,
    Mirrored,
    Notice,
    Outcome,
    RefreshAgentNotice,
    Role,
    ShowAgents,
    ShowLabels,
    ShowTeams,
    TellAgent,
    Ticket,
    Timer,
    UpdateItem,
)


def assign(ticket: Ticket, command: Assign, desk: Desk, now: datetime) -> Decision:
    """A person chose the agent."""
    if ticket.is_closed:
        raise TicketClosed(ticket.number)
    if command.message is not None:
        pressed(ticket, command.message, command.by, desk)
    if ticket.assignee == command.agent:
        return _the_same_again(ticket, command)
    agent = desk.directory.agents.get(command.agent)
    if agent is None or not agent.active:
        raise AgentLeft(desk.directory.name(command.agent))
    return give(ticket, command.agent, desk, now, by=command.by, team=command.team)


def _the_same_again(ticket: Ticket, command: Assign) -> Decision:
    """Nothing changes. Who meant to hand the ticket over and chose himself gets his message back, with free buttons."""
    if command.message is None:
        return Decision(ticket)
    back = RefreshAgentNotice(ticket.id, command.by, command.message, accepted=ticket.accepted_at is not None)
    return Decision(ticket, (back,))


def pressed(ticket: Ticket, message: int, by: UserId, desk: Desk) -> Notice:
    """The live message whose button this person pressed and may press. Everything else is answered honestly."""
    notice = next((known for known in ticket.notices if known.message == message and known.to == by), None)
    is_his = notice is not None and notice.role is Role.ASSIGNEE and ticket.assignee == by
    if notice is not None and (is_his or desk.distributes(by)):
        return notice
    if ticket.is_closed:
        raise TicketClosed(ticket.number)
    if ticket.assignee is not None:
        raise AlreadyAssigned(ticket.number)
    if not desk.distributes(by):
        raise NotAllowed(ticket.number)
    raise PressOutdated(ticket.number)


def give(
    ticket: Ticket,
    agent: UserId,
    desk: Desk,
    now: datetime,
    *,
    by: UserId | None,
    team: DepartmentId | None = None,
    mirror: bool = True,
) -> Decision:
    """The ticket is this agent's from now on. `mirror` is False where the portal already shows the new responsible."""
    stage = _work_stage(ticket, desk)
    taken = replace(
        ticket,
        assignee=agent,
        team=team or _team_of(agent, desk) or ticket.team,
        assigned_at=now,
        accepted_at=now if by == agent else None,
    )
    moved = terms.enter_stage(taken, stage, desk, now) if stage else taken
    effects: tuple[Effect, ...] = (
        *_mirror(moved, stage, mirror=mirror),
        *close_notices(moved, Outcome.ASSIGNED, by),
        *(() if by == agent else (TellAgent(moved.id, agent, by),)),
    )
    entry = Entry(Happened.ASSIGNED, by, {"agent": agent, "before": ticket.assignee})
    decision = Decision(replace(moved, notices=()), effects, (ClearTimer(Timer.UNASSIGNED),), (entry,), (Announce,))
    return terms.settle(ticket, decision, desk, now)


def _work_stage(ticket: Ticket, desk: Desk) -> Stage | None:
    """Assignment moves TRIAGE to WORK; elsewhere the stage stays."""
    pipeline = desk.pipeline(ticket.pipeline)
    return pipeline.stage(Meaning.WORK) if pipeline and ticket.meaning is Meaning.TRIAGE else None


def _team_of(agent: UserId, desk: Desk) -> DepartmentId | None:
    known = desk.directory.agents.get(agent)
    return known.departments[0] if known and known.departments else None


def _mirror(ticket: Ticket, stage: Stage | None, *, mirror: bool) -> tuple[UpdateItem, ...]:
    responsible = ticket.assignee if mirror else None
    code = stage.code if stage else None
    return (UpdateItem(ticket.id, responsible, code),) if responsible is not None or code is not None else ()


def accept(ticket: Ticket, command: Accept, now: datetime) -> Decision:
    """The assignee says: I have it."""
    if ticket.is_closed:
        raise TicketClosed(ticket.number)
    if ticket.assignee is None:
        raise NotAssigned(ticket.number)
    if ticket.assignee != command.by:
        raise AlreadyAssigned(ticket.number)
    if ticket.accepted_at is not None:
        return Decision(ticket)
    # The message that lives, not the one the press names: the command may have been typed by hand.
    live = (notice for notice in ticket.notices if notice.to == command.by and notice.role is Role.ASSIGNEE)
    effects = tuple(RefreshAgentNotice(ticket.id, notice.to, notice.message, accepted=True) for notice in live)
    return Decision(replace(ticket, accepted_at=now), effects, journal=(Entry(Happened.ACCEPTED, command.by),))


def browse(ticket: Ticket, command: Browse, desk: Desk) -> Decision:
    """Turn the pages of buttons in one message: departments, people of one, back to where it began."""
    notice = pressed(ticket, command.message, command.by, desk)
    if command.team is not None and command.team in desk.directory.departments:
        shown: Effect = ShowAgents(ticket.id, command.by, command.message, command.team, command.page)
    elif notice.role is Role.ASSIGNEE and command.page < 0:
        shown = RefreshAgentNotice(ticket.id, command.by, command.message, accepted=ticket.accepted_at is not None)
    else:
        shown = ShowTeams(ticket.id, command.by, command.message, max(command.page, 0))
    return Decision(ticket, (shown,), cancel=(ShowAgents, ShowLabels, ShowTeams))


def mirrored(ticket: Ticket, command: Mirrored) -> Decision:
    """The portal confirmed our change: what it shows now is no news when the echo event comes."""
    shown = replace(ticket, seen_stage=command.stage, seen_responsible=command.responsible)
    return Decision(replace(shown, confirmed=ticket.confirmed + 1))
