"""The sweep of deadlines. A tick finds what is due; each timer's handler runs in a savepoint of one short transaction."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Protocol

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db import lanes, timers
from b24app.db.tables import OUT
from b24app.db.timers import DueTimer
from b24app.db.work import Store, Work
from b24app.jobs.failures import Backoff, describe
from b24app.kit.ids import PortalId

_log = logging.getLogger(__name__)
_LOCK_NOT_AVAILABLE: Final = "55P03"
_UNKNOWN: Final = timedelta(minutes=1)


class TimerHandler(Protocol):
    """Decides what a deadline means. Effects go to the outbox; a new deadline is set through `work.timers`. No network.

    A timer that fired is no longer set, unless its handler sets it again.
    """

    async def __call__(self, work: Work, due: DueTimer, /) -> None: ...


class TimerSweep:
    """Fires timers that are due by the domain clock."""

    def __init__(
        self,
        store: Store,
        handlers: Mapping[str, TimerHandler],
        *,
        batch: int = 25,
        backoff: Backoff | None = None,
    ) -> None:
        self._store, self._handlers, self._batch = store, handlers, batch
        self._backoff = backoff or Backoff()

    async def sweep(self) -> int:
        """Fire everything that is due now; returns how many fired. Safe on many nodes at once."""
        total = 0
        while True:
            found, fired = await self._some()
            total += fired
            if found < self._batch or not fired:
                return total

    async def _some(self) -> tuple[int, int]:
        urgency: dict[PortalId, bool] = {}
        async with self._store.database.sessions() as session:
            due = await timers.take_due(session, self._store.clock.now(), self._batch)
            if not due:
                return 0, 0
            fired = [await self._one(session, timer, urgency) for timer in due]
            for portal in sorted(urgency, key=str):  # in the order of `touch`: two sweeps must not wait in a circle
                await lanes.touch(session, OUT, [(portal, str(portal))], urgent=urgency[portal])
            await self._store.wake.wake(session, "outbox")
            await self._store.wake.wake(session, "inbox")
            await session.commit()
        return len(due), sum(fired)

    async def _one(self, session: AsyncSession, due: DueTimer, urgency: dict[PortalId, bool]) -> bool:
        handler = self._handlers.get(due.kind)
        if handler is None:
            at = self._store.clock.now() + _UNKNOWN
            await timers.push_on(session, due, at, "unknown kind", counted=False)
            return False
        # A ticket that another unit holds is left for the next tick: this one holds timers and must wait for nobody.
        work = self._store.unit(session, due.portal, due.cause, nowait=True)
        try:
            async with session.begin_nested():
                await timers.mark_fired(session, due)
                await handler(work, due)
        except Exception as error:  # noqa: BLE001 - one timer must not hold up the others
            return await self._failed(session, due, error)
        if work.outbox.touched is not None:
            urgency[due.portal] = urgency.get(due.portal, False) or work.outbox.touched
        return True

    async def _failed(self, session: AsyncSession, due: DueTimer, error: Exception) -> bool:
        if isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            return False
        _log.warning("timer failed portal=%s subject=%s kind=%s", due.portal, due.subject, due.kind, exc_info=error)
        delay = timedelta(milliseconds=self._backoff.delay_ms(due.attempts))
        await timers.push_on(session, due, self._store.clock.now() + delay, describe(error))
        return False
