"""Russian words to sets of lemmas by the OpenCorpora dictionary (pymorphy3); English and unknown words to stems.

A form often has several readings: «счета» is «счёт» in three cases, «лиды» may be a woman's name. All readings with at
least `LIKELY` of the best one's probability are kept, and two words match when their sets meet.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from pymorphy3 import MorphAnalyzer

LIKELY: Final = 0.2
UNSEEN: Final = 1e-4
"""Weight of a reading the corpus never met."""
ORDER: Final = 0.3
"""Share of the readings of a form that must be imperative."""
SHORTEST_STEM: Final = 3
GREETINGS: Final = frozenset({"здравствовать", "простить", "извинить", "прощать", "извинять"})
"""Imperatives that ask for nothing."""

_RUSSIAN: Final = """
иями ями ами ого его ому ему ыми ими ией ией иях ях ах ов ев ей ой ий ый ая яя ое ее ые ие ую юю ам ям ом ем ём ю у а я о е ы и
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
    """What the dictionary says about a form; `lemmas` is empty for unknown words. Letters are small, ё is е."""

    lemmas: tuple[str, ...]
    imperative: bool


@cache
def _analyzer() -> MorphAnalyzer:
    """Loaded once per process, 23 MiB; read only afterwards, so threads may share it."""
    return MorphAnalyzer(lang="ru")


def known(form: str) -> bool:
    """The form stands in the dictionary. «е» finds «ё»."""
    analyzer = _analyzer()
    return bool(analyzer.dictionary.words.similar_items(form, analyzer.char_substitutes))


def look(form: str) -> Word:
    """Lemmas of a Cyrillic form in small letters, the likeliest first."""
    analyzer = _analyzer()
    dictionary = analyzer.dictionary
    weights: dict[str, float] = defaultdict(float)
    orders = 0.0
    for spelling, paradigms in dictionary.words.similar_items(form, analyzer.char_substitutes):
        for paradigm, number in paradigms:
            tag = dictionary.build_tag_info(paradigm, number)
            weight = analyzer.prob_estimator.p_t_given_w.prob(spelling, tag) or UNSEEN
            lemma = _plain(dictionary.build_normal_form(paradigm, number, spelling))
            weights[lemma] += weight
            orders += weight if "impr" in tag else 0
    if len(weights) > 1:
        least = LIKELY * max(weights.values())
        weights = {lemma: weight for lemma, weight in weights.items() if weight >= least}
    lemmas = tuple(sorted(weights, key=lambda lemma: (-weights[lemma], lemma)))
    ordering = orders > ORDER * sum(weights.values()) and len(form) > SHORTEST_STEM
    return Word(lemmas, ordering and lemmas[0] not in GREETINGS)


def forms(lemma: str) -> Iterator[str]:
    """Every form of a dictionary word given as its lemma; nothing for unknown words."""
    analyzer = _analyzer()
    dictionary: Any = analyzer.dictionary
    for spelling, paradigms in dictionary.words.similar_items(lemma, analyzer.char_substitutes):
        for paradigm, number in paradigms:
            if _plain(dictionary.build_normal_form(paradigm, number, spelling)) == lemma:
                stem = dictionary.build_stem(dictionary.paradigms[paradigm], number, spelling)
                yield from _inflected(dictionary, dictionary.paradigms[paradigm], stem)


def _inflected(dictionary: Any, paradigm: Any, stem: str) -> Iterator[str]:
    """A paradigm is three runs of equal length: suffixes, tags, prefixes."""
    count = len(paradigm) // 3
    for number in range(count):
        prefix = dictionary.paradigm_prefixes[paradigm[2 * count + number]]
        yield _plain(f"{prefix}{stem}{dictionary.suffixes[paradigm[number]]}")


def _plain(word: str) -> str:
    return word.replace("ё", "е")


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
