"""JSON in text columns."""

import json
from typing import Any

import orjson


def dump(value: Any) -> str:
    """Compact JSON. Text that is no valid Unicode (half of a surrogate pair from outside) is kept in escaped form."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


def load(text: str) -> Any:
    """The value again."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
