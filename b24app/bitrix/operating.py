"""The working time of one method: how much of the portal's ten-minute window is used, and what may still go.

The portal adds up the execution time of a method in ten baskets of a minute and refuses a call (429) while the sum is
above its limit; answers carry the sum (`operating`) and the moment when the oldest basket is forgotten
(`operating_reset_at`). The limit itself is not told: 480 s is usual, a refusal teaches a lower one. Work of people and
events only heeds a refusal; everything else slows down from 80 % on, so that people still find room.

Portals without the counters are left alone until they refuse; then one request at a time feels its way.

Source: documentation, limits; platform.md 3.8. Moments are seconds of any steady clock, given by the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

LIMIT_S: Final = 480.0
SLOW_FROM: Final = 0.8
STOP_AT: Final = 0.95
FIRST_PAUSE_S: Final = 10.0
LONGEST_PAUSE_S: Final = 60.0
"""A basket is a minute: waiting longer at once gains nothing."""
LOOK_AGAIN_S: Final = 0.25
FRESH_S: Final = 30.0
"""A sum heard longer ago teaches nothing about the limit: other processes may have used the rest."""
FEELING: Final = 5
"""Commands of one request while a portal without counters is felt out."""
SLOW_BATCH: Final = 10
NEVER: Final = float("-inf")


@dataclass
class Pace:
    """Time of one command as measured: mean and deviation, the newest counting most."""

    mean_s: float = 0.0
    deviation_s: float = 0.0
    seen: int = 0

    def measure(self, seconds: float) -> None:
        """One more command took so long."""
        if not self.seen:
            self.mean_s = seconds
        weight = max(1 / (self.seen + 1), 0.05)
        self.deviation_s += weight * (abs(seconds - self.mean_s) - self.deviation_s)
        self.mean_s += weight * (seconds - self.mean_s)
        self.seen += 1

    @property
    def careful_s(self) -> float:
        """What the next command will hardly exceed."""
        return self.mean_s + 2 * self.deviation_s


class MethodTime:
    """What is known of one method, and what is under way."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self.limit_s = limit_s
        self.pace = Pace()
        self._used_s = 0.0
        self._resets_at = NEVER
        self._told_at = NEVER
        """By the portal's clock."""
        self._heard_at = NEVER
        self._blocked_until = NEVER
        self._next_at = NEVER
        self._under_way = 0
        self._refusals = 0
        self._is_counted = False

    def blocked_s(self, now: float) -> float:
        """Seconds until anybody may call the method again."""
        return max(self._blocked_until - now, 0.0)

    def grant(self, now: float, wanted: int, *, urgent: bool) -> tuple[int, float]:
        """How many of the wanted commands may go in one request now; 0 and the seconds to wait when none may."""
        if now < self._blocked_until:
            return 0, self._blocked_until - now
        if urgent:
            return wanted, 0.0
        if not self._is_counted:
            return self._felt(wanted)
        if now >= self._resets_at and self._used_s >= SLOW_FROM * self.limit_s:
            # Part of the sum is forgotten, the next answer says how much: one command asks, the others wait for it.
            return (1, 0.0) if not self._under_way else (0, LOOK_AGAIN_S)
        return self._counted(now, wanted)

    def _felt(self, wanted: int) -> tuple[int, float]:
        if not self._refusals:
            return wanted, 0.0
        return (min(wanted, FEELING), 0.0) if not self._under_way else (0, LOOK_AGAIN_S)

    def _counted(self, now: float, wanted: int) -> tuple[int, float]:
        cost = max(self.pace.mean_s, 0.001)
        expected = self._used_s + self._under_way * cost
        at_once = int((SLOW_FROM * self.limit_s - expected) / cost)
        if at_once >= 1:
            return min(wanted, at_once), 0.0
        left = STOP_AT * self.limit_s - expected
        if left < cost:
            return 0, max(self._resets_at - now, LOOK_AGAIN_S)
        if now < self._next_at:
            return 0, self._next_at - now
        return min(wanted, SLOW_BATCH, max(int(left / cost / 4), 1)), 0.0

    def begin(self, now: float, commands: int) -> None:
        """Commands leave; what remains of the window above 80 % is spread over the time until its next reset."""
        cost = max(self.pace.mean_s, 0.001)
        expected = self._used_s + (self._under_way + commands) * cost
        self._under_way += commands
        if self._is_counted and expected > SLOW_FROM * self.limit_s and now < self._resets_at:
            left = max(STOP_AT * self.limit_s - expected + commands * cost, cost)
            self._next_at = now + commands * cost * (self._resets_at - now) / left

    def end(self, commands: int) -> None:
        """They came back, or did not: in either case they are under way no more."""
        self._under_way = max(self._under_way - commands, 0)

    def learn(self, now: float, told: Mapping[str, Any]) -> None:
        """Take the times of an answer."""
        took = _number(told, "duration", _number(told, "processing"))
        if took is not None:
            self.pace.measure(took)
        used, finish = _number(told, "operating"), _number(told, "finish", 0.0)
        if used is None or finish is None:
            return
        self._is_counted, self._refusals = True, 0
        self.limit_s = max(self.limit_s, used - (took or 0.0))  # it was let in although so much was used
        if finish < self._told_at and now < self._resets_at:
            self._used_s = max(self._used_s, used)  # an older answer that came later: the sum only grows till the reset
            return
        self._told_at, self._used_s, self._heard_at = finish, used, now
        reset = _number(told, "operating_reset_at")
        if reset is not None and finish:
            # Both moments are of the portal's clock: only their difference means anything to ours.
            self._resets_at = now + max(reset - finish, 0.0)

    def refuse(self, now: float) -> float:
        """The portal refused the method. Seconds until it may be called again."""
        if now < self._blocked_until:
            return self._blocked_until - now
        self._refusals += 1
        if now - self._heard_at < FRESH_S and self._used_s > 0:
            self.limit_s = min(self.limit_s, self._used_s)
        pause = min(FIRST_PAUSE_S * 2.0 ** (self._refusals - 1), LONGEST_PAUSE_S)
        if self._is_counted and now < self._resets_at:
            pause = self._resets_at - now
        self._blocked_until = now + pause
        return pause


def _number(told: Mapping[str, Any], name: str, otherwise: float | None = None) -> float | None:
    found = told.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else otherwise
