"""From an empty portal to the first ticket, as an integrator and an administrator do it in a browser."""

import pytest
from playwright.sync_api import Page, expect
from tests.browser.world.conftest import HeldWorld
from tests.support.axe import violations

pytestmark = pytest.mark.browser


def test_the_portal_is_told_as_soon_as_everything_is_bound(quiet: Page, bare: HeldWorld) -> None:
    number = bare.world.app.id
    quiet.goto(bare.at(f"/marketplace/app/{number}/"))
    page = quiet.frame_locator("iframe[name*='|']")
    expect(page.get_by_role("heading", name="Установка")).to_be_visible()
    expect(page.locator(".checks li")).to_have_count(8)
    quiet.wait_for_url("**install_finished=Y**", timeout=30000)
    expect(page.get_by_text("Очередь пуста")).to_be_visible()
    assert violations(quiet.frames[1]) == []
    deal = bare.client_writes()
    bare.run(bare.world.settled())
    quiet.reload()
    expect(page.get_by_role("row", name=f"{deal}")).to_be_visible()


def test_a_forgotten_right_is_named_and_the_step_is_repeated(quiet: Page, bare: HeldWorld) -> None:
    box, number = bare.world.box, bare.world.app.id
    rights = bare.run(box.control("GET", f"apps/{number}"))["scopes"]
    bare.run(box.control("POST", f"apps/{number}", {"scopes": [one for one in rights if one != "imbot"]}))
    quiet.goto(bare.at(f"/marketplace/app/{number}/"))
    page = quiet.frame_locator("iframe[name*='|']")
    expect(page.locator("[data-step=rights] .why")).to_contain_text("imbot")
    assert violations(quiet.frames[1]) == []
    bare.run(box.control("POST", f"apps/{number}", {"scopes": rights}))
    page.get_by_role("button", name="Повторить").click()
    quiet.wait_for_url("**install_finished=Y**", timeout=30000)


def test_somebody_who_may_not_install_sees_who_may(quiet: Page, bare: HeldWorld) -> None:
    quiet.goto(bare.at(f"/marketplace/app/{bare.world.app.id}/", "petrov"))
    expect(quiet.get_by_text("Установку завершит администратор портала.")).to_be_visible()


def test_people_are_chosen_on_the_settings_and_modest_asks_the_new_dispatcher(quiet: Page, own: HeldWorld) -> None:
    quiet.goto(own.at("/online/"))
    quiet.get_by_role("link", name="Поддержка").click()
    page = quiet.frame_locator("iframe[name*='|']")
    page.locator("body[data-ready]").wait_for()
    page.get_by_role("button", name="Настройки").click()
    page.get_by_role("checkbox", name="Анна Орлова").uncheck()
    page.get_by_role("checkbox", name="Динара Ахметова").check()
    page.get_by_role("combobox", name="Заместитель").select_option(label="Анна Орлова")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Сохранено.")).to_be_visible()
    assert violations(quiet.frames[1]) == []

    deal = own.client_writes()
    quiet.goto(own.at(own.modest, "akhmetova"))
    expect(quiet.get_by_role("article").filter(has_text=f"№ {deal}")).to_be_visible()
