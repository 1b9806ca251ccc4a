"""The portal's side of an application's frame, held to the official JS SDK of the pinned version (platform.md 6.8)."""

from typing import Any

import pytest
from b24app.sandbox.kernel.access import Caller
from playwright.sync_api import Frame, Page, expect
from tests.browser.sandbox.conftest import Install
from tests.support.browser import Site

pytestmark = pytest.mark.browser


def inside(page: Page, selector: str) -> Frame:
    """What an iframe of the portal's page shows."""
    element = page.wait_for_selector(selector, state="attached")
    frame = element.content_frame() if element else None
    assert frame is not None
    return frame


def opened(page: Page, site: Site, address: str) -> Frame:
    """The application's frame on a page of the portal, when the SDK has started in it."""
    page.goto(f"{site.url}{address}")
    frame = inside(page, "iframe.frame")
    frame.wait_for_function("window.b24")
    return frame


def ask(frame: Frame, script: str) -> Any:
    """Run a piece of the SDK in the frame: `b24` is the started instance."""
    return frame.evaluate(f"async () => {{ const b24 = await window.b24; return {script}; }}")


def test_the_sdk_starts_and_knows_whose_token_it_has(quiet: Page, site: Site, install: Install) -> None:
    number = install()

    frame = opened(quiet, site, f"/marketplace/app/{number}/")

    auth = ask(frame, "b24.auth.getAuthData()")
    assert auth["domain"] == site.url
    assert auth["member_id"] == site.portal.member_id
    assert ask(frame, "b24.auth.isAdmin") is True
    assert ask(frame, "b24.placement.isDefault") is True
    assert ask(frame, "b24.isInstallMode") is False
    assert site.posts[-1]["APPLICATION_TOKEN"] == site.portal.apps.get(number)["TOKEN"]  # type: ignore[index]  # it exists


def test_an_installation_ends_with_install_finish_and_never_comes_again(
    quiet: Page, site: Site, install: Install
) -> None:
    number = install(install=f"{site.app_url}/app/install")
    frame = opened(quiet, site, f"/marketplace/app/{number}/")
    assert ask(frame, "b24.isInstallMode") is True

    frame.evaluate("() => { window.b24.then((b24) => b24.installFinish()); }")

    quiet.wait_for_url("**install_finished=Y**")
    frame = inside(quiet, "iframe.frame")
    frame.wait_for_url("**/app/main**")
    frame.wait_for_function("window.b24")
    assert ask(frame, "b24.isInstallMode") is False
    assert site.run(lambda: dict(site.portal.apps.get(number) or {}))["INSTALLED"] is True


def test_an_employee_sees_that_the_installation_is_not_finished(page: Page, site: Site, install: Install) -> None:
    number = install(install=f"{site.app_url}/app/install")
    page.goto(f"{site.url}/marketplace/app/{number}/?as=2")
    expect(page.get_by_text("установлено не полностью", exact=False).first).to_be_visible()
    assert site.posts == []


def test_calls_and_batches_with_references(quiet: Page, site: Site, install: Install) -> None:
    frame = opened(quiet, site, f"/marketplace/app/{install()}/")

    one = ask(frame, "(await b24.actions.v2.call.make({ method: 'profile' })).getData().result")
    many = ask(
        frame,
        """(await b24.actions.v2.batch.make({ calls: {
            me: { method: 'user.current' },
            same: { method: 'user.get', params: { FILTER: { ID: '$result[me][ID]' } } },
        } })).getData()""",
    )

    assert one["ID"] == "1"
    assert many["me"]["ID"] == many["same"][0]["ID"] == "1"


def test_an_expired_token_is_renewed_by_the_portal_and_the_call_repeated(
    page: Page, site: Site, install: Install
) -> None:
    frame = opened(page, site, f"/marketplace/app/{install()}/?expired=1")
    assert ask(frame, "(await b24.actions.v2.call.make({ method: 'profile' })).getData().result")["ID"] == "1"
    log = page.evaluate("window.__frameLog.map((one) => one.command)")
    assert "refreshAuth" in log


def test_the_frame_grows_with_its_page(quiet: Page, site: Site, install: Install) -> None:
    frame = opened(quiet, site, f"/marketplace/app/{install()}/")
    ask(frame, "await b24.parent.fitWindow()")
    box = quiet.locator("iframe.frame").bounding_box()
    assert box is not None
    assert box["height"] >= 700


def test_options_of_the_application_and_of_the_person(quiet: Page, site: Site, install: Install) -> None:
    frame = opened(quiet, site, f"/marketplace/app/{install()}/")
    ask(frame, "await b24.options.appSet('colour', 'green')")
    ask(frame, "await b24.options.userSet('view', 'list')")
    assert ask(frame, "(await b24.actions.v2.call.make({ method: 'app.option.get' })).getData().result") == {
        "colour": "green"
    }
    assert ask(frame, "(await b24.actions.v2.call.make({ method: 'user.option.get' })).getData().result") == {
        "view": "list"
    }


def test_a_page_of_the_application_opens_in_a_slider_with_its_parameters(
    quiet: Page, site: Site, install: Install
) -> None:
    frame = opened(quiet, site, f"/marketplace/app/{install()}/")
    frame.evaluate(
        "() => { window.closed = window.b24.then((b24) => b24.slider.openSliderAppPage({ place: 'report' })); }"
    )

    inner = inside(quiet, "dialog.slider iframe.frame")
    inner.wait_for_function("window.b24")
    assert ask(inner, "b24.placement.options") == {"place": "report"}
    quiet.get_by_role("button", name="Закрыть").click()
    frame.evaluate("async () => { await window.closed; }")


def test_the_page_may_answer_behind_a_redirect(quiet: Page, site: Site, install: Install) -> None:
    frame = opened(quiet, site, f"/marketplace/app/{install(handler=f'{site.app_url}/app/clean')}/")
    assert ask(frame, "(await b24.actions.v2.call.make({ method: 'profile' })).getData().result")["ID"] == "1"


# --- inside the portal's cards


@pytest.fixture
def deal(site: Site, install: Install) -> int:
    """A deal with the application's tab and a field of the application's own type."""
    app = install()

    def make() -> int:
        caller = Caller(1, app, unlimited=True)
        tab = {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": f"{site.app_url}/app/tab", "TITLE": "Заявка"}
        site.portal.call("placement.bind", tab, caller)
        site.portal.call("userfieldtype.add", {"USER_TYPE_ID": "sla", "HANDLER": f"{site.app_url}/app/field"}, caller)
        field = {"FIELD_NAME": "SLA", "USER_TYPE_ID": f"rest_{app}_sla", "LABEL": "Срок"}
        site.portal.call("crm.deal.userfield.add", {"fields": field}, caller)
        return int(site.portal.call("crm.deal.add", {"fields": {"TITLE": "Заявка"}}, caller).result)

    return site.run(make)


def tab(page: Page, site: Site, deal: int) -> Frame:
    page.goto(f"{site.url}/crm/deal/details/{deal}/")
    page.get_by_role("tab", name="Заявка").click()
    frame = inside(page, "[data-pane^=app] iframe.frame")
    frame.wait_for_function("window.b24")
    return frame


def test_a_tab_knows_its_deal_and_reloads_the_card(quiet: Page, site: Site, deal: int) -> None:
    frame = tab(quiet, site, deal)
    assert ask(frame, "b24.placement.placement") == "CRM_DEAL_DETAIL_TAB"
    assert ask(frame, "b24.placement.options")["ID"] == str(deal)
    assert ask(frame, "await b24.placement.getInterface()") == {"command": ["reloadData"], "event": []}
    changed = {"id": deal, "fields": {"TITLE": "Переименована"}}
    site.run(lambda: site.portal.call("crm.deal.update", changed, Caller(1, unlimited=True)))

    ask(frame, "await b24.placement.call('reloadData')")

    expect(quiet.get_by_role("heading", name="Переименована")).to_be_visible()


def test_a_path_of_the_portal_opens_in_a_slider_and_tells_of_its_end(quiet: Page, site: Site, deal: int) -> None:
    frame = tab(quiet, site, deal)
    frame.evaluate(
        "(id) => { window.opened = window.b24.then((b24) => b24.slider.openPath(b24.slider.getUrl(`/crm/deal/details/${id}/`))); }",
        deal,
    )
    expect(quiet.locator("dialog.slider")).to_be_visible()
    quiet.get_by_role("button", name="Закрыть").click()
    closed = frame.evaluate("async () => await window.opened")
    assert (closed["isClose"], closed["isOpenAtNewWindow"]) == (True, False)


def test_a_value_of_a_field_may_hold_colons(quiet: Page, site: Site, deal: int) -> None:
    quiet.goto(f"{site.url}/crm/deal/details/{deal}/")
    frame = inside(quiet, "[data-pane=main] iframe.frame")
    frame.wait_for_function("window.b24")
    assert ask(frame, "b24.placement.options")["FIELD_NAME"] == "UF_CRM_SLA"
    ask(frame, "await b24.placement.setValue({ a: 'x:y', b: '{:}' })")
    assert ask(frame, "await b24.placement.call('getValue')") == {"a": "x:y", "b": "{:}"}


def test_an_employee_is_chosen_on_the_portals_side(quiet: Page, site: Site, deal: int) -> None:
    frame = tab(quiet, site, deal)
    frame.evaluate("() => { window.chosen = window.b24.then((b24) => b24.dialog.selectUser()); }")
    quiet.get_by_role("dialog", name="Выберите сотрудника").get_by_role("button", name="Мария Котова").click()
    assert frame.evaluate("async () => (await window.chosen).name") == "Мария Котова"


def test_methods_of_version_three(quiet: Page, site: Site, deal: int) -> None:
    frame = tab(quiet, site, deal)
    made = ask(
        frame,
        """(await b24.actions.v3.call.make({ method: 'tasks.task.add',
            params: { fields: { title: 'Доработать', creatorId: 1, responsibleId: 1 } } })).getData()""",
    )
    assert made["result"]["item"]["id"] == 1


def test_a_stranger_in_a_frame_is_not_heard(page: Page, site: Site, deal: int) -> None:
    frame = tab(page, site, deal)
    frame.evaluate("() => parent.postMessage('setInstallFinish:x:not-my-sid', '*')")
    page.wait_for_function("window.__frameLog.some((one) => one.direction === 'refused')")
