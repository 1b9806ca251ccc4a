"""What people corrected comes back as hints to whoever writes the rules: on a page, and once a week from Modest."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from b24app.db.jsontext import load
from b24app.db.models import Training
from b24app.db.tables import outbox, timer
from b24app.jobs.inbox import InboxDrain
from b24app.jobs.timers import TimerSweep
from b24app.kit.ids import PipelineId, StageCode, TicketId, UserId
from b24app.tickets.model import Correct, Labels, Move, Observed, Source
from b24app.usecases.apply import apply
from b24app.usecases.rulehints import RULE_HINTS, RuleHints, next_monday
from sqlalchemy import select
from tests.io.install.test_app_page import opened
from tests.io.install.test_settings_page import Page, published, words
from tests.io.install.test_topics_page import draft, presses
from tests.story import Story
from tests.support.install_app import Doors
from tests.support.install_portal import InstallPortal

BOXES = (
    "С утра отвалился кубышкин у менеджера",
    "Отвалился кубышкин бухгалтера, помогите",
    "У директора опять отвалился кубышкин",
)
OTHERS = ("Пропала сделка клиента", "Не вижу воронку продаж", "Дубли контактов в базе", "Карточка компании пустая")


@pytest.fixture
async def page(doors: Doors, portal: InstallPortal) -> Page:
    return Page(doors, await opened(doors, portal))


async def ticket(page: Page, number: int, text: str, *commands: Any, subject: str = "Вопрос") -> None:
    """A ticket with this text, and what people did with it."""
    (portal,) = await page.doors.portals()
    place = portal.settings["pipelines"]["support"]
    stage = StageCode(place["codes"]["triage"])
    facts = replace(Story().facts, pipeline=PipelineId(place["id"]), stage=stage, subject=subject, text=text)
    async with page.doors.service.store.work(portal.id, cause=f"test:{number}") as work:
        for command in (Observed(TicketId(f"2-{number}"), facts), *commands):
            await apply(command, work=work, desk=await work.desk(), now=page.doors.service.clock.now())
        await work.commit()


def corrected(number: int, category: str) -> Correct:
    return Correct(TicketId(f"2-{number}"), Labels(category=category), UserId(1), Source.TAB)


async def boxes_are_corrected(page: Page) -> None:
    for number, text in enumerate(BOXES, start=1):
        await ticket(page, number, text, corrected(number, "email"))
    for number, text in enumerate(OTHERS, start=10):
        await ticket(page, number, text, corrected(number, "crm"))


async def test_without_corrections_there_is_nothing_to_say(page: Page) -> None:
    assert "Подсказывать пока нечего" in words(await page.opens("hints"))
    assert "Считать пока нечего" in words(await page.opens("accuracy"))


async def test_what_the_last_training_brought_is_told_with_its_figures(page: Page) -> None:
    assert "Обучения ещё не было" in words(await page.opens("accuracy"))
    (portal,) = await page.doors.portals()
    async with page.doors.service.store.work(portal.id) as work:
        line = (
            "приоритет: на 40 примерах модель 70,0 % верных (F1 0,60), правила 80,0 % верных (F1 0,75); решают правила"
        )
        await work.models.save(Training(page.doors.service.clock.now(), 40, accepted=False, report=(line,)))
        await work.commit()

    told = words(await page.opens("accuracy"))
    assert "Последнее обучение ничего не изменило" in told
    assert line in told


async def test_a_phrase_of_corrected_tickets_is_added_with_one_tap(page: Page) -> None:
    await boxes_are_corrected(page)
    seen = words(await page.opens("hints"))
    assert "отвалился кубышкин : 3 из 3 ушли в «Почта» № 3 № 2 № 1" in seen
    assert "исправленных людьми среди них 7" in seen

    added = await presses(page, "phrase", name="email", phrase="отвалился кубышкин")
    assert "в черновике" in added
    assert await draft(page) == {
        "base": "builtin",
        "categories": {"email": {"rules": [{"id": "email-own-1", "weight": 3, "any": ["отвалился кубышкин"]}]}},
    }
    run = words(await _run(page))
    assert "Категория: люди исправили в 7; действующие правила согласны в" in run
    assert "лучше" in run
    await page.publishes()
    assert (await published(page))["classification"] is not None
    assert "отвалился кубышкин" not in words(await page.opens("hints"))


async def _run(page: Page) -> Any:
    await page.opens("dryrun")
    return await page.sends("dryrun")


async def test_accuracy_counts_what_was_set_by_itself_and_judged(page: Page) -> None:
    sure = "Не работает телефония, не проходят звонки, АТС недоступна"
    await ticket(page, 1, sure, Move(TicketId("2-1"), "done", UserId(1)), subject="Телефония")
    await ticket(page, 2, sure, corrected(2, "performance"), subject="Телефония")
    await ticket(page, 3, sure, subject="Телефония")
    await ticket(page, 4, "Здравствуйте")
    seen = words(await page.opens("accuracy"))
    assert "50 % верно: 1 из 2 проверенных" in seen
    assert "Телефония Исправленные заявки в «Работа портала»: 1 № 2 Верные заявки № 1 1 1 1 50 %" in seen


async def test_once_a_week_modest_tells_what_is_new_and_nothing_else(page: Page) -> None:
    service = page.doors.service
    hints = RuleHints(service.store, service.clients, service.clock)
    await hints.keep_timers()
    await hints.keep_timers()
    (row,) = await timers(page)
    (portal,) = await page.doors.portals()
    zone = await page.doors.app.state.app_pages.zone(portal.id)
    monday = next_monday(service.clock.now(), ZoneInfo(zone))
    assert row.due_at == monday.timestamp() * 1000

    assert await a_week_passes(page, hints) == []
    await boxes_are_corrected(page)
    (told,) = await a_week_passes(page, hints)
    assert told["to"] == 1
    assert "Фразы из заявок, которых нет в правилах: 1" in told["text"]
    assert "Настройки, Классификация, Подсказки" in told["text"]
    assert await a_week_passes(page, hints) == []


async def timers(page: Page) -> list[Any]:
    async with page.doors.service.store.read() as reading:
        return list(await reading.session.execute(select(timer).where(timer.c.kind == RULE_HINTS)))


async def a_week_passes(page: Page, hints: RuleHints) -> list[dict[str, Any]]:
    """The timer fires, the look is worked off; gives what Modest sends because of it."""
    store, clock = page.doors.service.store, page.doors.service.clock
    before = len(await answers(page))
    clock.passes(days=7)
    assert await TimerSweep(store, {RULE_HINTS: hints.fired}).sweep() >= 1
    drain = InboxDrain(store, {RULE_HINTS: hints.look}, owner="test")
    while claims := await drain.claim(10):
        for claim in claims:
            await drain.work(claim)
    return (await answers(page))[before:]


async def answers(page: Page) -> list[dict[str, Any]]:
    async with page.doors.service.store.read() as reading:
        rows = await reading.session.execute(
            select(outbox.c.effect).where(outbox.c.kind == "answer").order_by(outbox.c.id)
        )
        return [load(row.effect) for row in rows]


def test_the_next_monday_is_never_now() -> None:
    moscow = ZoneInfo("Europe/Moscow")
    monday = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert next_monday(monday, moscow) == datetime(2026, 11, 30, 10, 0, tzinfo=moscow)
    assert next_monday(datetime(2026, 11, 23, 6, 59, tzinfo=UTC), moscow) == datetime(
        2026, 11, 23, 10, 0, tzinfo=moscow
    )
    assert next_monday(datetime(2026, 11, 29, 20, 0, tzinfo=UTC), moscow) == datetime(
        2026, 11, 30, 10, 0, tzinfo=moscow
    )
