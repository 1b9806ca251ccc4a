"""Learning one axis from examples, in the way that does best on texts that were held out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from b24app.pipelines.classify.assist import Shares
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.hearing import Hearing, hear
from b24app.pipelines.classify.learning.axis import BIAS, OWN_TRUST, TOLD, Axis, numbered, prior, told, told_rows
from b24app.pipelines.classify.learning.calibration import temperature
from b24app.pipelines.classify.learning.examples import Example, weak_examples
from b24app.pipelines.classify.learning.features import Unit, unit, units, written
from b24app.pipelines.classify.learning.folds import accuracy, folds, macro_f1, noise
from b24app.pipelines.classify.learning.linear import Floats, Problem, Solution, fit, softmax
from b24app.pipelines.classify.learning.model import Heard, Model
from b24app.pipelines.classify.learning.space import Vector, Vocabulary, centred, folded, kernel
from b24app.pipelines.classify.titles import KINDS, NO_CATEGORY, PRIORITIES, REQUEST_TYPES

FOLDS: Final = 5
HEAVY_FOLDS: Final = 3
HEAVY: Final = 3e9
"""Multiplications of one step in all folds, from which on there are fewer folds."""
FEW: Final = 60
"""Below this many examples kind and priority are learnt in the most careful way only."""
STEPS: Final = (30, 60)
EFFORT: Final = 6e10
"""Multiplications that one way of learning may cost: more texts or labels get fewer steps, then fewer folds and one way."""


@dataclass(frozen=True, slots=True)
class Way:
    """How freely one learns: the less the penalty, the more; `blind` weighs the view without the rules."""

    penalty: float
    blind: float
    trust: float = OWN_TRUST


CAREFUL: Final = Way(1.0, 0.0)
EVEN: Final = Way(0.3, 0.5)
FREE: Final = Way(0.1, 1.0)
ALONE: Final = (Way(0.03, 0.3, 1.0), Way(0.1, 0.3, 1.0))
"""For labels of which the rules know nothing."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """All texts of one training; the rules' own come first, `weak` of them."""

    rules: Rules
    examples: Sequence[Example]
    hearings: Sequence[Hearing]
    vocabulary: Vocabulary
    vectors: Sequence[Vector]
    kernel: Floats
    weak: int
    general: Sequence[Heard] | None
    """The texts as the general model hears them; None where there is none."""
    chosen: list[dict[str, str]] = field(default_factory=list)
    """Labels chosen so far for each text, as they would be chosen for an unknown one."""

    def untaught(self, axis: str, at: int) -> str:
        """The label that rules and general model give a text, given those chosen so far."""
        chosen = self.chosen[at]
        shares = self.hearings[at].shares(axis, chosen)
        opinion = None if self.general is None else self.general[at].opinion(axis, shares, chosen)
        found = shares if opinion is None else opinion.shares
        return found[0][0] if found else NO_CATEGORY

    def is_heavy(self, labels: Sequence[str]) -> bool:
        """So many texts and labels that learning has to be thriftier."""
        return len(self.examples) ** 2 * len(labels) * (FOLDS + 1) > HEAVY


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known of one axis before it is learnt."""

    axis: str
    labels: tuple[str, ...]
    texts: NDArray[np.int64]
    """Places in the lesson: the rules' own texts with one of the labels, then the examples."""
    real: NDArray[np.bool_]
    told: NDArray[np.bool_]
    """Texts the informed view learns from: examples, and texts that say nothing."""
    folds: NDArray[np.int64]
    """Of each text; -1 for the rules' own, which are learnt in every fold."""
    weights: Floats
    shares: Sequence[Shares]
    sources: tuple[str, ...]
    features: Floats
    """(texts, sources)"""
    kernel: Floats
    right: NDArray[np.int64]
    """(texts): the label's place."""
    general: Floats | None
    """(texts, labels): logits of the general model; None where it knows nothing of the axis."""

    def start(self, trust: float) -> Floats:
        """(texts, labels): logits learning starts from."""
        if self.general is not None:
            return self.general
        places = numbered(self.labels)
        return np.array([prior(some, places, trust) for some in self.shares], np.float32)

    @property
    def truth(self) -> tuple[str, ...]:
        """Labels of the examples."""
        return tuple(self.labels[at] for at in self.right[self.real])

    def untaught(self) -> tuple[str, ...]:
        """What rules and general model say of the examples."""
        if self.general is not None:
            return tuple(self.labels[at] for at in self.general[self.real].argmax(axis=1))
        own = (some for some, real in zip(self.shares, self.real, strict=True) if real)
        return tuple(some[0][0] if some else NO_CATEGORY for some in own)


@dataclass(frozen=True, slots=True)
class Tried:
    """One axis learnt in one way, and what it says of examples that were held out."""

    way: Way
    solution: Solution
    held_out: Floats
    """(examples, labels): logits."""
    guesses: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Learnt:
    """One axis, ready to be judged."""

    axis: Axis
    rows: NDArray[np.int64]
    """Places of the examples in the lesson."""
    truth: tuple[str, ...]
    untaught: tuple[str, ...]
    """What rules and general model say of them."""
    guesses: tuple[str, ...]
    """For held-out examples."""
    held_out: Floats
    """(examples, labels): their probabilities."""
    foreign: bool
    """The rules know nothing of these labels."""


def lesson(examples: Sequence[Example], rules: Rules, width: int) -> Lesson:
    """Read every text and measure it against all others; `width` limits the vocabulary."""
    general = rules.general if isinstance(rules.general, Model) else None
    known = {name: axis.labels for name, axis in general.axes.items()} if general is not None else {}
    weak = list(weak_examples(rules.book, known))
    every = [*weak, *examples]
    hearings = [hear(example.request, rules) for example in every]
    texts = texts_of(hearings, rules)
    vocabulary = Vocabulary.learnt(texts, width)
    vectors = vocabulary.texts(texts)
    measured = kernel(vectors, len(vocabulary.marks))
    heard = None if general is None else [general.listen(hearing) for hearing in hearings]
    return Lesson(rules, every, hearings, vocabulary, vectors, measured, len(weak), heard, [{} for _ in every])


def texts_of(hearings: Sequence[Hearing], rules: Rules) -> list[list[Unit]]:
    """The features of many texts; each word is looked up once."""
    lexicon = rules.engine.index.lexicon
    known = cache(lambda form: unit(form, lexicon))
    return [units([word.form for word in written(hearing)], known) for hearing in hearings]


def labels_known(axis: str, rules: Rules) -> tuple[str, ...]:
    """Labels the rules can give on an axis."""
    own = {"request_type": REQUEST_TYPES, "kind": KINDS, "priority": PRIORITIES}
    return own.get(axis) or (*(category.name for category in rules.book.categories), NO_CATEGORY)


def learn(axis: str, part: Lesson) -> Learnt:
    """Learn one axis in the way that does best on held-out texts; more freedom must earn its place."""
    rows = np.array([at for at in range(part.weak, len(part.examples)) if axis in part.examples[at].labels], np.int64)
    truth = [part.examples[at].labels[axis] for at in rows]
    known = labels_known(axis, part.rules)
    foreign = 2 * sum(label in known for label in truth) < len(truth)
    labels = tuple(sorted(set(truth) if foreign else {*truth, *known}))
    matter = _matter(axis, part, rows, labels)
    ways = _ways(axis, len(rows), foreign=foreign)
    tries = [_try(matter, way) for way in (ways[-1:] if part.is_heavy(labels) else ways)]
    best = tries[0]
    for one in tries[1:]:
        if one.score > best.score + noise(one.guesses, best.guesses, truth):
            best = one
    final = _axis(matter, part, best)
    chances = softmax(best.held_out / np.float32(final.temperature))
    return Learnt(final, rows, tuple(truth), matter.untaught(), best.guesses, chances, foreign)


def _matter(axis: str, part: Lesson, rows: NDArray[np.int64], labels: tuple[str, ...]) -> Matter:
    weak = [at for at in range(part.weak) if part.examples[at].labels.get(axis) in labels]
    texts = np.array([*weak, *rows], np.int64)
    examples = [part.examples[at] for at in texts]
    shares = [part.hearings[at].shares(axis, part.chosen[at]) for at in texts]
    features = [told(some, part.chosen[at]) for some, at in zip(shares, texts, strict=True)]
    sources = tuple(sorted({name for some in features for name in some}))
    real = texts >= part.weak
    turns = np.full(len(texts), -1, np.int64)
    own = examples[len(weak) :]
    count = HEAVY_FOLDS if part.is_heavy(labels) else FOLDS
    turns[real] = folds([_text(one) for one in own], [one.labels[axis] for one in own], count)
    return Matter(
        axis=axis,
        labels=labels,
        texts=texts,
        real=real,
        told=real | np.array([example.labels[axis] == NO_CATEGORY for example in examples]),
        folds=turns,
        weights=np.array([example.weight(axis) for example in examples], np.float32),
        shares=shares,
        sources=sources,
        features=told_rows(features, sources),
        kernel=centred(part.kernel[np.ix_(texts, texts)]),
        right=np.array([labels.index(example.labels[axis]) for example in examples], np.int64),
        general=_general(axis, part, texts, shares, numbered(labels)),
    )


def _general(
    axis: str, part: Lesson, texts: NDArray[np.int64], shares: Sequence[Shares], labels: Mapping[str, int]
) -> Floats | None:
    if part.general is None or axis not in part.general[0].model.axes:
        return None
    own = [part.general[at].start(axis, labels, some, part.chosen[at]) for at, some in zip(texts, shares, strict=True)]
    return np.array(own, np.float32)


def _ways(axis: str, count: int, *, foreign: bool) -> Sequence[Way]:
    if foreign:
        return ALONE
    if axis == "category":
        return EVEN, FREE
    return (CAREFUL,) if count < FEW else (CAREFUL, EVEN, FREE)


def _try(matter: Matter, way: Way) -> Tried:
    labels, count = matter.labels, len(matter.texts)
    start = matter.start(way.trust)
    problem = Problem(matter.kernel, matter.features, start, np.eye(len(labels), dtype=np.float32)[matter.right])
    informed, blind = _weights(matter, way)
    steps = int(np.clip(EFFORT / (2.0 * count**2 * len(informed) * len(labels)), *STEPS))
    solution = fit(problem, informed, blind, way.penalty, steps)
    held_out = solution.logits(problem)[np.flatnonzero(matter.real), matter.folds[matter.real]]
    guesses = tuple(labels[at] for at in held_out.argmax(axis=1))
    score = (macro_f1(matter.truth, guesses) + accuracy(matter.truth, guesses)) / 2
    return Tried(way, Solution(solution.informed[:, -1:], solution.blind[:, -1:]), held_out, guesses, score)


def _weights(matter: Matter, way: Way) -> tuple[Floats, Floats]:
    """Weights (folds and the whole, texts) of both views. The rules' own texts teach words alone."""
    everything = np.ones(len(matter.texts), np.bool_)
    kept = np.array([*(matter.folds != turn for turn in range(int(matter.folds.max()) + 1)), everything])
    informed = kept * np.where(matter.told, matter.weights, 0)
    blind = kept * np.where(matter.real, matter.weights * np.float32(way.blind), matter.weights)
    return informed.astype(np.float32), blind.astype(np.float32)


def _axis(matter: Matter, part: Lesson, best: Tried) -> Axis:
    informed, blind = best.solution.informed[:, 0], best.solution.blind[:, 0]
    words, shift = folded([part.vectors[at] for at in matter.texts], informed + blind, len(part.vocabulary.marks))
    extra = np.asarray(matter.features.T @ informed, np.float32)
    extra[matter.sources.index(BIAS)] += shift / np.float32(TOLD)
    return Axis(
        name=matter.axis,
        labels=matter.labels,
        sources=matter.sources,
        trust=best.way.trust,
        temperature=temperature(best.held_out, matter.right[matter.real]),
        words=words.astype(np.float16),
        extra=_stored(extra),
    )


def _stored(weights: Floats) -> Floats:
    """As they come back from storage: a model must answer the same before and after."""
    return weights.astype(np.float16).astype(np.float32)


def _text(example: Example) -> str:
    return f"{example.request.subject}\n{example.request.text}\n{example.request.html}"
