"""Steps of delivering one row of the outbox, each inside the drain's own short transaction."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.engine import NowMs
from b24app.db.jsontext import dump
from b24app.db.lanes import count
from b24app.db.outbox import Call, OutboxRow, heads, row_of
from b24app.db.tables import DEAD, DONE, DROPPED, PENDING, outbox

_KEPT: Final = 2_000


async def ready(session: AsyncSession, lane: str, busy: Collection[str], limit: int) -> list[OutboxRow]:
    """Heads of streams that may go now and that nobody is working on, most urgent first."""
    query = heads(lane).where(outbox.c.next_at <= NowMs()).limit(limit + len(busy))
    return [row for row in map(row_of, await session.execute(query)) if row.stream not in busy][:limit]


async def next_wait_ms(session: AsyncSession, lane: str) -> int | None:
    """Until the first head may go, 0 or less for now; None when nothing waits."""
    waiting = heads(lane).order_by(None).subquery()
    found: int | None = (await session.execute(select(func.min(waiting.c.waits_ms)))).scalar_one()
    return found


async def begin(session: AsyncSession, row: OutboxRow, call: Call) -> bool:
    """Note the attempt and its call before anything is sent. False: the row was taken back meanwhile."""
    values: dict[str, Any] = {"attempts": outbox.c.attempts + 1, "sent_at": NowMs()}
    if row.call is None:
        values |= {"method": call.method, "params": dump(call.params)}
    return bool(await count(session, outbox.update().where(_waiting(row)).values(values)))


async def finish(session: AsyncSession, row: OutboxRow, answer: Any) -> bool:
    """The call worked. Also for a row taken back while it was on the wire. False: somebody else finished it."""
    open_row = (outbox.c.id == row.id) & outbox.c.state.in_([PENDING, DROPPED])
    done = outbox.update().where(open_row).values(state=DONE, result=dump(answer), last_error="", done_at=NowMs())
    return bool(await count(session, done))


async def keep_answer(session: AsyncSession, row: OutboxRow, answer: Any, error: str, delay_ms: int) -> None:
    """The call worked, the work after it did not: it must be done again, the call must not."""
    values = {"result": dump(answer), "attempts": row.attempts + 1, "last_error": error[:_KEPT]}
    await session.execute(outbox.update().where(_waiting(row)).values(next_at=NowMs() + delay_ms, **values))


async def retry(
    session: AsyncSession, row: OutboxRow, error: str, *, delay_ms: int, doubtful: bool, counted: bool
) -> None:
    """Try again later. `doubtful`: the call may have worked; not `counted`: the failure was not this row's fault."""
    values: dict[str, Any] = {"last_error": error[:_KEPT], "next_at": NowMs() + delay_ms}
    values["attempts"] = row.attempts + 1 if counted else row.attempts
    if not doubtful:
        values["sent_at"] = None
    await session.execute(outbox.update().where(_waiting(row)).values(values))


async def wait(session: AsyncSession, row: OutboxRow, delay_ms: int) -> None:
    """Not yet; nothing was tried."""
    await session.execute(outbox.update().where(_waiting(row)).values(next_at=NowMs() + delay_ms))


async def bury(session: AsyncSession, row: OutboxRow, error: str) -> bool:
    """The portal refuses it for good: it waits for a person, the stream goes on."""
    dead = outbox.update().where(_waiting(row)).values(state=DEAD, last_error=error[:_KEPT], done_at=NowMs())
    return bool(await count(session, dead))


async def drop(session: AsyncSession, row: OutboxRow, why: str) -> None:
    """The effect lost its sense before it was sent."""
    await session.execute(
        outbox.update().where(_waiting(row)).values(state=DROPPED, last_error=why[:_KEPT], done_at=NowMs())
    )


def _waiting(row: OutboxRow) -> Any:
    return (outbox.c.id == row.id) & (outbox.c.state == PENDING)
