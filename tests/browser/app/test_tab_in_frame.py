"""The deal tab in a frame of a portal, in Chromium: clicks, taps, countdown, expired session."""

import re

import pytest
from b24app.kit.ids import UserId
from b24app.pipelines.stages import Meaning
from b24app.tickets.model import Assign
from b24app.ui import Sessions
from playwright.sync_api import Browser, FrameLocator, Page, expect
from tests.story import HEAD, IVANOV, PETROVA, TICKET
from tests.support.axe import crowded, violations
from tests.support.tab_site import TabSite

pytestmark = pytest.mark.browser


def tab(page: Page, site: TabSite) -> FrameLocator:
    page.goto(site.card)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Заявка поступила")).to_be_visible()
    return frame


def test_choosing_a_person_in_the_panel_gives_them_the_ticket(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    frame.get_by_role("button", name="Назначить").click()
    frame.get_by_role("button", name="2-я линия").click()
    frame.get_by_role("radio", name="Анна Петрова").check()
    frame.locator("#panel").get_by_role("button", name="Назначить").click()

    expect(frame.get_by_text("Ответственный назначен.")).to_be_visible()
    expect(frame.locator("#side").get_by_role("button", name="Анна Петрова")).to_be_visible()
    expect(frame.locator("#history").get_by_text("назначает ответственного: Анна Петрова")).to_be_visible()
    assert site.known().assignee == PETROVA
    quiet.wait_for_function("window.reloaded === 1")


def test_waiting_pauses_the_clock_on_the_page_at_once(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    frame.get_by_role("button", name="Ожидание").click()
    expect(frame.locator("#sla-title ~ span")).to_have_text("Пауза")
    expect(frame.get_by_role("button", name="В работе")).to_be_visible()
    assert site.known().meaning is Meaning.WAITING


def test_what_somebody_else_did_meanwhile_is_shown_and_not_overwritten(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    frame.get_by_role("button", name="Назначить").click()
    frame.get_by_role("radio", name="Олег Смирнов").check()
    site.run(site.office.does(Assign(TICKET, PETROVA, HEAD)))
    frame.locator("#panel").get_by_role("button", name="Назначить").click()

    expect(frame.get_by_text("Заявку уже изменил(а) Мария Орлова, вот свежие данные.")).to_be_visible()
    expect(frame.locator("#side").get_by_role("button", name="Анна Петрова")).to_be_visible()
    assert site.known().assignee == PETROVA


def test_an_expired_session_is_renewed_without_a_word(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    site.office.app.state.sessions = Sessions("another secret: no earlier session is valid")
    frame.get_by_role("button", name="Назначить").click()
    expect(frame.get_by_role("radio", name="Олег Смирнов")).to_be_visible()
    assert (site.parent.tokens, site.office.openings) == (1, 2)


def test_a_form_survives_the_end_of_its_session(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    frame.get_by_role("button", name="Назначить").click()
    frame.get_by_role("radio", name="Олег Смирнов").check()
    site.office.app.state.sessions = Sessions("another secret: no earlier session is valid")
    frame.locator("#panel").get_by_role("button", name="Назначить").click()
    expect(frame.get_by_text("Ответственный назначен.")).to_be_visible()
    assert site.known().assignee == UserId(2)


def test_the_countdown_runs_by_itself(quiet: Page, site: TabSite) -> None:
    quiet.clock.install()
    quiet.route("**/bitrix/tab/card", lambda route: route.fulfill(status=204))
    frame = tab(quiet, site)
    figure = frame.locator(".left")
    expect(figure).to_have_text(re.compile(r"^3:2[12]:\d\d$"))  # the page may come late
    quiet.clock.fast_forward("10:00")
    expect(figure).to_have_text(re.compile(r"^3:1[12]:\d\d$"))


def test_the_ledger_stays_open_while_the_card_refreshes(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    frame.get_by_text("Как посчитан срок").click()
    expect(frame.get_by_text("Начало отсчёта").first).to_be_visible()
    frame.get_by_role("button", name="Ожидание").click()
    expect(frame.get_by_role("button", name="В работе")).to_be_visible()
    expect(frame.get_by_text("Начало отсчёта").first).to_be_visible()


def test_the_frame_is_as_high_as_its_content_and_people_open_in_the_portal(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    height = frame.locator("main").evaluate("main => main.getBoundingClientRect().height")
    quiet.wait_for_function(
        "height => Math.abs(document.querySelector('iframe').clientHeight - height) < 40", arg=height
    )
    frame.locator("#side").get_by_role("button", name="Вадим Иванов").click()
    quiet.wait_for_function("window.opened?.length === 1")
    assert f"/company/personal/user/{IVANOV}/" in quiet.evaluate("window.opened[0]")


def test_the_tab_is_accessible_with_ledger_and_panel_open(quiet: Page, site: TabSite) -> None:
    frame = tab(quiet, site)
    inner = quiet.frames[1]
    assert violations(inner) == []
    frame.get_by_text("Как посчитан срок", exact=True).click()
    frame.get_by_role("button", name="Назначить").click()
    expect(frame.get_by_role("radio", name="Олег Смирнов")).to_be_visible()
    assert violations(inner) == []
    frame.get_by_role("button", name="Ожидание").click()
    expect(frame.locator("#sla-title ~ span")).to_have_text("Пауза")
    assert violations(inner) == []


def test_on_a_phone_nothing_is_cut_and_everything_can_be_tapped(browser: Browser, site: TabSite) -> None:
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, device_scale_factor=2, locale="ru-RU"
    )
    page = phone.new_page()
    page.goto(f"{site.app_url}/open")
    form = {"AUTH_ID": "token", "member_id": "b1f0", "PLACEMENT_OPTIONS": '{"ID": "7405"}'}
    page.evaluate(
        """fields => { const form = document.querySelector('form');
        for (const [name, value] of Object.entries(fields)) {
          form.append(Object.assign(document.createElement('input'), { name, value })); }
        form.submit(); }""",
        form,
    )
    page.get_by_role("button", name="Назначить").tap()
    page.get_by_role("radio", name="Олег Смирнов").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert crowded(page) == []
    page.locator("#panel").get_by_role("button", name="Назначить").tap()
    expect(page.get_by_text("Ответственный назначен.")).to_be_visible()
    assert violations(page) == []
    phone.close()
    assert site.known().assignee == UserId(2)
