"""The portal's rich texts (BB code, HTML of letters) as plain text. Linear time, whatever a sender puts in."""

import re
from html import unescape
from typing import Final

LONGEST: Final = 100_000
"""Letters of a request that are looked at; what is longer is no message of a person."""

_DROPPED: Final = re.compile(r"<(style|script|head)\b[^>]{0,400}>", re.IGNORECASE)
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]{0,400}>|\[br\]|\[/?(?:p|list|\*)\]", re.IGNORECASE)
_TAG: Final = re.compile(r"<[/!a-z][^<>]{0,2000}>", re.IGNORECASE)
_BB: Final = re.compile(r"\[/?[a-z*]{1,12}(?:=[^\[\]]{0,400})?\]", re.IGNORECASE)


def plain_text(rich: str | None) -> str:
    """Text without markup, blank lines collapsed."""
    if not rich:
        return ""
    text = _without_hidden(rich[:LONGEST])
    text = _BB.sub("", _TAG.sub("", _BREAK.sub("\n", text)))
    lines = (" ".join(line.split()) for line in unescape(text).splitlines())
    return "\n".join(line for line in lines if line)


def _without_hidden(text: str) -> str:
    """Style and script elements with their contents; an unclosed one hides the rest."""
    parts: list[str] = []
    place, lower = 0, text.lower()
    while match := _DROPPED.search(text, place):
        parts.append(text[place : match.start()])
        end = lower.find(f"</{match[1].lower()}", match.end())
        if end < 0:
            return "".join(parts)
        place = end
    return "".join((*parts, text[place:]))
