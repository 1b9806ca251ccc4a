"""The labels of one message, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from b24app.pipelines.classify.engine import Fired, Rules
from b24app.pipelines.classify.explain import Explainer
from b24app.pipelines.classify.message import read
from b24app.pipelines.classify.model import Candidate, Classification, DecisionWord, Reason, RequestText
from b24app.pipelines.classify.rules import Category, PriorityRule, RuleBook
from b24app.pipelines.classify.scoring import Score, scores, shares
from b24app.pipelines.classify.titles import NO_CATEGORY
from b24app.pipelines.routing import route

AUTOREPLY: Final = "autoreply"
NOT_A_TICKET: Final = "none"
SURE: Final = 0.98
"""What takes a request out of work («none»: spam, auto-reply) is set by itself only when this sure."""
HEADER_SURE: Final = 0.99
OFFERED: Final = 3
"""Categories offered for a choice."""


@dataclass(frozen=True, slots=True)
class _Labels:
    """What routing looks at."""

    request_type: str
    category: str
    kind: str
    priority: str
    line: int


@dataclass(frozen=True, slots=True)
class _Choice:
    """A label with what spoke for it."""

    label: str
    why: tuple[Reason, ...]


def classify(request: RequestText, rules: Rules) -> Classification:
    """The labels of one message; deterministic, and total: every text gets an answer, in bounded time."""
    message = read(request, rules.words)
    hits = rules.engine.index.find(message.tokens)
    fired = rules.engine.fire(hits, message.tokens, message.subject_words)
    ranked = scores("category", fired, rules.engine, rules.book.defaults)
    explain = Explainer(message, rules, hits)
    if message.automatic and rules.book.category(AUTOREPLY) is not None:
        found = _Choice(AUTOREPLY, (explain.header(),))
        return _complete(found, (Candidate(AUTOREPLY, HEADER_SURE),), fired, explain)
    if not ranked:
        return _complete(_Choice(NO_CATEGORY, (explain.nothing(),)), (), fired, explain)
    found = _Choice(ranked[0].label, explain.category(ranked))
    offered = tuple(Candidate(one.label, sure) for one, sure in zip(ranked, shares(ranked), strict=True))
    return _complete(found, offered[:OFFERED], fired, explain)


def _complete(
    category: _Choice, offered: tuple[Candidate, ...], fired: Sequence[Fired], explain: Explainer
) -> Classification:
    rules = explain.rules
    book = rules.book
    known = book.category(category.label)
    sure = offered[0].confidence if offered else 0.0
    request_type = known.request_type if known is not None else NOT_A_TICKET
    kind = _kind(scores("kind", fired, rules.engine, book.defaults), known, book, explain)
    labels = _Labels(request_type, category.label, kind.label, book.defaults.priority, _line(known, book))
    priority = _priority(labels, fired, book, explain)
    labels = _Labels(request_type, category.label, kind.label, priority.label, labels.line)
    way = route(labels, book.routing)
    return Classification(
        request_type=request_type,
        category=category.label,
        kind=kind.label,
        priority=priority.label,
        line=way.line,
        confidence=sure,
        decision=_decision(known, sure, book),
        why=(*category.why, *kind.why, *priority.why, explain.line(way.line, way.rule)),
        reply=explain.message.body.text,
        candidates=offered,
    )


def _line(known: Category | None, book: RuleBook) -> int:
    return book.defaults.line if known is None or known.line is None else known.line


def _decision(known: Category | None, sure: float, book: RuleBook) -> DecisionWord:
    if known is None or sure < book.defaults.suggest:
        return "none"
    needed = max(SURE, book.defaults.auto) if known.request_type == NOT_A_TICKET else book.defaults.auto
    return "auto" if sure >= needed else "suggest"


def _kind(ranked: list[Score], known: Category | None, book: RuleBook, explain: Explainer) -> _Choice:
    """The best kind the category can have; without words that tell, the category's usual one."""
    allowed = known.kinds if known is not None else ()
    best = next((one for one in ranked if not allowed or one.label in allowed), None)
    if best is not None:
        return _Choice(best.label, (explain.found("kind", best.label, best.evidence[0]),))
    label = book.defaults.kind if known is None else known.kind
    return _Choice(label, (explain.usual("kind", label),))


def _priority(labels: _Labels, fired: Sequence[Fired], book: RuleBook, explain: Explainer) -> _Choice:
    """The first rule that fits, those that win before all others."""
    heard = {one.rule.id: one for one in reversed(fired) if one.rule.axis == "priority"}
    for rule in sorted(book.priority, key=lambda one: not one.wins):
        if _fits(rule, labels, heard.get(rule.id)):
            return _Choice(rule.set, (explain.priority(rule, heard.get(rule.id)),))
    return _Choice(labels.priority, (explain.usual("priority", labels.priority),))


def _fits(rule: PriorityRule, labels: _Labels, heard: Fired | None) -> bool:
    if rule.any and heard is None:
        return False
    return all(getattr(labels, axis) in wanted for axis, wanted in rule.when)
