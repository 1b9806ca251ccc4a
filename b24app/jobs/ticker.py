"""Ticks. APScheduler says when; what a tick does runs here, one at a time for each name, and never holds up the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from b24app.jobs.failures import report

_log = logging.getLogger(__name__)
_LEAST_S: Final = 0.1
_FOLLOW_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that must be looked at again and again. What it finds is in tables, so a lost tick loses nothing."""

    name: str
    every: timedelta
    action: Callable[[], Awaitable[Any]]
    domain: bool = True
    """`every` is time of the domain clock: in a rehearsal that runs faster, ticks come faster too."""
    at_start: bool = False
    """Also once when the ticker starts."""


class Ticker:
    """Runs ticks until cancelled. `speed` says how much faster than real time the domain clock runs."""

    def __init__(self, ticks: Sequence[Tick], *, speed: Callable[[], float] = lambda: 1.0) -> None:
        self._ticks, self._speed = ticks, speed
        self._bells = {tick.name: asyncio.Event() for tick in ticks}

    def skip(self, span: timedelta) -> None:
        """The domain clock was moved ahead: every tick that would have come meanwhile comes now."""
        for tick in self._ticks:
            if tick.domain and tick.every <= span:
                self._bells[tick.name].set()

    async def run(self) -> None:
        """Tick until cancelled."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it reports each tick it adds or runs
        scheduler: Any = AsyncIOScheduler(timezone="UTC")
        for tick in self._ticks:
            self._schedule(scheduler, tick)
            if tick.at_start:
                self._bells[tick.name].set()
        scheduler.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                for tick in self._ticks:
                    tasks.create_task(self._work(tick))
                tasks.create_task(self._follow_speed(scheduler))
        finally:
            scheduler.shutdown(wait=False)

    def _schedule(self, scheduler: Any, tick: Tick) -> None:
        scheduler.add_job(
            self._ring,
            "interval",
            seconds=self._every_s(tick),
            args=[tick.name],
            id=tick.name,
            replace_existing=True,
            coalesce=True,
            misfire_grace_time=None,
        )

    async def _ring(self, name: str) -> None:
        self._bells[name].set()

    def _every_s(self, tick: Tick) -> float:
        """A domain clock that is slow or stands still makes no tick rarer: it may be moved at any moment."""
        speed = self._speed() if tick.domain else 1.0
        return max(tick.every.total_seconds() / max(speed, 1.0), _LEAST_S)

    async def _work(self, tick: Tick) -> None:
        bell = self._bells[tick.name]
        while True:
            await bell.wait()
            bell.clear()
            try:
                await tick.action()
            except Exception as error:  # noqa: BLE001 - the next tick tries again
                report(_log, error, "tick failed name=%s error=%s", tick.name)

    async def _follow_speed(self, scheduler: Any) -> None:
        """The rehearsal's speed may be changed while it runs."""
        known = self._speed()
        while True:
            await asyncio.sleep(_FOLLOW_S)
            if self._speed() != known:
                known = self._speed()
                for tick in self._ticks:
                    self._schedule(scheduler, tick)
