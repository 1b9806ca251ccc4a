"""Texts as vectors: the vocabulary, what each word weighs, and products of texts with each other.

A word weighs as much as its lemma is rare; its letters together weigh as much as a middling lemma, so that a misspelt or
unknown word still says something. A text is the sum of its words over the root of their squares: what a word adds to it
does not depend on the other words, so a model can keep the answer of each word.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from b24app.pipelines.classify.learning.features import Unit
from b24app.pipelines.classify.learning.linear import Floats

MAX_FEATURES: Final = 20_000
LETTERS: Final = 3.0
"""What all letters of a word weigh together; a lemma that stands in one text of seven weighs as much."""
BLOCK: Final = 512

_NONE: Final = np.zeros(0, np.float32)
Ids = NDArray[np.int64]
Marks = NDArray[np.uint32]


class Vector(NamedTuple):
    """Features of a word or a text: which, and how much of each."""

    ids: Ids
    values: Floats

    @property
    def square(self) -> float:
        """Its length, squared."""
        return float(self.values @ self.values)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features that are known, and how rare each is."""

    marks: Marks
    """Ascending."""
    rarity: Floats

    @classmethod
    def learnt(cls, texts: Sequence[Iterable[Unit]], limit: int = MAX_FEATURES) -> "Vocabulary":
        """The features that stand in the most texts."""
        spread: Counter[int] = Counter()
        for text in texts:
            spread.update({feature for unit in text for feature in unit})
        chosen = sorted(sorted(spread, key=lambda one: (-spread[one], one))[:limit])
        often = np.array([spread[one] for one in chosen], np.float32)
        rarity = np.asarray(np.log((1 + len(texts)) / (1 + often)) + 1, np.float32)
        return cls(np.array(chosen, np.uint32), rarity)

    def find(self, features: Sequence[int]) -> tuple[list[int], list[int]]:
        """Places in `features` of the known ones, and their columns."""
        asked = np.array(features, np.uint32)
        columns = self.marks.searchsorted(asked)
        known = np.flatnonzero(self.marks.take(columns, mode="clip") == asked) if len(self.marks) else columns[:0]
        return known.tolist(), columns.take(known).tolist()

    def word(self, unit: Unit) -> Vector:
        """A word or a pair of words."""
        known, columns = self.find(unit)
        if not known:
            return Vector(np.zeros(0, np.int64), _NONE)
        values = self.rarity.take(columns)
        letters = values[1:] if known[0] == 0 else values
        if len(letters):
            letters *= np.float32(LETTERS) / np.sqrt(letters @ letters)
        return Vector(np.array(columns, np.int64), values)

    def text(self, words: Iterable[Vector]) -> Vector:
        """The sum of its words, as long as they were together: about 1, 0 for a text without known words."""
        found = [word for word in words if len(word.ids)]
        if not found:
            return Vector(np.zeros(0, np.int64), _NONE)
        ids, places = np.unique(np.concatenate([word.ids for word in found]), return_inverse=True)
        values = np.bincount(places, np.concatenate([word.values for word in found]))
        length = np.sqrt(sum(word.square for word in found))
        return Vector(ids, (values / length).astype(np.float32))

    def texts(self, texts: Sequence[Sequence[Unit]]) -> list[Vector]:
        """Many texts; words that come again are weighed once."""
        known: dict[Unit, Vector] = {}
        for unit in (unit for text in texts for unit in text):
            if unit not in known:
                known[unit] = self.word(unit)
        return [self.text(known[unit] for unit in text) for text in texts]


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


def centred(kernel: Floats) -> Floats:
    """Products of the texts less their mean. What all texts share tells nothing, and would make learning slow."""
    mean = kernel.mean(axis=0)
    return np.asarray(kernel - mean[:, None] - mean[None, :] + mean.mean(), np.float32)


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
