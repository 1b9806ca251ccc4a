"""How good rules and general model are, beside a naive list of substrings. Run with `-s` for the table.

None of these texts was learnt from. `blind` was not read while rules were written, but its author wrote the rules too; the
others are other people's, and nothing was chosen by the score of `others_test` (fixtures/classify/README.md).
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from b24app.pipelines.classify import RequestText, classify, default_rules

FOLDER = Path(__file__).parents[3] / "fixtures" / "classify"
SEEN = 3
"""Rows of the blind half that somebody has read."""
NAIVE: dict[str, list[str]] = json.loads((FOLDER / "naive.json").read_text(encoding="utf-8"))

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return found[SEEN:] if name == "blind" else found


def by_rules(row: Row) -> str:
    return classify(RequestText(row["text"], row.get("subject", "")), default_rules()).category


def by_rules_without_subject(row: Row) -> str:
    return classify(RequestText(row["text"]), default_rules()).category


def by_substrings(row: Row) -> str:
    text = f"{row.get('subject', '')} {row['text']}".lower()
    found = {name: sum(word in text for word in words) for name, words in NAIVE.items()}
    best = max(found, key=lambda name: found[name])
    return best if found[best] else "none"


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    labels = {truth for truth, _ in pairs}
    return sum(_f1(label, pairs) for label in labels) / len(labels)


def _f1(label: str, pairs: list[tuple[str, str]]) -> float:
    hits = sum(truth == label == guess for truth, guess in pairs)
    mentions = sum((truth == label) + (guess == label) for truth, guess in pairs)
    return 2 * hits / mentions


def scored(name: str, how: Callable[[Row], str]) -> float:
    return macro_f1([(row["category"], how(row)) for row in rows(name)])


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        ("blind", 0.94),
        ("heldout", 0.87),
        ("strangers_blind", 0.85),
        ("others_train", 0.9),
        ("others_test", 0.9),
    ],
)
def test_rules_keep_their_quality_and_beat_substrings(name: str, floor: float) -> None:
    rules, bare, naive = (scored(name, how) for how in (by_rules, by_rules_without_subject, by_substrings))
    figures = f"rules {rules:.3f}, without subject {bare:.3f}, naive {naive:.3f}"
    print(f"\n{name:8} n={len(rows(name)):3} macro-F1: {figures}")  # noqa: T201 - the report

    assert rules >= floor
    assert rules > naive


@pytest.mark.parametrize(
    ("name", "kind", "priority"),
    [
        ("blind", 0.93, 0.91),
        ("strangers_blind", 0.88, 0.84),
        ("others_train", 0.89, 0.81),
        ("others_test", 0.9, 0.85),
    ],
)
def test_kinds_and_priorities_keep_their_quality(name: str, kind: float, priority: float) -> None:
    found = [(row, classify(RequestText(row["text"], row.get("subject", "")), default_rules())) for row in rows(name)]
    right = sum(row["kind"] == labels.kind for row, labels in found) / len(found)
    levels = macro_f1([(row["priority"], labels.priority) for row, labels in found])
    print(f"\n{name:8} n={len(found):3} kind {right:.3f}, priority macro-F1 {levels:.3f}")  # noqa: T201 - the report

    assert right >= kind
    assert levels >= priority


def test_what_is_said_not_to_be_urgent_is_never_high() -> None:
    calm = [
        row
        for name in ("look", "dev3")
        for row in rows(name)
        if row["priority"] == "low" and row.get("group") in {"prio", "calm"}
    ]
    found = [classify(RequestText(row["text"], row.get("subject", "")), default_rules()).priority for row in calm]

    assert not {"high", "critical"} & set(found)
