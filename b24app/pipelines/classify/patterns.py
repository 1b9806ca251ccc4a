"""The pattern language of rules, read into phrases: words in order with gaps between them.

word          any form of it (by stem)            =Word      exactly this form (letters' case aside)
word*         begins with it                      (a|b c)    one of these
...           up to five words in between         <n>        up to n words in between
$macro        any pattern of the macro            #          a number
?             a question mark

Between neighbours stand at most `gap` words of the rules' defaults. A phrase never leaves its sentence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, NamedTuple

from b24app.pipelines.classify.words import normal_forms, stem

MAX_PATTERN: Final = 200
MAX_ELEMENTS: Final = 12
MAX_PHRASES: Final = 400
"""Phrases one pattern may stand for after its alternatives are multiplied out."""
MAX_DEPTH: Final = 3
"""Macros inside macros."""
MAX_GAP: Final = 20
ELLIPSIS_GAP: Final = 5

_ITEM: Final = re.compile(r"\s*(?:\.\.\.|…|<(\d{1,2})>|\(([^()]*)\)|([^\s()]+)|(.))")
_WORDS: Final = re.compile(r"[^\W_]+")
_SHORTEST_PREFIX: Final = 2

AtomKind = Literal["stem", "form", "prefix", "number", "mark"]


class Atom(NamedTuple):
    """One condition on a word."""

    kind: AtomKind
    text: str


@dataclass(frozen=True, slots=True)
class Element:
    """A word that satisfies one of `atoms`, at most `gap` words after the element before it."""

    atoms: frozenset[Atom]
    gap: int


Phrase = tuple[Element, ...]
_Word = tuple[frozenset[Atom], int | None]
"""Atoms of a word, and the gap before it; None is the default gap."""


class PatternBroken(ValueError):
    """The pattern cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class PatternReader:
    """Reads patterns with the macros, the dictionary (form to lemma) and the gap of one set of rules."""

    macros: Mapping[str, Sequence[str]]
    lemmas: Mapping[str, str]
    gap: int

    def read(self, pattern: str) -> tuple[Phrase, ...]:
        """The phrases a pattern stands for. Raises `PatternBroken`."""
        phrases = tuple(self._phrase(words) for words in self._expand(pattern, 0))
        if not phrases or not all(phrases):
            raise PatternBroken("no words in it")
        return phrases

    def _phrase(self, words: Sequence[_Word]) -> Phrase:
        if len(words) > MAX_ELEMENTS:
            raise PatternBroken(f"more than {MAX_ELEMENTS} words")
        return tuple(Element(atoms, self.gap if gap is None else gap) for atoms, gap in words)

    def _expand(self, pattern: str, depth: int) -> list[list[_Word]]:
        if len(pattern) > MAX_PATTERN:
            raise PatternBroken(f"longer than {MAX_PATTERN} characters")
        if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
            raise PatternBroken("regular expressions are not supported: use word*, (a|b), ... and <n>")
        slots: list[list[list[_Word]]] = []
        count, gap = 1, None
        for found in _ITEM.finditer(pattern.strip()):
            wide = _gap_of(found)
            if wide is not None:
                gap = wide
                continue
            choices = [_spaced(choice, gap) for choice in self._choices(found, depth)]
            slots.append(choices)
            gap, count = None, count * max(len(choices), 1)
            if count > MAX_PHRASES:
                raise PatternBroken(f"stands for more than {MAX_PHRASES} phrases")
        return [[word for part in parts for word in part] for parts in product(*slots)] if slots else []

    def _choices(self, found: re.Match[str], depth: int) -> list[list[_Word]]:
        _, group, word, stray = found.groups()
        if stray is not None:
            raise PatternBroken(f"{stray!r} stands alone")
        if group is not None:
            options = [way for option in group.split("|") for way in self._expand(option, depth)]
        elif word.startswith("$"):
            options = self._macro(word[1:], depth)
        else:
            options = [self._word(word)]
        return list(_merged(options))

    def _macro(self, name: str, depth: int) -> list[list[_Word]]:
        if name not in self.macros:
            raise PatternBroken(f"there is no macro ${name}")
        if depth >= MAX_DEPTH:
            raise PatternBroken(f"macro ${name} lies too deep")
        return [way for pattern in self.macros[name] for way in self._expand(pattern, depth + 1)]

    def _word(self, word: str) -> list[_Word]:
        if word in {"#", "?"}:
            return [(frozenset({Atom("number" if word == "#" else "mark", word)}), None)]
        exact, prefix = word.startswith("="), word.endswith("*")
        parts = _WORDS.findall(word)
        if not parts or "|" in word:
            raise PatternBroken(f"{word!r} is no word")
        atoms = [frozenset(self._atoms(part, exact)) for part in parts]
        if prefix:
            atoms[-1] = frozenset(Atom("prefix", form) for form in normal_forms(parts[-1]))
            if len(parts[-1]) < _SHORTEST_PREFIX:
                raise PatternBroken(f"{word!r} is too short a beginning")
        return [(one, None if number == 0 else 0) for number, one in enumerate(atoms)]

    def _atoms(self, part: str, exact: bool) -> Iterator[Atom]:
        for form in normal_forms(part):
            yield Atom("form", form) if exact else Atom("stem", stem(self.lemmas.get(form, form)))


def _gap_of(found: re.Match[str]) -> int | None:
    number = found.group(1)
    if number is not None:
        return min(int(number), MAX_GAP)
    return ELLIPSIS_GAP if found.lastindex is None else None


def _spaced(choice: list[_Word], gap: int | None) -> list[_Word]:
    return choice if gap is None or not choice else [(choice[0][0], gap), *choice[1:]]


def _merged(options: list[list[_Word]]) -> Iterator[list[_Word]]:
    """Alternatives of one word become one word with more atoms: fewer phrases to look for."""
    single = [option[0][0] for option in options if len(option) == 1]
    if single:
        yield [(frozenset[Atom]().union(*single), None)]
    yield from (option for option in options if len(option) > 1)
