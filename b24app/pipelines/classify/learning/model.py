"""A learnt model in use: reads a message, says what it thinks on each axis, and by which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from b24app.pipelines.classify.hearing import Hearing, Shares
from b24app.pipelines.classify.learning.axis import Axis
from b24app.pipelines.classify.learning.features import MAX_REMEMBERED, Written, wording, written
from b24app.pipelines.classify.learning.linear import Floats, softmax
from b24app.pipelines.classify.learning.space import Ids, Vector, Vocabulary

STRONGEST: Final = 5
NOTABLE: Final = 0.3
"""Of the strongest word's worth: what speaks less than that is not named."""
SHOWN: Final = 10
"""Labels with shares that an opinion names."""
_NONE: Final = np.zeros(0, np.int32)


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
        object.__setattr__(self, "weights", np.hstack([axis.words for axis in ordered], dtype=np.float32))
        object.__setattr__(self, "slices", places)

    def listen(self, hearing: Hearing) -> "Heard":
        """Read a message: its features in the order of its words."""
        words = [self._words.get(word) or self._remember(word, hearing) for word in written(hearing)]
        parts, spans = [word.ids for word in words], [(at, at + 1) for at in range(len(words))]
        for at in range(len(words) - 1):
            left, right = words[at].lemma, words[at + 1].lemma
            column = self.vocabulary.columns.get(f"{left} {right}") if left and right else None
            if column is not None:
                parts.append(np.array([column], np.int32))
                spans.append((at, at + 2))
        every = np.concatenate(parts) if parts else _NONE
        ids, counts = np.unique(every, return_counts=True)
        owner = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
        vector = self.vocabulary.weighed(ids, counts.astype(np.float32))
        logits = np.asarray(vector.values @ self.weights[ids], np.float32)
        return Heard(self, vector, logits, every, owner, spans)

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
    owner: Ids
    """The word or pair each of them comes from, as a place in `spans`."""
    spans: Sequence[tuple[int, int]]

    def opinion(self, axis: str, rules: Shares, upstream: Mapping[str, str]) -> "Said | None":
        """See `Listener.opinion`."""
        known = self.model.axes.get(axis)
        if known is None:
            return None
        logits = known.heard(rules, upstream) + self.logits[self.model.slices[axis]]
        chances = softmax(logits / np.float32(known.temperature))
        order = np.argsort(-chances, kind="stable").tolist()  # labels stand in alphabetical order, ties keep it
        shares = tuple((known.labels[at], float(chances[at])) for at in order[:SHOWN])
        return Said(self, known, shares, order[:2])


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
        heard, vector = self.heard, self.heard.vector
        if len(self.first) < 2 or not len(vector.ids):  # noqa: PLR2004 - one label has no rival
            return ()
        own = heard.model.weights[vector.ids, heard.model.slices[self.axis.name]]
        weights = own[:, self.first[0]] - own[:, self.first[1]]
        single = (weights * vector.values)[np.searchsorted(vector.ids, heard.every)]
        worth = np.bincount(heard.owner, single, len(heard.spans))
        least = max(float(worth.max()) * NOTABLE, 1e-6)
        best = sorted(np.flatnonzero(worth >= least).tolist(), key=lambda at: (-float(worth[at]), at))
        return tuple(heard.spans[at] for at in best[:STRONGEST])
