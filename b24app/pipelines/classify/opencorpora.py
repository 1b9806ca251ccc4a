"""Russian words to sets of lemmas by the OpenCorpora dictionary, read from the files of the package `pymorphy3-dicts-ru`.

A form often has several readings: «счета» is «счёт» in three cases, «лиды» may be a woman's name. All readings with at
least `LIKELY` of the best one's probability are kept, and two words match when their sets meet.

Of the package only what lookups need is read (14 MiB; its programs would take 24 MiB and a fifth of a second more).
Source of the format: the manual of pymorphy2, "Dictionaries"; of the data: OpenCorpora, CC BY-SA.
"""

import json
import pkgutil
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from struct import Struct
from typing import Final, NamedTuple

from b24app.pipelines.classify.automaton import NOWHERE, ROOT, SEPARATOR, Automaton
from b24app.pipelines.classify.morphology import Word

PACKAGE: Final = "pymorphy3_dicts_ru"
FILES: Final = ("words.dawg", "p_t_given_w.intdawg", "paradigms.array", "suffixes.json", "gramtab-opencorpora-int.json")
PREFIXES: Final = ("", "по", "наи")
"""Prefixes of paradigms: «лучше» and «получше», «наилучший»."""
LIKELY: Final = 0.2
UNSEEN: Final = 100
"""Weight of a reading the corpus never met; those it met have up to a million."""
ORDER: Final = 0.3
"""Share of the readings of a form that must be imperative."""
SHORTEST_ORDER: Final = 3
GREETINGS: Final = frozenset({"здравствовать", "простить", "извинить", "прощать", "извинять"})
"""Imperatives that ask for nothing."""

_Addresses = tuple[tuple[int, int], ...]
"""Paradigms with the number of the form in them."""

_ADDRESS: Final = Struct(">HH")
_NOTHING: Final = Word((), imperative=False)
_IMPERATIVE: Final = "impr"
_PARTICIPLE: Final = "PRTF"


class _Reading(NamedTuple):
    """A dictionary entry of a form: its spelling with ё, its paradigm, and which form of it."""

    spelling: str
    paradigm: int
    number: int


class OpenCorpora:
    """The dictionary in memory. What changes are memories of what was read once, so threads may share it."""

    __slots__ = ("_addresses", "_endings", "_paradigms", "_suffixes", "_tags", "_weights", "_words")

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """From the bytes of `FILES`."""
        self._words = Automaton.of(files["words.dawg"])
        self._addresses: dict[int, _Addresses] = {}
        self._endings: dict[int, tuple[tuple[str, str], ...]] = {}
        self._weights = Automaton.of(files["p_t_given_w.intdawg"])
        self._paradigms = _paradigms(files["paradigms.array"])
        self._suffixes: list[str] = json.loads(files["suffixes.json"])
        self._tags: list[str] = json.loads(files["gramtab-opencorpora-int.json"])

    def known(self, form: str) -> bool:
        """The form stands in the dictionary. «е» finds «ё»."""
        return any(True for _ in self._ends(form))

    def look(self, form: str) -> Word:
        """Lemmas of a form, the likeliest first."""
        readings = list(self._readings(form))
        if not readings:
            return _NOTHING
        lemmas = dict.fromkeys(map(self._lemma, readings))
        orders = [_IMPERATIVE in self._tag(one) for one in readings]
        if len(lemmas) > 1 or any(orders) != all(orders):
            return self._weighed(form, readings, orders)
        return Word(tuple(lemmas), _orders(form, tuple(lemmas), imperative=orders[0]))

    def forms(self, lemma: str) -> Iterator[str]:
        """Every form of a word given as its lemma, participles in their first form only."""
        for one in self._readings(lemma):
            if self._lemma(one) == lemma:
                yield from self._inflected(one)

    def _weighed(self, form: str, readings: list[_Reading], orders: list[bool]) -> Word:
        weights: dict[str, int] = defaultdict(int)
        ordering = 0
        for one, order in zip(readings, orders, strict=True):
            weight = self._weight(one)
            weights[self._lemma(one)] += weight
            ordering += weight if order else 0
        least = LIKELY * max(weights.values())
        likely = {lemma: weight for lemma, weight in weights.items() if weight >= least}
        lemmas = tuple(sorted(likely, key=lambda lemma: (-likely[lemma], lemma)))
        return Word(lemmas, _orders(form, lemmas, imperative=ordering > ORDER * sum(likely.values())))

    def _weight(self, one: _Reading) -> int:
        node = self._weights.follow(ROOT, f"{one.spelling}:{self._tag(one)}".encode())
        return (self._weights.number(node) if node != NOWHERE else 0) or UNSEEN

    def _readings(self, form: str) -> Iterator[_Reading]:
        for spelling, node in self._ends(form):
            for paradigm, number in self._addresses_at(node):
                yield _Reading(spelling, paradigm, number)

    def _ends(self, form: str) -> Iterator[tuple[str, int]]:
        """Spellings of a form with ё and without, and the places after them where their addresses begin."""
        places = [("", ROOT)]
        for at, part in enumerate(form.split("е")):
            starts = ("е", "ё") if at else ("",)
            places = [
                (f"{read}{start}{part}", after)
                for read, node in places
                for start in starts
                if (after := self._words.follow(node, f"{start}{part}".encode(errors="replace"))) != NOWHERE
            ]
        for spelling, node in places:
            after = self._words.follow(node, SEPARATOR)
            if after != NOWHERE:
                yield spelling, after

    def _addresses_at(self, node: int) -> _Addresses:
        """Words that are inflected alike share their place in the automaton: some thousand places for all words."""
        found = self._addresses.get(node)
        if found is None:
            found = self._addresses[node] = tuple(map(_ADDRESS.unpack, self._words.payloads(node)))
        return found

    def _tag(self, one: _Reading) -> str:
        paradigm = self._paradigms[one.paradigm]
        return self._tags[paradigm[len(paradigm) // 3 + one.number]]

    def _lemma(self, one: _Reading) -> str:
        return _plain(self._form(one.paradigm, 0, self._stem(one)) if one.number else one.spelling)

    def _stem(self, one: _Reading) -> str:
        prefix, suffix = self._affixes(one.paradigm, one.number)
        return one.spelling[len(prefix) : len(one.spelling) - len(suffix)]

    def _form(self, paradigm: int, number: int, stem: str) -> str:
        prefix, suffix = self._affixes(paradigm, number)
        return f"{prefix}{stem}{suffix}"

    def _affixes(self, paradigm: int, number: int) -> tuple[str, str]:
        """A paradigm is three runs of equal length: suffixes, tags, prefixes."""
        row = self._paradigms[paradigm]
        return PREFIXES[row[2 * len(row) // 3 + number]], self._suffixes[row[number]]

    def _inflected(self, one: _Reading) -> Iterator[str]:
        stem = _plain(self._stem(one))
        endings = self._endings.get(one.paradigm)
        if endings is None:
            endings = self._endings[one.paradigm] = tuple(self._affixes_of(one.paradigm))
        return (f"{prefix}{stem}{suffix}" for prefix, suffix in endings)

    def _affixes_of(self, paradigm: int) -> Iterator[tuple[str, str]]:
        """Prefixes and suffixes of a paradigm; of each participle the first form is enough."""
        row, participle = self._paradigms[paradigm], ""
        count = len(row) // 3
        for suffix, tag, prefix in zip(row[:count], row[count : 2 * count], row[2 * count :], strict=True):
            grammemes = self._tags[tag]
            if not grammemes.startswith(_PARTICIPLE) or participle != (participle := grammemes.partition(" ")[0]):
                yield PREFIXES[prefix], _plain(self._suffixes[suffix])


def _paradigms(data: bytes) -> "list[array[int]]":
    """Numbers of 16 bits: how many paradigms, then each with its length before it."""
    numbers = array("H", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    found, at = [], 1
    for _ in range(numbers[0]):
        found.append(numbers[at + 1 : at + 1 + numbers[at]])
        at += 1 + numbers[at]
    return found


def _orders(form: str, lemmas: tuple[str, ...], *, imperative: bool) -> bool:
    return imperative and len(form) > SHORTEST_ORDER and lemmas[0] not in GREETINGS


def _plain(word: str) -> str:
    return word.replace("ё", "е")


@cache
def shipped() -> OpenCorpora:
    """The dictionary of the installed package, read once per process."""
    return OpenCorpora({name: pkgutil.get_data(PACKAGE, f"data/{name}") or b"" for name in FILES})
