"""Laws every calendar obeys, whatever its hours: Hypothesis looks for the one that does not."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from b24app.kit.errors import CalendarNeverOpens
from b24app.sla import BusinessCalendar
from b24app.sla.vector import between_many
from hypothesis import assume, given, settings
from hypothesis import strategies as st

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = (
    *("UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "America/Santiago"),
)
"""In the year from FIRST on: clocks changed at midnight, by half an hour, not at all, and a date was skipped."""
FIRST = datetime(2011, 10, 1, tzinfo=UTC)

laws = settings(max_examples=25, deadline=None)

clock_faces = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
ends = st.one_of(clock_faces, st.just("24:00"))
intervals = st.lists(st.tuples(clock_faces, ends), max_size=3)
dates = st.integers(0, 400).map(lambda day: (FIRST + timedelta(days=day)).date())
moments = st.integers(0, 400 * 86_400_000_000).map(lambda us: FIRST + timedelta(microseconds=us))
lengths = st.integers(0, 30 * 86_400_000_000).map(lambda us: timedelta(microseconds=us))
calendars = st.builds(
    BusinessCalendar,
    timezone=st.sampled_from(ZONES),
    weekly=st.dictionaries(st.sampled_from(WEEKDAYS), intervals),
    holidays=st.sets(dates, max_size=5),
    overrides=st.dictionaries(dates, intervals, max_size=5),
    shortened=st.dictionaries(dates, st.integers(0, 900), max_size=5),
    breaks=st.dictionaries(dates, intervals, max_size=3),
)


@given(calendars, moments, moments, moments)
@laws
def test_waiting_in_two_parts_is_waiting_once(
    calendar: BusinessCalendar, a: datetime, b: datetime, c: datetime
) -> None:
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
    assert calendar.between(a, b) == -calendar.between(b, a)


@given(calendars, moments, moments)
@laws
def test_business_time_is_never_longer_than_real_time(calendar: BusinessCalendar, a: datetime, b: datetime) -> None:
    a, b = sorted((a, b))
    assert timedelta() <= calendar.between(a, b) <= b - a


@given(calendars, moments, lengths)
@laws
def test_a_term_is_the_earliest_moment_by_which_the_time_has_passed(
    calendar: BusinessCalendar, start: datetime, length: timedelta
) -> None:
    assume(length)
    try:
        due = calendar.add(start, length)
    except CalendarNeverOpens:
        return
    assert calendar.between(start, due) == length
    assert calendar.between(start, due - timedelta(microseconds=1)) < length
    assert calendar.subtract(start, -length) == due


@given(calendars, moments, lengths)
@laws
def test_subtracting_is_the_mirror_of_adding(calendar: BusinessCalendar, end: datetime, length: timedelta) -> None:
    assume(length)
    try:
        start = calendar.subtract(end, length)
    except CalendarNeverOpens:
        return
    assert calendar.between(start, end) == length
    assert calendar.between(start + timedelta(microseconds=1), end) < length
    assert calendar.add(end, -length) == start


@given(calendars, moments, lengths, lengths)
@laws
def test_a_longer_term_never_ends_earlier(
    calendar: BusinessCalendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    shorter, longer = sorted((one, two))
    try:
        assert calendar.add(start, shorter) <= calendar.add(start, longer)
        assert calendar.subtract(start, longer) <= calendar.subtract(start, shorter)
    except CalendarNeverOpens:
        return


@given(calendars, moments)
@laws
def test_adding_nothing_gives_the_next_open_moment(calendar: BusinessCalendar, moment: datetime) -> None:
    try:
        opens = calendar.add(moment, timedelta())
    except CalendarNeverOpens:
        assert not calendar.is_open(moment)
        return
    assert calendar.is_open(opens)
    assert (opens == moment) == calendar.is_open(moment)
    assert not calendar.between(moment, opens)


@given(calendars, moments)
@laws
def test_subtracting_nothing_gives_the_last_open_moment(calendar: BusinessCalendar, moment: datetime) -> None:
    just_before = timedelta(microseconds=1)
    try:
        closed = calendar.subtract(moment, timedelta())
    except CalendarNeverOpens:
        return
    assert calendar.is_open(closed - just_before)
    assert (closed == moment) == calendar.is_open(moment - just_before)


@given(calendars, moments, st.integers(0, 4 * 24 * 60))
@laws
def test_the_index_agrees_with_looking_at_every_minute(
    calendar: BusinessCalendar, start: datetime, minutes: int
) -> None:
    start = start.replace(minute=0, second=0, microsecond=0)
    steps = [start + timedelta(minutes=step) for step in range(minutes)]
    wall = Wall(calendar)
    slow = sum(wall.is_open(step) for step in steps)
    assert calendar.between(start, start + timedelta(minutes=minutes)) == timedelta(minutes=slow)
    assert sum(calendar.is_open(step) for step in steps) == slow


@given(calendars, moments, moments)
@laws
def test_open_intervals_sum_up_to_the_business_time(calendar: BusinessCalendar, a: datetime, b: datetime) -> None:
    a, b = sorted((a, b))
    spans = calendar.open_intervals(a, b)
    assert sum((end - start for start, end in spans), timedelta()) == calendar.between(a, b)
    assert all(start < end for start, end in spans)
    assert all(one[1] < two[0] for one, two in pairwise(spans))


def test_an_interval_over_a_clock_change_is_as_long_as_it_was() -> None:
    nights = BusinessCalendar(timezone="Europe/Berlin", weekly={"sat": [("22:00", "06:00")]})
    [(opens, closes)] = nights.open_intervals(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC))
    assert closes - opens == timedelta(hours=9)
    assert nights.interval_at(opens) == (opens, closes)


@given(calendars, st.lists(st.tuples(moments, moments), max_size=5))
@laws
def test_many_spans_at_once_are_the_same_as_one_by_one(
    calendar: BusinessCalendar, spans: list[tuple[datetime, datetime]]
) -> None:
    starts, ends = (np.array([span[side].replace(tzinfo=None) for span in spans], "datetime64[us]") for side in (0, 1))
    found = between_many(BusinessCalendar.from_dict(calendar.to_dict()), starts, ends)
    assert found.tolist() == [calendar.between(*span) for span in spans]


def test_a_missing_moment_among_many_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        between_many(BusinessCalendar(timezone="UTC"), np.array(["NaT"], "datetime64[us]"), np.array([0], "M8[us]"))


@given(calendars, moments, moments)
@laws
def test_a_calendar_survives_being_written_and_read(calendar: BusinessCalendar, a: datetime, b: datetime) -> None:
    again = BusinessCalendar.from_dict(calendar.to_dict())
    assert again == calendar
    assert hash(again) == hash(calendar)
    assert again.between(a, b) == calendar.between(a, b)


@given(calendars, st.lists(moments, min_size=2, max_size=6), moments, moments)
@laws
def test_the_order_of_questions_changes_no_answer(
    calendar: BusinessCalendar, warm_up: list[datetime], a: datetime, b: datetime
) -> None:
    fresh = BusinessCalendar.from_dict(calendar.to_dict())
    for moment in warm_up:
        calendar.is_open(moment)
    assert calendar.between(a, b) == fresh.between(a, b)
    assert calendar.is_open(b) == fresh.is_open(b)


class Wall:
    """A reference that knows nothing of the index: reads the zone's clock and looks the date up in the neutral form."""

    def __init__(self, calendar: BusinessCalendar) -> None:
        self.zone, self.data = ZoneInfo(calendar.timezone), calendar.to_dict()
        self.of_day = cache(self.minutes_of_day)

    def is_open(self, moment: datetime) -> bool:
        wall = moment.astimezone(self.zone)
        return wall.hour * 60 + wall.minute in self.of_day(wall.date())

    def minutes_of_day(self, day: date) -> set[int]:
        """The minutes of a date in which somebody works: of its own shifts, and of those that began the day before."""
        before, breaks = self.day_before(day), self.data.get("breaks", {})
        opened = _shifts(self.data, day) | {minute - 1440 for minute in _shifts(self.data, before)}
        broken = _minutes(breaks.get(day.isoformat(), []))
        return opened - broken - {minute - 1440 for minute in _minutes(breaks.get(before.isoformat(), []))}

    def day_before(self, day: date) -> date:
        before = day - timedelta(days=1)
        return before - timedelta(days=1) if (self.zone.key, before) == ("Pacific/Apia", date(2011, 12, 30)) else before


def _shifts(data: dict[str, Any], day: date) -> set[int]:
    if day.isoformat() in data.get("holidays", []):
        return set()
    weekday = data["working_hours"].get(WEEKDAYS[day.weekday()], [])
    minutes = sorted(_minutes(data.get("date_hours", {}).get(day.isoformat(), weekday)))
    cut = data.get("shortened_days", {}).get(day.isoformat(), 0)
    return set(minutes[: max(len(minutes) - cut, 0)])


def _minutes(raw: list[list[str]]) -> set[int]:
    pairs = [(_minute(start), _minute(end)) for start, end in raw]
    return {minute for start, end in pairs for minute in range(start, end if end > start else end + 1440)}


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Pacific/Kwajalein", "Pacific/Fakaofo"])
def test_a_date_a_zone_skipped_has_no_time(zone: str) -> None:
    skipped = date(1993, 8, 21) if zone == "Pacific/Kwajalein" else date(2011, 12, 30)
    calendar = BusinessCalendar(timezone=zone, overrides={skipped: [("09:00", "17:00"), ("22:00", "06:00")]})
    start = datetime(skipped.year, skipped.month, 1, tzinfo=UTC)
    assert calendar.between(start, start + timedelta(days=40)) == timedelta()
    with pytest.raises(CalendarNeverOpens):
        calendar.add(start, timedelta(minutes=1))
