"""What the tab needs from elsewhere."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from fastapi import Request

from b24app.kit.ids import DepartmentId, PortalId, TicketId, UserId
from b24app.tickets.model import Labels
from b24app.usecases.views import CardState, Changed, Choice, History, LabelChoices, Viewer


class CardReader(Protocol):
    """Reads cards; raises `TicketUnknown` and `NotAllowed` where a ticket is needed."""

    async def card(self, portal: PortalId, ticket: TicketId, viewer: Viewer) -> CardState:
        """What the tab shows."""
        ...

    async def history(
        self, portal: PortalId, ticket: TicketId, viewer: Viewer, *, only: Literal["all", "system"], limit: int
    ) -> History:
        """The newest entries."""
        ...

    async def choice(
        self, portal: PortalId, ticket: TicketId, viewer: Viewer, team: DepartmentId | None = None
    ) -> Choice:
        """Whom the ticket can be given to."""
        ...

    async def labels(self, portal: PortalId, ticket: TicketId, viewer: Viewer) -> LabelChoices:
        """What the request can be said to be."""
        ...


class CardActions(Protocol):
    """Changes tickets. `seen` is what the viewer acted upon, `key` names the press once."""

    async def assign(
        self, portal: PortalId, ticket: TicketId, agent: UserId, by: Viewer, *, seen: str, key: str
    ) -> Changed | None:
        """Give the ticket to an agent."""
        ...

    async def correct(self, portal: PortalId, ticket: TicketId, labels: Labels, by: Viewer, *, key: str) -> None:
        """Set labels of the request."""
        ...

    async def move(
        self, portal: PortalId, ticket: TicketId, stage: str, by: Viewer, *, seen: str, key: str
    ) -> Changed | None:
        """Move it to a stage."""
        ...

    async def adopt(self, portal: PortalId, ticket: TicketId, viewer: Viewer) -> None:
        """Make a deal a ticket."""
        ...


class Cards(CardReader, CardActions, Protocol):
    """Both, as one object gives them."""


class PortalOfFrame(Protocol):
    """The verified installation a frame belongs to."""

    @property
    def id(self) -> PortalId:
        """Our row."""
        ...

    @property
    def member_id(self) -> str:
        """The portal's own key."""
        ...

    @property
    def client_endpoint(self) -> str:
        """Its REST address, from the authorization server."""
        ...


class Frame(Protocol):
    """A verified opening of a frame."""

    @property
    def portal(self) -> PortalOfFrame:
        """Whose it is."""
        ...

    @property
    def user(self) -> int:
        """Who opened it."""
        ...

    @property
    def is_admin(self) -> bool:
        """An administrator of the portal."""
        ...

    @property
    def language(self) -> str:
        """The portal's `LANG`."""
        ...

    @property
    def placement(self) -> str:
        """The placement's code."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """PLACEMENT_OPTIONS."""
        ...


class TrustedFrame(Protocol):
    """Verifies the POST of a frame; `Forgery` when it cannot."""

    async def __call__(self, request: Request, /) -> Frame:
        """Who opened what."""
        ...
