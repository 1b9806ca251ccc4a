"""Lists of CRM: `kernel.query` for fields with types, with nested logic, and lazily, so that 20,000 rows cost milliseconds.

Source: `crm/universal/crm-item-list.md`, `crm/deals/crm-deal-list.md`, platform.md 3.4 and 3.5.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox.crm import values
from b24app.sandbox.kernel import query as common
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.query import MEANING, PAGE, Condition, Form
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, to_int
from b24app.sandbox.kernel.store import Row, Table

Test = Callable[[Row], bool]


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
    """How the lists of one family are asked. `strict` families refuse unknown fields, others overlook them.

    `only` leaves out rows whatever the filter says: those the caller may not read.
    """

    portal: Portal
    columns: Mapping[str, Column]
    strict: bool = False
    key: str = "ID"
    only: Test | None = None
    told: set[str] = field(default_factory=set)

    # --- filters

    def test(self, given: Mapping[str, Any]) -> Test | None:
        """The condition of a filter; None when everything passes."""
        tests = [test for name, value in given.items() if (test := self._condition(str(name), value))]
        either = str(_any_case(given, "logic") or "AND").upper() == "OR"
        if len(tests) < 2:
            return tests[0] if tests else None
        joined = any if either else all
        return lambda row: joined(test(row) for test in tests)

    def _condition(self, name: str, value: Any) -> Test | None:
        if name.lower() == "logic":
            return None
        if name.isdigit() and isinstance(value, Mapping | list):
            return self.test(as_map(value))
        line = common.condition(name, value)
        column = self.columns.get(line.field)
        if column is None:
            self._unknown(line.field, "filter")
            return None
        return self._compare(column, line)

    def _unknown(self, name: str, place: str) -> None:
        if self.strict:
            raise RestError("INVALID_ARG_VALUE", f"Invalid {place}: field '{name}' is not allowed in {place}")
        if name not in self.told:
            self.told.add(name)
            self.portal.tell(f"unknown field {name} in {place} was ignored")

    def _compare(self, column: Column, line: Condition) -> Test:
        if column.no_text and MEANING[line.operator] in {"like", "text"}:
            self.portal.tell(f"a substring filter does not work with {line.field}")
            return lambda _: False
        try:
            return common.test_of(line, column.value, self._form(column))
        except values.BadValue:
            if self.strict:
                raise RestError(
                    "INVALID_ARG_VALUE", f"Invalid filter: field '{line.field}' has invalid value"
                ) from None
            return lambda _: line.operator.startswith("!")

    def _form(self, column: Column) -> Form:
        unset = frozenset({"N"}) if column.type in values.FLAGS else frozenset({0})
        return Form(lambda raw: self._wanted(column, raw), values.comparable(column.type), unset)

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
        sorters, test = self.sorters(order), self.test(given)
        by_key = not sorters or (sorters[0][0].key == self.key and not sorters[0][0].get)
        lazy = isinstance(rows, Table) and by_key
        down = bool(sorters) and sorters[0][1]
        found: Iterable[Row] = self._keyed(rows, given, down=down) if isinstance(rows, Table) and by_key else rows
        for one in (self.only, test):
            found = filter(one, found) if one is not None else found
        if not lazy:
            found = common.in_order(found, [(one.value, values.comparable(one.type), way) for one, way in sorters])
        return common.page(found, start, size)

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
        for line in common.conditions(given):
            column = self.columns.get(line.field)
            if column is None or column.key != self.key or column.get:
                continue
            sign, value = line.operator, line.value
            if sign in {"=", "@"}:
                chosen = {to_int(item) for item in (as_list(value) if isinstance(value, list | Mapping) else [value])}
            elif isinstance(value, int | str) and sign in {">", ">=", "<", "<="}:
                place = (bisect_right if sign in {">", "<="} else bisect_left)(numbers, to_int(value))
                low, high = (max(low, place), high) if sign[0] == ">" else (low, min(high, place))
        return low, max(low, high), chosen


def _any_case(given: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in given.items() if str(key).lower() == name), None)


def listed(call: Call, query: Query, rows: Table | Iterable[Row], *, order: Mapping[str, Any] | None = None) -> Answer:
    """A page by the usual parameters of a list method."""
    given = call.map("filter")
    return query.page(rows, given, call.map("order") or order or {}, call.get("start", default=0))


def columns(*names: str, **types: str) -> dict[str, Column]:
    """Columns of a small family: names of texts, and names with types."""
    return {name: Column(name, kind) for name, kind in {**dict.fromkeys(names, "string"), **types}.items()}
