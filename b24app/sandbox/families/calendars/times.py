"""When an event happens: its moments, whole days, repetition by RRULE."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from b24app.sandbox.kernel.moments import moment
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST = 1000
DAY_S = 24 * 3600


def zone(portal: Portal, name: Any) -> ZoneInfo:
    """A time zone by its name; the server's for an unknown one."""
    try:
        return ZoneInfo(str(name)) if name else portal.clock.zone
    except (ZoneInfoNotFoundError, ValueError):
        return portal.clock.zone


def begins(event: Row, portal: Portal) -> datetime:
    """The first moment of an event."""
    return moment(event["FROM"], portal.clock) or portal.now()


def happenings(portal: Portal, event: Row, start: datetime, end: datetime) -> Iterator[datetime]:
    """Beginnings of the event that touch a span of time; a repeated event has several."""
    length = timedelta(seconds=event["DT_LENGTH"])
    for index, one in enumerate(_all(portal, event)):
        if one >= end or index >= MOST:
            return
        if one + length > start:
            yield one


def _all(portal: Portal, event: Row) -> Iterator[datetime]:
    first, rule = begins(event, portal), event["RRULE"]
    if not rule:
        yield first
        return
    until = moment(rule.get("UNTIL"), portal.clock)
    left = to_int(rule.get("COUNT")) or MOST
    gone = set(event["EXDATE"])
    for one in _steps(first.astimezone(zone(portal, event["TZ_FROM"])), rule):
        if left <= 0 or (until and one.date() > until.date()):
            return
        left -= 1
        if one.strftime("%Y-%m-%d") not in gone:
            yield one


def _steps(first: datetime, rule: Row) -> Iterator[datetime]:
    """Beginnings by the wall clock of the event's zone."""
    every = max(to_int(rule.get("INTERVAL"), 1), 1)
    kind = str(rule.get("FREQ"))
    if kind == "WEEKLY":
        yield from _weekly(first, rule, every)
        return
    for index in range(MOST):
        if kind == "DAILY":
            yield first + timedelta(days=index * every)
        elif kind == "MONTHLY":
            yield from _month(first, index * every)
        else:
            yield from _month(first, index * every * 12)


def _weekly(first: datetime, rule: Row, every: int) -> Iterator[datetime]:
    given = rule.get("BYDAY") or [DAYS[first.weekday()]]
    wanted = set(
        given.values() if isinstance(given, dict) else str(given).split(",") if isinstance(given, str) else given
    )
    monday = first - timedelta(days=first.weekday())
    for week in range(MOST):
        for day, name in enumerate(DAYS):
            one = monday + timedelta(days=week * every * 7 + day)
            if name in wanted and one >= first:
                yield one


def _month(first: datetime, months: int) -> Iterator[datetime]:
    """The same day of a later month, where that month has it."""
    total = first.month - 1 + months
    try:
        yield first.replace(year=first.year + total // 12, month=total % 12 + 1)
    except ValueError:
        return
