"""A learnt model in use: reads a message, says what it thinks on each axis, and by which words.

Two models stand on each other: the general one, which comes with the built-in rules, starts from what the rules say; that
of a portal starts from what the general one says, or from the rules where they are the portal's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from b24app.pipelines.classify.assist import Shares
from b24app.pipelines.classify.hearing import Hearing
from b24app.pipelines.classify.learning.axis import OWN_TRUST, Axis, numbered, prior
from b24app.pipelines.classify.learning.features import Unit, Written, pair, unit, written
from b24app.pipelines.classify.learning.linear import Floats
from b24app.pipelines.classify.learning.space import Vocabulary

_Key = str | tuple[int, int]
"""The form of a word, or two lemmas beside each other."""
STRONGEST: Final = 5
NOTABLE: Final = 0.3
"""Of the strongest word's worth: what speaks less than that is not named."""
LITTLE: Final = 2
"""Letters of words that are not named as a reason when there are others."""
SHOWN: Final = 10
"""Labels with shares that an opinion names."""
REMEMBERED: Final = 20_000
"""Words whose answers are kept."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text."""

    form: str
    lemma: int
    """Its feature; 0 for what must not be known."""
    answer: Floats | None
    """Weights of all labels, and behind them the square of the word's length; None when it says nothing."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What words said. It only saves time: a thread that forgets it in the middle of a message of another does no harm."""

    forms: dict[str, Word] = field(default_factory=dict)
    words: dict[Written, Word] = field(default_factory=dict)

    def make_room(self) -> None:
        """Forget everything when it has become much."""
        if len(self.words) >= REMEMBERED:
            self.words.clear()
            self.forms.clear()


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
    memory: Memory = field(default_factory=Memory, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """The weights of all axes side by side."""
        ordered = [self.axes[name] for name in sorted(self.axes)]
        ends = np.cumsum([len(axis.labels) for axis in ordered]).tolist()
        places = {axis.name: slice(end - len(axis.labels), end) for axis, end in zip(ordered, ends, strict=True)}
        object.__setattr__(self, "weights", np.ascontiguousarray(np.hstack([axis.words for axis in ordered])))
        object.__setattr__(self, "slices", places)

    def listen(self, hearing: Hearing) -> "Heard":
        """See `Assistant.listen`."""
        general = hearing.rules.general
        under = general.listen(hearing) if isinstance(general, Model) and general is not self else None
        self.memory.make_room()
        known = self.memory.words
        words = [known.get(word) or self._word(word, hearing) for word in written(hearing)]
        pairs = list(pairwise([word.lemma for word in words]))
        parts = {word.form: word.answer for word in words if word.answer is not None}
        both, answers = self._pairs(list(dict.fromkeys(one for one in pairs if all(one))))
        table = np.concatenate([*parts.values(), answers]).reshape(-1, self.weights.shape[1] + 1)
        said = table.sum(axis=0)
        length = float(said[-1]) ** 0.5 or 1.0
        every: tuple[_Key, ...] = (*(word.form for word in words), *pairs)
        return Heard(
            self, hearing, said[:-1] / np.float32(length), length, every, (*parts, *both), table, len(words), under
        )

    def _pairs(self, pairs: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, int]], Floats]:
        """Those that say something, and what, one behind the other."""
        known, columns = self.vocabulary.find([pair(*both) for both in pairs])
        rarity = self.vocabulary.rarity.take(columns)
        answers = np.empty((len(known), self.weights.shape[1] + 1), np.float32)
        answers[:, :-1] = self.weights.take(columns, axis=0)
        answers[:, -1] = rarity
        answers *= rarity[:, None]
        return [pairs[at] for at in known], answers.ravel()

    def _word(self, word: Written, hearing: Hearing) -> Word:
        memory, form = self.memory, word.form
        known = memory.forms.get(form)
        if known is None:
            features = unit(form, hearing.rules.engine.index.lexicon)
            known = memory.forms[form] = Word(form, features[0] if features else 0, self._answer(features))
        memory.words[word] = known
        return known

    def _answer(self, features: Unit) -> Floats | None:
        vector = self.vocabulary.word(features)
        if not len(vector.ids):
            return None
        answer = vector.values @ self.weights.take(vector.ids, axis=0).astype(np.float32)
        return np.append(answer, np.float32(vector.square))


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as the model sees it."""

    model: Model
    hearing: Hearing
    said: Floats
    """Logits of all labels, by words alone."""
    length: float
    every: Sequence[_Key]
    """Each word, then each word with the next."""
    telling: Sequence[_Key]
    """Those among them that say something, each once."""
    answers: Floats
    """(telling, labels + 1)"""
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
        if allowed is None and labels is known.places:
            return [prior + words + bias for prior, words, bias in zip(row, said, known.bias, strict=True)]
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
        told = dict(zip(self.telling, worth.tolist(), strict=True))
        return [before + told.pop(key, 0.0) for key, before in zip(self.every, found, strict=True)]

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
