"""Settings of classification in Chromium: from a phrase through the test box and the dry run to publication."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.app.test_settings import settings
from tests.support.app_site import HeldSite
from tests.support.axe import crowded, violations

pytestmark = pytest.mark.browser
SECTIONS = (
    "Категории",
    "Приоритет",
    "Маршруты",
    "Слова",
    "YAML",
    "Проверить на тексте",
    "Прогон по заявкам",
    "Подсказки",
    "Точность",
)


def topics(page: Page, held: HeldSite, section: str = "Категории") -> None:
    settings(page, held, "Классификация")
    if section != "Категории":
        opens(page, section)


def opens(page: Page, section: str) -> None:
    page.get_by_role("button", name=section, exact=True).click()
    expect(page.get_by_role("button", name=section, exact=True)).to_have_attribute("aria-current", "page")
    page.wait_for_load_state("networkidle")


def test_a_phrase_is_added_tried_run_over_the_past_and_published(quiet: Page, held: HeldSite) -> None:
    topics(quiet, held)
    quiet.get_by_role("button", name="Задачи и проекты", exact=True).click()
    quiet.get_by_text("Новое правило").click()
    quiet.locator("details[id^=new-]").get_by_role("textbox", name="Фразы").fill("заело кофемашину")
    quiet.get_by_role("button", name="Сохранить в черновик").last.click()
    expect(quiet.get_by_text("Пока не опубликован, ничего не меняет.")).to_be_visible()
    expect(quiet.get_by_text("tasks-own-1")).to_be_visible()
    assert violations(quiet) == []

    opens(quiet, "Проверить на тексте")
    quiet.get_by_role("textbox", name="Текст обращения").fill("С утра заело кофемашину. Вопрос не про почту.")
    quiet.get_by_role("button", name="Проверить текст").click()
    expect(quiet.get_by_role("heading", name="Почему победила эта категория")).to_be_visible()
    expect(quiet.locator("mark.category")).to_have_text("заело кофемашину")
    assert violations(quiet) == []

    opens(quiet, "Прогон по заявкам")
    quiet.get_by_role("button", name="Прогнать").click()
    expect(quiet.get_by_role("heading", name="Изменились бы")).to_be_visible()
    assert violations(quiet) == []

    quiet.get_by_role("button", name="Опубликовать").click()
    expect(quiet.get_by_text("Действует с этой минуты")).to_be_visible()


def test_a_hint_goes_into_the_draft_with_one_tap_and_accuracy_leads_to_tickets(quiet: Page, held: HeldSite) -> None:
    settings(quiet, held, "Классификация")
    (portal,) = held.run(held.site.doors.portals())
    held.run(held.site.taught(portal.id))
    opens(quiet, "Подсказки")
    assert violations(quiet) == []
    quiet.get_by_role("button", name="Добавить в черновик: отвалился ящик").click()
    expect(quiet.get_by_text("Пока не опубликован, ничего не меняет.")).to_be_visible()
    expect(quiet.get_by_text("в черновике", exact=True)).to_be_visible()
    opens(quiet, "Точность")
    quiet.get_by_text("Верные заявки").click()
    expect(quiet.get_by_role("link", name="№ 48311")).to_have_attribute("href", re.compile("/crm/deal/details/48311/$"))
    assert violations(quiet) == []


def test_a_broken_phrase_is_told_at_its_field(quiet: Page, held: HeldSite) -> None:
    topics(quiet, held)
    quiet.get_by_role("button", name="Почта", exact=True).click()
    quiet.get_by_text("Новое правило").click()
    quiet.locator("details[id^=new-]").get_by_role("textbox", name="Фразы").fill("ящик (отвалился")
    quiet.get_by_role("button", name="Сохранить в черновик").last.click()
    expect(quiet.get_by_text("скобка не закрыта")).to_be_visible()
    assert violations(quiet) == []


def test_a_search_finds_the_rule_of_a_word(quiet: Page, held: HeldSite) -> None:
    topics(quiet, held)
    quiet.get_by_role("searchbox", name="Найти фразу в правилах").fill("воксимплант")
    expect(quiet.get_by_text("telephony-1")).to_be_visible()
    expect(quiet.get_by_role("searchbox")).to_be_focused()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_accessible(quiet: Page, held: HeldSite, section: str) -> None:
    topics(quiet, held, section)
    assert violations(quiet) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_on_a_phone_every_section_fits_a_finger(phone: Page, held: HeldSite, section: str) -> None:
    topics(phone, held, section)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert crowded(phone) == []
    assert violations(phone) == []


def test_on_a_phone_a_category_fits_too(phone: Page, held: HeldSite) -> None:
    topics(phone, held)
    phone.get_by_role("button", name="Почта", exact=True).tap()
    phone.locator("details.rule > summary").first.tap()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert crowded(phone) == []
    assert violations(phone) == []
