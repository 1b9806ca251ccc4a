"""The words of a message as features: lemmas, pairs of neighbours, and letters inside words.

Personal data never becomes a feature: numbers, addresses and names after a greeting are left out before.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from b24app.pipelines.classify.hearing import Hearing
from b24app.pipelines.classify.lexicon import Lexicon
from b24app.pipelines.classify.words import normal_forms

GRAMS: Final = range(2, 6)
MAX_FORM: Final = 24
MAX_WORDS: Final = 400
"""Words of one message that the model looks at."""
MAX_REMEMBERED: Final = 50_000
MAX_NAMES: Final = 3
_GREETINGS: Final = frozenset(
    "здравствуйте здравствуй привет приветствую день утро вечер уважаемый уважаемая уважаемые hello hi hey dear morning afternoon".split()  # noqa: SIM905 - a word list reads better as one line
)
_EDGE: Final = "_"


class Wording(NamedTuple):
    """A word as the model knows it; `lemma` is empty for what must not be known."""

    lemma: str
    grams: tuple[str, ...]


NOTHING: Final = Wording("", ())


def wording(form: str, lexicon: Lexicon) -> Wording:
    """Lemma and letters of a normal form."""
    if not form.isalnum() or form.isdecimal():
        return NOTHING
    lemma = next((atom.text for atom in lexicon.conditions(form) if atom.kind in {"lemma", "stem"}), form)
    return Wording(lemma, tuple(_grams(form[:MAX_FORM])))


def _grams(form: str) -> Iterator[str]:
    edged = f"{_EDGE}{form}{_EDGE}"
    for size in GRAMS:
        for at in range(len(edged) - size + 1):
            yield f"~{edged[at : at + size]}"


class Written(NamedTuple):
    """A word that may be looked at, as it was written, and what it was meant to be when it is misspelt; both may be empty."""

    word: str
    repaired: str

    @property
    def form(self) -> str:
        """Its normal form; empty where something was left out."""
        return self.repaired or (normal_forms(self.word)[0] if self.word else "")


_LEFT_OUT: Final = Written("", "")


def written(hearing: Hearing) -> list[Written]:
    """The words of a message, without names after a greeting."""
    tokens = hearing.message.tokens
    known = hearing.rules.engine.index.words(tokens)
    if _GREETINGS.isdisjoint(map(str.casefold, tokens.words[:MAX_WORDS])):
        return list(map(Written, tokens.words[:MAX_WORDS], (about.repaired for about in known)))
    found: list[Written] = []
    greeted, names = -1, 0
    for word, about, sentence in zip(tokens.words[:MAX_WORDS], known, tokens.sentences, strict=False):
        if names and greeted == sentence and word[:1].isupper() and not about.atoms:
            names -= 1
            found.append(_LEFT_OUT)
            continue
        if word.casefold() in _GREETINGS:
            greeted, names = sentence, MAX_NAMES
        found.append(Written(word, about.repaired))
    return found


def pairs(lemmas: Sequence[str]) -> Iterator[str]:
    """Neighbours as one feature."""
    return (f"{left} {right}" for left, right in pairwise(lemmas) if left and right)


def units(words: Iterable[Wording]) -> Iterator[str]:
    """Every feature of a text, repeated as often as it stands there."""
    lemmas = []
    for word in words:
        lemmas.append(word.lemma)
        if word.lemma:
            yield word.lemma
            yield from word.grams
    yield from pairs(lemmas)
