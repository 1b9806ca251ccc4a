"""The one reader of the clock. Everybody else gets a moment, or a `Clock`, as an argument."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the moment people and rules live in. In a rehearsal it may run fast or jump."""

    def now(self) -> datetime:
        """An aware UTC datetime."""
        ...


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """An aware UTC datetime."""
        return datetime.now(UTC)


class MovableClock:
    """Follows a rehearsal clock: a known moment, plus real time since then multiplied by the speed."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._moment = self._seen_at = real.now()
        self._speed = 1.0

    def follow(self, moment: datetime, speed: float) -> None:
        """Take `moment` (aware) as the present and let it run `speed` times faster than real time."""
        self._moment, self._seen_at, self._speed = moment.astimezone(UTC), self._real.now(), speed

    def now(self) -> datetime:
        """An aware UTC datetime."""
        return self._moment + (self._real.now() - self._seen_at) * self._speed


def to_ms(moment: datetime) -> int:
    """Epoch milliseconds of an aware moment, the form the database keeps. Rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(value: int) -> datetime:
    """The aware UTC moment of epoch milliseconds."""
    return _EPOCH + timedelta(milliseconds=value)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
