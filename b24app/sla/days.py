"""The plan of single dates: weekday hours, special days, holidays, shortened days and breaks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, Self

from b24app.sla.hours import (
    DAY,
    MINUTE,
    WEEKDAYS,
    Interval,
    Intervals,
    bad,
    mapping,
    merge,
    parse_date,
    parse_intervals,
    parse_week,
    shorten,
    without,
    write_intervals,
)

_ORIGIN: Final = date(1970, 1, 1).toordinal()
_FOREVER: Final = 10**18

DayKind = Literal["weekday", "special", "holiday", "closed"]


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What one date holds. Intervals are wall-clock microseconds since its midnight, without the breaks."""

    day: date
    kind: DayKind
    intervals: Intervals
    full: Intervals
    """The hours before the date was shortened."""
    breaks: Intervals

    @property
    def cut(self) -> timedelta:
        """How much shorter than usual the day is."""
        planned = sum(end - start for start, end in self.full)
        return timedelta(microseconds=planned - sum(end - start for start, end in self.intervals))


@dataclass(frozen=True, slots=True)
class Days:
    """Hours by date. Keys are days since 1970-01-01, values wall-clock microseconds since midnight."""

    week: tuple[Intervals, ...]
    holidays: frozenset[int]
    special: Mapping[int, Intervals]
    cuts: Mapping[int, int]
    breaks: Mapping[int, Intervals]

    @classmethod
    def parse(cls, weekly: Any, holidays: Any, overrides: Any, shortened: Any, breaks: Any) -> Self:
        """The plan of raw data in the neutral form or the constructor's; ValueError names the place."""
        return cls(
            parse_week(weekly),
            frozenset(_number(parse_date(day, "holidays")) for day in _listed(holidays)),
            _by_date(overrides, "date_hours"),
            {_number(parse_date(day, "shortened_days")): _cut(cut, day) for day, cut in _pairs(shortened)},
            _by_date(breaks, "breaks"),
        )

    def shifts(self, day: int) -> Intervals:
        """Shifts that begin on this date, breaks not yet taken out."""
        if day in self.holidays:
            return ()
        hours = self.special.get(day)
        if hours is None:
            hours = self.week[(day + 3) % 7]
        cut = self.cuts.get(day)
        return shorten(hours, cut) if cut else hours

    def walls(self, first: int, last: int, skipped: frozenset[int]) -> list[Interval]:
        """Open intervals of the dates `first <= day < last` on an endless wall clock, merged.

        A date the zone skipped has none; a shift that runs into it goes on when the next date begins.
        """
        found: list[Interval] = []
        holes: list[Interval] = []
        for day in range(first, last):
            if day in skipped:
                continue
            base = day * DAY
            for start, end in self.shifts(day):
                found.extend(_placed(base + start, base + end, day, skipped))
            holes.extend((base + start, base + end) for start, end in self.breaks.get(day, ()))
        return without(merge(found), merge(holes)) if holes else list(merge(found))

    def reach(self) -> Interval:
        """UTC microseconds outside of which nothing is ever open, generously."""
        if any(self.week):
            return -_FOREVER, _FOREVER
        days = [day for day, hours in self.special.items() if hours and day not in self.holidays]
        return ((min(days) - 3) * DAY, (max(days) + 5) * DAY) if days else (0, 0)

    def is_ever_open(self) -> bool:
        """Some date has hours left."""
        return any(self.week) or any(self.plan(date.fromordinal(day + _ORIGIN)).intervals for day in self.special)

    def plan(self, day: date) -> DayPlan:
        """What one date holds, and why."""
        number = _number(day)
        full = self.special.get(number, self.week[day.weekday()])
        holes = self.breaks.get(number, ())
        hours = self.shifts(number)
        return DayPlan(day, self._kind(number, full), tuple(without(hours, holes)), full, holes)

    def _kind(self, number: int, full: Intervals) -> DayKind:
        if number in self.holidays:
            return "holiday"
        if not full:
            return "closed"
        return "special" if number in self.special else "weekday"

    def to_dict(self) -> dict[str, Any]:
        """The neutral form without the zone; empty parts are left out."""
        week = {name: write_intervals(hours) for name, hours in zip(WEEKDAYS, self.week, strict=True) if hours}
        parts: dict[str, Any] = {
            "working_hours": week,
            "holidays": [_written(day) for day in sorted(self.holidays)],
            "date_hours": {_written(day): write_intervals(hours) for day, hours in sorted(self.special.items())},
            "shortened_days": {_written(day): _minutes(cut) for day, cut in sorted(self.cuts.items())},
            "breaks": {_written(day): write_intervals(hours) for day, hours in sorted(self.breaks.items())},
        }
        return {name: part for name, part in parts.items() if part or name == "working_hours"}


def _placed(start: int, end: int, day: int, skipped: frozenset[int]) -> Iterable[Interval]:
    midnight = (day + 1) * DAY
    if end <= midnight or day + 1 not in skipped:
        return ((start, end),)
    following = day + 1
    while following in skipped:
        following += 1
    return ((start, midnight), (following * DAY, following * DAY + end - midnight))


def _number(day: date) -> int:
    return day.toordinal() - _ORIGIN


def _written(number: int) -> str:
    return date.fromordinal(number + _ORIGIN).isoformat()


def _minutes(cut: int) -> float:
    return cut // MINUTE if cut % MINUTE == 0 else cut / MINUTE


def _listed(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise bad("holidays", f"a list of dates is needed, not {value!r}")
    return value


def _pairs(value: Any) -> Iterable[tuple[Any, Any]]:
    return mapping(value, "shortened_days").items()


def _by_date(value: Any, where: str) -> dict[int, Intervals]:
    days = mapping(value, where)
    return {_number(parse_date(day, where)): parse_intervals(hours, f"{where}.{day}") for day, hours in days.items()}


def _cut(minutes: Any, day: Any) -> int:
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or minutes < 0:
        raise bad(f"shortened_days.{day}", f"minutes are needed, not {minutes!r}")
    return round(minutes * MINUTE)
