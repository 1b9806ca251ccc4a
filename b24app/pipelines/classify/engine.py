"""Rules made ready to match, and what fires in a text."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from b24app.pipelines.classify.matching import Hit, PhraseIndex
from b24app.pipelines.classify.patterns import PatternBroken, PatternReader
from b24app.pipelines.classify.rules import Category, PriorityRule, Rule, RuleBook, RuleZone
from b24app.pipelines.classify.words import Tokens, normal_forms

SLOT: Final = "{x}"

Axis = str
Complain = Callable[[str, str], None]
"""Takes the path of what is broken, and why."""


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule with its phrases as numbers."""

    axis: Axis
    label: str
    id: str
    weight: float
    with_: frozenset[int]
    needs_company: bool
    unless: frozenset[int]
    zone: RuleZone


class Fired(NamedTuple):
    """A rule and the words that made it fire."""

    rule: ReadyRule
    hit: Hit
    in_subject: bool


class _Exclusion(NamedTuple):
    before: frozenset[int]
    after: frozenset[int]


@dataclass(slots=True)
class Engine:
    """The compiled form of a `RuleBook`. Matching changes nothing but a bounded cache of words."""

    index: PhraseIndex
    owners: dict[int, list[ReadyRule]] = field(default_factory=lambda: defaultdict(list))
    before: frozenset[int] = frozenset()
    """Phrases that exclude a topic named after them in their clause: «не про …»."""
    after: frozenset[int] = frozenset()
    """Phrases that exclude a topic named before them in their clause: «… в порядке»."""

    def fire(self, hits: Sequence[Hit], tokens: Tokens, subject_words: int) -> list[Fired]:
        """Every rule that fires, once per phrase and place. The first `subject_words` tokens are the subject."""
        by_sentence: dict[int, set[int]] = defaultdict(set)
        for hit in hits:
            by_sentence[tokens.sentences[hit.start]].add(hit.phrase)
        borders = self._borders(hits, tokens)
        fired: list[Fired] = []
        for hit in hits:
            around = by_sentence[tokens.sentences[hit.start]]
            in_subject = hit.start < subject_words
            out = _excluded(hit, tokens, borders)
            owners = self.owners.get(hit.phrase, ())
            fired += [
                Fired(rule, hit, in_subject)
                for rule in owners
                if _stands(rule, around, in_subject) and not (out and rule.axis == "category")
            ]
        return fired

    def excluded(self, hits: Sequence[Hit]) -> list[Hit]:
        """Those that exclude a topic."""
        return [hit for hit in hits if hit.phrase in self.before or hit.phrase in self.after]

    def _borders(self, hits: Sequence[Hit], tokens: Tokens) -> Mapping[int, tuple[int, int]]:
        """Clause → (words from here on are excluded, words up to here are excluded)."""
        borders: dict[int, tuple[int, int]] = {}
        for hit in hits:
            clause = tokens.clauses[hit.start]
            start, end = borders.get(clause, (len(tokens), -1))
            if hit.phrase in self.before:
                borders[clause] = min(start, hit.end), end
            elif hit.phrase in self.after:
                borders[clause] = start, max(end, hit.start)
        return borders


def _stands(rule: ReadyRule, around: set[int], in_subject: bool) -> bool:
    if rule.zone and (rule.zone == "subject") != in_subject:
        return False
    if rule.needs_company and rule.with_.isdisjoint(around):
        return False
    return rule.unless.isdisjoint(around)


def _excluded(hit: Hit, tokens: Tokens, borders: Mapping[int, tuple[int, int]]) -> bool:
    border = borders.get(tokens.clauses[hit.start])
    return border is not None and (hit.start >= border[0] or hit.end <= border[1])


@dataclass(slots=True)
class Builder:
    """Compiles rules; what cannot be read is told to `complain` and left out."""

    reader: PatternReader
    complain: Complain
    engine: Engine

    def build(self, rules: RuleBook) -> Engine:
        """The engine of `rules`."""
        for category in rules.categories:
            self._category(category)
        for kind, own in rules.kinds.items():
            for number, rule in enumerate(own):
                self._rule("kind", kind, rule, f"kinds.{kind}[{number}]", frozenset())
        for number, urgency in enumerate(rules.priority):
            self._priority(urgency, f"priority[{number}]")
        self._exclusions(rules.excluded_topic)
        return self.engine

    def _category(self, category: Category) -> None:
        path = f"categories.{category.name}"
        stop = self._phrases(category.unless, f"{path}.unless")
        for number, rule in enumerate(category.rules):
            self._rule("category", category.name, rule, f"{path}.rules[{number}]", stop)

    def _priority(self, rule: PriorityRule, path: str) -> None:
        plain = Rule(rule.id, rule.any, with_=rule.with_, unless=rule.unless)
        self._rule("priority", rule.set, plain, path, frozenset())

    def _rule(self, axis: Axis, label: str, rule: Rule, path: str, stop: frozenset[int]) -> None:
        with_ = self._phrases(rule.with_, f"{path}.with")
        unless = stop | self._phrases(rule.unless, f"{path}.unless")
        ready = ReadyRule(axis, label, rule.id, rule.weight, with_, bool(rule.with_), unless, rule.zone)
        for number in sorted(self._phrases(rule.any, f"{path}.any")):
            self.engine.owners[number].append(ready)

    def _phrases(self, patterns: Iterable[str], path: str) -> frozenset[int]:
        numbers: set[int] = set()
        for place, pattern in enumerate(patterns):
            try:
                numbers.update(self.engine.index.add(phrase) for phrase in self.reader.read(pattern))
            except PatternBroken as broken:
                self.complain(f"{path}[{place}]", f"{pattern!r}: {broken}")
        return frozenset(numbers)

    def _exclusions(self, patterns: Sequence[str]) -> None:
        before: set[str] = set()
        after: set[str] = set()
        for place, pattern in enumerate(patterns):
            head, slot, tail = (part.strip() for part in pattern.partition(SLOT))
            if slot and bool(head) != bool(tail):
                (before if head else after).add(head or tail)
            else:
                self.complain(f"excluded_topic[{place}]", f"{pattern!r}: {SLOT} stands first or last, with words")
        self.engine.before = self._phrases(sorted(before), "excluded_topic")
        self.engine.after = self._phrases(sorted(after), "excluded_topic")


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one desk, checked and ready to match. Equal books make equal rules."""

    book: RuleBook
    engine: Engine = field(compare=False, repr=False)

    def title(self, label: str, language: str = "ru") -> str:
        """People's word for a label, the integrator's own titles included."""
        return self.book.title(label, language)


def prepare(rules: RuleBook, complain: Complain) -> Rules:
    """Rules ready to match; what is wrong with a pattern goes to `complain` with its path."""
    lemmas = {
        form: normal_forms(same[0])[0] for same in rules.dictionary for word in same for form in normal_forms(word)
    }
    reader = PatternReader(rules.macros, lemmas, rules.defaults.gap)
    return Rules(rules, Builder(reader, complain, Engine(PhraseIndex(lemmas))).build(rules))
