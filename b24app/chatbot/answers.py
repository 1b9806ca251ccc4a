"""Short honest answers to presses that cannot be carried out."""

from b24app.chatbot.texts import say
from b24app.kit.errors import AlreadyAssigned, NotAllowed, PressOutdated, RuleBroken, TicketClosed, TicketUnknown


def refusal(error: RuleBroken, *, language: str, number: str = "", agent: str = "") -> str:
    """What the presser reads instead of silence."""
    match error:
        case TicketClosed():
            return say(language, "err_closed", number=number)
        case TicketUnknown():
            return say(language, "err_unknown")
        case NotAllowed():
            return say(language, "err_not_allowed")
        case AlreadyAssigned():
            return say(language, "err_assigned", number=number, agent=agent)
        case PressOutdated():
            return say(language, "err_outdated")
        case _:
            return say(language, "err_rule", reason=error)
