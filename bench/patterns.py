"""Texts per second with 600, 5,000 and 20,000 patterns: an index must not slow down with the number of rules."""

import time
from itertools import islice
from random import Random
from typing import Any

from b24app.pipelines.classify import RequestText, classify, rules_from_data
from b24app.pipelines.classify.words import tokenize
from classify import LENGTH, pieces

SIZES = (600, 5_000, 20_000)
CATEGORIES = 20
PER_RULE = 20
ROUNDS = 3


def pairs(sample: list[str], seed: int = 7) -> list[str]:
    """Patterns of two words that stand in the texts, so that many of them are really tried; no two alike."""
    random = Random(seed)
    words = sorted(
        {word.lower() for text in sample for word in tokenize(text).words if len(word) > 3 and word.isalpha()}
    )
    found: dict[str, None] = {}
    while len(found) < max(SIZES):
        found[f"{random.choice(words)} ... {random.choice(words)}"] = None
    return list(found)


def rules(patterns: list[str]) -> dict[str, Any]:
    """Rules of some patterns each, spread over categories."""
    categories: dict[str, Any] = {f"c{at}": {"request_type": "technical", "rules": []} for at in range(CATEGORIES)}
    left = iter(patterns)
    for at in range(-(-len(patterns) // PER_RULE)):
        categories[f"c{at % CATEGORIES}"]["rules"].append({"id": f"r{at}", "any": list(islice(left, PER_RULE))})
    return {"categories": categories}


def rate(sample: list[str], data: dict[str, Any]) -> tuple[float, float]:
    """Processor seconds to make the rules ready, and texts per second of processor time when warm."""
    start = time.process_time()
    ready = rules_from_data(data)
    built = time.process_time() - start
    for text in sample:
        classify(RequestText(text), ready)
    start = time.process_time()
    for text in sample * ROUNDS:
        classify(RequestText(text), ready)
    return built, ROUNDS * len(sample) / (time.process_time() - start)


def main() -> None:
    """Print the figures."""
    sample = pieces()
    patterns = pairs(sample)
    first = 0.0
    for size in SIZES:
        built, speed = rate(sample, rules(patterns[:size]))
        first = first or speed
        print(
            f"classify: {size:6} patterns: ready in {built:.1f} s, {speed:.0f} texts/s of {LENGTH} characters ({speed / first:.2f} of the first)"
        )


if __name__ == "__main__":
    main()
