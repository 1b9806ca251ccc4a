"""What was learnt for one axis, and what the rules put in: the same for training and for use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from b24app.pipelines.classify.assist import Shares
from b24app.pipelines.classify.learning.linear import Floats
from b24app.pipelines.classify.titles import NO_CATEGORY

FLOOR: Final = 0.01
"""Added to every share before its logarithm: the rules are never quite sure."""
TOLD: Final = 0.5
"""How strongly the model sees what the rules said, beside starting from it."""
OWN_TRUST: Final = 1.5
"""How much the logarithm of the rules' shares counts where no general model speaks."""
NOTHING_SAID: Final = 0.15
"""Share of what the rules leave open that goes to «none» when it is one of the labels."""
BIAS: Final = "bias"


@dataclass(frozen=True, slots=True)
class Axis:
    """Weights of one axis: V features of the vocabulary, m features from the rules, C labels."""

    name: str
    labels: tuple[str, ...]
    sources: tuple[str, ...]
    """Names of the features from the rules."""
    trust: float
    """How much the logarithm of the rules' shares counts."""
    temperature: float
    words: NDArray[np.float16]
    """(V, C), as they are stored"""
    extra: Floats
    """(m, C)"""
    places: Mapping[str, int] = field(init=False, compare=False, repr=False)
    columns: Mapping[str, int] = field(init=False, compare=False, repr=False)
    bias: Sequence[float] = field(init=False, compare=False, repr=False)
    """Logits of the labels before anything is known."""

    def __post_init__(self) -> None:
        """Mappings beside the names: they are looked up for every message."""
        object.__setattr__(self, "places", numbered(self.labels))
        object.__setattr__(self, "columns", numbered(self.sources))
        object.__setattr__(self, "bias", [float(one) * TOLD for one in self.extra[self.columns[BIAS]]])

    def heard(self, rules: Shares, upstream: Mapping[str, str], start: Sequence[float] | None) -> Floats:
        """Logits of what the rules say, words left aside; `start` is the general model's opinion where there is one."""
        logits = np.array(prior(rules, self.places, self.trust) if start is None else start, np.float32)
        said = [(self.columns[name], value) for name, value in told(rules, upstream).items() if name in self.columns]
        if said:
            columns, values = zip(*said, strict=True)
            logits += np.array(values, np.float32) @ self.extra.take(columns, axis=0)
        return logits


def numbered(names: Iterable[str]) -> dict[str, int]:
    """Names with their places."""
    return {name: place for place, name in enumerate(names)}


def told(rules: Shares, upstream: Mapping[str, str]) -> dict[str, float]:
    """Features from what the rules say on this axis, and from the labels chosen on others."""
    found = {f"share:{label}": share * TOLD for label, share in rules}
    if rules:
        found[f"first:{rules[0][0]}"] = TOLD
    found |= {f"{axis}:{label}": TOLD for axis, label in upstream.items()}
    found[BIAS] = TOLD
    return found


def prior(rules: Shares, labels: Mapping[str, int], trust: float) -> list[float]:
    """Logits of the rules' shares over these labels; what they leave open is spread evenly, a bit more for «none»."""
    row = [0.0] * len(labels)
    for label, share in rules:
        if label in labels:
            row[labels[label]] += share
    left = max(0.0, 1.0 - sum(row))
    silent = NO_CATEGORY in labels
    each = left * (1 - NOTHING_SAID * silent) / len(labels) + FLOOR
    if silent:
        row[labels[NO_CATEGORY]] += left * NOTHING_SAID
    least = trust * log(each)
    return [trust * log(one + each) if one else least for one in row]


def told_rows(features: Iterable[Mapping[str, float]], sources: Sequence[str]) -> Floats:
    """Features from the rules as rows, (n, m)."""
    columns = numbered(sources)
    rows = []
    for some in features:
        row = np.zeros(len(sources), np.float32)
        for name, value in some.items():
            if name in columns:
                row[columns[name]] = value
        rows.append(row)
    return np.array(rows, np.float32).reshape(-1, len(sources))
