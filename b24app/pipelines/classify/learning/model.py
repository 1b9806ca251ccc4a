"""A learnt model in use: reads a message, says what it thinks on each axis, and by which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from b24app.pipelines.classify.hearing import Hearing, Shares
from b24app.pipelines.classify.learning.axis import Axis
from b24app.pipelines.classify.learning.features import MAX_REMEMBERED, Written, wording, written
from b24app.pipelines.classify.learning.linear import Floats, softmax
from b24app.pipelines.classify.learning.space import Ids, Vector, Vocabulary, counted

STRONGEST: Final = 5
NOTABLE: Final = 0.3
"""Of the strongest word's worth: what speaks less than that is not named."""
SHOWN: Final = 10
"""Labels with shares that an opinion names."""


@dataclass(frozen=True, slots=True)
class _Word:
    lemma: str
    ids: Ids


@dataclass(frozen=True, slots=True)
class Model:
    """Everything learnt for one portal. Equal models give equal answers; only the memory of words changes with use."""

    version: str
    vocabulary: Vocabulary
    axes: Mapping[str, Axis]
    auto: float | None = None
    suggest: float | None = None
    alone: bool = False
    rules_version: int = 0
    seen: frozenset[bytes] = frozenset()
    """Fingerprints of the examples it was made of."""
    weights: Floats = field(init=False, compare=False, repr=False)
    """(V, labels of all axes): one look-up for a message."""
    slices: Mapping[str, slice] = field(init=False, compare=False, repr=False)
    _words: dict[Written, _Word] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """The weights of all axes side by side."""
        ordered = [self.axes[name] for name in sorted(self.axes)]
        ends = np.cumsum([len(axis.labels) for axis in ordered]).tolist()
        places = {axis.name: slice(end - len(axis.labels), end) for axis, end in zip(ordered, ends, strict=True)}
        weights = np.hstack([axis.words for axis in ordered], dtype=np.float32)
        object.__setattr__(self, "weights", np.ascontiguousarray(weights))
        object.__setattr__(self, "slices", places)

    def listen(self, hearing: Hearing) -> "Heard":
        """Read a message: its features in the order of its words, those of pairs behind them."""
        words = [self._words.get(word) or self._remember(word, hearing) for word in written(hearing)]
        pairs, places = self._pairs([word.lemma for word in words])
        parts = [word.ids for word in words]
        every = np.concatenate([*parts, np.array(pairs, np.int32)])
        ids, counts = counted(every)
        vector = self.vocabulary.weighed(ids, counts.astype(np.float32))
        logits = np.asarray(vector.values @ self.weights.take(ids, axis=0), np.float32)
        return Heard(self, vector, logits, every, parts, places)

    def _pairs(self, lemmas: Sequence[str]) -> tuple[list[int], list[int]]:
        """Features of neighbours, and the places of their first words."""
        columns = self.vocabulary.columns
        found, places = [], []
        for at, (left, right) in enumerate(pairwise(lemmas)):
            column = columns.get(f"{left} {right}") if left and right else None
            if column is not None:
                found.append(column)
                places.append(at)
        return found, places

    def _remember(self, word: Written, hearing: Hearing) -> _Word:
        lemma, grams = wording(word.form, hearing.rules.engine.index.lexicon)
        columns = self.vocabulary.columns
        ids = [columns[name] for name in (lemma, *grams) if name in columns] if lemma else []
        if len(self._words) >= MAX_REMEMBERED:
            self._words.clear()
        known = self._words[word] = _Word(lemma, np.array(ids, np.int32))
        return known


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as the model sees it."""

    model: Model
    vector: Vector
    logits: Floats
    """Of all labels, by words alone."""
    every: Ids
    """Features in the order of the words they come from."""
    parts: Sequence[Ids]
    """Features word by word."""
    pairs: Sequence[int]
    """The first words of the pairs that are features."""

    def opinion(self, axis: str, rules: Shares, upstream: Mapping[str, str]) -> "Said | None":
        """See `Listener.opinion`."""
        known = self.model.axes.get(axis)
        if known is None:
            return None
        logits = known.heard(rules, upstream) + self.logits[self.model.slices[axis]]
        chances = softmax(logits / np.float32(known.temperature))
        order = np.argsort(-chances, kind="stable").tolist()  # labels stand in alphabetical order, ties keep it
        plain = chances.tolist()
        shares = tuple((known.labels[at], plain[at]) for at in order[:SHOWN])
        return Said(self, known, shares, order[:2])

    def worths(self, axis: str, first: int, second: int) -> NDArray[np.float64]:
        """What each word, and behind them each pair, says for one label of an axis against another."""
        weights, ids = self.model.weights, self.vector.ids
        start = self.model.slices[axis].start
        rows = ids * weights.shape[1] + start
        flat = weights.ravel()
        worth = np.empty(len(weights), np.float32)  # only the columns of this message are filled and read
        worth[ids] = (flat.take(rows + first) - flat.take(rows + second)) * self.vector.values
        owners = np.repeat(np.arange(len(self.parts)), [len(part) for part in self.parts])
        owners = np.concatenate([owners, np.arange(len(self.parts), len(self.parts) + len(self.pairs))])
        summed = np.bincount(owners, worth.take(self.every), len(self.parts) + len(self.pairs))
        return np.asarray(summed, np.float64)

    def span(self, place: int) -> tuple[int, int]:
        """The words that stand at a place of `worths`."""
        count = len(self.parts)
        if place < count:
            return place, place + 1
        return self.pairs[place - count], self.pairs[place - count] + 2


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says on one axis."""

    heard: Heard
    axis: Axis
    shares: Shares
    first: Sequence[int]
    """Places of the best label and of the next."""

    def spans(self) -> tuple[tuple[int, int], ...]:
        """See `Opinion.spans`: words that speak for the first label against the second."""
        heard = self.heard
        if len(self.first) < 2 or not len(heard.vector.ids):  # noqa: PLR2004 - one label has no rival
            return ()
        worth = heard.worths(self.axis.name, *self.first).tolist()
        least = max(max(worth) * NOTABLE, 1e-6)
        best = sorted((at for at, one in enumerate(worth) if one >= least), key=lambda at: (-worth[at], at))
        return tuple(heard.span(at) for at in best[:STRONGEST])
