"""Housekeeping: what is done goes after a while, in small pieces; what is dead stays until somebody decides."""

from typing import Any, Final

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.engine import Database, NowMs
from b24app.db.lanes import count
from b24app.db.tables import DONE, DROPPED, inbox, outbox
from b24app.db.timers import forget_fired

_DAY_MS: Final = 86_400_000
_KEEP_MS: Final = 14 * _DAY_MS
_KEEP_KEYS_MS: Final = 30 * _DAY_MS
"""Keys of one-shot events are remembered so long: the same event must not be handled again."""
_CHUNK: Final = 1_000


async def purge(database: Database) -> int:
    """Delete finished rows that are old; returns how many. A transaction for each thousand, writers wait for none."""
    total = 0
    for piece in (_inbox, _outbox, _timers):
        while True:
            async with database.sessions() as session:
                deleted = await piece(session)
                await session.commit()
            total += deleted
            if deleted < _CHUNK:
                break
    return total


async def _inbox(session: AsyncSession) -> int:
    old = or_(
        and_(~inbox.c.one_shot, inbox.c.done_at < NowMs() - _KEEP_MS),
        inbox.c.done_at < NowMs() - _KEEP_KEYS_MS,
    )
    return await _delete(session, inbox, old)


async def _outbox(session: AsyncSession) -> int:
    return await _delete(session, outbox, outbox.c.done_at < NowMs() - _KEEP_MS)


async def _timers(session: AsyncSession) -> int:
    return await forget_fired(session, _CHUNK)


async def _delete(session: AsyncSession, table: Any, old: Any) -> int:
    chosen = select(table.c.id).where(table.c.state.in_([DONE, DROPPED]), old).limit(_CHUNK)
    return await count(session, table.delete().where(table.c.id.in_(chosen)))
