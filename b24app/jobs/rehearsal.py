"""Following a movable clock: in a rehearsal portal and service live by one virtual time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from b24app.kit.clock import MovableClock
from b24app.kit.errors import PortalUnreachable

LOOK_EVERY_S: Final = 0.25
_log = logging.getLogger(__name__)


class ClockFollower:
    """Asks the clock's address again and again; between answers the service's clock runs at the speed it was told."""

    def __init__(self, clock: MovableClock, url: str, fetch: Callable[[str], Awaitable[Any]]) -> None:
        self._clock, self._url, self._fetch = clock, url, fetch
        self.speed = 1.0

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
        self.speed = float(told["speed"])
        self._clock.follow(datetime.fromisoformat(told["now"]), self.speed)
