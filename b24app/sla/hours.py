"""Opening hours as people write them, turned into wall-clock microseconds.

An interval is a pair of microseconds since midnight of the date it begins on; a shift over midnight ends beyond `DAY`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

DAY: Final = 86_400_000_000
MINUTE: Final = 60_000_000
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]

_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")


class BadData(ValueError):
    """Unusable data: what is wrong and where, as a path of keys with dots."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where, self.problem = where, problem


def bad(where: str, problem: str) -> BadData:
    """The error of unusable data: it names the place, as the desk check shows it."""
    return BadData(where, problem)


def parse_time(value: Any, where: str) -> int:
    """Microseconds since midnight of `"09:00"`, `"09:00:30"`, a `time`, or minutes (YAML reads 18:00 as 1080)."""
    if isinstance(value, time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value * MINUTE <= DAY:
        return value * MINUTE
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise bad(where, f'{value!r} is no time, write it as "09:00"')
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    result = ((hour * 60 + minute) * 60 + second) * 1_000_000 + int((match[4] or "0").ljust(6, "0"))
    if minute > 59 or second > 59 or result > DAY:  # noqa: PLR2004 - the clock face
        raise bad(where, f'there is no time {value!r}; the last one of a day is "24:00"')
    return result


def parse_intervals(value: Any, where: str) -> Intervals:
    """Sorted, merged intervals of `[["09:00", "13:00"], …]`; an end at or before its start ends on the next day."""
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise bad(where, f"a list of [start, end] pairs is needed, not {value!r}")
    return merge(_parse_interval(pair, where) for pair in value)


def _parse_interval(pair: Any, where: str) -> Interval:
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:  # noqa: PLR2004 - a pair
        raise bad(where, f'{pair!r} is no interval, write it as ["09:00", "18:00"]')
    start, end = parse_time(pair[0], where), parse_time(pair[1], where)
    if start == DAY:
        raise bad(where, '"24:00" ends a day and cannot start an interval')
    return start, end if end > start else end + DAY


def parse_date(value: Any, where: str) -> date:
    """A date of `"2026-01-01"` or of a `date` (YAML makes them); ValueError for anything else."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise bad(where, f'{value!r} is no date, write it as "2026-01-31"')


def parse_week(value: Mapping[str, Any] | None) -> tuple[Intervals, ...]:
    """Intervals of the seven weekdays, Monday first; a weekday that is not named is closed."""
    week = mapping(value, "working_hours")
    for name in week:
        if name not in WEEKDAYS:
            raise bad(f"working_hours.{name}", f"there is no weekday {name!r}; use {', '.join(WEEKDAYS)}")
    return tuple(parse_intervals(week.get(name), f"working_hours.{name}") for name in WEEKDAYS)


def mapping(value: Any, where: str) -> Mapping[Any, Any]:
    """The mapping itself, an empty one for None; ValueError for anything else."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise bad(where, f"a mapping is needed, not {value!r}")
    return value


def merge(intervals: Iterable[Interval]) -> Intervals:
    """Sorted intervals with touching and overlapping ones joined."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return tuple(merged)


def shorten(intervals: Intervals, cut: int) -> Intervals:
    """Take `cut` microseconds from the end: from the last interval, what exceeds it from the one before."""
    left = list(intervals)
    while left and cut > 0:
        start, end = left.pop()
        if end - start > cut:
            left.append((start, end - cut))
        cut -= end - start
    return tuple(left)


def without(intervals: Iterable[Interval], holes: Intervals) -> list[Interval]:
    """The intervals with the holes taken out; both sorted and merged."""
    left: list[Interval] = []
    for start, end in intervals:
        at = start
        for hole_start, hole_end in holes:
            if hole_end <= at or hole_start >= end:
                continue
            if hole_start > at:
                left.append((at, hole_start))
            at = hole_end
        if at < end:
            left.append((at, end))
    return left


def write_intervals(intervals: Intervals) -> list[list[str]]:
    """The neutral form of intervals; one longer than a day is written as two that overlap."""
    written: list[list[str]] = []
    for start, end in intervals:
        parts = ((start, end),) if end - start <= DAY else ((start, start + DAY), (end - DAY, end))
        written.extend([write_time(begin), write_time(stop if stop <= DAY else stop - DAY)] for begin, stop in parts)
    return written


def write_time(wall: int) -> str:
    """`"09:00"`, with seconds only where there are any."""
    seconds, micro = divmod(wall, 1_000_000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    if seconds % 60 or micro:
        text += f":{seconds % 60:02}"
    return f"{text}.{micro:06}" if micro else text
