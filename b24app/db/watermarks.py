"""How far sweeps have read, and other small facts that must survive a restart."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.lanes import upsert
from b24app.db.tables import watermark
from b24app.kit.clock import Clock, from_ms, to_ms
from b24app.kit.ids import PortalId


class Watermarks:
    """Named marks of one portal."""

    def __init__(self, session: AsyncSession, portal: PortalId, clock: Clock) -> None:
        self._session, self._portal, self._clock = session, portal, clock

    async def get(self, name: str) -> str:
        """The mark; empty when it was never set."""
        query = select(watermark.c.value).where(watermark.c.portal_id == self._portal, watermark.c.name == name)
        return (await self._session.execute(query)).scalar_one_or_none() or ""

    async def moved_at(self, name: str) -> datetime | None:
        """When the mark was last written, whether it moved or not; None when it never was."""
        query = select(watermark.c.updated_at).where(watermark.c.portal_id == self._portal, watermark.c.name == name)
        found = (await self._session.execute(query)).scalar_one_or_none()
        return from_ms(found) if found is not None else None

    async def set(self, name: str, value: str) -> None:
        """Move the mark."""
        values = {"value": value, "updated_at": to_ms(self._clock.now())}
        key = {"portal_id": self._portal, "name": name}
        statement = upsert(self._session, watermark).values(key | values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
