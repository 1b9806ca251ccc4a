"""Settings of SLA rules and calendars in Chromium: keyboard and finger, accessible on both."""

import pytest
from playwright.sync_api import Page, expect
from tests.browser.app.test_app_page import opens
from tests.support.app_site import HeldSite
from tests.support.axe import crowded, violations

pytestmark = pytest.mark.browser
PARTS = ("Правила SLA", "Календари", "Версии")


def settings(page: Page, held: HeldSite, part: str) -> None:
    held.run(held.site.busy_morning())
    opens(page, held)
    page.get_by_role("button", name="Настройки", exact=True).click()
    page.get_by_role("button", name=part, exact=True).click()
    expect(page.get_by_role("button", name=part, exact=True)).to_have_attribute("aria-current", "page")
    page.wait_for_load_state("networkidle")


def test_a_target_goes_from_the_table_through_the_draft_to_every_ticket(quiet: Page, held: HeldSite) -> None:
    settings(quiet, held, "Правила SLA")
    quiet.get_by_role("textbox", name="Стандарт: Решение").fill("6 ч")
    quiet.get_by_role("button", name="Сохранить в черновик").click()
    expect(quiet.get_by_text("Пока не опубликован, ничего не меняет.")).to_be_visible()
    quiet.get_by_role("button", name="Проверить", exact=True).click()
    expect(quiet.get_by_text("Ошибок нет.")).to_be_visible()
    assert violations(quiet) == []
    quiet.get_by_role("button", name="Опубликовать").click()
    expect(quiet.get_by_text("открытые заявки переходят на новые правила")).to_be_visible()
    expect(quiet.get_by_role("textbox", name="Стандарт: Решение")).to_have_value("6 ч")


def test_a_rule_is_moved_and_the_check_says_what_that_breaks(quiet: Page, held: HeldSite) -> None:
    settings(quiet, held, "Правила SLA")
    quiet.get_by_role("row", name="Стандарт").get_by_role("button", name="Выше").click()
    expect(quiet.get_by_text("Пока не опубликован, ничего не меняет.")).to_be_visible()
    quiet.get_by_role("button", name="Проверить", exact=True).click()
    expect(quiet.get_by_text("должно стоять последним")).to_be_visible()
    assert violations(quiet) == []


def test_one_rule_is_opened_and_closed_again(quiet: Page, held: HeldSite) -> None:
    settings(quiet, held, "Правила SLA")
    quiet.get_by_role("button", name="Срочные").click()
    expect(quiet.get_by_role("checkbox", name="Критический")).to_be_checked()
    assert violations(quiet) == []
    quiet.get_by_role("button", name="Все правила").click()
    expect(quiet.get_by_role("textbox", name="Стандарт: Решение")).to_be_visible()


def test_a_wrong_hour_is_told_beside_its_field(quiet: Page, held: HeldSite) -> None:
    settings(quiet, held, "Календари")
    monday = quiet.get_by_role("textbox", name="Пн")
    monday.fill("с утра")
    quiet.get_by_role("button", name="Сохранить в черновик").click()
    expect(quiet.get_by_text("«с утра» не похоже на часы")).to_be_visible()
    expect(monday).to_have_value("с утра")
    expect(monday).to_have_attribute("aria-invalid", "true")
    assert violations(quiet) == []


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_accessible(quiet: Page, held: HeldSite, part: str) -> None:
    settings(quiet, held, part)
    assert violations(quiet) == []


@pytest.mark.parametrize("part", PARTS)
def test_on_a_phone_every_part_fits_a_finger(phone: Page, held: HeldSite, part: str) -> None:
    settings(phone, held, part)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert crowded(phone) == []
    assert violations(phone) == []
