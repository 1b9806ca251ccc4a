"""The clocks of one ticket: a frozen state and pure transitions.

Every transition takes the moment it happened and gives the next state; a moment earlier than the last one counts as the
last one, so no order of events can break a clock (the exact past is rebuilt by `b24app.sla.rebuild`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from b24app.sla.calendar import BusinessCalendar
from b24app.sla.machine import Machine, rulers_of
from b24app.sla.policy import FINAL_MEANINGS, Policy
from b24app.sla.state import Era, What


@dataclass(frozen=True, slots=True)
class Clocks(Machine):
    """All clocks of one ticket. `Clocks()` is a ticket whose clocks were never started."""

    def opened(self, at: datetime) -> Self:
        """The ticket exists: first response and resolution begin."""
        at = self.not_before(at)
        if self.opened_at is not None:
            return self
        state = replace(self.mark(at, "opened"), opened_at=at)
        state = state.begin("first_response", at).begin("resolution", at)
        if state.counts_from_contact():
            state = state.begin("next_response", at)
        return state.settle(at)

    def responded(self, at: datetime) -> Self:
        """A public answer of ours. An inner note answers nothing and is no transition."""
        at = self.not_before(at)
        state = self.mark(at, "responded").each(
            lambda clock: clock == "first_response", lambda one: one.meet(self.rulers, at)
        )
        state = state.finish("next_response", at)
        if self.counts_from_contact():
            state = state.begin("next_response", at)
        return state.settle(at)

    def customer_replied(self, at: datetime) -> Self:
        """A message of the client: the next answer is awaited from the oldest one that has none."""
        at = self.not_before(at)
        state = self.mark(at, "customer")
        if self.measure("next_response") is None and not self.counts_from_contact():
            state = state.begin("next_response", at)
        return state.settle(at)

    def paused(self, at: datetime) -> Self:
        """The ticket waits for the client. Stages that pause do it by themselves."""
        at = self.not_before(at)
        if self.is_paused or self.closed_at is not None:
            return self
        state = replace(self.mark(at, "paused"), is_paused=True)
        return state.wait("client", at).settle(at)

    def resumed(self, at: datetime) -> Self:
        """The wait for the client is over."""
        at = self.not_before(at)
        if not self.is_paused:
            return self
        state = replace(self.mark(at, "resumed"), is_paused=False)
        return state.wait_over("client", at).settle(at)

    def vendor_asked(self, at: datetime) -> Self:
        """A vendor has to answer; its own clock starts."""
        at = self.not_before(at)
        if self.vendor_since is not None or self.closed_at is not None:
            return self
        state = replace(self.mark(at, "vendor_asked"), vendor_since=at)
        return state.wait("vendor", at).begin("vendor", at).settle(at)

    def vendor_answered(self, at: datetime) -> Self:
        """The vendor answered."""
        at = self.not_before(at)
        if self.vendor_since is None:
            return self
        state = replace(self.mark(at, "vendor_answered"), vendor_since=None)
        return state.wait_over("vendor", at).finish("vendor", at).settle(at)

    def resolved(self, at: datetime) -> Self:
        """The solution is there; the client may still have to agree."""
        at = self.not_before(at)
        state = self.mark(at, "resolved")
        return state.each(lambda clock: clock == "resolution", lambda one: one.meet(self.rulers, at)).settle(at)

    def closed(self, at: datetime) -> Self:
        """Closed: the resolution is met, a pause ends, the other clocks stand still unmet."""
        at = self.not_before(at)
        if self.closed_at is not None:
            return self
        state = self.mark(at, "closed")
        state = state.resumed(at).vendor_answered(at).derived(len(state.marks))
        state = state.each(lambda clock: clock == "resolution", lambda one: one.meet(self.rulers, at))
        return replace(state, closed_at=at).wait("closed", at).settle(at)

    def reopened(self, at: datetime) -> Self:
        """Open again: the resolution goes on with what was used, its old figures are kept among the done ones."""
        at = self.not_before(at)
        closed_at, resolution = self.closed_at, self.measure("resolution")
        if closed_at is None and (resolution is None or resolution.met is None):
            return self
        state = replace(self.mark(at, "reopened"), closed_at=None).unmeet()
        if closed_at is not None:
            state = state.wait_over("closed", at)
            if self.policy and not self.policy.conduct.closed_time_is_pause:
                state = state.charge(closed_at, at)
        return state.settle(at)

    def line_changed(self, line: str, at: datetime) -> Self:
        """The ticket was given to a line: its internal agreement counts from this moment."""
        at = self.not_before(at)
        if line == self.line:
            return self
        state = self.finish(f"line:{self.line}", at) if self.line else self
        state = replace(state.mark(at, "line", line), line=line)
        return (state.begin(f"line:{line}", at) if line else state).settle(at)

    def stage_entered(self, stage: str, meaning: str, at: datetime) -> Self:
        """The ticket moved to a stage: what the stage means closes, reopens, pauses or resolves it."""
        at = self.not_before(at)
        if stage == self.stage:
            return self
        entered = self.enter(stage, meaning, at, "stage")
        return self.meant(entered, at).derived(len(entered.marks))

    def visited(self, stage: str, meaning: str, at: datetime) -> Self:
        """Only the clock of the stage: the old visit ends, a new one begins, whatever the stages mean."""
        at = self.not_before(at)
        return self if stage == self.stage else self.enter(stage, meaning, at, "visit")

    def ruled(
        self, policy: Policy | None, calendars: Mapping[str, BusinessCalendar], default: str, at: datetime
    ) -> Self:
        """Policy, priority or calendar changed: open terms move at once, time already used stays as it was counted.

        `calendars` are the desk's by name, `default` the name of its own one. Nothing changes when all is as before.
        """
        at = self.not_before(at)
        rulers, current = rulers_of(self.rulers, policy, calendars, default)
        if policy == self.policy and current == self.eras[-1].current:
            return self
        return self.under(rulers, Era(at, policy, current), at)

    def counting(self, at: datetime) -> Self:
        """From this moment on clocks count that waited for their agreement."""
        at = self.not_before(at)
        return self if self.is_counting else replace(self.mark(at, "counting"), is_counting=True).settle(at)

    # steps

    def enter(self, stage: str, meaning: str, at: datetime, what: What) -> Self:
        """The visit of one stage ends, that of another begins."""
        state = self.leave_stage(at)
        state = replace(state.mark(at, what, stage, meaning), stage=stage, meaning=meaning)
        if stage and meaning not in FINAL_MEANINGS:
            state = state.enter_stage(at)
        return state.settle(at)

    def meant(self, entered: Self, at: datetime) -> Self:
        """What follows from the meaning of the stage that was entered; `self` is the state before."""
        if entered.meaning in FINAL_MEANINGS:
            return entered.closed(at)
        state = entered.reopened(at) if entered.closed_at is not None else entered
        state = state.paused(at) if state.is_in_pause() else state.resumed(at)
        if state.is_with_vendor():
            state = state.vendor_asked(at)
        elif self.is_with_vendor():
            state = state.vendor_answered(at)
        if state.is_in_solution():
            return state.resolved(at)
        return state.reopened(at) if self.is_in_solution() else state

    def counts_from_contact(self) -> bool:
        """The next answer is awaited from our last word on, not from the client's."""
        return self.policy is not None and self.policy.conduct.next_response_from == "contact"

    def under(self, rulers: tuple[BusinessCalendar, ...], era: Era, at: datetime) -> Self:
        """The rules of an era hold from this moment on."""
        what: What = "calendar" if era.policy == self.policy else "policy"
        state = self.stop_all(at).mark(at, what, era.policy.key if era.policy else "")
        state = replace(state, rulers=rulers, eras=(*self.eras, era))
        state = replace(state, measures=tuple(state.retarget(one) for one in state.measures))
        again = state.repause(self.policy, at).reask(self.policy, at)
        return again.derived(len(state.marks)).rewait(at).settle(at)

    def repause(self, before: Policy | None, at: datetime) -> Self:
        """A pause survives the change, unless the new rules name other stages that pause."""
        if self.policy is None or before is None or self.policy.conduct.pause == before.conduct.pause:
            return self
        return self.paused(at) if self.is_in_pause() else self.resumed(at)

    def reask(self, before: Policy | None, at: datetime) -> Self:
        """The wait for a vendor too, unless the new rules name other stages for it."""
        if self.policy is None or before is None or self.policy.conduct.vendor_stages == before.conduct.vendor_stages:
            return self
        return self.vendor_asked(at) if self.is_with_vendor() else self.vendor_answered(at)


def unopened(policy: Policy | None, calendars: Mapping[str, BusinessCalendar], default: str) -> Clocks:
    """Clocks under these rules before anything happened."""
    rulers, current = rulers_of((), policy, calendars, default)
    return Clocks(rulers, (Era(None, policy, current),))


def open_clocks(
    policy: Policy | None,
    calendars: Mapping[str, BusinessCalendar],
    default: str,
    at: datetime,
    *,
    stage: str = "",
    meaning: str = "",
    line: str = "",
) -> Clocks:
    """The clocks of a ticket that came at this moment, in this stage and at this line."""
    state = unopened(policy, calendars, default).opened(at)
    state = state.line_changed(line, at) if line else state
    return state.stage_entered(stage, meaning, at) if stage else state
