"""Drain of the outbox: a portal is the lane; its streams go side by side, each in order, a few calls at a time."""

import asyncio
from collections.abc import Sequence
from typing import Final

from b24app.db import delivery, lanes
from b24app.db.lanes import Claim, What
from b24app.db.portals import PortalStatus
from b24app.db.tables import OUT
from b24app.db.work import Store
from b24app.jobs.attempt import Attempt, PortalPass
from b24app.jobs.deliverer import Deliverer, OutboxTimes
from b24app.kit.ids import PortalId

PORTALS_AT_ONCE: Final = 8
CALLS_AT_ONCE: Final = 4


class OutboxDrain:
    """Delivers effects. Calls are made between transactions, never inside."""

    what: What = "outbox"

    def __init__(
        self,
        store: Store,
        deliverer: Deliverer,
        *,
        owner: str,
        slots: int = PORTALS_AT_ONCE,
        calls: int = CALLS_AT_ONCE,
        times: OutboxTimes | None = None,
    ) -> None:
        self._store, self._deliverer, self._owner = store, deliverer, owner
        self._calls = calls
        self._times = times or OutboxTimes()
        self.slots = slots

    async def claim(self, limit: int) -> list[Claim]:
        """Take portals that have effects to deliver."""
        async with self._store.database.sessions() as session:
            taken = await lanes.claim(session, OUT, owner=self._owner, limit=limit, lease_s=self._times.lease_s)
            await session.commit()
        return taken

    async def next_ready_s(self) -> float | None:
        """Seconds until a portal may be claimed."""
        async with self._store.database.reads() as session:
            return await lanes.next_ready_s(session, OUT)

    async def give_back(self, claims: Sequence[Claim]) -> None:
        """Let these wait a moment, then anybody may take them."""
        async with self._store.database.sessions() as session:
            for claim in claims:
                delay_ms = self._times.portal_backoff.delay_ms(claim.attempts)
                await lanes.postpone(session, claim, delay_ms=delay_ms, attempts=claim.attempts + 1, heed_new=False)
            await session.commit()

    async def work(self, claim: Claim) -> None:
        """Deliver until nothing may go now, the lease nears its end, or the portal asks for a pause."""
        lane = PortalPass(self._store, self._deliverer, self._times, claim)
        if await self._is_active(claim.portal):
            await self._streams(lane)
        else:
            lane.stop(int(self._times.stopped_s * 1000))
        await self._leave(lane)

    async def _is_active(self, portal: PortalId) -> bool:
        async with self._store.read(portal) as reading:
            return await reading.portals.status(portal) is PortalStatus.ACTIVE

    async def _streams(self, lane: PortalPass) -> None:
        busy: dict[asyncio.Task[None], str] = {}
        async with asyncio.TaskGroup() as tasks:
            while not lane.stopped and lane.claim.left_s > self._times.least_left_s:
                await self._start(lane, tasks, busy)
                if not busy:
                    return
                # Looked at again soon, for what was put down while a slow call is on the wire.
                done, _ = await asyncio.wait(busy, timeout=self._times.look_s, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del busy[task]

    async def _start(self, lane: PortalPass, tasks: asyncio.TaskGroup, busy: dict[asyncio.Task[None], str]) -> None:
        free = self._calls - len(busy)
        if free <= 0:
            return
        async with self._store.database.reads() as session:
            rows = await delivery.ready(session, lane.claim.key, list(busy.values()), free)
        for row in rows:
            busy[tasks.create_task(Attempt(lane, row).run())] = row.stream

    async def _leave(self, lane: PortalPass) -> None:
        claim = lane.claim
        async with self._store.database.sessions() as session:
            await lanes.fence(session, claim)
            wait_ms = await delivery.next_wait_ms(session, claim.key)
            if wait_ms is None:
                await lanes.release(session, claim, more=False)
            elif lane.pause_ms:
                attempts = claim.attempts + 1
                await lanes.postpone(session, claim, delay_ms=lane.pause_ms, attempts=attempts, heed_new=False)
            elif wait_ms > 0:
                await lanes.postpone(session, claim, delay_ms=wait_ms, attempts=0, heed_new=True)
            else:
                await lanes.release(session, claim, more=True)
            await session.commit()
