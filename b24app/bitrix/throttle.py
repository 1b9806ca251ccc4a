"""All limits of one portal in one place: who goes first, the leaky bucket, the working time of each method.

Requests wait in the order of their priority; background work sees only a share of the bucket, so that it can never make
people wait. Source: platform.md 3.8; engine rules 4.5.
"""

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from itertools import count
from typing import Any, Final

from b24app.bitrix.answers import OPERATING, RATE
from b24app.bitrix.bucket import Bucket, MemoryBucket
from b24app.bitrix.operating import LIMIT_S, MethodTime
from b24app.kit.clock import SystemClock
from b24app.kit.errors import PortalBusy

__all__ = ["Bucket", "MemoryBucket", "Priority", "Throttle"]


class Priority(IntEnum):
    """Who waits for whom; smaller goes first."""

    PERSON = 0
    """A press in the chat, an opened page."""
    EVENT = 1
    """A new request: announcements and what they need."""
    REMINDER = 2
    BACKGROUND = 3
    """Sweeps and checks."""
    EXPORT = 4
    """Whole lists and bulk writes: may take an hour."""


SHARES: Final = {
    Priority.PERSON: 1.0,
    Priority.EVENT: 0.8,
    Priority.REMINDER: 0.6,
    Priority.BACKGROUND: 0.4,
    Priority.EXPORT: 0.4,
}
PATIENCE_S: Final = {
    Priority.PERSON: 8.0,
    Priority.EVENT: 20.0,
    Priority.REMINDER: 20.0,
    Priority.BACKGROUND: 60.0,
    Priority.EXPORT: 3600.0,
}
"""How long a call waits for limits before it is given back to its queue, unsent."""
URGENT: Final = Priority.EVENT
"""Up to this priority only a refusal stops a method, not the slowing from 80 %."""
SPACING_S: Final = 0.05
"""Between two requests of the background: a full bucket refuses one of them, not eight."""
LONGEST_SLEEP_S: Final = 5.0


@dataclass(order=True)
class _Waiter:
    place: tuple[int, int]
    wake: asyncio.Event = field(default_factory=asyncio.Event, compare=False)


class Throttle:
    """The limits of one portal as this process sees them."""

    def __init__(self, bucket: Bucket | None = None, *, operating_limit_s: float = LIMIT_S) -> None:
        self.bucket: Bucket = bucket if bucket is not None else MemoryBucket()
        self._limit_s = operating_limit_s
        self._methods: dict[str, MethodTime] = {}
        self._line: list[_Waiter] = []
        self._numbers = count()
        self._spaced_until = 0.0
        self._news = asyncio.Event()

    @asynccontextmanager
    async def request(
        self, priority: Priority, wanted: Mapping[str, int], within_s: float, *, may_shrink: bool = False
    ) -> AsyncIterator[Mapping[str, int]]:
        """One HTTP request goes inside this block, with so many commands of each method.

        `may_shrink`: fewer commands than wanted will do. Raises `PortalBusy`, unsent, when `within_s` is too short.
        """
        deadline = _now() + within_s
        granted = await self._method_time(priority, wanted, deadline, may_shrink=may_shrink)
        try:
            await self._turn(priority, deadline)
            yield granted
        finally:
            for name, commands in granted.items():
                self.method(name).end(commands)
            self._tell()

    def method(self, name: str) -> MethodTime:
        """What is known of one method."""
        return self._methods.setdefault(name.lower(), MethodTime(self._limit_s))

    def learn(self, name: str, told: Any) -> None:
        """Take the times of an answer; portals without the limiter send fewer."""
        if isinstance(told, Mapping):
            self.method(name).learn(_now(), told)

    async def refused(self, pause_s: float) -> None:
        """The portal said that the bucket is full."""
        await self.bucket.refused(pause_s)

    def block(self, name: str) -> float:
        """The portal refused the method for its working time: it waits for the reset. Seconds until then."""
        return self.method(name).refuse(_now())

    async def _method_time(
        self, priority: Priority, wanted: Mapping[str, int], deadline: float, *, may_shrink: bool
    ) -> Mapping[str, int]:
        while True:
            asked = {name: self.method(name).grant(_now(), n, urgent=priority <= URGENT) for name, n in wanted.items()}
            pause = max((wait for n, wait in asked.values() if not n), default=0.0)
            if not pause:
                granted = {name: n for name, (n, _) in asked.items()} if may_shrink else dict(wanted)
                for name, commands in granted.items():
                    self.method(name).begin(_now(), commands)
                return granted
            _patient(OPERATING, pause, deadline)
            await _sleep(self._news, pause)

    async def _turn(self, priority: Priority, deadline: float) -> None:
        """Wait for one request of the bucket. The first in line asks for it, the others wait for the line to move."""
        me = _Waiter((priority, next(self._numbers)))
        insort(self._line, me)
        try:
            while True:
                pause = await self._ask(priority) if self._line[0] is me else LONGEST_SLEEP_S
                if not pause:
                    return
                me.wake.clear()
                if self._line[0] is me:
                    _patient(RATE, pause, deadline)
                    await _sleep(me.wake, pause)
                else:
                    _patient(RATE, 0.0, deadline)
                    await _sleep(me.wake, min(pause, deadline - _now()))
        finally:
            self._line.remove(me)
            if self._line:
                self._line[0].wake.set()

    async def _ask(self, priority: Priority) -> float:
        if priority < Priority.BACKGROUND:
            return await self.bucket.take(SHARES[priority])
        if (early := self._spaced_until - _now()) > 0:
            return early
        pause = await self.bucket.take(SHARES[priority])
        if not pause:
            self._spaced_until = _now() + SPACING_S
        return pause

    def _tell(self) -> None:
        """Whoever waits for working time looks again."""
        self._news.set()
        self._news = asyncio.Event()


def _patient(code: str, pause_s: float, deadline: float) -> None:
    if _now() + pause_s > deadline:
        until = SystemClock().now() + timedelta(seconds=pause_s) if code == OPERATING else None
        raise PortalBusy(code, until=until)


async def _sleep(event: asyncio.Event, longest_s: float) -> None:
    """Until the event, at most so long."""
    try:
        async with asyncio.timeout(max(min(longest_s, LONGEST_SLEEP_S), 0.0)):
            await event.wait()
    except TimeoutError:
        return


def _now() -> float:
    return asyncio.get_running_loop().time()
