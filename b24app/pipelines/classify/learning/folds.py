"""Measures of quality, and folds that keep equal texts together."""

import math
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray


def macro_f1(truth: Sequence[str], guess: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in the truth."""
    right = Counter(one for one, other in zip(truth, guess, strict=True) if one == other)
    mentions = Counter(truth) + Counter(guess)
    labels = sorted(set(truth))
    return sum(2 * right[label] / mentions[label] for label in labels) / len(labels) if labels else 0.0


def accuracy(truth: Sequence[str], guess: Sequence[str]) -> float:
    """Share of right guesses; for one label a text it is micro-F1 too."""
    return sum(one == other for one, other in zip(truth, guess, strict=True)) / len(truth) if truth else 0.0


def noise(one: Sequence[str], other: Sequence[str], truth: Sequence[str]) -> float:
    """Half a standard error of the difference of two accuracies on the same texts."""
    differ = float(sum((a == t) != (b == t) for a, b, t in zip(one, other, truth, strict=True)))
    return 0.5 * math.sqrt(differ) / len(truth)


def folds(texts: Sequence[str], labels: Sequence[str], count: int) -> NDArray[np.int64]:
    """The fold of each text: labels spread evenly, equal texts in one fold, whatever order they come in."""
    marks = [sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts]
    label_of = dict(zip(reversed(marks), reversed(list(labels)), strict=True))
    turn = {mark: at % count for at, mark in enumerate(sorted(label_of, key=lambda mark: (label_of[mark], mark)))}
    return np.array([turn[mark] for mark in marks], np.int64)
