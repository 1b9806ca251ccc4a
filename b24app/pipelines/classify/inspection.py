"""One text looked at closely: what spoke for every label, and why the other rules that knew its words kept silent."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from b24app.pipelines.classify.engine import Fired, ReadyRule, Rules
from b24app.pipelines.classify.exclusions import is_excluded
from b24app.pipelines.classify.matching import Hit
from b24app.pipelines.classify.message import Message, read
from b24app.pipelines.classify.model import Classification, RequestText, Zone
from b24app.pipelines.classify.ruleset import RuleSet
from b24app.pipelines.classify.scoring import Score, scores, shares

MAX_STOPPED: Final = 30
Why = Literal["excluded", "unless", "with", "zone"]


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the message as they were written, with their offsets in the part that `zone` names."""

    text: str
    zone: Zone
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Voice:
    """A rule that spoke, and the words that made it."""

    rule: str
    words: Words


@dataclass(frozen=True, slots=True)
class Standing:
    """A label with what spoke for it; the first of its axis won."""

    label: str
    score: float
    share: float
    """Against the other labels and against silence, 0 to 1."""
    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """A rule that knew the words but did not speak."""

    axis: str
    label: str
    rule: str
    words: Words
    why: Why
    by: Words | None = None
    """Words that stopped it; None when something was missing."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything the test box shows."""

    found: Classification
    categories: tuple[Standing, ...]
    kinds: tuple[Standing, ...]
    priorities: tuple[Standing, ...]
    """Priority rules heard, in the order they are asked; scores are 0: the first that fits decides."""
    stopped: tuple[Stopped, ...]
    excluded: tuple[Words, ...]
    """Phrases that exclude a topic."""
    repaired: tuple[tuple[Words, str], ...]
    """Misspelt words, and how they were read."""


def inspect(request: RequestText, desk: RuleSet) -> Inspection:
    """What `classify` saw. Deterministic and bounded like it."""
    message, rules = read(request, desk.rules.words), desk.rules
    return _Look(request, message, rules, tuple(rules.engine.index.find(message.tokens))).all(desk.classify(request))


@dataclass(frozen=True, slots=True)
class _Look:
    request: RequestText
    message: Message
    rules: Rules
    hits: tuple[Hit, ...]

    def all(self, found: Classification) -> Inspection:
        tokens, engine = self.message.tokens, self.rules.engine
        fired = engine.fire(self.hits, tokens, self.request)
        excluding = engine.exclusions.found(self.hits, tokens)
        return Inspection(
            found=found,
            categories=self._standings("category", fired),
            kinds=self._standings("kind", fired),
            priorities=self._priorities(fired),
            stopped=tuple(self._stopped(fired))[:MAX_STOPPED],
            excluded=tuple(self._words(hit) for hit in excluding),
            repaired=tuple(self._repaired()),
        )

    def _standings(self, axis: str, fired: Sequence[Fired]) -> tuple[Standing, ...]:
        ranked = scores(axis, fired, self.rules.engine, self.rules.book.defaults)
        return tuple(self._standing(one, share) for one, share in zip(ranked, shares(ranked), strict=True))

    def _standing(self, score: Score, share: float) -> Standing:
        voices = tuple(Voice(one.rule.id, self._words(one.hit)) for one in score.evidence)
        return Standing(score.label, round(score.total, 2), share, voices)

    def _priorities(self, fired: Sequence[Fired]) -> tuple[Standing, ...]:
        heard: dict[str, list[Voice]] = defaultdict(list)
        for one in fired:
            if one.rule.axis == "priority":
                heard[one.rule.id].append(Voice(one.rule.id, self._words(one.hit)))
        order = sorted(self.rules.book.priority, key=lambda one: not one.wins)
        return tuple(Standing(one.set, 0.0, 0.0, tuple(heard[one.id])) for one in order if one.id in heard)

    def _stopped(self, fired: Sequence[Fired]) -> Iterator[Stopped]:
        """Each silent rule once, by the first words it knew."""
        spoke = {one.rule.id for one in fired if not (one.excluded and one.rule.axis == "category")}
        told: set[str] = set()
        for hit in sorted(self.hits, key=lambda one: (one.start, one.end, one.phrase)):
            for rule in self.rules.engine.owners.get(hit.phrase, ()):
                if rule.id in spoke or rule.id in told:
                    continue
                told.add(rule.id)
                why, by = self._why(rule, hit)
                yield Stopped(rule.axis, rule.label, rule.id, self._words(hit), why, by)

    def _why(self, rule: ReadyRule, hit: Hit) -> tuple[Why, Words | None]:
        tokens = self.message.tokens
        borders = self.rules.engine.exclusions.borders(self.hits, tokens)
        beside = [
            one
            for one in self.hits
            if tokens.sentences[one.start] == tokens.sentences[hit.start] and not is_excluded(one, tokens, borders)
        ]
        stopping = next((one for one in beside if one.phrase in rule.unless), None)
        if stopping is not None:
            return "unless", self._words(stopping)
        if rule.needs_company and not any(one.phrase in rule.with_ for one in beside):
            return "with", None
        if rule.zone and (rule.zone == "subject") != (hit.start < self.message.subject_words):
            return "zone", None
        clause = tokens.clauses[hit.start]
        excluding = self.rules.engine.exclusions.found(self.hits, tokens)
        near = sorted(excluding, key=lambda one: abs(tokens.clauses[one.start] - clause))
        return "excluded", self._words(near[0]) if near else None

    def _repaired(self) -> Iterator[tuple[Words, str]]:
        """Every word that was repaired, and those the dictionary of the rules lists as misspelt; once each."""
        told: set[str] = set()
        for at, known in enumerate(self.rules.engine.index.words(self.message.tokens)):
            word = self.message.tokens.words[at]
            read = known.repaired or next((form for form, _ in known.readings), "")
            if read and word not in told:
                told.add(word)
                yield self._words(Hit(-1, at, at + 1)), read

    def _words(self, hit: Hit) -> Words:
        zone, start, end = self.message.place(hit.start, hit.end)
        return Words(" ".join(self.message.words(hit.start, hit.end).split()), zone, start, end)
