"""Why a label stands, in parts that every surface puts into its own words."""

from dataclasses import dataclass
from typing import Final

from b24app.pipelines.classify import Candidate, Reason
from b24app.pipelines.classify.relabel import NOT_A_TICKET
from b24app.pipelines.classify.rules import RuleBook
from b24app.pipelines.classify.titles import NO_CATEGORY
from b24app.tickets.model import Axis, Correction, Ticket

QUOTED: Final = 60
"""Letters of a quotation in one sentence."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one label stands: who says so, or which words do."""

    axis: Axis
    label: str
    is_settled: bool
    by_person: Correction | None
    words: str
    """The words of the request that decided; empty when none did."""


def standing(ticket: Ticket, axis: Axis) -> Standing:
    """The label of an axis with what speaks for it."""
    label = str(ticket.line) if axis is Axis.LINE else str(getattr(ticket.classification, axis.value))
    person = ticket.correction(axis)
    reason = first_reason(ticket, axis) if person is None else None
    words = quoted(ticket, reason) if reason is not None else ""
    return Standing(axis, label, ticket.is_settled(axis), person, words)


def first_reason(ticket: Ticket, axis: Axis) -> Reason | None:
    """The reason that decided an axis."""
    return next((reason for reason in ticket.classification.why if reason.axis == axis.value), None)


def quoted(ticket: Ticket, reason: Reason) -> str:
    """The words a reason points at, on one line, cut when long."""
    source = ticket.asked if reason.zone == "subject" else ticket.text
    words = " ".join(source[reason.start : reason.end].split())
    return words if len(words) <= QUOTED else f"{words[: QUOTED - 1]}…"


def offered(ticket: Ticket) -> tuple[Candidate, ...]:
    """Categories to choose from while nothing is set: the best guesses first. None once the category holds."""
    if ticket.is_settled(Axis.CATEGORY) or ticket.classification.decision == "none":
        return ()
    return ticket.classification.candidates


def is_unsorted(ticket: Ticket) -> bool:
    """Nothing can be said of it: a person has to choose."""
    found = ticket.classification
    settled = ticket.is_settled(Axis.CATEGORY)
    return found.category == NO_CATEGORY or (not settled and found.decision == "none")


def written(ticket: Ticket, axis: Axis) -> str:
    """The label that the deal's own field shows; empty while it is only a guess."""
    if axis is Axis.CATEGORY and is_unsorted(ticket):
        return NO_CATEGORY
    return standing(ticket, axis).label if ticket.is_settled(axis) and not _is_open(ticket, axis) else ""


def _is_open(ticket: Ticket, axis: Axis) -> bool:
    """Kind and line of a request that nobody could sort are nobody's."""
    return axis in {Axis.KIND, Axis.LINE} and is_unsorted(ticket) and ticket.correction(axis) is None


def is_type_sure(ticket: Ticket, book: RuleBook) -> bool:
    """The request type may be set although the category is open: every guess that counts is of the same type."""
    if ticket.is_settled(Axis.CATEGORY):
        return True
    found = ticket.classification
    types = ((book.category(one.category), one.confidence) for one in found.candidates)
    share = sum(sure for known, sure in types if known is not None and known.request_type == found.request_type)
    return share >= book.defaults.auto and found.request_type != NOT_A_TICKET
