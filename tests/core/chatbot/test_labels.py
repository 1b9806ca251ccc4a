"""The category in Modest's messages: one tap on a guess, one tap to the list, never a dead end."""

from dataclasses import replace

import pytest
from b24app.chatbot.briefing import Briefing
from b24app.chatbot.dialogs import comment, message_of, presses
from b24app.chatbot.message import Message
from b24app.chatbot.router import Press
from b24app.kit.errors import PressOutdated
from b24app.pipelines.classify import Candidate, Classification
from b24app.portal.keyboard import keyboard_of
from b24app.tickets.model import (
    Announce,
    Assign,
    Axis,
    BrowseLabels,
    Comment,
    Effect,
    Labels,
    Remark,
    ShowLabels,
    ShowTeams,
    TellAgent,
)
from tests.story import DISPATCHER, IVANOV, TICKET, Story

OFFERED = (Candidate("email", 0.55), Candidate("automation", 0.3), Candidate("crm", 0.1))


def arrived(**found: object) -> Story:
    """A ticket whose classification came out like this."""
    story = Story()
    story.ticket_arrives()
    classified: Classification = replace(story.known.classification, **found)  # type: ignore[arg-type]  # names are its
    story.ticket = replace(story.known, classification=classified)
    return story


def in_question() -> Story:
    return arrived(decision="suggest", candidates=OFFERED)


def says(story: Story, effect: Effect) -> Message:
    message = message_of(Briefing(story.known, story.desk, story.now), effect)
    assert message is not None
    return message


def rows(message: Message) -> list[list[str]]:
    return [[button.text for button in row] for row in message.rows]


def presses_button(story: Story, message: Message, text: str) -> Effect | None:
    """What the tap on the button with this text makes of the message."""
    button = next(button for row in message.rows for button in row if button.text == text)
    (known,) = story.known.notices
    decision = story.does(presses.command(Press(known.to, known.message, button.params)))
    return next((effect for effect in decision.effects if isinstance(effect, ShowLabels | ShowTeams)), None)


def test_up_to_three_guesses_stand_on_buttons_and_one_tap_sets() -> None:
    story = in_question()
    message = says(story, story.last(Announce))
    assert "[b]Категория под вопросом:[/b] Почта, фраза «Не отправляются письма»?" in message.text.splitlines()
    assert rows(message)[:2] == [["Почта", "Роботы и бизнес-процессы", "CRM"], ["Другая"]]
    assert [text for row in rows(message) for text in row][:4] == ["Почта", "Роботы и бизнес-процессы", "CRM", "Другая"]
    assert rows(message)[-1] == ["Спам", "Открыть"]

    again = presses_button(story, message, "CRM")

    assert story.known.classification.category == "crm"
    assert again is not None
    after = says(story, again)
    assert "Категория: CRM (Динара Ахметова)" in after.text.splitlines()
    assert rows(after)[-1] == ["Спам", "Исправить", "Открыть"]


def test_what_looks_like_spam_has_one_button_for_it() -> None:
    story = arrived(decision="suggest", category="spam", candidates=(Candidate("spam", 0.9), Candidate("sites", 0.05)))

    texts = [text for row in rows(says(story, story.last(Announce))) for text in row]

    assert texts.count("Спам") == 1
    assert "Сайты и формы" in texts


def test_nothing_recognised_asks_for_a_choice() -> None:
    story = arrived(decision="none", category="none", request_type="none", candidates=(), why=())
    message = says(story, story.last(Announce))
    assert "[b]Не разобрано:[/b] выберите категорию" in message.text.splitlines()
    assert rows(message)[0] == ["Выбрать категорию"]


def test_from_correct_to_a_category_in_two_taps_through_pages_and_back() -> None:
    story = arrived()
    message = says(story, story.last(Announce))
    page = presses_button(story, message, "Исправить")
    assert page == ShowLabels(TICKET, DISPATCHER, story.live(), Axis.CATEGORY)
    first = says(story, page)
    assert rows(first)[-1] == ["Назад", "Приоритет"]
    assert "Почта" not in str(rows(first))  # it holds already

    seen: set[str] = set()
    for _ in range(3):
        shown = says(story, page)
        assert sum(map(len, rows(shown))) <= 11
        seen |= {text for row in rows(shown)[:-1] for text in row}
        page = presses_button(story, shown, "Ещё")
        assert page is not None
    assert len(seen - {"Ещё"}) == len(story.desk.rules.book.categories) - 2  # «Почта» holds, «Спам» has its own button

    back = presses_button(story, first, "Назад")
    assert back == ShowTeams(TICKET, DISPATCHER, story.live())
    presses_button(story, first, "Телефония" if "Телефония" in str(rows(first)) else rows(first)[0][0])
    assert story.known.correction(Axis.CATEGORY) is not None


def test_the_priority_is_one_more_tap() -> None:
    story = arrived()
    page = says(story, ShowLabels(TICKET, DISPATCHER, story.live(), Axis.PRIORITY))
    assert rows(page) == [["Критический", "Высокий", "Низкий"], ["Назад", "Категория"]]
    presses_button(story, page, "Критический")
    assert story.known.classification.priority == "critical"


def test_the_assignee_has_the_same_way_and_gets_his_message_back() -> None:
    story = arrived()
    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live()))
    told = says(story, story.last(TellAgent))
    page = presses_button(story, told, "Исправить")
    assert page is not None
    shown = says(story, page)
    assert shown.text.startswith("[b]Вам заявка")
    presses_button(story, shown, rows(shown)[0][0])
    assert story.known.correction(Axis.CATEGORY) is not None


def test_the_timeline_says_who_set_what() -> None:
    story = arrived()
    story.does(presses.command(Press(DISPATCHER, story.live(), f"label {TICKET} category integration")))
    text = comment(Briefing(story.known, story.desk, story.now), story.last(Comment))
    assert text.splitlines()[:2] == [
        "Динара Ахметова: категория «Почта» → «Интеграции и 1С»",
        "Теперь: техническая поддержка, приоритет обычный, 2-я линия.",
    ]
    opened = in_question()
    arrival = comment(Briefing(opened.known, opened.desk, opened.now), Comment(TICKET, Remark.ARRIVED))
    assert arrival.splitlines()[0] == "Заявка № 7405 принята, приоритет обычный."


def test_an_integrators_own_names_travel_in_a_button_and_a_forged_axis_is_refused() -> None:
    press = Press(DISPATCHER, 5, f"label {TICKET} category %D0%9A%D0%B0%D1%81%D1%81%D0%B0%20%26%20%D1%87%D0%B5%D0%BA")
    command = presses.command(press)
    assert getattr(command, "labels", None) == Labels(category="Касса & чек")
    for forged in (f"labels {TICKET} team 0", f"label {TICKET} line 2"):
        with pytest.raises(PressOutdated):
            presses.command(Press(DISPATCHER, 5, forged))
    assert isinstance(presses.command(Press(DISPATCHER, 5, f"labels {TICKET} priority 0")), BrowseLabels)


def test_every_page_fits_a_phone_and_the_portals_limit() -> None:
    story = in_question()
    pages: list[Effect] = [ShowLabels(TICKET, DISPATCHER, story.live(), Axis.CATEGORY, page) for page in range(3)]
    for effect in (story.last(Announce), *pages):
        message = says(story, effect)
        for row in rows(message):
            assert len(row) <= 3
            assert len(row) == 1 or sum(map(len, row)) <= 34
        keyboard = keyboard_of(message, 39)
        assert keyboard is not None
        assert len(str(keyboard)) < 30_000
