"""The deal's own fields: what somebody chose there is a correction, what comes back of ours is an echo."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from b24app.desk.model import Desk
from b24app.kit.errors import RuleBroken
from b24app.tickets import correction, reasons
from b24app.tickets.model import Axis, Decision, Facts, Labels, Shown, Source, Ticket

KEPT: Final = 8
"""Labels on their way that are remembered: nobody corrects more often while one change is delivered."""


def begun(ticket: Ticket, facts: Facts) -> Ticket:
    """A new ticket: whatever the fields show now was there before it."""
    return noted(replace(ticket, shown=tuple(Shown(axis, facts.labels.get(axis, "")) for axis in Axis)))


def noted(ticket: Ticket) -> Ticket:
    """Labels that hold now are or will be written: remember them, so that their echo is recognised."""
    known = {one.axis: one for one in ticket.shown}
    for axis in Axis:
        shown, label = known.get(axis, Shown(axis, "")), reasons.written(ticket, axis)
        if label and label != (shown.sent[-1] if shown.sent else shown.label):
            known[axis] = replace(shown, sent=(*shown.sent, label)[-KEPT:])
    return replace(ticket, shown=tuple(known[axis] for axis in Axis if axis in known))


def news(ticket: Ticket, labels: Mapping[Axis, str]) -> dict[Axis, str]:
    """Labels that somebody chose in the deal: neither what was read last nor anything of ours."""
    known = {one.axis: one for one in ticket.shown}
    return {
        axis: label
        for axis, label in labels.items()
        if axis in known and label not in {known[axis].label, *known[axis].sent, reasons.written(ticket, axis)}
    }


def follow(ticket: Ticket, facts: Facts, desk: Desk, now: datetime) -> Decision:
    """Take over what somebody chose in the card, and remember what it shows."""
    chosen = news(ticket, facts.labels)
    read = replace(ticket, shown=tuple(_read(ticket, facts.labels)))
    labels = Labels(
        category=chosen.get(Axis.CATEGORY),
        kind=chosen.get(Axis.KIND),
        priority=chosen.get(Axis.PRIORITY),
        line=int(chosen[Axis.LINE]) if Axis.LINE in chosen else None,
    )
    try:
        correction.check(labels, desk)
    except RuleBroken:  # an element of a list whose label the rules have no more
        return Decision(read)
    return correction.relabelled(read, labels, desk, now, by=facts.updated_by, source=Source.FIELD)


def _read(ticket: Ticket, labels: Mapping[Axis, str]) -> list[Shown]:
    """What is on its way behind the value that was read is still on its way."""
    known = {one.axis: one for one in ticket.shown}
    for axis, label in labels.items():
        sent = known[axis].sent if axis in known else ()
        later = sent[sent.index(label) + 1 :] if label in sent else sent
        known[axis] = Shown(axis, label, later)
    return [known[axis] for axis in Axis if axis in known]
