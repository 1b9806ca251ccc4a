"""How clocks behave: which stages pause, what a pause stops, and the smaller choices of sla-scenarios.md."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, Self

from b24app.sla.hours import bad

FAMILIES: Final = ("first_response", "next_response", "resolution", "stage", "line", "vendor")
"""Kinds of clocks. Names of single clocks: the first three, `stage:<key>`, `line:<n>`, `vendor`."""
_STOPPED_BY_PAUSE: Final = ("first_response", "next_response", "resolution", "stage", "line")


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the clocks behave. The defaults are those of sla-scenarios.md."""

    pause: tuple[str, ...] = ("waiting",)
    """Stages (keys or meanings) in which the ticket waits for the client."""
    pause_stops: tuple[str, ...] = _STOPPED_BY_PAUSE
    """Kinds of clocks a pause stops."""
    vendor_stages: tuple[str, ...] = ()
    """Stages (keys or meanings) in which a vendor is awaited: its clock runs there."""
    vendor_stops: tuple[str, ...] = ()
    """Kinds of clocks that stop while a vendor is awaited; by default the client sees one honest term."""
    resolved: tuple[str, ...] = ()
    """Stages (keys or meanings) that meet the resolution although the ticket is not closed."""
    closed_time_is_pause: bool = True
    """Time between closing and reopening stops every clock."""
    next_response_from: Literal["customer", "contact"] = "customer"
    """The oldest unanswered message of the client, or the last word of ours (at first: the creation)."""
    due_on_hold: Literal["none", "shown"] = "none"
    """Whether a term is shown during a pause, with the pause so far."""
    stage_clock: Literal["per_visit", "cumulative"] = "per_visit"

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """The settings among the keys of a policy."""
        default = cls()
        return cls(
            pause=_stages(data, "pause", default.pause),
            pause_stops=_families(data, "pause_stops", default.pause_stops),
            vendor_stages=_stages(data, "vendor_stages", default.vendor_stages),
            vendor_stops=_families(data, "vendor_stops", default.vendor_stops),
            resolved=_stages(data, "resolved", default.resolved),
            closed_time_is_pause=_flag(data, "closed_time_is_pause", default=default.closed_time_is_pause),
            next_response_from="contact" if _choice(data, "next_response_from", "customer", "contact") else "customer",
            due_on_hold="shown" if _choice(data, "due_on_hold", "none", "shown") else "none",
            stage_clock="cumulative" if _choice(data, "stage_clock", "per_visit", "cumulative") else "per_visit",
        )

    def to_dict(self) -> dict[str, Any]:
        """What differs from the defaults."""
        default = type(self)()
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        changed = {name: value for name, value in values.items() if value != getattr(default, name)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in changed.items()}


def words_of(value: Any, where: str, *, empty: bool = False) -> tuple[str, ...]:
    """A tuple of words from a list or from one word; ValueError for an empty one unless `empty` allows it."""
    words = [value] if isinstance(value, str | int) else value
    if not isinstance(words, list | tuple) or not all(isinstance(word, str | int) and word != "" for word in words):
        raise bad(where, f"a list of words is needed, not {value!r}")
    if not words and not empty:
        raise bad(where, "an empty condition would match nothing; leave it out to mean any")
    return tuple(str(word) for word in words)


def _stages(data: Mapping[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    return words_of(data[name], name, empty=True) if name in data else default


def _families(data: Mapping[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    if name not in data:
        return default
    for word in (words := words_of(data[name], name, empty=True)):
        if word not in FAMILIES:
            raise bad(name, f"there is no clock {word!r}; use {', '.join(FAMILIES)}")
    return words


def _flag(data: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise bad(name, f"true or false is needed, not {value!r}")
    return value


def _choice(data: Mapping[str, Any], name: str, usual: str, other: str) -> bool:
    """Whether the other one of two words was chosen."""
    if (value := data.get(name, usual)) not in (usual, other):
        raise bad(name, f"{usual} or {other} is needed, not {value!r}")
    return bool(value == other)
