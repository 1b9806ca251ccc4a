"""Modest's messages, read aloud: each is short, says nothing twice, and fits a phone."""

from dataclasses import replace
from datetime import timedelta

from b24app.chatbot.briefing import Briefing, Load
from b24app.chatbot.dialogs import comment, message_of
from b24app.chatbot.message import Message
from b24app.chatbot.texts import EN, RU
from b24app.kit.ids import DepartmentId
from b24app.pipelines.routing import Routing, RoutingRule
from b24app.tickets.model import (
    Announce,
    Assign,
    CloseNotice,
    Comment,
    Correct,
    Effect,
    Labels,
    Remark,
    ShowAgents,
    ShowTeams,
    Source,
    TellAgent,
    WarnSla,
)
from tests.story import DISPATCHER, IVANOV, LINE_1, LINE_2, PETROVA, TICKET, Story, desk

PHONE_LETTERS = 34


def says(story: Story, effect: Effect) -> Message:
    load = Load(agents={IVANOV: 6, PETROVA: 3}, teams={LINE_1: 9, LINE_2: 3})
    message = message_of(Briefing(story.known, story.desk, story.now, load), effect)
    assert message is not None
    return message


def arrived(**facts: object) -> Story:
    story = Story()
    story.facts = replace(story.facts, **facts)  # type: ignore[arg-type]  # names are the story's
    story.ticket_arrives()
    return story


def lines(message: Message) -> list[str]:
    return message.text.replace("\u00a0", " ").splitlines()


def rows(message: Message) -> list[list[str]]:
    return [[button.text for button in row] for row in message.rows]


def test_the_announcement() -> None:
    story = arrived()
    message = says(story, story.last(Announce))
    assert lines(message) == [
        "[b]Новая заявка № 7405[/b]",
        "Не отправляются письма",
        "«Добрый день! С утра не уходят письма из CRM: ошибка авторизации SMTP.»",
        "ООО «Северный ветер», Ольга Смирнова",
        "Канал: E-mail · Приоритет: обычный",
        "Категория: Почта, так сказано в теме",
        "Назначить до 10:15",
        "[b]В какой отдел?[/b]",
    ]
    assert rows(message) == [["1-я линия · 9", "2-я линия · 3"], ["Спам", "Исправить", "Открыть"]]


def test_departments_of_the_route_stand_first_with_a_star() -> None:
    story = routed(LINE_2)
    assert rows(says(story, story.last(Announce)))[0] == ["★ 2-я линия · 3", "1-я линия · 9"]
    back = says(story, ShowTeams(TICKET, DISPATCHER, story.live()))
    assert rows(back)[0] == ["★ 2-я линия · 3", "1-я линия · 9"]
    people = says(story, ShowAgents(TICKET, DISPATCHER, story.live(), LINE_2))
    assert "[b]2-я линия. Кому назначить?[/b]" in lines(people)


def test_the_star_is_there_though_the_department_is_on_no_button_unless_nobody_works_there() -> None:
    story = routed(LINE_2, chosen=(LINE_1,))
    assert rows(says(story, story.last(Announce)))[0] == ["★ 2-я линия · 3", "1-я линия · 9"]
    story.desk = replace(story.desk, directory=story.desk.directory.seen_anew([], people=[PETROVA]))
    assert rows(says(story, story.last(Announce)))[0] == ["1-я линия · 9"]


def test_the_star_follows_corrections_and_goes_when_somebody_works_on_the_ticket() -> None:
    story = routed(LINE_2)
    story.does(Correct(TICKET, Labels(line=1), DISPATCHER, Source.TAB))
    assert rows(says(story, story.last(Announce)))[0] == ["1-я линия · 9", "2-я линия · 3"]

    story = routed(LINE_2)
    story.does(Correct(TICKET, Labels(category="crm"), DISPATCHER, Source.TAB))
    assert rows(says(story, story.last(Announce)))[0] == ["1-я линия · 9", "2-я линия · 3"]

    story = routed(LINE_2)
    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live()))
    passing = says(story, ShowTeams(TICKET, IVANOV, story.live(IVANOV)))
    assert rows(passing)[0] == ["1-я линия · 9", "2-я линия · 3"]


def routed(*departments: DepartmentId, chosen: tuple[DepartmentId, ...] = ()) -> Story:
    """A ticket about mail, which the desk sends to these departments of the second line."""
    rules = desk()
    routing = Routing((RoutingRule((("category", ("email",)),), 2, departments),))
    story = Story(replace(rules, routing=routing, people=replace(rules.people, departments=chosen)))
    story.ticket_arrives()
    return story


def test_the_people_of_a_department_stand_one_below_the_other() -> None:
    story = arrived()
    message = says(story, ShowAgents(TICKET, DISPATCHER, story.live(), LINE_1))
    assert lines(message) == [
        "[b]Новая заявка № 7405[/b]",
        "Не отправляются письма",
        "ООО «Северный ветер», Ольга Смирнова",
        "[b]1-я линия. Кому назначить?[/b]",
    ]
    assert ["Вадим Иванов · 6"] in rows(message)
    assert rows(message)[-1] == ["Назад", "Мне"]


def test_the_reminder_says_how_long_it_waits_and_its_people_page_too() -> None:
    story = arrived()
    story.passes(minutes=10, seconds=30)
    assert lines(says(story, story.last(Announce)))[0] == "[b]Заявка № 7405 ждёт назначения 10 мин[/b]"
    page = says(story, ShowAgents(TICKET, DISPATCHER, story.live(), LINE_1))
    assert lines(page)[0] == "[b]Заявка № 7405 ждёт назначения 10 мин[/b]"


def test_the_specialist_is_told_once_with_two_terms() -> None:
    story = arrived()
    closing = story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live())).effects
    message = says(story, story.last(TellAgent))
    assert lines(message) == [
        "[b]Вам заявка № 7405[/b]",
        "Не отправляются письма",
        "«Добрый день! С утра не уходят письма из CRM: ошибка авторизации SMTP.»",
        "ООО «Северный ветер», Ольга Смирнова",
        "Категория: Почта, так сказано в теме",
        "Назначает Динара Ахметова",
        "Срок стадии: до 14:00",
        "Решить до 18:00",
    ]
    assert rows(message) == [["Принял", "Открыть"], ["Передать другому", "Исправить"]]
    (end,) = [effect for effect in closing if isinstance(effect, CloseNotice)]
    assert lines(says(story, end)) == ["Заявка № 7405. Назначена: Вадим Иванов", "Не отправляются письма"]


def test_who_hands_over_does_not_read_of_a_new_ticket() -> None:
    story = arrived()
    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live()))
    page = says(story, ShowAgents(TICKET, IVANOV, story.live(IVANOV), LINE_2))
    assert lines(page)[0] == "[b]Вам заявка № 7405[/b]"
    assert rows(page)[-1] == ["Назад"]


def test_a_term_of_another_day_names_the_day() -> None:
    story = arrived()
    due = story.now + timedelta(days=1)
    warning = says(story, WarnSla(TICKET, IVANOV, "resolution", -1800, due))
    assert lines(warning)[-2:] == ["Решение: до завтра, 10:00", "Ответственный не назначен"]
    later = says(story, WarnSla(TICKET, IVANOV, "resolution", -1800, due + timedelta(days=5)))
    assert "Решение: до 07.09, 10:00" in lines(later)


def test_a_letter_that_only_repeats_its_subject_is_not_read_twice() -> None:
    for text in ("Не отправляются письма", "Не отправляются письма."):
        story = arrived(text=text)
        assert says(story, story.last(Announce)).text.count("Не отправляются письма") == 1


def test_the_comment_in_the_card_says_why_once() -> None:
    story = arrived()
    text = comment(Briefing(story.known, story.desk, story.now), Comment(TICKET, Remark.ARRIVED))
    assert text.splitlines() == [
        "Заявка № 7405 принята: техническая поддержка, приоритет обычный, 1-я линия.",
        "Категория: Почта, так сказано в теме",
        "Срок решения: 18:00 (Стандарт).",
    ]


def test_every_row_of_buttons_fits_a_phone() -> None:
    story = arrived()
    for effect in (story.last(Announce), ShowAgents(TICKET, DISPATCHER, story.live(), LINE_1)):
        for row in rows(says(story, effect)):
            assert len(row) <= 3
            assert len(row) == 1 or sum(map(len, row)) <= PHONE_LETTERS


def test_both_languages_have_every_text() -> None:
    assert RU.keys() == EN.keys()
