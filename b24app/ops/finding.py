"""One line of the doctor's report."""

from dataclasses import dataclass
from typing import Final, Literal

SIGNS: Final = {"ok": "✓", "info": "·", "warn": "!", "bad": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and how it is; `advice` says who has to do what."""

    state: Literal["ok", "info", "warn", "bad"]
    what: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{SIGNS[self.state]} {self.what}" + (f": {self.advice}" if self.advice else "")


def line(good: bool, what: str, advice: str) -> Finding:
    """Good, or bad with advice."""
    return Finding("ok", what) if good else Finding("bad", what, advice)
