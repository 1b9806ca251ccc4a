"""The portal's own clock: movable, so that a month of support passes in minutes.

Two notions of time live here and nowhere else in the sandbox: the *virtual* moment (`Clock.now`), which every stored
date, event `ts` and list filter uses, and the *real* one (`wall`, `monotonic`), which lives of tokens and rate
limits use: an integration that refreshes tokens by its own system clock must not be cheated by a rehearsal.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo


def wall() -> float:
    """Real Unix seconds."""
    return time.time()


def monotonic() -> float:
    """Real seconds that never go back."""
    return time.monotonic()


def local_offset(zone: ZoneInfo, moment: datetime) -> timezone:
    """The fixed offset that `zone` has at `moment`."""
    return timezone(moment.astimezone(zone).utcoffset() or timedelta())


class Clock:
    """Virtual time: `now()` runs `speed` times faster than real time and may be set or advanced."""

    def __init__(self, now: datetime | None = None, speed: float = 1.0, zone: str = "Europe/Moscow") -> None:
        self.zone = ZoneInfo(zone)
        self.speed = speed
        self._base = (now or datetime.now(UTC)).astimezone(UTC)
        self._mark = monotonic()
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """The virtual moment, aware, in UTC."""
        return self._base + timedelta(seconds=(monotonic() - self._mark) * self.speed)

    def local(self) -> datetime:
        """The virtual moment in the portal's server zone."""
        return self.now().astimezone(self.zone)

    def iso(self, moment: datetime | None = None) -> str:
        """Whole seconds with the server's offset, as the portal prints dates."""
        return (moment or self.now()).astimezone(self.zone).isoformat(timespec="seconds")

    def unix(self) -> float:
        """Virtual Unix seconds."""
        return self.now().timestamp()

    def set(self, moment: datetime) -> None:
        """Jump to `moment`."""
        self._base, self._mark = moment.astimezone(UTC), monotonic()
        self._tell_moved()

    def advance(self, seconds: float) -> None:
        """Jump forward by virtual `seconds`."""
        self.set(self.now() + timedelta(seconds=seconds))

    def run_at(self, speed: float) -> None:
        """Change how fast virtual time runs from now on; 0 stands still."""
        self.set(self.now())
        self.speed = speed
        self._tell_moved()

    async def wait_until(self, moment: datetime, wake: asyncio.Event | None = None) -> None:
        """Sleep until the virtual `moment`, a move of the clock or `wake`, whichever comes first."""
        left = (moment - self.now()).total_seconds()
        if left <= 0:
            return
        pause = min(left / self.speed, 3600.0) if self.speed else 3600.0
        waits = [asyncio.ensure_future(event.wait()) for event in (self._moved, wake) if event is not None]
        try:
            await asyncio.wait(waits, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _tell_moved(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
