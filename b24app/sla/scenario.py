"""The life of one ticket as data (sla-scenarios.md), lived by the product's own clocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from b24app.sla.calendar import CALENDAR_KEYS, BusinessCalendar
from b24app.sla.clock import Clocks, unopened
from b24app.sla.conduct import Conduct
from b24app.sla.hours import bad, mapping
from b24app.sla.policy import Policy
from b24app.sla.target import Target, span

NAMES: Final = {
    "first_response": "first_response",
    "update": "next_response",
    "resolution": "resolution",
    "stage": "stage",
}
"""Clocks of scenario files → kinds of clocks of the product."""
TICKET_CLOCKS: Final = ("first_response", "update", "resolution")

RULES: Final[Mapping[str, tuple[Any, ...]]] = {
    "pause_stops": (),
    "closed_time_is_pause": (True, False),
    "update_clock": ("oldest unanswered customer message", "since_last_contact"),
    "update_statistic": ("worst_exchange",),
    "due_while_on_hold": ("none", "shown"),
    "stage_clock": ("per_visit", "cumulative"),
    "attached_counts_from": ("created", "attached"),
    "auto_close_after_s": (),
    "auto_close_clock": ("calendar time since the last message",),
}
"""Known rules with their values, the default first; empty: any value of the right kind."""

_MAIN: Final = "main"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline."""

    at: datetime
    what: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Life:
    """How far a scenario was lived."""

    clocks: Clocks
    calendar: Mapping[str, Any]
    targets: Mapping[str, Any]
    rules: Mapping[str, Any]
    is_attached: bool
    last_message: datetime | None = None
    auto_closed: bool = False

    @classmethod
    def begin(cls, scenario: Mapping[str, Any]) -> Self:
        """Before the first event."""
        rules = mapping(scenario.get("rules"), "rules")
        targets = mapping(scenario.get("targets"), "targets")
        calendar = mapping(scenario.get("calendar"), "calendar")
        policy = policy_of(targets, rules)
        comes_later = any(event.what == "sla_attached" for event in events_of(scenario))
        waits = comes_later and rules.get("attached_counts_from") == "attached"
        clocks = unopened(policy, {_MAIN: BusinessCalendar.from_dict(calendar)}, _MAIN)
        return cls(replace(clocks, is_counting=not waits), calendar, targets, rules, not comes_later)

    def lived(self, event: Event) -> Self:
        """After one event; an unknown one changes nothing."""
        life = self.until(event.at, including=False)
        match event.what:
            case "sla_changed":
                return life.ruled(event.at, targets=mapping(event.data.get("targets"), "targets"))
            case "calendar_changed":
                changed = {key: event.data[key] for key in CALENDAR_KEYS if key in event.data}
                return life.ruled(event.at, calendar={**self.calendar, **changed})
            case "sla_attached":
                return life.attached(event)
            case _:
                moved = replace(life, clocks=_moved(life.clocks, event))
                return moved.noticed(
                    event, reopened=moved.clocks.closed_at is None and life.clocks.closed_at is not None
                )

    def until(self, at: datetime, *, including: bool) -> Self:
        """Closed by itself if its time came before `at`; a message at that very instant still prevents it."""
        deadline = self._closes_at()
        if deadline is None or deadline > at or (deadline == at and not including):
            return self
        return replace(self, clocks=self.clocks.closed(deadline), auto_closed=True)

    def _closes_at(self) -> datetime | None:
        limit = self.rules.get("auto_close_after_s")
        usual = self.rules.get("auto_close_clock", RULES["auto_close_clock"][0]) == RULES["auto_close_clock"][0]
        if limit is None or self.last_message is None or self.clocks.closed_at is not None or not usual:
            return None
        return self.last_message + span(limit, "rules.auto_close_after_s")

    def noticed(self, event: Event, *, reopened: bool) -> Self:
        """What closing by itself is counted from."""
        if event.what in {"customer_reply", "support_reply"}:
            return replace(self, last_message=event.at)
        if reopened and self.last_message is not None:
            # Otherwise a ticket that was silent before it was closed would be closed again at once.
            return replace(self, last_message=event.at, auto_closed=False)
        return self

    def ruled(
        self, at: datetime, *, targets: Mapping[str, Any] | None = None, calendar: Mapping[str, Any] | None = None
    ) -> Self:
        """Other targets or other hours from this moment on."""
        life = replace(
            self,
            targets=self.targets if targets is None else targets,
            calendar=self.calendar if calendar is None else calendar,
        )
        policy = policy_of(life.targets, life.rules)
        clocks = self.clocks.ruled(policy, {_MAIN: BusinessCalendar.from_dict(life.calendar)}, _MAIN, at)
        return replace(life, clocks=clocks)

    def attached(self, event: Event) -> Self:
        """The agreement came, with targets of its own or with those of the scenario."""
        life = replace(self, is_attached=True, clocks=self.clocks.counting(event.at))
        if "targets" not in event.data:
            return life
        return life.ruled(event.at, targets=mapping(event.data["targets"], "targets"))


def events_of(scenario: Mapping[str, Any]) -> Iterator[Event]:
    """The timeline in order; ValueError for an event without an instant."""
    for entry in scenario.get("timeline") or ():
        data = mapping(entry, "timeline")
        yield Event(instant(data.get("at"), "timeline.at"), str(data.get("event", "")), data)


EVENTS: Final = (
    *("created", "customer_reply", "support_reply", "internal_note", "hold_start", "hold_end"),
    *("resolved", "closed", "reopened", "stage", "sla_changed", "calendar_changed", "sla_attached"),
)


def _moved(clocks: Clocks, event: Event) -> Clocks:  # noqa: PLR0911 - one line for each event
    at = event.at
    match event.what:
        case "created":
            return clocks.opened(at)
        case "customer_reply":
            return clocks.customer_replied(at)
        case "support_reply":
            return clocks.responded(at)
        case "hold_start":
            return clocks.paused(at)
        case "hold_end":
            return clocks.resumed(at)
        case "resolved":
            return clocks.resolved(at)
        case "closed":
            return clocks.closed(at)
        case "reopened":
            return clocks.reopened(at)
        case "stage":
            return clocks.visited(str(event.data.get("stage", "")), "", at)
        case _:
            return clocks


def policy_of(targets: Mapping[str, Any], rules: Mapping[str, Any]) -> Policy:
    """Targets and rules of a scenario as a policy of the product."""
    stages = mapping(targets.get("stages"), "targets.stages")
    return Policy(
        key="scenario",
        first_response=_target(targets, "first_response"),
        next_response=_target(targets, "update"),
        resolution=_target(targets, "resolution"),
        stages={str(name): Target(span(limit, f"targets.stages.{name}")) for name, limit in stages.items()},
        conduct=_conduct(rules),
    )


def _conduct(rules: Mapping[str, Any]) -> Conduct:
    stops = rules.get("pause_stops")
    return Conduct(
        pause=(),
        pause_stops=tuple(NAMES.values()) if stops is None else tuple(NAMES[name] for name in stops if name in NAMES),
        closed_time_is_pause=rules.get("closed_time_is_pause") is not False,
        next_response_from="contact" if rules.get("update_clock") == "since_last_contact" else "customer",
        due_on_hold="shown" if rules.get("due_while_on_hold") == "shown" else "none",
        stage_clock="cumulative" if rules.get("stage_clock") == "cumulative" else "per_visit",
    )


def _target(targets: Mapping[str, Any], name: str) -> Target | None:
    limit = targets.get(name)
    return None if limit is None else Target(span(limit, f"targets.{name}"))


def instant(value: Any, where: str) -> datetime:
    """An aware moment of an ISO 8601 string; one without an offset is UTC, as the format says."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise bad(where, f"an ISO 8601 instant is needed, not {value!r}") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def written(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, with a fraction only where there is one."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def seconds(length: timedelta | None) -> float | None:
    """Seconds, whole ones as an integer."""
    if length is None:
        return None
    return length.days * 86_400 + length.seconds if not length.microseconds else length.total_seconds()
