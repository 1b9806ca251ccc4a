"""Where a request comes from, and the conditions of rules on it: sender, channel, company, attachments."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from b24app.pipelines.classify.model import RequestText

MAX_MASK: Final = 100
MAX_STARS: Final = 5
MAX_VALUE: Final = 300
MAX_VALUES: Final = 50

Conditions = tuple[tuple[str, tuple[str, ...]], ...]
"""Fields with masks: each field must have a value like one of its masks. `*` stands for anything."""


def _sender(request: RequestText) -> Sequence[str]:
    """The address; without one, that of the header «From: Name <address>»."""
    written = request.sender or next((text for name, text in request.headers.items() if name.lower() == "from"), "")
    return (written[-MAX_VALUE:].rpartition("<")[2].rstrip("> "),)


_FIELDS: Final[Mapping[str, Callable[[RequestText], Sequence[str]]]] = MappingProxyType(
    {
        "sender": _sender,
        "channel": lambda request: (request.channel,),
        "company": lambda request: (request.company,),
        "attachment": lambda request: request.attachments[:MAX_VALUES],
    }
)
FIELDS: Final = tuple(_FIELDS)


def holds(conditions: Conditions, request: RequestText) -> bool:
    """Every condition has a value of the request that it likes."""
    return all(
        any(_like(value[:MAX_VALUE], mask) for value in _FIELDS[name](request) for mask in masks)
        for name, masks in conditions
    )


def is_mask(mask: str) -> bool:
    """Neither too long nor with too many stars."""
    return len(mask) <= MAX_MASK and mask.count("*") <= MAX_STARS


def _like(value: str, mask: str) -> bool:
    """Letters' case aside; the pieces between stars are looked for one after another, so the time is linear."""
    first, *rest = mask.casefold().split("*")
    text = value.strip().casefold()
    if not rest:
        return text == first
    *middle, last = rest
    at = len(first)
    if not text.startswith(first) or not text.endswith(last) or len(text) < at + len(last):
        return False
    end = len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
