"""Commands of a batch: how they are written, how they refer to each other, what came back for each.

Source: platform.md 3.2, 3.6.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import ValidationError

from b24app.bitrix.answers import Outcome, error_in
from b24app.bitrix.methods import Method
from b24app.kit.errors import PortalBusy, PortalRefused

BATCH: Final = 50
_REFERENCE: Final = re.compile(r"\$(?:result|total|next|error)\[([^\]]+)\]")


def command_line(method: Method[Any]) -> str:
    """A command of a batch: the query string PHP parses, values encoded."""
    return line(method.rest_name, method.params())


def line(name: str, params: Mapping[str, Any]) -> str:
    """The same of a bare name and its parameters."""
    query = urlencode(list(_flat(params)))
    return f"{name}?{query}" if query else name


def _flat(value: Any, prefix: str = "") -> list[tuple[str, str]]:
    """PHP's bracket notation."""
    if isinstance(value, Mapping):
        pairs: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, list | tuple):
        pairs = enumerate(value)
    else:
        return [(prefix, "" if value is None else str(int(value) if isinstance(value, bool) else value))]
    found = [pair for key, item in pairs for pair in _flat(item, f"{prefix}[{key}]" if prefix else str(key))]
    return found or ([(f"{prefix}[]", "")] if prefix and not isinstance(value, Mapping) else [])


def needed_by(method: Method[Any]) -> set[str]:
    """Keys of the commands whose answers this one refers to (`$result[key]…`)."""
    return {key for _, value in _flat(method.params()) for key in _REFERENCE.findall(value)}


def php_map(value: Any) -> dict[str, Any]:
    """PHP prints a map with keys 0…n-1 as a list and an empty one as []."""
    if isinstance(value, list):
        return {str(place): item for place, item in enumerate(value)}
    return dict(value) if isinstance(value, Mapping) else {}


class Answers:
    """The parts of a batch's body by the keys of its commands."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        result = body.get("result")
        parts = result if isinstance(result, Mapping) else {}
        self.values, self.errors, self.times = (
            php_map(parts.get(name)) for name in ("result", "result_error", "result_time")
        )

    def outcome(self, key: str, method: Method[Any]) -> Outcome:
        """Value or error of one command. One that was never reached counts as refused: nothing was done."""
        if key in self.errors:
            error = self.errors[key]
            return Outcome(error=error_in(error if isinstance(error, Mapping) else {"error": error}))
        if key not in self.values:
            return Outcome(error=PortalBusy("NOT_REACHED"))
        try:
            return Outcome(method.read(self.values[key]))
        except ValidationError as strange:
            return Outcome(error=unreadable(method, strange))


def unreadable(method: Method[Any], strange: ValidationError) -> PortalRefused:
    """The portal answered with something else than its documentation says: no repetition will help."""
    places = ", ".join(sorted({".".join(map(str, item["loc"])) or "result" for item in strange.errors()})[:5])
    return PortalRefused("UNREADABLE_ANSWER", f"{method.rest_name}: {places}", status=200)
