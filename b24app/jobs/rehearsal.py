"""Following a movable clock: in a rehearsal portal and service live by one virtual time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from b24app.kit.clock import MovableClock
from b24app.kit.errors import PortalUnreachable

LOOK_EVERY_S: Final = 0.25
JUMP: Final = timedelta(seconds=1)
"""Ahead of where the clock would have run by itself; less is the way of the answer."""
_log = logging.getLogger(__name__)


class ClockFollower:
    """Asks the clock's address again and again; between answers the service's clock runs at the speed it was told."""

    def __init__(self, clock: MovableClock, url: str, fetch: Callable[[str], Awaitable[Any]]) -> None:
        self._clock, self._url, self._fetch = clock, url, fetch
        self.speed = 1.0
        self.jumped: Callable[[timedelta], None] = lambda _: None
        """Called when the clock was moved ahead: what came due meanwhile should not wait for its tick."""

    async def run(self) -> None:
        """Follow until cancelled; an address that does not answer leaves the clock as it runs."""
        while True:
            try:
                await self.look()
            except (PortalUnreachable, KeyError, TypeError, ValueError):
                _log.warning("clock not answering url=%s", self._url)
                await asyncio.sleep(1)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Take the present moment and speed over once."""
        told = await self._fetch(self._url)
        moment, expected = datetime.fromisoformat(told["now"]), self._clock.now()
        self.speed = float(told["speed"])
        self._clock.follow(moment, self.speed)
        if moment - expected > JUMP * max(self.speed, 1.0):
            self.jumped(moment - expected)
