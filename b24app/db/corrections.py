"""Labels set by people: kept for good, and read as examples by the classifier's model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.tables import correction as corrections
from b24app.db.tables import ticket as tickets
from b24app.db.ticketjson import load_ticket
from b24app.kit.clock import from_ms, to_ms
from b24app.kit.ids import PortalId, TicketId, UserId
from b24app.pipelines.classify import Classification
from b24app.pipelines.stages import Meaning
from b24app.tickets.model import Axis, Correction, Source, Ticket

CORRECTED: Final = 1.0
"""Weight of a label that a person set."""
CONFIRMED: Final = 0.5
"""Weight of a label that was set by itself and that nobody touched until an agent closed the ticket as solved."""
CHUNK: Final = 200


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One correction as it was made. `desk` is the revision of the desk, hence of the rule set, that was corrected."""

    id: int
    ticket: TicketId
    correction: Correction
    desk: int


@dataclass(frozen=True, slots=True)
class Known:
    """A label that can be believed, and how much it counts in training."""

    axis: Axis
    label: str
    weight: float


@dataclass(frozen=True, slots=True)
class Example:
    """A ticket to learn from: the request as the client wrote it, and what is known of it. Other axes are unknown."""

    ticket: TicketId
    subject: str
    text: str
    known: tuple[Known, ...]


class Corrections:
    """Corrections of one portal."""

    def __init__(self, session: AsyncSession, portal: PortalId) -> None:
        self._session, self._portal = session, portal

    async def add(self, ticket: TicketId, made: Sequence[Correction], *, desk: int) -> None:
        """Keep what a person has just set."""
        rows = [
            {
                "portal_id": self._portal,
                "ticket": ticket,
                "axis": one.axis.value,
                "before": one.before,
                "label": one.label,
                "actor": one.by,
                "at": to_ms(one.at),
                "source": one.source.value,
                "rule": one.rule,
                "reason": one.reason,
                "desk": desk,
            }
            for one in made
        ]
        if rows:
            await self._session.execute(corrections.insert(), rows)

    async def of(self, ticket: TicketId) -> list[CorrectionRow]:
        """Everything people set on this ticket, the newest first."""
        return await self._rows(self._mine().where(corrections.c.ticket == ticket))

    async def since(self, at: datetime, *, limit: int = 5_000) -> list[CorrectionRow]:
        """Corrections made at this moment or later, the newest first."""
        return await self._rows(self._mine().where(corrections.c.at >= to_ms(at)).limit(limit))

    async def after(self, row: int) -> int:
        """How many were made after the row with this id (0: how many there are): when it is time to learn again."""
        query = select(func.count()).select_from(corrections)
        query = query.where(corrections.c.portal_id == self._portal, corrections.c.id > row)
        return (await self._session.execute(query)).scalar_one()

    async def last(self) -> int:
        """Id of the newest row; 0 when there is none."""
        query = select(func.max(corrections.c.id)).where(corrections.c.portal_id == self._portal)
        return (await self._session.execute(query)).scalar_one() or 0

    async def examples(self, *, limit: int = 5_000) -> list[Example]:
        """What can be learnt from: tickets that people corrected, then those closed as solved with their labels untouched.

        The newest first of each. A guess that was never set or never looked at is no truth and is not among them; neither is
        a ticket whose deal was deleted.
        """
        found = await self._examples(self._corrected(), limit)
        return found + await self._examples(self._solved(), limit - len(found)) if len(found) < limit else found

    def _corrected(self) -> Select[Any]:
        newest = (
            select(corrections.c.ticket, func.max(corrections.c.id).label("latest"))
            .where(corrections.c.portal_id == self._portal)
            .group_by(corrections.c.ticket)
            .subquery()
        )
        query = self._tickets().join(newest, newest.c.ticket == tickets.c.id)
        return query.order_by(newest.c.latest.desc())

    def _solved(self) -> Select[Any]:
        touched = select(corrections.c.ticket).where(corrections.c.portal_id == self._portal)
        query = self._tickets().where(tickets.c.meaning == Meaning.DONE.value, tickets.c.id.not_in(touched))
        return query.order_by(tickets.c.closed_at.desc(), tickets.c.id)

    def _tickets(self) -> Select[Any]:
        columns = select(tickets.c.id, tickets.c.v, tickets.c.body)
        return columns.where(tickets.c.portal_id == self._portal, tickets.c.gone != "deleted")

    async def _examples(self, query: Select[Any], limit: int) -> list[Example]:
        """Page by page: what was closed by nobody knows whom does not count, and a whole archive does not fit in memory."""
        found: list[Example] = []
        for first in range(0, 4 * limit, CHUNK):
            rows = (await self._session.execute(query.limit(CHUNK).offset(first))).all()
            found += [one for row in rows if (one := example_of(load_ticket(row.body, row.v))) is not None]
            if len(rows) < CHUNK or len(found) >= limit:
                break
        return found[:limit]

    def _mine(self) -> Select[Any]:
        query = select(corrections).where(corrections.c.portal_id == self._portal)
        return query.order_by(corrections.c.id.desc())

    async def _rows(self, query: Select[Any]) -> list[CorrectionRow]:
        return [_row(row) for row in await self._session.execute(query)]


def example_of(ticket: Ticket) -> Example | None:
    """What a ticket teaches; None when nobody has said or confirmed anything, or there is no text."""
    set_by_people = {one.axis: Known(one.axis, one.label, CORRECTED) for one in ticket.corrected}
    confirmed = {one.axis: one for one in _confirmed(ticket)}
    known = tuple((confirmed | set_by_people).values())
    subject = ticket.asked
    if not known or not (subject.strip() or ticket.text.strip()):
        return None
    return Example(ticket.id, subject, ticket.text, known)


def _confirmed(ticket: Ticket) -> Iterable[Known]:
    found: Classification = ticket.classification
    if ticket.meaning is not Meaning.DONE or ticket.closed_by is None or found.decision != "auto":
        return
    yield Known(Axis.CATEGORY, found.category, CONFIRMED)
    yield Known(Axis.KIND, found.kind, CONFIRMED)
    yield Known(Axis.PRIORITY, found.priority, CONFIRMED)


def _row(row: Any) -> CorrectionRow:
    made = Correction(
        axis=Axis(row.axis),
        before=row.before,
        label=row.label,
        by=UserId(row.actor) if row.actor is not None else None,
        at=from_ms(row.at),
        source=Source(row.source),
        rule=row.rule,
        reason=row.reason,
    )
    return CorrectionRow(row.id, TicketId(row.ticket), made, row.desk)
