"""The pattern language of rules, read into phrases: words in order with gaps between them.

word          any form of it (by lemma)           =Word      exactly this form (letters' case aside)
word*         begins with it                      (a|b c)    one of these
...           up to five words in between         <n>        up to n words in between
a ~ b         both in any order, as if by ...     $macro     any pattern of the macro
#             a number                            ?          a question mark
@imperative   a verb that tells to do something   /8[- ]?800/  a small regular expression, alone in its pattern

Between neighbours stand at most `gap` words of the rules' defaults and no comma. A phrase never leaves its sentence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations, product
from math import prod
from typing import Final, NoReturn

from b24app.pipelines.classify.expressions import MAX_TOTAL, ways_of
from b24app.pipelines.classify.lexicon import IMPERATIVE, Atom, Lexicon
from b24app.pipelines.classify.words import normal_forms

MAX_PATTERN: Final = 2_000
MAX_ELEMENTS: Final = 12
MAX_PHRASES: Final = 2_000
"""Phrases one pattern may stand for after its alternatives are multiplied out."""
MAX_DEPTH: Final = 3
"""Macros inside macros."""
MAX_NEAR: Final = 3
MAX_GAP: Final = 20
ELLIPSIS_GAP: Final = 5

_ITEM: Final = re.compile(
    r"\s*(?:(?P<gap>\.\.\.|…|<(?P<number>\d{1,2})>)|(?P<near>~)(?=\s)|(?P<open>\()|(?P<close>\))|(?P<bar>\|)|(?P<word>[^\s()|]+))"
)
_WORDS: Final = re.compile(r"[^\W_]+")
_SIGNS: Final = {"#": Atom("number", "#"), "?": Atom("mark", "?"), IMPERATIVE.text: IMPERATIVE}
SHORTEST_PREFIX: Final = 2


@dataclass(frozen=True, slots=True)
class Element:
    """A word that satisfies one of `atoms`, at most `gap` words after the element before it."""

    atoms: frozenset[Atom]
    gap: int
    loose: bool = False
    """The words before may stand in another clause of the sentence: so with `...`, `<n>` and `~`."""


Phrase = tuple[Element, ...]
_Word = tuple[frozenset[Atom], int | None]
"""Atoms of a word, and the gap before it; None is the default gap."""


class PatternBroken(ValueError):
    """The pattern cannot be read; the message says why and where."""


_Ways = list[list[_Word]]
"""Word sequences a part of a pattern stands for."""


@dataclass(slots=True)
class PatternReader:
    """Reads patterns with the macros, the lexicon and the gap of one set of rules."""

    macros: Mapping[str, Sequence[str]]
    lexicon: Lexicon
    gap: int
    _macros: dict[str, _Ways] = field(default_factory=dict)
    _words: dict[str, list[_Word]] = field(default_factory=dict)
    _ways: dict[str, int] = field(default_factory=dict)

    def read(self, pattern: str) -> tuple[Phrase, ...]:
        """The phrases a pattern stands for. Raises `PatternBroken`."""
        if len(pattern) > MAX_PATTERN:
            raise PatternBroken(f"longer than {MAX_PATTERN} characters")
        if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
            return (self._expression(pattern[1:-1]),)
        phrases = tuple(self._phrase(words) for words in _Source(self, pattern, 0).read())
        if not phrases or not all(phrases):
            raise PatternBroken("no words in it")
        return phrases

    def macro(self, name: str, depth: int) -> _Ways:
        """What a macro stands for."""
        if name not in self.macros:
            raise PatternBroken(f"there is no macro ${name}")
        if depth >= MAX_DEPTH:
            raise PatternBroken(f"macro ${name} lies too deep")
        if name not in self._macros:
            ways = [way for pattern in self.macros[name] for way in _Source(self, pattern, depth + 1).read()]
            self._macros[name] = list(_merged(ways))
        return self._macros[name]

    def word(self, word: str) -> list[_Word]:
        """The conditions of one word of a pattern; «чек-лист» is two of them side by side."""
        if word not in self._words:
            self._words[word] = self._read_word(word)
        return self._words[word]

    def _expression(self, source: str) -> Phrase:
        try:
            self._ways[source] = ways_of(source)
        except ValueError as broken:
            raise PatternBroken(str(broken)) from None
        if sum(self._ways.values()) > MAX_TOTAL:
            raise PatternBroken("the expressions of all rules together have too many repetitions")
        return (Element(frozenset((Atom("regex", source),)), 0),)

    def _phrase(self, words: Sequence[_Word]) -> Phrase:
        if len(words) > MAX_ELEMENTS:
            raise PatternBroken(f"more than {MAX_ELEMENTS} words")
        return tuple(Element(atoms, self.gap if gap is None else gap, bool(gap)) for atoms, gap in words)

    def _read_word(self, word: str) -> list[_Word]:
        if word in _SIGNS:
            return [(frozenset((_SIGNS[word],)), None)]
        exact, prefix = word.startswith("="), word.endswith("*")
        parts = _WORDS.findall(word)
        if not parts:
            raise PatternBroken(f"{word!r} is no word")
        atoms = [self.lexicon.exact(part) if exact else self.lexicon.pattern(part) for part in parts]
        if prefix:
            atoms[-1] = frozenset(Atom("prefix", form) for form in normal_forms(parts[-1]))
            if len(parts[-1]) < SHORTEST_PREFIX:
                raise PatternBroken(f"{word!r} is too short a beginning")
        return [(one, None if number == 0 else 0) for number, one in enumerate(atoms)]


@dataclass(slots=True)
class _Source:
    """One pattern being read from left to right."""

    reader: PatternReader
    text: str
    depth: int
    at: int = 0

    def read(self) -> _Ways:
        """The whole pattern."""
        ways = self._parts()
        if self.at < len(self.text.rstrip()):
            self._broken(f"{self.text[self.at :].lstrip()[:1]!r} stands alone")
        return ways

    def _parts(self) -> _Ways:
        """Parts joined by `~`, in every order."""
        parts = [self._sequence()]
        while (found := self._next()) is not None and found.lastgroup == "near":
            self.at = found.end()
            parts.append(self._sequence())
        if len(parts) > MAX_NEAR:
            self._broken(f"more than {MAX_NEAR} parts joined by ~")
        if len(parts) == 1:
            return parts[0]
        return [way for order in permutations(parts) for way in self._joined([order[0], *map(_near, order[1:])])]

    def _sequence(self) -> _Ways:
        slots: list[_Ways] = []
        gap: int | None = None
        while (found := self._next()) is not None and found.lastgroup not in {"near", "close", "bar"}:
            self.at = found.end()
            if found.lastgroup in {"gap", "number"}:
                gap = min(int(found.group("number") or ELLIPSIS_GAP), MAX_GAP)
                continue
            ways = self._group() if found.lastgroup == "open" else self._word(found.group("word"))
            slots.append([_spaced(way, gap) for way in _merged(ways)])
            gap = None
        return self._joined(slots) if slots else []

    def _group(self) -> _Ways:
        ways = self._parts()
        while (found := self._next()) is not None and found.lastgroup == "bar":
            self.at = found.end()
            ways = ways + self._parts()
        if found is None or found.lastgroup != "close":
            self._broken("a bracket is not closed")
        else:
            self.at = found.end()
        return ways

    def _word(self, word: str) -> _Ways:
        try:
            return self.reader.macro(word[1:], self.depth) if word.startswith("$") else [self.reader.word(word)]
        except PatternBroken as broken:
            self._broken(str(broken))

    def _joined(self, slots: Sequence[_Ways]) -> _Ways:
        if prod(map(len, slots)) > MAX_PHRASES:
            self._broken(f"stands for more than {MAX_PHRASES} phrases")
        return [[word for part in parts for word in part] for parts in product(*slots)]

    def _next(self) -> re.Match[str] | None:
        return _ITEM.match(self.text, self.at)

    def _broken(self, why: str) -> NoReturn:
        raise PatternBroken(f"{why} (character {self.at})" if self.depth == 0 else why)


def _near(ways: _Ways) -> _Ways:
    return [_spaced(way, ELLIPSIS_GAP) for way in ways]


def _spaced(choice: list[_Word], gap: int | None) -> list[_Word]:
    return choice if gap is None or not choice else [(choice[0][0], gap), *choice[1:]]


def _merged(options: list[list[_Word]]) -> Iterator[list[_Word]]:
    """Alternatives of one word become one word with more atoms: fewer phrases to look for."""
    single = [option[0][0] for option in options if len(option) == 1]
    if single:
        yield [(frozenset[Atom]().union(*single), None)]
    yield from (option for option in options if len(option) > 1)
