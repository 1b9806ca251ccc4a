"""What the request is about, on the deal tab in Chromium: marked words, one tap, a phone, no barrier."""

import pytest
from b24app.tickets.model import Axis
from playwright.sync_api import Browser, FrameLocator, Page, expect
from tests.support.axe import crowded, violations
from tests.support.tab_site import TabSite

pytestmark = pytest.mark.browser


def tab(page: Page, site: TabSite) -> FrameLocator:
    page.goto(site.card)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Заявка поступила")).to_be_visible()
    return frame


def test_two_taps_put_a_wrong_category_right_without_a_reload(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    frame.get_by_text("Почему так").click()
    expect(frame.locator("#sorting mark").first).to_be_visible()
    frame.get_by_role("button", name="Исправить").click()
    frame.get_by_role("button", name="Интеграции и 1С").click()

    expect(frame.get_by_text("Записано: сделка и срок обновятся.")).to_be_visible()
    expect(frame.locator("#sorting .card-head")).to_contain_text("Интеграции и 1С")
    expect(frame.locator("#sorting .set-by")).to_contain_text("было «Почта»")
    expect(frame.locator("#history").get_by_text("→ «Интеграции и 1С»")).to_be_visible()
    expect(frame.locator("#side")).to_contain_text("2-я")
    kept = site.known().correction(Axis.CATEGORY)
    assert kept is not None
    assert kept.label == "integration"


def test_the_panel_and_the_reasons_have_no_barrier(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    inner = quiet.frames[-1]
    frame.get_by_text("Почему так").click()
    frame.get_by_role("button", name="Исправить").click()
    expect(frame.get_by_label("Приоритет", exact=True)).to_be_visible()
    assert violations(inner) == []
    frame.get_by_label("Приоритет", exact=True).select_option("critical")
    frame.get_by_role("button", name="Сохранить").click()
    expect(frame.locator("#side").get_by_text("Критический")).to_be_visible()
    assert violations(inner) == []


def test_on_a_phone_everything_can_be_tapped(browser: Browser, site: TabSite) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = context.new_page()
    frame = tab(page, site)
    frame.get_by_role("button", name="Исправить").tap()
    expect(frame.get_by_role("button", name="Телефония")).to_be_visible()
    assert crowded(page.frames[-1]) == []
    frame.get_by_role("button", name="Телефония").tap()
    expect(frame.locator("#sorting .card-head")).to_contain_text("Телефония")
    context.close()
