"""The vocabulary of one set of rules: which conditions a word satisfies, and how a misspelt one is read.

Built while patterns are read (their words are what misspellings are repaired towards), asked while texts are matched.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, Literal, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from b24app.pipelines.classify.aspects import ASPECTS
from b24app.pipelines.classify.english import COMMON
from b24app.pipelines.classify.morphology import Dictionary, stem
from b24app.pipelines.classify.words import normal_forms

SHORTEST_REPAIRED: Final = 4
SHORTEST_ENGLISH: Final = 5
LONG: Final = 8
"""From this length on two errors are repaired, below it one."""
LONGEST_REPAIRED: Final = 24
MAX_READINGS: Final = 8
"""Words of the rules that a misspelt one may be at once."""
MAX_BUCKET: Final = 3_000
HEAD: Final = 2
TAIL: Final = 2

AtomKind = Literal["lemma", "stem", "form", "prefix", "number", "mark", "regex", "tag"]


class Atom(NamedTuple):
    """One condition on a word."""

    kind: AtomKind
    text: str


IMPERATIVE: Final = Atom("tag", "@imperative")


@dataclass(slots=True)
class Lexicon:
    """Dictionary of the rules and the forms of their words, beside the dictionary of the language (`words`)."""

    words: Dictionary
    _forms: dict[str, str] = field(default_factory=dict)
    """Form → the first word of its dictionary row."""
    _lemmas: dict[str, str] = field(default_factory=dict)
    _stems: dict[str, str] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)
    """Dictionary words that rules use, by their lemmas, …"""
    _spelled: set[str] = field(default_factory=set)
    """… and forms that stand in rules or in their dictionary as they are. Both are what misspelt words may become."""
    _buckets: dict[tuple[str, int], list[str]] | None = None

    @classmethod
    def of(cls, dictionary: Iterable[Sequence[str]], words: Dictionary) -> "Lexicon":
        """A lexicon with the dictionary rows of a rule set; words of a row mean the same."""
        lexicon = cls(words)
        for row in dictionary:
            lexicon._row(row)
        return lexicon

    def _row(self, row: Sequence[str]) -> None:
        head = normal_forms(row[0])[0]
        for word in row:
            for form in normal_forms(word):
                self._forms[form] = head
                if form in self.words.look(form).lemmas:
                    self._lemmas[form] = head
                else:
                    self._stems[stem(form)] = head

    def pattern(self, word: str) -> frozenset[Atom]:
        """Conditions a word of a pattern stands for: any form of it. Its forms become targets of repair."""
        atoms: set[Atom] = set()
        for form in normal_forms(word):
            if form in self._forms:
                self._spelled.add(form)
                atoms.add(Atom("lemma", self._forms[form]))
                continue
            lemmas = self.words.look(form).lemmas if not form.isascii() else ()
            chosen = (form,) if form in lemmas else lemmas
            for lemma in chosen:
                self._named.add(lemma)
                atoms.add(Atom("lemma", self._same(lemma)))
            if not chosen:
                self._spelled.add(form)
                atoms.add(Atom("stem", stem(form)))
        return frozenset(atoms)

    def exact(self, word: str) -> frozenset[Atom]:
        """Conditions of `=word`."""
        known = normal_forms(word)
        self._spelled.update(known)
        return frozenset(Atom("form", form) for form in known)

    def conditions(self, form: str) -> Iterator[Atom]:
        """Every condition a normal form satisfies, prefixes aside."""
        if form.replace(":", "").isdecimal():  # a time of day is one word
            yield Atom("number", "#")
        yield Atom("form", form)
        head = self._forms.get(form)
        if head is not None:
            yield Atom("lemma", head)
            return
        if form.isascii():
            yield self._stemmed(form)
        else:
            yield from self._russian(form)

    def _russian(self, form: str) -> Iterator[Atom]:
        word = self.words.look(form)
        for lemma in word.lemmas:
            yield Atom("lemma", self._same(lemma))
        if word.imperative:
            yield IMPERATIVE
        if not word.lemmas:
            yield self._stemmed(form)

    def _stemmed(self, form: str) -> Atom:
        root = stem(form)
        return Atom("lemma", self._stems[root]) if root in self._stems else Atom("stem", root)

    def _same(self, lemma: str) -> str:
        return self._lemmas.get(lemma) or ASPECTS.get(lemma, lemma)

    def repaired(self, form: str) -> tuple[str, ...]:
        """Forms of rule words that a misspelt word probably is, at the smallest distance; empty for a good word.

        Dictionary words are never repaired, nor are words shorter than four letters.
        """
        if not self.repairable(form):
            return ()
        limit = 2 if len(form) >= LONG else 1
        near: dict[str, int] = {}
        for bucket in self._candidates(form, limit):
            for target, distance, _ in process.extract_iter(
                form, bucket, scorer=OSA.distance, processor=None, score_cutoff=limit
            ):
                near[target] = int(distance)
        if not near:
            return ()
        least = min(near.values())
        best = sorted(target for target, distance in near.items() if distance == least)
        same_head = [target for target in best if target[0] == form[0]]
        return tuple(same_head or best)[:MAX_READINGS]

    def respelt(self, form: str) -> str:
        """The word that a misspelling listed in a row of the dictionary stands for; empty for a good word or a synonym.

        Forms of a word share its stem and synonyms are far from it; a misspelling does neither.
        """
        head = self._forms.get(form, form)
        if head == form or form.isascii() or len(form) < SHORTEST_REPAIRED or self.words.known(form):
            return ""
        limit = 2 if len(form) >= LONG else 1
        is_form = stem(form) == stem(head) or form.startswith(head) or head.startswith(form)
        return "" if is_form or OSA.distance(form, head) > limit else head

    def repairable(self, form: str) -> bool:
        """No dictionary knows the word, and it is of a length and kind that can be repaired."""
        shortest = SHORTEST_ENGLISH if form.isascii() else SHORTEST_REPAIRED
        return (
            shortest <= len(form) <= LONGEST_REPAIRED
            and form.isalpha()
            and form not in self._forms
            and form not in COMMON
            and form not in self._spelled
            and not (not form.isascii() and self.words.known(form))
        )

    def _candidates(self, form: str, limit: int) -> Iterator[list[str]]:
        """An error is local: either the head or the tail of the word is as it should be."""
        buckets = self._filled()
        for length in range(len(form) - limit, len(form) + limit + 1):
            for key in (form[:HEAD], f"-{form[-TAIL:]}"):
                bucket = buckets.get((key, length))
                if bucket is not None:
                    yield bucket[:MAX_BUCKET]

    def _filled(self) -> dict[tuple[str, int], list[str]]:
        """Forms of rule words by head and by tail. Inflecting them all takes a while, so it waits for the first repair."""
        if self._buckets is None:
            inflected = chain.from_iterable(map(self.words.forms, sorted(self._named)))
            buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
            for form in dict.fromkeys(chain(sorted(self._spelled), inflected)):
                if len(form) >= SHORTEST_REPAIRED:
                    buckets[form[:HEAD], len(form)].append(form)
                    buckets[f"-{form[-TAIL:]}", len(form)].append(form)
            self._buckets = buckets
        return self._buckets
