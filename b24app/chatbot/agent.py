"""The specialist's dialog: the ticket is yours; accept it or hand it over."""

from datetime import timedelta

from b24app.chatbot import labels
from b24app.chatbot.assignment import TeamButton, open_button
from b24app.chatbot.briefing import Briefing
from b24app.chatbot.message import Button, Colour, Message, packed
from b24app.chatbot.payloads import Payload
from b24app.chatbot.router import Press, presses
from b24app.kit.ids import TicketId, UserId
from b24app.sla import view
from b24app.tickets.model import Accept, Command, WarnSla


class AcceptButton(Payload, word="accept"):
    """«Принял»."""

    ticket: TicketId


@presses.on(AcceptButton)
def accept(press: Press, button: AcceptButton) -> Command:
    return Accept(button.ticket, press.user, press.message)


def told(brief: Briefing, by: UserId | None, *, accepted: bool = False) -> Message:
    """The message to the chosen specialist, before and after «Принял»."""
    stage, solved = brief.stage_due(), brief.resolution_due()
    lines = [
        brief.say("told"),
        *brief.essence(),
        labels.about(brief),
        brief.say("told_by", by=brief.name(by)) if by is not None else "",
        brief.say("term", due=brief.moment(stage)) if stage else "",
        brief.say("resolve", due=brief.moment(solved)) if solved else "",
        brief.say("accepted") if accepted else "",
    ]
    return Message("\n".join(line for line in lines if line), _rows(brief, accepted=accepted))


def _rows(brief: Briefing, *, accepted: bool) -> tuple[tuple[Button, ...], ...]:
    ticket = brief.ticket.id
    done = Button(brief.say("accept"), AcceptButton(ticket=ticket).pack(), colour=Colour.PRIMARY)
    hand_over = Button(brief.say("pass"), TeamButton(ticket=ticket, team=None, page=0).pack())
    first = () if accepted else (done,)
    guesses = labels.guess_rows(brief)
    return (
        *guesses,
        (*first, open_button(ticket, brief.say("open"))),
        *packed([hand_over, *labels.correct_button(brief)]),
    )


def warning(brief: Briefing, effect: WarnSla) -> Message:
    """A term is near, has come, or is long over."""
    ticket = brief.ticket
    key = "warn_before" if effect.offset_s < 0 else "warn_after" if effect.offset_s else "warn_at"
    left = brief.duration(_left(brief, effect))
    lines = [
        brief.say(key, left=left),
        *brief.essence()[:1],
        brief.who(),
        brief.say("warn_clock", clock=_clock_title(brief, effect.clock), due=brief.moment(effect.due_at)),
        _holder(brief),
    ]
    return Message("\n".join(line for line in lines if line), ((open_button(ticket.id, brief.say("open")),),))


def _holder(brief: Briefing) -> str:
    assignee = brief.ticket.assignee
    if assignee is None:
        return brief.say("warn_nobody")
    here = brief.desk.directory.works(assignee)
    return brief.say("warn_who" if here else "warn_left", agent=brief.name(assignee))


def _left(brief: Briefing, effect: WarnSla) -> timedelta:
    """Time of the clock's own calendar: a night between now and the term is nobody's."""
    shown = view(brief.ticket.clocks, effect.clock, brief.now)
    left = shown.left if shown is not None else None
    return abs(left if left is not None else timedelta(seconds=effect.offset_s))


def _clock_title(brief: Briefing, clock: str) -> str:
    kind, _, key = clock.partition(":")
    if kind != "stage":
        return brief.say(f"clock_{kind}", line=key)
    pipeline = brief.desk.pipeline(brief.ticket.pipeline)
    stage = pipeline.by_key(key) if pipeline else None
    return brief.say("clock_stage", stage=stage.title if stage else key)
