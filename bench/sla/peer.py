"""One library answering the questions of `bench_calendar.py`: questions as JSON on stdin, times and answers on stdout.

Runs in the peers' environment, so it imports nothing of b24app and of the bench.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from importlib import import_module
from time import perf_counter
from typing import Any

Add = Callable[[datetime, timedelta], datetime]
Between = Callable[[datetime, datetime], timedelta]


def businesstimedelta(days: set[date]) -> tuple[Add, Between]:
    peer, zone = import_module("businesstimedelta"), import_module("pytz").timezone("Europe/Moscow")
    work = peer.WorkDayRule(start_time=clock(9), end_time=clock(18), working_days=[0, 1, 2, 3, 4], tz=zone)
    lunch = peer.LunchTimeRule(start_time=clock(13), end_time=clock(14), working_days=[0, 1, 2, 3, 4], tz=zone)
    rules = peer.Rules([work, lunch, peer.HolidayRule(days, tz=zone)])
    return (
        lambda start, length: start + peer.BusinessTimeDelta(rules, timedelta=length),
        lambda start, end: rules.difference(start, end).timedelta,
    )


def bizcal(days: set[date]) -> tuple[Add, Between]:
    peer = import_module("django_bizcal")
    calendar = peer.WorkingCalendar(
        tz="Europe/Moscow",
        weekly_schedule={day: [("09:00", "13:00"), ("14:00", "18:00")] for day in range(5)},
        holiday_provider=import_module("django_bizcal.providers").SetHolidayProvider.from_dates(days),
    )
    return calendar.add_business_time, calendar.business_time_between


def measure(add: Add, between: Between, spans: list[tuple[datetime, timedelta]]) -> dict[str, Any]:
    """Seconds each way took, and the answers, so that a wrong one is not called fast."""
    add(*spans[0])
    between(spans[0][0], spans[0][0] + spans[0][1])
    start = perf_counter()
    terms = [add(begin, length / 4) for begin, length in spans]
    middle = perf_counter()
    lengths = [between(begin, begin + length) for begin, length in spans]
    end = perf_counter()
    return {
        "add_s": middle - start,
        "between_s": end - middle,
        "answers": [term.astimezone(UTC).isoformat() for term in terms] + [span.total_seconds() for span in lengths],
    }


def main() -> None:
    given = json.load(sys.stdin)
    make = {"businesstimedelta": businesstimedelta, "django-bizcal": bizcal}[sys.argv[1]]
    add, between = make({date.fromisoformat(day) for day in given["holidays"]})
    spans = [(datetime.fromisoformat(begin), timedelta(seconds=seconds)) for begin, seconds in given["spans"]]
    json.dump(measure(add, between, spans), sys.stdout)


if __name__ == "__main__":
    main()
