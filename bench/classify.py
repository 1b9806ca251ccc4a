"""Texts of 150 characters per second on one core, with the built-in rules: first pass and warm."""

import json
import time
from pathlib import Path

from b24app.pipelines.classify import RequestText, classify, default_rules

FOLDER = Path(__file__).parents[1] / "fixtures" / "classify"
LENGTH = 150


def texts() -> list[str]:
    """Requests run together and cut into pieces, so that every character is a word somebody wrote."""
    rows = [json.loads(line) for path in sorted(FOLDER.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    whole = " ".join(row["text"].replace("\n", " ") for row in rows)
    return [whole[at : at + LENGTH] for at in range(0, len(whole) - LENGTH, LENGTH)]


def rate(sample: list[str], rounds: int) -> float:
    """Texts per second."""
    rules, start = default_rules(), time.perf_counter()
    for _ in range(rounds):
        for text in sample:
            classify(RequestText(text), rules)
    return rounds * len(sample) / (time.perf_counter() - start)


def main() -> None:
    """Print the figures."""
    sample = texts()
    start = time.perf_counter()
    default_rules()
    print(f"classify: rules built in {time.perf_counter() - start:.2f} s")
    print(f"classify: first pass {rate(sample, 1):.0f} texts/s of {LENGTH} characters")
    print(f"classify: warm {rate(sample, 20):.0f} texts/s")


if __name__ == "__main__":
    main()
