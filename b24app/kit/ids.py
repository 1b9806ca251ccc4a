"""Identifiers that must not be mixed up, and the ticket's own."""

from typing import Final, NewType

PortalId = NewType("PortalId", int)
"""Our row of one Bitrix24 installation; the portal's own key is its `member_id`."""

TicketId = NewType("TicketId", str)
"""`"<entityTypeId>-<itemId>"`: deal 7405 is `"2-7405"`. Unique inside one portal."""

UserId = NewType("UserId", int)
DepartmentId = NewType("DepartmentId", int)
CompanyId = NewType("CompanyId", int)
ContactId = NewType("ContactId", int)
PipelineId = NewType("PipelineId", int)
StageCode = NewType("StageCode", str)
"""The portal's STATUS_ID, for instance `C5:NEW`."""

DEAL: Final = 2
"""entityTypeId of a deal."""


def ticket_id(entity_type: int, item: int) -> TicketId:
    """The ticket that lives in this CRM item."""
    return TicketId(f"{entity_type}-{item}")


def item_of(ticket: TicketId) -> tuple[int, int]:
    """(entityTypeId, item id) of the CRM item a ticket lives in; ValueError for a malformed id."""
    entity_type, _, item = ticket.partition("-")
    return int(entity_type), int(item)


def number_of(ticket: TicketId) -> str:
    """The number people see: the id of the deal."""
    return ticket.partition("-")[2]
