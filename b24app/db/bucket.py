"""The request limit of a portal as one shared row: the same law as the portal's leaky bucket, granted by one UPDATE.

It has the shape of `b24app.bitrix.throttle.Bucket`; rooms of one layer do not import each other, `main` puts them together.
"""

from typing import Any, Final

from sqlalchemy import Float, case, cast, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.engine import Database, NowMs
from b24app.db.lanes import count, upsert
from b24app.db.tables import portal_bucket
from b24app.kit.ids import PortalId
from b24app.kit.tariff import LEAST_TRUST, MARGIN_RATE, REGAINED_A_SECOND, Tariff

_LEAST_WAIT_S: Final = 0.02


class SharedBucket:
    """GCRA over the row of one portal: `tat` is the moment when the bucket is empty again. All nodes draw from it.

    The column `rate` is what the last refusal left us of the tariff's; it grows back with the time since the pause.
    """

    def __init__(self, database: Database, portal: PortalId, rate: float = 2.0, burst: int = 50) -> None:
        self._database, self._portal = database, portal
        self._tariff = Tariff(rate, burst)
        self._depth_ms = self._tariff.depth_s * 1000

    async def take(self, share: float) -> float:
        """0.0: one request is granted. Else seconds to wait before asking again. `share` of the bucket may be used."""
        room = _later(literal(share * self._depth_ms), self._interval_ms())
        async with self._database.sessions() as session:
            granted = await self._grant(session, room)
            if not granted and await self._create(session):
                granted = await self._grant(session, room)
            wait_s = 0.0 if granted else await self._wait_s(session, room)
            await session.commit()
        return wait_s

    async def refused(self, pause_s: float) -> None:
        """The portal said that the bucket is full: others draw from it. Requests under way count as one refusal."""
        async with self._database.sessions() as session:
            await self._create(session)
            full, until = NowMs() + self._depth_ms, NowMs() + int(pause_s * 1000)
            halved = _later(self._trusted() / 2, literal(self._tariff.rate * LEAST_TRUST))
            values = {
                "tat": _later(portal_bucket.c.tat, cast(full, Float(53))),
                "rate": case((portal_bucket.c.paused_until > NowMs(), portal_bucket.c.rate), else_=halved),
                "paused_until": _later(portal_bucket.c.paused_until, until),
                "pause_reason": "QUERY_LIMIT_EXCEEDED",
            }
            await session.execute(portal_bucket.update().where(self._mine()).values(values))
            await session.commit()

    def _trusted(self) -> Any:
        """Requests a second that are ours."""
        quiet_s = cast(NowMs() - portal_bucket.c.paused_until, Float(53)) / 1000
        regained = portal_bucket.c.rate + quiet_s * (REGAINED_A_SECOND * self._tariff.rate)
        return case((regained < self._tariff.rate, regained), else_=literal(self._tariff.rate))

    def _interval_ms(self) -> Any:
        return 1000.0 / (self._trusted() * MARGIN_RATE)

    async def _grant(self, session: AsyncSession, room: Any) -> bool:
        level = _later(portal_bucket.c.tat, cast(NowMs(), Float(53))) + self._interval_ms()
        granted = (
            portal_bucket.update()
            .where(self._mine(), portal_bucket.c.paused_until <= NowMs(), level - NowMs() <= room)
            .values(tat=level)
        )
        return bool(await count(session, granted))

    async def _create(self, session: AsyncSession) -> bool:
        """The row of a portal that never asked. True when it was missing."""
        values = {"portal_id": self._portal, "rate": self._tariff.rate, "burst": self._tariff.burst}
        statement = upsert(session, portal_bucket).values(values).on_conflict_do_nothing()
        result: Any = await session.execute(statement)
        return bool(result.rowcount)

    async def _wait_s(self, session: AsyncSession, room: Any) -> float:
        full = portal_bucket.c.tat + self._interval_ms() - room
        wait = _later(full, cast(portal_bucket.c.paused_until, Float(53))) - NowMs()
        found = (await session.execute(select(wait).where(self._mine()))).scalar_one_or_none()
        return max((found or 0.0) / 1000, _LEAST_WAIT_S)

    def _mine(self) -> Any:
        return portal_bucket.c.portal_id == self._portal


def _later(left: Any, right: Any) -> Any:
    return case((left > right, left), else_=right)


async def pauses(session: AsyncSession) -> dict[PortalId, tuple[float, str]]:
    """Portals that asked for a pause: seconds that remain, and why. For the doctor and the metrics."""
    left = portal_bucket.c.paused_until - NowMs()
    query = select(portal_bucket.c.portal_id, left, portal_bucket.c.pause_reason).where(left > 0)
    return {PortalId(portal): (ms / 1000, why) for portal, ms, why in await session.execute(query)}
