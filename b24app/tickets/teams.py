"""Departments an unassigned ticket is offered to: those its route proposes first, then those on the buttons of the desk."""

from b24app.desk.model import Desk
from b24app.kit.ids import DepartmentId
from b24app.pipelines.routing import route
from b24app.tickets.model import Axis, Ticket


def proposed(ticket: Ticket, desk: Desk) -> tuple[DepartmentId, ...]:
    """Departments of the route that have somebody at work, derived from the labels as they are now, so they follow corrections.

    None for a ticket that is with somebody, nor where a person chose another line than the route's.
    """
    way = route(ticket.classification, desk.routing)
    chosen = ticket.correction(Axis.LINE)
    if not ticket.is_unassigned or (chosen is not None and chosen.label != str(way.line)):
        return ()
    staffed = {department.id for department in desk.directory.staffed()}
    return tuple(team for team in dict.fromkeys(way.departments) if team in staffed)


def offered(ticket: Ticket, desk: Desk) -> tuple[DepartmentId, ...]:
    """Departments to choose from for this ticket, in their order."""
    return tuple(dict.fromkeys((*proposed(ticket, desk), *desk.teams())))
