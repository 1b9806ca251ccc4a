"""Texts as vectors: the vocabulary, the weights of its features, and products of texts with each other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from b24app.pipelines.classify.hearing import Hearing
from b24app.pipelines.classify.learning.features import Wording, Written, units, wording, written
from b24app.pipelines.classify.learning.linear import Floats

MAX_FEATURES: Final = 20_000
BLOCK: Final = 512

Ids = NDArray[np.int32]


class Vector(NamedTuple):
    """Features of one text: which, and how much of each; length 1 (or 0 for a text without known words)."""

    ids: Ids
    values: Floats


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Features in the order of their columns, and how rare each is."""

    names: tuple[str, ...]
    rarity: Floats
    columns: Mapping[str, int]

    @classmethod
    def of(cls, names: Sequence[str], rarity: Floats) -> "Vocabulary":
        """A vocabulary of names in their order."""
        return cls(tuple(names), rarity, {name: column for column, name in enumerate(names)})

    @classmethod
    def learnt(cls, texts: Sequence[Mapping[str, int]], limit: int = MAX_FEATURES) -> "Vocabulary":
        """The features that stand in the most texts, at least in two of them when there are enough of those."""
        spread: Counter[str] = Counter()
        for text in texts:
            spread.update(text.keys())
        chosen = sorted(spread, key=lambda name: (-spread[name], name))[:limit]
        counts = np.array([spread[name] for name in chosen], np.float32)
        return cls.of(chosen, np.asarray(np.log((1 + len(texts)) / (1 + counts)) + 1, np.float32))

    def vector(self, counts: Mapping[str, int]) -> Vector:
        """A text of counted features."""
        known = sorted((self.columns[name], count) for name, count in counts.items() if name in self.columns)
        ids = np.array([column for column, _ in known], np.int32)
        return self.weighed(ids, np.array([count for _, count in known], np.float32))

    def weighed(self, ids: Ids, counts: Floats) -> Vector:
        """Rare features count more, repeated ones a little more; length 1."""
        values = (1 + np.log(counts)) * self.rarity[ids]
        length = float(np.sqrt((values * values).sum()))
        return Vector(ids, np.asarray(values / np.float32(length or 1.0), np.float32))


def counted(every: Ids) -> tuple[Ids, NDArray[np.int64]]:
    """The different features among these, in order, and how often each stands there. `np.unique` is three times slower."""
    ordered = np.sort(every)
    new = np.ones(len(ordered) + 1, np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:-1])
    starts = np.flatnonzero(new)
    return ordered[starts[:-1]], np.diff(starts)


class Words:
    """Wordings of words once seen; the lexicon is that of the rules."""

    def __init__(self) -> None:
        self._known: dict[Written, Wording] = {}

    def counts(self, hearing: Hearing) -> Counter[str]:
        """The features of one message, counted."""
        return Counter(units(self._wording(word, hearing) for word in written(hearing)))

    def _wording(self, word: Written, hearing: Hearing) -> Wording:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = wording(word.form, hearing.rules.engine.index.lexicon)
        return known


def kernel(vectors: Sequence[Vector], width: int) -> Floats:
    """Products of all texts with each other, (n, n). Memory: two blocks of texts at a time."""
    n = len(vectors)
    found = np.empty((n, n), np.float32)
    for first in range(0, n, BLOCK):
        left = dense(vectors[first : first + BLOCK], width)
        for second in range(0, first + 1, BLOCK):
            right = left if second == first else dense(vectors[second : second + BLOCK], width)
            part = left @ right.T
            found[first : first + BLOCK, second : second + BLOCK] = part
            found[second : second + BLOCK, first : first + BLOCK] = part.T
    return found


def dense(vectors: Sequence[Vector], width: int) -> Floats:
    """Texts as rows."""
    rows = np.zeros((len(vectors), width), np.float32)
    for row, vector in zip(rows, vectors, strict=True):
        row[vector.ids] = vector.values
    return rows


def folded(vectors: Sequence[Vector], coefficients: Floats, width: int) -> tuple[Floats, Floats]:
    """Weights of the features (width, C), and a shift (C), of coefficients (n, C) of the texts less their mean."""
    weights = np.zeros((width, coefficients.shape[1]), np.float32)
    mean = np.zeros(width, np.float32)
    for first in range(0, len(vectors), BLOCK):
        block = dense(vectors[first : first + BLOCK], width)
        weights += block.T @ coefficients[first : first + BLOCK]
        mean += block.sum(axis=0)
    mean /= np.float32(max(len(vectors), 1))
    weights -= np.outer(mean, coefficients.sum(axis=0))
    return weights, np.asarray(-mean @ weights, np.float32)
