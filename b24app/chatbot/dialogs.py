"""All dialogs of Modest in one place: importing this registers every button."""

from b24app.chatbot import agent, assignment
from b24app.chatbot.briefing import Briefing
from b24app.chatbot.message import Message, plain
from b24app.chatbot.router import presses
from b24app.chatbot.texts import say
from b24app.tickets.model import (
    Announce,
    CloseNotice,
    Comment,
    Effect,
    RefreshAgentNotice,
    RemoveNotice,
    Role,
    ShowAgents,
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
    """The timeline comment about what was decided and why."""
    del effect
    found = brief.ticket.classification
    why = found.why[0].text if found.why else brief.say("comment_no_reason", category=brief.title(found.category))
    lines = [
        brief.say(
            "comment",
            why=plain(why),
            type=brief.title(found.request_type).lower(),
            priority=brief.title(found.priority).lower(),
            line=brief.ticket.line,
        )
    ]
    due = brief.resolution_due()
    if due is not None:
        policy = next((policy.title for policy in brief.desk.policies if policy.key == brief.ticket.policy), "")
        lines.append(brief.say("comment_sla", due=brief.moment(due), policy=policy))
    return "\n".join(lines)
