"""Finds phrases in tokens. The cost grows with the words of the text, not with the number of phrases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from b24app.pipelines.classify.patterns import Atom, Phrase
from b24app.pipelines.classify.words import MAX_WORD, Tokens, normal_forms, stem

MAX_KNOWN_WORDS: Final = 50_000
MAX_HITS: Final = 2_000
"""Hits kept of one message: a text of one repeated word must not cost more than a letter."""
_COMMON: Final = frozenset(
    "не нет ни на в во с со к ко у о об от до за из по для и или как что это есть the a to in of on is not no we i".split()  # noqa: SIM905 - a word list reads better as one line
)


class Hit(NamedTuple):
    """A phrase found: its number, its first word and the word after its last."""

    phrase: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Compiled:
    atoms: tuple[frozenset[int], ...]
    gaps: tuple[int, ...]


_Anchors = list[tuple[int, int]]
"""Phrases, and which of their elements a word may be."""


@dataclass(slots=True)
class PhraseIndex:
    """All phrases of one set of rules. Building it is the slow part; words once seen are remembered (a bounded cache)."""

    lemmas: Mapping[str, str]
    _atoms: dict[Atom, int] = field(default_factory=dict)
    _phrases: list[_Compiled] = field(default_factory=list)
    _numbers: dict[Phrase, int] = field(default_factory=dict)
    _anchors: dict[int, _Anchors] = field(default_factory=dict)
    _known: dict[str, tuple[frozenset[int], _Anchors]] = field(default_factory=dict)

    def add(self, phrase: Phrase) -> int:
        """The number of a phrase; equal phrases have one number."""
        number = self._numbers.get(phrase)
        if number is not None:
            return number
        number = self._numbers[phrase] = len(self._phrases)
        atoms = tuple(frozenset(self._atom(atom) for atom in element.atoms) for element in phrase)
        self._phrases.append(_Compiled(atoms, tuple(element.gap for element in phrase)))
        anchor = max(range(len(phrase)), key=lambda at: min(map(_rarity, phrase[at].atoms)))
        for atom in atoms[anchor]:
            self._anchors.setdefault(atom, []).append((number, anchor))
        self._known.clear()
        return number

    def size(self, phrase: int) -> int:
        """How many words the phrase names."""
        return len(self._phrases[phrase].atoms)

    def find(self, tokens: Tokens) -> list[Hit]:
        """Every phrase in the text, in the order of the words they were found by; one hit per phrase and place."""
        words = [self._look(word) for word in tokens.words]
        atoms = [word[0] for word in words]
        found: dict[Hit, None] = {}
        for at, (_, anchors) in enumerate(words):
            for number, anchor in anchors:
                hit = self._match(number, anchor, at, atoms, tokens.sentences)
                if hit is not None:
                    found[hit] = None
            if len(found) >= MAX_HITS:
                break
        return list(found)

    def _match(
        self, number: int, anchor: int, at: int, atoms: Sequence[frozenset[int]], sentences: Sequence[int]
    ) -> Hit | None:
        phrase = self._phrases[number]
        size = len(phrase.atoms)
        if size == 1:
            return Hit(number, at, at + 1)
        start = end = at
        for element in range(anchor - 1, -1, -1):
            start = _step(phrase.atoms[element], phrase.gaps[element + 1], start, -1, atoms=atoms, sentences=sentences)
            if start < 0:
                return None
        for element in range(anchor + 1, size):
            end = _step(phrase.atoms[element], phrase.gaps[element], end, 1, atoms=atoms, sentences=sentences)
            if end < 0:
                return None
        return Hit(number, start, end + 1)

    def _atom(self, atom: Atom) -> int:
        return self._atoms.setdefault(atom, len(self._atoms))

    def _look(self, word: str) -> tuple[frozenset[int], _Anchors]:
        known = self._known.get(word)
        if known is None:
            atoms = frozenset(self._atoms_of(word))
            anchors = list(dict.fromkeys(anchor for atom in sorted(atoms) for anchor in self._anchors.get(atom, ())))
            known = atoms, anchors
            if len(word) <= MAX_WORD:
                if len(self._known) >= MAX_KNOWN_WORDS:
                    self._known.clear()
                self._known[word] = known
        return known

    def _atoms_of(self, word: str) -> Iterable[int]:
        for atom in _conditions(word, self.lemmas):
            number = self._atoms.get(atom)
            if number is not None:
                yield number


def _conditions(word: str, lemmas: Mapping[str, str]) -> Iterable[Atom]:
    """Every condition a word satisfies."""
    if word == "?":
        yield Atom("mark", "?")
        return
    for form in normal_forms(word):
        if form.isdecimal():
            yield Atom("number", "#")
        yield Atom("form", form)
        yield Atom("stem", stem(form))
        if form in lemmas:
            yield Atom("stem", stem(lemmas[form]))
        yield from (Atom("prefix", form[:length]) for length in range(2, len(form) + 1))


def _step(
    wanted: frozenset[int],
    gap: int,
    at: int,
    direction: int,
    *,
    atoms: Sequence[frozenset[int]],
    sentences: Sequence[int],
) -> int:
    """The nearest word in one direction that is wanted, within the gap and the sentence; -1 when there is none."""
    sentence = sentences[at]
    for _ in range(gap + 1):
        at += direction
        if at < 0 or at >= len(atoms) or sentences[at] != sentence:
            return -1
        if not wanted.isdisjoint(atoms[at]):
            return at
    return -1


def _rarity(atom: Atom) -> int:
    """How good a word is to start from: long ones are rare, function words are everywhere."""
    return 0 if atom.text in _COMMON or atom.kind in {"number", "mark"} else len(atom.text)
