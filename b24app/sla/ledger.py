"""The ledger that explains a term: what the clock counted, what it did not, and why (requirement N1)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from b24app.sla.calendar import BusinessCalendar
from b24app.sla.clock import Clocks
from b24app.sla.gaps import ClosedKind, gaps
from b24app.sla.measure import Measure
from b24app.sla.reading import due
from b24app.sla.zones import utc

RowKind = (
    ClosedKind
    | Literal["opened", "work", "client", "vendor", "closed", "idle", "policy", "calendar", "reopened", "term", "met"]
)
MOMENTS = ("opened", "policy", "calendar", "reopened", "term", "met")
"""Rows that are a moment and no stretch."""

_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Row:
    """One line. The stretches of a ledger follow each other without holes, so their lengths sum up exactly."""

    kind: RowKind
    start: datetime
    end: datetime
    counted: timedelta = _NOTHING
    """What the clock used here."""
    business: timedelta = _NOTHING
    """Business time of a wait, which is what people are told of it."""
    planned: bool = False
    """Still to come: how the term follows from here."""
    estimated: bool = False
    """It begins or ends at a moment that the portal did not tell exactly."""
    detail: str = ""

    @property
    def length(self) -> timedelta:
        """Real time."""
        return utc(self.end) - utc(self.start)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Why a clock shows what it shows."""

    clock: str
    rows: tuple[Row, ...]
    used: timedelta
    limit: timedelta | None
    due_at: datetime | None

    @property
    def counted(self) -> timedelta:
        """What the lines up to now add up to: exactly the used time."""
        return sum((row.counted for row in self.rows if not row.planned), _NOTHING)

    @property
    def estimated(self) -> bool:
        """Some line is estimated."""
        return any(row.estimated for row in self.rows)


def ledger(clocks: Clocks, clock: str, now: datetime) -> Ledger | None:
    """The ledger of a clock from its start to its term (or to now, or to the moment it was met); None if never started.

    Moments are in the zone of the ticket's calendar, durations exact.
    """
    measure = clocks.measure(clock)
    if measure is None:
        return None
    now = utc(now)
    term = measure.met.due_at if measure.met else due(clocks, clock, now)
    term = utc(term) if term else None
    end = _end(measure, clocks, now, term)
    rows = [row for stretch in _stretches(clocks, measure, end) for row in _split(clocks, stretch, now, term)]
    marked = sorted([*rows, *_moments(clocks, measure, term, now)], key=_order)
    local = tuple(_localised(clocks.calendar, row) for row in marked)
    limit = measure.met.limit if measure.met else measure.target.limit if measure.target else None
    return Ledger(clock, local, measure.met.used if measure.met else measure.used(clocks.rulers, now), limit, term)


def _end(measure: Measure, clocks: Clocks, now: datetime, term: datetime | None) -> datetime:
    if measure.met is not None:
        return measure.met.ended_at
    if clocks.closed_at is not None:
        return max(measure.started_at, clocks.closed_at)
    start = max(measure.started_at, now)
    return max(start, term) if term is not None and measure.since is not None else start


def _stretches(clocks: Clocks, measure: Measure, end: datetime) -> Iterator[Row]:
    """Runs of the clock and what lies between them, without holes."""
    runs = [(spell.start, spell.end, spell.ruler) for spell in measure.spells]
    if measure.since is not None and end > measure.since:
        runs.append((measure.since, end, measure.ruler))
    guesses = clocks.guesses
    at = measure.started_at
    for start, stop, ruler in runs:
        yield from _stops(clocks, at, start)
        yield from _run(clocks.rulers[ruler], start, stop, estimated=start in guesses or stop in guesses)
        at = stop
    yield from _stops(clocks, at, end)


def _run(calendar: BusinessCalendar, start: datetime, end: datetime, *, estimated: bool) -> Iterator[Row]:
    at = start
    for opens, closes in calendar.open_intervals(start, end):
        yield from _closed(calendar, at, opens, estimated=estimated)
        yield Row("work", opens, closes, closes - opens, estimated=estimated)
        at = closes
    yield from _closed(calendar, at, end, estimated=estimated)


def _closed(calendar: BusinessCalendar, start: datetime, end: datetime, *, estimated: bool) -> Iterator[Row]:
    for gap in gaps(calendar, start, end):
        yield Row(gap.kind, gap.start, gap.end, estimated=estimated)


def _stops(clocks: Clocks, start: datetime, end: datetime) -> Iterator[Row]:
    """Waits between two runs; what no wait explains is a clock that had nothing to measure."""
    at, guesses = start, clocks.guesses
    for wait in sorted(clocks.waits, key=lambda wait: wait.start):
        first, last = max(wait.start, at), min(wait.end or end, end)
        if first >= last:
            continue
        if first > at:
            yield Row("idle", at, first)
        business = clocks.rulers[wait.ruler].between(first, last)
        yield Row(wait.why, first, last, business=business, estimated=not guesses.isdisjoint({wait.start, wait.end}))
        at = last
    if at < end:
        yield Row("idle", at, end)


def _split(clocks: Clocks, row: Row, now: datetime, term: datetime | None) -> Iterator[Row]:
    """Cut a stretch where now and the term fall into it."""
    at = row.start
    for cut in sorted({moment for moment in (now, term) if moment is not None and row.start < moment < row.end}):
        yield _part(clocks, row, at, cut, now)
        at = cut
    yield _part(clocks, row, at, row.end, now)


def _part(clocks: Clocks, row: Row, start: datetime, end: datetime, now: datetime) -> Row:
    counted = end - start if row.kind == "work" else _NOTHING
    whole = start == row.start and end == row.end
    business = row.business if whole or not row.business else clocks.calendar.between(start, end)
    return replace(row, start=start, end=end, counted=counted, business=business, planned=start >= now)


def _moments(clocks: Clocks, measure: Measure, term: datetime | None, now: datetime) -> Iterator[Row]:
    yield Row("opened", measure.started_at, measure.started_at, estimated=measure.started_at in clocks.guesses)
    last = measure.met.ended_at if measure.met else now
    for mark in clocks.marks:
        if mark.what in ("policy", "calendar", "reopened") and measure.started_at < mark.at <= last:
            yield Row(mark.what, mark.at, mark.at, detail=mark.detail, estimated=mark.estimated)
    if term is not None:
        yield Row("term", term, term, planned=term > now)
    if measure.met is not None:
        yield Row("met", measure.met.ended_at, measure.met.ended_at)


def _order(row: Row) -> tuple[datetime, datetime, int]:
    """Moments stand before the stretch that begins with them; the opening first, the term and the end last."""
    return row.start, row.end, MOMENTS.index(row.kind) if row.kind in MOMENTS else len(MOMENTS)


def _localised(calendar: BusinessCalendar, row: Row) -> Row:
    return replace(row, start=calendar.local(row.start), end=calendar.local(row.end))
