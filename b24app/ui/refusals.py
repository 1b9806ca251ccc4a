"""What a person is told when the rules forbid what was asked for, or somebody else was first: the same on every page."""

from dataclasses import dataclass, field
from typing import Any, Final

from b24app.kit.errors import AgentLeft, Conflict, NotAllowed, RuleBroken, TicketClosed, TicketUnknown

_KINDS: Final = {TicketClosed: "closed", TicketUnknown: "unknown", NotAllowed: "not_allowed", AgentLeft: "left"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fragment, its values and the HTTP status it is sent with."""

    template: str
    status: int
    values: dict[str, Any] = field(default_factory=dict)


def refusal_of(error: RuleBroken | Conflict) -> Refusal:
    """422 with the reason, or 409 for a ticket that was changed meanwhile."""
    if isinstance(error, Conflict):
        return changed_by("")
    return Refusal("_broken.html", 422, {"why": _KINDS.get(type(error), "other"), "reason": str(error)})


def changed_by(name: str) -> Refusal:
    """409: this person was first; empty when nobody is known."""
    return Refusal("_conflict.html", 409, {"by": name})
