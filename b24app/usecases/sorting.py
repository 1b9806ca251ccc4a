"""What a request was sorted into and why, as the card shows it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from b24app.desk.model import Desk
from b24app.pipelines.classify import Role
from b24app.pipelines.classify.titles import KINDS, PRIORITIES
from b24app.pipelines.routing import LINES
from b24app.tickets import reasons
from b24app.tickets.model import Axis, Ticket
from b24app.usecases import people
from b24app.usecases.views import Because, LabelChoice, LabelChoices, Piece, SetBy, Sorting, Viewer

SHOWN: Final = 1_500
"""Letters of the request on the card; the whole text is in the deal."""
SILENT: Final = frozenset[Role]({"lost", "excluded"})
"""Their words speak for no label."""
AGREEING: Final = frozenset[Role]({"supports", "agrees"})


def sorting_of(ticket: Ticket, desk: Desk, viewer: Viewer) -> Sorting:
    """The labels of a ticket with everything that speaks for them, in the viewer's words."""
    found, language = ticket.classification, viewer.language
    title = desk.rules.title
    guesses = tuple(
        LabelChoice(one.category, title(one.category, language), round(one.confidence * 100))
        for one in reasons.offered(ticket)
    )
    subject = ticket.asked
    return Sorting(
        category=title(found.category, language),
        is_settled=ticket.is_settled(Axis.CATEGORY),
        is_unsorted=reasons.is_unsorted(ticket),
        guesses=guesses,
        because=tuple(_because(ticket, desk, language)),
        set_by=tuple(_set_by(ticket, desk, language)),
        subject=marked(subject, _spans(ticket, "subject"), SHOWN),
        text=marked(ticket.text, _spans(ticket, "body"), SHOWN),
        is_cut=len(ticket.text) > SHOWN,
        may_correct=people.may_act(ticket, desk, viewer),
    )


def choices_of(ticket: Ticket, desk: Desk, language: str) -> LabelChoices:
    """Everything a request can be said to be; guesses first among the categories."""
    found, book, title = ticket.classification, desk.rules.book, desk.rules.title
    settled = ticket.is_settled(Axis.CATEGORY)
    guessed = [one.category for one in found.candidates]
    names = [one.name for one in book.categories]
    ordered = dict.fromkeys([*(name for name in guessed if name in names), *names])

    def made(labels: Iterable[str], now: str) -> tuple[LabelChoice, ...]:
        return tuple(LabelChoice(label, title(label, language), is_set=label == now) for label in labels)

    return LabelChoices(
        categories=made(ordered, found.category if settled else ""),
        kinds=made(dict.fromkeys([*book.kinds, *KINDS]), found.kind),
        priorities=made(PRIORITIES, found.priority),
        lines=tuple(LabelChoice(str(line), str(line), is_set=line == ticket.line) for line in LINES),
    )


def label_title(desk: Desk, data: Mapping[str, Any], key: str, language: str) -> str:
    """A label of a history entry in people's words."""
    return _title(desk, str(data.get("axis") or ""), str(data.get(key) or ""), language)


def _title(desk: Desk, axis: str, label: str, language: str) -> str:
    return label if axis == Axis.LINE.value else desk.rules.title(label, language)


def marked(text: str, spans: Iterable[tuple[int, int]], shown: int) -> tuple[Piece, ...]:
    """The text cut into marked and plain pieces. Overlapping spans are one; what lies outside of the text marks nothing."""
    pieces: list[Piece] = []
    end = min(len(text), shown)
    at = 0
    for start, stop in sorted(spans):
        first, last = max(start, at), min(stop, end)
        if first >= last:
            continue
        if first > at:
            pieces.append(Piece(text[at:first], marked=False))
        pieces.append(Piece(text[first:last], marked=True))
        at = last
    if at < end:
        pieces.append(Piece(text[at:end], marked=False))
    return tuple(pieces)


def _spans(ticket: Ticket, zone: str) -> Iterator[tuple[int, int]]:
    """Places of the words that speak for labels that hold; those of a label that lost or was replaced say nothing now."""
    first = {axis.value: reasons.first_reason(ticket, axis) for axis in Axis}
    for reason in ticket.classification.why:
        if reason.zone != zone or reason.end <= reason.start or reason.role in SILENT:
            continue
        if reason is first.get(reason.axis) or (reason.axis == Axis.CATEGORY.value and reason.role in AGREEING):
            yield reason.start, reason.end


def _because(ticket: Ticket, desk: Desk, language: str) -> Iterator[Because]:
    """The classifier's reasons, axis by axis. Of an axis that a person has set they tell what had been guessed."""
    for reason in ticket.classification.why:
        axis = reason.axis
        label = _title(desk, axis, reason.label or _guess(ticket, axis), language)
        words = reasons.quoted(ticket, reason)
        yield Because(reason.role, axis, label, words, reason.text, reason.repaired)


def _guess(ticket: Ticket, axis: str) -> str:
    """The classifier's own label: what a person replaced is in the first correction."""
    if axis not in set(Axis):
        return str(getattr(ticket.classification, axis))
    known = ticket.correction(Axis(axis))
    if known is not None and known.reason:
        return known.before
    return reasons.standing(ticket, Axis(axis)).label


def _set_by(ticket: Ticket, desk: Desk, language: str) -> Iterator[SetBy]:
    for one in ticket.corrected:
        before, label = (_title(desk, one.axis.value, word, language) for word in (one.before, one.label))
        yield SetBy(one.axis.value, before, label, desk.directory.name(one.by) if one.by is not None else "", one.at)
