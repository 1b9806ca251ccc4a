"""Filters, order and pages of list methods, one code for every family (platform.md 3.4 and 3.5).

A filter is a map from a field with a prefix to a value: `{">=CREATED_DATE": "2026-02-01", "@ID": [1, 2]}`. What is
compared with what follows from the values: numbers as numbers, dates as moments, everything else as text without case.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app.sandbox.clock import Clock
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.registry import Answer, as_list, to_int
from b24app.sandbox.kernel.store import Row

PAGE = 50
_PREFIX = re.compile(r"^(!><|!=%|!%=|!@|!=|!%|!|>=|<=|><|>|<|=%|%=|=|@|%|\?)?(.*)$", re.DOTALL)
_DATE = re.compile(r"^\d{4}-\d\d-\d\d|^\d{1,2}\.\d\d\.\d{4}")
Read = Callable[[Mapping[str, Any], str], Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a filter."""

    operator: str
    field: str
    value: Any


def condition(key: str, value: Any) -> Condition:
    """`">=ID": 7` -> operator `>=`, field `ID`, value 7; without a prefix the operator is `=`."""
    found = _PREFIX.match(key)
    operator, field = (found.group(1) or "=", found.group(2)) if found else ("=", key)
    return Condition(operator, field, value)


def conditions(given: Mapping[str, Any]) -> list[Condition]:
    """The lines of a flat filter."""
    return [condition(str(key), value) for key, value in given.items()]


def plain(row: Mapping[str, Any], field: str) -> Any:
    """The value of a field under its own name."""
    return row.get(field)


def passes(row: Mapping[str, Any], lines: Iterable[Condition], clock: Clock, read: Read = plain) -> bool:
    """Whether a row satisfies every line. A field of several values passes when one of them does."""
    return all(holds(line, read(row, line.field), clock) for line in lines)


def holds(line: Condition, stored: Any, clock: Clock) -> bool:
    """Whether a stored value satisfies one line."""
    operator = line.operator
    if operator.startswith("!"):
        positive = {"!": "=", "!=": "="}.get(operator, operator[1:])
        return not holds(Condition(positive, line.field, line.value), stored, clock)
    values: Sequence[Any] = list(stored) if isinstance(stored, list | tuple) else [stored]
    return any(_one(operator, value, line.value, clock) for value in values or [None])


def _one(operator: str, stored: Any, wanted: Any, clock: Clock) -> bool:
    if operator in {"=", "@"}:
        choices = as_list(wanted) if isinstance(wanted, list | dict) else [wanted]
        return any(_equal(stored, one, clock) for one in choices)
    if operator == "><":
        low, high = [*as_list(wanted), None, None][:2]
        return _one(">=", stored, low, clock) and _one("<=", stored, high, clock)
    if operator in {"%", "?"}:
        return any(str(one).casefold() in _text(stored) for one in as_list(wanted))
    if operator in {"=%", "%="}:
        return any(_like(str(one)).fullmatch(_text(stored)) is not None for one in as_list(wanted))
    return _ordered(operator, stored, wanted, clock)


def _equal(stored: Any, wanted: Any, clock: Clock) -> bool:
    if wanted in (None, "", False):
        return stored in (None, "", False, [], {})
    return bool(comparable(stored, clock) == comparable(wanted, clock))


def _ordered(operator: str, stored: Any, wanted: Any, clock: Clock) -> bool:
    if stored in (None, ""):
        return False
    left, right = comparable(stored, clock), comparable(wanted, clock)
    if type(left) is not type(right):
        left, right = str(stored).casefold(), str(wanted).casefold()
    less, same = bool(left < right), bool(left == right)
    answers = {"<": less, "<=": less or same, ">": not less and not same, ">=": not less}
    return answers[operator]


def comparable(value: Any, clock: Clock) -> Any:
    """A number, a moment or a text without case: what two values are compared as."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
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


def _text(value: Any) -> str:
    return str("" if value is None else value).casefold()


def _like(pattern: str) -> re.Pattern[str]:
    """SQL LIKE: `%` is any text, `_` one character."""
    signs = {"%": ".*", "_": "."}
    return re.compile("".join(signs.get(sign, re.escape(sign)) for sign in pattern.casefold()), re.DOTALL)


def ordered(rows: Iterable[Row], order: Mapping[str, Any], clock: Clock, read: Read = plain) -> list[Row]:
    """Rows in the order of `{"FIELD": "ASC" | "DESC"}`, the first field first; empty values come first ascending."""
    result = list(rows)
    for field, direction in reversed(list(order.items())):
        down = str(direction).strip().lower().startswith("desc")
        ranks = {id(row): _rank(read(row, field), clock) for row in result}
        result.sort(key=lambda row: ranks[id(row)], reverse=down)
    return result


def _rank(value: Any, clock: Clock) -> tuple[int, Any]:
    if value in (None, "", []):
        return (0, 0)
    found = comparable(value if not isinstance(value, list) else value[0], clock)
    return ({float: 1, datetime: 2}.get(type(found), 3), found)


def page(rows: Sequence[Any], start: Any, size: int = PAGE) -> Answer:
    """One page with `total` and, when there is more, `next`; `start=-1` counts nothing and tells total 0."""
    first = to_int(start)
    if first < 0:
        return Answer(list(rows[:size]), total=0)
    first = first // size * size
    more = first + size < len(rows)
    return Answer(list(rows[first : first + size]), total=len(rows), next=first + size if more else None)
