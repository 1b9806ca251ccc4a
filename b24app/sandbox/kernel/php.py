"""What shows that the portal is written in PHP: bracket parameters and arrays that are lists or maps.

Rules: platform.md 3.2 and 4.2 (docs pages `settings/how-to-call-rest-api/data-encoding.md`, `api-reference/events/`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus, unquote_plus

_KEY = re.compile(r"\[([^\]]*)\]")
DEEPEST = 64


class Obj(dict[str, Any]):
    """A map that is printed as an object even when empty or keyed 0..n-1."""


def parse_query(text: str) -> dict[str, Any]:
    """`filter[>id]=10&select[]=id` -> `{"filter": {">id": "10"}, "select": ["id"]}`."""
    pairs = (part.partition("=") for part in text.split("&") if part)
    return nest((unquote_plus(name), unquote_plus(value)) for name, _, value in pairs)


def nest(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Flat bracket names to nested maps; maps keyed 0..n-1 become lists."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        _put(root, _path(name), value)
    return {key: listify(value) for key, value in root.items()}


def _path(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not bracket or not head:
        return [name]
    return [head, *_KEY.findall("[" + rest)][:DEEPEST]


def _put(node: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for key in path[:-1]:
        step = key or str(len(node))
        child = node.get(step)
        if not isinstance(child, dict):
            child = node[step] = {}
        node = child
    node[path[-1] or str(len(node))] = value


def is_list(keys: Iterable[Any]) -> bool:
    """Whether PHP would print a map with these keys as a JSON list."""
    return all(str(key) == str(index) for index, key in enumerate(keys))


def listify(value: Any) -> Any:
    """Maps keyed 0..n-1 to lists, at every depth (input side: an empty map stays a map)."""
    if isinstance(value, dict):
        inner = {key: listify(item) for key, item in value.items()}
        return list(inner.values()) if inner and is_list(inner) else inner
    return [listify(item) for item in value] if isinstance(value, list) else value


def tidy(value: Any) -> Any:
    """Output side: an empty map is `[]`, a map keyed 0..n-1 is a list, `Obj` stays an object."""
    if isinstance(value, Obj):
        return {str(key): tidy(item) for key, item in value.items()}
    if isinstance(value, Mapping):
        if is_list(value):
            return [tidy(item) for item in value.values()]
        return {str(key): tidy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(item) for item in value]
    return value


def build_query(data: Mapping[str, Any]) -> str:
    """`http_build_query`: everything a string, true is 1, false is 0, nulls and empty arrays vanish."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in flatten(data))


def flatten(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Nested data as flat bracket names with string values."""
    return [pair for key, value in data.items() for pair in _flat(str(key), value)]


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [pair for key, item in value.items() for pair in _flat(f"{name}[{key}]", item)]
    if isinstance(value, list | tuple):
        return [pair for index, item in enumerate(value) for pair in _flat(f"{name}[{index}]", item)]
    if isinstance(value, bool):
        return [(name, "1" if value else "0")]
    return [(name, str(value))]
