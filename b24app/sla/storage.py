"""Clocks as plain JSON values and back. Moments are epoch milliseconds UTC, durations whole milliseconds."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from b24app.kit.clock import from_ms, to_ms
from b24app.sla.calendar import BusinessCalendar
from b24app.sla.clock import Clocks
from b24app.sla.measure import Figure, Measure, Spell
from b24app.sla.policy import Policy
from b24app.sla.state import Era, Mark, Wait
from b24app.sla.target import Target

_MS = timedelta(milliseconds=1)
_PLAIN = Target(timedelta())


def clocks_to_dict(clocks: Clocks) -> dict[str, Any]:
    """Plain JSON values; calendars and policy are stored with the ticket, so that its past stays explainable."""
    return {
        "rulers": [ruler.to_dict() for ruler in clocks.rulers],
        "eras": [_era_data(era) for era in clocks.eras],
        "opened_at": _ms(clocks.opened_at),
        "moved_at": _ms(clocks.moved_at),
        "stage": clocks.stage,
        "meaning": clocks.meaning,
        "line": clocks.line,
        "is_paused": clocks.is_paused,
        "is_counting": clocks.is_counting,
        "vendor_since": _ms(clocks.vendor_since),
        "closed_at": _ms(clocks.closed_at),
        "measures": [_measure_data(measure) for measure in clocks.measures],
        "done": [_figure_data(figure) for figure in clocks.done],
        "waits": [[wait.why, _ms(wait.start), _ms(wait.end), wait.ruler] for wait in clocks.waits],
        "marks": [_mark_data(mark) for mark in clocks.marks],
    }


def clocks_from_dict(data: Mapping[str, Any]) -> Clocks:
    """The clocks that `clocks_to_dict` wrote."""
    return Clocks(
        rulers=tuple(_calendar(json.dumps(ruler)) for ruler in data["rulers"]),
        eras=tuple(_era(era) for era in data["eras"]),
        opened_at=_at(data["opened_at"]),
        moved_at=_at(data["moved_at"]),
        stage=data["stage"],
        meaning=data["meaning"],
        line=data["line"],
        is_paused=data["is_paused"],
        is_counting=data["is_counting"],
        vendor_since=_at(data["vendor_since"]),
        closed_at=_at(data["closed_at"]),
        measures=tuple(_measure(measure) for measure in data["measures"]),
        done=tuple(_figure(figure) for figure in data["done"]),
        waits=tuple(Wait(why, from_ms(start), _at(end), ruler) for why, start, end, ruler in data["waits"]),
        marks=tuple(Mark(from_ms(mark[0]), *mark[1:]) for mark in data["marks"]),
    )


@lru_cache(maxsize=256)
def _calendar(text: str) -> BusinessCalendar:
    """One object for equal calendars, so that tickets share its index."""
    return BusinessCalendar.from_dict(json.loads(text))


@lru_cache(maxsize=256)
def _policy(text: str) -> Policy:
    return Policy.from_dict(json.loads(text))


def _era_data(era: Era) -> dict[str, Any]:
    policy = era.policy.to_dict() if era.policy else None
    return {"since": _ms(era.since), "policy": policy, "current": dict(era.current)}


def _era(data: Mapping[str, Any]) -> Era:
    policy = _policy(json.dumps(data["policy"])) if data["policy"] else None
    return Era(_at(data["since"]), policy, tuple(data["current"].items()))


def _mark_data(mark: Mark) -> list[Any]:
    return [_ms(mark.at), mark.what, mark.detail, mark.meaning, mark.derived, mark.estimated]


def _measure_data(measure: Measure) -> dict[str, Any]:
    return {
        "clock": measure.clock,
        "target": _target_data(measure.target),
        "ruler": measure.ruler,
        "started_at": _ms(measure.started_at),
        "spells": [[_ms(spell.start), _ms(spell.end), _length(spell.used), spell.ruler] for spell in measure.spells],
        "since": _ms(measure.since),
        "met": _figure_data(measure.met) if measure.met else None,
    }


def _measure(data: Mapping[str, Any]) -> Measure:
    return Measure(
        clock=data["clock"],
        target=_target(data["target"]),
        ruler=data["ruler"],
        started_at=from_ms(data["started_at"]),
        spells=tuple(
            Spell(from_ms(start), from_ms(end), used * _MS, ruler) for start, end, used, ruler in data["spells"]
        ),
        since=_at(data["since"]),
        met=_figure(data["met"]) if data["met"] else None,
    )


def _target_data(target: Target | None) -> Any:
    return None if target is None else target.to_dict(_PLAIN)


def _target(data: Any) -> Target | None:
    return None if data is None else Target.read(data, "target", _PLAIN)


def _figure_data(figure: Figure) -> dict[str, Any]:
    return {
        "clock": figure.clock,
        "started_at": _ms(figure.started_at),
        "ended_at": _ms(figure.ended_at),
        "used_ms": _length(figure.used),
        "limit_ms": None if figure.limit is None else _length(figure.limit),
        "due_at": _ms(figure.due_at),
        "late": figure.late,
    }


def _figure(data: Mapping[str, Any]) -> Figure:
    return Figure(
        clock=data["clock"],
        started_at=from_ms(data["started_at"]),
        ended_at=from_ms(data["ended_at"]),
        used=data["used_ms"] * _MS,
        limit=None if data["limit_ms"] is None else data["limit_ms"] * _MS,
        due_at=_at(data["due_at"]),
        late=data["late"],
    )


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _at(value: int | None) -> datetime | None:
    return None if value is None else from_ms(value)


def _length(span: timedelta) -> int:
    return span // _MS
