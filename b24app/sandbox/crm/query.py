"""Lists: filters with operators and nested logic, order, pages of 50; lazily, so that 20,000 rows cost milliseconds.

Source: `crm/universal/crm-item-list.md`, `crm/deals/crm-deal-list.md`, platform.md 3.4 and 3.5.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from b24app.sandbox.crm import values
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, to_int
from b24app.sandbox.kernel.store import Row, Table

PAGE = 50
Test = Callable[[Row], bool]
# The longest first, so that `!=%` is not read as `!`.
OPERATORS = ("!=%", "!%=", "!%", "!@", "!=", ">=", "<=", "=%", "%=", "><", "!", ">", "<", "@", "%", "=")
MEANING = {"!=%": "!like", "!%=": "!like", "!%": "!in_text", "!@": "!=", "=%": "like", "%=": "like", "%": "in_text",
           "@": "=", "": "=", "!": "!="}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """Something rows are filtered and sorted by."""

    key: str
    type: str = "string"
    get: Callable[[Row], Any] | None = None
    strict_flag: bool = False  # user booleans of the universal dialect are filtered by 1 and 0 only
    no_text: bool = False  # dictionaries and links of the classic dialect know no substring search

    def value(self, row: Row) -> Any:
        """The kept value."""
        return self.get(row) if self.get else row.get(self.key)


@dataclass(frozen=True, slots=True)
class Query:
    """How the lists of one family are asked. `strict` families refuse unknown fields, others overlook them."""

    portal: Portal
    columns: Mapping[str, Column]
    strict: bool = False
    key: str = "ID"
    told: set[str] = field(default_factory=set)

    # --- filters

    def test(self, given: Mapping[str, Any]) -> Test | None:
        """The condition of a filter; None when everything passes."""
        tests = [test for name, value in given.items() if (test := self._condition(str(name), value))]
        either = str(_any_case(given, "logic") or "AND").upper() == "OR"
        if not tests:
            return None
        if len(tests) == 1:
            return tests[0]
        return (
            (lambda row: any(test(row) for test in tests)) if either else (lambda row: all(test(row) for test in tests))
        )

    def _condition(self, name: str, value: Any) -> Test | None:
        if name.lower() == "logic":
            return None
        if name.isdigit() and isinstance(value, Mapping | list):
            return self.test(as_map(value))
        sign, column = self._column(name)
        if column is None:
            self._unknown(name[len(sign) :], "filter")
            return None
        return self._compare(column, MEANING.get(sign, sign), value, name[len(sign) :])

    def _column(self, name: str) -> tuple[str, Column | None]:
        sign = next((sign for sign in OPERATORS if name.startswith(sign)), "")
        return sign, self.columns.get(name[len(sign) :])

    def _unknown(self, name: str, place: str) -> None:
        if self.strict:
            raise RestError("INVALID_ARG_VALUE", f"Invalid {place}: field '{name}' is not allowed in {place}")
        if name not in self.told:
            self.told.add(name)
            self.portal.tell(f"unknown field {name} in {place} was ignored")

    def _compare(self, column: Column, meaning: str, value: Any, name: str) -> Test:
        if meaning.lstrip("!") in {"like", "in_text"}:
            if column.no_text:
                self.portal.tell(f"a substring filter does not work with {name}")
                return lambda _: False
            return _text_test(column, meaning, str(value if value is not None else ""))
        try:
            return self._value_test(column, meaning, value)
        except values.BadValue:
            if self.strict:
                raise RestError("INVALID_ARG_VALUE", f"Invalid filter: field '{name}' has invalid value") from None
            return lambda _: meaning.startswith("!")

    def _value_test(self, column: Column, meaning: str, value: Any) -> Test:
        if meaning in {"=", "!="}:
            many = (
                [self._wanted(column, item) for item in as_list(value)] if isinstance(value, list | Mapping) else None
            )
            accepted = set(many) if many is not None else {self._wanted(column, value)}
            return _among(column, accepted, out=meaning == "!=")
        if meaning == "><":
            low, high = (self._wanted(column, item) for item in (*as_list(value), None, None)[:2])
            return _ordered(column, lambda one: (low is None or one >= low) and (high is None or one <= high))
        limit = self._wanted(column, as_list(value)[0] if isinstance(value, list) and value else value)
        if limit is None:
            return lambda _: False
        ways: dict[str, Callable[[Any], bool]] = {
            ">": lambda one: one > limit, ">=": lambda one: one >= limit,
            "<": lambda one: one < limit, "<=": lambda one: one <= limit,
        }  # fmt: skip
        return _ordered(column, ways[meaning])

    def _wanted(self, column: Column, raw: Any) -> Any:
        if column.strict_flag and str(raw).upper() in {"Y", "N"}:
            self.portal.tell(f"{column.key} is filtered by 1 or 0, {raw} finds nothing")
            return object()
        return values.wanted(self.portal, column.type, raw)

    # --- order

    def sorters(self, given: Mapping[str, Any]) -> list[tuple[Column, bool]]:
        """Columns of an order with "from the top" for each."""
        found = []
        for name, direction in given.items():
            column = self.columns.get(str(name))
            if column is None:
                self._unknown(str(name), "order")
                continue
            found.append((column, self._descending(str(name), direction)))
        return found

    def _descending(self, name: str, direction: Any) -> bool:
        text = str(direction).strip().upper()
        if self.strict and text not in {"ASC", "DESC"}:
            allowed = "allowed sort directions are `ASC, DESC`"
            raise RestError("INVALID_ARG_VALUE", f"Invalid order: {allowed}. But got '{direction}' for field '{name}'")
        return text.startswith("DESC")

    # --- pages

    def page(
        self,
        rows: Table | Iterable[Row],
        given: Mapping[str, Any],
        order: Mapping[str, Any],
        start: Any,
        *,
        size: int = PAGE,
    ) -> Answer:
        """One page of rows; `start=-1` counts nothing."""
        sorters = self.sorters(order)
        test = self.test(given)
        by_key = not sorters or (sorters[0][0].key == self.key and not sorters[0][0].get)
        down = bool(sorters) and sorters[0][1]
        found: Iterable[Row]
        found = self._keyed(rows, given, down=down) if isinstance(rows, Table) and by_key else list(rows)
        if test is not None:
            found = filter(test, found)
        if not isinstance(rows, Table) or not by_key:
            found = self._sorted(found, sorters)
        return _cut(found, to_int(start), size)

    def _keyed(self, table: Table, given: Mapping[str, Any], *, down: bool) -> Iterator[Row]:
        """Rows in the order of numbers, only those the filter's conditions on the number leave."""
        numbers = table.numbers()
        low, high, chosen = self._bounds(given, numbers)
        keys: Iterable[int]
        if chosen is not None:
            keys = sorted((key for key in chosen if key in table), reverse=down)
        else:
            keys = map(numbers.__getitem__, range(high - 1, low - 1, -1) if down else range(low, high))
        for key in keys:
            row = table.get(key)
            if row is not None:
                yield row

    def _bounds(self, given: Mapping[str, Any], numbers: list[int]) -> tuple[int, int, set[int] | None]:
        low, high = 0, len(numbers)
        chosen: set[int] | None = None
        if str(_any_case(given, "logic") or "AND").upper() == "OR":
            return low, high, None
        for name, value in given.items():
            sign, column = self._column(str(name))
            if column is None or column.key != self.key or column.get:
                continue
            meaning = MEANING.get(sign, sign)
            if meaning == "=":
                chosen = {to_int(item) for item in (as_list(value) if isinstance(value, list | Mapping) else [value])}
            elif isinstance(value, int | str) and meaning in {">", ">=", "<", "<="}:
                place = (bisect_right if meaning in {">", "<="} else bisect_left)(numbers, to_int(value))
                low, high = (max(low, place), high) if meaning[0] == ">" else (low, min(high, place))
        return low, max(low, high), chosen

    @staticmethod
    def _sorted(rows: Iterable[Row], sorters: list[tuple[Column, bool]]) -> list[Row]:
        found = list(rows)
        for column, down in reversed(sorters):
            ready = values.comparable(column.type)

            def place(row: Row, column: Column = column, ready: values.Comparable = ready) -> tuple[bool, Any]:
                value = column.value(row)
                value = (value[0] if value else None) if isinstance(value, list) else value
                return (value is not None, ready(value) if value is not None else 0)

            found.sort(key=place, reverse=down)
        return found


def _any_case(given: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in given.items() if str(key).lower() == name), None)


def _cut(rows: Iterable[Row], start: int, size: int) -> Answer:
    if start < 0:
        return Answer(list(islice(rows, size)), total=0)
    found = rows if isinstance(rows, list) else list(rows)
    begin = start // size * size
    after = begin + size
    return Answer(found[begin:after], total=len(found), next=after if after < len(found) else None)


def _among(column: Column, accepted: set[Any], *, out: bool) -> Test:
    ready, empty = values.comparable(column.type), None in accepted
    flags = column.type in values.FLAGS

    def test(row: Row) -> bool:
        value = column.value(row)
        if isinstance(value, list):
            found = any(ready(item) in accepted for item in value) or (empty and not value)
        elif value is None or value == "":
            # A number or a link that was never set is 0, a flag N.
            found = empty or (0 in accepted and not flags) or (flags and "N" in accepted)
        else:
            found = ready(value) in accepted
        return found is not out

    return test


def _ordered(column: Column, way: Callable[[Any], bool]) -> Test:
    ready = values.comparable(column.type)

    def test(row: Row) -> bool:
        value = column.value(row)
        if isinstance(value, list):
            return any(way(ready(item)) for item in value)
        return value is not None and value != "" and way(ready(value))

    return test


def _text_test(column: Column, meaning: str, wanted: str) -> Test:
    text, out = wanted.casefold(), meaning.startswith("!")
    if meaning.endswith("in_text"):
        inside: Callable[[str], bool] = lambda one: text in one  # noqa: E731 - two ways of one test
    else:
        pattern = re.compile(re.escape(text).replace("%", ".*").replace("_", "."), re.DOTALL)
        inside = lambda one: pattern.fullmatch(one) is not None  # noqa: E731 - two ways of one test

    def test(row: Row) -> bool:
        value = column.value(row)
        many = value if isinstance(value, list) else [value]
        return any(inside(str(one).casefold()) for one in many if one is not None) is not out

    return test


def listed(call: Call, query: Query, rows: Table | Iterable[Row], *, order: Mapping[str, Any] | None = None) -> Answer:
    """A page by the usual parameters of a list method."""
    given = call.map("filter")
    return query.page(rows, given, call.map("order") or order or {}, call.get("start", default=0))


def columns(*names: str, **types: str) -> dict[str, Column]:
    """Columns of a small family: names of texts, and names with types."""
    return {name: Column(name, kind) for name, kind in {**dict.fromkeys(names, "string"), **types}.items()}
