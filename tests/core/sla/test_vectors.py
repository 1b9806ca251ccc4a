"""Vectors computed by hand from the rules of the two neutral formats; fixtures/sla/README.md says where they are from."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from b24app.sla import BusinessCalendar, rehearse, replay

FIXTURES = Path(__file__).parents[3] / "fixtures" / "sla"
CASES = json.loads((FIXTURES / "calendars.json").read_text())["cases"]
SCENARIOS = json.loads((FIXTURES / "scenarios.json").read_text())["scenarios"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_calendar(case: dict[str, Any]) -> None:
    calendar = BusinessCalendar.from_dict(case["calendar"])
    first, second = case["of"]
    start = datetime.fromisoformat(first)
    if case["ask"] == "between":
        assert calendar.between(start, datetime.fromisoformat(second)) == timedelta(seconds=case["expect"])
        return
    moved = getattr(calendar, case["ask"])(start, timedelta(seconds=second))
    assert moved == datetime.fromisoformat(case["expect"])
    assert moved.tzinfo.key == case["calendar"]["timezone"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["id"])
def test_scenario(scenario: dict[str, Any]) -> None:
    expected = [{key: value for key, value in point.items() if key != "at"} for point in scenario["expect"]]
    assert replay(scenario) == expected


def test_a_file_is_answered_beside_its_expectations_and_counted() -> None:
    rehearsal = rehearse({"scenarios": SCENARIOS})
    assert rehearsal.totals["differ"] == 0
    assert rehearsal.totals["errors"] == 0
    assert rehearsal.totals["checkpoints"] == sum(len(scenario["expect"]) for scenario in SCENARIOS)
    first = rehearsal.document["scenarios"][0]["expect"][0]
    assert first["actual"] == {key: value for key, value in first.items() if key not in {"at", "actual"}}
    json.dumps(rehearsal.document)


def test_what_is_not_known_is_named_and_not_answered() -> None:
    strange = {
        **SCENARIOS[0],
        "mood": "bad",
        "rules": {"pause_stops": ["resolution"], "leap_seconds": True, "stage_clock": "lunar"},
        "expect": [
            {"at": "2026-09-01T12:00:00Z", "paused": None, "karma": 1, "due": {"resolution": None, "soul": None}}
        ],
    }
    rehearsal = rehearse({"scenarios": [strange, {"calendar": {"timezone": "Mars/Base"}, "expect": [{"at": "now"}]}]})
    one, two = rehearsal.document["scenarios"]
    assert one["expect"][0]["actual"].keys() == {"paused", "due"}
    assert one["expect"][0]["actual"]["due"].keys() == {"resolution"}
    assert one["not_judged"] == [
        "mood",
        "rules.leap_seconds",
        "rules.stage_clock='lunar'",
        "expect.karma",
        "expect.due.soul",
    ]
    assert "expect.at" in two["error"]
    assert rehearsal.totals["errors"] == 1
    assert "not judged: expect.due.soul, expect.karma, mood" in rehearsal.line
