"""A request becomes an assigned ticket under a thumb, and the deal's card shows it: the main job in Chromium."""

import pytest
from playwright.sync_api import Page, expect
from tests.browser.world.conftest import HeldWorld
from tests.support.axe import crowded, violations

pytestmark = pytest.mark.browser


def test_two_taps_on_a_phone_and_the_card_shows_who_and_until_when(phone: Page, quiet: Page, own: HeldWorld) -> None:
    phone.goto(own.at("/online/"))
    deal = own.client_writes()
    phone.get_by_role("link", name="Модест").tap()
    message = phone.get_by_role("article").filter(has_text=f"№ {deal}")
    message.get_by_role("button", name="1-я линия").tap()
    message.get_by_role("button", name="Вадим Петров").tap()
    expect(message.get_by_text("Назначена: Вадим Петров")).to_be_visible()
    expect(message.get_by_role("button", name="Вадим Петров")).to_have_count(0)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert crowded(phone) == []

    own.run(own.world.settled())
    assert own.deal(deal)["assignedById"] == own.world.people["petrov"]
    quiet.goto(own.at(f"/crm/deal/details/{deal}/"))
    expect(quiet.get_by_role("button", name="В работе")).to_have_attribute("aria-current", "step")
    quiet.get_by_role("tab", name="Поддержка").click()
    frame = quiet.frame_locator("iframe[name*='|']")
    expect(frame.locator("#side").get_by_role("button", name="Вадим Петров")).to_be_visible()
    expect(frame.get_by_text("осталось на стадию")).to_be_visible()
    expect(frame.get_by_role("timer").first).to_be_visible()
    assert violations(quiet.frames[1]) == []
