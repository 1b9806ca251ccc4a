"""The portal's limits: a leaky bucket for each portal and source address, and the working time of each method.

Requests wait in the order of their priority; background work sees only a share of the bucket, so that it can never make
people wait. Source: platform.md 3.8; engine rules 4.5.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, Protocol


class Priority(IntEnum):
    """Who waits for whom; smaller goes first."""

    PERSON = 0
    EVENT = 1
    REMINDER = 2
    BACKGROUND = 3
    EXPORT = 4


SHARES: Final = {
    Priority.PERSON: 1.0,
    Priority.EVENT: 0.8,
    Priority.REMINDER: 0.6,
    Priority.BACKGROUND: 0.4,
    Priority.EXPORT: 0.4,
}
MARGIN_BURST: Final = 0.8
MARGIN_RATE: Final = 0.95
OPERATING_LIMIT_S: Final = 480.0
SLOW_FROM: Final = 0.8


class Bucket(Protocol):
    """Grants requests of one portal. In memory for one process, a shared row for several (`b24app.db`)."""

    async def take(self, share: float) -> float:
        """0.0: granted. Else seconds to wait before asking again."""
        ...

    async def refused(self, pause_s: float) -> None:
        """The portal said 503: somebody else on this address filled the bucket."""
        ...


class MemoryBucket:
    """GCRA: the same law as the portal's leaky bucket, with one number. `rate` a second, `burst` at once, with margins."""

    def __init__(self, rate: float = 2.0, burst: int = 50) -> None:
        self._interval = 1.0 / (rate * MARGIN_RATE)
        self._depth = burst * MARGIN_BURST * self._interval
        self._full_at = 0.0
        self._paused_until = 0.0

    async def take(self, share: float) -> float:
        """Grant at once or say how long to wait."""
        now = asyncio.get_running_loop().time()
        if now < self._paused_until:
            return self._paused_until - now
        level = max(self._full_at, now) + self._interval
        room = share * self._depth
        if level - now <= max(room, self._interval):
            self._full_at = level
            return 0.0
        return level - now - room

    async def refused(self, pause_s: float) -> None:
        """Learn that the bucket is full and used by others too."""
        now = asyncio.get_running_loop().time()
        self._full_at = max(self._full_at, now + self._depth)
        self._paused_until = max(self._paused_until, now + pause_s)


@dataclass
class Operating:
    """Working time of one method in the portal's ten-minute window, as its answers tell."""

    used_s: float = 0.0
    resets_at: float = 0.0
    """Moment of the loop's clock."""
    blocked_until: float = 0.0


@dataclass
class Throttle:
    """All limits of one portal."""

    bucket: Bucket = field(default_factory=MemoryBucket)
    operating_limit_s: float = OPERATING_LIMIT_S
    _operating: dict[str, Operating] = field(default_factory=lambda: defaultdict(Operating))
    _waiting: list[int] = field(default_factory=lambda: [0] * len(Priority))

    async def enter(self, priority: Priority, *methods: str) -> None:
        """Wait until a request with these methods may go."""
        await self._wait_operating(methods)
        self._waiting[priority] += 1
        try:
            while True:
                pause = 0.02 if any(self._waiting[:priority]) else await self.bucket.take(SHARES[priority])
                if not pause:
                    return
                await asyncio.sleep(min(pause, 5.0))
        finally:
            self._waiting[priority] -= 1

    async def _wait_operating(self, methods: tuple[str, ...]) -> None:
        """A method near its limit slows down, one over it waits for its reset; other methods go on."""
        loop = asyncio.get_running_loop()
        for method in methods:
            state = self._operating.get(method)
            while state is not None and (pause := self._pause(state, loop.time())) > 0:  # noqa: ASYNC110 - answers end it
                await asyncio.sleep(min(pause, 5.0))

    def _pause(self, state: Operating, now: float) -> float:
        if now < state.blocked_until:
            return state.blocked_until - now
        over = state.used_s / self.operating_limit_s
        if over < SLOW_FROM or now >= state.resets_at:
            return 0.0
        state.used_s *= 0.98  # each pass lets a little through, so that the method slows instead of stopping
        return (over - SLOW_FROM) * 5.0

    def learn(self, method: str, time: Any) -> None:
        """Take the counters of an answer; portals without the limiter send none."""
        if not isinstance(time, dict) or not isinstance(time.get("operating"), int | float):
            return
        state = self._operating[method]
        state.used_s = float(time["operating"])
        reset, finish = time.get("operating_reset_at"), time.get("finish")
        if isinstance(reset, int | float) and isinstance(finish, int | float):
            state.resets_at = asyncio.get_running_loop().time() + max(reset - finish, 0.0)

    def block(self, method: str) -> float:
        """The portal refused the method for its working time: it waits for the reset. Seconds until then."""
        state, now = self._operating[method], asyncio.get_running_loop().time()
        state.blocked_until = max(state.resets_at, now + 60.0)
        return state.blocked_until - now
