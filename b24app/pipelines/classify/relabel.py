"""Labels set by people: they hold, and what was only derived from others follows them."""

from collections.abc import Container
from dataclasses import replace

from b24app.pipelines.classify.model import Classification
from b24app.pipelines.classify.rules import PriorityRule, RuleBook
from b24app.pipelines.classify.titles import NO_CATEGORY
from b24app.pipelines.routing import route

NOT_A_TICKET = "none"


def relabel(
    found: Classification,
    book: RuleBook,
    *,
    category: str | None = None,
    kind: str | None = None,
    priority: str | None = None,
    kept: Container[str] = (),
) -> Classification:
    """The classification with these labels; axes in `kept` were set by people earlier and do not follow.

    A kind or priority that words of the request gave stays, as far as the category allows it; one that was taken because
    nothing told becomes the usual one of the new labels. The request type and the line follow. Confidence, reasons and
    candidates stay: they tell what had been guessed.
    """
    known = book.category(category or found.category)
    labels = replace(
        found,
        category=category or found.category,
        request_type=known.request_type if known is not None else found.request_type,
    )
    labels = replace(labels, kind=kind or (labels.kind if "kind" in kept else _kind(labels, book)))
    labels = replace(labels, priority=priority or (labels.priority if "priority" in kept else _priority(labels, book)))
    usual = book.defaults.line if known is None or known.line is None else known.line
    return replace(labels, line=route(replace(labels, line=usual), book.routing).line)


def is_noise(labels: Classification) -> bool:
    """Spam or an auto-reply: nobody asks for anything. A text that says nothing is no noise, a person has to look."""
    return labels.request_type == NOT_A_TICKET and labels.category != NO_CATEGORY


def _kind(labels: Classification, book: RuleBook) -> str:
    known = book.category(labels.category)
    if known is None or (_by_words(labels, "kind") and (not known.kinds or labels.kind in known.kinds)):
        return labels.kind
    return known.kind


def _priority(labels: Classification, book: RuleBook) -> str:
    by_labels = sorted((rule for rule in book.priority if _of_labels(rule)), key=lambda rule: not rule.wins)
    by_words = _by_words(labels, "priority")
    for rule in by_labels:
        if (rule.wins or not by_words) and all(getattr(labels, axis) in wanted for axis, wanted in rule.when):
            return rule.set
    return labels.priority if by_words else book.defaults.priority


def _of_labels(rule: PriorityRule) -> bool:
    return bool(rule.when) and not (rule.any or rule.with_)


def _by_words(labels: Classification, axis: str) -> bool:
    """Words of the request gave this label, as the reason says."""
    return any(reason.axis == axis and reason.end > reason.start for reason in labels.why)
