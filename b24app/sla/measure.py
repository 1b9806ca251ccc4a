"""One clock: when it ran, how much it has used, and when its time is over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from b24app.kit.errors import CalendarNeverOpens
from b24app.sla.calendar import BusinessCalendar
from b24app.sla.target import Target
from b24app.sla.zones import utc

Rulers = Sequence[BusinessCalendar]
"""Calendars a ticket was ever measured with. A change adds one, so that time used stays as it was counted."""

_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Spell:
    """One uninterrupted run of a clock."""

    start: datetime
    end: datetime
    used: timedelta
    ruler: int


@dataclass(frozen=True, slots=True)
class Figure:
    """What is left of a clock that was met or ended: it never changes again."""

    clock: str
    started_at: datetime
    ended_at: datetime
    used: timedelta
    limit: timedelta | None
    due_at: datetime | None
    late: bool

    @property
    def margin(self) -> timedelta | None:
        """What was left of the limit; negative when it was exceeded, None without a limit."""
        return None if self.limit is None else self.limit - self.used


@dataclass(frozen=True, slots=True)
class Measure:
    """A clock that runs, stands still, or was met."""

    clock: str
    target: Target | None
    ruler: int
    started_at: datetime
    spells: tuple[Spell, ...] = ()
    since: datetime | None = None
    """Running since; None when it stands still."""
    met: Figure | None = None

    def used(self, rulers: Rulers, now: datetime) -> timedelta:
        """Time used so far."""
        done = sum((spell.used for spell in self.spells), _NOTHING)
        if self.since is None or now <= self.since:
            return done
        return done + rulers[self.ruler].between(self.since, now)

    def reaches(self, limit: timedelta, rulers: Rulers, now: datetime) -> datetime | None:
        """The moment the used time is (or will be) `limit`; None when the calendar never gets there.

        Past runs are read by the calendar they were counted with; what is left runs from the last start, or from `now`
        for a clock that stands still (not before it stopped: what it used is spent). A limit reached exactly at a
        closing moment gives that moment.
        """
        left = limit
        for spell in self.spells:
            if spell.used >= left and (moment := _add(rulers[spell.ruler], spell.start, left)) and moment <= spell.end:
                return moment
            left -= spell.used
        still = max(utc(now), self.spells[-1].end) if self.spells else now
        return _add(rulers[self.ruler], self.since or still, max(left, _NOTHING))

    def term(self, rulers: Rulers, now: datetime) -> datetime | None:
        """The moment the target is used up; None without a target."""
        return None if self.target is None else self.reaches(self.target.limit, rulers, now)

    def is_late(self, rulers: Rulers, now: datetime) -> bool:
        """It ran past its term; exactly at the term is in time, and a clock that stands still gets no later."""
        if self.met is not None:
            return self.met.late
        stopped = self.spells[-1].end if self.spells else None
        ran_until = utc(now) if self.since is not None and utc(now) > self.since else stopped
        if ran_until is None:
            return False
        term = self.term(rulers, now)
        return term is not None and ran_until > term

    def running(self, at: datetime) -> Self:
        """Started at this moment, unless it runs already."""
        return self if self.since is not None or self.met is not None else replace(self, since=at)

    def stopped(self, rulers: Rulers, at: datetime) -> Self:
        """Stopped at this moment, the time used so far counted for good."""
        if self.since is None:
            return self
        spell = Spell(self.since, at, rulers[self.ruler].between(self.since, at), self.ruler)
        return replace(self, since=None, spells=(*self.spells, spell) if at > self.since else self.spells)

    def charged(self, rulers: Rulers, start: datetime, end: datetime) -> Self:
        """A past stretch counted afterwards as if the clock had run."""
        if end <= start:
            return self
        spell = Spell(start, end, rulers[self.ruler].between(start, end), self.ruler)
        return replace(self, spells=(*self.spells, spell))

    def figure(self, rulers: Rulers, at: datetime) -> Figure:
        """What the clock shows for good when it ends at this moment."""
        return Figure(
            self.clock,
            self.started_at,
            at,
            self.used(rulers, at),
            None if self.target is None else self.target.limit,
            self.term(rulers, at),
            self.is_late(rulers, at),
        )

    def meet(self, rulers: Rulers, at: datetime) -> Self:
        """Met at this moment: its figures never change again."""
        if self.met is not None:
            return self
        return replace(self.stopped(rulers, at), met=self.figure(rulers, at))


def _add(calendar: BusinessCalendar, start: datetime, length: timedelta) -> datetime | None:
    try:
        return utc(calendar.add(start, length))
    except CalendarNeverOpens:
        return None
