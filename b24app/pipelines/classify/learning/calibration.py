"""How sure is sure: temperatures and thresholds, from texts that were held out."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from b24app.pipelines.classify.learning.linear import Floats, softmax

TEMPERATURES: Final = tuple(2 ** (step / 4) for step in range(-10, 11))
DOUBT: Final = 0.05
FEWEST: Final = 50
"""Confident answers that a threshold must rest on."""
LEAST: Final = 0.35
"""No threshold is lower, however good a model looks."""
CERTAINTY: Final = 1.28
"""Standard errors: nine times of ten the share of mistakes to come keeps the promise."""
WORST: Final = 4
"""How many times likelier to be wrong than all on average the least sure answer may be."""


def temperature(logits: Floats, right: NDArray[np.int64]) -> float:
    """The divisor of logits under which the held-out texts are likeliest.

    A share of `DOUBT` is kept for all other labels: texts to come are stranger than those that were learnt from.
    """
    places = np.arange(len(right))

    def surprise(divisor: float) -> float:
        chances = np.log(np.maximum(softmax(logits / np.float32(divisor)), 1e-6))
        return float(-((1 - DOUBT) * chances[places, right] + DOUBT * chances.mean(axis=1)).mean())

    return float(min(TEMPERATURES, key=lambda divisor: (round(surprise(divisor), 6), divisor)))


def threshold(sure: Sequence[float], right: Sequence[bool], mistakes: float) -> float | None:
    """The lowest confidence from which on at most `mistakes` (a share) of the answers are wrong, not by luck alone.

    Texts that people write later are stranger than those held out, so the least sure answers do not live on the right
    ones before them. None when no threshold with `FEWEST` answers above it keeps the promise.
    """
    least = max(LEAST, 1 - WORST * mistakes)
    order = sorted(zip(sure, right, strict=True), key=lambda one: -one[0])
    found, wrong = None, 0
    for count, (level, good) in enumerate(order, 1):
        wrong += not good
        following = order[count][0] if count < len(order) else 0.0
        if level < least:
            break
        if count >= FEWEST and level > following and proven(count - wrong, count) >= 1 - mistakes:
            found = level
    return None if found is None else round(found, 3)


def proven(right: int, count: int) -> float:
    """The share of right answers that so many of them prove: Wilson's lower bound, one-sided."""
    share, spread = right / count, CERTAINTY**2 / count
    doubt = CERTAINTY * math.sqrt((share * (1 - share) + spread / 4) / count)
    return (share + spread / 2 - doubt) / (1 + spread)
