"""From fired rules to a score for each label of an axis."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp
from typing import Final

from b24app.pipelines.classify.contrast import FACTOR
from b24app.pipelines.classify.engine import Engine, Fired
from b24app.pipelines.classify.rules import Defaults

REPEATED: Final = 0.4
"""What a second phrase of the same rule is worth: it confirms, it does not add a fact."""
TEMPERATURE: Final = 1.1
SILENCE: Final = 1.2
"""Score of «nothing of this»: a weak single hit must not look certain."""


@dataclass(frozen=True, slots=True)
class Score:
    """What speaks for one label, the strongest first."""

    label: str
    total: float
    evidence: tuple[Fired, ...]


def scores(axis: str, fired: Iterable[Fired], engine: Engine, defaults: Defaults) -> list[Score]:
    """Labels of the axis that something speaks for, the best first. Ties go to the label named first in the text."""
    by_label: dict[str, list[tuple[float, Fired]]] = defaultdict(list)
    own = [one for one in fired if one.rule.axis == axis]
    if axis == "category":
        own = [one for one in own if not one.excluded]
    for one in own:
        by_label[one.rule.label].append((_worth(one, engine, defaults), one))
    if not by_label:
        return []
    found = {label: _label_score(label, own) for label, own in by_label.items()}
    bonus = _first_mention(found, defaults.first_mention) if axis == "category" else {}
    ranked = [Score(label, one.total + bonus.get(label, 0.0), one.evidence) for label, one in found.items()]
    return sorted(ranked, key=lambda one: (-one.total, _first_word(one), one.label))


def shares(ranked: list[Score]) -> list[float]:
    """How sure each label is, in their order, 0 to 1: its share against the others and against silence."""
    if not ranked:
        return []
    top = ranked[0].total
    weights = [exp((one.total - top) / TEMPERATURE) for one in ranked]
    whole = sum(weights) + exp((SILENCE - top) / TEMPERATURE)
    return [round(weight / whole, 3) for weight in weights]


def _worth(one: Fired, engine: Engine, defaults: Defaults) -> float:
    bonus = defaults.phrase_bonus * (engine.index.size(one.hit.phrase) - 1)
    factor = defaults.subject_weight if one.in_subject else one.factor
    return (one.rule.weight + bonus) * (factor * FACTOR if one.aside and one.rule.axis == "category" else factor)


def _label_score(label: str, worths: list[tuple[float, Fired]]) -> Score:
    """Words count once: of overlapping phrases the strongest is taken."""
    if len(worths) == 1:
        return Score(label, worths[0][0], (worths[0][1],))
    total, taken, used, rules = 0.0, [], set[int](), set[str]()
    for worth, one in sorted(worths, key=lambda pair: (-pair[0], pair[1].hit.start, pair[1].rule.id)):
        words = range(one.hit.start, one.hit.end)
        if used.isdisjoint(words):
            total += worth * (REPEATED if one.rule.id in rules else 1.0)
            used.update(words)
            rules.add(one.rule.id)
            taken.append(one)
    return Score(label, total, tuple(taken))


def _first_mention(found: Mapping[str, Score], bonus: float) -> dict[str, float]:
    first = min(map(_first_word, found.values()))
    return {label: bonus for label, one in found.items() if _first_word(one) == first}


def _first_word(score: Score) -> tuple[bool, int]:
    """What is told aside comes after everything else."""
    return min((one.aside, one.hit.start) for one in score.evidence)
