"""Value dialects of the portal as pydantic types: ids as numbers or numeric strings, flags of five kinds, PHP's empty maps.

Source: methods.md 0.2, platform.md 3.2.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator


def _number(value: Any) -> Any:
    if value is None or value == "" or value is False:
        return 0
    return int(value) if isinstance(value, str) else value


def _maybe_number(value: Any) -> Any:
    return None if value in (None, "", "0", 0, False) else _number(value)


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        return value.upper() in {"Y", "1", "TRUE"}
    return bool(value)


def _map(value: Any) -> Any:
    return {} if isinstance(value, list) and not value else value


def _items(value: Any) -> Any:
    return list(value.values()) if isinstance(value, Mapping) else value or []


def _text(value: Any) -> Any:
    return "" if value is None or value is False else str(value)


def _moment(value: Any) -> Any:
    if value in (None, "") or isinstance(value, Mapping | list):
        return None
    parsed = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return parsed.astimezone(UTC) if parsed.tzinfo else None


Number = Annotated[int, BeforeValidator(_number)]
MaybeNumber = Annotated[int | None, BeforeValidator(_maybe_number)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Words = Annotated[str, BeforeValidator(_text)]
Map = Annotated[dict[str, Any], BeforeValidator(_map)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Rows = BeforeValidator(_items)
