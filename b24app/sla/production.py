"""The production calendar of Russia: holidays of the Labour Code, transfers by decree, shortened days.

The yearly update is one line in `DECREES`: the transfers of the government's decree of the autumn before
(docs/sla.md). A year without such a line takes them from the library `holidays`, if it has them; our line wins. The
rest follows from the Labour Code: article 112 (holidays; one that falls on a weekend moves to the next working day,
those of January only by decree) and article 95 (the day before a holiday is an hour shorter; a working Saturday takes
the length of the day it was swapped with).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from b24app.sla.hours import WEEKDAYS

HOLIDAYS: Final = (
    *((1, day) for day in range(1, 9)),
    (2, 23),
    (3, 8),
    (5, 1),
    (5, 9),
    (6, 12),
    (11, 4),
)
"""Month and day of article 112, unchanged since 2013."""

DECREES: Final[Mapping[int, Mapping[str, str]]] = {
    # Decree 1648 of 10.10.2020
    2021: {"01-02": "11-05", "01-03": "12-31", "02-20": "02-22"},
    # Decree 1564 of 16.09.2021
    2022: {"01-01": "05-03", "01-02": "05-10", "03-05": "03-07"},
    # Decree 1505 of 29.08.2022
    2023: {"01-01": "02-24", "01-08": "05-08"},
    # Decree 1314 of 10.08.2023
    2024: {"01-06": "05-10", "01-07": "12-31", "04-27": "04-29", "11-02": "04-30", "12-28": "12-30"},
    # Decree 1335 of 04.10.2024
    2025: {"01-04": "05-02", "01-05": "12-31", "02-23": "05-08", "03-08": "06-13", "11-01": "11-03"},
    # Decree 1466 of 24.09.2025
    2026: {"01-03": "01-09", "01-04": "12-31"},
    # As the library `holidays` 0.109 has it; compare with the decree when it is published
    2027: {"01-02": "11-05", "01-03": "12-31", "02-20": "02-22"},
}
"""By year: the weekend day that gives its rest away → the day that takes it."""

PRODUCTION_YEARS: Final = tuple(sorted(DECREES))[-4:]
"""The years a calendar of a desk is filled with: the past that open tickets reach back to, and what is decreed."""

FIRST_YEAR: Final = 2015
"""Before it decrees moved a rest away from a Monday (24.02.2014), which the library does not tell."""

_MOVED: Final = re.compile(r"\(перенесено с (\d{2})\.(\d{2})\.\d{4}\)")
"""How the library names a day that took the rest of another."""
_SHORTER: Final = 60
_FRIDAY: Final = 4
_FULL_DAY: Final = (("09:00", "13:00"), ("14:00", "18:00"))


def production_calendar(country: str, year: int) -> dict[str, Any]:
    """Days off, working weekends and shortened days for a week of 09:00–13:00, 14:00–18:00, in the neutral form.

    `{"holidays": […], "date_hours": {…}, "shortened_days": {…}}`: merge it into a calendar that has a zone and working
    hours. Holidays include those on weekends. ValueError for a country or a year that is not known.
    """
    swaps = _swaps(year) if country == "RU" else {}
    if not swaps:
        known = f"RU, {FIRST_YEAR} to {max(DECREES)} (docs/sla.md says how to add a year)"
        raise ValueError(f"there is no production calendar for {country!r}, {year!r}; known: {known}")
    holidays = _holidays(year)
    working = {given: taken for given, taken in swaps.items() if given not in holidays}
    off = holidays | set(swaps.values()) | _moved_by_law(holidays, swaps)
    return {
        "holidays": [day.isoformat() for day in sorted(off)],
        "date_hours": {day.isoformat(): [list(pair) for pair in _FULL_DAY] for day in sorted(working)},
        "shortened_days": {day.isoformat(): _SHORTER for day in _shortened(year, off, working)},
    }


def with_production(calendar: Mapping[str, Any], country: str, years: Iterable[int]) -> dict[str, Any]:
    """A calendar in the neutral form with the production calendar of these years filled in.

    A worked weekend takes this calendar's own hours of the weekday it was swapped with. What the calendar says itself
    about a date wins. ValueError for a country or a year that is not known.
    """
    week, own = calendar.get("working_hours") or {}, calendar.get("date_hours") or {}
    days_off: set[str] = set(calendar.get("holidays") or ())
    special: dict[str, Any] = {}
    shortened: dict[str, Any] = {}
    for year in years:
        planned = production_calendar(country, year)
        swaps = {given.isoformat(): taken for given, taken in _swaps(year).items()}
        days_off.update(planned["holidays"])
        special.update({day: list(week.get(WEEKDAYS[swaps[day].weekday()]) or ()) for day in planned["date_hours"]})
        shortened.update({day: cut for day, cut in planned["shortened_days"].items() if day not in own})
    opened = {day for day, hours in own.items() if hours} - set(calendar.get("holidays") or ())
    return {
        **calendar,
        "holidays": sorted(days_off - opened),
        "date_hours": {**special, **own},
        "shortened_days": {**shortened, **(calendar.get("shortened_days") or {})},
    }


def _holidays(year: int) -> set[date]:
    return {date(year, month, day) for month, day in HOLIDAYS}


def _swaps(year: int) -> Mapping[date, date]:
    """Who gave its rest to whom; empty for a year whose decree nobody knows: every year had one."""
    decree = DECREES.get(year)
    if decree is None:
        return _of_library(year) if year >= FIRST_YEAR else {}
    return {_on(year, given): _on(year, taken) for given, taken in decree.items()}


@cache
def _of_library(year: int) -> Mapping[date, date]:
    # Loading it takes most of a second, and only a year without a line of ours needs it.
    from holidays import country_holidays  # noqa: PLC0415

    named = country_holidays("RU", years=year, language="ru").items()
    found = ((day, _MOVED.search(name)) for day, name in named)
    return {date(year, int(match[2]), int(match[1])): day for day, match in found if match}


def _on(year: int, day: str) -> date:
    return date.fromisoformat(f"{year}-{day}")


def _moved_by_law(holidays: set[date], swaps: Mapping[date, date]) -> set[date]:
    """Where holidays on a weekend went by themselves: to the next day that would be worked."""
    moved: set[date] = set()
    for day in sorted(holidays):
        if day.month == 1 or day.weekday() <= _FRIDAY or day in swaps:
            continue
        target = day
        while target.weekday() > _FRIDAY or target in holidays or target in swaps.values() or target in moved:
            target += timedelta(days=1)
        moved.add(target)
    return moved


def _shortened(year: int, off: set[date], working: Mapping[date, date]) -> list[date]:
    """Worked days before a holiday, and worked weekends that were swapped with such a day."""
    eves = {holiday - timedelta(days=1) for holiday in _holidays(year) | {date(year + 1, 1, 1)}}
    weekdays = {day for day in eves if day.year == year and day.weekday() <= _FRIDAY and day not in off}
    return sorted(weekdays | {day for day, twin in working.items() if twin in eves or day in eves})
