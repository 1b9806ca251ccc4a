"""The application's page and the page of the installation in Chromium: clicks, taps, a dialog, live progress."""

import pytest
from b24app.kit.ids import UserId
from playwright.sync_api import Page, expect
from tests.support.app_site import HeldSite
from tests.support.axe import crowded, violations

pytestmark = pytest.mark.browser


def opens(page: Page, held: HeldSite, place: str = "app", who: str = "admin", language: str = "ru") -> None:
    page.goto(f"{held.site.opening(place, who)}&language={language}")
    page.get_by_role("button").click()
    page.locator("body[data-ready]").wait_for()


def test_a_dispatcher_assigns_from_the_queue_without_leaving_it(quiet: Page, held: HeldSite) -> None:
    held.run(held.site.busy_morning())
    opens(quiet, held)
    expect(quiet.get_by_text("3 заявки не назначены.")).to_be_visible()
    quiet.get_by_role("button", name="Назначить, № 48222").click()
    dialog = quiet.get_by_role("dialog", name="Назначить")
    dialog.get_by_role("button", name="Разработка").click()
    dialog.get_by_role("radio", name="Ольга Кузнецова").check()
    assert violations(quiet) == []
    dialog.get_by_role("button", name="Назначить", exact=True).click()

    expect(dialog).to_be_hidden()
    expect(quiet.get_by_role("status").get_by_text("Ответственный назначен.")).to_be_visible()
    expect(quiet.get_by_role("row", name="48222").get_by_text("Ольга Кузнецова")).to_be_visible()
    expect(quiet.get_by_text("2 заявки не назначены.")).to_be_visible()
    assert held.run(held.site.assignee(48222)) == UserId(14)


def test_escape_closes_the_dialog_and_gives_the_focus_back(quiet: Page, held: HeldSite) -> None:
    held.run(held.site.busy_morning())
    opens(quiet, held)
    button = quiet.get_by_role("button", name="Назначить, № 48222")
    button.click()
    expect(quiet.get_by_role("dialog")).to_be_visible()
    quiet.keyboard.press("Escape")
    expect(quiet.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_form_without_a_choice_says_so_beside_it(quiet: Page, held: HeldSite) -> None:
    held.run(held.site.busy_morning())
    opens(quiet, held)
    quiet.get_by_role("button", name="Назначить, № 48222").click()
    dialog = quiet.get_by_role("dialog")
    expect(dialog.get_by_role("radio").first).to_be_visible()
    dialog.locator("form").evaluate("form => { form.noValidate = true; htmx.trigger(form, 'submit'); }")
    expect(dialog.get_by_text("Выберите, кому назначить.")).to_be_visible()
    assert violations(quiet) == []


def test_the_installation_is_watched_and_its_people_are_chosen(quiet: Page, held: HeldSite) -> None:
    opens(quiet, held, "install")
    steps = quiet.locator(".checks li")
    expect(steps).to_have_count(8)
    expect(quiet.get_by_text("Готовим портал.")).to_be_visible()
    held.run(held.site.doors.works())
    expect(quiet.get_by_text("Готово. Приложение установлено")).to_be_visible()
    quiet.get_by_role("checkbox", name="Вадим Петров").check()
    quiet.get_by_role("combobox", name="Заместитель").select_option(label="Илья Соколов")
    quiet.get_by_role("button", name="Сохранить").click()
    expect(quiet.get_by_text("Сохранено.")).to_be_visible()
    assert violations(quiet) == []
    assert held.run(held.site.people()) == ((1, 12), 13)


def test_a_failed_step_shows_the_portals_words_and_can_be_repeated(quiet: Page, held: HeldSite) -> None:
    held.site.portal.refuses["crm.category.add"] = "ACCESS_DENIED"
    opens(quiet, held, "install")
    held.run(held.site.doors.works())
    expect(quiet.get_by_text("Так решил портал")).to_be_visible()
    assert violations(quiet) == []
    held.site.portal.refuses.clear()
    quiet.get_by_role("button", name="Повторить").click()
    expect(quiet.get_by_role("button", name="Повторить")).to_be_hidden()
    held.run(held.site.doors.works())
    expect(quiet.get_by_text("Готово. Приложение установлено")).to_be_visible()


@pytest.mark.parametrize("section", ["Очередь", "Настройки", "Диагностика"])
def test_every_section_is_accessible(quiet: Page, held: HeldSite, section: str) -> None:
    held.run(held.site.busy_morning())
    opens(quiet, held)
    quiet.get_by_role("button", name=section, exact=True).click()
    expect(quiet.get_by_role("button", name=section, exact=True)).to_have_attribute("aria-current", "page")
    quiet.wait_for_load_state("networkidle")
    assert violations(quiet) == []


@pytest.mark.parametrize("section", ["Очередь", "Настройки", "Диагностика"])
def test_on_a_phone_every_section_fits_a_finger(phone: Page, held: HeldSite, section: str) -> None:
    held.run(held.site.busy_morning())
    opens(phone, held)
    phone.get_by_role("button", name=section, exact=True).tap()
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert crowded(phone) == []
    assert violations(phone) == []


def test_somebody_who_is_no_administrator_changes_no_settings(quiet: Page, held: HeldSite) -> None:
    held.run(held.site.busy_morning())
    opens(quiet, held, who="agent")
    quiet.get_by_role("button", name="Настройки").click()
    expect(quiet.get_by_text("Настройки меняет администратор портала.")).to_be_visible()
    expect(quiet.get_by_role("button", name="Сохранить")).to_have_count(0)
