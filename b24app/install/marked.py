"""A text with some of its words marked, cut into pieces that a template can print one after another."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAX_SHOWN = 20_000


class Piece(NamedTuple):
    """A stretch of a text by offsets, and why it is marked."""

    start: int
    end: int
    mark: str


def pieces_of(text: str, marks: Iterable[Piece]) -> Iterator[tuple[str, str]]:
    """(text, mark or nothing) from beginning to end; where marks overlap, the earlier given wins."""
    known: list[Piece] = []
    for one in marks:
        if one.start < one.end and all(one.end <= other.start or one.start >= other.end for other in known):
            known.append(one)
    at = 0
    for one in sorted(known):
        if one.start >= MAX_SHOWN:
            break
        if text[at : one.start]:
            yield text[at : one.start], ""
        yield text[one.start : one.end], one.mark
        at = one.end
    if text[at:MAX_SHOWN]:
        yield text[at:MAX_SHOWN], ""
