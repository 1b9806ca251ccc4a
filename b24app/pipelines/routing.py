"""Routing: which line and which departments are proposed for a classified ticket. First matching rule wins.

The same shape stands in two places: in a rules file (it gives `Classification.line`) and in the desk document, where it
also names departments and has the last word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from b24app.kit.errors import DeskInvalid
from b24app.kit.ids import DepartmentId

AXES: Final = ("category", "request_type", "kind", "priority")
LINES: Final = (1, 2, 3)


class Labelled(Protocol):
    """What routing looks at: the labels of one request, and the line proposed so far."""

    @property
    def category(self) -> str: ...
    @property
    def request_type(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def priority(self) -> str: ...
    @property
    def line(self) -> int: ...


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """Every named axis must have one of its labels; an axis that is not named does not matter."""

    when: tuple[tuple[str, tuple[str, ...]], ...]
    line: int
    departments: tuple[DepartmentId, ...] = ()
    id: str = ""

    def fits(self, labels: Labelled) -> bool:
        """The labels satisfy every condition."""
        return all(getattr(labels, axis) in wanted for axis, wanted in self.when)


@dataclass(frozen=True, slots=True)
class Routing:
    """The rules in their order; `default_line` None keeps the line the classification came with."""

    rules: tuple[RoutingRule, ...] = ()
    default_line: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Where the ticket goes: a support line, departments to propose (maybe none), and the rule that said so."""

    line: int
    departments: tuple[DepartmentId, ...] = ()
    rule: str = ""
    """Id of the deciding rule, empty when none fitted."""


def route(labels: Labelled, routing: Routing) -> Route:
    """The route of the first rule that fits, else the default line without departments."""
    for rule in routing.rules:
        if rule.fits(labels):
            return Route(rule.line, rule.departments, rule.id)
    return Route(labels.line if routing.default_line is None else routing.default_line)


def routing_from_data(data: Any) -> Routing:
    """Routing of plain data: a list of rules, or a mapping with `rules` and `default_line`; None is no rules.

    Raises `DeskInvalid` with every problem and its path.
    """
    problems: list[str] = []
    entries, default_line = _parts(data, problems)
    rules = tuple(_rule(entry, number, problems) for number, entry in enumerate(entries))
    if problems:
        raise DeskInvalid(tuple(problems))
    return Routing(rules, default_line)


def routing_to_data(routing: Routing) -> Any:
    """The inverse of `routing_from_data`."""
    rules = [_rule_data(rule) for rule in routing.rules]
    return rules if routing.default_line is None else {"default_line": routing.default_line, "rules": rules}


def _parts(data: Any, problems: list[str]) -> tuple[Sequence[Any], int | None]:
    default_line = None
    if isinstance(data, Mapping):
        _unknown(data, ("default_line", "rules"), "routing", problems)
        if data.get("default_line") is not None:
            default_line = _line(data["default_line"], "routing.default_line", problems)
        data = data.get("rules")
    if data is None:
        return (), default_line
    if not isinstance(data, list | tuple):
        problems.append("routing: a list of rules is expected")
        return (), default_line
    return data, default_line


def _rule(entry: Any, number: int, problems: list[str]) -> RoutingRule:
    path = f"routing[{number}]"
    if not isinstance(entry, Mapping):
        problems.append(f"{path}: a rule with `when` and `line` is expected")
        return RoutingRule((), 1)
    _unknown(entry, ("id", "when", "line", "departments"), path, problems)
    return RoutingRule(
        when=when_from_data(entry.get("when"), f"{path}.when", problems),
        line=_line(entry.get("line"), f"{path}.line", problems),
        departments=_departments(entry.get("departments"), f"{path}.departments", problems),
        id=str(entry.get("id") or f"route-{number + 1}"),
    )


def when_from_data(data: Any, path: str, problems: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Conditions on labels, each a word or a list of words. A blank one is refused: it would match every ticket."""
    if data is None or data == {}:
        return ()
    if not isinstance(data, Mapping):
        problems.append(f"{path}: labels by axis are expected")
        return ()
    _unknown(data, AXES, path, problems)
    return tuple((axis, _words(data[axis], f"{path}.{axis}", problems)) for axis in AXES if axis in data)


def when_to_data(when: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, Any]:
    """The inverse of `when_from_data`; one word stands alone."""
    return {axis: words[0] if len(words) == 1 else list(words) for axis, words in when}


def _words(value: Any, path: str, problems: list[str]) -> tuple[str, ...]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not words or not all(isinstance(word, str) and word for word in words):
        problems.append(f"{path}: a label or a list of labels is expected")
        return ()
    return tuple(words)


def _line(value: Any, path: str, problems: list[str]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value in LINES:
        return value
    problems.append(f"{path}: a support line 1, 2 or 3 is expected")
    return 1


def _departments(value: Any, path: str, problems: list[str]) -> tuple[DepartmentId, ...]:
    ids = [] if value is None else value
    if not isinstance(ids, list | tuple) or not all(type(one) is int and one > 0 for one in ids):
        problems.append(f"{path}: a list of department ids is expected")
        return ()
    return tuple(DepartmentId(one) for one in ids)


def _unknown(data: Mapping[Any, Any], known: Sequence[str], path: str, problems: list[str]) -> None:
    problems.extend(f"{path}.{key}: unknown name" for key in data if key not in known)


def _rule_data(rule: RoutingRule) -> dict[str, Any]:
    data: dict[str, Any] = {"id": rule.id, "when": when_to_data(rule.when), "line": rule.line}
    if rule.departments:
        data["departments"] = list(rule.departments)
    return data
