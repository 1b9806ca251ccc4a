"""What happened to tickets: written with the change itself, read by the pages and reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.jsontext import dump, load
from b24app.db.tables import journal
from b24app.kit.clock import from_ms, to_ms
from b24app.kit.ids import PortalId, TicketId, UserId
from b24app.tickets.model import Entry


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a ticket's history. `what` is a word of `tickets.model.Happened`, or of a later release."""

    id: int
    ticket: TicketId
    at: datetime
    what: str
    by: UserId | None
    data: dict[str, Any]
    cause: str


class Journal:
    """History of one portal's tickets."""

    def __init__(self, session: AsyncSession, portal: PortalId, cause: str) -> None:
        self._session, self._portal, self._cause = session, portal, cause

    async def add(self, ticket: TicketId, entries: Sequence[Entry], *, at: datetime) -> None:
        """Add what happened at this moment of the domain clock."""
        rows = [
            {
                "portal_id": self._portal,
                "ticket": ticket,
                "at": to_ms(at),
                "kind": str(entry.what),
                "actor": entry.by,
                "data": dump(entry.data),
                "cause": self._cause,
            }
            for entry in entries
        ]
        if rows:
            await self._session.execute(journal.insert(), rows)

    async def of(self, ticket: TicketId, *, limit: int = 200) -> list[Line]:
        """History of a ticket, the newest first."""
        query = select(journal).where(journal.c.portal_id == self._portal, journal.c.ticket == ticket)
        found = await self._session.execute(query.order_by(journal.c.id.desc()).limit(limit))
        return [_line(row) for row in found]


def _line(row: Any) -> Line:
    return Line(
        id=row.id,
        ticket=TicketId(row.ticket),
        at=from_ms(row.at),
        what=row.kind,
        by=UserId(row.actor) if row.actor is not None else None,
        data=load(row.data),
        cause=row.cause,
    )
