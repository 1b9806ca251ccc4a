"""The deal's card and the application's page in real frames of the portal, on another site."""

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from tests.browser.world.conftest import HeldWorld
from tests.support.axe import crowded, violations

pytestmark = pytest.mark.browser


def tab_of(page: Page, held: HeldWorld, deal: int, who: str = "orlova") -> FrameLocator:
    page.goto(held.at(f"/crm/deal/details/{deal}/", who))
    page.get_by_role("tab", name="Поддержка").click()
    frame = page.frame_locator("iframe[name*='|']")
    frame.locator("body[data-ready]").wait_for()
    return frame


def said(page: Page) -> list[str]:
    """Commands the frame sent and the portal took."""
    return [str(one) for one in page.evaluate("__frameLog.filter((m) => m.direction === 'in').map((m) => m.command)")]


def test_a_change_in_the_tab_moves_the_portals_own_card(quiet: Page, held: HeldWorld) -> None:
    deal = held.client_writes()
    held.run(held.world.settled())
    tab = tab_of(quiet, held, deal)
    tab.get_by_role("button", name="Ожидание").click()
    expect(tab.locator("#sla-title ~ span")).to_have_text("Пауза")
    expect(quiet.get_by_role("button", name="Ожидание", exact=True)).to_have_attribute("aria-current", "step")
    quiet.wait_for_function("__frameLog.some((m) => m.command === 'reloadData')")
    assert {"getInitData", "resizeWindow", "reloadData"} <= set(said(quiet))


def test_the_frame_is_as_high_as_its_content(quiet: Page, held: HeldWorld) -> None:
    deal = held.client_writes()
    held.run(held.world.settled())
    tab = tab_of(quiet, held, deal)
    expect(tab.get_by_text("Заявка поступила")).to_be_visible()
    height = tab.locator("main").evaluate("main => main.getBoundingClientRect().height")
    frame = quiet.locator("iframe[name*='|']")
    quiet.wait_for_function(
        "([one, height]) => Math.abs(one.clientHeight - height) < 4", arg=[frame.element_handle(), height]
    )


def test_people_and_clients_open_in_sliders_of_the_portal(quiet: Page, held: HeldWorld) -> None:
    deal = held.client_writes()
    held.run(held.world.settled())
    tab = tab_of(quiet, held, deal)
    tab.get_by_role("button", name="ООО «Северный ветер»").click()
    card = quiet.frame_locator("dialog.slider iframe")
    expect(card.get_by_role("heading", name="ООО «Северный ветер»")).to_be_visible()
    quiet.get_by_role("button", name="Закрыть").click()
    expect(quiet.locator("dialog.slider")).to_have_count(0)
    assert said(quiet).count("openPath") == 1


def test_a_deal_of_sales_becomes_a_ticket_by_one_press(quiet: Page, held: HeldWorld) -> None:
    tab = tab_of(quiet, held, 3)
    expect(tab.get_by_text("Сделка не из воронки поддержки")).to_be_visible()
    assert violations(quiet.frames[1]) == []
    tab.get_by_role("button", name="Сделать заявкой").click()
    expect(tab.get_by_role("button", name="Назначить")).to_be_visible(timeout=15000)
    expect(quiet.get_by_text("Воронка: Поддержка")).to_be_visible()


def test_somebody_outside_of_the_support_is_told_who_may(quiet: Page, held: HeldWorld) -> None:
    deal = held.client_writes()
    held.run(held.world.settled())
    stranger = held.run(held.world.box.control("POST", "users", {"name": "Пётр", "last_name": "Гость"}))["id"]
    quiet.goto(f"{held.world.box.base_url}/crm/deal/details/{deal}/?tab=main&as={stranger}")
    quiet.get_by_role("tab", name="Поддержка").click()
    tab = quiet.frame_locator("iframe[name*='|']")
    expect(tab.get_by_text("Нет прав на эту заявку")).to_be_visible()
    expect(tab.get_by_text("Северный ветер")).to_have_count(0)


def test_a_closed_deal_is_read_only_until_it_is_opened_again(quiet: Page, held: HeldWorld) -> None:
    deal = held.client_writes()
    held.run(held.world.settled())
    tab = tab_of(quiet, held, deal)
    quiet.get_by_role("button", name="Завершить").click()
    quiet.get_by_role("button", name="Неуспех").click()
    expect(quiet.get_by_role("button", name="Неуспех")).to_have_attribute("aria-current", "step")
    held.run(held.world.settled())
    quiet.reload()
    expect(tab.get_by_text(re.compile("^Заявка закрыта: Неуспех"))).to_be_visible()
    expect(tab.get_by_role("button", name="Назначить")).to_have_count(0)
    tab.get_by_role("button", name="Открыть заново").click()
    expect(tab.get_by_role("button", name="Назначить")).to_be_visible()


def test_the_queue_in_the_left_menu_opens_deals_over_itself(quiet: Page, held: HeldWorld) -> None:
    deal = held.client_writes("Молчит телефония", "Звонки не проходят.")
    held.run(held.world.settled())
    quiet.goto(held.at("/online/"))
    quiet.get_by_role("link", name="Поддержка").click()
    queue = quiet.frame_locator("iframe[name*='|']")
    queue.locator("body[data-ready]").wait_for()
    expect(queue.get_by_text(re.compile("не назначен"), exact=False).first).to_be_visible()
    assert violations(quiet.frames[1]) == []
    queue.get_by_role("link", name="Молчит телефония").click()
    card = quiet.frame_locator("dialog.slider iframe")
    expect(card.get_by_text(f"№ {deal} · Воронка: Поддержка")).to_be_visible()


def test_the_kanban_shows_a_new_request_and_takes_a_card_to_another_stage(quiet: Page, held: HeldWorld) -> None:
    quiet.goto(held.at("/crm/deal/kanban/"))
    deal = held.client_writes("Пропали сделки", "Вчера были.")
    card = quiet.get_by_role("region", name="Классификация").get_by_role("link", name="Пропали сделки")
    card.drag_to(quiet.get_by_role("region", name="В работе"))
    expect(quiet.get_by_role("region", name="В работе").get_by_role("link", name="Пропали сделки")).to_be_visible()
    held.run(held.world.dispatcher.sees(f"Заявка № {deal}. Назначена: Анна Орлова"))
    assert violations(quiet) == []


def test_on_a_phone_the_tab_fits_and_can_be_tapped(phone: Page, held: HeldWorld) -> None:
    deal = held.client_writes()
    held.run(held.world.settled())
    phone.goto(held.at(f"/crm/deal/details/{deal}/"))
    phone.get_by_role("tab", name="Поддержка").tap()
    tab = phone.frame_locator("iframe[name*='|']")
    tab.locator("body[data-ready]").wait_for()
    tab.get_by_role("button", name="Назначить").tap()
    tab.get_by_role("radio", name="Роман Зайцев").tap()
    assert crowded(phone.frames[1]) == []
    tab.locator("#panel").get_by_role("button", name="Назначить").tap()
    expect(tab.get_by_text("Ответственный назначен.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.frames[1].evaluate("document.documentElement.scrollWidth") <= 366
