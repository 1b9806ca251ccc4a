"""Lanes: one row for each mailbox (of a ticket, of a portal) that has work, with one lease holder at a time.

`ready_at` is lease end, back-off and waiting for the request limit in one. A claim raises `token`; who comes back after
its lease ended finds another token (the fence) and gives up. `dirty` counts what came in, so a lane is only deleted when
nothing came since it was claimed.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, cast

from sqlalchemy import CursorResult, Delete, Select, Update, and_, case, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.engine import NowMs
from b24app.db.tables import IN, OUT, lane
from b24app.kit.ids import PortalId

What = Literal["inbox", "outbox"]
KINDS: Final[dict[What, int]] = {"inbox": IN, "outbox": OUT}


class Wake(Protocol):
    """Tells whoever does background work that rows were added. `b24app.jobs` has the engines."""

    async def wake(self, session: AsyncSession, what: What, at: int | None = None) -> None:
        """Called inside the caller's transaction; `at` (epoch ms of the wall) when there is no hurry."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """A lane that is ours until the lease ends."""

    kind: int
    key: str
    portal: PortalId
    token: int
    dirty: int
    attempts: int
    ends: float
    """Moment of the event loop's clock when the lease ends."""

    @property
    def left_s(self) -> float:
        """Seconds of the lease that remain; negative when it is over."""
        return self.ends - asyncio.get_running_loop().time()


class LeaseLost(Exception):
    """The lane belongs to somebody else now: roll back and forget it."""


def upsert(session: AsyncSession, table: Any) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT of this database's dialect, which knows ON CONFLICT."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return make(table)


async def count(session: AsyncSession, statement: Update | Delete, values: Any = None) -> int:
    """Execute, and say how many rows were changed."""
    result = await session.execute(statement, values) if values is not None else await session.execute(statement)
    return cast("CursorResult[Any]", result).rowcount


async def touch(
    session: AsyncSession, kind: int, keys: Iterable[tuple[PortalId, str]], *, urgent: bool = False
) -> None:
    """Say that these lanes got work. Sorted, so that two transactions never wait for each other in a circle.

    `urgent` ends the waiting of a lane for the request limit: what a person asked for may go at once.
    """
    rows = [
        {"kind": kind, "key": key, "portal_id": portal} for key, portal in sorted({key: p for p, key in keys}.items())
    ]
    if not rows:
        return
    statement = upsert(session, lane)
    changes: dict[str, Any] = {"dirty": lane.c.dirty + 1}
    if urgent:
        changes["ready_at"] = case((lane.c.owner.is_(None), 0), else_=lane.c.ready_at)
    await session.execute(statement.on_conflict_do_update(index_elements=["kind", "key"], set_=changes), rows)


async def claim(session: AsyncSession, kind: int, *, owner: str, limit: int, lease_s: float) -> list[Claim]:
    """Take up to `limit` ready lanes. The caller commits at once."""
    began = asyncio.get_running_loop().time()
    ready = (
        select(lane.c.key)
        .where(lane.c.kind == kind, lane.c.ready_at <= NowMs())
        .order_by(lane.c.ready_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    # Not a bare count: a lane deleted and made anew would count from one again and let a sleeper pass the fence.
    token = case((lane.c.token >= NowMs(), lane.c.token + 1), else_=NowMs())
    statement = (
        lane.update()
        .where(lane.c.kind == kind, lane.c.key.in_(select(ready.c.key)))
        .values(ready_at=NowMs() + int(lease_s * 1000), token=token, owner=owner, claimed_at=NowMs())
        .returning(lane.c.key, lane.c.portal_id, lane.c.token, lane.c.dirty, lane.c.attempts)
    )
    rows = (await session.execute(statement)).all()
    return [
        Claim(kind, key, PortalId(portal), token, dirty, attempts, began + lease_s)
        for key, portal, token, dirty, attempts in rows
    ]


def _ours(claim: Claim) -> Any:
    return and_(lane.c.kind == claim.kind, lane.c.key == claim.key, lane.c.token == claim.token)


async def fence(session: AsyncSession, claim: Claim) -> None:
    """Hold the lane until the end of this transaction; raises `LeaseLost` when it is no longer ours."""
    held: Select[int] = select(lane.c.token).where(_ours(claim)).with_for_update()
    if (await session.execute(held)).first() is None:
        raise LeaseLost(claim.key)


async def release(session: AsyncSession, claim: Claim, *, more: bool) -> None:
    """The pass is over. The lane goes, unless `more` rows wait or something came since the claim."""
    if not more and await count(session, lane.delete().where(_ours(claim), lane.c.dirty == claim.dirty)):
        return
    await session.execute(lane.update().where(_ours(claim)).values(ready_at=0, owner=None, attempts=0))


async def postpone(session: AsyncSession, claim: Claim, *, delay_ms: int, attempts: int, heed_new: bool) -> None:
    """Let the lane wait. `heed_new`: unless something came since the claim, then it is looked at again at once."""
    at: Any = NowMs() + max(delay_ms, 0)
    if heed_new:
        at = case((lane.c.dirty == literal(claim.dirty), at), else_=0)
    await session.execute(lane.update().where(_ours(claim)).values(ready_at=at, owner=None, attempts=attempts))


async def release_owner(session: AsyncSession, owner: str) -> None:
    """Free everything this node held: it is stopping, or gone."""
    await _at_once(session, lane.c.owner == owner)


async def owners(session: AsyncSession) -> set[str]:
    """Who holds lanes now."""
    query = select(lane.c.owner).where(lane.c.owner.is_not(None)).distinct()
    return {str(owner) for owner in (await session.execute(query)).scalars()}


async def hurry(session: AsyncSession, portal: PortalId) -> None:
    """End every waiting of a portal's lanes: it can be reached again."""
    await _at_once(session, and_(lane.c.portal_id == portal, lane.c.owner.is_(None)))


async def _at_once(session: AsyncSession, chosen: Any) -> None:
    """Let these be claimed now, one after another in the order of `touch`: one statement for all would lock them in any."""
    found = (await session.execute(select(lane.c.kind, lane.c.key).where(chosen))).all()
    for kind, key in sorted((kind, key) for kind, key in found):
        one = and_(lane.c.kind == kind, lane.c.key == key, chosen)
        await session.execute(lane.update().where(one).values(ready_at=0, owner=None))


async def next_ready_s(session: AsyncSession, kind: int) -> float | None:
    """Seconds until the first lane may be claimed, 0 for at once; None when there is no work."""
    query = select(func.min(lane.c.ready_at) - NowMs()).where(lane.c.kind == kind)
    wait = (await session.execute(query)).scalar_one()
    return None if wait is None else max(wait, 0) / 1000
