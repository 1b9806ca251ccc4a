"""Who may see a ticket's card, who may act on it, and whom it can be given to."""

from collections.abc import Iterable, Mapping

from b24app.desk.directory import Agent
from b24app.desk.model import Desk
from b24app.kit.ids import DepartmentId, UserId
from b24app.tickets.model import Ticket
from b24app.tickets.teams import offered, proposed
from b24app.usecases.views import Candidate, Choice, TeamOf, Viewer


def seen_of(ticket: Ticket) -> str:
    """What somebody acts upon: where the ticket stands and with whom. Messages and mirrors do not change it."""
    return f"{ticket.stage}|{ticket.assignee or ''}"


def may_look(ticket: Ticket | None, desk: Desk, viewer: Viewer) -> bool:
    """Administrators, who distributes, who holds the ticket, people of the departments on its buttons or of its own."""
    if viewer.is_admin or desk.distributes(viewer.user) or (ticket and ticket.assignee == viewer.user):
        return True
    shown = (*offered(ticket, desk), ticket.team) if ticket else desk.teams()
    return not _teams(viewer.user, desk).isdisjoint(shown)


def may_act(ticket: Ticket, desk: Desk, viewer: Viewer) -> bool:
    """As `may_look`, but a ticket that is given to a department is its own business; an unassigned one anybody may take."""
    if viewer.is_admin or desk.distributes(viewer.user) or ticket.assignee == viewer.user:
        return True
    if ticket.assignee is None or ticket.team is None:
        return may_look(ticket, desk, viewer)
    return ticket.team in _teams(viewer.user, desk)


def _teams(user: UserId, desk: Desk) -> set[DepartmentId]:
    agent = desk.directory.agents.get(user)
    return set(agent.departments) if agent and agent.active else set()


def choice_of(
    ticket: Ticket, desk: Desk, load: Mapping[UserId, int], viewer: Viewer, team: DepartmentId | None
) -> Choice:
    """Everybody who can take the ticket, the departments of its route first.

    The department asked for is open, else the ticket's, the route's, the viewer's, the first.
    """

    def candidates(agents: Iterable[Agent]) -> tuple[Candidate, ...]:
        made = (_candidate(agent, ticket, load, viewer) for agent in agents)
        return tuple(sorted(made, key=lambda one: (one.load, one.name)))

    first = proposed(ticket, desk)
    teams = tuple(
        TeamOf(
            key, desk.directory.departments[key].name, candidates(desk.directory.members(key)), by_rules=key in first
        )
        for key in offered(ticket, desk)
    )
    known = [one.id for one in teams]
    wanted = (team, ticket.team, *first, *_teams(viewer.user, desk), *known)
    me = desk.directory.agents.get(viewer.user)
    return Choice(
        ticket.id,
        seen_of(ticket),
        _candidate(me, ticket, load, viewer) if me and me.active else None,
        teams,
        next((key for key in wanted if key in known), None),
    )


def _candidate(agent: Agent, ticket: Ticket, load: Mapping[UserId, int], viewer: Viewer) -> Candidate:
    return Candidate(
        agent.id,
        agent.name,
        agent.position,
        load.get(agent.id, 0),
        is_me=agent.id == viewer.user,
        is_assignee=agent.id == ticket.assignee,
    )
