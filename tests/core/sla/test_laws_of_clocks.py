"""Laws of the clocks: no order of events breaks them, what was counted stays counted, a journal gives the state back."""

import json
from datetime import datetime, timedelta
from typing import Any, Literal

from b24app.sla import (
    Clocks,
    Policy,
    clocks_from_dict,
    clocks_to_dict,
    happened,
    next_deadlines,
    open_clocks,
    views,
    what_if,
)
from b24app.sla.rebuild import StageHistory, StageRow, rebuild, relive
from hypothesis import given
from hypothesis import strategies as st
from tests.support.sla import CALENDARS, POLICIES, START, Step, laws, lived, lives, moments


@given(st.sampled_from(POLICIES), lives, moments)
@laws
def test_no_order_of_events_breaks_a_clock(
    policy: Policy | None, life: list[tuple[datetime, Step]], now: datetime
) -> None:
    clocks = lived(policy, life, in_order=False)
    for shown in views(clocks, now):
        assert shown.used >= timedelta()
        assert shown.state != "bad" or not clocks.is_paused or shown.clock == "vendor"
    next_deadlines(clocks, now)


@given(st.sampled_from(POLICIES), lives)
@laws
def test_a_journal_gives_the_same_state(policy: Policy | None, life: list[tuple[datetime, Step]]) -> None:
    clocks = lived(policy, life, in_order=False)
    assert relive(clocks) == clocks


@given(st.sampled_from(POLICIES), lives)
@laws
def test_stored_clocks_are_the_same_clocks(policy: Policy | None, life: list[tuple[datetime, Step]]) -> None:
    clocks = lived(policy, life, in_order=True)
    assert clocks_from_dict(json.loads(json.dumps(clocks_to_dict(clocks)))) == clocks


@given(st.sampled_from(POLICIES), lives, moments, st.timedeltas(timedelta(), timedelta(days=9)))
@laws
def test_used_time_never_shrinks_while_nothing_happens(
    policy: Policy | None, life: list[tuple[datetime, Step]], now: datetime, later: timedelta
) -> None:
    clocks = lived(policy, life, in_order=True)
    before = {shown.clock: shown for shown in views(clocks, now)}
    for shown in views(clocks, now + later):
        assert shown.used >= before[shown.clock].used
        assert shown.late >= before[shown.clock].late


@given(st.sampled_from(POLICIES), lives, st.sampled_from(POLICIES))
@laws
def test_met_figures_and_used_time_survive_every_change_of_rules(
    policy: Policy | None, life: list[tuple[datetime, Step]], other: Policy | None
) -> None:
    clocks = lived(policy, life, in_order=True)
    now = max([at for at, _ in life] + [START]) + timedelta(hours=5)
    changed = clocks.ruled(other, CALENDARS, "main", now)
    assert changed.done == clocks.done
    for measure in clocks.measures:
        after = changed.measure(measure.clock)
        assert after is not None
        assert after.met == measure.met
        assert after.used(changed.rulers, now) == measure.used(clocks.rulers, now)


@given(st.sampled_from(POLICIES), lives, moments, st.sampled_from(("responded", "customer")))
@laws
def test_a_message_learnt_of_late_counts_as_if_it_had_come_in_time(
    policy: Policy | None,
    life: list[tuple[datetime, Step]],
    at: datetime,
    what: Literal["responded", "customer"],
) -> None:
    at = max(at, START)
    word: Step = Clocks.responded if what == "responded" else Clocks.customer_replied
    late = happened(lived(policy, life, in_order=True), what, at)
    assert late == lived(policy, [*life, (at, word)], in_order=True)


@given(st.sampled_from(POLICIES), lives, st.sampled_from(POLICIES))
@laws
def test_another_agreement_in_retrospect_starts_with_the_first_minute(
    policy: Policy | None, life: list[tuple[datetime, Step]], other: Policy | None
) -> None:
    clocks = lived(policy, life, in_order=True)
    again = what_if(clocks, other, CALENDARS, "main")
    assert [era.policy for era in again.eras] == [other]
    assert (again.stage, again.opened_at) == (clocks.stage, clocks.opened_at)
    if not any(mark.what in {"policy", "calendar"} for mark in clocks.marks):
        assert what_if(clocks, policy, CALENDARS, "main") == clocks


@given(st.sampled_from(POLICIES), lives)
@laws
def test_stages_rebuilt_from_a_complete_history_are_what_was_seen(
    policy: Policy | None, life: list[tuple[datetime, Step]]
) -> None:
    clocks = lived(policy, life, in_order=True)
    rows = [StageRow(mark.detail, mark.meaning, mark.at) for mark in clocks.marks if mark.what == "stage"]
    again = rebuild(clocks, StageHistory(tuple(rows), complete=True))
    now = START + timedelta(days=30)
    assert _figures(again, now) == _figures(clocks, now)


def _figures(clocks: Clocks, now: datetime) -> dict[str, Any]:
    stages = [shown for shown in views(clocks, now) if shown.clock.startswith("stage:")]
    visits = [figure for figure in clocks.done if figure.clock.startswith("stage:")]
    return {"present": stages, "visits": sorted(visits, key=lambda figure: (figure.started_at, figure.ended_at))}


def test_a_row_of_the_same_instant_keeps_its_place_among_other_changes() -> None:
    """Rules changed, then the stage, within one instant: the rebuilt stage was left under the new rules too."""
    cumulative = Policy.from_dict({"key": "c", "for": "all", "stage_clock": "cumulative", "targets": {}})
    clocks = open_clocks(cumulative, CALENDARS, "main", START, stage="triage", meaning="triage")
    clocks = clocks.ruled(None, CALENDARS, "main", START).stage_entered("work", "work", START)
    rows = (StageRow("triage", "triage", START), StageRow("work", "work", START))
    assert rebuild(clocks, StageHistory(rows, complete=True)) == clocks


def test_a_paused_clock_looked_at_before_its_pause_is_not_late() -> None:
    policy = Policy.from_dict({"key": "p", "for": "all", "targets": {"resolution": "8h"}})
    clocks = open_clocks(policy, CALENDARS, "main", START, stage="work", meaning="work")
    clocks = clocks.stage_entered("waiting", "waiting", START + timedelta(hours=5))
    assert not any(shown.late for shown in views(clocks, START))
