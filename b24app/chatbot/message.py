"""What Modest says, before the portal's words: text in BB code and rows of buttons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

T = TypeVar("T")

ROW_LETTERS: Final = 34
"""Letters of all labels that still stand side by side on a phone of 390 px."""
ROW_BUTTONS: Final = 3


class Colour(StrEnum):
    """Colour tokens of the portal's buttons."""

    BASE = "base"
    PRIMARY = "primary"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Button:
    """One button: it either sends `params` to the bot, or opens `link`."""

    text: str
    params: str = ""
    link: str = ""
    colour: Colour = Colour.BASE
    wide: bool = False
    """A row of its own."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its keyboard; no rows: buttons are taken away."""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()


def packed(buttons: Iterable[Button]) -> tuple[tuple[Button, ...], ...]:
    """Put short buttons side by side, at most three in a row, long and wide ones alone."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        if rows and _fits(rows[-1], button):
            rows[-1] = (*rows[-1], button)
        else:
            rows.append((button,))
    return tuple(rows)


def _fits(row: Sequence[Button], button: Button) -> bool:
    letters = sum(len(known.text) for known in row) + len(button.text)
    alone = button.wide or any(known.wide for known in row)
    return not alone and len(row) < ROW_BUTTONS and letters <= ROW_LETTERS


def page_of(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], bool]:
    """One page of buttons; past the end it begins again, so that «Ещё» never leads into nothing."""
    first = page * size if page * size < len(items) else 0
    return items[first : first + size], len(items) > size


def plain(text: str) -> str:
    """A customer's words made harmless: square brackets would be read as BB code."""
    return text.replace("[", "(").replace("]", ")")


def shortened(text: str, letters: int) -> str:
    """The beginning of a text, cut between words."""
    line = " ".join(text.split())
    if len(line) <= letters:
        return line
    head = line[:letters].rsplit(" ", 1)[0] or line[:letters]
    return head.rstrip(" .,;:—-") + "…"
