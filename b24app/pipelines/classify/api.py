"""Provisional: the public functions with rules still to come."""

from dataclasses import dataclass
from typing import Any

from b24app.pipelines.classify.model import Classification, RequestText


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one desk, checked."""

    version: int = 1


def default_rules() -> Rules:
    """The built-in rules."""
    return Rules()


def rules_from_data(data: Any) -> Rules:
    """Rules of plain data; None gives the built-in ones. Raises `DeskInvalid` with every problem and its path."""
    return Rules() if data is None else Rules(int(data["version"]))


def rules_to_data(rules: Rules) -> Any:
    """The inverse of `rules_from_data`."""
    return {"version": rules.version}


def classify(request: RequestText, rules: Rules) -> Classification:
    """The labels of one message; deterministic, and total: every text gets an answer."""
    _ = rules
    return Classification("none", "none", "question", "low", 1, 0.0, "none", (), request.text)


def classify_json_line(line: str, rules: Rules) -> str:
    """One JSON line in, one JSON line out."""
    _ = rules
    return line
