"""What no event told: every minute the portal's recent changes and our open tickets are compared with what we know.

A difference becomes an ordinary row of the inbox, so it takes the way of an event. One request a portal, at the lowest
share of its limit.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from b24app.bitrix.client import PAGE, Outcome, PortalClient
from b24app.bitrix.methods_crm import ListItems
from b24app.bitrix.throttle import Priority
from b24app.db.inbox import Incoming, ticket_lane, waiting
from b24app.db.work import Store, Work
from b24app.kit.errors import AccessLost, PortalError
from b24app.kit.ids import DEAL, PipelineId, PortalId, TicketId, item_of, ticket_id
from b24app.portal.binding import Binding
from b24app.portal.facts import moment, shown_fields
from b24app.portal.fields import OURS, read_labels
from b24app.tickets import ownfields
from b24app.tickets.model import Ticket
from b24app.usecases.clients import Clients, wait_for_administrator
from b24app.usecases.intake import DEAL_CHANGED

MARK: Final = "deals"
OVERLAP: Final = timedelta(minutes=2)
SELECT: Final = [
    "id",
    "categoryId",
    "stageId",
    "stageSemanticId",
    "assignedById",
    "updatedTime",
    "lastActivityTime",
    *OURS,
]
PAGES: Final = 40
"""Pages of open tickets looked at in one sweep; the rest comes in the next ones."""

_log = logging.getLogger(__name__)


class Reconcile:
    """The sweep over all portals."""

    def __init__(self, store: Store, clients: Clients) -> None:
        self._store, self._clients = store, clients
        self._cursor: dict[PortalId, TicketId] = {}

    async def sweep(self) -> int:
        """Look at every portal we work with; one that does not answer is left for the next time. Gives repairs made."""
        async with self._store.read() as reading:
            portals = await reading.portals.active()
        repaired = 0
        for portal in portals:
            try:
                repaired += await self.portal(portal)
            except AccessLost as lost:
                await wait_for_administrator(self._store, portal, lost)
            except PortalError as error:
                _log.warning("reconcile failed portal=%s error=%s", portal, type(error).__name__)
        return repaired

    async def portal(self, portal: PortalId) -> int:
        """One portal: read, compare, put differences into the inbox, move the watermark."""
        async with self._store.read(portal) as reading:
            row = await reading.portals.get(portal)
            mark = await reading.marks.get(MARK)
            open_ids = await reading.tickets.open_ids(after=self._cursor.get(portal, TicketId("")), limit=PAGES * PAGE)
        binding = Binding.from_data(dict(row.settings))
        pipelines = [place.id for place in binding.pipelines.values()]
        if not pipelines:
            return 0
        since = moment(mark) if mark else row.created_at
        client = await self._clients.of(portal)
        changed = await _changed(client, pipelines, since - OVERLAP)
        present = await _present(client, open_ids)
        repaired = await self._repair(portal, changed, present, open_ids, since, binding)
        self._cursor[portal] = open_ids[-1] if len(open_ids) == PAGES * PAGE else TicketId("")
        return repaired

    async def _repair(  # noqa: PLR0917 - what was read, and by which map
        self,
        portal: PortalId,
        changed: list[Mapping[str, Any]],
        present: dict[TicketId, Mapping[str, Any]] | None,
        open_ids: list[TicketId],
        since: datetime,
        binding: Binding,
    ) -> int:
        rows = {_ticket(row): row for row in changed} | (present or {})
        async with self._store.read(
            portal
        ) as reading:  # holding many tickets here would stand in the way of their events
            known = {ticket: await reading.tickets.find(ticket) for ticket in rows}
        stale = {ticket for ticket, row in rows.items() if _differs(known[ticket], row, binding)}
        async with self._store.work(portal) as work:
            if present is not None:
                stale |= set(open_ids) - set(present)
            stale -= await self._in_line(work, portal, stale)
            await work.receive([_incoming(portal, ticket) for ticket in sorted(stale)])
            latest = max((moment(row.get("updatedTime"), since) for row in changed), default=since)
            await work.marks.set(MARK, max(latest, since).isoformat())
            await work.commit()
        if stale:
            _log.info("reconcile portal=%s repaired=%s", portal, len(stale))
        return len(stale)

    async def _in_line(self, work: Work, portal: PortalId, tickets: set[TicketId]) -> set[TicketId]:
        """Tickets whose events wait already: in a burst the sweep must not add to it."""
        lanes = {ticket_lane(portal, ticket): ticket for ticket in tickets}
        return {lanes[lane] for lane in await waiting(work.session, lanes)}


async def _changed(client: PortalClient, pipelines: list[PipelineId], since: datetime) -> list[Mapping[str, Any]]:
    wanted = {"@categoryId": pipelines, ">=updatedTime": since.isoformat()}
    method = ListItems(entity_type_id=DEAL, filter=wanted, select=SELECT)
    return [row async for row in client.listing(method, Priority.BACKGROUND)]


async def _present(client: PortalClient, tickets: list[TicketId]) -> dict[TicketId, Mapping[str, Any]] | None:
    """Our open tickets as the portal has them; None when the portal could not answer for all of them."""
    ids = [item for entity_type, item in map(item_of, tickets) if entity_type == DEAL]
    commands = {
        str(first): ListItems(entity_type_id=DEAL, filter={"@id": ids[first : first + PAGE]}, select=SELECT, start=-1)
        for first in range(0, len(ids), PAGE)
    }
    if not commands:
        return {}
    outcomes = await client.batch(commands, Priority.BACKGROUND)
    if any(outcome.error for outcome in outcomes.values()):
        return None
    return {_ticket(row): row for row in _rows(outcomes)}


def _rows(outcomes: Mapping[str, Outcome]) -> Iterator[Mapping[str, Any]]:
    for outcome in outcomes.values():
        yield from outcome.value


def _ticket(row: Mapping[str, Any]) -> TicketId:
    return ticket_id(DEAL, int(row["id"]))


def _differs(ticket: Ticket | None, row: Mapping[str, Any], binding: Binding) -> bool:
    """The portal shows something else than we last read. A deal closed before we knew it is none of ours."""
    if ticket is None or ticket.gone:
        return row.get("stageSemanticId") not in {"S", "F"}
    shown = (int(row.get("categoryId") or 0), str(row.get("stageId")), int(row.get("assignedById") or 0))
    return (
        shown != (ticket.pipeline, ticket.seen_stage, ticket.seen_responsible)
        or _spoke(ticket, row)
        or _chose(ticket, row, binding)
    )


def _chose(ticket: Ticket, row: Mapping[str, Any], binding: Binding) -> bool:
    """Somebody chose another label in the deal's own fields."""
    return bool(ownfields.news(ticket, read_labels(shown_fields(row), binding.choices)))


def _spoke(ticket: Ticket, row: Mapping[str, Any]) -> bool:
    """Something happened in the timeline since we read it: a letter may have come or gone."""
    return ticket.active_at is not None and moment(row.get("lastActivityTime"), ticket.active_at) > ticket.active_at


def _incoming(portal: PortalId, ticket: TicketId) -> Incoming:
    return Incoming(portal, ticket_lane(portal, ticket), DEAL_CHANGED, {"ticket": ticket, "found_by": "sweep"})
