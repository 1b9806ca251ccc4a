"""Our bridge and the official SDK say the same to the portal: strings of the same shape, answers of the same sense."""

import re
from collections.abc import Iterable

import pytest
from b24app.sandbox.kernel.access import Caller
from playwright.sync_api import Frame, Page, expect
from tests.browser.sandbox.conftest import Install
from tests.browser.sandbox.test_frames import inside, opened
from tests.support.browser import Site

pytestmark = pytest.mark.browser
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SID = re.compile(r":[0-9a-f]{32}$")
_HEIGHT = re.compile(r'"height":\d+')


def ours(page: Page, site: Site, install: Install, path: str = "") -> Frame:
    """A frame with our bridge in it."""
    number = install(handler=f"{site.app_url}/app/bridge", install=path)
    page.goto(f"{site.url}/marketplace/app/{number}/")
    frame = inside(page, "iframe.frame")
    frame.wait_for_function("window.bridge")
    return frame


def sent(page: Page, commands: Iterable[str]) -> list[str]:
    """What the frame sent, with keys, sessions and heights by name: nothing else may differ."""
    raw = page.evaluate("__frameLog.filter((one) => one.direction === 'in').map((one) => one.raw)")
    told = [one for one in raw if one.split(":")[0] in commands]
    return [_HEIGHT.sub('"height":N', _SID.sub(":SID", _KEY.sub("KEY", one))) for one in told]


SAME = {
    "getInitData": ("bridge.init()", ""),
    "refreshAuth": ("bridge.refreshAuth()", "b24.auth.refreshAuth()"),
    "resizeWindow": ("bridge.fit()", "b24.parent.fitWindow()"),
    "imOpenMessenger": ("bridge.openChat('chat5')", "b24.parent.imOpenMessenger('chat5')"),
}


@pytest.mark.parametrize("command", SAME)
def test_the_same_words_as_the_sdk(quiet: Page, site: Site, install: Install, command: str) -> None:
    by_us, by_sdk = SAME[command]
    frame = ours(quiet, site, install)
    frame.evaluate(f"() => {{ {by_us}; }}")
    quiet.wait_for_function(f"__frameLog.some((one) => one.command === '{command}')")
    mine = sent(quiet, [command])

    frame = opened(quiet, site, f"/marketplace/app/{install()}/")
    frame.evaluate(f"() => {{ window.b24.then((b24) => {{ {by_sdk}; }}); }}")
    quiet.wait_for_function(f"__frameLog.some((one) => one.command === '{command}')")
    theirs = sent(quiet, [command])

    assert mine == theirs[: len(mine)]
    assert mine


def test_a_deal_opens_as_the_sdk_opens_it(quiet: Page, site: Site, install: Install) -> None:
    fields = {"entityTypeId": 2, "fields": {"title": "Заявка"}}
    number = site.run(lambda: site.portal.call("crm.item.add", fields, Caller(1)).result)["item"]["id"]
    frame = ours(quiet, site, install)
    frame.evaluate(f"() => {{ window.closed = bridge.openDeal({number}); }}")
    expect(quiet.frame_locator("dialog.slider iframe").get_by_role("heading", name="Заявка")).to_be_visible()
    (mine,) = sent(quiet, ["openPath"])
    quiet.get_by_role("button", name="Закрыть").click()
    frame.evaluate("async () => { await window.closed; }")

    frame = opened(quiet, site, f"/marketplace/app/{install()}/")
    frame.evaluate(
        f"() => {{ window.b24.then((b24) => b24.slider.openPath(b24.slider.getUrl('/crm/deal/details/{number}/'))); }}"
    )
    expect(quiet.frame_locator("dialog.slider iframe").get_by_role("heading", name="Заявка")).to_be_visible()
    (theirs,) = sent(quiet, ["openPath"])
    # The SDK puts a dummy path in front, which the portal takes away again, to choose the slider's width.
    shape = re.compile(r'openPath:\{"path":"[^"]+"\}:KEY:SID')
    assert shape.fullmatch(mine)
    assert shape.fullmatch(theirs)


def test_a_person_is_chosen_in_the_portals_own_list(quiet: Page, site: Site, install: Install) -> None:
    frame = ours(quiet, site, install)
    frame.evaluate("() => { window.chosen = bridge.selectUser(); }")
    quiet.get_by_role("dialog", name="Выберите сотрудника").get_by_role("button").first.click()
    chosen = frame.evaluate("async () => await window.chosen")
    assert chosen["id"]
    assert chosen["name"]
    assert sent(quiet, ["selectUser"]) == ['selectUser:{"mult":false}:KEY:SID']


def test_a_page_of_ours_opens_with_its_parameters_and_closes_itself(quiet: Page, site: Site, install: Install) -> None:
    frame = ours(quiet, site, install)
    frame.evaluate("() => { window.closed = bridge.openApp({ ticket: 7 }); }")
    inner = inside(quiet, "dialog.slider iframe.frame")
    inner.wait_for_function("window.bridge")
    assert inner.evaluate("async () => (await bridge.init()).PLACEMENT_OPTIONS") == {"ticket": 7}
    inner.evaluate("() => { bridge.close(); }")
    frame.evaluate("async () => { await window.closed; }")
    expect(quiet.locator("dialog.slider")).to_have_count(0)


def test_the_installation_is_finished_once_and_only_while_it_runs(quiet: Page, site: Site, install: Install) -> None:
    frame = ours(quiet, site, install, f"{site.app_url}/app/bridge")
    frame.evaluate("() => { bridge.installFinish(); }")
    quiet.wait_for_url("**install_finished=Y**")
    frame = inside(quiet, "iframe.frame")
    frame.wait_for_function("window.bridge")
    frame.evaluate("async () => { await bridge.installFinish(); }")
    assert sent(quiet, ["setInstallFinish"]) == []


def test_a_command_the_portal_ignores_is_not_waited_for_for_ever(quiet: Page, site: Site, install: Install) -> None:
    number = install(handler=f"{site.app_url}/app/bridge")
    quiet.goto(f"{site.url}/marketplace/app/{number}/?silent=reloadData")
    frame = inside(quiet, "iframe.frame")
    frame.wait_for_function("window.bridge")
    assert frame.evaluate("async () => await bridge.reloadCard()") == {"isSafely": True}


def test_nobody_but_the_portal_is_heard(quiet: Page, site: Site, install: Install) -> None:
    frame = ours(quiet, site, install)
    frame.evaluate("""() => { bridge.selectUser(); postMessage('guessed:{"id":"1"}', "*"); }""")
    expect(quiet.get_by_role("dialog", name="Выберите сотрудника")).to_be_visible()
    refused = quiet.evaluate(
        """() => { const before = __frameLog.length;
        window.postMessage('refreshAuth:KEY:00000000000000000000000000000000', location.origin);
        return new Promise((done) => setTimeout(() => done(__frameLog.slice(before).map((one) => one.direction)), 100)); }"""
    )
    assert refused == ["refused"]
