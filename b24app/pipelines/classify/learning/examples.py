"""What the model learns from: requests with the labels people gave them, and the rules' own words."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from b24app.pipelines.classify.model import RequestText
from b24app.pipelines.classify.rules import RuleBook
from b24app.pipelines.classify.titles import NO_CATEGORY

AXES: Final = ("category", "kind", "priority", "request_type")
"""In the order they are decided: each sees what was chosen before."""
CORRECTED: Final = 1.0
CONFIRMED: Final = 0.5
"""Weight of a ticket that was closed without a change of its labels."""
WEAK: Final = 0.3
"""Weight of a text made of the rules' own phrases."""
_PHRASES: Final = 8
_SIGNS: Final = re.compile(r"\$\w+|@\w+|<\d+>|\.\.\.|…|[()|~=*#?]")
_NOTHING: Final = (
    "Добрый день!",
    "Здравствуйте",
    "Доброе утро, коллеги",
    "помогите",
    "Помогите, пожалуйста",
    "есть вопрос",
    "алло",
    "вы тут?",
    "ничего не работает",
    "всё сломалось",
    "не работает",
    "не получается",
    "проблема",
    "срочно",
    "ок",
    "да",
    "см. вложение",
    "hello",
    "hi there",
    "help",
    "please help",
    "it does not work",
    "nothing works",
    "are you there?",
    "I have a question",
    "urgent",
    "see attached",
    "test",
    "тест",
    "перезвоните мне",
    "кто-нибудь ответит?",
    "ау",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A request with the labels a person stands for, by axis; axes may be missing."""

    request: RequestText
    labels: Mapping[str, str]
    weights: Mapping[str, float] = field(default_factory=dict)
    """How much each label counts; `CORRECTED` where nothing is said."""

    def weight(self, axis: str) -> float:
        """How much the label of this axis counts."""
        return self.weights.get(axis, CORRECTED)


def weak_examples(book: RuleBook, known: Mapping[str, Collection[str]]) -> Iterator[Example]:
    """Phrases and yes-examples of the rules as texts that count little, and texts that certainly say nothing.

    Labels of an axis that the general model knows need none.
    """
    for category in book.categories:
        if category.name in known.get("category", ()):
            continue
        patterns = [pattern for rule in category.rules for pattern in rule.any]
        for text in (*category.yes, *_bunches(patterns)):
            yield _weak(text, "category", category.name)
    for kind, rules in book.kinds.items():
        if kind in known.get("kind", ()):
            continue
        for text in _bunches([pattern for rule in rules for pattern in rule.any]):
            yield _weak(text, "kind", kind)
    for text in _NOTHING:
        yield Example(RequestText(text), {"category": NO_CATEGORY})


def yes_examples(book: RuleBook) -> Iterator[tuple[RequestText, str]]:
    """Texts with the category they must come out in."""
    for category in book.categories:
        yield from ((RequestText(text), category.name) for text in category.yes)


def nothing_examples() -> Iterator[tuple[RequestText, str]]:
    """Texts that say nothing: no category is right for them."""
    yield from ((RequestText(text), NO_CATEGORY) for text in _NOTHING)


def _weak(text: str, axis: str, label: str) -> Example:
    return Example(RequestText(text), {axis: label}, {axis: WEAK})


def _bunches(patterns: Sequence[str]) -> Iterator[str]:
    plain = [" ".join(_SIGNS.sub(" ", pattern).split()) for pattern in patterns if not pattern.startswith("/")]
    words: list[str] = []
    for pattern in plain:
        words += pattern.split()
        if len(words) >= _PHRASES:
            yield " ".join(words)
            words = []
    if words:
        yield " ".join(words)
