"""A portal that wants its data deleted: at once it exists for nobody any more, then its rows go, piece by piece.

The row in `portal` stays meanwhile, emptied and marked, so that whatever stops in the middle goes on with the next pass. What
commits a moment too late (an event already accepted, a page that was open) is found by the passes of the next hour.
"""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.engine import Database
from b24app.db.tables import ERASED, lane, metadata, portal
from b24app.kit.clock import Clock, to_ms
from b24app.kit.ids import PortalId

_LATE: Final = timedelta(hours=1)
_CHUNK: Final = 1_000


def tables_of_portals() -> list[Table]:
    """Every table that keeps rows of portals. Lanes come first: work under way then finds its fence gone and gives up."""
    found = [table for table in metadata.sorted_tables if "portal_id" in table.c]
    return sorted(found, key=lambda table: table is not lane)


async def condemn(session: AsyncSession, portal_id: PortalId, now_ms: int) -> None:
    """Empty and mark the portal's row, in the caller's transaction. A later installation is another portal."""
    emptied: dict[str, Any] = {
        "member_id": f"{ERASED}:{portal_id}",
        "status": ERASED,
        "settings": "{}",
        "updated_at": now_ms,
    }
    emptied |= dict.fromkeys(("domain", "client_endpoint", "server_endpoint", "application_id", "scope", "reason"), "")
    emptied |= dict.fromkeys(("client_secret", "access_token", "refresh_token", "application_token"))
    emptied |= dict.fromkeys(("expires_at", "installer"))
    await session.execute(portal.update().where(portal.c.id == portal_id).values(emptied))


async def erase(database: Database, clock: Clock, *, chunk: int = _CHUNK) -> int:
    """Delete the rows of all condemned portals; returns how many. A transaction for each `chunk`, writers wait for none."""
    async with database.reads() as session:
        marked = (await session.execute(select(portal.c.id).where(portal.c.status == ERASED))).scalars().all()
    total = 0
    for number in marked:
        for table in tables_of_portals():
            total += await _empty(database, table, PortalId(number), chunk)
    await _bury(database, to_ms(clock.now() - _LATE))
    return total


async def _empty(database: Database, table: Table, portal_id: PortalId, chunk: int) -> int:
    total = 0
    while True:
        async with database.sessions() as session:
            deleted = await _some(session, table, portal_id, chunk)
            await session.commit()
        total += deleted
        if deleted < chunk:
            return total


async def _some(session: AsyncSession, table: Table, portal_id: PortalId, chunk: int) -> int:
    """What somebody holds is left for the next pass: to wait here might stop events of other portals in a circle."""
    keys = list(table.primary_key.columns)
    chosen = select(*keys).where(table.c.portal_id == portal_id).order_by(*keys).limit(chunk)
    found = chosen.with_for_update(skip_locked=True).cte("found")
    # The driver of SQLite counts no rows of a statement that begins with WITH, so they are counted here.
    gone = table.delete().where(tuple_(*keys).in_(select(found))).returning(table.c.portal_id)
    return len((await session.execute(gone)).all())


async def _bury(database: Database, before_ms: int) -> None:
    """The marked row goes last, when nothing can come any more and nothing is left."""
    empty = [
        ~select(table.c.portal_id).where(table.c.portal_id == portal.c.id).exists() for table in tables_of_portals()
    ]
    over = portal.delete().where(portal.c.status == ERASED, portal.c.updated_at < before_ms, *empty)
    async with database.sessions() as session:
        await session.execute(over)
        await session.commit()
