"""What the pages of the application need from elsewhere, besides the use cases they call by name."""

from typing import Protocol

from b24app.kit.ids import DepartmentId, PortalId, TicketId, UserId
from b24app.usecases.views import Changed, Choice, Viewer


class Assigning(Protocol):
    """Gives tickets to people (`b24app.usecases.card.Cards`)."""

    async def choice(
        self, portal: PortalId, ticket: TicketId, viewer: Viewer, team: DepartmentId | None = None
    ) -> Choice:
        """Whom the ticket can be given to; `TicketUnknown`, `NotAllowed`."""
        ...

    async def assign(
        self, portal: PortalId, ticket: TicketId, agent: UserId, by: Viewer, *, seen: str, key: str
    ) -> Changed | None:
        """Give it; None when it is done, `Changed` when somebody else was first."""
        ...
