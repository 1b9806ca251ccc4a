"""Finds phrases in tokens. The cost grows with the words of the text, not with the number of phrases."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from b24app.pipelines.classify.expressions import compile_expression
from b24app.pipelines.classify.lexicon import Atom, Lexicon
from b24app.pipelines.classify.patterns import SHORTEST_PREFIX, Phrase
from b24app.pipelines.classify.words import MAX_WORD, Tokens, ZoneText, normal_forms

MAX_KNOWN_WORDS: Final = 50_000
MAX_HITS: Final = 2_000
"""Hits kept of one message: a text of one repeated word must not cost more than a letter."""
MAX_REPAIRS: Final = 150
"""Words looked up for misspellings in one message: it is the slowest thing a word can ask for."""
MAX_EXPRESSED: Final = 40
"""Matches of one expression in one zone."""
_COMMON: Final = frozenset(
    "не нет ни на в во с со к ко у о об от до за из по для и или как что это есть быть весь все я мы вы он она они наш"  # noqa: SIM905 - a word list reads better as one line
    " the a to in of on is not no we i it be do have".split()
)


class Hit(NamedTuple):
    """A phrase found: its number, its first word and the word after its last."""

    phrase: int
    start: int
    end: int


class _Compiled(NamedTuple):
    atoms: tuple[frozenset[int], ...]
    gaps: tuple[int, ...]
    loose: tuple[int, ...]


class _Wanted(NamedTuple):
    """Conditions of one element as numbers, and how good it is to start from."""

    atoms: frozenset[int]
    rarity: int


class _Anchor(NamedTuple):
    """A phrase, which of its elements a word may be, and what one more word of the sentence must satisfy."""

    phrase: int
    element: int
    guard: frozenset[int]
    """Empty for a phrase of one word. Most phrases a word belongs to fail here, at the price of one look at two sets."""


_Anchors = tuple[tuple[frozenset[int], tuple[_Anchor, ...]], ...]
"""Anchors by their guard: many phrases wait for the same macro."""


class Known(NamedTuple):
    """A word once seen: the conditions of rules it satisfies, and the form it was repaired to (usually none)."""

    atoms: frozenset[int]
    anchors: _Anchors
    repaired: str = ""
    sought: bool = False
    """It says nothing to the rules and no dictionary knows it: perhaps it is misspelt."""
    done: bool = False
    """The repair was tried."""
    readings: tuple[tuple[str, frozenset[int]], ...] = ()
    """Good forms that a misspelt word may have been meant to be, each with the conditions it satisfies."""


_NOTHING: Final = Known(frozenset(), ())


@dataclass(slots=True)
class PhraseIndex:
    """All phrases of one set of rules. Building it is the slow part; words once seen are remembered (a bounded cache)."""

    lexicon: Lexicon
    _atoms: dict[Atom, int] = field(default_factory=dict)
    _phrases: list[_Compiled] = field(default_factory=list)
    _numbers: dict[Phrase, int] = field(default_factory=dict)
    _wanted: dict[frozenset[Atom], _Wanted] = field(default_factory=dict)
    _shapes: dict[tuple[int, ...], tuple[int, ...]] = field(default_factory=dict)
    _anchors: dict[int, list[_Anchor]] = field(default_factory=dict)
    _expressions: list[tuple[int, re.Pattern[str]]] = field(default_factory=list)
    _prefixes: set[str] = field(default_factory=set)
    _known: dict[str, Known] = field(default_factory=dict)

    def add(self, phrase: Phrase) -> int:
        """The number of a phrase; equal phrases have one number."""
        number = self._numbers.get(phrase)
        if number is not None:
            return number
        number = self._numbers[phrase] = len(self._phrases)
        wanted = [self._wanting(element.atoms) for element in phrase]
        gaps = tuple([element.gap for element in phrase])
        loose = tuple([element.loose for element in phrase])
        shape = self._shapes.setdefault
        atoms = tuple([one.atoms for one in wanted])
        self._phrases.append(_Compiled(atoms, shape(gaps, gaps), shape(loose, loose)))
        expression = next((atom.text for atom in phrase[0].atoms if atom.kind == "regex"), "")
        if expression:
            self._expressions.append((number, compile_expression(expression)))
        else:
            rarest = sorted(range(len(phrase)), key=lambda at: -wanted[at].rarity)
            guard = atoms[rarest[1]] if len(phrase) > 1 else frozenset[int]()
            anchor = _Anchor(number, rarest[0], guard)
            for atom in atoms[rarest[0]]:
                self._anchors.setdefault(atom, []).append(anchor)
        self._known.clear()
        return number

    def seal(self) -> None:
        """Nothing more is added: what only building needs is let go."""
        for needed in (self._numbers, self._wanted, self._shapes):
            needed.clear()

    def size(self, phrase: int) -> int:
        """How many words the phrase names."""
        return len(self._phrases[phrase].atoms)

    def find(self, tokens: Tokens, words: Sequence[Known] | None = None) -> list[Hit]:
        """Every phrase in the text, in the order of the words they were found by; one hit per phrase and place.

        `words` is what is known of them, where that was asked already.
        """
        words = self.words(tokens) if words is None else words
        atoms = [word.atoms for word in words]
        around = _by_sentence(words, tokens)
        found: dict[Hit, None] = {}
        for at, word in enumerate(words):
            nearby = around[at]
            for guard, anchors in word.anchors:
                if not guard:
                    found.update((Hit(anchor.phrase, at, at + 1), None) for anchor in anchors)
                elif not guard.isdisjoint(nearby):
                    for number, element, _ in anchors:
                        hit = self._match(number, element, at, atoms, (tokens.clauses, tokens.sentences))
                        if hit is not None:
                            found[hit] = None
            if len(found) >= MAX_HITS:
                break
        return [*found, *self._expressed(tokens)]

    def words(self, tokens: Tokens) -> list[Known]:
        """What is known of each word. The first `MAX_REPAIRS` that need a repair get one, whatever was seen before."""
        found: list[Known] = []
        sought: set[str] = set()
        for word in tokens.words:
            known = self._known.get(word) or self._look(word)
            if known.sought:
                sought.add(word)
                known = self._repair(word, known) if len(sought) <= MAX_REPAIRS else _NOTHING
            found.append(known)
        return found

    def repairs(self, hit: Hit, tokens: Tokens) -> Iterator[tuple[int, str]]:
        """Words that fit the phrase of a hit only because they were misspelt: their places, and how they were read."""
        atoms = self._phrases[hit.phrase].atoms
        for at in range(hit.start, hit.end):
            word = tokens.words[at]
            known = self._known.get(word) or self._look(word)
            readings = self._repair(word, known).readings if known.sought else known.readings
            fitting = (form for form, own in readings if not all(map(own.isdisjoint, atoms)))
            read = next(fitting, "") if readings else ""
            if read:
                yield at, read

    def _expressed(self, tokens: Tokens) -> Iterator[Hit]:
        for zone in tokens.zones:
            for number, expression in self._expressions:
                yield from _spans(number, expression, zone, tokens)

    def _match(
        self,
        number: int,
        anchor: int,
        at: int,
        atoms: Sequence[frozenset[int]],
        scopes: tuple[Sequence[int], Sequence[int]],
    ) -> Hit | None:
        """The phrase around its anchor word; `scopes` are the clauses and the sentences of the words."""
        phrase = self._phrases[number]
        wanted, gaps, loose = phrase.atoms, phrase.gaps, phrase.loose
        start = end = at
        for element in range(anchor - 1, -1, -1):
            least = start - gaps[element + 1] - 2
            places = range(start - 1, max(-1, least), -1)
            start = _first(wanted[element], places, atoms, scopes[loose[element + 1]], start)
            if start < 0:
                return None
        for element in range(anchor + 1, len(wanted)):
            most = end + gaps[element] + 2
            places = range(end + 1, min(len(atoms), most))
            end = _first(wanted[element], places, atoms, scopes[loose[element]], end)
            if end < 0:
                return None
        return Hit(number, start, end + 1)

    def _wanting(self, atoms: frozenset[Atom]) -> _Wanted:
        known = self._wanted.get(atoms)
        if known is None:
            numbers = frozenset(map(self._atom, atoms))
            known = self._wanted[atoms] = _Wanted(numbers, min(map(_rarity, atoms)))
        return known

    def _atom(self, atom: Atom) -> int:
        if atom.kind == "prefix":
            self._prefixes.add(atom.text[:SHORTEST_PREFIX])
        return self._atoms.setdefault(atom, len(self._atoms))

    def _look(self, word: str) -> Known:
        atoms = frozenset(self._atoms_of(word))
        if atoms:
            heads = [head for head in map(self.lexicon.respelt, normal_forms(word)) if head]
            return self._remember(word, Known(atoms, self._anchored(atoms), readings=self._read(heads)))
        sought = word != "?" and any(self.lexicon.repairable(form) for form in normal_forms(word))
        return self._remember(word, Known(atoms, (), sought=True) if sought else _NOTHING)

    def _repair(self, word: str, known: Known) -> Known:
        """What a misspelt word was meant to be; looked up once."""
        if known.done:
            return known
        targets = [target for form in normal_forms(word) for target in self.lexicon.repaired(form)]
        readings = self._read(targets)
        atoms = frozenset[int]().union(*(own for _, own in readings))
        repaired = targets[0] if targets else ""
        anchors = self._anchored(atoms)
        return self._remember(word, Known(atoms, anchors, repaired, sought=True, done=True, readings=readings))

    def _read(self, forms: Iterable[str]) -> tuple[tuple[str, frozenset[int]], ...]:
        return tuple((form, frozenset(self._numbers_of(form))) for form in forms)

    def _anchored(self, atoms: frozenset[int]) -> _Anchors:
        by_guard: dict[frozenset[int], dict[_Anchor, None]] = {}
        for atom in sorted(atoms):
            for anchor in self._anchors.get(atom, ()):
                by_guard.setdefault(anchor.guard, {})[anchor] = None
        return tuple((guard, tuple(anchors)) for guard, anchors in by_guard.items())

    def _remember(self, word: str, known: Known) -> Known:
        if len(word) <= MAX_WORD:
            if len(self._known) >= MAX_KNOWN_WORDS:
                self._known.clear()
            self._known[word] = known
        return known

    def _atoms_of(self, word: str) -> Iterable[int]:
        if word == "?":
            mark = self._atoms.get(Atom("mark", "?"))
            return () if mark is None else (mark,)
        return (number for form in normal_forms(word) for number in self._numbers_of(form))

    def _numbers_of(self, form: str) -> Iterator[int]:
        for atom in self.lexicon.conditions(form):
            number = self._atoms.get(atom)
            if number is not None:
                yield number
        if form[:SHORTEST_PREFIX] in self._prefixes:
            for length in range(SHORTEST_PREFIX, len(form) + 1):
                number = self._atoms.get(Atom("prefix", form[:length]))
                if number is not None:
                    yield number


def _spans(number: int, expression: re.Pattern[str], zone: ZoneText, tokens: Tokens) -> Iterator[Hit]:
    """Hits of one expression: the words its matches touch."""
    text = zone.text.replace("ё", "е").replace("Ё", "Е")
    for found in islice(expression.finditer(text), MAX_EXPRESSED):
        start = bisect_right(tokens.ends, found.start(), zone.first, zone.last)
        end = bisect_left(tokens.starts, found.end(), zone.first, zone.last)
        if start < end:
            yield Hit(number, start, end)


def _first(
    wanted: frozenset[int], places: range, atoms: Sequence[frozenset[int]], scope: Sequence[int], origin: int
) -> int:
    """The first of the places with a wanted word, in the scope of `origin`; -1 when there is none."""
    inside = scope[origin]
    for at in places:
        if scope[at] != inside:
            return -1
        if not wanted.isdisjoint(atoms[at]):
            return at
    return -1


def _by_sentence(words: Sequence[Known], tokens: Tokens) -> list[set[int]]:
    """For each word, what the words of its sentence satisfy."""
    found: list[set[int]] = []
    sentence = -1
    for word, number in zip(words, tokens.sentences, strict=True):
        if number != sentence:
            sentence, nearby = number, set[int]()
        nearby |= word.atoms
        found.append(nearby)
    return found


def _rarity(atom: Atom) -> int:
    """How good a word is to start from: long ones are rare, function words are everywhere."""
    return 0 if atom.text in _COMMON or atom.kind in {"number", "mark", "tag"} else len(atom.text)
