"""Fields of a described resource: their types, and what a value of a caller becomes in a row.

Rows keep UPPER_CASE names, numbers as numbers, flags as Y/N, dates in ISO 8601; the dialect is put on when printing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from b24app.sandbox.clock import Clock
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.registry import as_list, to_int
from b24app.sandbox.kernel.store import Row

YES = {"Y", "1", "TRUE", "YES"}


class Kind(StrEnum):
    """The type of a field, by the word the portal's descriptions use."""

    INT = "integer"
    DOUBLE = "double"
    STRING = "string"
    FLAG = "flag"
    CHOICE = "enum"
    MOMENT = "datetime"
    NUMBERS = "array"
    STRINGS = "strings"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: type, default, words of a choice, and whether a caller may write it."""

    name: str
    kind: Kind = Kind.STRING
    title: str | None = None
    default: Any = None
    values: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    readonly: bool = False


def flag(value: Any) -> bool:
    """Whether a flag in any of its spellings means yes."""
    return value is True or str(value).strip().upper() in YES


def yes_no(value: Any) -> str:
    """A flag in any spelling as `Y` or `N`."""
    return "Y" if flag(value) else "N"


def _number(value: Any, _: Clock) -> int | None:
    return None if value in (None, "") else to_int(value)


def _double(value: Any, _: Clock) -> float | None:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return None


def _text(value: Any, _: Clock) -> str | None:
    return None if value is None else str(value)


CASTS: dict[Kind, Callable[[Any, Clock], Any]] = {
    Kind.INT: _number,
    Kind.DOUBLE: _double,
    Kind.STRING: _text,
    Kind.CHOICE: _text,
    Kind.FLAG: lambda value, _: yes_no(value),
    Kind.MOMENT: moments.iso,
    Kind.NUMBERS: lambda value, _: [number for one in as_list(value) if (number := to_int(one)) > 0],
    Kind.STRINGS: lambda value, _: [str(one) for one in as_list(value) if str(one)],
}


class Described:
    """A resource by its fields."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.fields = {one.name: one for one in fields}

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def defaults(self) -> Row:
        """A row of defaults."""
        return {name: one.default for name, one in self.fields.items()}

    def clean(self, given: Mapping[str, Any], clock: Clock) -> tuple[Row, list[str]]:
        """What of a caller's fields is kept, cast to its types; and the names that are passed over in silence."""
        kept: Row = {}
        lost: list[str] = []
        for name, value in given.items():
            known = self.fields.get(name)
            if known is None or known.readonly:
                lost.append(name)
            else:
                kept[name] = CASTS[known.kind](value, clock)
        return kept, lost


def changes(row: Row, kept: Row) -> Row:
    """Only what really differs from the row: a save without differences is no save."""
    return {name: value for name, value in kept.items() if row.get(name) != value}
