"""Stretches of one UTC offset in a zone, and the dates a zone skipped."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from b24app.sla.hours import DAY, bad

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Python compares and subtracts moments of one zone by their wall clocks; UTC has no folds."""
    return moment.astimezone(UTC)


class Stretch(NamedTuple):
    """UTC microseconds `start <= t < end` in which wall time is UTC plus `offset`."""

    start: int
    end: int
    offset: int


def load_zone(name: Any) -> ZoneInfo:
    """The zone of an IANA name; ValueError for an unknown one."""
    if isinstance(name, ZoneInfo):
        return name
    if not isinstance(name, str) or not name:
        raise bad("timezone", f"an IANA name like Europe/Moscow is needed, not {name!r}")
    try:
        return ZoneInfo(name)
    except (
        KeyError,
        ValueError,
        OSError,
    ) as error:  # a folder of the database, or a path out of it, are no zones either
        raise bad("timezone", f"there is no zone {name!r}") from error


def stretches(zone: ZoneInfo, start: int, end: int) -> list[Stretch]:
    """Offsets of the zone in `start <= t < end`, in order.

    The zone is asked once a day; no zone ever changed twice within one, so that both changes cancelled out.
    """
    found: list[Stretch] = []
    begin, offset = start, _offset(zone, start)
    at = start
    while at < end:
        later = min(at + DAY, end)
        if (new := _offset(zone, later)) != offset:
            change = _change(zone, at, later)
            found.append(Stretch(begin, change, offset))
            begin, offset = change, new
        at = later
    if begin < end:
        found.append(Stretch(begin, end, offset))
    return found


def _offset(zone: ZoneInfo, at: int) -> int:
    gap = (EPOCH + timedelta(microseconds=at)).astimezone(zone).utcoffset() or timedelta()
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The first microsecond after `low` with another offset."""
    old = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == old else (low, middle)
    return high


def skipped_days(parts: list[Stretch]) -> frozenset[int]:
    """Days (since 1970-01-01) that no clock of the zone ever showed, for instance 2011-12-30 in Pacific/Apia."""
    days: set[int] = set()
    for before, after in pairwise(parts):
        first = -(-(before.end + before.offset) // DAY)
        last = (after.start + after.offset) // DAY
        days.update(range(first, last))
    return frozenset(days)
