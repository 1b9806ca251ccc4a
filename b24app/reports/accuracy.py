"""How often labels set by themselves were left as they were, category by category. Every figure names its tickets."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["kept", "changed", "waiting"]
STATES: Final[tuple[State, ...]] = ("kept", "changed", "waiting")


@dataclass(frozen=True, slots=True)
class Judged:
    """A label that was set by itself, and what became of it.

    `kept`: an agent closed the ticket as solved with the label untouched. `changed`: a person set another one. `open`:
    nobody has said anything yet.
    """

    ticket: str
    given: str
    state: State
    now: str = ""
    """The label it has now."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One category, or all of them."""

    label: str
    kept: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    became: tuple[tuple[str, int], ...] = ()
    """What the changed ones became, the commonest first."""

    @property
    def judged(self) -> int:
        """Tickets that somebody has judged."""
        return len(self.kept) + len(self.changed)

    @property
    def share(self) -> float | None:
        """Share of the judged ones that were right, 0 to 1; None when nothing was judged."""
        return len(self.kept) / self.judged if self.judged else None


def accuracy(rows: Iterable[Judged]) -> tuple[Figure, ...]:
    """A figure for each label that was given, the one with most tickets first, before them one for all (label empty)."""
    known = list(rows)
    by_label: dict[str, list[Judged]] = defaultdict(list)
    for row in known:
        by_label[row.given].append(row)
    figures = [_figure(label, some) for label, some in by_label.items()]
    ordered = sorted(figures, key=lambda one: (-one.judged - len(one.waiting), one.label))
    return (_figure("", known), *ordered)


def _figure(label: str, rows: list[Judged]) -> Figure:
    became: dict[str, int] = {}
    for row in rows:
        if row.state == "changed":
            became[row.now] = became.get(row.now, 0) + 1
    by_state: dict[State, tuple[str, ...]] = {
        state: tuple(row.ticket for row in rows if row.state == state) for state in STATES
    }
    ordered = tuple(sorted(became.items(), key=lambda item: (-item[1], item[0])))
    return Figure(label, by_state["kept"], by_state["changed"], by_state["waiting"], ordered)
