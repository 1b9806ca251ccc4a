"""SLA policies: which tickets, how much time for what, and how the clocks behave."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from itertools import product
from math import prod
from typing import Any, Final, Self

from b24app.sla.conduct import Conduct, words_of
from b24app.sla.hours import bad, mapping
from b24app.sla.target import (
    Target,
    known,
    read_alarms,
    read_near,
    read_time,
    text,
    write_alarms,
    write_near,
)

FINAL_MEANINGS: Final = ("done", "fail")
"""What a stage means when it closes the ticket; the words of `pipelines`, which this room cannot see."""

_CONDITIONS: Final = ("type", "category", "priority", "client", "contract", "line", "team", "channel")
_PLAIN: Final = Target(timedelta())


def family(clock: str) -> str:
    """The kind of a clock: `stage:work` is a `stage`."""
    return clock.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Subject:
    """What conditions look at. Values are words of the classification, ids as text; empty means unknown."""

    type: str = ""
    category: str = ""
    priority: str = ""
    client: str = ""
    contract: str = ""
    line: str = ""
    team: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which tickets a policy is for. None means any; an empty list is refused when it is read."""

    type: tuple[str, ...] | None = None
    category: tuple[str, ...] | None = None
    priority: tuple[str, ...] | None = None
    client: tuple[str, ...] | None = None
    contract: tuple[str, ...] | None = None
    line: tuple[str, ...] | None = None
    team: tuple[str, ...] | None = None
    channel: tuple[str, ...] | None = None

    @property
    def is_for_all(self) -> bool:
        """No condition at all."""
        return all(getattr(self, name) is None for name in _CONDITIONS)

    def match(self, subject: Subject) -> bool:
        """Every condition that is set names the ticket's value."""
        return all(_allows(getattr(self, name), getattr(subject, name)) for name in _CONDITIONS)

    def covers(self, other: Self) -> bool:
        """Every ticket of `other` is one of these too."""
        return all(_includes(getattr(self, name), getattr(other, name)) for name in _CONDITIONS)

    def overlaps(self, other: Self) -> bool:
        """Some ticket may match both."""
        return all(_meet(getattr(self, name), getattr(other, name)) for name in _CONDITIONS)

    def parts(self, *, at_most: int) -> tuple[Self, ...]:
        """The same conditions, one word each; nothing when there would be more than `at_most`."""
        chosen = {name: words for name in _CONDITIONS if (words := getattr(self, name)) is not None}
        if prod(len(words) for words in chosen.values()) > at_most:
            return ()
        return tuple(
            replace(self, **{name: (word,) for name, word in zip(chosen, one, strict=True)})
            for one in product(*chosen.values())
        )

    @classmethod
    def read(cls, value: Any) -> Self:
        """Conditions of `"all"` or `{"priority": ["high"], …}`."""
        if value == "all":
            return cls()
        if not isinstance(value, Mapping) or not value:
            raise bad("for", f'conditions are needed, or "all" for every ticket, not {value!r}')
        known(value, "for", *_CONDITIONS)
        return cls(**{name: words_of(words, f"for.{name}") for name, words in value.items()})

    def to_dict(self) -> Any:
        """The inverse of `read`."""
        set_ones = {name: getattr(self, name) for name in _CONDITIONS}
        return {name: list(words) for name, words in set_ones.items() if words is not None} or "all"


@dataclass(frozen=True, slots=True)
class Policy:
    """One SLA policy. A clock without a target is measured all the same, it only has no term."""

    key: str
    title: str = ""
    when: Conditions = field(default_factory=Conditions)
    calendar: str = ""
    """Name of the business calendar; empty: the desk's own."""
    first_response: Target | None = None
    next_response: Target | None = None
    resolution: Target | None = None
    stages: Mapping[str, Target] = field(default_factory=dict)
    """By stage key or meaning; the key wins."""
    lines: Mapping[str, Target] = field(default_factory=dict)
    """Internal agreement of a line, counted from the moment the line got the ticket."""
    vendor: Target | None = None
    conduct: Conduct = field(default_factory=Conduct)
    default: Target = _PLAIN
    """What targets leave unset: time, yellow limit, alarms. Its own limit means nothing."""

    def target(self, clock: str, meaning: str = "") -> Target | None:
        """The target of a clock by its name; `meaning` is that of the stage for a stage clock."""
        kind, _, key = clock.partition(":")
        if kind == "stage":
            return self.stages.get(key) or self.stages.get(meaning)
        if kind == "line":
            return self.lines.get(key)
        found: Target | None = getattr(self, kind)
        return found

    def all_targets(self) -> tuple[Target, ...]:
        """Every target the policy sets."""
        single = (self.first_response, self.next_response, self.resolution, self.vendor)
        return (*(target for target in single if target is not None), *self.stages.values(), *self.lines.values())

    def calendar_names(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every calendar named, with the path to its name; the desk's own is not."""
        if self.calendar:
            yield ("calendar",), self.calendar
        groups: dict[str, Mapping[str, Target]] = {"stages": self.stages, "lines": self.lines}
        for name in ("first_response", "next_response", "resolution", "vendor"):
            if (target := getattr(self, name)) is not None and target.calendar:
                yield ("targets", name, "calendar"), target.calendar
        for name, group in groups.items():
            for key, target in group.items():
                if target.calendar:
                    yield ("targets", name, key, "calendar"), target.calendar

    def pauses(self, stage: str, meaning: str) -> bool:
        """The ticket waits for the client in this stage."""
        return stage in self.conduct.pause or meaning in self.conduct.pause

    def asks_vendor(self, stage: str, meaning: str) -> bool:
        """The ticket waits for a vendor in this stage."""
        return stage in self.conduct.vendor_stages or meaning in self.conduct.vendor_stages

    def resolves(self, stage: str, meaning: str) -> bool:
        """The stage meets the resolution."""
        return stage in self.conduct.resolved or meaning in self.conduct.resolved

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The policy of plain data (docs/sla.md); ValueError names the place and what is wrong there."""
        if not isinstance(data, Mapping):
            raise bad("policy", f"a mapping is needed, not {data!r}")
        known(data, "", *_KEYS)
        if "for" not in data:
            raise bad("for", 'say which tickets the policy is for, or "all"')
        targets = mapping(data.get("targets"), "targets")
        known(targets, "targets", "first_response", "next_response", "resolution", "stages", "lines", "vendor")
        default = _default(data)
        return cls(
            key=_key(data),
            title=text(data.get("title", ""), "title"),
            when=Conditions.read(data["for"]),
            calendar=text(data.get("calendar") or "", "calendar"),
            first_response=_one(targets, "first_response", default),
            next_response=_one(targets, "next_response", default),
            resolution=_one(targets, "resolution", default),
            stages=_many(targets, "stages", default),
            lines=_many(targets, "lines", default),
            vendor=_one(targets, "vendor", default),
            conduct=Conduct.read(data),
            default=default,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values that read back to the same policy."""
        data: dict[str, Any] = {"key": self.key, "title": self.title, "for": self.when.to_dict()}
        if self.calendar:
            data["calendar"] = self.calendar
        if self.default.time != _PLAIN.time:
            data["time"] = self.default.time
        if self.default.near != _PLAIN.near:
            data["near"] = write_near(self.default.near)
        if self.default.alarms:
            data.update(write_alarms(self.default.alarms))
        return {**data, "targets": self._targets(), **self.conduct.to_dict()}

    def _targets(self) -> dict[str, Any]:
        single = {name: getattr(self, name) for name in ("first_response", "next_response", "resolution", "vendor")}
        found = {name: target.to_dict(self.default) for name, target in single.items() if target is not None}
        for name, group in (("stages", self.stages), ("lines", self.lines)):
            if group:
                found[name] = {key: target.to_dict(self.default) for key, target in group.items()}
        return found


_KEYS: Final = (
    *("key", "title", "for", "calendar", "time", "near", "warn", "escalate", "targets"),
    *(item.name for item in fields(Conduct)),
)
POLICY_KEYS: Final = _KEYS


def choose(policies: Iterable[Policy], subject: Subject) -> Policy | None:
    """The first policy whose conditions match, None when no agreement covers the ticket."""
    return next((policy for policy in policies if policy.when.match(subject)), None)


def _allows(words: tuple[str, ...] | None, value: str) -> bool:
    return words is None or value in words


def _includes(wide: tuple[str, ...] | None, narrow: tuple[str, ...] | None) -> bool:
    return wide is None or (narrow is not None and set(narrow) <= set(wide))


def _meet(one: tuple[str, ...] | None, two: tuple[str, ...] | None) -> bool:
    return one is None or two is None or not set(one).isdisjoint(two)


def _key(data: Mapping[str, Any]) -> str:
    if not (key := text(data.get("key"), "key")):
        raise bad("key", "a policy needs a key")
    return key


def _default(data: Mapping[str, Any]) -> Target:
    return Target(
        timedelta(),
        read_time(data.get("time", _PLAIN.time), "time"),
        near=read_near(data.get("near", _PLAIN.near), "near"),
        alarms=read_alarms(data, "policy"),
    )


def _one(targets: Mapping[str, Any], name: str, default: Target) -> Target | None:
    value = targets.get(name)
    return None if value is None else Target.read(value, f"targets.{name}", default)


def _many(targets: Mapping[str, Any], name: str, default: Target) -> dict[str, Target]:
    group = mapping(targets.get(name), f"targets.{name}")
    return {str(key): Target.read(value, f"targets.{name}.{key}", default) for key, value in group.items()}
