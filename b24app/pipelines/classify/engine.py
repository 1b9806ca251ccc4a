"""Rules made ready to match, and what fires in a text."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from b24app.pipelines.classify.assist import Assistant
from b24app.pipelines.classify.contrast import asides
from b24app.pipelines.classify.exclusions import Exclusions, is_excluded
from b24app.pipelines.classify.lexicon import Lexicon
from b24app.pipelines.classify.matching import Hit, PhraseIndex
from b24app.pipelines.classify.model import RequestText
from b24app.pipelines.classify.morphology import Dictionary
from b24app.pipelines.classify.origin import Conditions, holds
from b24app.pipelines.classify.patterns import PatternBroken, PatternReader
from b24app.pipelines.classify.rules import Category, Focus, PriorityRule, Rule, RuleBook, RuleZone
from b24app.pipelines.classify.words import Tokens

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
    conditions: Conditions = ()


class Fired(NamedTuple):
    """A rule and the words that made it fire; its sentence counts `factor` times."""

    rule: ReadyRule
    hit: Hit
    in_subject: bool
    factor: float = 1.0
    excluded: bool = False
    """The words stand in a clause that names a topic only to exclude it."""
    aside: bool = False
    """They stand before a «но» that says what is wrong."""


@dataclass(slots=True)
class Engine:
    """The compiled form of a `RuleBook`. Matching changes nothing but a bounded cache of words."""

    index: PhraseIndex
    owners: dict[int, list[ReadyRule]] = field(default_factory=lambda: defaultdict(list))
    exclusions: Exclusions = field(default_factory=Exclusions)
    focus: dict[int, float] = field(default_factory=dict)
    """Phrase → how many times its sentence counts."""

    def fire(self, hits: Sequence[Hit], tokens: Tokens, request: RequestText) -> list[Fired]:
        """Every rule that fires, once per phrase and place. Zones of the tokens: subject, body, names of attachments."""
        subject_words, own_words = tokens.zones[0].last, tokens.zones[1].last
        borders = self.exclusions.borders(hits, tokens)
        excluded = [bool(borders) and is_excluded(hit, tokens, borders) for hit in hits]
        around: dict[int, set[int]] = defaultdict(set)
        for hit, out in zip(hits, excluded, strict=True):
            if not out:
                around[tokens.sentences[hit.start]].add(hit.phrase)
        factors = {sentence: self._factor(phrases) for sentence, phrases in around.items()}
        aside = asides(tokens, {hit.start for hit in hits if self.focus.get(hit.phrase, 0) > 1})
        fired: list[Fired] = []
        for hit, out in zip(hits, excluded, strict=True):
            sentence, in_subject = tokens.sentences[hit.start], hit.start < subject_words
            fired += [
                Fired(rule, hit, in_subject, factors.get(sentence, 1.0), out, hit.start in aside)
                for rule in self.owners.get(hit.phrase, ())
                if _stands(rule, around[sentence], _zone(hit, subject_words, own_words), request)
            ]
        return fired

    def _factor(self, phrases: Iterable[int]) -> float:
        """The strongest of what speaks for the sentence times the strongest of what speaks against it."""
        found = [self.focus[phrase] for phrase in phrases if phrase in self.focus]
        return max(found, default=1.0) if not found or min(found) >= 1 else min(found) * max(*found, 1.0)


def _zone(hit: Hit, subject_words: int, own_words: int) -> RuleZone:
    return "subject" if hit.start < subject_words else "body" if hit.start < own_words else "attachment_name"


def _stands(rule: ReadyRule, around: set[int], zone: RuleZone, request: RequestText) -> bool:
    if rule.zone != zone and (rule.zone or zone == "attachment_name"):
        return False
    if rule.conditions and not holds(rule.conditions, request):
        return False
    if rule.needs_company and rule.with_.isdisjoint(around):
        return False
    return rule.unless.isdisjoint(around)


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
        for number, focus in enumerate(rules.focus):
            self._focus(number, focus)
        self._exclusions(rules.excluded_topic)
        self.engine.index.seal()
        return self.engine

    def _category(self, category: Category) -> None:
        path = f"categories.{category.name}"
        stop = self._phrases(category.unless, f"{path}.unless")
        for number, rule in enumerate(category.rules):
            self._rule("category", category.name, rule, f"{path}.rules[{number}]", stop)

    def _priority(self, rule: PriorityRule, path: str) -> None:
        plain = Rule(rule.id, rule.any, with_=rule.with_, unless=rule.unless, conditions=rule.conditions)
        self._rule("priority", rule.set, plain, path, frozenset())

    def _rule(self, axis: Axis, label: str, rule: Rule, path: str, stop: frozenset[int]) -> None:
        with_ = self._phrases(rule.with_, f"{path}.with")
        unless = stop | self._phrases(rule.unless, f"{path}.unless")
        ready = ReadyRule(
            axis, label, rule.id, rule.weight, with_, bool(rule.with_), unless, rule.zone, rule.conditions
        )
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
        parts: dict[str, set[str]] = {"before": set(), "after": set(), "closing": set()}
        for place, pattern in enumerate(patterns):
            head, slot, tail = (part.strip() for part in pattern.partition(SLOT))
            if not slot or bool(head) == bool(tail):
                self.complain(f"excluded_topic[{place}]", f"{pattern!r}: {SLOT} stands first or last, with words")
            elif head:
                parts["before"].add(head)
            elif tail.endswith(" ."):
                parts["closing"].add(tail.removesuffix(" ."))
            else:
                parts["after"].add(tail)
        found = {name: self._phrases(sorted(some), "excluded_topic") for name, some in parts.items()}
        self.engine.exclusions = Exclusions(found["before"], found["after"], found["closing"])

    def _focus(self, number: int, focus: Focus) -> None:
        for phrase in self._phrases(focus.any, f"focus[{number}].any"):
            self.engine.focus[phrase] = focus.factor


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one desk, checked and ready to match. Equal books make equal rules."""

    book: RuleBook
    engine: Engine = field(compare=False, repr=False)
    own: frozenset[str] = frozenset()
    """Ids of the rules that a desk wrote or changed, where it builds on the built-in ones."""
    general: Assistant | None = field(default=None, compare=False, repr=False)
    """What was learnt beside the built-in rules: it helps where they hold."""

    @property
    def words(self) -> Dictionary:
        """The dictionary of the language the rules were read with."""
        return self.engine.index.lexicon.words

    def title(self, label: str, language: str = "ru") -> str:
        """People's word for a label, the integrator's own titles included."""
        return self.book.title(label, language)


def prepare(rules: RuleBook, complain: Complain, words: Dictionary) -> Rules:
    """Rules ready to match; what is wrong with a pattern goes to `complain` with its path."""
    lexicon = Lexicon.of(rules.dictionary, words)
    reader = PatternReader(rules.macros, lexicon, rules.defaults.gap)
    return Rules(rules, Builder(reader, complain, Engine(PhraseIndex(lexicon))).build(rules))
