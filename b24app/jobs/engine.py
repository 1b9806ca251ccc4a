"""What makes drains run. Rows are the truth; an engine only decides which process works on them, and when."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.engine import AWAY, Database
from b24app.db.lanes import What
from b24app.db.presence import Presence, new_owner
from b24app.jobs.failures import report
from b24app.jobs.pool import Drain, Loop

_log = logging.getLogger(__name__)
_SWEEP_S: Final = 10.0
_FAREWELL_S: Final = 0.4
_TRY_AGAIN_S: Final = 1.0


class Engine(Protocol):
    """Wakes workers and runs drains. A second engine for clusters (procrastinate) has its place here."""

    owner: str
    """Names this start of this process in the leases it takes."""

    async def wake(self, session: AsyncSession, what: What, at: int | None = None) -> None:
        """Rows were added in this transaction. Losing a wake-up is harmless: sweeps find the lanes."""
        ...

    async def run(self, drains: Sequence[Drain]) -> None:
        """Work until cancelled."""
        ...


class EmbeddedEngine:
    """Loops in this process, rung after each commit; they look by themselves every second and when a lane gets ready.

    On PostgreSQL several processes may run it: leases keep them apart, and what a killed one held is freed by the others.
    """

    def __init__(self, database: Database) -> None:
        self.owner = new_owner()
        self._presence = Presence(database, self.owner)
        self._loops: dict[What, Loop] = {}

    async def wake(self, session: AsyncSession, what: What, at: int | None = None) -> None:
        """Ring after the commit; `at` needs no bell, the loop wakes at the smallest `ready_at`."""
        if at is None:
            event.listen(session.sync_session, "after_commit", lambda _: self.ring(what), once=True)

    def ring(self, what: What) -> None:
        """There is work now."""
        if what in self._loops:
            self._loops[what].ring()

    async def run(self, drains: Sequence[Drain]) -> None:
        """Work until cancelled, which takes less than a second; leases left by dead processes are freed first."""
        try:
            await self._arrive()
            self._loops = {drain.what: Loop(drain) for drain in drains}
            async with asyncio.TaskGroup() as tasks:
                for loop in self._loops.values():
                    tasks.create_task(loop.run())
                tasks.create_task(self._sweep())
        finally:
            self._loops = {}
            with suppress(TimeoutError):
                async with asyncio.timeout(_FAREWELL_S):
                    await self._presence.end()

    async def _arrive(self) -> None:
        """A database that is not there yet is waited for: a supervisor that starts us again and again would do no better."""
        while True:
            try:
                await self._presence.begin()
                await self._presence.sweep()
            except AWAY as error:
                report(_log, error, "waiting for the database error=%s")
                await asyncio.sleep(_TRY_AGAIN_S)
            else:
                return

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            try:
                await self._presence.sweep()
            except Exception as error:  # noqa: BLE001 - a database that is away for a moment must not end the engine
                report(_log, error, "sweep failed error=%s")
