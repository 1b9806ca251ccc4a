"""The moving parts that every transition of the clocks is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from b24app.sla.calendar import BusinessCalendar
from b24app.sla.measure import Measure
from b24app.sla.policy import Policy
from b24app.sla.state import CALENDAR_TIME, ROUND_THE_CLOCK, Mark, State, Wait, What, Why, ruler_name
from b24app.sla.zones import utc


@dataclass(frozen=True, slots=True)
class Machine(State):
    """Steps that leave the clocks half-way: a transition ends with `settle`."""

    def not_before(self, at: datetime) -> datetime:
        """The moment in UTC, or that of the last transition if it was later."""
        at = utc(at)
        return at if self.moved_at is None or at > self.moved_at else self.moved_at

    def mark(self, at: datetime, what: What, detail: str = "", meaning: str = "") -> Self:
        return replace(self, moved_at=at, marks=(*self.marks, Mark(at, what, detail, meaning)))

    def derived(self, since: int) -> Self:
        """The marks from this place on followed from the one before them."""
        followed = (replace(mark, derived=True) for mark in self.marks[since:])
        return replace(self, marks=(*self.marks[:since], *followed))

    def each(self, which: Callable[[str], bool], change: Callable[[Measure], Measure]) -> Self:
        return replace(self, measures=tuple(change(one) if which(one.clock) else one for one in self.measures))

    def begin(self, clock: str, at: datetime) -> Self:
        target = self.policy.target(clock, self.meaning) if self.policy else None
        fresh = Measure(clock, target, self.ruler(target), at)
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
        earlier = self.measure(clock)
        if earlier is None or self.policy is None or self.policy.conduct.stage_clock != "cumulative":
            return self.finish(clock, at).begin(clock, at)
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
        return replace(self, waits=(*self.waits, Wait(why, at, None, self.ruler(None))))

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
        return replace(measure, target=target, ruler=self.ruler(target))

    def settle(self, at: datetime) -> Self:
        """Start what should run and stop what should not, at this moment."""
        return self.each(
            lambda _: True, lambda one: one.running(at) if self.runs(one) else one.stopped(self.rulers, at)
        )


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
            wanted[name] = ROUND_THE_CLOCK if name == CALENDAR_TIME else calendars.get(name, main)
    known = list(rulers)
    known.extend(calendar for calendar in dict.fromkeys(wanted.values()) if calendar not in rulers)
    return tuple(known), tuple((name, known.index(calendar)) for name, calendar in wanted.items())
