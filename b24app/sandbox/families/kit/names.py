"""One field in the spellings of the portal's dialects (methods.md 0.2)."""

import re
from functools import cache
from typing import Any

_BORDER = re.compile(r"(?<=[a-z0-9])([A-Z])")


@cache
def camel(name: str) -> str:
    """`CREATED_DATE` -> `createdDate`."""
    head, *rest = name.lower().split("_")
    return head + "".join(part.capitalize() for part in rest)


@cache
def upper(name: str) -> str:
    """`createdDate` and `created_date` -> `CREATED_DATE`; what is upper already stays."""
    return name if name.isupper() else _BORDER.sub(r"_\1", name).upper()


def upper_keys(fields: dict[str, Any]) -> dict[str, Any]:
    """A map with its names in UPPER_CASE."""
    return {upper(str(key)): value for key, value in fields.items()}


def camel_keys(fields: dict[str, Any]) -> dict[str, Any]:
    """A map with its names in camelCase."""
    return {camel(key): value for key, value in fields.items()}
