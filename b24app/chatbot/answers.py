"""Short honest answers to presses that cannot be carried out."""

from typing import Final

from b24app.chatbot.texts import say
from b24app.kit.errors import (
    AgentLeft,
    AlreadyAssigned,
    NotAllowed,
    NotAssigned,
    PressOutdated,
    RuleBroken,
    TicketClosed,
    TicketUnknown,
)

_TEXTS: Final[dict[type[RuleBroken], str]] = {
    TicketClosed: "err_closed",
    TicketUnknown: "err_unknown",
    NotAllowed: "err_not_allowed",
    NotAssigned: "err_unassigned",
    AlreadyAssigned: "err_assigned",
    AgentLeft: "err_left",
    PressOutdated: "err_outdated",
}


def refusal(error: RuleBroken, *, language: str, number: str = "", agent: str = "") -> str:
    """What the presser reads instead of silence. `agent` is who holds the ticket."""
    text = _TEXTS.get(type(error), "err_rule")
    return say(language, text, number=number, agent=agent, reason=error)
