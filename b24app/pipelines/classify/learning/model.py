"""A learnt model in use: reads a message, says what it thinks on each axis, and by which words.

Two models stand on each other: the general one, which comes with the built-in rules, starts from what the rules say; that
of a portal starts from what the general one says, or from the rules where they are the portal's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from b24app.pipelines.classify.hearing import Hearing, Shares
from b24app.pipelines.classify.learning.axis import OWN_TRUST, Axis, numbered, prior
from b24app.pipelines.classify.learning.features import MAX_WORDS, Written, pair, unit, written
from b24app.pipelines.classify.learning.linear import Floats
from b24app.pipelines.classify.learning.space import Vector, Vocabulary

STRONGEST: Final = 5
NOTABLE: Final = 0.3
"""Of the strongest word's worth: what speaks less than that is not named."""
LITTLE: Final = 2
"""Letters of words that are not named as a reason when there are others."""
SHOWN: Final = 10
"""Labels with shares that an opinion names."""
REMEMBERED: Final = 20_000
"""Words and pairs of words whose answers are kept, a hundred and fifty bytes each."""
NOTHING: Final = 0
"""Place of words that say nothing."""


@dataclass(slots=True)
class Memory:
    """What words said: weights of all labels, and behind them the square of the word's length. It only saves time."""

    answers: Floats
    """(places, labels + 1)"""
    forms: dict[str, int] = field(default_factory=dict)
    words: dict[Written, int] = field(default_factory=dict)
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)
    lemmas: list[str] = field(default_factory=lambda: [""])
    """By place; empty for pairs."""
    lock: Lock = field(default_factory=Lock)
    """A dry run reads messages beside the event loop."""

    @classmethod
    def of(cls, labels: int) -> "Memory":
        """An empty one."""
        answers = np.empty((REMEMBERED, labels + 1), np.float32)
        answers[NOTHING] = 0
        return cls(answers)

    def make_room(self) -> None:
        """Forget everything when the next message might not fit."""
        if len(self.lemmas) + 2 * MAX_WORDS > REMEMBERED:
            for known in (self.forms, self.words, self.pairs):
                known.clear()
            del self.lemmas[1:]

    def keep(self, lemma: str, answer: Floats, square: float) -> int:
        """The place of a new answer."""
        place = len(self.lemmas)
        self.answers[place, :-1] = answer
        self.answers[place, -1] = square
        self.lemmas.append(lemma)
        return place


@dataclass(frozen=True, slots=True)
class Model:
    """Everything learnt. Equal models give equal answers; only the memory of words changes with use."""

    version: str
    vocabulary: Vocabulary
    axes: Mapping[str, Axis]
    auto: float | None = None
    suggest: float | None = None
    alone: bool = False
    rules_version: int = 0
    seen: frozenset[bytes] = frozenset()
    """Fingerprints of the examples it was made of."""
    weights: NDArray[np.float16] = field(init=False, compare=False, repr=False)
    """(V, labels of all axes)"""
    slices: Mapping[str, slice] = field(init=False, compare=False, repr=False)
    memory: Memory = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """The weights of all axes side by side."""
        ordered = [self.axes[name] for name in sorted(self.axes)]
        ends = np.cumsum([len(axis.labels) for axis in ordered]).tolist()
        places = {axis.name: slice(end - len(axis.labels), end) for axis, end in zip(ordered, ends, strict=True)}
        object.__setattr__(self, "weights", np.ascontiguousarray(np.hstack([axis.words for axis in ordered])))
        object.__setattr__(self, "slices", places)
        object.__setattr__(self, "memory", Memory.of(self.weights.shape[1]))

    def listen(self, hearing: Hearing) -> "Heard":
        """See `Assistant.listen`."""
        general = hearing.rules.general
        under = general.listen(hearing) if isinstance(general, Model) and general is not self else None
        words = written(hearing)
        with self.memory.lock:
            self.memory.make_room()
            places = self._places(words, hearing)
            every = (*places, *self._pairs([self.memory.lemmas[place] for place in places]))
            answers = self.memory.answers.take(list(dict.fromkeys(every)), axis=0)
        said = answers.sum(axis=0)
        length = float(said[-1]) ** 0.5 or 1.0
        return Heard(self, hearing, said[:-1] / np.float32(length), length, every, answers, len(words), under)

    def _places(self, words: Sequence[Written], hearing: Hearing) -> list[int]:
        known = self.memory.words
        return [known[word] if word in known else self._place(word, hearing) for word in words]

    def _place(self, word: Written, hearing: Hearing) -> int:
        memory, form = self.memory, word.form
        place = memory.forms.get(form)
        if place is None:
            names = unit(form, hearing.rules.engine.index.lexicon)
            place = self._keep(names[0], self.vocabulary.word(names)) if names else NOTHING
            memory.forms[form] = place
        memory.words[word] = place
        return place

    def _pairs(self, lemmas: Sequence[str]) -> list[int]:
        """A place for each two neighbours."""
        known, found = self.memory.pairs, []
        for both in pairwise(lemmas):
            place = known.get(both)
            if place is None:
                vector = self.vocabulary.word((pair(*both),)) if all(both) else None
                place = NOTHING if vector is None or not len(vector.ids) else self._keep("", vector)
                known[both] = place
            found.append(place)
        return found

    def _keep(self, lemma: str, vector: Vector) -> int:
        answer = vector.values @ self.weights.take(vector.ids, axis=0).astype(np.float32)
        return self.memory.keep(lemma, answer, vector.square)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as the model sees it."""

    model: Model
    hearing: Hearing
    said: Floats
    """Logits of all labels, by words alone."""
    length: float
    every: Sequence[int]
    """Places in the model's memory: of each word, then of each word with the next."""
    answers: Floats
    """(different places in the order they come first, labels + 1)"""
    words: int
    under: "Heard | None"
    """The same message as the general model sees it; None when this is the general one, or there is none."""

    def opinion(self, axis: str, rules: Shares, upstream: Mapping[str, str]) -> "Said | None":
        """See `Listener.opinion`."""
        known = self.model.axes.get(axis)
        if known is None:
            return None if self.under is None else self.under.opinion(axis, rules, upstream)
        if self.is_general:
            if self.hearing.is_own(axis, rules):
                return None
            labels: Sequence[str] = (*known.labels, *(label for label, _ in rules if label not in known.places))
            places = known.places if len(labels) == len(known.labels) else numbered(labels)
            logits = self.start(axis, places, rules, upstream)
        else:
            labels = known.labels
            start = self.under.start(axis, known.places, rules, upstream) if self.under is not None else None
            logits = (known.heard(rules, upstream, start) + self.said[self.model.slices[axis]]).tolist()
        return Said(self, axis, _shares(labels, logits, known.temperature))

    @property
    def is_general(self) -> bool:
        """It is the model of the built-in rules."""
        return self.model is self.hearing.rules.general

    def start(self, axis: str, labels: Mapping[str, int], rules: Shares, upstream: Mapping[str, str]) -> list[float]:
        """Logits of the general model over any labels: what another model starts from.

        Rules of a desk's own are not doubted: where they speak, nothing is added to them.
        """
        known = self.model.axes.get(axis)
        if known is None or self.hearing.is_own(axis, rules):
            return prior(rules, labels, OWN_TRUST)
        row = prior(rules, labels, known.trust)
        said = self.said[self.model.slices[axis]].tolist()
        allowed = self.hearing.allowed(axis, upstream)
        least = min(said)
        for label, place in labels.items():
            at = known.places.get(label)
            if at is not None:
                row[place] += said[at] + known.bias[at] if allowed is None or label in allowed else least
        return row

    def worths(self, axis: str, first: str, second: str) -> list[float]:
        """What each word, and behind them each pair, says for one label of an axis against another; once each."""
        found = self.under.worths(axis, first, second) if self.under is not None else [0.0] * len(self.every)
        known = self.model.axes.get(axis)
        if known is None:
            return found
        begin, worth = self.model.slices[axis].start, np.zeros(len(self.answers), np.float32)
        for label, sign in ((first, 1), (second, -1)):
            if label in known.places:
                worth += np.float32(sign / self.length) * self.answers[:, begin + known.places[label]]
        one_by_one, seen = iter(worth.tolist()), set[int]()
        for at, place in enumerate(self.every):
            if place not in seen:
                seen.add(place)
                found[at] += next(one_by_one)
        return found

    def span(self, at: int) -> tuple[int, int]:
        """The words that stand at a place of `worths`."""
        return (at, at + 1) if at < self.words else (at - self.words, at - self.words + 2)

    def is_telling(self, first: int, last: int) -> bool:
        """A word that people would call one, or several: «не» alone explains nothing."""
        return last - first > 1 or len(self.hearing.message.tokens.words[first]) > LITTLE


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says on one axis."""

    heard: Heard
    axis: str
    shares: Shares

    @property
    def version(self) -> str:
        """See `Opinion.version`."""
        return self.heard.model.version

    @property
    def is_general(self) -> bool:
        """See `Opinion.is_general`."""
        return self.heard.is_general

    def spans(self) -> tuple[tuple[int, int], ...]:
        """See `Opinion.spans`: words that speak for the first label against the second."""
        if len(self.shares) < 2:  # noqa: PLR2004 - one label has no rival
            return ()
        worth = self.heard.worths(self.axis, self.shares[0][0], self.shares[1][0])
        least = max(max(worth, default=0.0) * NOTABLE, 1e-6)
        best = sorted((-one, at) for at, one in enumerate(worth) if one >= least)
        spans = [self.heard.span(at) for _, at in best]
        telling = [span for span in spans if self.heard.is_telling(*span)]
        return tuple((telling or spans)[:STRONGEST])


def _shares(labels: Sequence[str], logits: Sequence[float], temperature: float) -> Shares:
    """Softmax. Labels stand in alphabetical order; ties keep it."""
    top = max(logits)
    chances = [exp((one - top) / temperature) for one in logits]
    whole = sum(chances)
    order = sorted(zip(chances, labels, strict=True), key=lambda one: -one[0])
    return tuple((label, chance / whole) for chance, label in order[:SHOWN])
