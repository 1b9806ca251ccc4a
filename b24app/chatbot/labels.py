"""What the request is about: up to three guesses on buttons, the whole list, and the priority."""

from typing import Final
from urllib.parse import quote, unquote

from b24app.chatbot.briefing import Briefing
from b24app.chatbot.message import Button, Colour, Message, packed, page_of, plain
from b24app.chatbot.payloads import LONGEST, Payload
from b24app.chatbot.router import Press, presses
from b24app.kit.errors import PressOutdated
from b24app.kit.ids import TicketId
from b24app.pipelines.classify.titles import PRIORITIES
from b24app.tickets import reasons
from b24app.tickets.model import (
    Axis,
    Browse,
    BrowseLabels,
    Command,
    Correct,
    Correction,
    Labels,
    Role,
    ShowLabels,
    Source,
)

SPAM: Final = "spam"
"""Has a button of its own, which closes the ticket too."""
_ENDS: Final = " .!?…"
CHOSEN_HERE: Final = (Axis.CATEGORY, Axis.PRIORITY)


class LabelButton(Payload, word="label"):
    """One label: a tap sets it."""

    ticket: TicketId
    axis: str
    label: str


class LabelsButton(Payload, word="labels"):
    """The list of an axis, on that page."""

    ticket: TicketId
    axis: str
    page: int


class BackButton(Payload, word="back"):
    """From a list to the message as it was."""

    ticket: TicketId


@presses.on(LabelButton)
def choose(press: Press, button: LabelButton) -> Command:
    axis, label = _axis(button.axis), unquote(button.label)
    labels = Labels(category=label) if axis is Axis.CATEGORY else Labels(priority=label)
    return Correct(button.ticket, labels, press.user, Source.MODEST, press.message)


@presses.on(LabelsButton)
def browse(press: Press, button: LabelsButton) -> Command:
    return BrowseLabels(button.ticket, press.user, press.message, _axis(button.axis), button.page)


@presses.on(BackButton)
def back(press: Press, button: BackButton) -> Command:
    return Browse(button.ticket, press.user, press.message, page=-1)


def _axis(word: str) -> Axis:
    if word not in CHOSEN_HERE:
        raise PressOutdated(word)
    return Axis(word)


def about(brief: Briefing) -> str:
    """One line: the category with what speaks for it, or that a person has to choose."""
    shown = reasons.standing(brief.ticket, Axis.CATEGORY)
    category = plain(brief.title(shown.label))
    if shown.by_person is not None:
        key = "about_person" if shown.by_person.by is not None else "about"
        return brief.say(key, category=category, by=brief.name(shown.by_person.by))
    if reasons.is_unsorted(brief.ticket):
        return brief.say("about_nothing")
    if not shown.is_settled:
        return brief.say("about_guess", category=category, words=_words(brief, shown.words))
    return brief.say(_about_key(shown.words, brief.ticket.subject), category=category, words=plain(shown.words))


def _about_key(words: str, subject: str) -> str:
    """The subject stands in every message already: it is not said twice."""
    if not words:
        return "about"
    return "about_subject" if words.strip(_ENDS) == subject.strip(_ENDS) else "about_words"


def _words(brief: Briefing, words: str) -> str:
    return brief.say("about_guess_words", words=plain(words)) if words else ""


def guess_rows(brief: Briefing) -> tuple[tuple[Button, ...], ...]:
    """While nothing is set: up to three guesses and the way to the whole list. «Спам» has a button of its own."""
    if reasons.is_unsorted(brief.ticket):
        return ((_list_button(brief, "choose_category", colour=Colour.PRIMARY),),)
    found = reasons.offered(brief.ticket)
    guesses = [
        _label_button(brief, Axis.CATEGORY, one.category, Colour.PRIMARY)
        for one in found
        if one.category != SPAM and _fits(one.category)
    ]
    return packed([*guesses, _list_button(brief, "another_category")]) if found else ()


def correct_button(brief: Briefing, text: str = "correct") -> tuple[Button, ...]:
    """«Исправить», once something is set."""
    settled = brief.ticket.is_settled(Axis.CATEGORY) and not reasons.is_unsorted(brief.ticket)
    return (_list_button(brief, text),) if settled else ()


def _list_button(brief: Briefing, key: str, *, colour: Colour = Colour.BASE) -> Button:
    params = LabelsButton(ticket=brief.ticket.id, axis=Axis.CATEGORY, page=0).pack()
    return Button(brief.say(key), params, colour=colour)


def _label_button(brief: Briefing, axis: Axis, label: str, colour: Colour = Colour.BASE) -> Button:
    params = LabelButton(ticket=brief.ticket.id, axis=axis, label=quote(label, safe="")).pack()
    return Button(brief.title(label), params, colour=colour)


def _fits(label: str) -> bool:
    return len(quote(label, safe="")) < LONGEST // 2


def labels_page(brief: Briefing, effect: ShowLabels, *, role: Role, heading: str) -> Message:
    """The labels of an axis in the same message; one tap sets one."""
    wanted = _choices(brief, effect.axis, role)
    shown, more = page_of(wanted, effect.page, brief.desk.bot.buttons)
    buttons = [_label_button(brief, effect.axis, label) for label in shown]
    if more:
        following = LabelsButton(ticket=effect.ticket, axis=effect.axis, page=effect.page + 1)
        buttons.append(Button(brief.say("more"), following.pack()))
    lines = [heading, *brief.essence(short=True), about(brief), brief.say(f"ask_{effect.axis.value}")]
    return Message("\n".join(line for line in lines if line), (*packed(buttons), _last_row(brief, effect.axis)))


def _choices(brief: Briefing, axis: Axis, role: Role) -> tuple[str, ...]:
    """Every label but the one that holds already; guesses come first."""
    now = reasons.standing(brief.ticket, axis)
    if axis is Axis.PRIORITY:
        return tuple(label for label in PRIORITIES if label != now.label)
    guessed = [one.category for one in brief.ticket.classification.candidates]
    known = [one.name for one in brief.desk.rules.book.categories]
    hidden = {now.label} if now.is_settled else set()
    if role is not Role.ASSIGNEE:
        hidden.add(SPAM)
    ordered = dict.fromkeys([*(one for one in guessed if one in known), *known])
    return tuple(label for label in ordered if label not in hidden and _fits(label))


def _last_row(brief: Briefing, axis: Axis) -> tuple[Button, ...]:
    back = Button(brief.say("back"), BackButton(ticket=brief.ticket.id).pack())
    other = Axis.PRIORITY if axis is Axis.CATEGORY else Axis.CATEGORY
    params = LabelsButton(ticket=brief.ticket.id, axis=other, page=0).pack()
    return (back, Button(brief.say(f"to_{other.value}"), params))


def set_by_person(brief: Briefing, made: Correction) -> str:
    """One line of the timeline: who set what, and what it was before."""
    by = brief.name(made.by) or brief.say("somebody")
    axis = brief.say(f"axis_{made.axis.value}")
    before, label = (plain(brief.label(made.axis, one)) for one in (made.before, made.label))
    key = "confirmed_by" if before == label else "corrected_by"
    return brief.say(key, by=by, axis=axis, before=before, label=label)
