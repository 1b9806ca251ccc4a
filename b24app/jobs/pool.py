"""A loop that works on lanes: as many at a time as it has slots, woken by a bell, by time, and by ends of passes."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

from b24app.db.lanes import Claim, LeaseLost, What
from b24app.jobs.failures import report

_log = logging.getLogger(__name__)
_GRACE_S: Final = 0.5
"""What is on the wire when we are told to stop may still come back."""
_LOOK_S: Final = 1.0


class Drain(Protocol):
    """Takes lanes and works on them. Inbox and outbox are drained by the same loop."""

    what: What
    slots: int

    async def claim(self, limit: int) -> list[Claim]:
        """Take up to `limit` lanes that are ready."""
        ...

    async def work(self, claim: Claim) -> None:
        """One pass over a lane."""
        ...

    async def next_ready_s(self) -> float | None:
        """Seconds until a lane may be claimed; None when there is none."""
        ...

    async def give_back(self, claims: Sequence[Claim]) -> None:
        """Nobody works on these any more although their leases run: those that are still ours may go after a pause."""
        ...


class Loop:
    """Runs one drain."""

    def __init__(self, drain: Drain) -> None:
        self._drain = drain
        self._bell = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._left: list[Claim] = []
        """Lanes of passes that broke down, usually because the database was away: a lease is long to wait for."""

    def ring(self) -> None:
        """There is work, or a slot is free."""
        self._bell.set()

    async def run(self) -> None:
        """Work until cancelled; stops within a second."""
        async with asyncio.TaskGroup() as tasks:
            try:
                while True:
                    self._bell.clear()
                    if not await self._fill(tasks):
                        await self._rest()
            except asyncio.CancelledError:
                if self._running:
                    await asyncio.wait(self._running, timeout=_GRACE_S)
                raise

    async def until_empty(self) -> None:
        """Work until nothing is ready: for engines that call drains as jobs, and for tests."""
        async with asyncio.TaskGroup() as tasks:
            while await self._fill(tasks) or self._running:
                if self._running:
                    await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _fill(self, tasks: asyncio.TaskGroup) -> bool:
        """Start passes in free slots. False when there was nothing to start."""
        free = self._drain.slots - len(self._running)
        if free <= 0:
            return False
        try:
            if self._left:
                await self._drain.give_back(self._left)
                self._left.clear()
            claims = await self._drain.claim(free)
        except Exception as error:  # noqa: BLE001 - a database that is away for a moment must not end the loop
            report(_log, error, "claim failed what=%s error=%s", self._drain.what)
            return False
        for claim in claims:
            task = tasks.create_task(self._pass(claim))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return bool(claims)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.ring()

    async def _pass(self, claim: Claim) -> None:
        try:
            await self._drain.work(claim)
        except LeaseLost:
            _log.warning("lease lost what=%s lane=%s", self._drain.what, claim.key)
        except Exception as error:  # noqa: BLE001 - the rows are kept; the lane is given back, at the latest when its lease ends
            report(_log, error, "pass failed what=%s lane=%s error=%s", self._drain.what, claim.key)
            self._left.append(claim)

    async def _rest(self) -> None:
        wait_s = _LOOK_S
        if len(self._running) < self._drain.slots:
            wait_s = min(wait_s, await self._next_ready_s())
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._bell.wait()

    async def _next_ready_s(self) -> float:
        try:
            ready_s = await self._drain.next_ready_s()
        except Exception as error:  # noqa: BLE001 - the same moment of absence
            report(_log, error, "look failed what=%s error=%s", self._drain.what)
            return _LOOK_S
        return _LOOK_S if ready_s is None else max(ready_s, 0.01)
