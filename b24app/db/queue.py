"""What waits and what failed, for `b24app queue` and the administrator's page; and the decision about a dead row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db import lanes
from b24app.db.engine import NowMs
from b24app.db.lanes import What, count
from b24app.db.tables import DEAD, DROPPED, IN, OUT, PENDING, inbox, outbox
from b24app.kit.clock import from_ms
from b24app.kit.ids import PortalId

_TABLES: Final[dict[What, Any]] = {"inbox": inbox, "outbox": outbox}
_STATES: Final[dict[int, Literal["waiting", "dead"]]] = {PENDING: "waiting", DEAD: "dead"}


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the inbox or outbox that is not finished."""

    what: What
    id: int
    portal: PortalId
    kind: str
    about: str
    """The mailbox of an event, the stream of an effect."""
    state: Literal["waiting", "dead"]
    attempts: int
    error: str
    since: datetime
    call: str
    """The REST method of an effect, once rendered."""


async def unfinished(
    session: AsyncSession,
    *,
    portal: PortalId | None = None,
    states: Sequence[int] = (DEAD, PENDING),
    limit: int = 200,
) -> list[Item]:
    """Dead and waiting rows of both boxes, the oldest first."""
    found = [
        _item("inbox", row) for row in await session.execute(_query(inbox, portal, states, inbox.c.received_at, limit))
    ] + [
        _item("outbox", row)
        for row in await session.execute(_query(outbox, portal, states, outbox.c.created_at, limit))
    ]
    return sorted(found, key=lambda item: (item.since, item.id))[:limit]


def _query(table: Any, portal: PortalId | None, states: Sequence[int], since: Any, limit: int) -> Select[Any]:
    query = select(table, since.label("since")).where(table.c.state.in_(list(states)))
    if portal is not None:
        query = query.where(table.c.portal_id == portal)
    return query.order_by(table.c.id).limit(limit)


def _item(what: What, row: Any) -> Item:
    return Item(
        what=what,
        id=row.id,
        portal=PortalId(row.portal_id),
        kind=row.kind,
        about=row.lane if what == "inbox" else row.stream,
        state=_STATES[row.state],
        attempts=row.attempts,
        error=row.last_error,
        since=from_ms(row.since),
        call="" if what == "inbox" else row.method or "",
    )


async def retry(session: AsyncSession, what: What, row_id: int) -> bool:
    """Let a dead row try again, at its old place in the order; an effect that is answered stays answered.

    False when there is no such dead row. The caller commits.
    """
    table = _TABLES[what]
    dead = (table.c.id == row_id) & (table.c.state == DEAD)
    values: dict[str, Any] = {"state": PENDING, "attempts": 0, "done_at": None}
    if what == "outbox":
        values["next_at"] = 0
    if not await count(session, table.update().where(dead).values(values)):
        return False
    found = (await session.execute(select(table.c.portal_id, table.c.lane).where(table.c.id == row_id))).one()
    await lanes.touch(session, IN if what == "inbox" else OUT, [(PortalId(found[0]), found[1])], urgent=True)
    return True


async def drop(session: AsyncSession, what: What, row_id: int) -> bool:
    """Give a dead or waiting row up for good. False when there is none. The caller commits."""
    table = _TABLES[what]
    open_row = (table.c.id == row_id) & table.c.state.in_([DEAD, PENDING])
    return bool(await count(session, table.update().where(open_row).values(state=DROPPED, done_at=NowMs())))


async def counts(session: AsyncSession, what: What, state: int) -> dict[PortalId, int]:
    """Rows in a state, by portal."""
    table = _TABLES[what]
    query = select(table.c.portal_id, func.count()).where(table.c.state == state).group_by(table.c.portal_id)
    return {PortalId(portal): number for portal, number in await session.execute(query)}
