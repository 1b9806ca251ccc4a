"""Filters, order and pages of list methods, one code for every family (platform.md 3.4 and 3.5).

A filter is a map from a field with a prefix to a value: `{">=CREATED_DATE": "2026-02-01", "@ID": [1, 2]}`. How values
are read and compared is a `Form`: CRM has one for each type of its fields (`crm.query`); elsewhere it follows from the
values themselves: numbers as numbers, dates as moments, everything else as text without case (`guess`).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from b24app.sandbox.clock import Clock
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.registry import Answer, as_list, to_int
from b24app.sandbox.kernel.store import Row

PAGE = 50
# The longest first, so that `!=%` is not read as `!`; what each means without the sign of negation.
MEANING = {"!><": "><", "!=%": "like", "!%=": "like", "!%": "text", "!@": "=", "!=": "=", ">=": ">=", "<=": "<=",
           "><": "><", "=%": "like", "%=": "like", "!": "=", ">": ">", "<": "<", "@": "=", "%": "text", "?": "text",
           "=": "="}  # fmt: skip
_DATE = re.compile(r"^\d{4}-\d\d-\d\d|^\d{1,2}\.\d\d\.\d{4}")
_PLACE = {int: 1, float: 1, bool: 1, datetime: 2}
Read = Callable[[Mapping[str, Any], str], Any]
Test = Callable[[Mapping[str, Any]], bool]
Value = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Form:
    """How values of one kind are compared: `wanted` reads a filter's value (None: empty), `ready` a stored one.

    `empty` are the values that a value never set equals: 0 for numbers and links, N for flags.
    """

    wanted: Value
    ready: Value
    empty: frozenset[Any] = frozenset()


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a filter."""

    operator: str
    field: str
    value: Any


def condition(key: str, value: Any) -> Condition:
    """`">=ID": 7` -> operator `>=`, field `ID`, value 7; without a prefix the operator is `=`."""
    operator = next((sign for sign in MEANING if key.startswith(sign)), "")
    return Condition(operator or "=", key[len(operator) :], value)


def conditions(given: Mapping[str, Any]) -> list[Condition]:
    """The lines of a flat filter."""
    return [condition(str(key), value) for key, value in given.items()]


# --- one line


def test_of(line: Condition, value_of: Value, form: Form) -> Test:
    """The test of one line; a field of several values passes when one of them does.

    Whatever the form's `wanted` raises for a value that cannot be read comes out here, before any row is looked at.
    """
    meaning, out = MEANING[line.operator], line.operator.startswith("!")
    found = _positive(meaning, line.value, form)
    return lambda row: found(value_of(row)) is not out


def _positive(meaning: str, wanted: Any, form: Form) -> Callable[[Any], bool]:
    several = as_list(wanted) if isinstance(wanted, list | dict) else [wanted]
    if meaning in {"text", "like"}:
        return _text([str("" if one is None else one).casefold() for one in several], like=meaning == "like")
    if meaning == "=":
        return _among({form.wanted(one) for one in several}, form)
    if meaning == "><":
        low, high = [*several, None, None][:2]
        edges = [_limit(">=", form.wanted(low)), _limit("<=", form.wanted(high))]
        return _ordered(lambda one: all(edge(one) for edge in edges), form)
    limit = form.wanted(several[0] if several else None)
    return _ordered(_limit(meaning, limit), form) if limit is not None else lambda _: False


def _among(accepted: set[Any], form: Form) -> Callable[[Any], bool]:
    ready, unset = form.ready, None in accepted or not form.empty.isdisjoint(accepted)

    def test(value: Any) -> bool:
        if isinstance(value, list | tuple):
            return any(ready(one) in accepted for one in value) if value else None in accepted or unset
        return unset if value is None or value in ("", {}) else ready(value) in accepted

    return test


def _ordered(way: Callable[[Any], bool], form: Form) -> Callable[[Any], bool]:
    ready = form.ready

    def test(value: Any) -> bool:
        if isinstance(value, list | tuple):
            return any(way(ready(one)) for one in value if not _is_empty(one))
        return value is not None and value != "" and way(ready(value))

    return test


def _limit(sign: str, limit: Any) -> Callable[[Any], bool]:
    """Compares with an edge; there is none when it is None. What has no common order is compared as text."""
    ways: dict[str, Callable[[Any, Any], bool]] = {
        ">": lambda one, edge: one > edge, ">=": lambda one, edge: one >= edge,
        "<": lambda one, edge: one < edge, "<=": lambda one, edge: one <= edge,
    }  # fmt: skip
    way = ways[sign]
    if limit is None:
        return lambda _: True

    def holds(one: Any) -> bool:
        try:
            return way(one, limit)
        except TypeError:
            return way(str(one).casefold(), str(limit).casefold())

    return holds


def _text(wanted: list[str], *, like: bool) -> Callable[[Any], bool]:
    patterns = [_like(one) for one in wanted] if like else []

    def test(value: Any) -> bool:
        many = value if isinstance(value, list | tuple) else [value]
        texts = [str(one).casefold() for one in many if one is not None]
        if like:
            return any(pattern.fullmatch(one) is not None for one in texts for pattern in patterns)
        return any(part in one for one in texts for part in wanted)

    return test


def _like(pattern: str) -> re.Pattern[str]:
    """SQL LIKE: `%` is any text, `_` one character."""
    signs = {"%": ".*", "_": "."}
    return re.compile("".join(signs.get(sign, re.escape(sign)) for sign in pattern), re.DOTALL)


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", {})


# --- values that say by themselves what they are


def guess(clock: Clock) -> Form:
    """Values compared by what they look like; an empty wish finds zero too, and zero what was never set."""
    return Form(lambda raw: comparable(raw, clock) or 0.0, lambda value: comparable(value, clock), frozenset({0.0}))


def comparable(value: Any, clock: Clock) -> Any:
    """A number, a moment or a text without case: what two values are compared as."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        return value
    text = str("" if value is None else value).strip()
    if _DATE.match(text) and (found := moments.moment(text, clock)):
        return found
    try:
        return float(text)
    except ValueError:
        return text.casefold()


def plain(row: Mapping[str, Any], field: str) -> Any:
    """The value of a field under its own name."""
    return row.get(field)


def passes(row: Mapping[str, Any], lines: Iterable[Condition], clock: Clock, read: Read = plain) -> bool:
    """Whether a row satisfies every line."""
    form = guess(clock)
    return all(test_of(line, lambda one, line=line: read(one, line.field), form)(row) for line in lines)  # type: ignore[misc]


# --- order and pages


def ordered(rows: Iterable[Row], order: Mapping[str, Any], clock: Clock, read: Read = plain) -> list[Row]:
    """Rows in the order of `{"FIELD": "ASC" | "DESC"}`, the first field first; empty values come first ascending."""
    form = guess(clock)
    keys = [
        (lambda row, field=field: read(row, field), form.ready, str(way).strip().lower().startswith("desc"))
        for field, way in order.items()
    ]
    return in_order(rows, keys)


def in_order(rows: Iterable[Row], keys: Sequence[tuple[Value, Value, bool]]) -> list[Row]:
    """Rows by several keys, the first one first: where the value is, how it is compared, from the top or not."""
    result = list(rows)
    for value_of, ready, down in reversed(keys):
        result.sort(key=lambda row: _rank(value_of(row), ready), reverse=down)
    return result


def _rank(value: Any, ready: Value) -> tuple[int, Any]:
    """Empty first, then numbers, moments, texts: a place among values of all kinds."""
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    if _is_empty(value):
        return (0, 0)
    found = ready(value)
    return (_PLACE.get(type(found), 3), found)


def page(rows: Iterable[Any], start: Any, size: int = PAGE) -> Answer:
    """One page with `total` and, when there is more, `next`; `start=-1` counts nothing and tells total 0."""
    first = to_int(start)
    if first < 0:
        return Answer(list(islice(rows, size)), total=0)
    found = rows if isinstance(rows, list) else list(rows)
    first = first // size * size
    after = first + size
    return Answer(found[first:after], total=len(found), next=after if after < len(found) else None)
