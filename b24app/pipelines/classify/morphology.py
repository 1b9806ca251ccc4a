"""What the rules need to know about a word: its lemmas by a dictionary, or its stem when no dictionary knows it.

The dictionary is an argument of everything that reads words; the Russian one that is shipped is `opencorpora`.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

SHORTEST_STEM: Final = 3

_RUSSIAN: Final = """
иями ями ами ого его ому ему ыми ими ией иях ях ах ов ев ей ой ий ый ая яя ое ее ые ие ую юю ам ям ом ем ём ю у а я о е ы и
ь ешь ишь ет ит ут ют ат ят ете ите ем им ал ала али ил ила или ел ела ели ть ать ить еть ться
"""
_ENDINGS: Final = tuple(sorted(_RUSSIAN.split(), key=lambda ending: (-len(ending), ending)))
_ENGLISH: Final = (
    ("ational", "ate"),
    ("ization", "ize"),
    ("isation", "ize"),
    ("ies", "y"),
    ("ied", "y"),
    ("sses", "ss"),
    ("shes", "sh"),
    ("ches", "ch"),
    ("xes", "x"),
    ("ing", ""),
    ("ed", ""),
    ("ly", ""),
    ("es", "e"),
    ("s", ""),
)
_DOUBLED: Final = frozenset(("bb", "dd", "gg", "mm", "nn", "pp", "rr", "tt"))
_VOWELS: Final = frozenset("aeiouy")


class Word(NamedTuple):
    """What a dictionary says about a form; `lemmas` is empty for unknown words, the likeliest stand first."""

    lemmas: tuple[str, ...]
    imperative: bool


class Dictionary(Protocol):
    """A dictionary of Cyrillic words. Forms and lemmas are in small letters, with е for ё."""

    def look(self, form: str) -> Word:
        """The likely readings of a form."""

    def known(self, form: str) -> bool:
        """The form stands in the dictionary."""

    def forms(self, lemma: str) -> Iterable[str]:
        """Every form of a word given as its lemma; nothing for unknown words."""

    def __hash__(self) -> int:
        """What was found in it is remembered."""


def stem(form: str) -> str:
    """A rough stem, for words outside the dictionary: the same for all forms is all that counts."""
    return _english_stem(form) if form.isascii() else _russian_stem(form)


def _russian_stem(form: str) -> str:
    bare = form[:-2] if form.endswith(("ся", "сь")) else form
    for ending in _ENDINGS:
        if bare.endswith(ending) and len(bare) - len(ending) >= SHORTEST_STEM:
            return bare[: -len(ending)]
    return bare


def _english_stem(form: str) -> str:
    for ending, instead in _ENGLISH:
        kept = len(form) - len(ending)
        if form.endswith(ending) and kept >= SHORTEST_STEM and not _VOWELS.isdisjoint(form[:kept]):
            if ending == "s" and form.endswith(("ss", "us", "is")):
                break
            return _tidied(form[:kept] + instead)
    return _tidied(form)


def _tidied(word: str) -> str:
    """«stopped» and «stop», «receiving» and «receive» have one stem."""
    if word[-2:] in _DOUBLED:
        word = word[:-1]
    if word.endswith("e") and len(word) > SHORTEST_STEM:
        return word[:-1]
    return f"{word[:-1]}i" if word.endswith("y") and len(word) > SHORTEST_STEM else word
