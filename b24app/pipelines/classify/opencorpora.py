"""Russian words to sets of lemmas by the OpenCorpora dictionary, as pymorphy3 reads it.

A form often has several readings: «счета» is «счёт» in three cases, «лиды» may be a woman's name. All readings with at
least `LIKELY` of the best one's probability are kept, and two words match when their sets meet.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from pymorphy3 import MorphAnalyzer
from pymorphy3.units import DictionaryAnalyzer

from b24app.pipelines.classify.morphology import Word

LIKELY: Final = 0.2
UNSEEN: Final = 1e-4
"""Weight of a reading the corpus never met."""
ORDER: Final = 0.3
"""Share of the readings of a form that must be imperative."""
SHORTEST_ORDER: Final = 3
IDLE: Final = frozenset(
    (
        "здравствовать",
        "простить",
        "извинить",
        "прощать",
        "извинять",
        "слушать",
        "слушайте",
        "послушать",
        "сказать",
        "подсказать",
        "пояснить",
        "уточнить",
        "представить",
        "поверить",
        "понять",
        "знать",
        "услать",
    )
)
"""Imperatives of greeting and of asking: nothing is to be done but to listen and to answer."""

_IMPERATIVE: Final = frozenset(("impr", "excl"))
"""Addressed to others: «сократите», not «сократим»."""
_PARTICIPLE: Final = "PRTF"


MAX_LOOKED: Final = 4_000
"""Forms remembered: rules and model ask for the same word one after the other."""


class _Reading(NamedTuple):
    """A dictionary entry of a form: its spelling with ё, its paradigm, and which form of it."""

    spelling: str
    paradigm: int
    number: int


class OpenCorpora:
    """The dictionary in memory. What changes are memories of what was read once, so threads may share it."""

    __slots__ = ("_dictionary", "_endings", "_looked", "_similar", "_weights", "_words")

    def __init__(self, analyzer: MorphAnalyzer) -> None:
        """Only the dictionary of the analyzer is asked: what it would guess of unknown words is too unsteady for rules."""
        self._dictionary: Any = analyzer.dictionary
        self._words = self._dictionary.words
        self._similar = analyzer.char_substitutes
        self._weights = analyzer.prob_estimator.p_t_given_w
        self._endings: dict[int, tuple[tuple[str, str], ...]] = {}
        self._looked: dict[str, Word] = {}

    def known(self, form: str) -> bool:
        """The form stands in the dictionary. «е» finds «ё»."""
        return bool(self._words.similar_keys(form, self._similar))

    def look(self, form: str) -> Word:
        """Lemmas of a form, the likeliest first."""
        known = self._looked.get(form)
        if known is None:
            if len(self._looked) >= MAX_LOOKED:
                self._looked.clear()
            known = self._looked[form] = self._look(form)
        return known

    def _look(self, form: str) -> Word:
        readings = [(one, self._lemma(*one), _IMPERATIVE in self._tag(one)) for one in self._readings(form)]
        if len({(lemma, order) for _, lemma, order in readings}) > 1:
            return self._weighed(form, readings)
        if not readings:
            return Word((), imperative=False)
        _, lemma, order = readings[0]
        return Word((lemma,), _orders(form, lemma, order))

    def _weighed(self, form: str, readings: Sequence[tuple[_Reading, str, bool]]) -> Word:
        weights: dict[str, float] = defaultdict(float)
        ordering = 0.0
        for one, lemma, order in readings:
            weight = self._weights.prob(one.spelling, self._tag(one)) or UNSEEN
            weights[lemma] += weight
            ordering += weight if order else 0
        least = LIKELY * max(weights.values())
        likely = {lemma: weight for lemma, weight in weights.items() if weight >= least}
        lemmas = tuple(sorted(likely, key=lambda lemma: (-likely[lemma], lemma)))
        return Word(lemmas, _orders(form, lemmas[0], ordering > ORDER * sum(likely.values())))

    def forms(self, lemma: str) -> Iterator[str]:
        """Every form of a word given as its lemma, participles in their first form only."""
        for spelling, paradigm, number in self._readings(lemma):
            if self._lemma(spelling, paradigm, number) == lemma:
                stem = _plain(self._dictionary.build_stem(self._dictionary.paradigms[paradigm], number, spelling))
                yield from (f"{prefix}{stem}{suffix}" for prefix, suffix in self._affixes(paradigm))

    def _readings(self, form: str) -> Iterator[_Reading]:
        for spelling, places in self._words.similar_items(form, self._similar):
            for paradigm, number in places:
                yield _Reading(spelling, paradigm, number)

    def _tag(self, one: _Reading) -> Any:
        return self._dictionary.build_tag_info(one.paradigm, one.number)

    def _lemma(self, spelling: str, paradigm: int, number: int) -> str:
        return _plain(self._dictionary.build_normal_form(paradigm, number, spelling))

    def _affixes(self, paradigm: int) -> tuple[tuple[str, str], ...]:
        """Prefixes and suffixes of a paradigm; of each participle the first form is enough."""
        if paradigm not in self._endings:
            found, participle = list[tuple[str, str]](), ""
            for prefix, tag, suffix in self._dictionary.build_paradigm_info(paradigm):
                part = str(tag).partition(" ")[0]
                if not part.startswith(_PARTICIPLE) or part != participle:
                    found.append((prefix, _plain(suffix)))
                participle = part
            self._endings[paradigm] = tuple(found)
        return self._endings[paradigm]


def _orders(form: str, lemma: str, imperative: bool) -> bool:
    return imperative and len(form) > SHORTEST_ORDER and lemma not in IDLE


def _plain(word: str) -> str:
    return word.replace("ё", "е")


@cache
def shipped() -> OpenCorpora:
    """The dictionary of the installed package, read once per process."""
    return OpenCorpora(MorphAnalyzer(lang="ru", units=[DictionaryAnalyzer()]))
