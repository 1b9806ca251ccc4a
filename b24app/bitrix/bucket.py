"""The leaky bucket of a portal, as the portal itself keeps it: one for each portal and source address.

GCRA is the same law with one number, the moment when the bucket is empty again. Margins are taken off the tariff, since
the portal counts in whole seconds and other applications on our address draw from the same bucket. How much they draw
is learned from the portal's refusals: each one halves what we trust to be ours, quiet minutes give it back.

Source: platform.md 3.8, engine rules 4.5.
"""

import time
from collections.abc import Callable
from typing import Final, Protocol

from b24app.kit.tariff import LEAST_TRUST, ORDINARY, REGAINED_A_SECOND, Tariff

TICK_S: Final = 1e-6
"""Rounding of moments is no reason to wait."""


class Bucket(Protocol):
    """Grants requests of one portal. In memory for one process, a shared row for several (`b24app.db`)."""

    async def take(self, share: float) -> float:
        """0.0: granted. Else seconds to wait before asking again. `share` of the bucket may be used."""
        ...

    async def refused(self, pause_s: float) -> None:
        """The portal said that the bucket is full: nobody asks for so long."""
        ...


class Gcra:
    """The law itself; every moment is an argument, in seconds of any steady clock."""

    def __init__(self, tariff: Tariff = ORDINARY) -> None:
        self.tariff = tariff
        self._empty_at = float("-inf")
        self._paused_until = float("-inf")
        self._trust = 1.0

    def take(self, now: float, share: float) -> float:
        """0.0: one request is granted. Else seconds until it may be."""
        if now < self._paused_until:
            return self._paused_until - now
        interval = self.tariff.interval_s / self.trust(now)
        level = max(self._empty_at, now) + interval
        room = max(share * self.tariff.depth_s, interval)
        if level - now <= room + TICK_S:
            self._empty_at = level
            return 0.0
        return level - now - room

    def refused(self, now: float, pause_s: float) -> None:
        """The bucket is full although we kept to our part: others use it. Requests under way count as one refusal."""
        if now >= self._paused_until:
            self._trust = max(self.trust(now) / 2, LEAST_TRUST)
        self._empty_at = max(self._empty_at, now + self.tariff.depth_s)
        self._paused_until = max(self._paused_until, now + pause_s)

    def trust(self, now: float) -> float:
        """The part of the tariff we believe to be ours."""
        if self._paused_until == float("-inf"):
            return 1.0
        return min(1.0, self._trust + max(now - self._paused_until, 0.0) * REGAINED_A_SECOND)


class MemoryBucket:
    """The bucket of one process. `rate` requests a second and `burst` at once are the tariff's."""

    def __init__(self, rate: float = 2.0, burst: int = 50, *, now: Callable[[], float] = time.monotonic) -> None:
        self._law, self._now = Gcra(Tariff(rate, burst)), now

    async def take(self, share: float) -> float:
        """Grant at once or say how long to wait."""
        return self._law.take(self._now(), share)

    async def refused(self, pause_s: float) -> None:
        """Learn that the bucket is full and used by others too."""
        self._law.refused(self._now(), pause_s)
