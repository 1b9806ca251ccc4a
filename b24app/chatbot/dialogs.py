"""All dialogs of Modest in one place: importing this registers every button."""

from b24app.chatbot import agent, assignment, labels
from b24app.chatbot.briefing import Briefing
from b24app.chatbot.message import Message
from b24app.chatbot.router import presses
from b24app.chatbot.texts import say
from b24app.tickets.model import (
    Announce,
    Axis,
    CloseNotice,
    Comment,
    Effect,
    RefreshAgentNotice,
    Remark,
    RemoveNotice,
    Role,
    ShowAgents,
    ShowLabels,
    ShowTeams,
    TellAgent,
    WarnSla,
)

__all__ = ["comment", "hello", "message_of", "presses"]


def message_of(  # noqa: PLR0911 - one line for each effect
    brief: Briefing, effect: Effect
) -> Message | None:
    """What Modest says for an effect; None for one that is no message, or whose message would make no sense now."""
    match effect:
        case Announce():
            return assignment.announcement(brief, effect) if brief.ticket.is_unassigned else None
        case ShowTeams():
            role, nth = _notice(brief, effect.message)
            return assignment.teams_page(brief, effect.page, role=role, nth=nth)
        case ShowAgents():
            role, nth = _notice(brief, effect.message)
            return assignment.agents_page(brief, effect, role=role, nth=nth)
        case ShowLabels():
            role, nth = _notice(brief, effect.message)
            return assignment.labels_page(brief, effect, role=role, nth=nth)
        case CloseNotice():
            return assignment.ending(brief, effect)
        case RemoveNotice():
            return Message(brief.say("outcome_replaced"))
        case TellAgent():
            return agent.told(brief, effect.by) if brief.ticket.assignee == effect.agent else None
        case RefreshAgentNotice():
            return agent.told(brief, None, accepted=effect.accepted)
        case WarnSla():
            return agent.warning(brief, effect)
        case _:
            return None


def _notice(brief: Briefing, message: int) -> tuple[Role, int]:
    for notice in brief.ticket.notices:
        if notice.message == message:
            return notice.role, notice.nth
    return Role.DISPATCHER, 0


def hello(language: str) -> str:
    """Who Modest is, for people who write to him."""
    return say(language, "hello")


def comment(brief: Briefing, effect: Comment) -> str:
    """The timeline comment about what was decided and why, or about what a person set."""
    match effect.remark:
        case Remark.ARRIVED:
            lines = [_accepted(brief), labels.about(brief)]
        case Remark.CORRECTED:
            lines = [labels.set_by_person(brief, one) for one in effect.corrections]
            lines.append(_consequence(brief))
    due = brief.resolution_due()
    if due is not None:
        policy = next((policy.title for policy in brief.desk.policies if policy.key == brief.ticket.policy), "")
        lines.append(brief.say("comment_sla", due=brief.moment(due), policy=policy))
    return "\n".join(lines)


def _accepted(brief: Briefing) -> str:
    ticket = brief.ticket
    key = "comment" if ticket.is_settled(Axis.CATEGORY) else "comment_open"
    return brief.say(key, **_words(brief))


def _consequence(brief: Briefing) -> str:
    return brief.say("comment_now", **_words(brief))


def _words(brief: Briefing) -> dict[str, object]:
    found = brief.ticket.classification
    return {
        "type": brief.title(found.request_type).lower(),
        "priority": brief.title(found.priority).lower(),
        "line": brief.ticket.line,
    }
