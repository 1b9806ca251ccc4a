"""`replay` against a simulation that counts every minute: random weeks, rules and lives, every answer compared."""

import copy
import random
from typing import Any

import pytest
from b24app.sla import replay
from tests.support.minutes import DAYS, Minutes, moment

LENGTH = 4 * 1440
WEEKS: tuple[list[list[str]], ...] = (
    [["09:00", "13:00"], ["14:00", "18:00"]],
    [["08:00", "17:00"]],
    [["22:00", "06:00"]],
    [["00:00", "24:00"]],
)
EVENTS = (
    *("customer_reply", "support_reply", "internal_note", "hold_start", "hold_end", "resolved", "closed"),
    *("reopened", "reopened", "stage", "stage", "sla_changed", "calendar_changed"),
)
RULES: dict[str, tuple[Any, ...]] = {
    "pause_stops": (["first_response", "stage"], ["update", "resolution"]),
    "closed_time_is_pause": (False,),
    "update_clock": ("since_last_contact",),
    "due_while_on_hold": ("shown",),
    "stage_clock": ("cumulative",),
    "attached_counts_from": ("attached",),
    "auto_close_after_s": (6 * 3600, 24 * 3600),
}
ASKED = (
    *("due", "next_due", "elapsed", "margin", "running", "paused", "breached", "stage_due", "auto_closed"),
    *("stage_elapsed", "stage_breached"),
)


def week(chance: random.Random) -> dict[str, list[list[str]]]:
    found = {day: chance.choice(WEEKS) for day in DAYS if chance.random() < 0.7}
    return {**found, "thu": [["09:00", "18:00"]], "sun": [["09:00", "18:00"]]}


def targets(chance: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: chance.choice((30, 60, 120, 240, 600))
        for name in ("first_response", "update", "resolution")
        if chance.random() < 0.8
    }
    return {**found, "stages": {stage: chance.choice((30, 60, 240)) for stage in "ab" if chance.random() < 0.7}}


def life(chance: random.Random) -> dict[str, Any]:
    """A scenario whose moments and targets are minutes."""
    minutes = sorted(chance.randrange(0, LENGTH, 15) for _ in range(chance.randrange(2, 14)))
    timeline: list[dict[str, Any]] = [{"at": minutes[0], "event": "created"}]
    attached_later = chance.random() < 0.2
    for place, minute in enumerate(minutes[1:]):
        what = "sla_attached" if attached_later and place == 1 else chance.choice(EVENTS)
        more: dict[str, dict[str, Any]] = {
            "stage": {"stage": chance.choice("ab")},
            "sla_changed": {"targets": targets(chance)},
        }
        more["calendar_changed"] = {"working_hours": week(chance)}
        timeline.append({"at": minute, "event": what, **more.get(what, {})})
    return {
        "calendar": {"timezone": "UTC", "working_hours": week(chance)},
        "targets": targets(chance),
        "rules": {name: chance.choice(values) for name, values in RULES.items() if chance.random() < 0.3},
        "timeline": timeline,
        "expect": sorted({*(chance.randrange(LENGTH) for _ in range(6)), *minutes}),
    }


def neutral(scenario: dict[str, Any]) -> dict[str, Any]:
    """The same scenario as people write it: instants, seconds, questions."""
    found = copy.deepcopy(scenario)
    for holder in (found, *(event for event in found["timeline"] if "targets" in event)):
        stages = {stage: limit * 60 for stage, limit in holder["targets"].pop("stages").items()}
        holder["targets"] = {**{name: limit * 60 for name, limit in holder["targets"].items()}, "stages": stages}
    for event in found["timeline"]:
        event["at"] = moment(event["at"])
    both = {"a": None, "b": None}
    questions = {name: both if name in {"stage_elapsed", "stage_breached"} else None for name in ASKED}
    found["expect"] = [{"at": moment(minute), **questions} for minute in found["expect"]]
    return found


def counted(scenario: dict[str, Any]) -> list[dict[str, Any]]:
    simulation, found = Minutes(scenario), []
    for minute in range(LENGTH):
        for event in scenario["timeline"]:
            if event["at"] == minute:
                simulation.happens(minute, event)
        simulation.closes_by_itself(minute)
        if minute in scenario["expect"]:
            found.append(simulation.answers(minute))
        simulation.passes(minute)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_every_answer_is_what_counting_the_minutes_gives(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(3):
        scenario = life(chance)
        assert replay(neutral(scenario)) == counted(scenario), scenario
