"""The form of one calendar: week, holidays, special days, shortened days, breaks; and the year it makes."""

import re
from calendar import monthcalendar
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from b24app.desk.agreements import PRODUCTION, calendar_of
from b24app.install.fields import (
    Reading,
    WrongText,
    by_date,
    date_text,
    dates_of,
    hours_of,
    hours_text,
    lines_text,
    minutes_of,
)
from b24app.sla import BusinessCalendar, describe_hours, hours_of_months

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COUNTRY: Final = "RU"
_NAME: Final = re.compile(r"[\w-]{1,40}")


@dataclass(frozen=True, slots=True)
class DayView:
    """One date of the year view."""

    number: int
    kind: str
    """`open`, `closed`, `holiday`, `special` or `short`."""
    hours: str


@dataclass(frozen=True, slots=True)
class MonthView:
    """One month of the year view: weeks of seven, None outside of the month."""

    number: int
    hours: float
    weeks: tuple[tuple[DayView | None, ...], ...]


def fields_of(data: Mapping[str, Any], language: str) -> dict[str, str]:
    """What stands in the form of a calendar of the document."""
    week = data.get("working_hours") or {}
    special = data.get("date_hours") or {}
    shortened = data.get("shortened_days") or {}
    return {
        "zone": str(data.get("timezone") or ""),
        "production": "1" if data.get(PRODUCTION) else "",
        **{f"week.{day}": hours_text(week.get(day)) for day in DAYS},
        "holidays": "\n".join(date_text(day, language) for day in data.get("holidays") or ()),
        "date_hours": lines_text(
            (date_text(day, language), hours_text(pairs) or "—") for day, pairs in special.items()
        ),
        "shortened_days": lines_text((date_text(day, language), str(cut)) for day, cut in shortened.items()),
        "breaks": lines_text(
            (date_text(day, language), hours_text(pairs)) for day, pairs in (data.get("breaks") or {}).items()
        ),
    }


def calendar_from(reading: Reading, before: Mapping[str, Any]) -> dict[str, Any]:
    """The calendar a form says, in the neutral form; what is wrong stands in `reading`."""
    week = {day: reading.read(f"week.{day}", hours_of) for day in DAYS}
    parts: dict[str, Any] = {
        "holidays": reading.read("holidays", dates_of),
        "date_hours": reading.read("date_hours", lambda text: by_date(text, hours_of)),
        "shortened_days": reading.read("shortened_days", lambda text: by_date(text, minutes_of)),
        "breaks": reading.read("breaks", lambda text: by_date(text, hours_of)),
    }
    country = before.get(PRODUCTION) or COUNTRY
    return {
        "timezone": reading.read("zone", zone_of) or "UTC",
        **({PRODUCTION: country} if reading.chosen("production") else {}),
        "working_hours": {day: pairs for day, pairs in week.items() if pairs},
        **{name: part for name, part in parts.items() if part},
    }


def name_of(text: str, taken: Container[str]) -> str:
    """A name for a new calendar: letters and figures, not taken yet."""
    if not _NAME.fullmatch(text) or text in taken:
        raise WrongText("name", text)
    return text


def zone_of(text: str) -> str:
    """An IANA name."""
    try:
        return BusinessCalendar(timezone=text).timezone
    except ValueError as error:
        raise WrongText("zone", text) from error


def year_of(data: Mapping[str, Any], year: int) -> tuple[MonthView, ...]:
    """Twelve months of a calendar of the document; nothing while it has mistakes."""
    try:
        hours = calendar_of(data)
    except (ValueError, TypeError, KeyError, AttributeError):
        return ()
    totals = hours_of_months(hours, year)
    return tuple(
        MonthView(
            month,
            totals[month - 1] / timedelta(hours=1),
            tuple(
                tuple(_day(hours, date(year, month, day)) if day else None for day in week)
                for week in monthcalendar(year, month)
            ),
        )
        for month in range(1, 13)
    )


def _day(hours: BusinessCalendar, day: date) -> DayView:
    plan = hours.day(day)
    kind = "short" if plan.cut and plan.kind != "holiday" else "open" if plan.kind == "weekday" else plan.kind
    return DayView(day.day, kind, describe_hours(plan))
