"""The life of a ticket counted minute by minute: slow and simple.

Written from the format's text, sharing no code with the product. Whole minutes only; moments are minutes since `START`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 9, 1, tzinfo=UTC)  # Tuesday
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON = 40 * 1440
TICKET = ("first_response", "update", "resolution")


def moment(minute: int | None) -> str | None:
    return None if minute is None else (START + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


def open_minutes(week: Mapping[str, Sequence[Sequence[str]]]) -> list[bool]:
    """Which minutes are open; a shift over midnight ends on the next day."""
    found = [False] * HORIZON
    for day in range(-1, HORIZON // 1440):
        weekday = DAYS[(START + timedelta(days=day)).weekday()]
        for opens, closes in week.get(weekday, ()):
            first, last = _minute(opens), _minute(closes)
            for minute in range(day * 1440 + first, day * 1440 + (last if last > first else last + 1440)):
                if 0 <= minute < HORIZON:
                    found[minute] = True
    return found


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@dataclass
class Figures:
    used: int
    margin: int | None
    late: bool


@dataclass
class Counter:
    """One clock. `reached[n - 1]` is the moment at which it had used n minutes."""

    started: int
    target: int | None
    reached: list[int] = field(default_factory=list)
    ran_until: int | None = None
    met: Figures | None = None

    @property
    def used(self) -> int:
        return len(self.reached)

    def term(self, opened: Sequence[bool], now: int) -> int | None:
        if self.target is None:
            return None
        if self.used >= self.target:
            return self.reached[self.target - 1]
        left, at = self.target - self.used, now
        while left:
            left -= opened[at]
            at += 1
        return at

    def is_late(self, opened: Sequence[bool], now: int) -> bool:
        if self.met is not None:
            return self.met.late
        term = self.term(opened, now)
        return self.ran_until is not None and term is not None and self.ran_until > term


class Minutes:
    """Plays a scenario; `answers` after the events of a minute and before it passes."""

    def __init__(self, scenario: Mapping[str, Any]) -> None:
        rules = scenario["rules"]
        self.rules, self.targets = rules, scenario["targets"]
        self.opened = open_minutes(scenario["calendar"]["working_hours"])
        comes_later = any(event["event"] == "sla_attached" for event in scenario["timeline"])
        self.attached = not comes_later
        self.counting = not (comes_later and rules.get("attached_counts_from") == "attached")
        self.stops = rules.get("pause_stops", [*TICKET, "stage"])
        self.from_contact = rules.get("update_clock") == "since_last_contact"
        self.cumulative = rules.get("stage_clock") == "cumulative"
        self.clocks: dict[str, Counter] = {}
        self.exchanges: list[Figures] = []
        self.stage, self.visits = "", dict[str, list[tuple[int, bool]]]()
        self.stages: dict[str, Counter] = {}
        self.hold, self.auto = False, False
        self.closed: int | None = None
        self.last_message: int | None = None
        self.paused = self.gap = 0

    # time

    def passes(self, now: int) -> None:
        """The minute that begins now."""
        for name, clock in self._running():
            if clock.met is None and self._active(name):
                if self.opened[now]:
                    clock.reached.append(now + 1)
                clock.ran_until = now + 1
        if self.opened[now]:
            self.paused += self.hold and self.closed is None
            self.gap += self.closed is not None

    def _running(self) -> Iterator[tuple[str, Counter]]:
        yield from self.clocks.items()
        if self.stage:
            yield "stage", self.stages[self.stage]

    def _active(self, name: str) -> bool:
        return self.closed is None and self.counting and not (self.hold and name in self.stops)

    def closes_by_itself(self, now: int) -> None:
        """Silence for long enough, looked at after the events of the minute."""
        limit = self.rules.get("auto_close_after_s")
        if limit is None or self.last_message is None or self.closed is not None:
            return
        if self.last_message + limit // 60 == now:
            self.on_closed(now, {})
            self.auto = True

    # events

    def happens(self, now: int, event: Mapping[str, Any]) -> None:
        handler = getattr(self, f"on_{event['event']}", None)
        if handler is not None:
            handler(now, event)

    def on_created(self, now: int, _: Mapping[str, Any]) -> None:
        for name in ("first_response", "resolution", *(("update",) if self.from_contact else ())):
            self.clocks[name] = Counter(now, self._target(name))

    def on_support_reply(self, now: int, _: Mapping[str, Any]) -> None:
        self.last_message = now
        self._meet("first_response", now)
        if "update" in self.clocks:
            self._meet("update", now)
            met = self.clocks.pop("update").met
            assert met is not None
            self.exchanges.append(met)
        if self.from_contact:
            self.clocks["update"] = Counter(now, self._target("update"))

    def on_customer_reply(self, now: int, _: Mapping[str, Any]) -> None:
        self.last_message = now
        if not self.from_contact:
            self.clocks.setdefault("update", Counter(now, self._target("update")))

    def on_hold_start(self, _: int, __: Mapping[str, Any]) -> None:
        self.hold = self.closed is None

    def on_hold_end(self, _: int, __: Mapping[str, Any]) -> None:
        self.hold = False

    def on_resolved(self, now: int, _: Mapping[str, Any]) -> None:
        self._meet("resolution", now)

    def on_closed(self, now: int, _: Mapping[str, Any]) -> None:
        if self.closed is None:
            self._meet("resolution", now)
            self.hold, self.closed, self.gap = False, now, 0

    def on_reopened(self, now: int, _: Mapping[str, Any]) -> None:
        resolution = self.clocks["resolution"]
        if resolution.met is not None:
            resolution.met, resolution.target = None, self._target("resolution")
        if self.closed is None:
            return
        if self.rules.get("closed_time_is_pause", True):
            self.paused += self.gap
        else:
            self._charge(self.closed, now)
        if self.last_message is not None:
            self.last_message = now
        self.closed, self.auto = None, False

    def _charge(self, closed: int, now: int) -> None:
        for _, clock in self._running():
            first = max(closed, clock.started)
            if clock.met is None and first < now:
                clock.reached.extend(minute + 1 for minute in range(first, now) if self.opened[minute])
                clock.ran_until = now

    def on_stage(self, now: int, event: Mapping[str, Any]) -> None:
        stage = event["stage"]
        if stage == self.stage:
            return
        if self.stage and not self.cumulative:
            left = self.stages.pop(self.stage)
            self.visits.setdefault(self.stage, []).append((left.used, left.is_late(self.opened, now)))
        self.stage = stage
        target = self.targets.get("stages", {}).get(stage)
        self.stages.setdefault(stage, Counter(now, target)).target = target

    def on_sla_changed(self, _: int, event: Mapping[str, Any]) -> None:
        self.targets = event["targets"]
        for name, clock in self._running():
            if clock.met is None:
                clock.target = self._target(name)

    def on_calendar_changed(self, _: int, event: Mapping[str, Any]) -> None:
        self.opened = open_minutes(event["working_hours"])

    def on_sla_attached(self, _: int, __: Mapping[str, Any]) -> None:
        self.attached = self.counting = True

    def _target(self, name: str) -> int | None:
        found: int | None = (
            self.targets.get("stages", {}).get(self.stage) if name == "stage" else self.targets.get(name)
        )
        return found

    def _meet(self, name: str, now: int) -> None:
        clock = self.clocks[name]
        if clock.met is None:
            term = clock.term(self.opened, now)
            until = now if self._active(name) else clock.ran_until
            late = term is not None and until is not None and until > term
            margin = None if clock.target is None else clock.target - clock.used
            clock.met = Figures(clock.used, margin, late)

    # answers

    def answers(self, now: int) -> dict[str, Any]:
        due = {name: self._due(name, now) for name in TICKET}
        met = {name: self._met(name) for name in TICKET}
        return {
            "due": {name: moment(at) for name, at in due.items()},
            "next_due": moment(min((at for at in due.values() if at is not None), default=None)),
            "elapsed": {name: one and one.used * 60 for name, one in met.items()},
            "margin": {name: one and one.margin and one.margin * 60 for name, one in met.items()},
            "running": {name: self._so_far(name) for name in TICKET},
            "paused": self.paused * 60,
            "breached": {name: self._breached(name, now) for name in TICKET},
            "stage_due": moment(self._stage_due(now)),
            "stage_elapsed": {stage: self._stage_used(stage) for stage in "ab"},
            "stage_breached": {stage: self._stage_late(stage, now) for stage in "ab"},
            "auto_closed": self.auto,
        }

    def _due(self, name: str, now: int) -> int | None:
        clock = self.clocks.get(name)
        if clock is None or clock.met or self.closed is not None or not (self.attached and self.counting):
            return None
        hidden = self.hold and name in self.stops and self.rules.get("due_while_on_hold") != "shown"
        return None if hidden else clock.term(self.opened, now)

    def _met(self, name: str) -> Figures | None:
        if not self.attached:
            return None
        if name == "update":
            return min(
                self.exchanges, key=lambda one: one.margin if one.margin is not None else -one.used, default=None
            )
        clock = self.clocks.get(name)
        return clock.met if clock else None

    def _so_far(self, name: str) -> int | None:
        clock = self.clocks.get(name)
        return clock.used * 60 if clock and clock.met is None and self.attached else None

    def _breached(self, name: str, now: int) -> bool:
        clock = self.clocks.get(name)
        late = clock is not None and clock.is_late(self.opened, now)
        return self.attached and (late or (name == "update" and any(one.late for one in self.exchanges)))

    def _stage_due(self, now: int) -> int | None:
        if not self.stage or not self._active("stage") or not self.attached:
            return None
        return self.stages[self.stage].term(self.opened, now)

    def _stage_used(self, stage: str) -> int:
        visits = [used for used, _ in self.visits.get(stage, ())]
        visits += [self.stages[stage].used] if stage in self.stages else []
        return max(visits, default=0) * 60 if self.attached else 0

    def _stage_late(self, stage: str, now: int) -> bool:
        late = any(late for _, late in self.visits.get(stage, ()))
        clock = self.stages.get(stage)
        return self.attached and (late or (clock is not None and clock.is_late(self.opened, now)))
