"""The Russian production calendar against the official norms of hours and the library `holidays`."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from b24app.sla import BusinessCalendar, hours_of_months, production_calendar

WEEK = {day: [["09:00", "13:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}

# Norms of a 40-hour week, January to December, as the official production calendars print them.
NORMS = {
    2021: (120, 151, 176, 175, 152, 167, 176, 176, 176, 168, 159, 176),
    2022: (128, 151, 175, 168, 144, 168, 168, 184, 176, 168, 167, 176),
    2023: (136, 143, 175, 160, 160, 168, 168, 184, 168, 176, 167, 168),
    2024: (136, 159, 159, 168, 159, 151, 184, 176, 168, 184, 167, 168),
    2025: (136, 160, 167, 175, 144, 151, 184, 168, 176, 184, 151, 176),
    2026: (120, 152, 168, 175, 151, 167, 184, 168, 176, 176, 159, 176),
}
YEARLY = {2021: 1972, 2022: 1973, 2023: 1973, 2024: 1979, 2025: 1972, 2026: 1972}


def of_year(year: int) -> BusinessCalendar:
    return BusinessCalendar.from_dict(
        {"timezone": "Europe/Moscow", "working_hours": WEEK, **production_calendar("RU", year)}
    )


@pytest.mark.parametrize("year", NORMS)
def test_every_month_has_its_official_hours(year: int) -> None:
    assert [hours / timedelta(hours=1) for hours in hours_of_months(of_year(year), year)] == list(NORMS[year])


@pytest.mark.parametrize("year", YEARLY)
def test_the_year_measured_by_the_clock_is_the_official_norm(year: int) -> None:
    calendar = of_year(year)
    start, end = (datetime(y, 1, 1, tzinfo=ZoneInfo("Europe/Moscow")) for y in (year, year + 1))
    assert calendar.between(start, end) == timedelta(hours=YEARLY[year])


@pytest.mark.parametrize("year", range(2021, 2028))
def test_days_off_agree_with_the_library(year: int) -> None:
    library = {day.isoformat() for day in holidays.country_holidays("RU", years=year)}
    assert set(production_calendar("RU", year)["holidays"]) == library


def test_a_working_saturday_takes_the_length_of_the_day_it_was_swapped_with() -> None:
    calendar = of_year(2024)
    lengths = {day: calendar.day(day) for day in (date(2024, 4, 27), date(2024, 11, 2), date(2024, 12, 28))}
    assert [plan.cut for plan in lengths.values()] == [timedelta(), timedelta(hours=1), timedelta()]
    assert {plan.kind for plan in lengths.values()} == {"special"}


def test_a_shortened_day_ends_an_hour_earlier() -> None:
    calendar = of_year(2026)
    assert calendar.add(datetime(2026, 4, 30, 12, tzinfo=UTC), timedelta(hours=2)).hour == 17
    assert calendar.day(date(2026, 4, 30)).cut == timedelta(hours=1)


@pytest.mark.parametrize(("country", "year"), [("RU", 2014), ("RU", 2040), ("KZ", 2026)])
def test_what_is_not_known_is_refused_by_name(country: str, year: int) -> None:
    with pytest.raises(ValueError, match="known: RU, 2015 to 2027"):
        production_calendar(country, year)


@pytest.mark.parametrize(
    ("year", "hours"),
    [(2015, 1971), (2016, 1974), (2017, 1973), (2018, 1970), (2019, 1970), (2020, 1979)],
)
def test_a_year_without_a_decree_of_ours_takes_the_transfers_of_the_library(year: int, hours: int) -> None:
    assert sum(hours_of_months(of_year(year), year), timedelta()) == timedelta(hours=hours)
