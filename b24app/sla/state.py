"""What is known of the clocks of one ticket."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from b24app.sla.calendar import BusinessCalendar
from b24app.sla.conduct import Conduct
from b24app.sla.measure import Figure, Measure
from b24app.sla.policy import Policy, family
from b24app.sla.target import Target

Why = Literal["client", "vendor", "closed"]
What = Literal[
    "opened",
    "stage",
    "visit",
    "responded",
    "customer",
    "paused",
    "resumed",
    "resolved",
    "closed",
    "reopened",
    "policy",
    "calendar",
    "counting",
    "line",
    "vendor_asked",
    "vendor_answered",
]

ROUND_THE_CLOCK: Final = BusinessCalendar(
    timezone="UTC", weekly={day: [("00:00", "24:00")] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
)
"""Measures targets in calendar time."""
CALENDAR_TIME: Final = "*"
"""The name it goes by among the calendars of an era."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A stretch that is not ours: waiting for the client or a vendor, or closed. `end` is None while it lasts."""

    why: Why
    start: datetime
    end: datetime | None
    ruler: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A transition of the clocks: together they are the journal that a state can be relived from."""

    at: datetime
    what: What
    detail: str = ""
    """Key of the stage, the line, or the policy."""
    meaning: str = ""
    """What the stage means."""
    derived: bool = False
    """It followed from the mark before, for instance a pause from a stage."""
    estimated: bool = False
    """The moment is a guess: the portal does not tell."""


@dataclass(frozen=True, slots=True)
class Era:
    """The rules valid from a moment on; None: from the beginning."""

    since: datetime | None
    policy: Policy | None
    current: tuple[tuple[str, int], ...]
    """Name of a calendar (empty: the policy's) → its place in `rulers`."""


@dataclass(frozen=True, slots=True)
class State:
    """The clocks of one ticket. Use `Clocks`."""

    rulers: tuple[BusinessCalendar, ...] = (ROUND_THE_CLOCK,)
    """Every calendar the ticket was measured with."""
    eras: tuple[Era, ...] = (Era(None, None, (("", 0),)),)
    """Every set of rules it was measured under; the last one is valid."""
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

    @property
    def policy(self) -> Policy | None:
        """The policy valid now."""
        return self.eras[-1].policy

    @property
    def calendar(self) -> BusinessCalendar:
        """The business calendar valid now."""
        return self.rulers[self.ruler(None)]

    @property
    def guesses(self) -> frozenset[datetime]:
        """Moments that are only estimated; time that begins or ends there is estimated too."""
        return frozenset(mark.at for mark in self.marks if mark.estimated)

    def measure(self, clock: str) -> Measure | None:
        """The clock with this name, None when it was never started."""
        return next((measure for measure in self.measures if measure.clock == clock), None)

    def ruler(self, target: Target | None) -> int:
        """The place in `rulers` of the calendar that measures a target now."""
        return dict(self.eras[-1].current)["" if target is None else ruler_name(target)]

    def runs(self, measure: Measure) -> bool:
        """This clock should run now."""
        if measure.met is not None or self.closed_at is not None or not self.is_counting:
            return False
        return self.is_present(measure) and not self.stops(measure)

    def is_present(self, measure: Measure) -> bool:
        """Not the clock of a stage that was left."""
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
        return measure.clock == f"stage:{self.stage}" and self.is_in_pause()

    def is_in_pause(self) -> bool:
        """The stage waits for the client."""
        return self.policy is not None and self.policy.pauses(self.stage, self.meaning)

    def is_with_vendor(self) -> bool:
        """The stage waits for a vendor."""
        return self.policy is not None and self.policy.asks_vendor(self.stage, self.meaning)

    def is_in_solution(self) -> bool:
        """The stage meets the resolution."""
        return self.policy is not None and self.policy.resolves(self.stage, self.meaning)


def ruler_name(target: Target) -> str:
    """Under which name the target's calendar stands in an era."""
    return CALENDAR_TIME if target.time == "calendar" else target.calendar
