"""Why a business calendar is closed: lunch, a break, a shortened day, night, weekend, holiday."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final, Literal

from b24app.sla.calendar import BusinessCalendar
from b24app.sla.days import DayPlan
from b24app.sla.hours import DAY, Interval
from b24app.sla.zones import utc

ClosedKind = Literal["lunch", "break", "short_day", "night", "off_hours", "weekend", "holiday"]
_RESTING: Final = ("off_hours", "night", "weekend", "holiday")
"""Kinds that make one rest together; the later word names it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A closed stretch and its reason. Night is time off that passes midnight."""

    kind: ClosedKind
    start: datetime
    end: datetime


def gaps(calendar: BusinessCalendar, start: datetime, end: datetime) -> list[Gap]:
    """The stretch between two moments, all of it closed, cut by reasons; in order, without holes, in UTC."""
    merged: list[Gap] = []
    for piece in _pieces(calendar, start, end):
        if merged and (kind := _joined(merged[-1].kind, piece.kind)):
            merged[-1] = Gap(kind, merged[-1].start, piece.end)
        else:
            merged.append(piece)
    return [_named(calendar, gap) for gap in merged]


def _joined(one: ClosedKind, two: ClosedKind) -> ClosedKind | None:
    if one == two:
        return one
    if one in _RESTING and two in _RESTING:
        return max(one, two, key=_RESTING.index)
    return None


def _named(calendar: BusinessCalendar, gap: Gap) -> Gap:
    if gap.kind != "off_hours":
        return gap
    last = calendar.local(gap.end - timedelta(microseconds=1))
    return gap if calendar.local(gap.start).date() == last.date() else Gap("night", gap.start, gap.end)


def _pieces(calendar: BusinessCalendar, start: datetime, end: datetime) -> Iterator[Gap]:
    at, last = utc(start), utc(end)
    while at < last:
        local = calendar.local(at)
        until = min(_midnight_after(local), last)
        for kind, edge in _of_day(calendar.day(local.date()), local):
            if (stop := min(edge, until)) > at:
                yield Gap(kind, at, stop)
                at = stop
        at = max(at, until)


def _midnight_after(local: datetime) -> datetime:
    """The start of the next date of the zone in UTC; a midnight that does not exist is the moment the clock jumped."""
    found = utc(datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo))
    return max(found, utc(local) + timedelta(microseconds=1))


def _of_day(plan: DayPlan, local: datetime) -> Iterator[tuple[ClosedKind, datetime]]:
    """Reasons from a moment to the end of its date, each with the moment (UTC) it lasts to."""
    begin = _wall(local)
    edges = sorted(
        {edge for span in (*plan.full, *plan.intervals, *plan.breaks) for edge in span if begin < edge < DAY}
    )
    for first, last in pairwise((begin, *edges, DAY)):
        wall = datetime.combine(plan.day, time(), local.tzinfo) + timedelta(microseconds=last)
        yield _reason(plan, first), utc(wall)


def _reason(plan: DayPlan, wall: int) -> ClosedKind:
    if plan.kind == "holiday":
        return "holiday"
    if plan.kind == "closed":
        return "weekend"
    if _within(plan.breaks, wall):
        return "break"
    if _within(plan.full, wall) and not _within(plan.intervals, wall):
        return "short_day"
    return "lunch" if plan.full[0][0] < wall < plan.full[-1][1] else "off_hours"


def _within(spans: tuple[Interval, ...], wall: int) -> bool:
    return any(start <= wall < end for start, end in spans)


def _wall(at: datetime) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond
