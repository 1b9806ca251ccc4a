"""The deal tab over HTTP: what people see, what their clicks change, who may."""

import re
from dataclasses import replace

from b24app.db.tables import outbox
from b24app.kit.ids import StageCode, TicketId, UserId
from b24app.pipelines.routing import Routing, RoutingRule
from b24app.pipelines.stages import Meaning
from b24app.tickets.model import Assign, Move, Ticket
from tests.story import DISPATCHER, HEAD, IVANOV, LINE_1, LINE_2, PETROVA, TICKET
from tests.support.small_portal import SmallPortal
from tests.support.tab import Visitor, form_of, words
from tests.support.ui_app import Office, publish
from tests.support.work import install

ASSIGN, MOVE, ADOPT = "/bitrix/tab/assign", "/bitrix/tab/move", "/bitrix/tab/adopt"
STRANGER = UserId(99)


async def ticket_of(office: Office) -> Ticket:
    async with office.store.read(office.portal.id) as reading:
        return await reading.tickets.get(TICKET)


async def causes(office: Office) -> list[str]:
    async with office.store.read(office.portal.id) as reading:
        return [line.cause for line in await reading.journal.of(TICKET)]


async def test_the_tab_shows_where_the_ticket_stands_and_how_much_time_is_left(
    office: Office, visitor: Visitor
) -> None:
    await office.works()
    seen = await visitor.opens()
    assert "4 из 15 мин" in seen
    assert "38 мин из 4 ч" in seen
    assert "3:22:00" in seen
    assert "срок сегодня 14:04" in seen
    assert "Пн–Пт 09:00–18:00, Москва" in seen
    assert "Вадим Иванов" in seen
    assert "ООО «Северный ветер»" in seen
    assert "решила фраза" in seen


async def test_the_tab_says_whose_time_it_was_and_explains_every_term(office: Office, visitor: Visitor) -> None:
    await office.works()
    seen = await visitor.opens()
    assert "Чьё было время мы 42 мин клиент — подрядчик — нерабочее —" in seen
    assert "Как посчитан срок Стадия Начало отсчёта" in seen
    assert "Решение Начало отсчёта" in seen
    assert "Учтено 42 мин из 8 ч" in seen


async def test_only_the_portal_of_the_installation_may_frame_the_page(office: Office, visitor: Visitor) -> None:
    await office.works()
    await visitor.opens()
    headers = visitor.page.headers
    assert "frame-ancestors https://acme.bitrix24.ru" in headers["Content-Security-Policy"]
    assert "x-frame-options" not in headers
    assert "unsafe" not in headers["Content-Security-Policy"]


async def test_a_forged_frame_is_refused_and_shows_nothing(office: Office, visitor: Visitor) -> None:
    await office.works()
    answer = await visitor.client.post("/bitrix/placement/deal", data={"ID": "7405"})
    assert answer.status_code == 403
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "Северный ветер" not in answer.text
    assert (await visitor.client.post("/bitrix/session", data={"ID": "7405"})).status_code == 403


async def test_a_fragment_needs_the_session_of_a_frame(office: Office, visitor: Visitor) -> None:
    await office.works()
    for session in ("", "nonsense", "eyJhIjoxfQ.abc.def"):
        visitor.session = session
        for path in ("/bitrix/tab/card", "/bitrix/tab/history", ASSIGN):
            assert (await visitor.asks(path)).status_code == 401
        assert (await visitor.sends(ADOPT, {})).status_code == 401


async def test_a_renewed_session_works_like_the_first(office: Office, visitor: Visitor) -> None:
    await office.works()
    answer = await visitor.client.post("/bitrix/session", data={"ID": "7405", "USER": str(DISPATCHER)})
    visitor.session = answer.json()["session"]
    assert "3:22:00" in words(await visitor.asks("/bitrix/tab/card", target="live"))


async def test_assigning_gives_the_ticket_to_the_chosen_person(office: Office, visitor: Visitor) -> None:
    await office.ticket_arrives()
    assert "не назначен" in await visitor.opens()
    panel = await visitor.asks(ASSIGN)
    assert "Вадим Иванов 0 заявок" in words(panel)

    answer = await visitor.sends(ASSIGN, form_of(panel, ASSIGN, agent=str(IVANOV)))

    assert answer.headers["HX-Trigger"] == "ticket-changed"
    ticket = await ticket_of(office)
    assert (ticket.assignee, ticket.meaning) == (IVANOV, Meaning.WORK)
    assert "Вадим Иванов ответственный сейчас 1 заявка" in words(await visitor.asks(ASSIGN))
    assert "назначает ответственного: Вадим Иванов" in words(await visitor.asks("/bitrix/tab/history"))


async def test_people_of_another_department_are_one_click_away(office: Office, visitor: Visitor) -> None:
    await office.ticket_arrives()
    await visitor.opens()
    assert "Анна Петрова" not in words(await visitor.asks(ASSIGN))
    assert "Анна Петрова" in words(await visitor.asks(f"{ASSIGN}?team=20"))


async def test_the_department_of_the_route_stands_first_and_open(office: Office, visitor: Visitor) -> None:
    rule = RoutingRule((("category", ("email",)),), 2, (LINE_2,))
    office.desk = replace(office.desk, routing=Routing((rule,)))
    await office.ticket_arrives()
    await visitor.opens()
    panel = words(await visitor.asks(ASSIGN))
    assert "★ 2-я линия , по правилам 1-я линия Кому назначить" in panel
    assert "Анна Петрова" in panel


async def test_who_is_proposed_or_given_a_ticket_sees_it_though_the_desk_has_no_button_for_them(
    office: Office, visitor: Visitor
) -> None:
    office.desk = replace(office.desk, people=replace(office.desk.people, departments=(LINE_1,)))
    await office.ticket_arrives()
    assert "Нет прав на эту заявку" in await visitor.opens(user=PETROVA)
    await office.does(Assign(TICKET, HEAD, DISPATCHER, team=LINE_2))
    assert "Северный ветер" in await visitor.opens(user=PETROVA)

    rule = RoutingRule((("category", ("email",)),), 2, (LINE_2,))
    office.desk = replace(office.desk, routing=Routing((rule,)))
    await office.ticket_arrives(TicketId("2-7406"))
    assert "Северный ветер" in await visitor.opens(7406, user=PETROVA)


async def test_the_same_form_sent_twice_counts_once(office: Office, visitor: Visitor) -> None:
    await office.ticket_arrives()
    await visitor.opens()
    form = form_of(await visitor.asks(ASSIGN), ASSIGN, agent=str(IVANOV))
    first = await visitor.sends(ASSIGN, form)
    await office.does(Assign(TICKET, PETROVA, DISPATCHER))
    second = await visitor.sends(ASSIGN, form)
    assert (first.status_code, second.status_code) == (200, 200)
    assert (await ticket_of(office)).assignee == PETROVA
    assert (await causes(office)).count(f"page:{form['key']}") == 1


async def test_nobody_overwrites_what_another_person_did_meanwhile(office: Office, visitor: Visitor) -> None:
    await office.ticket_arrives()
    await visitor.opens()
    form = form_of(await visitor.asks(ASSIGN), ASSIGN, agent=str(PETROVA))
    await office.does(Assign(TICKET, IVANOV, HEAD))

    answer = await visitor.sends(ASSIGN, form)

    assert answer.status_code == 409
    assert "Мария Орлова" in words(answer)
    assert (await ticket_of(office)).assignee == IVANOV


async def test_a_form_without_a_choice_comes_back_with_the_reason(office: Office, visitor: Visitor) -> None:
    await office.ticket_arrives()
    await visitor.opens()
    form = form_of(await visitor.asks(ASSIGN), ASSIGN)
    answer = await visitor.sends(ASSIGN, form)
    assert answer.status_code == 422
    assert "Выберите, кому назначить" in words(answer)


async def test_waiting_stops_the_clock_and_work_goes_on(office: Office, visitor: Visitor) -> None:
    await office.works()
    await visitor.opens()
    await visitor.sends(MOVE, form_of(visitor.page, MOVE, stage="waiting"))
    assert (await ticket_of(office)).meaning is Meaning.WAITING
    assert "пауза" in words(await visitor.asks("/bitrix/tab/card", target="live"))

    await visitor.opens()
    await visitor.sends(MOVE, form_of(visitor.page, MOVE, stage="work"))
    assert (await ticket_of(office)).meaning is Meaning.WORK
    seen = words(await visitor.asks("/bitrix/tab/history"))
    assert "Стадия: Ожидание → В работе" in seen


async def test_a_stranger_sees_nothing_and_changes_nothing(office: Office, visitor: Visitor) -> None:
    await office.works()
    seen = await visitor.opens(user=STRANGER)
    assert "Нет прав на эту заявку" in seen
    assert "Северный ветер" not in visitor.page.text
    form = {"key": "0123456789abcdef", "seen": "C5:WORK|11", "stage": "waiting"}
    assert (await visitor.sends(MOVE, form)).status_code == 422
    assert (await visitor.asks("/bitrix/tab/history")).status_code == 422
    assert (await ticket_of(office)).meaning is Meaning.WORK


async def test_people_of_another_department_read_but_do_not_act(office: Office, visitor: Visitor) -> None:
    await office.works()
    seen = await visitor.opens(user=PETROVA)
    assert "3:22:00" in seen
    assert "Назначить" not in seen
    form = {"key": "0123456789abcdef", "seen": "C5:WORK|11", "agent": str(PETROVA)}
    assert (await visitor.sends(ASSIGN, form)).status_code == 422
    assert (await ticket_of(office)).assignee == IVANOV


async def test_a_closed_ticket_can_only_be_opened_again(office: Office, visitor: Visitor) -> None:
    await office.works()
    await office.does(Move(TICKET, "done", DISPATCHER))
    seen = await visitor.opens()
    assert "Заявка закрыта: Успех" in seen
    assert f'hx-get="{ASSIGN}"' not in visitor.page.text

    await visitor.sends(MOVE, form_of(visitor.page, MOVE))

    ticket = await ticket_of(office)
    assert (ticket.meaning, ticket.assignee, ticket.closed_at) == (Meaning.WORK, IVANOV, None)
    assert "Открыта заново: В работе" in words(await visitor.asks("/bitrix/tab/history"))


async def test_spam_that_was_none_is_asked_about_again(office: Office, visitor: Visitor) -> None:
    await office.ticket_arrives()
    await office.does(Move(TICKET, "fail", DISPATCHER))
    assert "Открыть заново" in await visitor.opens()
    await visitor.sends(MOVE, form_of(visitor.page, MOVE))
    assert (await ticket_of(office)).is_unassigned


async def test_a_silent_portal_is_told_of_and_nothing_is_lost(office: Office, visitor: Visitor) -> None:
    await office.works()
    assert "Портал не отвечает" not in await visitor.opens()
    async with office.store.work(office.portal.id) as work:
        await work.session.execute(outbox.update().values(attempts=2))
        await work.commit()
    seen = await visitor.opens()
    assert re.search(r"Портал не отвечает с [\w ,]*\d\d:\d\d, изменения встанут в очередь", seen)
    await visitor.sends(MOVE, form_of(visitor.page, MOVE, stage="waiting"))
    assert (await ticket_of(office)).meaning is Meaning.WAITING


async def test_a_deal_of_another_pipeline_becomes_a_ticket(
    office: Office, visitor: Visitor, portal: SmallPortal
) -> None:
    assert "Сделка не из воронки поддержки" in await visitor.opens(900)
    answer = await visitor.sends(ADOPT, {})
    assert answer.headers["HX-Retarget"] == "#tab"
    assert (portal.deals[900]["categoryId"], portal.deals[900]["stageId"]) == (5, StageCode("C5:NEW"))
    assert "Заявка создаётся" in words(await visitor.asks("/bitrix/tab/card", target="tab"))


async def test_a_second_press_does_not_send_a_ticket_back_to_its_first_stage(
    office: Office, visitor: Visitor, portal: SmallPortal
) -> None:
    portal.deals[7405] = dict(portal.deals[900])
    await office.works()
    await visitor.opens()
    await visitor.sends(ADOPT, {})
    assert portal.deals[7405]["stageId"] == "NEW"


async def test_a_portal_without_rules_says_who_has_to_act(office: Office, visitor: Visitor) -> None:
    office.portal = await install(office.store, member="b2f0", domain="other.bitrix24.ru")
    seen = await visitor.opens()
    assert "Поддержка ещё настраивается" in seen
    assert "frame-ancestors https://other.bitrix24.ru" in visitor.page.headers["Content-Security-Policy"]


async def test_a_ticket_of_one_portal_is_unknown_on_another(office: Office, visitor: Visitor) -> None:
    await office.works()
    office.portal = await install(office.store, member="b2f0", domain="other.bitrix24.ru")
    await publish(office.store, office.portal.id)
    await visitor.opens()
    assert "Северный ветер" not in visitor.page.text
    assert (await visitor.asks("/bitrix/tab/history")).status_code == 422


async def test_the_portals_refusal_is_told_in_its_own_words(
    office: Office, visitor: Visitor, portal: SmallPortal
) -> None:
    portal.refuses = "ACCESS_DENIED"
    await visitor.opens(900)
    answer = await visitor.sends(ADOPT, {})
    assert answer.status_code == 422
    assert "ACCESS_DENIED" in words(answer)


async def test_a_deal_that_is_not_there_and_one_not_saved_yet(office: Office, visitor: Visitor) -> None:
    assert "Сделка удалена" in await visitor.opens(12345)
    assert "Сначала сохраните сделку" in await visitor.opens(0)


async def test_the_history_filters_and_shows_more(office: Office, visitor: Visitor) -> None:
    await office.works()
    await visitor.opens()
    everything = await visitor.asks("/bitrix/tab/history")
    assert "ошибка авторизации SMTP" in words(everything)
    assert "ошибка авторизации SMTP" not in words(await visitor.asks("/bitrix/tab/history?only=system"))
    short = await visitor.asks("/bitrix/tab/history?shown=1")
    assert "Показать ещё" in words(short)
    assert "Показать ещё" not in words(everything)


async def test_what_a_client_wrote_is_text_and_nothing_more(office: Office, visitor: Visitor) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)"> {{ 7*7 }}'
    await office.ticket_arrives(subject=evil, text=evil)
    await visitor.opens()
    answer = await visitor.asks("/bitrix/tab/history")
    assert "<script>alert" not in visitor.page.text + answer.text
    assert "<img" not in answer.text
    assert evil in words_escaped(answer.text)


def words_escaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"')


async def test_the_english_page_has_no_russian_words_of_ours(office: Office, visitor: Visitor) -> None:
    await office.works()
    seen = await visitor.opens(language="en")
    assert "left for the stage, due today 14:04" in seen
    assert "38 min of 4 h" in seen
    for russian in re.findall(r"[А-Яа-яё]{3,}", seen):
        assert russian in DATA, russian


DATA = frozenset(
    re.findall(
        r"\w+",
        "Классификация Ожидание Внутренний запрос Интерпретация обратная связь работе Стандарт Вадим Иванов линия "
        "ООО Северный ветер Ольга Смирнова Не отправляются письма Добрый день утра уходят письма ошибка авторизации",
    )
)
"""Names of the portal and of the desk, and the client's own words."""
