"""What the rules may ask a learnt model. The model itself stands in `learning` and needs numpy; rules alone do not."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Shares = Sequence[tuple[str, float]]
"""Labels with their shares of all that speaks for any, the best first; what is missing to 1 is silence."""


class Opinion(Protocol):
    """What the model says on one axis of one message."""

    @property
    def shares(self) -> Shares:
        """Labels with their probabilities, the best first."""
        ...

    @property
    def version(self) -> str:
        """Of the model that says it."""
        ...

    @property
    def is_general(self) -> bool:
        """It comes with the built-in rules; else it was learnt for the portal."""
        ...

    def spans(self) -> tuple[tuple[int, int], ...]:
        """Words (first, after the last) that speak most for the best label, the strongest first; up to five."""
        ...


class Listener(Protocol):
    """A model that has read one message."""

    def opinion(self, axis: str, rules: Shares, upstream: Mapping[str, str]) -> Opinion | None:
        """What the model says, given what the rules say and the labels chosen on other axes; None: rules alone decide."""
        ...


class Assistant(Protocol):
    """A learnt model: the general one of the built-in rules, or that of one portal, which stands on it."""

    @property
    def version(self) -> str:
        """Changes whenever the model does."""
        ...

    @property
    def auto(self) -> float | None:
        """From which confidence on the category is set by itself; None: what the rules say."""
        ...

    @property
    def suggest(self) -> float | None:
        """From which confidence on categories are offered; None: what the rules say."""
        ...

    @property
    def alone(self) -> bool:
        """The labels are not those of the rules: the model decides the category by itself."""
        ...

    def listen(self, hearing: Any, /) -> Listener:
        """Read a message, given as a `Hearing`: it is made of rules, which may hold an assistant."""
        ...
