"""A file of scenarios, answered: what `b24app sla replay FILE` writes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from b24app.sla.calendar import CALENDAR_KEYS
from b24app.sla.hours import bad
from b24app.sla.replaying import ANSWERS, replay
from b24app.sla.scenario import EVENTS, NAMES, RULES

_OWN_KEYS: Final = ("actual", "not_judged", "error")
_SCENARIO_KEYS: Final = ("id", "calendar", "targets", "rules", "timeline", "expect", *_OWN_KEYS)
_TARGET_KEYS: Final = ("first_response", "update", "resolution", "stages")
_BY_CLOCK: Final = ("due", "elapsed", "margin", "running", "breached", "thresholds")
_CLOSE_ENOUGH: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The answered document and its totals."""

    document: dict[str, Any]
    """`{"scenarios": […], "totals": {…}}`: every checkpoint with `actual` beside what it names."""
    totals: dict[str, Any]

    @property
    def line(self) -> str:
        """The totals as one line."""
        words = {name: count for name, count in self.totals.items() if name != "not_judged"}
        unknown = ", ".join(self.totals["not_judged"]) or "nothing"
        return f"{', '.join(f'{count} {name}' for name, count in words.items())}; not judged: {unknown}"


def rehearse(document: Any) -> Rehearsal:
    """Answer every scenario of `{"scenarios": […]}`; one that is no scenario gets `error` and does not stop the rest."""
    if not isinstance(document, Mapping) or not isinstance(document.get("scenarios"), list):
        raise bad("scenarios", 'a document of the form {"scenarios": […]} is needed')
    answered = [_answered(scenario) for scenario in document["scenarios"]]
    totals = _totals(answered)
    return Rehearsal({**document, "scenarios": answered, "totals": totals}, totals)


def not_judged(scenario: Mapping[str, Any]) -> list[str]:
    """Names in a scenario that nothing is answered for."""
    rules = _mapping(scenario.get("rules"))
    unknown = [
        *_others(scenario, _SCENARIO_KEYS, ""),
        *_others(_mapping(scenario.get("calendar")), CALENDAR_KEYS, "calendar."),
        *_others(_mapping(scenario.get("targets")), _TARGET_KEYS, "targets."),
        *_others(rules, tuple(RULES), "rules."),
        *(f"rules.{name}={rules[name]!r}" for name, values in RULES.items() if _is_foreign(rules.get(name), values)),
    ]
    happened = [_mapping(event).get("event") for event in scenario.get("timeline") or ()]
    unknown.extend(f"timeline.{what}" for what in happened if what not in EVENTS)
    for point in scenario.get("expect") or ():
        unknown.extend(_others(_mapping(point), ("at", *ANSWERS, *_OWN_KEYS), "expect."))
        for key in _BY_CLOCK:
            unknown.extend(_others(_mapping(_mapping(point).get(key)), tuple(NAMES), f"expect.{key}."))
    return list(dict.fromkeys(unknown))


def _answered(scenario: Any) -> dict[str, Any]:
    if not isinstance(scenario, Mapping):
        return {"scenario": scenario, "error": "a scenario is a mapping"}
    unknown = not_judged(scenario)
    named = {"not_judged": unknown} if unknown else {}
    try:
        answers = replay(scenario)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        return {**scenario, **named, "error": str(error)}
    points = scenario.get("expect") or []
    expect = [{**point, "actual": answer} for point, answer in zip(points, answers, strict=True)]
    return {**scenario, "expect": expect, **named}


def _totals(scenarios: list[dict[str, Any]]) -> dict[str, Any]:
    points = [point for scenario in scenarios for point in scenario.get("expect") or () if "actual" in point]
    verdicts = [verdict for point in points for verdict in _verdicts(point)]
    unknown = [name for scenario in scenarios for name in scenario.get("not_judged", ())]
    return {
        "scenarios": len(scenarios),
        "checkpoints": len(points),
        "answers": len(verdicts),
        "agree": verdicts.count("agree"),
        "differ": verdicts.count("differ"),
        "asked only": verdicts.count("asked only"),
        "errors": sum("error" in scenario for scenario in scenarios),
        "not_judged": sorted(set(unknown)),
    }


def _verdicts(point: Mapping[str, Any]) -> Iterable[str]:
    for key, actual in point["actual"].items():
        yield _verdict(point.get(key), actual)


def _verdict(expected: Any, actual: Any) -> str:
    """A null may be a question or an expectation, so it never counts as a difference."""
    if _same(expected, actual):
        return "agree"
    return "asked only" if _is_open(expected, actual) else "differ"


def _is_open(expected: Any, actual: Any) -> bool:
    if expected is None:
        return True
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return all(
            _same(expected.get(key), value) or _is_open(expected.get(key), value) for key, value in actual.items()
        )
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return all(_same(one, two) or _is_open(one, two) for one, two in zip(expected, actual, strict=True))
    return False


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return all(_same(expected.get(key), value) for key, value in actual.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(_same(one, two) for one, two in zip(expected, actual, strict=True))
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        return abs(expected - actual) < _CLOSE_ENOUGH
    if isinstance(expected, str) and isinstance(actual, str):
        return expected == actual or _moment(expected) == _moment(actual)
    return expected is None and actual is None


def _moment(text: str) -> datetime | str:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _others(data: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> list[str]:
    return [f"{prefix}{key}" for key in data if key not in known]


def _is_foreign(value: Any, values: tuple[Any, ...]) -> bool:
    return value is not None and bool(values) and value not in values
