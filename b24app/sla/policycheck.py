"""What is wrong with a list of policies as a whole: duplicates, policies that never match, names nobody knows."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from b24app.sla.policy import Policy


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One remark: `place` is the policy's place in the list, `path` leads on below it."""

    place: int
    path: tuple[str, ...]
    text: str
    severity: Literal["error", "warning"] = "error"


def check_policies(
    policies: Sequence[Policy],
    *,
    calendars: Collection[str] | None = None,
    stages: Collection[str] | None = None,
) -> list[PolicyProblem]:
    """Everything wrong with the list. `stages` are keys and meanings together; None leaves a check out."""
    problems: list[PolicyProblem] = []
    for place, policy in enumerate(policies):
        problems.extend(_against_earlier(place, policy, policies[:place]))
        problems.extend(_unknown(place, policy, calendars, stages))
    return problems


def _against_earlier(place: int, policy: Policy, earlier: Sequence[Policy]) -> Iterable[PolicyProblem]:
    if any(other.key == policy.key for other in earlier):
        yield PolicyProblem(place, ("key",), f"two policies have the key {policy.key!r}")
    hiding = next((other for other in earlier if other.when.covers(policy.when)), None)
    if hiding is not None and hiding.when.is_for_all:
        yield PolicyProblem(place, ("for",), f"never used: {hiding.key!r} before it is for all and must stand last")
    elif hiding is not None:
        yield PolicyProblem(place, ("for",), f"never used: {hiding.key!r} before it takes the same tickets")
    else:
        yield from _overlapping(place, policy, earlier)


def _overlapping(place: int, policy: Policy, earlier: Sequence[Policy]) -> Iterable[PolicyProblem]:
    if policy.when.is_for_all:
        return
    for other in earlier:
        if other.when.overlaps(policy.when) and not policy.when.covers(other.when):
            text = f"tickets that match {other.key!r} too go to {other.key!r}, which stands before"
            yield PolicyProblem(place, ("for",), text, "warning")


def _unknown(
    place: int, policy: Policy, calendars: Collection[str] | None, stages: Collection[str] | None
) -> Iterable[PolicyProblem]:
    if calendars is not None:
        names = {policy.calendar, *(target.calendar for target in policy.all_targets())} - {"", *calendars}
        for name in sorted(names):
            yield PolicyProblem(place, ("calendar",), f"there is no calendar {name!r}")
    if stages is not None:
        groups = (("targets", "stages"), policy.stages), (("pause",), policy.conduct.pause)
        for path, used in (*groups, (("resolved",), policy.conduct.resolved)):
            for stage in used:
                if stage not in stages:
                    yield PolicyProblem(place, path, f"there is no stage {stage!r}")
