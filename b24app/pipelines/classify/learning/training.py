"""From examples to a model that may decide, or to the reason why it may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.hearing import hear
from b24app.pipelines.classify.learning.axis import Axis
from b24app.pipelines.classify.learning.calibration import threshold
from b24app.pipelines.classify.learning.examples import AXES, Example, nothing_examples, yes_examples
from b24app.pipelines.classify.learning.gate import Verdict, judged, regressed, too_few, unlearnt
from b24app.pipelines.classify.learning.lesson import Learnt, Lesson, learn, lesson
from b24app.pipelines.classify.learning.model import Model
from b24app.pipelines.classify.learning.space import MAX_FEATURES, Vocabulary
from b24app.pipelines.classify.model import RequestText
from b24app.pipelines.classify.titles import NO_CATEGORY

MAX_EXAMPLES: Final = 5_000
FEWEST: Final = 10
"""Examples of an axis below which nothing can be learnt that the rules do not know."""
ROOM: Final = 1_300_000
"""Weights of a model, two bytes each."""
SUGGESTED_RIGHT: Final = 3
"""Labels offered for a choice."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a training. `model` None: the present one stays, or the rules go on alone."""

    model: Model | None
    verdicts: tuple[Verdict, ...]
    refused: str = ""
    """For people, in Russian: why the new model is not used although its axes passed."""


def train(examples: Sequence[Example], rules: Rules, present: Model | None = None) -> Trained:
    """Learn from the newest `MAX_EXAMPLES` examples (the newest come first). The same input gives the same model."""
    known = [example for example in examples[:MAX_EXAMPLES] if any(axis in example.labels for axis in AXES)]
    ready = [axis for axis in AXES if _enough(axis, known)]
    if not ready:
        return Trained(None, tuple(too_few(axis, _count(axis, known), FEWEST) for axis in AXES if _count(axis, known)))
    part = lesson(known, rules, _width(known))
    axes: dict[str, Axis] = {}
    verdicts: list[Verdict] = []
    learnt: list[Learnt] = []
    for axis in AXES:
        if axis in ready:
            one = learn(axis, part)
            verdict = judged(axis, one.truth, one.untaught, one.guesses)
            verdicts.append(verdict)
            if verdict.accepted:
                axes[axis] = one.axis
                learnt.append(one)
        elif _count(axis, known):
            verdicts.append(too_few(axis, _count(axis, known), FEWEST))
        _choose(axis, part, learnt)
    if not axes:
        return Trained(None, tuple(verdicts))
    model = _model(axes, learnt, part, rules)
    return Trained(*_passed(model, learnt, part, present, verdicts))


def _passed(
    model: Model, learnt: Sequence[Learnt], part: Lesson, present: Model | None, verdicts: Sequence[Verdict]
) -> tuple[Model | None, tuple[Verdict, ...], str]:
    refused = "" if model.alone else _forgotten(model, part)
    if present is not None and not refused:
        refused = next((why for one in learnt if (why := _regressed(one, part, present))), "")
    return (None if refused else model), tuple(verdicts), refused


def _enough(axis: str, examples: Sequence[Example]) -> bool:
    labels = {example.labels[axis] for example in examples if axis in example.labels}
    return len(labels) > 1 and _count(axis, examples) >= FEWEST


def _count(axis: str, examples: Sequence[Example]) -> int:
    return sum(axis in example.labels for example in examples)


def _width(examples: Sequence[Example]) -> int:
    """Features of the vocabulary: the more labels, the fewer, for the size of the model is limited."""
    labels = {(axis, label) for example in examples for axis, label in example.labels.items()}
    return min(MAX_FEATURES, ROOM // (len(labels) + 1))


def _choose(axis: str, part: Lesson, learnt: Sequence[Learnt]) -> None:
    """Labels of this axis as they would be chosen for an unknown text: what follows is learnt with them."""
    for at in range(len(part.examples)):
        part.chosen[at][axis] = part.untaught(axis, at)
    if learnt and learnt[-1].axis.name == axis:
        for at, guess in zip(learnt[-1].rows, learnt[-1].guesses, strict=True):
            part.chosen[at][axis] = guess


def _model(axes: Mapping[str, Axis], learnt: Sequence[Learnt], part: Lesson, rules: Rules) -> Model:
    category = next((one for one in learnt if one.axis.name == "category"), None)
    seen = frozenset(fingerprint(example) for example in part.examples[part.weak :])
    return Model(
        version=digest(part.vocabulary, axes),
        vocabulary=part.vocabulary,
        axes=axes,
        auto=None if category is None else _auto(category, rules),
        alone=category is not None and category.foreign,
        rules_version=rules.book.version,
        seen=seen,
    )


def _auto(category: Learnt, rules: Rules) -> float | None:
    sure = [float(row.max()) for row in category.held_out]
    right = [guess == truth for guess, truth in zip(category.guesses, category.truth, strict=True)]
    return threshold(sure, right, rules.book.defaults.mistakes)


def digest(vocabulary: Vocabulary, axes: Mapping[str, Axis]) -> str:
    """Twelve signs that change with everything that decides."""
    found = sha256(vocabulary.marks.tobytes())
    for name in sorted(axes):
        axis = axes[name]
        found.update("\n".join((name, *axis.labels, *axis.sources, str(axis.trust), str(axis.temperature))).encode())
        found.update(axis.words.tobytes())
        found.update(axis.extra.tobytes())
    return found.hexdigest()[:12]


def fingerprint(example: Example) -> bytes:
    """Tells examples apart without keeping them: eight bytes of a digest of text and labels."""
    request = example.request
    labels = [f"{axis}={label}" for axis, label in sorted(example.labels.items())]
    whole = "\n".join((request.subject, request.text, request.html, *labels))
    return sha256(whole.encode("utf-8", "surrogatepass")).digest()[:8]


def _regressed(one: Learnt, part: Lesson, present: Model) -> str:
    """Compare with the model in use on examples it was not made of."""
    axis, chosen = one.axis.name, part.chosen
    fresh = [place for place, at in enumerate(one.rows) if fingerprint(part.examples[at]) not in present.seen]
    said = []
    for place in fresh:
        at = one.rows[place]
        shares = part.hearings[at].shares(axis, chosen[at])
        upstream = {name: label for name, label in chosen[at].items() if AXES.index(name) < AXES.index(axis)}
        opinion = present.listen(part.hearings[at]).opinion(axis, shares, upstream)
        said.append(opinion.shares[0][0] if opinion is not None else one.untaught[place])
    return regressed(axis, [one.truth[at] for at in fresh], said, [one.guesses[at] for at in fresh])


def _forgotten(model: Model, part: Lesson) -> str:
    """Why a model is refused that breaks the rules' own examples, or finds something in texts that say nothing."""
    for wanted in (yes_examples(part.rules.book), nothing_examples()):
        kept = [
            by_model for text, category in wanted if (by_model := _kept(text, category, model, part.rules)) is not None
        ]
        if why := unlearnt(len(kept), sum(kept)):
            return why
    return ""


def _kept(text: RequestText, category: str, model: Model, rules: Rules) -> bool | None:
    """Does the model keep what the rules get right? None when they do not."""
    hearing = hear(text, rules)
    shares = hearing.categories()
    if (shares[0][0] if shares else NO_CATEGORY) != category:
        return None
    opinion = model.listen(hearing).opinion("category", shares, {})
    return opinion is None or opinion.shares[0][0] == category
