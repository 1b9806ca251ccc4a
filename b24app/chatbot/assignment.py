"""The dispatcher's dialog: who wrote and what, then departments, then people; and the same for handing over."""

from typing import Final

from b24app.chatbot import labels
from b24app.chatbot.briefing import Briefing
from b24app.chatbot.message import Button, Colour, Message, packed, page_of, plain
from b24app.chatbot.payloads import Payload
from b24app.chatbot.router import Press, presses
from b24app.kit.ids import DepartmentId, TicketId, UserId
from b24app.pipelines.stages import Meaning
from b24app.tickets.model import (
    Announce,
    Assign,
    Browse,
    CloseNotice,
    Command,
    Move,
    Outcome,
    Role,
    ShowAgents,
    ShowLabels,
)
from b24app.tickets.teams import offered, proposed

BY_RULES: Final = "★"
"""Before a department that the routing rules propose."""


class TeamButton(Payload, word="team"):
    """A department under an unassigned ticket; no department: back to the list, on that page."""

    ticket: TicketId
    team: int | None
    page: int


class AssignTo(Payload, word="assign"):
    """The button with an agent's name."""

    ticket: TicketId
    agent: int
    team: int | None


class TakeIt(Payload, word="me"):
    """The dispatcher takes the ticket."""

    ticket: TicketId


class SpamButton(Payload, word="spam"):
    """This is no request at all."""

    ticket: TicketId


@presses.on(TeamButton)
def browse(press: Press, button: TeamButton) -> Command:
    team = DepartmentId(button.team) if button.team is not None else None
    return Browse(button.ticket, press.user, press.message, team, button.page)


@presses.on(AssignTo)
def assign(press: Press, button: AssignTo) -> Command:
    team = DepartmentId(button.team) if button.team is not None else None
    return Assign(button.ticket, UserId(button.agent), press.user, press.message, team)


@presses.on(TakeIt)
def take(press: Press, button: TakeIt) -> Command:
    return Assign(button.ticket, press.user, press.user, press.message)


@presses.on(SpamButton)
def spam(press: Press, button: SpamButton) -> Command:
    return Move(button.ticket, Meaning.FAIL, press.user, press.message)


def open_button(ticket: TicketId, text: str) -> Button:
    """The portal's own card; the mobile application opens it too."""
    return Button(text, link=f"/crm/deal/details/{ticket.partition('-')[2]}/")


def announcement(brief: Briefing, effect: Announce) -> Message:
    """The first message about an unassigned ticket, or a reminder with the full text again."""
    if brief.ticket.quiet:
        return _noise(brief)
    return Message(_heading(brief, effect.nth, effect.role), _team_rows(brief, 0, handing_over=False))


def teams_page(brief: Briefing, page: int, *, role: Role, nth: int) -> Message:
    """The list of departments in the same message: on the way back, or for handing over."""
    if brief.ticket.quiet and role is not Role.ASSIGNEE:
        return _noise(brief)
    return Message(_heading(brief, nth, role), _team_rows(brief, page, handing_over=role is Role.ASSIGNEE))


def _noise(brief: Briefing) -> Message:
    """Spam or an auto-reply: shown once, without a question; nobody has to be chosen."""
    lines = [brief.say("noise"), *brief.essence(), labels.about(brief)]
    spam_button = Button(brief.say("spam"), SpamButton(ticket=brief.ticket.id).pack(), colour=Colour.ALERT)
    return Message("\n".join(lines), ((spam_button, *labels.correct_button(brief, "no_noise")), (_open(brief),)))


def labels_page(brief: Briefing, effect: ShowLabels, *, role: Role, nth: int) -> Message:
    """The labels to choose from, in the same message."""
    heading = brief.say("noise") if brief.ticket.quiet and role is not Role.ASSIGNEE else _title(brief, nth, role)
    return labels.labels_page(brief, effect, role=role, heading=heading)


def agents_page(brief: Briefing, effect: ShowAgents, *, role: Role, nth: int) -> Message:
    """People of one department, with their open tickets."""
    team = brief.desk.directory.departments[effect.team]
    people = brief.desk.directory.members(effect.team)
    shown, more = page_of(people, effect.page, brief.desk.bot.buttons)
    buttons = [
        Button(
            _with_load(agent.name, brief.load.agents.get(agent.id, 0)),
            AssignTo(ticket=effect.ticket, agent=agent.id, team=effect.team).pack(),
            wide=True,
        )
        for agent in shown
    ]
    if more:
        following = TeamButton(ticket=effect.ticket, team=effect.team, page=effect.page + 1)
        buttons.append(Button(brief.say("more"), following.pack(), wide=True))
    ask = "ask_agent" if people else "no_agents"
    lines = [_title(brief, nth, role), *brief.essence(short=True), brief.say(ask, team=plain(team.name))]
    return Message("\n".join(lines), (*packed(buttons), _last_row(brief, effect.ticket, role)))


def _last_row(brief: Briefing, ticket: TicketId, role: Role) -> tuple[Button, ...]:
    back = Button(brief.say("back"), TeamButton(ticket=ticket, team=None, page=0).pack())
    if role is Role.ASSIGNEE:
        return (back,)
    return (back, Button(brief.say("me"), TakeIt(ticket=ticket).pack(), colour=Colour.PRIMARY))


def _heading(brief: Briefing, nth: int, role: Role) -> str:
    due = brief.stage_due()
    teams = offered(brief.ticket, brief.desk)
    lines = [
        _title(brief, nth, role),
        *brief.essence(),
        _channel(brief),
        labels.about(brief) if role is not Role.ASSIGNEE else "",
        brief.say("due", due=brief.moment(due)) if due and role is not Role.ASSIGNEE else "",
        brief.say("deputy") if role is Role.DEPUTY else brief.say("head") if role is Role.HEAD else "",
        brief.say("ask_team") if teams else brief.say("no_teams"),
    ]
    return "\n".join(line for line in lines if line)


def _title(brief: Briefing, nth: int, role: Role) -> str:
    if role is Role.ASSIGNEE:
        return brief.say("told")
    waited = brief.duration(brief.now - brief.ticket.opened_at)
    return brief.say("again", waited=waited) if nth else brief.say("new")


def _channel(brief: Briefing) -> str:
    priority = brief.say("priority", priority=brief.title(brief.ticket.classification.priority).lower())
    channel = brief.say("channel", channel=brief.ticket.channel) if brief.ticket.channel else ""
    return " · ".join(part for part in (channel, priority) if part)


def _team_rows(brief: Briefing, page: int, *, handing_over: bool) -> tuple[tuple[Button, ...], ...]:
    ticket, teams = brief.ticket.id, offered(brief.ticket, brief.desk)
    first = proposed(brief.ticket, brief.desk)
    shown, more = page_of(teams, page, brief.desk.bot.buttons)
    buttons = [
        Button(
            _with_load(_team_name(brief, team, by_rules=team in first), brief.load.teams.get(team, 0)),
            TeamButton(ticket=ticket, team=team, page=0).pack(),
        )
        for team in shown
    ]
    if more:
        buttons.append(Button(brief.say("more"), TeamButton(ticket=ticket, team=None, page=page + 1).pack()))
    guesses = () if handing_over else labels.guess_rows(brief)
    return (*guesses, *packed(buttons), _foot(brief, ticket, handing_over=handing_over))


def _foot(brief: Briefing, ticket: TicketId, *, handing_over: bool) -> tuple[Button, ...]:
    if handing_over:
        return (Button(brief.say("back"), TeamButton(ticket=ticket, team=None, page=-1).pack()),)
    spam_button = Button(brief.say("spam"), SpamButton(ticket=ticket).pack(), colour=Colour.ALERT)
    return (spam_button, *labels.correct_button(brief), _open(brief))


def _open(brief: Briefing) -> Button:
    return open_button(brief.ticket.id, brief.say("open"))


def _team_name(brief: Briefing, team: DepartmentId, *, by_rules: bool) -> str:
    name = brief.desk.directory.departments[team].name
    return f"{BY_RULES} {name}" if by_rules else name


def _with_load(name: str, load: int) -> str:
    return f"{name} · {load}"


def ending(brief: Briefing, effect: CloseNotice) -> Message:
    """The same message when nobody has to be chosen any more: one line, no buttons."""
    agent = brief.name(effect.agent)
    match effect.outcome:
        case Outcome.ASSIGNED:
            text = brief.say("assigned_self" if effect.by == effect.agent else "assigned", agent=agent)
        case Outcome.PASSED:
            text = brief.say("outcome_passed" if agent else "outcome_passed_nobody", agent=agent)
        case outcome:
            text = brief.say(f"outcome_{outcome.value}")
    return Message(f"{text}\n{brief.essence()[0]}" if brief.essence() else text)
