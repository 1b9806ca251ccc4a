"""What is wrong with a list of policies as a whole: duplicates, policies that never match, names nobody knows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from b24app.sla.policy import Policy

Kind = Literal["same_key", "after_all", "hidden", "overlap", "never", "unknown", "no_all"]


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One remark: `place` is the policy's place in the list, `path` leads on below it."""

    place: int
    path: tuple[str, ...]
    kind: Kind
    names: tuple[str, ...]
    """What the remark speaks of: keys of policies, or the word nobody knows."""
    text: str
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Known:
    """Names a policy may use. A missing group (None) is not checked."""

    calendars: Collection[str] | None = None
    stages: Collection[str] | None = None
    """Keys and meanings together."""
    words: Mapping[str, Collection[str]] = field(default_factory=dict)
    """By condition (`priority`, `line`, …): the values a ticket can have."""


_ANYTHING = Known()
_PARTS = 500
"""Combinations of words looked at one by one; a policy with more is not examined for being hidden by several."""


def check_policies(policies: Sequence[Policy], known: Known = _ANYTHING) -> list[PolicyProblem]:
    """Everything wrong with the list, in its order."""
    problems: list[PolicyProblem] = []
    for place, policy in enumerate(policies):
        problems.extend(_against_earlier(place, policy, policies[:place]))
        problems.extend(_unknown_calendars(place, policy, known.calendars))
        problems.extend(_unknown_stages(place, policy, known.stages))
        problems.extend(_unknown_words(place, policy, known.words))
    if policies and not policies[-1].when.is_for_all:
        text = "no policy is for all: tickets that match none have no terms"
        problems.append(PolicyProblem(len(policies) - 1, ("for",), "no_all", (), text, "warning"))
    return problems


def _against_earlier(place: int, policy: Policy, earlier: Sequence[Policy]) -> Iterable[PolicyProblem]:
    if any(other.key == policy.key for other in earlier):
        text = f"two policies have the key {policy.key!r}"
        yield PolicyProblem(place, ("key",), "same_key", (policy.key,), text)
    hiding = next((other for other in earlier if other.when.covers(policy.when)), None)
    if hiding is not None and hiding.when.is_for_all:
        text = f"never used: {hiding.key!r} before it is for all and must stand last"
        yield PolicyProblem(place, ("for",), "after_all", (hiding.key,), text)
    elif hiding is not None:
        text = f"never used: {hiding.key!r} before it takes the same tickets"
        yield PolicyProblem(place, ("for",), "hidden", (hiding.key,), text)
    elif together := _hiding_together(policy, earlier):
        text = f"never used: {', '.join(map(repr, together))} before it take the same tickets"
        yield PolicyProblem(place, ("for",), "hidden", together, text)
    else:
        yield from _overlapping(place, policy, earlier)


def _hiding_together(policy: Policy, earlier: Sequence[Policy]) -> tuple[str, ...]:
    """Keys of earlier policies that leave nothing for this one, none of them alone; empty when something is left."""
    if policy.when.is_for_all:
        return ()
    parts = policy.when.parts(at_most=_PARTS)
    takers = [next((one.key for one in earlier if one.when.covers(part)), None) for part in parts]
    return tuple(dict.fromkeys(key for key in takers if key is not None)) if takers and all(takers) else ()


def _overlapping(place: int, policy: Policy, earlier: Sequence[Policy]) -> Iterable[PolicyProblem]:
    if policy.when.is_for_all:
        return
    for other in earlier:
        if other.when.overlaps(policy.when) and not policy.when.covers(other.when):
            text = f"tickets that match {other.key!r} too go to {other.key!r}, which stands before"
            yield PolicyProblem(place, ("for",), "overlap", (other.key,), text, "warning")


def _unknown_calendars(place: int, policy: Policy, calendars: Collection[str] | None) -> Iterable[PolicyProblem]:
    if calendars is None:
        return
    for path, name in policy.calendar_names():
        if name not in calendars:
            yield PolicyProblem(place, path, "unknown", (name,), f"there is no calendar {name!r}")


def _unknown_stages(place: int, policy: Policy, stages: Collection[str] | None) -> Iterable[PolicyProblem]:
    if stages is None:
        return
    conduct = policy.conduct
    named: list[tuple[tuple[str, ...], str]] = [(("targets", "stages", stage), stage) for stage in policy.stages]
    for name in ("pause", "resolved", "vendor_stages"):
        named.extend(((name,), stage) for stage in getattr(conduct, name))
    for path, stage in named:
        if stage not in stages:
            yield PolicyProblem(place, path, "unknown", (stage,), f"there is no stage {stage!r}")


def _unknown_words(place: int, policy: Policy, words: Mapping[str, Collection[str]]) -> Iterable[PolicyProblem]:
    for name, values in words.items():
        wanted = getattr(policy.when, name) or ()
        foreign = tuple(word for word in wanted if word not in values)
        if foreign and len(foreign) == len(wanted):
            text = f"never matches: {name} is never {' or '.join(map(repr, foreign))}"
            yield PolicyProblem(place, ("for", name), "never", foreign, text)
        elif foreign:
            text = f"{name} is never {' or '.join(map(repr, foreign))}"
            yield PolicyProblem(place, ("for", name), "unknown", foreign, text, "warning")
    for line in policy.lines:
        if line not in words.get("line", policy.lines):
            yield PolicyProblem(place, ("targets", "lines", line), "unknown", (line,), f"there is no line {line!r}")
