"""May what was learnt decide? Only when it is not worse than the rules alone and than the model in use."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from b24app.pipelines.classify.learning.folds import accuracy, macro_f1

MARGIN: Final = 0.01
"""What a model may lose on one measure: one point."""
FEWEST_NEW: Final = 20
"""Examples that the model in use has not seen, below which it is not compared on them."""
HALF: Final = 0.5
LEAST_GAIN: Final = 3
CHANCE: Final = 1.5
FORGOTTEN: Final = 0.1
"""Share of the rules' own examples that a model may get wrong."""
AXES_RU: Final = {
    "category": "категория",
    "request_type": "тип обращения",
    "kind": "вид обращения",
    "priority": "приоритет",
}


@dataclass(frozen=True, slots=True)
class Quality:
    """Macro-F1 and accuracy, 0 to 1."""

    macro: float
    micro: float

    @classmethod
    def of(cls, truth: Sequence[str], guess: Sequence[str]) -> "Quality":
        """How good guesses are."""
        return cls(round(macro_f1(truth, guess), 4), round(accuracy(truth, guess), 4))

    def worse_than(self, other: "Quality") -> bool:
        """By more than the margin on either measure."""
        return self.macro < other.macro - MARGIN or self.micro < other.micro - MARGIN

    def __str__(self) -> str:
        """For people: «81,2 % верных (F1 0,79)»."""
        return f"{self.micro * 100:.1f} % верных (F1 {self.macro:.2f})".replace(".", ",")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What cross-validation said of one axis."""

    axis: str
    examples: int
    accepted: bool
    reason: str
    """For people, in Russian, with the figures."""
    rules: Quality | None = None
    model: Quality | None = None


def too_few(axis: str, examples: int, needed: int) -> Verdict:
    """Not enough to learn from."""
    reason = f"{AXES_RU[axis]}: мало примеров ({examples}, нужно {needed} и хотя бы две разные метки), решают правила"
    return Verdict(axis, examples, accepted=False, reason=reason)


def judged(axis: str, truth: Sequence[str], rules: Sequence[str], model: Sequence[str]) -> Verdict:
    """Compare guesses for texts that were held out.

    A category is worth learning even without a gain, for its confidence and for words that come later; on other axes a
    model that only equals the rules would bring nothing but its own mistakes.
    """
    by_rules, learnt = Quality.of(truth, rules), Quality.of(truth, model)
    commonest = max(truth.count(label) for label in set(truth)) / len(truth)
    lead = f"{AXES_RU[axis]}: на {len(truth)} примерах модель {learnt}, правила {by_rules}"
    if learnt.worse_than(by_rules):
        return Verdict(axis, len(truth), accepted=False, reason=f"{lead}; решают правила", rules=by_rules, model=learnt)
    if axis != "category" and not _gains(truth, rules, model):
        reason = f"{lead}; заметной разницы нет, решают правила"
        return Verdict(axis, len(truth), accepted=False, reason=reason, rules=by_rules, model=learnt)
    guessing = commonest + 2 * math.sqrt(commonest * (1 - commonest) / len(truth))
    if learnt.macro < HALF and learnt.micro < guessing and by_rules.micro < guessing:
        reason = f"{lead}; это не лучше, чем всегда отвечать одно и то же: примеры противоречат друг другу"
        return Verdict(axis, len(truth), accepted=False, reason=reason, rules=by_rules, model=learnt)
    return Verdict(axis, len(truth), accepted=True, reason=f"{lead}; решает модель", rules=by_rules, model=learnt)


def _gains(truth: Sequence[str], rules: Sequence[str], model: Sequence[str]) -> bool:
    """More right answers than chance may give: by one and a half standard errors, and by three at least."""
    better = sum(b == t != a for t, a, b in zip(truth, rules, model, strict=True))
    worse = sum(a == t != b for t, a, b in zip(truth, rules, model, strict=True))
    return better - worse >= max(LEAST_GAIN, CHANCE * math.sqrt(better + worse))


def unlearnt(right: int, kept: int) -> str:
    """Why a model that breaks the examples of the rules is refused; empty when it keeps nearly all."""
    if kept >= (1 - FORGOTTEN) * right:
        return ""
    return f"модель ошибается в {right - kept} из {right} примеров, записанных в правилах; она не принята"


def regressed(axis: str, truth: Sequence[str], present: Sequence[str], model: Sequence[str]) -> str:
    """Why the model in use is better on what it has not seen; empty when it is not, or when that cannot be told."""
    if len(truth) < FEWEST_NEW:
        return ""
    before, after = Quality.of(truth, present), Quality.of(truth, model)
    if not after.worse_than(before):
        return ""
    return f"{AXES_RU[axis]}: на {len(truth)} новых примерах новая модель {after}, прежняя {before}; остаётся прежняя"
