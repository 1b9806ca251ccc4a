"""Topics that are named only to be excluded: «вопрос не про почту», «телефония работает», "this is not about email"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from b24app.pipelines.classify.matching import Hit
from b24app.pipelines.classify.words import Tokens

TAIL: Final = 2
"""«не про почту, звонки и чаты»: clauses of at most this many words go on with the list."""
_DENIALS: Final = frozenset(
    "не ни not t никак плохо перестала перестал перестали перестало isn aren долго медленно еле иногда криво неправильно неверно нестабильно"  # noqa: SIM905 - a word list reads better as one line
    " может могу могут можем мог могла могли можно нельзя невозможно slowly badly cannot can".split()
)
"""Before the words that exclude they say the contrary: «портал долго грузится», «никто не может работать»."""

Borders = Mapping[int, tuple[int, int]]
"""Clause → (words from here on are excluded, words up to here are excluded)."""


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Phrases that exclude, by where the topic stands in their clause."""

    before: frozenset[int] = frozenset()
    """The topic follows: «не про …»."""
    after: frozenset[int] = frozenset()
    """The topic comes first: «… в порядке»."""
    closing: frozenset[int] = frozenset()
    """The topic comes first and the phrase ends its clause: «… работает», but not «… работает через раз»."""
    _every: frozenset[int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """All of them: most phrases of a message are none of these."""
        object.__setattr__(self, "_every", self.before | self.after | self.closing)

    def found(self, hits: Sequence[Hit], tokens: Tokens) -> list[Hit]:
        """The phrases that exclude here, in the order of the text."""
        return sorted(
            {hit for hit in hits if hit.phrase in self._every and self._holds(hit, tokens)},
            key=lambda hit: (hit.start, hit.end, hit.phrase),
        )

    def borders(self, hits: Sequence[Hit], tokens: Tokens) -> Borders:
        """Where topics are excluded, clause by clause."""
        borders: dict[int, tuple[int, int]] = {}
        for hit in self.found(hits, tokens):
            clause = tokens.clauses[hit.start]
            start, end = borders.get(clause, (len(tokens), -1))
            if hit.phrase in self.before:
                borders[clause] = min(start, hit.end), end
                borders |= {other: (first, end) for other, first in _listed(tokens, hit.end)}
            else:
                borders[clause] = start, max(end, hit.start)
        return borders

    def _holds(self, hit: Hit, tokens: Tokens) -> bool:
        if hit.phrase in self.before:
            return True
        if hit.phrase not in self.after and not (hit.phrase in self.closing and _closes(hit, tokens)):
            return False
        return hit.start == 0 or tokens.words[hit.start - 1].lower() not in _DENIALS


def is_excluded(hit: Hit, tokens: Tokens, borders: Borders) -> bool:
    """The words of a hit name an excluded topic: its first or its last word does."""
    return _out(hit.start, tokens, borders) or _out(hit.end - 1, tokens, borders)


def _out(at: int, tokens: Tokens, borders: Borders) -> bool:
    border = borders.get(tokens.clauses[at])
    return border is not None and (at >= border[0] or at < border[1])


def _closes(hit: Hit, tokens: Tokens) -> bool:
    return hit.end == len(tokens) or tokens.clauses[hit.end] != tokens.clauses[hit.start]


def _listed(tokens: Tokens, at: int) -> Iterator[tuple[int, int]]:
    """Short clauses of the same sentence after the excluding one, with their first words."""
    sentence = tokens.sentences[at - 1]
    while at < len(tokens) and tokens.clauses[at] == tokens.clauses[at - 1]:
        at += 1
    while at < len(tokens) and tokens.sentences[at] == sentence:
        end = at + 1
        while end < len(tokens) and tokens.clauses[end] == tokens.clauses[at]:
            end += 1
        if end - at > TAIL:
            return
        yield tokens.clauses[at], at
        at = end
