"""The words of a message as features: lemmas, pairs of neighbours, and letters inside words.

Personal data never becomes a feature: numbers, addresses and names after a greeting are left out before.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple
from zlib import crc32

from b24app.pipelines.classify.hearing import Hearing
from b24app.pipelines.classify.lexicon import Lexicon
from b24app.pipelines.classify.words import normal_forms

GRAMS: Final = range(2, 6)
MAX_FORM: Final = 24
MAX_WORDS: Final = 400
"""Words of one message that the model looks at."""
MAX_NAMES: Final = 3
_GREETINGS: Final = frozenset(
    "здравствуйте здравствуй привет приветствую день утро вечер уважаемый уважаемая уважаемые hello hi hey dear morning afternoon".split()  # noqa: SIM905 - a word list reads better as one line
)
_EDGE: Final = "_"
_SPREAD: Final = 2_654_435_761
_ALL: Final = 0xFFFF_FFFF

Unit = tuple[int, ...]
"""Features of one word: its lemma, then groups of its letters. Or of a pair of neighbours: one feature.

A feature is a checksum of its name, 32 bits: customers' words cannot be read out of a model, and two names in a million
texts that share one do no harm.
"""
NOTHING: Final[Unit] = ()
"""A word that must not be known."""


def unit(form: str, lexicon: Lexicon) -> Unit:
    """Features of a normal form."""
    if not form.isalnum() or form.isdecimal():
        return NOTHING
    lemma = next((atom.text for atom in lexicon.conditions(form) if atom.kind in {"lemma", "stem"}), form)
    return (crc32(lemma.encode("utf-8", "surrogatepass")), *dict.fromkeys(_grams(form[:MAX_FORM])))


def units(forms: Sequence[str], known: Callable[[str], Unit]) -> list[Unit]:
    """The words of a text and the pairs of neighbours, each once; `known` is `unit` for many texts."""
    words = list(map(known, forms))
    pairs = [(pair(left[0], right[0]),) for left, right in pairwise(words) if left and right]
    return list(dict.fromkeys(one for one in (*words, *pairs) if one))


def pair(left: int, right: int) -> int:
    """The feature of two lemmas beside each other."""
    return (left * _SPREAD + right) & _ALL


def _grams(form: str) -> list[int]:
    """Letters beside each other, the ends of the word among them; each length has checksums of its own."""
    edged = f"{_EDGE}{form}{_EDGE}".encode("utf-16-le", "surrogatepass")
    last = len(edged) + 2
    return [crc32(edged[at : at + 2 * size], size) for size in GRAMS for at in range(0, last - 2 * size, 2)]


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
    known = hearing.words
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
