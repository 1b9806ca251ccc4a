"""Whose time it was: ours, the client's, a vendor's, or outside working hours, with the stretches as proof (N4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from b24app.sla.clock import Clocks
from b24app.sla.state import Wait
from b24app.sla.zones import utc

Who = Literal["ours", "client", "vendor", "off", "closed"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch that belongs to somebody."""

    who: Who
    start: datetime
    end: datetime
    estimated: bool = False

    @property
    def length(self) -> timedelta:
        """Real time."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class WhoseTime:
    """The life of a ticket divided without a rest."""

    stretches: tuple[Stretch, ...]

    def total(self, who: Who) -> timedelta:
        """All time of one side; `off` is time outside working hours, `closed` the ticket was closed."""
        return sum((stretch.length for stretch in self.stretches if stretch.who == who), timedelta())

    @property
    def open_time(self) -> timedelta:
        """What the shares are shares of: the life of the ticket without the time it was closed."""
        return sum((stretch.length for stretch in self.stretches if stretch.who != "closed"), timedelta())


def whose_time(clocks: Clocks, now: datetime) -> WhoseTime:
    """Working time split between us, the client and vendors, from the opening to the last closing (or now).

    While both the client and a vendor are awaited, the time is the client's. Sums are exact.
    """
    if clocks.opened_at is None:
        return WhoseTime(())
    end = max(clocks.opened_at, clocks.closed_at or utc(now))
    return WhoseTime(tuple(_merged(_split(clocks, clocks.opened_at, end))))


def _split(clocks: Clocks, start: datetime, end: datetime) -> Iterator[Stretch]:
    edges = {start, end}
    for moment in (edge for wait in clocks.waits for edge in (wait.start, wait.end)):
        if moment is not None and start < moment < end:
            edges.add(moment)
    edges.update(era.since for era in clocks.eras if era.since is not None and start < era.since < end)
    ordered = sorted(edges)
    for first, last in pairwise(ordered):
        yield from _piece(clocks, first, last)


def _piece(clocks: Clocks, start: datetime, end: datetime) -> Iterator[Stretch]:
    waits = [wait for wait in clocks.waits if wait.start <= start and (wait.end is None or end <= wait.end)]
    reasons = {wait.why for wait in waits}
    estimated = _touched(clocks, waits, start, end)
    if "closed" in reasons:
        yield Stretch("closed", start, end, estimated)
        return
    who: Who = "client" if "client" in reasons else "vendor" if "vendor" in reasons else "ours"
    at = start
    for opens, closes in _open(clocks, start, end):
        if opens > at:
            yield Stretch("off", at, opens, estimated)
        yield Stretch(who, opens, closes, estimated)
        at = closes
    if at < end:
        yield Stretch("off", at, end, estimated)


def _open(clocks: Clocks, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Working hours of the calendar that was valid then; within [start, end] it did not change."""
    era = [era for era in clocks.eras if era.since is None or era.since <= start][-1]
    return clocks.rulers[dict(era.current)[""]].open_intervals(start, end)


def _touched(clocks: Clocks, waits: list[Wait], start: datetime, end: datetime) -> bool:
    guesses = clocks.guesses
    return bool(guesses) and not guesses.isdisjoint({start, end, *(wait.start for wait in waits)})


def _merged(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    held: Stretch | None = None
    for stretch in stretches:
        if held and held.who == stretch.who and held.end == stretch.start and held.estimated == stretch.estimated:
            held = Stretch(held.who, held.start, stretch.end, held.estimated)
            continue
        if held:
            yield held
        held = stretch
    if held:
        yield held
