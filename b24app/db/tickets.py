"""Tickets: columns for what is asked for, the whole ticket as JSON beside them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.lanes import count
from b24app.db.tables import ticket as tickets
from b24app.db.ticketjson import VERSION, dump_ticket, load_ticket
from b24app.kit.clock import to_ms
from b24app.kit.errors import Conflict, TicketUnknown
from b24app.kit.ids import DepartmentId, PortalId, TicketId, UserId
from b24app.pipelines.stages import Meaning
from b24app.sla import most_urgent
from b24app.tickets.model import Ticket

_FINAL: Final = [meaning.value for meaning in Meaning if meaning.is_final]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets of a portal a page wants; what is not said does not matter."""

    open: bool | None = None
    unassigned: bool | None = None
    assignee: UserId | None = None
    team: DepartmentId | None = None
    meanings: tuple[Meaning, ...] = ()
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    words: str = ""
    """Part of the subject or of the number."""


class Tickets:
    """Tickets of one portal as the core knows them."""

    def __init__(self, session: AsyncSession, portal: PortalId, *, nowait: bool = False) -> None:
        self._session, self._portal, self._nowait = session, portal, nowait

    async def get(self, ticket: TicketId) -> Ticket:
        """The ticket, held until the end of a writing unit; `TicketUnknown` when there is none."""
        found = await self.find(ticket)
        if found is None:
            raise TicketUnknown(ticket)
        return found

    async def find(self, ticket: TicketId) -> Ticket | None:
        """The ticket, held until the end of a writing unit; None when there is none."""
        query = select(tickets).where(*self._is(ticket))
        if not self._session.info.get("reads"):
            query = query.with_for_update(nowait=self._nowait)
        row = (await self._session.execute(query)).first()
        return _ticket(row) if row is not None else None

    async def hold(self, ticket: TicketId) -> None:
        """Keep others from changing it until the end of this unit. With SQLite every writing unit is alone anyway."""
        if self._session.get_bind().dialect.name != "sqlite":
            held = select(tickets.c.id).where(*self._is(ticket)).with_for_update(nowait=self._nowait)
            await self._session.execute(held)

    async def save(self, ticket: Ticket, *, desk: int | None = None, at: datetime | None = None) -> Ticket:
        """Store the ticket and return it with its new version; `desk` is the revision it was decided by, None if by none.

        Raises `Conflict` when somebody else saved it since it was read (version 0: since it was found missing).
        """
        saved = replace(ticket, version=ticket.version + 1)
        values = _values(saved, at)
        if desk is not None:
            values["desk"] = desk
        if ticket.version == 0:
            await self._insert(saved, values)
        elif not await count(
            self._session,
            tickets.update().where(*self._is(ticket.id), tickets.c.version == ticket.version).values(values),
        ):
            raise Conflict(ticket.id)
        return saved

    async def _insert(self, ticket: Ticket, values: dict[str, Any]) -> None:
        try:
            async with self._session.begin_nested():
                await self._session.execute(tickets.insert().values(portal_id=self._portal, id=ticket.id, **values))
        except IntegrityError as error:
            raise Conflict(ticket.id) from error

    async def some(self, wanted: Wanted, *, limit: int = 50, offset: int = 0) -> list[Ticket]:
        """Tickets by their nearest term, then by age."""
        query = select(tickets).where(*self._where(wanted))
        order = (tickets.c.due_at.is_(None), tickets.c.due_at, tickets.c.opened_at)
        found = await self._session.execute(query.order_by(*order).limit(limit).offset(offset))
        return [_ticket(row) for row in found]

    async def latest(self, limit: int) -> list[Ticket]:
        """The tickets that came in last, the newest first; those whose deal was deleted are left out."""
        query = select(tickets).where(tickets.c.portal_id == self._portal, tickets.c.gone != "deleted")
        found = await self._session.execute(query.order_by(tickets.c.opened_at.desc(), tickets.c.id).limit(limit))
        return [_ticket(row) for row in found]

    async def subjects(self, ids: Collection[TicketId]) -> dict[TicketId, str]:
        """What these tickets are about; those we do not know are left out."""
        query = select(tickets.c.id, tickets.c.subject)
        query = query.where(tickets.c.portal_id == self._portal, tickets.c.id.in_(list(ids)))
        return {TicketId(found): subject for found, subject in await self._session.execute(query)}

    async def count(self, wanted: Wanted) -> int:
        """How many there are."""
        query = select(func.count()).select_from(tickets).where(*self._where(wanted))
        return (await self._session.execute(query)).scalar_one()

    async def load_of_agents(self) -> dict[UserId, int]:
        """Open tickets of each assignee."""
        return {UserId(user): number for user, number in await self._load(tickets.c.assignee)}

    async def load_of_teams(self) -> dict[DepartmentId, int]:
        """Open tickets of each team."""
        return {DepartmentId(team): number for team, number in await self._load(tickets.c.team)}

    async def open_ids(self, *, after: str = "", limit: int = 500) -> list[TicketId]:
        """Ids of open tickets in their own order, page by page: for sweeps."""
        query = self._ids(Wanted(open=True)).where(tickets.c.id > after)
        return [TicketId(found) for found in (await self._session.execute(query.limit(limit))).scalars()]

    async def behind(self, desk: int, *, limit: int = 500) -> list[TicketId]:
        """Open tickets last decided by an older desk than this revision."""
        query = self._ids(Wanted(open=True)).where(tickets.c.desk < desk)
        return [TicketId(found) for found in (await self._session.execute(query.limit(limit))).scalars()]

    async def known(self, ids: Collection[TicketId]) -> set[TicketId]:
        """Which of these we know."""
        query = select(tickets.c.id).where(tickets.c.portal_id == self._portal, tickets.c.id.in_(list(ids)))
        return {TicketId(found) for found in (await self._session.execute(query)).scalars()}

    def _ids(self, wanted: Wanted) -> Select[str]:
        return select(tickets.c.id).where(*self._where(wanted)).order_by(tickets.c.id)

    async def _load(self, column: ColumnElement[Any]) -> list[tuple[int, int]]:
        query = select(column, func.count()).where(*self._where(Wanted(open=True)), column.is_not(None))
        return [(key, number) for key, number in await self._session.execute(query.group_by(column))]

    def _is(self, ticket: TicketId) -> tuple[ColumnElement[bool], ...]:
        return (tickets.c.portal_id == self._portal, tickets.c.id == ticket)

    def _where(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        terms: list[ColumnElement[bool]] = [tickets.c.portal_id == self._portal]
        if wanted.open is not None:
            closed = tickets.c.meaning.in_(_FINAL) | (tickets.c.gone != "")
            terms.append(~closed if wanted.open else closed)
        if wanted.unassigned is not None:
            free = (tickets.c.meaning == Meaning.TRIAGE.value) & tickets.c.assignee.is_(None) & (tickets.c.gone == "")
            terms.append(free if wanted.unassigned else ~free)
        if wanted.meanings:
            terms.append(tickets.c.meaning.in_([meaning.value for meaning in wanted.meanings]))
        if wanted.words:
            terms.append(
                tickets.c.subject.contains(wanted.words, autoescape=True)
                | tickets.c.id.endswith(wanted.words, autoescape=True)
            )
        terms += _equal(tickets.c.assignee, wanted.assignee) + _equal(tickets.c.team, wanted.team)
        if wanted.opened_from is not None:
            terms.append(tickets.c.opened_at >= to_ms(wanted.opened_from))
        if wanted.opened_before is not None:
            terms.append(tickets.c.opened_at < to_ms(wanted.opened_before))
        return terms


def _equal(column: ColumnElement[Any], value: int | None) -> list[ColumnElement[bool]]:
    return [] if value is None else [column == value]


def _values(ticket: Ticket, at: datetime | None) -> dict[str, Any]:
    return {
        "version": ticket.version,
        "pipeline": ticket.pipeline,
        "stage": ticket.stage,
        "meaning": ticket.meaning.value,
        "assignee": ticket.assignee,
        "team": ticket.team,
        "priority": str(ticket.classification.priority or ""),
        "line": ticket.line,
        "subject": ticket.subject,
        "company": ticket.company.id if ticket.company else None,
        "due_at": _due_at(ticket, at or ticket.opened_at),
        "opened_at": to_ms(ticket.opened_at),
        "closed_at": to_ms(ticket.closed_at) if ticket.closed_at else None,
        "gone": ticket.gone,
        "updated_at": to_ms(at or ticket.opened_at),
        "v": VERSION,
        "body": dump_ticket(ticket),
    }


def _due_at(ticket: Ticket, at: datetime) -> int | None:
    """The nearest running term, for lists; None while every clock stands still."""
    urgent = most_urgent(ticket.clocks, at)
    return to_ms(urgent.due_at) if urgent and urgent.due_at else None


def _ticket(row: Any) -> Ticket:
    return replace(load_ticket(row.body, row.v), version=row.version)
