"""Yes/no examples of rules are their tests: which of them do not come out as their author wants."""

from collections.abc import Iterator
from dataclasses import dataclass

from b24app.pipelines.classify.decide import classify
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.model import RequestText


@dataclass(frozen=True, slots=True)
class FailedExample:
    """An example whose text came out otherwise."""

    category: str
    side: str
    """`yes`: the text should get this category; `no`: it should not."""
    place: int
    """Its number in the list, from 0."""
    text: str
    got: str
    """The category it got."""

    @property
    def path(self) -> tuple[str | int, ...]:
        """Where it stands in the rules."""
        return ("categories", self.category, "examples", self.side, self.place)


def failed_examples(rules: Rules) -> tuple[FailedExample, ...]:
    """Every example that does not hold, in the order of the rules. About a millisecond for each example."""
    return tuple(_failed(rules))


def _failed(rules: Rules) -> Iterator[FailedExample]:
    for category in rules.book.categories:
        for side, texts in (("yes", category.yes), ("no", category.no)):
            for place, text in enumerate(texts):
                got = classify(RequestText(text), rules).category
                if (got == category.name) != (side == "yes"):
                    yield FailedExample(category.name, side, place, text, got)
