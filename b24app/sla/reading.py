"""What the clocks of a ticket show at a moment: badges, countdowns, terms, and the deadlines that need a timer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from b24app.kit.errors import CalendarNeverOpens
from b24app.sla.clock import Clocks
from b24app.sla.measure import Measure
from b24app.sla.target import Role, Target

State = Literal["ok", "warn", "bad", "pause", "met", "none"]
_AT_THE_TERM = timedelta()


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock as people see it at a moment."""

    clock: str
    state: State
    used: timedelta
    limit: timedelta | None
    left: timedelta | None
    """What is left of the limit, negative past the term; None without a limit."""
    due_at: datetime | None
    """The term, in the calendar's zone; None while it stands still (or when met, closed, without target)."""
    met_at: datetime | None
    late: bool
    """Met after the term, or not met and past it. A paused clock may be late and yet is no red one."""
    counts_until: datetime | None
    """Now in open time: the end of the open interval, for a countdown that runs by itself."""
    opens_at: datetime | None
    """Now in closed time: when the clock goes on."""
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment that needs a timer: a warning, the term itself, or an escalation."""

    at: datetime
    clock: str
    offset: timedelta
    """Distance from the term: negative before, zero at it, positive after."""
    due_at: datetime
    people: tuple[Role | int, ...]
    """Whom to tell; empty for a term that nobody asked to hear of (it still has to be recorded)."""
    mark: str
    """Names this alarm of this run of the clock, to give it once."""


def due(state: Clocks, clock: str, now: datetime) -> datetime | None:
    """The term of a clock; None when it is not running, met, or without a target."""
    measure = state.measure(clock)
    return None if measure is None else _due(state, measure, now)


def view(state: Clocks, clock: str, now: datetime) -> ClockView | None:
    """What one clock shows; None when it was never started."""
    measure = state.measure(clock)
    return None if measure is None else _view(state, measure, now)


def views(state: Clocks, now: datetime) -> tuple[ClockView, ...]:
    """All clocks in the order they were started; of the stages only the present one."""
    return tuple(_view(state, measure, now) for measure in state.measures if state.is_present(measure))


def most_urgent(state: Clocks, now: datetime) -> ClockView | None:
    """The running clock with the nearest term, else a paused one, else the resolution: what a badge in a list shows."""
    shown = views(state, now)
    running = [one for one in shown if one.due_at is not None and one.state not in {"met", "none", "pause"}]
    if running:
        return min(running, key=lambda one: (one.due_at or now, one.clock))
    paused = next((one for one in shown if one.state == "pause"), None)
    return paused or view(state, "resolution", now)


def next_deadlines(state: Clocks, now: datetime) -> tuple[Deadline, ...]:
    """Warnings, terms and escalations of the clocks that run now, earliest first; past ones included.

    The caller keeps the marks of those already given. Nothing is due while a clock stands still: the next transition
    asks again.
    """
    found: list[Deadline] = []
    for measure in state.measures:
        if measure.since is not None and measure.target is not None:
            found.extend(_deadlines(state, measure, measure.target, now))
    return tuple(sorted(found, key=lambda deadline: (deadline.at, deadline.clock, deadline.offset)))


def around(state: Clocks, clock: str, offset: timedelta, now: datetime) -> datetime | None:
    """The instant this much business time before (−) or after (+) the shown term of a clock."""
    measure = state.measure(clock)
    term = None if measure is None else _due(state, measure, now)
    return None if measure is None or term is None else _shifted(state, measure, term, offset)


def _due(state: Clocks, measure: Measure, now: datetime) -> datetime | None:
    if measure.met is not None or state.closed_at is not None or not state.is_counting:
        return None
    if state.stops(measure) and not _shown_on_hold(state):
        return None
    return _term(state, measure, now)


def _term(state: Clocks, measure: Measure, now: datetime) -> datetime | None:
    term = measure.term(state.rulers, now)
    return None if term is None else state.calendar.local(term)


def _shown_on_hold(state: Clocks) -> bool:
    return state.policy is not None and state.policy.conduct.due_on_hold == "shown"


def _view(state: Clocks, measure: Measure, now: datetime) -> ClockView:
    used = measure.met.used if measure.met else measure.used(state.rulers, now)
    limit = measure.met.limit if measure.met else measure.target.limit if measure.target else None
    runs = measure.since is not None
    calendar = state.rulers[measure.ruler]
    opened = calendar.interval_at(now) if runs else None
    return ClockView(
        clock=measure.clock,
        state=_state(state, measure, limit, used, now),
        used=used,
        limit=limit,
        left=None if limit is None else limit - used,
        due_at=_due(state, measure, now),
        met_at=measure.met.ended_at if measure.met else None,
        late=measure.is_late(state.rulers, now),
        counts_until=opened[1] if opened else None,
        opens_at=_opens(state, measure, now) if runs and opened is None else None,
        estimated=_is_estimated(state, measure),
    )


def _is_estimated(state: Clocks, measure: Measure) -> bool:
    guesses = state.guesses
    return any(moment in guesses for spell in measure.spells for moment in (spell.start, spell.end)) or (
        measure.since in guesses
    )


def _state(state: Clocks, measure: Measure, limit: timedelta | None, used: timedelta, now: datetime) -> State:
    if measure.met is not None:
        return "met"
    if limit is None or measure.target is None or state.closed_at is not None:
        return "none"
    if measure.since is None or state.measures_the_wait(measure):
        return "pause"
    if measure.is_late(state.rulers, now):
        return "bad"
    return "warn" if limit - used <= measure.target.near_left else "ok"


def _opens(state: Clocks, measure: Measure, now: datetime) -> datetime | None:
    try:
        return state.rulers[measure.ruler].next_open(now)
    except CalendarNeverOpens:
        return None


def _deadlines(state: Clocks, measure: Measure, target: Target, now: datetime) -> list[Deadline]:
    term = _term(state, measure, now)
    if term is None:
        return []
    told = {alarm.offset: alarm.people for alarm in target.alarms}
    offsets = {_AT_THE_TERM: (), **told}
    run = int(measure.started_at.timestamp() * 1000)
    return [
        Deadline(at, measure.clock, offset, term, people, f"{measure.clock}@{run}{offset.total_seconds():+g}")
        for offset, people in offsets.items()
        if (at := _shifted(state, measure, term, offset)) is not None
    ]


def _shifted(state: Clocks, measure: Measure, term: datetime, offset: timedelta) -> datetime | None:
    if not offset:
        return term
    try:
        return state.calendar.local(state.rulers[measure.ruler].add(term, offset))
    except CalendarNeverOpens:
        return None
