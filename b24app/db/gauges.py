"""Figures that say whether background work keeps up: for /metrics, readiness and the doctor."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.engine import NowMs
from b24app.db.queue import counts
from b24app.db.tables import DEAD, IN, OUT, PENDING, lane, timer
from b24app.kit.clock import to_ms
from b24app.kit.ids import PortalId


@dataclass(frozen=True, slots=True)
class Gauges:
    """One look at the tables."""

    inbox_lane_oldest_seconds: float
    """How long the longest ready mailbox has waited for a worker; 0 when none waits."""
    outbox_lane_oldest_seconds: float
    inbox_pending: dict[PortalId, int]
    inbox_dead: dict[PortalId, int]
    outbox_pending: dict[PortalId, int]
    outbox_dead: dict[PortalId, int]
    timer_lag_seconds: float
    """How late the oldest due timer is, by the domain clock."""


async def look(session: AsyncSession, now: datetime) -> Gauges:
    """Read all figures; `now` of the domain clock."""
    return Gauges(
        inbox_lane_oldest_seconds=await _oldest_s(session, IN),
        outbox_lane_oldest_seconds=await _oldest_s(session, OUT),
        inbox_pending=await counts(session, "inbox", PENDING),
        inbox_dead=await counts(session, "inbox", DEAD),
        outbox_pending=await counts(session, "outbox", PENDING),
        outbox_dead=await counts(session, "outbox", DEAD),
        timer_lag_seconds=await _timer_lag_s(session, now),
    )


async def _oldest_s(session: AsyncSession, kind: int) -> float:
    # 0 in `ready_at` means "at once": how long that has waited is not kept, a claim comes within a second.
    overdue = func.max(NowMs() - lane.c.ready_at)
    query = select(overdue).where(lane.c.kind == kind, lane.c.ready_at > 0, lane.c.ready_at <= NowMs())
    return ((await session.execute(query)).scalar_one() or 0) / 1000


async def _timer_lag_s(session: AsyncSession, now: datetime) -> float:
    oldest = (await session.execute(select(func.min(timer.c.due_at)))).scalar_one()
    return max((to_ms(now) - oldest) / 1000, 0.0) if oldest is not None else 0.0
