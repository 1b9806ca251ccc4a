"""One attempt to deliver one row: render, note, send, finish, and what a failure of each step means."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db import delivery, lanes
from b24app.db.engine import AWAY
from b24app.db.lanes import Claim, LeaseLost
from b24app.db.outbox import Call, OutboxRow
from b24app.db.portals import PortalStatus
from b24app.db.work import Store
from b24app.jobs.deliverer import Deliverer, OutboxTimes
from b24app.jobs.failures import (
    MAX_ATTEMPTS,
    asked_wait_ms,
    describe,
    is_permanent,
    is_portals_fault,
    may_have_worked,
    report,
    slows_portal,
    stops_portal,
)
from b24app.kit.clock import SystemClock

_log = logging.getLogger(__name__)
_LOOKED_UP = frozenset({"keyed", "read-back"})
_TRY_AGAIN_S = 0.5


class PortalPass:
    """What attempts on one portal share while its lane is ours."""

    def __init__(self, store: Store, deliverer: Deliverer, times: OutboxTimes, claim: Claim) -> None:
        self.store, self.deliverer, self.times, self.claim = store, deliverer, times, claim
        self.stopped = False
        self.pause_ms = 0

    def stop(self, pause_ms: int = 0) -> None:
        """Start nothing more; leave the portal alone for so long."""
        self.stopped = True
        self.pause_ms = max(self.pause_ms, pause_ms)

    @asynccontextmanager
    async def ours(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only succeeds while the lane is ours. Everybody holds ticket, row and lane in this order."""
        async with self.store.database.sessions() as session:
            yield session
            await lanes.fence(session, self.claim)
            await session.commit()


class Attempt:
    """Delivers one row once."""

    def __init__(self, lane: PortalPass, row: OutboxRow) -> None:
        self._lane, self._row = lane, row
        self._deliverer, self._times = lane.deliverer, lane.times
        self._in_doubt = row.sent_at is not None

    async def run(self) -> None:
        """Never raises for what may happen to a call; the rows say how it ended."""
        try:
            await self._deliver()
        except LeaseLost:
            _log.warning("lease lost what=outbox portal=%s row=%s", self._row.portal, self._row.id)
            self._lane.stop()
        except Exception as error:  # noqa: BLE001 - the database is away, or a defect: the row is kept and looked at again
            row = self._row
            report(_log, error, "attempt failed portal=%s row=%s kind=%s error=%s", row.portal, row.id, row.kind)
            self._lane.stop(self._times.portal_backoff.delay_ms(self._lane.claim.attempts))

    async def _deliver(self) -> None:
        row = self._row
        if not self._deliverer.knows(row):
            await self._wait(int(self._times.unknown_s * 1000))
        elif row.answered and row.call is not None:
            await self._finish(row.call, row.answer)
        elif (early_ms := self._too_early_ms()) > 0:
            await self._wait(early_ms)
        else:
            await self._try()

    def _too_early_ms(self) -> int:
        """The portal may still be working on the doubtful call: what it made cannot be seen yet."""
        if self._row.sent_at is None or self._row.idem_class != "read-back":
            return 0
        passed = SystemClock().now() - self._row.sent_at
        return int((self._times.doubt_s - passed.total_seconds()) * 1000)

    async def _try(self) -> None:
        try:
            found = await self._look_up()
            call = self._row.call or await self._deliverer.render(self._row)
        except Exception as error:  # noqa: BLE001 - nothing was sent by this attempt
            await self._failed(error, doubtful=self._in_doubt)
            return
        if call is None:
            await self._drop()
        elif found is not None:
            await self._finish(call, found.answer)
        elif await self._begin(call):
            await self._send(call)

    async def _look_up(self) -> Any:
        row = self._row
        if self._in_doubt and row.call is not None and row.idem_class in _LOOKED_UP:
            return await self._deliverer.look_up(row, row.call)
        return None

    async def _begin(self, call: Call) -> bool:
        """Note the attempt, then make sure that the lease lasts longer than the call."""
        async with self._lane.ours() as session:
            begun = await delivery.begin(session, self._row, call)
        if not begun:
            return False
        if self._lane.claim.left_s >= self._times.least_left_s:
            return True
        self._lane.stop()
        async with self._lane.ours() as session:
            await delivery.retry(session, self._row, "", delay_ms=0, doubtful=self._in_doubt, counted=False)
        return False

    async def _send(self, call: Call) -> None:
        try:
            async with asyncio.timeout(self._lane.claim.left_s - self._times.spare_s):
                answer = await self._deliverer.send(self._row, call)
        except Exception as error:  # noqa: BLE001 - each kind of failure is decided on below
            await self._failed(error, doubtful=self._in_doubt or may_have_worked(error))
        else:
            await self._finish(call, answer)

    async def _finish(self, call: Call, answer: Any) -> None:
        """Keep that it worked. A database that is away for a moment must not make us send it again."""
        while True:
            try:
                await self._mark_done(call, answer)
            except AWAY as error:
                if self._lane.claim.left_s < self._times.spare_s:
                    raise
                report(_log, error, "finish failed portal=%s row=%s error=%s", self._row.portal, self._row.id)
                await asyncio.sleep(_TRY_AGAIN_S)
            except Exception as error:  # noqa: BLE001 - a defect in what follows the call
                await self._keep_answer(answer, error)
                return
            else:
                return

    async def _mark_done(self, call: Call, answer: Any) -> None:
        # No fence here: it did work, whoever holds the lane now. The row's own state lets one of two finish it.
        async with self._lane.store.database.sessions() as session:
            work = self._lane.store.unit(session, self._row.portal, f"outbox:{self._row.id}")
            await self._deliverer.hold(work, self._row)
            if await delivery.finish(session, self._row, answer):
                await self._deliverer.on_result(work, self._row, call, answer)
                await work.commit()

    async def _keep_answer(self, answer: Any, error: Exception) -> None:
        _log.exception("result not handled portal=%s row=%s kind=%s", self._row.portal, self._row.id, self._row.kind)
        async with self._lane.ours() as session:
            delay_ms = self._times.row_backoff.delay_ms(self._row.attempts)
            await delivery.keep_answer(session, self._row, answer, describe(error), delay_ms)
            if self._row.attempts + 1 >= MAX_ATTEMPTS:
                await delivery.bury(session, self._row, describe(error))

    async def _failed(self, error: Exception, *, doubtful: bool) -> None:
        row = self._row
        _log.warning("call failed portal=%s row=%s kind=%s error=%s", row.portal, row.id, row.kind, describe(error))
        if stops_portal(error):
            await self._stop_portal(error)
            return
        counted = not is_portals_fault(error)
        if is_permanent(error) or (counted and row.attempts + 1 >= MAX_ATTEMPTS):
            await self._bury(error)
            return
        delay_ms = 0
        if slows_portal(error):
            self._lane.stop(
                max(self._times.portal_backoff.delay_ms(self._lane.claim.attempts), asked_wait_ms(error), 1)
            )
        else:
            delay_ms = max(self._times.row_backoff.delay_ms(row.attempts), asked_wait_ms(error))
        async with self._lane.ours() as session:
            await delivery.retry(session, row, describe(error), delay_ms=delay_ms, doubtful=doubtful, counted=counted)

    async def _stop_portal(self, error: Exception) -> None:
        self._lane.stop(int(self._times.stopped_s * 1000))
        async with self._lane.ours() as session:
            why = describe(error)
            await delivery.retry(session, self._row, why, delay_ms=0, doubtful=self._in_doubt, counted=False)
            work = self._lane.store.unit(session, self._row.portal, "")
            await work.portals.set_status(self._row.portal, PortalStatus.NEEDS_ADMIN, why)

    async def _bury(self, error: Exception) -> None:
        row = self._row
        async with self._lane.store.database.sessions() as session:
            if not await delivery.bury(session, row, describe(error)):
                return
            work = self._lane.store.unit(session, row.portal, f"outbox:{row.id}:refused{row.attempts}")
            try:
                async with session.begin_nested():
                    await self._deliverer.on_refused(work, row, error)
            except Exception:  # noqa: BLE001 - the row is dead in any case and shows the portal's own reason
                _log.exception("refusal not handled portal=%s row=%s kind=%s", row.portal, row.id, row.kind)
            await work.settle()
            await lanes.fence(session, self._lane.claim)
            await session.commit()

    async def _drop(self) -> None:
        async with self._lane.ours() as session:
            await delivery.drop(session, self._row, "lost its sense")

    async def _wait(self, delay_ms: int) -> None:
        async with self._lane.ours() as session:
            await delivery.wait(session, self._row, delay_ms)
