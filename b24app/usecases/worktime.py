"""The portal's working time as a business calendar in the neutral form, and the zone it is meant in.

Source: methods.md H: hours are `9` or `9.30`, an end of `23.59` means the end of the day, days off are `D.MM` of every year.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from b24app.sla import BusinessCalendar

DAYS: Final[Mapping[str, str]] = {
    "MO": "mon",
    "TU": "tue",
    "WE": "wed",
    "TH": "thu",
    "FR": "fri",
    "SA": "sat",
    "SU": "sun",
}
_WEEK: Final = dict(zip("1234567", DAYS.values(), strict=True))
MIDNIGHT: Final = 24 * 60
LAST_MINUTE: Final = MIDNIGHT - 1
YEARS_AHEAD: Final = 3
_HOURS: Final = re.compile(r"(\d{1,2})(?:[.:](\d{1,2}))?")
_OFFSET: Final = re.compile(r"([+-])(\d{2}):?(\d{2})$")


def calendar_of(settings: Mapping[str, Any], zone: str, *, year: int) -> dict[str, Any] | None:
    """A calendar from `calendar.settings.get`; None when the portal's answer gives no sensible working day."""
    start, end = _minutes(settings.get("work_time_start")), _minutes(settings.get("work_time_end"))
    if start is None or end is None or start == end:
        return None
    hours = [[_clock(start), _clock(MIDNIGHT if end == LAST_MINUTE else end)]]
    closed = {str(day).upper() for day in _list(settings.get("week_holidays"))}
    worked = _dates(settings.get("year_workdays"), year)
    calendar = {
        "timezone": zone,
        "working_hours": {name: hours for code, name in DAYS.items() if code not in closed},
        "holidays": sorted(set(_dates(settings.get("year_holidays"), year)) - set(worked)),
        "date_hours": dict.fromkeys(worked, hours),
    }
    with suppress(ValueError, TypeError, KeyError):
        return BusinessCalendar.from_dict(calendar).to_dict() if calendar["working_hours"] else None
    return None


def calendar_of_schedule(schedule: Mapping[str, Any], zone: str) -> dict[str, Any] | None:
    """A calendar from `timeman.schedule.get`; None for a schedule without fixed hours.

    Shifts come in seconds from midnight with weekdays as digits, Monday first. A break has a length but no time of day,
    so it has to be put in by hand. Source: methods.md H.
    """
    week: dict[str, list[list[str]]] = {}
    for shift in _list(schedule.get("SHIFTS")):
        if not isinstance(shift, Mapping) or shift.get("DELETED") is True:
            continue
        hours = [_of_seconds(shift.get("WORK_TIME_START")), _of_seconds(shift.get("WORK_TIME_END"))]
        for digit in str(shift.get("WORK_DAYS") or ""):
            if digit in _WEEK and "" not in hours:
                week.setdefault(_WEEK[digit], []).append(hours)
    calendar = {"timezone": zone, "working_hours": week}
    with suppress(ValueError, TypeError, KeyError):
        return BusinessCalendar.from_dict(calendar).to_dict() if week else None
    return None


def _of_seconds(value: object) -> str:
    """`28800` is 08:00; empty for what is no moment of a day."""
    text = str(value)
    return _clock(int(text) // 60) if text.isdecimal() and int(text) <= MIDNIGHT * 60 else ""


def _minutes(value: object) -> int | None:
    found = _HOURS.fullmatch(str(value).strip())
    if found is None:
        return None
    minutes = int(found[1]) * 60 + int((found[2] or "0").ljust(2, "0"))
    return minutes if minutes <= MIDNIGHT else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _list(value: object) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def _dates(value: object, year: int) -> list[str]:
    return sorted(found for text in _list(value) for found in _each_year(str(text), year))


def _each_year(text: str, year: int) -> Iterator[str]:
    """`9.05` in each of the years the calendar is filled for; a day a year does not have is left out."""
    day, _, month = text.partition(".")
    for one in range(year, year + YEARS_AHEAD):
        with suppress(ValueError):
            yield date(one, int(month), int(day)).isoformat()


def zone_of(personal: str, server_time: str) -> str:
    """The administrator's zone, else one with the offset of the portal's own clock, else UTC."""
    with suppress(ValueError, OSError, KeyError):
        if personal:
            return ZoneInfo(personal).key
    found = _OFFSET.search(server_time)
    if found is None or found[3] != "00":
        return "UTC"
    hours = int(f"{found[1]}{found[2]}")
    if hours == MOSCOW:
        return "Europe/Moscow"
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


MOSCOW: Final = 3
