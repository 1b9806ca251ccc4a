"""Policies, calendars and random lives of tickets for the tests of the SLA core."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from b24app.sla import BusinessCalendar, Clocks, Policy, open_clocks
from hypothesis import settings
from hypothesis import strategies as st

laws = settings(max_examples=40, deadline=None)
"""How hard each law is tried in every run; a change of the clocks is worth a run with a thousand."""
START = datetime(2026, 9, 1, 6, tzinfo=UTC)
WEEK = ("mon", "tue", "wed", "thu", "fri")
CALENDARS = {
    "main": BusinessCalendar(
        timezone="Europe/Moscow", weekly={day: [("09:00", "13:00"), ("14:00", "18:00")] for day in WEEK}
    ),
    "night": BusinessCalendar(timezone="Europe/Moscow", weekly={day: [("20:00", "08:00")] for day in WEEK}),
    "never": BusinessCalendar(timezone="UTC"),
}
STAGES = (
    ("triage", "triage"),
    ("work", "work"),
    ("waiting", "waiting"),
    ("feedback", "feedback"),
    ("done", "done"),
    ("fail", "fail"),
)
RULES: list[dict[str, Any]] = [
    {"targets": {"first_response": "1h", "resolution": "8h", "stages": {"work": "2h", "waiting": "1d"}}},
    {"targets": {"resolution": {"within": "2d", "time": "calendar"}, "lines": {"2": "4h"}, "vendor": "1d"}},
    {
        "targets": {"next_response": "30m", "resolution": "1h", "stages": {"triage": 900}},
        "calendar": "night",
        "pause": ["waiting", "feedback"],
        "stage_clock": "cumulative",
        "closed_time_is_pause": False,
        "vendor_stops": ["resolution"],
    },
    {
        "targets": {"next_response": "1h", "resolution": "4h"},
        "calendar": "never",
        "next_response_from": "contact",
        "resolved": ["feedback"],
        "due_on_hold": "shown",
    },
]
WARN = {"for": "all", "warn": [{"before": "15m", "tell": ["assignee"]}]}
POLICIES: list[Policy | None] = [
    None,
    *(Policy.from_dict({"key": f"p{number}", **WARN, **rules}) for number, rules in enumerate(RULES)),
]

Step = Callable[[Clocks, datetime], Clocks]
steps: st.SearchStrategy[Step] = st.one_of(
    st.sampled_from(STAGES).map(lambda stage: lambda clocks, at: clocks.stage_entered(*stage, at)),
    st.sampled_from(
        (
            "responded",
            "customer_replied",
            "paused",
            "resumed",
            "resolved",
            "closed",
            "reopened",
            "vendor_asked",
            "vendor_answered",
        )
    ).map(lambda name: lambda clocks, at: getattr(clocks, name)(at)),
    st.sampled_from(("", "1", "2")).map(lambda line: lambda clocks, at: clocks.line_changed(line, at)),
    st.sampled_from(POLICIES).map(lambda policy: lambda clocks, at: clocks.ruled(policy, CALENDARS, "main", at)),
)
moments = st.integers(-3600, 20 * 86_400).map(lambda second: START + timedelta(seconds=second))
lives = st.lists(st.tuples(moments, steps), max_size=14)


def lived(policy: Policy | None, life: list[tuple[datetime, Step]], *, in_order: bool) -> Clocks:
    clocks = open_clocks(policy, CALENDARS, "main", START, stage="triage", meaning="triage", line="1")
    for at, step in sorted(life, key=lambda entry: entry[0]) if in_order else life:
        clocks = step(clocks, at)
    return clocks
