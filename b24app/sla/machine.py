"""The state of a ticket's clocks and the moving parts that every transition is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, Self

from b24app.sla.calendar import BusinessCalendar
from b24app.sla.conduct import Conduct
from b24app.sla.measure import Figure, Measure
from b24app.sla.policy import Policy, family
from b24app.sla.target import Target

Why = Literal["client", "vendor", "closed"]
What = Literal[
    "opened",
    "stage",
    "responded",
    "customer",
    "paused",
    "resumed",
    "resolved",
    "closed",
    "reopened",
    "policy",
    "calendar",
    "line",
    "vendor_asked",
    "vendor_answered",
]

ROUND_THE_CLOCK: Final = BusinessCalendar(
    timezone="UTC", weekly={day: [("00:00", "24:00")] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
)
"""Measures targets in calendar time."""
_CALENDAR_TIME: Final = "*"


@dataclass(frozen=True, slots=True)
class Wait:
    """A stretch that is not ours: waiting for the client or a vendor, or closed. `end` is None while it lasts."""

    why: Why
    start: datetime
    end: datetime | None
    ruler: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to the clocks, for the ledger."""

    at: datetime
    what: What
    detail: str = ""
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known of the clocks of one ticket, and how a transition changes it."""

    policy: Policy | None = None
    rulers: tuple[BusinessCalendar, ...] = (ROUND_THE_CLOCK,)
    """Every calendar the ticket was measured with; `current` says which are valid now."""
    current: tuple[tuple[str, int], ...] = (("", 0),)
    """Name of a calendar (empty: the policy's) → its place in `rulers`."""
    opened_at: datetime | None = None
    moved_at: datetime | None = None
    """The moment of the last transition."""
    stage: str = ""
    meaning: str = ""
    line: str = ""
    is_paused: bool = False
    is_counting: bool = True
    """False: an agreement that has not come yet; nothing is counted."""
    vendor_since: datetime | None = None
    closed_at: datetime | None = None
    measures: tuple[Measure, ...] = ()
    done: tuple[Figure, ...] = ()
    """Ended exchanges, visits of stages, stays at lines, answers of vendors, and resolutions before a reopening."""
    waits: tuple[Wait, ...] = ()
    marks: tuple[Mark, ...] = ()

    def measure(self, clock: str) -> Measure | None:
        """The clock with this name, None when it was never started."""
        return next((measure for measure in self.measures if measure.clock == clock), None)

    @property
    def calendar(self) -> BusinessCalendar:
        """The business calendar valid now."""
        return self.rulers[self._ruler(None)]

    def not_before(self, at: datetime) -> datetime:
        return at if self.moved_at is None or at > self.moved_at else self.moved_at

    def mark(self, at: datetime, what: What, detail: str = "") -> Self:
        return replace(self, moved_at=at, marks=(*self.marks, Mark(at, what, detail)))

    def each(self, which: Callable[[str], bool], change: Callable[[Measure], Measure]) -> Self:
        return replace(self, measures=tuple(change(one) if which(one.clock) else one for one in self.measures))

    def begin(self, clock: str, at: datetime) -> Self:
        target = self.policy.target(clock, self.meaning) if self.policy else None
        fresh = Measure(clock, target, self._ruler(target), at)
        return replace(self, measures=(*(one for one in self.measures if one.clock != clock), fresh))

    def finish(self, clock: str, at: datetime) -> Self:
        measure = self.measure(clock)
        if measure is None:
            return self
        left = tuple(one for one in self.measures if one.clock != clock)
        return replace(self, measures=left, done=(*self.done, measure.figure(self.rulers, at)))

    def leave_stage(self, at: datetime) -> Self:
        if self.policy and self.policy.conduct.stage_clock == "cumulative":
            return self.each(lambda clock: clock == f"stage:{self.stage}", lambda one: one.stopped(self.rulers, at))
        return self.finish(f"stage:{self.stage}", at)

    def enter_stage(self, at: datetime) -> Self:
        clock = f"stage:{self.stage}"
        if (earlier := self.measure(clock)) is None:
            return self.begin(clock, at)
        return replace(self, measures=tuple(self.retarget(one) if one is earlier else one for one in self.measures))

    def unmeet(self) -> Self:
        measure = self.measure("resolution")
        if measure is None or measure.met is None:
            return self
        state = replace(self, done=(*self.done, measure.met))
        return state.each(lambda clock: clock == "resolution", lambda one: state.retarget(replace(one, met=None)))

    def charge(self, closed_at: datetime, at: datetime) -> Self:
        def charged(one: Measure) -> Measure:
            is_open = one.met is None and self.is_present(one)
            return one.charged(self.rulers, max(closed_at, one.started_at), at) if is_open else one

        return self.each(lambda _: True, charged)

    def wait(self, why: Why, at: datetime) -> Self:
        return replace(self, waits=(*self.waits, Wait(why, at, None, self._ruler(None))))

    def wait_over(self, why: Why, at: datetime) -> Self:
        ends = (replace(wait, end=at) if wait.why == why and wait.end is None else wait for wait in self.waits)
        return replace(self, waits=tuple(wait for wait in ends if wait.end is None or wait.end > wait.start))

    def rewait(self, at: datetime) -> Self:
        state = self
        for why in [wait.why for wait in self.waits if wait.end is None]:
            state = state.wait_over(why, at).wait(why, at)
        return state

    def stop_all(self, at: datetime) -> Self:
        return self.each(lambda _: True, lambda one: one.stopped(self.rulers, at))

    def retarget(self, measure: Measure) -> Measure:
        """The same clock under the rules of now; what is met, or a stage that was left, keeps what it had."""
        if measure.met is not None or not self.is_present(measure):
            return measure
        target = self.policy.target(measure.clock, self.meaning) if self.policy else None
        return replace(measure, target=target, ruler=self._ruler(target))

    def _ruler(self, target: Target | None) -> int:
        return dict(self.current)["" if target is None else ruler_name(target)]

    def settle(self, at: datetime) -> Self:
        """Start what should run and stop what should not, at this moment."""
        return self.each(
            lambda _: True, lambda one: one.running(at) if self._runs(one) else one.stopped(self.rulers, at)
        )

    def _runs(self, measure: Measure) -> bool:
        if measure.met is not None or self.closed_at is not None or not self.is_counting:
            return False
        return self.is_present(measure) and not self.stops(measure)

    def is_present(self, measure: Measure) -> bool:
        return family(measure.clock) != "stage" or measure.clock == f"stage:{self.stage}"

    def stops(self, measure: Measure) -> bool:
        """A pause, or the wait for a vendor, stops this clock now."""
        kind = family(measure.clock)
        conduct = self.policy.conduct if self.policy else Conduct()
        if self.vendor_since is not None and kind in conduct.vendor_stops:
            return True
        return self.is_paused and kind in conduct.pause_stops and not self.measures_the_wait(measure)

    def measures_the_wait(self, measure: Measure) -> bool:
        """The clock of a stage that pauses the others is itself the measure of the wait, and runs."""
        if self.policy is None or measure.clock != f"stage:{self.stage}":
            return False
        return self.policy.pauses(self.stage, self.meaning)


def rulers_of(
    rulers: tuple[BusinessCalendar, ...],
    policy: Policy | None,
    calendars: Mapping[str, BusinessCalendar],
    default: str,
) -> tuple[tuple[BusinessCalendar, ...], tuple[tuple[str, int], ...]]:
    """The calendars a policy measures with: all that were ever used, and which of them are valid under which name.

    A name nobody knows means the desk's own calendar (the desk check refuses it before it is published).
    """
    own = calendars.get(default, ROUND_THE_CLOCK)
    main = calendars.get(policy.calendar, own) if policy else own
    wanted = {"": main}
    for target in policy.all_targets() if policy else ():
        if (name := ruler_name(target)) not in wanted:
            wanted[name] = ROUND_THE_CLOCK if name == _CALENDAR_TIME else calendars.get(name, main)
    known = list(rulers)
    known.extend(calendar for calendar in dict.fromkeys(wanted.values()) if calendar not in rulers)
    return tuple(known), tuple((name, known.index(calendar)) for name, calendar in wanted.items())


def ruler_name(target: Target) -> str:
    """Under which name the target's calendar stands in `Machine.current`."""
    return _CALENDAR_TIME if target.time == "calendar" else target.calendar
