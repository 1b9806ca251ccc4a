"""Softmax regression around the rules' own opinion, solved over the texts and not over their features.

With n texts the unknowns are n numbers a class, whatever the number of features is, and one product of the texts with
each other (the kernel) serves every axis and every fold of the cross-validation.

Every text is learnt from in two views. The informed one starts from the logits of the rules and sees what they said. The
blind one sees words only: without it a model learns to repeat the rules, which are nearly always right about texts
somebody tuned them on, and learns nothing for those where they are silent.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

POWER_STEPS: Final = 6
DIRECTIONS: Final = 96
ROUNDED_UP: Final = 1.1
"""Directions are found roughly; too small a step is safe."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What one axis is learnt from: n texts, m features beside the words, C classes."""

    kernel: Floats
    """(n, n): products of the word features of the texts."""
    extra: Floats
    """(n, m): features of the informed view alone."""
    prior: Floats
    """(n, C): logits the informed view starts from."""
    truth: Floats
    """(n, C): one 1 a text."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Coefficients (n, fits, C) of the informed and of the blind view."""

    informed: Floats
    blind: Floats

    def logits(self, problem: Problem) -> Floats:
        """(n, fits, C) of the informed view."""
        return np.asarray(_views(problem, np.stack([self.informed, self.blind]))[0], np.float32)


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    raised /= raised.sum(axis=-1, keepdims=True)
    return np.asarray(raised, np.float32)


def fit(problem: Problem, informed: Floats, blind: Floats, penalty: float, steps: int) -> Solution:
    """Several fits at once that differ in the weights (fits, n) of the two views; a fixed number of steps.

    Nesterov's method for a strongly convex function, in the space the kernel spans. A few directions, those that all texts
    share, are steeper than the rest by orders of magnitude: there the step is divided by their own steepness.
    """
    n, classes = problem.truth.shape
    weights = np.stack([informed.T, blind.T])[..., None]
    bend = 0.5 * float(weights.max())
    directions, sizes = _steepest(problem)
    rest = penalty + bend * float(sizes[-1])
    ease = (1 / (penalty + bend * sizes) - 1 / rest).astype(np.float32)
    root = (penalty / rest) ** 0.5
    momentum = np.float32((1 - root) / (1 + root))
    now = np.zeros((2, n, len(informed), classes), np.float32)
    ahead = now
    for _ in range(steps):
        missed = softmax(_views(problem, ahead)) - problem.truth[None, :, None, :]
        slope = (weights * missed + np.float32(penalty) * ahead).reshape(2 * n, -1)
        step = slope / np.float32(rest) + directions @ (ease[:, None] * (directions.T @ slope))
        following = ahead - step.reshape(now.shape)
        ahead = following + momentum * (following - now)
        now = following
    return Solution(now[0], now[1])


def _steepest(problem: Problem) -> tuple[Floats, Floats]:
    """Orthonormal directions (2 n, r) over both views, and how steep the problem is there (r), the steepest first."""
    n = len(problem.kernel)
    count = min(DIRECTIONS, 2 * n)
    directions = np.cos(np.outer(np.arange(1, 2 * n + 1), np.arange(1, count + 1)) ** 1.3)  # any start will do
    for _ in range(POWER_STEPS):
        directions, _ = np.linalg.qr(_applied(problem, directions.astype(np.float32)))
    inner = directions.T @ _applied(problem, directions)
    sizes, turn = np.linalg.eigh((inner + inner.T) / 2)
    sizes, turn = sizes[::-1], turn[:, ::-1]
    return np.asarray(directions @ turn, np.float32), np.asarray(np.maximum(sizes, 0) * ROUNDED_UP, np.float32)


def _applied(problem: Problem, a: Floats) -> Floats:
    """Both views of coefficients (2 n, r) over both."""
    first, second = np.split(a, 2)
    words = problem.kernel @ (first + second)
    return np.concatenate([words + problem.extra @ (problem.extra.T @ first), words])


def _views(problem: Problem, a: Floats) -> Floats:
    """Logits (2, n, fits, C) of the informed and of the blind view."""
    words = _times(problem.kernel, a[0] + a[1])
    own = _times(problem.extra, _times(np.ascontiguousarray(problem.extra.T), a[0]))
    return np.stack([problem.prior[:, None, :] + own + words, words])


def _times(matrix: Floats, a: Floats) -> Floats:
    return np.asarray((matrix @ a.reshape(len(a), -1)).reshape(len(matrix), *a.shape[1:]), np.float32)
