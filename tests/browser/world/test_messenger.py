"""The messenger as people use it: fresh messages, counters, one message with live buttons, cards in sliders."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.world.conftest import HeldWorld
from tests.support.axe import violations

pytestmark = pytest.mark.browser
DEPARTMENT = re.compile("1-я линия")


def about(page: Page, deal: int) -> Locator:
    """Modest's messages about a ticket."""
    return page.get_by_role("article").filter(has_text=re.compile(rf"№ {deal}\b"))


def test_a_reminder_comes_by_itself_and_the_message_before_it_goes(quiet: Page, held: HeldWorld) -> None:
    quiet.goto(held.at(held.modest))
    deal = held.client_writes()
    expect(about(quiet, deal).get_by_text("Новая заявка")).to_be_visible()

    held.passes(minutes=6)

    expect(about(quiet, deal).get_by_text("ждёт назначения 6 мин")).to_be_visible()
    expect(about(quiet, deal).get_by_text("Новая заявка")).to_have_count(0)
    expect(about(quiet, deal).get_by_role("button", name=DEPARTMENT)).to_have_count(1)
    assert violations(quiet) == []


def test_a_message_nobody_has_read_is_counted_on_every_page(quiet: Page, held: HeldWorld) -> None:
    quiet.goto(held.at(held.modest))
    expect(quiet.locator("[data-unread]")).to_be_hidden()
    quiet.goto(held.at("/crm/deal/kanban/"))
    deal = held.client_writes()
    expect(quiet.locator("[data-unread]")).to_have_text("1")
    quiet.get_by_role("link", name="Новое сообщение в мессенджере").click()
    row = quiet.get_by_role("link", name="Модест")
    expect(row.get_by_label("непрочитанных: 1")).to_be_visible()
    row.click()
    expect(about(quiet, deal)).to_be_visible()
    expect(row.get_by_label("непрочитанных")).to_have_count(0)
    expect(quiet.locator("[data-unread]")).to_be_hidden()


def test_buttons_wait_for_the_answer_and_lead_back(quiet: Page, held: HeldWorld) -> None:
    deal = held.client_writes()
    quiet.goto(held.at(held.modest))
    message = about(quiet, deal)
    message.get_by_role("button", name=DEPARTMENT).click()
    expect(message.get_by_text("Кому назначить?")).to_be_visible()
    message.get_by_role("button", name="Назад").click()
    expect(message.get_by_text("В какой отдел?")).to_be_visible()
    message.get_by_role("button", name=DEPARTMENT).click()
    message.get_by_role("button", name="Мне").click()
    expect(message.get_by_text("Назначена: Анна Орлова (себе)")).to_be_visible()


def test_the_specialist_accepts_on_a_phone(phone: Page, held: HeldWorld) -> None:
    deal = held.client_writes()
    held.run(held.world.settled())
    held.run(assign(held, deal))
    phone.goto(held.at(held.modest, "petrov"))
    message = about(phone, deal)
    message.get_by_role("button", name="Принял").tap()
    expect(message.get_by_text("Принято, заявка у вас.")).to_be_visible()
    expect(message.get_by_role("button", name="Принял")).to_have_count(0)
    expect(message.get_by_role("link", name="Открыть")).to_be_visible()
    box = message.get_by_role("button", name="Передать другому").bounding_box()
    assert box is not None
    assert box["height"] >= 44


async def assign(held: HeldWorld, deal: int) -> None:
    message = await held.world.dispatcher.sees(f"№ {deal}")
    await message.tap("1-я линия")
    await message.becomes("Кому назначить?")
    await message.tap("Вадим Петров")
    await message.becomes("Назначена")


def test_the_card_opens_over_the_talk_and_its_tab_works_there(quiet: Page, held: HeldWorld) -> None:
    deal = held.client_writes()
    quiet.goto(held.at(held.modest))
    about(quiet, deal).get_by_role("link", name="Открыть").click()
    card = quiet.frame_locator("dialog.slider iframe")
    card.get_by_role("tab", name="Поддержка").click()
    tab = card.frame_locator("iframe[name*='|']")
    tab.locator("body[data-ready]").wait_for()
    tab.get_by_role("button", name="Назначить").click()
    tab.get_by_role("radio", name="Роман Зайцев").check()
    tab.locator("#panel").get_by_role("button", name="Назначить").click()
    expect(tab.get_by_text("Ответственный назначен.")).to_be_visible()
    expect(card.get_by_role("button", name="В работе")).to_have_attribute("aria-current", "step")
    quiet.get_by_role("button", name="Закрыть").click()
    expect(about(quiet, deal).get_by_text("Назначена: Роман Зайцев")).to_be_visible()


def test_words_to_modest_are_answered(quiet: Page, held: HeldWorld) -> None:
    held.client_writes()
    quiet.goto(held.at(held.modest))
    quiet.get_by_role("textbox", name="Сообщение").fill("Привет")
    quiet.get_by_role("button", name="Отправить").click()
    expect(quiet.get_by_role("article").get_by_text("Я Модест.")).to_be_visible()
