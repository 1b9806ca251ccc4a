"""Business calendars: wall-clock opening hours of one zone, measured in real time, exact to the microsecond."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from b24app.kit.errors import CalendarNeverOpens
from b24app.sla.days import DayPlan, Days
from b24app.sla.hours import DAY, Interval, bad, merge, write_time
from b24app.sla.index import Index
from b24app.sla.zones import EPOCH, load_zone, skipped_days, stretches

CALENDAR_KEYS: Final = ("timezone", "working_hours", "holidays", "date_hours", "shortened_days", "breaks")
"""Keys of the neutral form; `from_dict` ignores others, the desk check names them."""

_FIRST: Final = (datetime(1, 1, 5, tzinfo=EPOCH.tzinfo) - EPOCH) // timedelta(microseconds=1)
_LAST: Final = (datetime(9999, 12, 27, tzinfo=EPOCH.tzinfo) - EPOCH) // timedelta(microseconds=1)
_STEP: Final = 400 * DAY
_FAR: Final = 10**18
_UNTOUCHED: Final = Index.empty(0)

Pairs = Sequence[Sequence[Any]]


class BusinessCalendar:
    """Opening hours of a team. A value: compared by content, safe to share between threads.

    Source: contracts.md (Python), sla-scenarios.md (Calendar), requirements U1, U2, U29, N2.
    """

    __slots__ = ("_days", "_index", "_reach", "_zone", "timezone")

    def __init__(
        self,
        *,
        timezone: str,
        weekly: Mapping[str, Pairs] | None = None,
        holidays: Iterable[date] | None = None,
        overrides: Mapping[date, Pairs] | None = None,
        shortened: Mapping[date, float] | None = None,
        breaks: Mapping[date, Pairs] | None = None,
    ) -> None:
        """Check and keep the hours; ValueError says what is wrong with them.

        An interval ending at or before its start ends on the next day, `"24:00"` ends a day; `shortened` is in minutes.
        """
        self._zone: ZoneInfo = load_zone(timezone)
        self.timezone: str = self._zone.key
        self._days = Days.parse(weekly, holidays, overrides, shortened, breaks)
        self._reach = self._days.reach()
        self._index = _UNTOUCHED

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The calendar of the neutral form (sla-scenarios.md); ValueError says what is wrong with it."""
        if not isinstance(data, Mapping):
            raise bad("calendar", f"a mapping is needed, not {data!r}")
        return cls(
            timezone=data.get("timezone") or "",
            weekly=data.get("working_hours"),
            holidays=data.get("holidays"),
            overrides=data.get("date_hours"),
            shortened=data.get("shortened_days"),
            breaks=data.get("breaks"),
        )

    def to_dict(self) -> dict[str, Any]:
        """The neutral form, plain JSON values; empty parts are left out."""
        return {"timezone": self.timezone, **self._days.to_dict()}

    def __eq__(self, other: object) -> bool:
        """Equal when zone and hours are."""
        return isinstance(other, BusinessCalendar) and (self.timezone, self._days) == (other.timezone, other._days)

    def __hash__(self) -> int:
        """By content; the index is no part of it."""
        return hash((self.timezone, self._days.week, self._days.holidays))

    def __repr__(self) -> str:
        """The neutral form."""
        return f"BusinessCalendar({self.to_dict()!r})"

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest instant by which `duration` of open time has passed since `start`, in the calendar's zone.

        A term that ends exactly with an interval is the closing moment. Zero gives `start` itself when open, else the
        next opening; a negative duration is `subtract`. Raises `CalendarNeverOpens` when no open time is left.
        """
        length, at = _length(duration), _micros(start)
        if length <= 0:
            return self._moment(self._back(at, -length) if length else self._opening(at))
        if length > _LAST - at:
            raise CalendarNeverOpens("no open time is left after this moment")
        index = self._covering(at, at)
        while True:
            target = index.worked(at) + length
            place = bisect_left(index.before, target) - 1
            if place >= 0 and (found := index.starts[place] + target - index.before[place]) <= index.ends[place]:
                return self._moment(found)
            index = self._later(index)

    def subtract(self, end: datetime, duration: timedelta) -> datetime:
        """The mirror of `add`: the latest instant from which `duration` of open time passes until `end`.

        Zero gives `end` itself when the instant just before it is open, else the previous closing moment.
        """
        length, at = _length(duration), _micros(end)
        if length < 0:
            return self.add(end, -duration)
        return self._moment(self._back(at, length) if length else self._closing(at))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Business time from `start` to `end`, exact; negative when `end` is earlier.

        Opening hours are wall-clock hours in the calendar's zone, but the length is real time: the night of a
        daylight-saving change counts as it was lived. Holidays count zero.

        Source: contracts.md (Python), requirements S67 and S68.
        """
        first, last = _micros(start), _micros(end)
        index = self._index
        if not (index.low <= first < index.high and index.low <= last < index.high):
            index = self._covering(min(first, last), max(first, last))
        return timedelta(microseconds=index.worked(last) - index.worked(first))

    def is_open(self, moment: datetime) -> bool:
        """Open at this very instant; the opening moment is, the closing moment is not."""
        at = _micros(moment)
        index = self._covering(at, at)
        place = bisect_right(index.starts, at) - 1
        return place >= 0 and at < index.ends[place]

    @property
    def is_ever_open(self) -> bool:
        """Some hour of some date is open; False is a calendar on which no term can be counted."""
        return self._days.is_ever_open()

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself when open, else the next opening; `CalendarNeverOpens` when there is none."""
        return self._moment(self._opening(_micros(moment)))

    def interval_at(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """The open interval around the moment, in UTC, None when closed. Seen a year to both sides at least, not further."""
        at = _micros(moment)
        index = self._covering(at - _STEP, at + _STEP)
        place = bisect_right(index.starts, at) - 1
        if place < 0 or at >= index.ends[place]:
            return None
        return _utc(index.starts[place]), _utc(index.ends[place])

    def open_intervals(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Open intervals between two moments, clipped to them, in order; empty when `end` is not later.

        In UTC: people subtract them, and Python subtracts moments of one zone by their wall clocks.
        """
        first, last = _micros(start), _micros(end)
        if last <= first:
            return []
        index = self._covering(first, last)
        low, high = bisect_right(index.ends, first), bisect_left(index.starts, last)
        return [
            (_utc(max(index.starts[place], first)), _utc(min(index.ends[place], last))) for place in range(low, high)
        ]

    def day(self, day: date) -> DayPlan:
        """What the calendar plans for a date: its shifts in wall-clock hours, and why."""
        return self._days.plan(day)

    def local(self, moment: datetime) -> datetime:
        """The same moment in the calendar's zone."""
        return self._moment(_micros(moment))

    def covering_index(self, low: datetime, high: datetime) -> Index:
        """The index that covers both moments, for the vectorised form."""
        return self._covering(_micros(low), _micros(high))

    def _moment(self, at: int) -> datetime:
        return _utc(at).astimezone(self._zone)

    def _opening(self, at: int) -> int:
        index = self._covering(at, at)
        while True:
            place = bisect_right(index.ends, at)
            if place < len(index.starts):
                return max(at, index.starts[place])
            index = self._later(index)

    def _closing(self, at: int) -> int:
        index = self._covering(at, at)
        while True:
            place = bisect_left(index.starts, at) - 1
            if place >= 0:
                return min(at, index.ends[place])
            index = self._earlier(index)

    def _back(self, at: int, length: int) -> int:
        if length > at - _FIRST:
            raise CalendarNeverOpens("no open time is left before this moment")
        index = self._covering(at, at)
        while True:
            target = index.worked(at) - length
            place = bisect_right(index.before, target) - 1
            if place >= 0:
                return index.starts[place] + target - index.before[place]
            index = self._earlier(index)

    def _covering(self, low: int, high: int) -> Index:
        index = self._index
        if index is _UNTOUCHED:
            index = Index.empty(min(max(low, _FIRST), _LAST))
        elif index.low <= low and high < index.high:
            return index
        if high >= index.high and index.high < _LAST:
            index = self._grown_right(index, high + _STEP)
        if low < index.low and index.low > _FIRST:
            index = self._grown_left(index, low - _STEP)
        self._index = index
        return index

    def _later(self, index: Index) -> Index:
        if index.high >= _LAST:
            raise CalendarNeverOpens("no open time is left after this moment")
        self._index = grown = self._grown_right(index, index.high + max(_STEP, index.high - index.low))
        return grown

    def _earlier(self, index: Index) -> Index:
        if index.low <= _FIRST:
            raise CalendarNeverOpens("no open time is left before this moment")
        self._index = grown = self._grown_left(index, index.low - max(_STEP, index.high - index.low))
        return grown

    def _grown_right(self, index: Index, high: int) -> Index:
        high = _LAST if high >= min(_LAST, self._reach[1]) else high
        return index.later(self._open(index.high, high), high)

    def _grown_left(self, index: Index, low: int) -> Index:
        low = _FIRST if low <= max(_FIRST, self._reach[0]) else low
        return index.earlier(self._open(low, index.low), low)

    def _open(self, low: int, high: int) -> list[Interval]:
        """Open UTC intervals of `low <= t < high`, merged; only the dates within reach are walked."""
        low, high = max(low, self._reach[0], _FIRST), min(high, self._reach[1], _LAST)
        if low >= high:
            return []
        # Three days more on both sides, so that a skipped date at the edge is seen.
        parts = stretches(self._zone, max(low - 3 * DAY, _FIRST), min(high + 3 * DAY, _LAST))
        walls = self._days.walls(low // DAY - 4, high // DAY + 4, skipped_days(parts))
        found: list[Interval] = []
        for start, end, offset in parts:
            found.extend(_read(walls, max(start, low), min(end, high), offset))
        return list(merge(found))


def _read(walls: list[Interval], start: int, end: int, offset: int) -> Iterable[Interval]:
    """UTC intervals in `start <= t < end` whose wall clock, UTC plus `offset`, reads an open time."""
    for place in range(max(0, bisect_right(walls, (start + offset, _FAR)) - 1), len(walls)):
        opens, closes = walls[place][0] - offset, walls[place][1] - offset
        if opens >= end:
            return
        if max(opens, start) < min(closes, end):
            yield max(opens, start), min(closes, end)


def hours_of_months(calendar: BusinessCalendar, year: int) -> list[timedelta]:
    """Planned wall-clock hours of the twelve months, shifts counted where they begin; for the year view."""
    totals = [0] * 12
    for day in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
        plan = calendar.day(date.fromordinal(day))
        totals[plan.day.month - 1] += sum(end - start for start, end in plan.intervals)
    return [timedelta(microseconds=total) for total in totals]


def describe_hours(plan: DayPlan) -> str:
    """`09:00–13:00, 14:00–18:00`, empty for a closed day."""
    return ", ".join(f"{write_time(start)}–{write_time(end % DAY or DAY)}" for start, end in plan.intervals)


def _utc(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


def _micros(moment: datetime) -> int:
    try:
        gap = moment - EPOCH
    except TypeError:
        if isinstance(moment, datetime):
            raise bad(repr(moment), "no time zone; calendars take aware datetimes only") from None
        raise
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def _length(duration: timedelta) -> int:
    return (duration.days * 86_400 + duration.seconds) * 1_000_000 + duration.microseconds
