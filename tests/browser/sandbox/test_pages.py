"""The portal's own pages: messenger on a desktop and a phone, time, troubles, a customer who writes, the developer's section."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from b24app.sandbox.kernel.access import Caller
from playwright.sync_api import Page, expect
from tests.browser.sandbox.conftest import Install
from tests.support.axe import violations
from tests.support.browser import Site

pytestmark = pytest.mark.browser

KEYBOARD = [
    {"TEXT": "Первая линия", "COMMAND": "t", "COMMAND_PARAMS": "team 1", "BLOCK": "Y", "BG_COLOR_TOKEN": "primary"},
    {"TEXT": "Вторая линия", "COMMAND": "t", "COMMAND_PARAMS": "team 2", "BLOCK": "Y"},
    {"TYPE": "NEWLINE"},
    {"TEXT": "Спам", "COMMAND": "t", "COMMAND_PARAMS": "spam", "BG_COLOR_TOKEN": "alert"},
    {"TEXT": "Открыть", "LINK": "/crm/deal/details/1/"},
]


@pytest.fixture
def bot(site: Site, install: Install) -> Callable[..., Any]:
    """A bot that wrote to the first person; gives a way to call methods as its application."""
    app = install()

    def call(method: str, **params: Any) -> Any:
        return site.run(lambda: site.portal.call(method, params, Caller(1, app, unlimited=True)).result)

    number = call("imbot.v2.Bot.register", fields={"code": "modest", "properties": {"name": "Модест"}})["bot"]["id"]
    call("imbot.v2.Command.register", botId=number, fields={"command": "t", "hidden": True})
    message = {"message": "[b]Новая заявка № 7[/b]\nНе печатает", "keyboard": KEYBOARD}
    call("imbot.v2.Chat.Message.send", botId=number, dialogId="1", fields=message)
    return lambda method, **params: call(method, botId=number, **params)


def test_a_button_stands_under_the_message_and_waits_after_a_press(
    quiet: Page, site: Site, bot: Callable[..., Any]
) -> None:
    quiet.goto(f"{site.url}/online/")
    quiet.get_by_role("link", name="Модест").click()
    button = quiet.get_by_role("button", name="Первая линия")
    bubble, key = quiet.locator(".bubble").bounding_box(), button.bounding_box()
    assert bubble is not None
    assert key is not None
    assert key["y"] >= bubble["y"] + bubble["height"]
    assert violations(quiet) == []

    button.click()

    expect(button).to_be_disabled()
    (event,) = [one for one in bot("imbot.v2.Event.get")["events"] if one["type"] == "ONIMBOTV2COMMANDADD"]
    assert event["data"]["command"]["params"] == "team 1"
    bot("imbot.v2.Chat.Message.update", messageId=event["data"]["message"]["id"], fields={"message": "Назначена"})
    expect(quiet.get_by_role("log").get_by_text("Назначена")).to_be_visible()


def test_on_a_phone_buttons_are_as_large_as_a_finger(phone: Page, site: Site, bot: Callable[..., Any]) -> None:
    phone.goto(f"{site.url}/online/")
    phone.get_by_role("link", name="Модест").tap()
    for name in ("Первая линия", "Спам"):
        box = phone.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["height"] >= 44
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(phone) == []
    phone.get_by_role("button", name="Спам").tap()
    expect(phone.get_by_role("button", name="Спам")).to_be_enabled()  # it does not block
    assert bot("imbot.v2.Event.get")["events"][-1]["data"]["command"]["params"] == "spam"


def test_colleagues_write_to_each_other(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/online/?IM_DIALOG=2")
    quiet.get_by_role("textbox", name="Сообщение").fill("Привет, [b]Мария[/b] <script>")
    quiet.keyboard.press("Enter")
    expect(quiet.get_by_role("log").get_by_text("Привет, Мария <script>")).to_be_visible()
    quiet.goto(f"{site.url}/online/?as=2")
    expect(quiet.get_by_role("link", name="Администратор Портала").get_by_text("1", exact=True)).to_be_visible()


def test_the_panel_moves_time(quiet: Page, site: Site) -> None:
    site.run(lambda: site.portal.clock.run_at(0))
    before = site.run(site.portal.now)
    quiet.goto(f"{site.url}/time/")
    assert violations(quiet) == []
    quiet.get_by_role("button", name="+5 мин").click()
    expect(quiet.get_by_text("Время переведено")).to_be_visible()
    assert (site.run(site.portal.now) - before).total_seconds() == 300
    quiet.get_by_role("button", name="×60", exact=True).click()
    expect(quiet.get_by_role("button", name="×60", exact=True)).to_have_attribute("aria-pressed", "true")


def test_troubles_are_switched_on_the_page(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/time/faults/")
    assert violations(quiet) == []
    quiet.get_by_label("503 QUERY_LIMIT_EXCEEDED, раз").fill("2")
    quiet.get_by_label("Придержать все").check()
    with quiet.expect_navigation():
        quiet.get_by_role("button", name="Применить").click()
    faults = site.run(site.portal.faults.as_dict)
    assert (faults["http_503_times"], faults["events_held"], faults["down"]) == (2, True, False)


def test_tokens_are_taken_back_and_the_portal_moves_on_the_page(quiet: Page, site: Site, install: Install) -> None:
    app = install()

    def tokens() -> list[int]:
        return [row["EXPIRES"] for row in site.portal.table("token") if row["APP_ID"] == app]

    site.run(lambda: site.portal.issue_tokens(site.portal.apps.get(app) or {}, 1))
    quiet.goto(f"{site.url}/time/faults/")
    with quiet.expect_navigation():
        quiet.get_by_role("button", name="Сделать просроченными").last.click()
    assert set(site.run(tokens)) == {0}
    with quiet.expect_navigation():
        quiet.get_by_role("button", name="Отозвать").last.click()
    assert site.run(tokens) == []

    quiet.get_by_label("Сотрудники видят в CRM").select_option(label="только своё")
    with quiet.expect_navigation():
        quiet.get_by_role("button", name="Применить").click()
    assert site.run(lambda: site.portal.faults.crm_rights) == "own"

    quiet.get_by_role("button", name="Переехать на").click()
    quiet.wait_for_url(re.compile(r"http://127\.0\.0\.1:\d+/time/faults/"))
    quiet.goto(f"{site.url}/time/")
    assert quiet.url.startswith("http://127.0.0.1:")


def test_a_customer_writes_and_the_deal_opens(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/time/letter/")
    assert violations(quiet) == []
    quiet.get_by_label("Тема").fill("Не печатает")
    quiet.get_by_role("textbox", name="Текст").fill("Принтер молчит")
    quiet.get_by_role("button", name="Отправить").click()
    quiet.get_by_role("link", name="Создана сделка").click()
    expect(quiet.get_by_role("heading", name="Не печатает")).to_be_visible()


def test_an_integrator_registers_an_application_and_installs_it(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/devops/")
    assert violations(quiet) == []
    quiet.get_by_label("Название", exact=True).fill("Поддержка")
    quiet.get_by_label("Путь вашего обработчика").fill(f"{site.app_url}/app/main")
    quiet.get_by_label("Путь для первоначальной установки").fill(f"{site.app_url}/app/install")
    quiet.get_by_label("Название пункта меню").fill("Поддержка")
    quiet.get_by_role("button", name="Сохранить", exact=True).click()

    quiet.wait_for_url("**/marketplace/app/1/")
    frame = quiet.frame_locator("iframe.frame")
    expect(frame.get_by_role("heading", name="DEFAULT")).to_be_visible()
    assert site.posts[-1]["APPLICATION_SCOPE"].startswith("bizproc,calendar,crm,")
    quiet.frames[-1].evaluate("() => { window.b24.then((b24) => b24.installFinish()); }")
    quiet.wait_for_url("**install_finished=Y**")
    expect(quiet.get_by_role("navigation", name="Разделы портала").get_by_text("Поддержка")).to_be_visible()


def test_the_developers_section_is_closed_to_employees(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/devops/?as=2")
    expect(quiet.get_by_text("доступен администратору")).to_be_visible()
