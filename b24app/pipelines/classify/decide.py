"""The labels of one message, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from b24app.pipelines.classify.assist import Assistant, Listener, Opinion, Shares
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.explain import Explainer
from b24app.pipelines.classify.hearing import AUTOREPLY, NOT_A_TICKET, Hearing, Labels, hear
from b24app.pipelines.classify.model import Candidate, Classification, DecisionWord, Reason, RequestText
from b24app.pipelines.classify.rules import Defaults, PriorityRule
from b24app.pipelines.classify.titles import NO_CATEGORY
from b24app.pipelines.routing import route

SURE: Final = 0.98
"""What takes a request out of work («none»: spam, auto-reply) is set by itself only when this sure."""
HEADER_SURE: Final = 0.99
OFFERED: Final = 3
"""Categories offered for a choice."""
LEAST: Final = 0.005
"""Share from which on a category comes into question at all."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A label with what spoke for it."""

    label: str
    why: tuple[Reason, ...]


def classify(request: RequestText, rules: Rules, model: Assistant | None = None) -> Classification:
    """The labels of one message; deterministic, and total: every text gets an answer, in bounded time.

    The model of the portal, else the general one of the rules, is asked on every axis it has learnt; headers of a program,
    words like «не срочно» and the desk's own rules over the built-in ones are never overruled by the general one.
    """
    hearing = hear(request, rules)
    automatic = bool(hearing.message.automatic) and rules.book.category(AUTOREPLY) is not None
    return _Deciding(hearing, None if automatic else model or rules.general, automatic).all()


@dataclass(slots=True)
class _Deciding:
    """One message on its way through the axes; `chosen` are the labels found so far."""

    hearing: Hearing
    model: Assistant | None
    automatic: bool
    explain: Explainer = field(init=False)
    listener: Listener | None = field(init=False)
    chosen: dict[str, str] = field(default_factory=dict)
    category_learnt: bool = False

    def __post_init__(self) -> None:
        self.explain = Explainer(self.hearing.message, self.hearing.rules, self.hearing.hits)
        self.listener = self.model.listen(self.hearing) if self.model is not None else None

    def all(self) -> Classification:
        """Category, kind, priority, type and line."""
        category, offered = self._category()
        self.chosen["category"] = category.label
        kind = self._kind()
        self.chosen["kind"] = kind.label
        priority = self._priority()
        self.chosen["priority"] = priority.label
        request_type = self._type()
        book = self.hearing.rules.book
        line = self.hearing.labels(category.label, kind.label).line
        way = route(Labels(request_type.label, category.label, kind.label, priority.label, line), book.routing)
        return Classification(
            request_type=request_type.label,
            category=category.label,
            kind=kind.label,
            priority=priority.label,
            line=way.line,
            confidence=offered[0].confidence if offered else 0.0,
            decision=self._decision(request_type.label, offered),
            why=(
                *category.why,
                *self.explain.reading(),
                *kind.why,
                *priority.why,
                *request_type.why,
                self.explain.line(way.line, way.rule),
            ),
            reply=self.hearing.message.body.text,
            candidates=offered,
            rules_version=book.version,
            model_version=self.model.version if self.model is not None else "",
        )

    def _category(self) -> tuple[_Choice, tuple[Candidate, ...]]:
        if self.automatic:
            return _Choice(AUTOREPLY, (self.explain.header(),)), (Candidate(AUTOREPLY, HEADER_SURE),)
        ranked = list(self.hearing.ranked)
        shares = self.hearing.categories()
        opinion = self._opinion("category", shares)
        if opinion is not None:
            self.category_learnt = True
            label = opinion.shares[0][0]
            why = self.explain.learnt_category(opinion, ranked)
            return _Choice(label, why), () if label == NO_CATEGORY else _offers(opinion.shares)
        if not ranked:
            return _Choice(NO_CATEGORY, (self.explain.nothing(),)), ()
        return _Choice(ranked[0].label, self.explain.category(ranked)), _offers(shares)

    def _kind(self) -> _Choice:
        """The best kind the category can have; without words that tell, the category's usual one."""
        ranked = self.hearing.kinds(self.chosen["category"])
        shares = self.hearing.shares_of_kinds(ranked, self.chosen["category"])
        label = shares[0][0]
        opinion = self._opinion("kind", shares)
        if opinion is not None and opinion.shares[0][0] != label:
            return self._learnt("kind", opinion, label)
        if ranked:
            return _Choice(label, (self.explain.found("kind", label, ranked[0].evidence[0]),))
        return _Choice(label, (self.explain.usual("kind", label),))

    def _priority(self) -> _Choice:
        """By the first rule that fits; rules that win are never overruled."""
        labels = self.hearing.labels(self.chosen["category"], self.chosen["kind"])
        rule = self.hearing.priority_rule(labels)
        label = labels.priority if rule is None else rule.set
        said = self.hearing.shares_of_priority(rule, labels)
        opinion = None if rule is not None and rule.wins else self._opinion("priority", said)
        if opinion is not None and opinion.shares[0][0] != label:
            return self._learnt("priority", opinion, label)
        return _Choice(label, (self._ruled(rule, label),))

    def _ruled(self, rule: PriorityRule | None, label: str) -> Reason:
        if rule is None:
            return self.explain.usual("priority", label)
        return self.explain.priority(rule, self.hearing.priority_words().get(rule.id))

    def _type(self) -> _Choice:
        """Follows from the category; for a category the rules do not know it was learnt, or the rules guess."""
        category = self.chosen["category"]
        known = category == NO_CATEGORY or self.hearing.rules.book.category(category) is not None
        if known and (self.category_learnt or self.listener is None):
            return _Choice(self.hearing.request_type(category), ())
        shares = self.hearing.shares("request_type", self.chosen)
        by_rules = self.hearing.request_type(category) if known else shares[0][0] if shares else NOT_A_TICKET
        opinion = self._opinion("request_type", shares)
        return _Choice(by_rules, ()) if opinion is None else self._learnt("request_type", opinion, by_rules)

    def _learnt(self, axis: str, opinion: Opinion, by_rules: str) -> _Choice:
        return _Choice(opinion.shares[0][0], self.explain.learnt(axis, opinion, by_rules))

    def _opinion(self, axis: str, by_rules: Shares) -> Opinion | None:
        return None if self.listener is None else self.listener.opinion(axis, by_rules, self.chosen)

    def _decision(self, request_type: str, offered: Sequence[Candidate]) -> DecisionWord:
        """Set, offer or leave; a model brings the threshold under which its mistakes stay as rare as wanted.

        A threshold that a desk chose itself holds.
        """
        defaults = self.hearing.rules.book.defaults
        if not offered:
            return "none"
        learnt = self.model.auto if self.model is not None else None
        auto = defaults.auto if learnt is None or defaults.auto != Defaults().auto else learnt
        sure = offered[0].confidence
        if sure < min(defaults.suggest, auto):
            return "none"
        needed = max(SURE, auto) if request_type == NOT_A_TICKET else auto
        return "auto" if sure >= needed else "suggest"


def _offers(shares: Sequence[tuple[str, float]]) -> tuple[Candidate, ...]:
    known = [(label, share) for label, share in shares if label != NO_CATEGORY and share >= LEAST]
    return tuple(Candidate(label, round(share, 3)) for label, share in known[:OFFERED])
