"""What travels inside a button: one word and a few ids, typed.

A press from an old message or a hand-typed command that does not parse fails by name: `PressOutdated`.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, dataclass_transform

from b24app.kit.errors import PressOutdated

COMMAND = "ticket"
"""The one hidden command of the bot; the payload is its parameters."""

LONGEST = 400
"""Letters of a payload; the portal and our own door take more."""

_words: dict[str, "type[Payload]"] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Payload:
    """Base of all buttons' contents; a subclass names its word and its fields (str or int, None for absent)."""

    word: ClassVar[str]

    def __init_subclass__(cls, word: str) -> None:
        cls.word = word
        _words[word] = cls
        dataclass(frozen=True, kw_only=True)(cls)

    def pack(self) -> str:
        """`assign 2-7405 15`: short, opaque for people, safe in a command line."""
        values = (getattr(self, field.name) for field in _fields(type(self)))
        return " ".join([self.word, *("-" if value is None else str(value) for value in values)])

    @classmethod
    def _read(cls, words: list[str]) -> Self:
        known = _fields(cls)
        if len(words) != len(known):
            raise PressOutdated(cls.word)
        return cls(**{field.name: _value(field.type, word) for field, word in zip(known, words, strict=True)})


def unpack(params: str) -> Payload:
    """The typed contents of a button; raises `PressOutdated` for anything we did not write."""
    word, *rest = params.split() or [""]
    if word not in _words or len(params) > LONGEST:
        raise PressOutdated(word)
    try:
        return _words[word]._read(rest)  # noqa: SLF001 - the base class reads its own subclasses
    except ValueError as error:
        raise PressOutdated(word) from error


def _fields(kind: type[Payload]) -> tuple[Any, ...]:
    return fields(kind)  # type: ignore[arg-type]  # every subclass is made a dataclass above


def _value(kind: Any, word: str) -> str | int | None:
    if word == "-":
        return None
    return word if kind is str or "Ticket" in str(kind) else int(word)
