"""The general model: words of many invented requests, learnt once for everybody, which helps the built-in rules.

Rules know what their author thought of; people speak of the same things in other words. The rules were tuned on most of
the texts this model is made of, so their opinion is no feature here: it would look better than it is. What a text says by
its words alone is added to what the rules say, with a fixed weight that was chosen on texts of other authors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from b24app.pipelines.classify.decide import classify
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.hearing import hear
from b24app.pipelines.classify.learning.axis import BIAS, TOLD, Axis
from b24app.pipelines.classify.learning.calibration import temperature, threshold
from b24app.pipelines.classify.learning.examples import Example, weak_examples
from b24app.pipelines.classify.learning.lesson import texts_of
from b24app.pipelines.classify.learning.linear import Floats, Problem, fit
from b24app.pipelines.classify.learning.model import Model
from b24app.pipelines.classify.learning.space import Vector, Vocabulary, centred, folded, kernel
from b24app.pipelines.classify.learning.training import digest

GENERAL: Final = "general"
FEATURES: Final = 30_000
PENALTY: Final = 0.1
STEPS: Final = 60
TRUST: Final = 1.0
WORTH: Final = {"category": 3.0, "kind": 2.0, "priority": 1.0}
"""How much the words count beside the logarithms of the rules' shares."""


def learn_general(examples: Sequence[Example], strangers: Sequence[Example], rules: Rules) -> Model:
    """The general model of labelled texts; how sure it is was measured on those of `strangers`."""
    every = [*examples, *weak_examples(rules.book, {})]
    texts = texts_of([hear(one.request, rules) for one in every], rules)
    vocabulary = Vocabulary.learnt(texts, FEATURES)
    vectors = vocabulary.texts(texts)
    measured = kernel(vectors, len(vocabulary.marks))
    axes = {axis: _learn(axis, every, vectors, measured, len(vocabulary.marks)) for axis in WORTH}
    sure = _temperatures(_model(vocabulary, axes), strangers, rules)
    model = _model(vocabulary, {name: replace(axis, temperature=sure[name]) for name, axis in axes.items()})
    return replace(model, auto=_auto(model, strangers, rules))


def _learn(axis: str, examples: Sequence[Example], vectors: Sequence[Vector], measured: Floats, width: int) -> Axis:
    rows = [at for at, example in enumerate(examples) if axis in example.labels]
    labels = tuple(sorted({examples[at].labels[axis] for at in rows}))
    truth = np.eye(len(labels), dtype=np.float32)[[labels.index(examples[at].labels[axis]) for at in rows]]
    nothing = np.zeros_like(truth)
    problem = Problem(centred(measured[np.ix_(rows, rows)]), nothing[:, :1], nothing, truth)
    weights = np.array([[examples[at].weight(axis) for at in rows]], np.float32)
    solution = fit(problem, weights, 0 * weights, PENALTY, STEPS)
    words, shift = folded([vectors[at] for at in rows], solution.informed[:, 0], width)
    worth = np.float32(WORTH[axis])
    extra = (shift * worth / np.float32(TOLD)).astype(np.float16).astype(np.float32)[None, :]
    return Axis(axis, labels, (BIAS,), TRUST, 1.0, (words * worth).astype(np.float16), extra)


def _model(vocabulary: Vocabulary, axes: Mapping[str, Axis]) -> Model:
    return Model(f"{GENERAL}-{digest(vocabulary, axes)}", vocabulary, axes)


def _temperatures(model: Model, strangers: Sequence[Example], rules: Rules) -> dict[str, float]:
    """How much less sure the model must be than it feels, by axis."""
    asked = replace(rules, general=model)
    logits: dict[str, list[list[float]]] = {axis: [] for axis in WORTH}
    truth: dict[str, list[int]] = {axis: [] for axis in WORTH}
    for example in strangers:
        hearing = hear(example.request, asked)
        heard, chosen = model.listen(hearing), dict[str, str]()
        for axis in WORTH:
            places = model.axes[axis].places
            row = heard.start(axis, places, hearing.shares(axis, chosen), chosen)
            chosen[axis] = model.axes[axis].labels[row.index(max(row))]
            if example.labels.get(axis) in places:
                logits[axis].append(row)
                truth[axis].append(places[example.labels[axis]])
    return {axis: temperature(np.array(logits[axis], np.float32), np.array(truth[axis], np.int64)) for axis in WORTH}


def _auto(model: Model, strangers: Sequence[Example], rules: Rules) -> float | None:
    """From which confidence on a category is set by itself, so that mistakes stay as rare as the rules want."""
    asked = replace(rules, general=model)
    known = [example for example in strangers if "category" in example.labels]
    found = [classify(example.request, asked) for example in known]
    right = [one.category == example.labels["category"] for one, example in zip(found, known, strict=True)]
    return threshold([one.confidence for one in found], right, rules.book.defaults.mistakes)
