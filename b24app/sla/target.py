"""How much time is allowed, when somebody is told, and the reading of such rules from plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Literal, Self

from b24app.kit.durations import format_duration, parse_duration
from b24app.sla.hours import bad

Time = Literal["business", "calendar"]
TIMES: Final = ("business", "calendar")
ROLES: Final = ("assignee", "dispatcher", "deputy", "head")
_QUARTER: Final = 0.25
_PERCENT: Final = 100


class Role(StrEnum):
    """Whom an alarm tells; a number instead of a role is one user of the portal."""

    ASSIGNEE = "assignee"
    DISPATCHER = "dispatcher"
    DEPUTY = "deputy"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Tell people at this distance from the term: negative before it, zero at it, positive after."""

    offset: timedelta
    people: tuple[Role | int, ...]

    def to_dict(self) -> dict[str, Any]:
        """`{"before": "15m", "tell": […]}` or `{"after": …}`."""
        side = "before" if self.offset < timedelta() else "after"
        return {side: format_duration(abs(self.offset)), "tell": [_person_data(person) for person in self.people]}


@dataclass(frozen=True, slots=True)
class Target:
    """The time a clock may take."""

    limit: timedelta
    time: Time = "business"
    calendar: str = ""
    """Name of a calendar of its own; empty: the policy's."""
    near: timedelta | float = _QUARTER
    """The badge turns yellow when no more than this is left: a time, or a share of the limit."""
    alarms: tuple[Alarm, ...] = ()

    @property
    def near_left(self) -> timedelta:
        """The time left at which the badge turns yellow."""
        return self.near if isinstance(self.near, timedelta) else self.limit * self.near

    @classmethod
    def read(cls, value: Any, where: str, default: Self) -> Self:
        """A target of `"4h"`, seconds, or `{"within": "4h", …}`; what it leaves unset comes from `default`."""
        if not isinstance(value, Mapping):
            return cls(span(value, where), default.time, default.calendar, default.near, default.alarms)
        known(value, where, "within", "time", "calendar", "near", "warn", "escalate")
        return cls(
            span(value.get("within"), f"{where}.within"),
            read_time(value.get("time", default.time), f"{where}.time"),
            text(value.get("calendar", default.calendar), f"{where}.calendar"),
            read_near(value.get("near", default.near), f"{where}.near"),
            read_alarms(value, where) if {"warn", "escalate"} & value.keys() else default.alarms,
        )

    def to_dict(self, default: Self) -> Any:
        """The shortest form that reads back to the same target."""
        data: dict[str, Any] = {"within": write_span(self.limit)}
        if self.time != default.time:
            data["time"] = self.time
        if self.calendar != default.calendar:
            data["calendar"] = self.calendar
        if self.near != default.near:
            data["near"] = write_near(self.near)
        if self.alarms != default.alarms:
            data.update(write_alarms(self.alarms))
        return data["within"] if len(data) == 1 else data


def known(data: Mapping[str, Any], where: str, *names: str) -> None:
    """ValueError for a key that is not one of these."""
    for key in data:
        if key not in names:
            raise bad(f"{where}.{key}".lstrip("."), f"unknown key; known here: {', '.join(names)}")


def text(value: Any, where: str) -> str:
    """A string; ValueError for anything else."""
    if not isinstance(value, str):
        raise bad(where, f"a text is needed, not {value!r}")
    return value


def span(value: Any, where: str) -> timedelta:
    """A duration of `"4h"` or of seconds; ValueError for anything else and for nothing at all."""
    if isinstance(value, str):
        try:
            found = parse_duration(value)
        except ValueError as error:
            raise bad(where, str(error)) from error
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = timedelta(seconds=value)
    else:
        raise bad(where, f"a duration like 4h is needed, not {value!r}")
    if found < timedelta():
        raise bad(where, "a duration cannot be negative")
    return found


def write_span(value: timedelta) -> str | float:
    """`"4h"`, or seconds where the short form would lose a fraction."""
    return value.total_seconds() if value.microseconds else format_duration(value)


def read_time(value: Any, where: str) -> Time:
    """`business` or `calendar`."""
    if value == "calendar":
        return "calendar"
    if value == "business":
        return "business"
    raise bad(where, f"one of {', '.join(TIMES)} is needed, not {value!r}")


def read_near(value: Any, where: str) -> timedelta | float:
    """A share (`"25%"` or 0.25) or a duration (`"30m"`)."""
    if isinstance(value, timedelta):
        return value
    share = value
    if isinstance(value, str) and value.endswith("%"):
        share = float(value[:-1]) / _PERCENT if value[:-1].strip().replace(".", "", 1).isdecimal() else None
    elif isinstance(value, str):
        return span(value, where)
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= 1:
        raise bad(where, f"a share like 25% or a duration like 30m is needed, not {value!r}")
    return float(share)


def write_near(near: timedelta | float) -> str | float:
    """The inverse of `read_near`."""
    if isinstance(near, timedelta):
        return write_span(near) if not near.microseconds else near.total_seconds()
    percent = round(near * _PERCENT, 6)
    return f"{percent:g}%"


def read_alarms(data: Mapping[str, Any], where: str) -> tuple[Alarm, ...]:
    """Alarms of `warn` (before the term) and `escalate` (at or after it), in order of time."""
    warnings = (_alarm(item, f"{where}.warn", "before") for item in _items(data.get("warn"), f"{where}.warn"))
    later = (_alarm(item, f"{where}.escalate", "after") for item in _items(data.get("escalate"), f"{where}.escalate"))
    return tuple(sorted((*warnings, *later), key=lambda alarm: alarm.offset))


def write_alarms(alarms: Sequence[Alarm]) -> dict[str, Any]:
    """The inverse of `read_alarms`."""
    return {
        "warn": [alarm.to_dict() for alarm in alarms if alarm.offset < timedelta()],
        "escalate": [alarm.to_dict() for alarm in alarms if alarm.offset >= timedelta()],
    }


def _items(value: Any, where: str) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise bad(where, f"a list is needed, not {value!r}")
    return value


def _alarm(item: Any, where: str, side: str) -> Alarm:
    if not isinstance(item, Mapping):
        raise bad(where, f"{{{side}: 15m, tell: [assignee]}} is needed, not {item!r}")
    known(item, where, side, "tell")
    distance = span(item.get(side), f"{where}.{side}")
    people = tuple(_person(person, f"{where}.tell") for person in _items(item.get("tell"), f"{where}.tell"))
    if not people:
        raise bad(f"{where}.tell", f"somebody must be told: {', '.join(ROLES)} or the number of a user")
    return Alarm(-distance if side == "before" else distance, people)


def _person(value: Any, where: str) -> Role | int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, str) and value in ROLES:
        return Role(value)
    raise bad(where, f"{value!r} is nobody: use {', '.join(ROLES)} or the number of a user")


def _person_data(person: Role | int) -> str | int:
    return person.value if isinstance(person, Role) else person
