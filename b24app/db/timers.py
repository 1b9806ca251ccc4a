"""Deadlines as rows. What is due is found by a sweep; moving a deadline is an update of one row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, assert_never

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.jsontext import dump, load
from b24app.db.lanes import count, upsert
from b24app.db.tables import timer
from b24app.kit.clock import from_ms, to_ms
from b24app.kit.ids import PortalId, TicketId
from b24app.tickets.model import ClearTimer, SetTimer

_TICKET: Final = "ticket:"
_KEPT: Final = 2_000


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A deadline that has come."""

    id: int
    portal: PortalId
    subject: str
    kind: str
    due_at: datetime
    fired: int
    """How often this row fired before: part of the cause, so that each firing has effects of its own."""
    attempts: int
    v: int
    data: dict[str, Any]

    @property
    def ticket(self) -> TicketId | None:
        """The ticket whose deadline it is."""
        return TicketId(self.subject.removeprefix(_TICKET)) if self.subject.startswith(_TICKET) else None

    @property
    def cause(self) -> str:
        """Names this firing."""
        return f"timer:{self.id}:{self.kind}:{self.fired + 1}"


def subject_of(ticket: TicketId) -> str:
    """How a ticket's timers name it."""
    return f"{_TICKET}{ticket}"


class Timers:
    """Deadlines of one portal."""

    def __init__(self, session: AsyncSession, portal: PortalId) -> None:
        self._session, self._portal = session, portal

    async def set(self, subject: str, kind: str, due_at: datetime, data: dict[str, Any] | None = None) -> None:
        """Fire at this moment of the domain clock; replaces an earlier deadline of the same subject and kind."""
        values = {"due_at": to_ms(due_at), "data": dump(data or {}), "attempts": 0, "last_error": ""}
        key = {"portal_id": self._portal, "subject": subject, "kind": kind}
        statement = upsert(self._session, timer).values(key | values)
        same = ["portal_id", "subject", "kind"]
        await self._session.execute(statement.on_conflict_do_update(index_elements=same, set_=values))

    async def clear(self, subject: str, kind: str) -> None:
        """The deadline is no longer wanted."""
        await self._session.execute(timer.delete().where(*self._is(subject), timer.c.kind == kind))

    async def clear_all(self, subject: str) -> None:
        """No deadline of this subject is wanted any more."""
        await self._session.execute(timer.delete().where(*self._is(subject)))

    async def apply(self, ticket: TicketId, changes: Iterable[SetTimer | ClearTimer]) -> None:
        """What a decision says about the ticket's deadlines; the last word on a kind counts."""
        for change in {change.kind: change for change in changes}.values():
            match change:
                case SetTimer():
                    await self.set(subject_of(ticket), change.kind, change.due_at)
                case ClearTimer():
                    await self.clear(subject_of(ticket), change.kind)
                case _:
                    assert_never(change)

    async def due(self, subject: str, kind: str) -> datetime | None:
        """When it will fire; None when it is not set."""
        query = select(timer.c.due_at).where(*self._is(subject), timer.c.kind == kind)
        value = (await self._session.execute(query)).scalar_one_or_none()
        return from_ms(value) if value is not None else None

    async def nearest(self, kind: str) -> datetime | None:
        """When the first deadline of this kind will fire, of any subject."""
        query = select(func.min(timer.c.due_at)).where(timer.c.portal_id == self._portal, timer.c.kind == kind)
        value = (await self._session.execute(query)).scalar_one_or_none()
        return from_ms(value) if value is not None else None

    def _is(self, subject: str) -> tuple[Any, ...]:
        return (timer.c.portal_id == self._portal, timer.c.subject == subject)


async def take_due(session: AsyncSession, now: datetime, limit: int) -> list[DueTimer]:
    """Deadlines that have come, the oldest first, held until the end of this transaction; other nodes skip them."""
    return [_due(found) for found in await session.execute(due_query(now, limit))]


def due_query(now: datetime, limit: int) -> Select[Any]:
    """The first deadlines that have come: read from the index of open ones, however many there are."""
    come = select(timer).where(timer.c.due_at <= to_ms(now)).order_by(timer.c.due_at).limit(limit)
    return come.with_for_update(skip_locked=True)


def _due(found: Any) -> DueTimer:
    return DueTimer(
        id=found.id,
        portal=PortalId(found.portal_id),
        subject=found.subject,
        kind=found.kind,
        due_at=from_ms(found.due_at),
        fired=found.fired,
        attempts=found.attempts,
        v=found.v,
        data=load(found.data),
    )


async def mark_fired(session: AsyncSession, due: DueTimer) -> None:
    """It fires now: from here on it is not set, unless its handler sets it again."""
    changes = {"due_at": None, "fired": due.fired + 1, "attempts": 0, "last_error": ""}
    await session.execute(timer.update().where(timer.c.id == due.id).values(changes))


async def push_on(session: AsyncSession, due: DueTimer, at: datetime, error: str, *, counted: bool = True) -> None:
    """Its handler failed: it fires again later."""
    attempts = due.attempts + 1 if counted else due.attempts
    changes = {"due_at": to_ms(at), "attempts": attempts, "last_error": error[:_KEPT]}
    await session.execute(
        timer.update().where(timer.c.id == due.id, timer.c.due_at == to_ms(due.due_at)).values(changes)
    )


async def forget_fired(session: AsyncSession, limit: int) -> int:
    """Delete rows that fired and were not set again. Their ids never come back, so causes stay unique."""
    spent = select(timer.c.id).where(timer.c.due_at.is_(None), timer.c.fired > 0).limit(limit)
    return await count(session, timer.delete().where(timer.c.id.in_(spent)))
