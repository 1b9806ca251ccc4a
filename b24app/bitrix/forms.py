"""Bodies of the portal's calls: PHP's bracket notation into nested values, with caps that a hostile sender cannot pass.

Linear in the size of the body. Source: platform.md 3.2, 4.2.
"""

import json
from typing import Any, Final
from urllib.parse import unquote_plus

from b24app.kit.errors import Forgery

LONGEST: Final = 256 * 1024
KEYS: Final = 1_000
DEPTH: Final = 8


class TooMuch(Forgery):
    """The body is larger or deeper than anything the portal sends."""


def parse_body(body: bytes, content_type: str = "") -> dict[str, Any]:
    """A form (or JSON, which one documentation page uses) as nested dicts of strings. `TooMuch` beyond the caps."""
    if len(body) > LONGEST:
        raise TooMuch("body too large")
    if "json" in content_type.lower():
        return _json(body)
    return parse_form(body.decode("utf-8", errors="replace"))


def _json(body: bytes) -> dict[str, Any]:
    if body.count(b"{") + body.count(b"[") > KEYS or body.count(b":") > KEYS:
        raise TooMuch("too many keys")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    _measure(data, DEPTH)
    return data if isinstance(data, dict) else {}


def _measure(value: Any, left: int) -> None:
    if left < 0:
        raise TooMuch("nested too deep")
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in below:
        _measure(item, left - 1)


def parse_form(text: str) -> dict[str, Any]:
    """`auth[member_id]=x&data[FIELDS][ID]=7` → nested dicts. A later key wins; `[]` counts up."""
    pairs = text.split("&") if text else []
    if len(pairs) > KEYS:
        raise TooMuch("too many keys")
    root: dict[str, Any] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name:
            _put(root, _path(unquote_plus(name)), unquote_plus(value))
    return root


def _path(name: str) -> list[str]:
    first, bracket, rest = name.partition("[")
    if not bracket:
        return [name]
    parts = [first, *rest.removesuffix("]").split("][")]
    if len(parts) > DEPTH:
        raise TooMuch("nested too deep")
    return parts


def _put(root: dict[str, Any], path: list[str], value: str) -> None:
    place = root
    for step in path[:-1]:
        below = place.get(step)
        if not isinstance(below, dict):
            below = place[step] = {}
        place = below
    place[path[-1] or str(len(place))] = value
