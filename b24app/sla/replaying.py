"""`replay`: lives a scenario and answers its checkpoints (sla-scenarios.md)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from b24app.sla.clock import Clocks
from b24app.sla.hours import mapping
from b24app.sla.measure import Figure, Measure
from b24app.sla.reading import around, due
from b24app.sla.scenario import NAMES, TICKET_CLOCKS, Life, events_of, instant, seconds, written
from b24app.sla.state import Wait
from b24app.sla.target import span


def replay(scenario: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One dict of plain JSON values for each checkpoint of `expect`, in order, with the keys the checkpoint names.

    Instants are ISO 8601 strings in UTC, durations seconds. Unknown keys are left out. ValueError for data that is no
    scenario. Source: sla-scenarios.md, requirement N7.
    """
    events = sorted(events_of(scenario), key=lambda event: event.at)
    return [_at_checkpoint(scenario, events, mapping(point, "expect")) for point in scenario.get("expect") or ()]


def _at_checkpoint(scenario: Mapping[str, Any], events: Iterable[Any], point: Mapping[str, Any]) -> dict[str, Any]:
    now = instant(point.get("at"), "expect.at")
    life = Life.begin(scenario)
    for event in events:
        if event.at <= now:
            life = life.lived(event)
    life = life.until(now, including=True)
    return {key: ANSWERS[key](life, now, question) for key, question in point.items() if key in ANSWERS}


def _clock(life: Life, name: str) -> Measure | None:
    """The present clock with the name of scenario files; `stage` is that of the stage now entered."""
    clock = f"stage:{life.clocks.stage}" if name == "stage" else NAMES[name]
    return life.clocks.measure(clock) if life.is_attached else None


def _asked(question: Any) -> Iterable[str]:
    """The clocks a checkpoint names; all of the ticket when it names none."""
    return [name for name in question if name in NAMES] if isinstance(question, Mapping) else TICKET_CLOCKS


def _due(life: Life, now: datetime, question: Any) -> dict[str, str | None]:
    return {name: written(_due_of(life, now, name)) for name in _asked(question)}


def _due_of(life: Life, now: datetime, name: str) -> datetime | None:
    measure = _clock(life, name)
    return None if measure is None else due(life.clocks, measure.clock, now)


def _next_due(life: Life, now: datetime, _: Any) -> str | None:
    terms = (_due_of(life, now, name) for name in TICKET_CLOCKS)
    return written(min((term for term in terms if term is not None), default=None))


def _elapsed(life: Life, _: datetime, question: Any) -> dict[str, float | None]:
    figures = {name: _finished(life, name) for name in _asked(question)}
    return {name: seconds(figure.used) if figure else None for name, figure in figures.items()}


def _margin(life: Life, _: datetime, question: Any) -> dict[str, float | None]:
    figures = {name: _finished(life, name) for name in _asked(question)}
    return {name: seconds(figure.margin) if figure else None for name, figure in figures.items()}


def _finished(life: Life, name: str) -> Figure | None:
    """The figures of a met clock; of the exchanges those of the worst one."""
    if not life.is_attached:
        return None
    if name == "update":
        return min(_done(life, "next_response"), key=_goodness, default=None)
    measure = _clock(life, name)
    return measure.met if measure else None


def _goodness(figure: Figure) -> timedelta:
    return -figure.used if figure.margin is None else figure.margin


def _done(life: Life, clock: str) -> list[Figure]:
    return [figure for figure in life.clocks.done if figure.clock == clock] if life.is_attached else []


def _running(life: Life, now: datetime, question: Any) -> dict[str, float | None]:
    return {name: _used_so_far(life, now, name) for name in _asked(question)}


def _used_so_far(life: Life, now: datetime, name: str) -> float | None:
    measure = _clock(life, name)
    return None if measure is None or measure.met else seconds(measure.used(life.clocks.rulers, now))


def _paused(life: Life, now: datetime, _: Any) -> float | None:
    clocks = life.clocks
    waits = (wait for wait in clocks.waits if wait.why == "client" or (wait.why == "closed" and _is_over(clocks, wait)))
    return seconds(sum((clocks.rulers[wait.ruler].between(wait.start, wait.end or now) for wait in waits), timedelta()))


def _is_over(clocks: Clocks, wait: Wait) -> bool:
    """The ticket was reopened after it, and such time counts as a pause; another calendar alone does not end it."""
    counts = clocks.policy is not None and clocks.policy.conduct.closed_time_is_pause
    return counts and (clocks.closed_at is None or wait.start < clocks.closed_at)


def _breached(life: Life, now: datetime, question: Any) -> dict[str, bool]:
    return {name: _is_late(life, now, name) for name in _asked(question)}


def _is_late(life: Life, now: datetime, name: str) -> bool:
    measure = _clock(life, name)
    late = measure is not None and measure.is_late(life.clocks.rulers, now)
    return late or (name == "update" and any(figure.late for figure in _done(life, "next_response")))


def _thresholds(life: Life, now: datetime, question: Any) -> dict[str, list[dict[str, Any]]]:
    asked = mapping(question, "expect.thresholds")
    return {name: [_threshold(life, now, name, row) for row in asked[name] or ()] for name in _asked(asked)}


def _threshold(life: Life, now: datetime, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    offset = row.get("offset", 0)
    clock = f"stage:{life.clocks.stage}" if name == "stage" else NAMES[name]
    length = span(abs(offset), "offset")
    at = around(life.clocks, clock, -length if offset < 0 else length, now) if life.is_attached else None
    return {"offset": offset, "at": written(at)}


def _stage_due(life: Life, now: datetime, _: Any) -> str | None:
    return written(_stage_term(life, now))


def _stage_term(life: Life, now: datetime) -> datetime | None:
    measure = _clock(life, "stage")
    if measure is None or life.clocks.stops(measure):
        return None
    return due(life.clocks, measure.clock, now)


def _stage_elapsed(life: Life, now: datetime, question: Any) -> dict[str, float | None]:
    return {stage: seconds(_stage_used(life, now, stage)) for stage in _stages(life, question)}


def _stages(life: Life, question: Any) -> Iterable[str]:
    if isinstance(question, Mapping):
        return question
    seen = [mark.detail for mark in life.clocks.marks if mark.what == "visit" and mark.detail]
    return dict.fromkeys(seen)


def _stage_used(life: Life, now: datetime, stage: str) -> timedelta:
    """The longest visit; a cumulative clock is one visit that goes on."""
    visits = [figure.used for figure in _done(life, f"stage:{stage}")]
    measure = life.clocks.measure(f"stage:{stage}") if life.is_attached else None
    if measure is not None:
        visits.append(measure.used(life.clocks.rulers, now))
    return max(visits, default=timedelta())


def _stage_breached(life: Life, now: datetime, question: Any) -> dict[str, bool]:
    return {stage: _stage_is_late(life, now, stage) for stage in _stages(life, question)}


def _stage_is_late(life: Life, now: datetime, stage: str) -> bool:
    measure = life.clocks.measure(f"stage:{stage}") if life.is_attached else None
    late = measure is not None and measure.is_late(life.clocks.rulers, now)
    return late or any(figure.late for figure in _done(life, f"stage:{stage}"))


def _auto_closed(life: Life, _: datetime, __: Any) -> bool:
    return life.auto_closed


ANSWERS: Final[Mapping[str, Callable[[Life, datetime, Any], Any]]] = {
    "due": _due,
    "next_due": _next_due,
    "elapsed": _elapsed,
    "margin": _margin,
    "running": _running,
    "paused": _paused,
    "breached": _breached,
    "thresholds": _thresholds,
    "stage_due": _stage_due,
    "stage_elapsed": _stage_elapsed,
    "stage_breached": _stage_breached,
    "auto_closed": _auto_closed,
}
"""What a checkpoint may ask."""
