"""Chromium for all pages; a `quiet` test ends with a silent console."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.support.browser import chromium


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sync Playwright leaves a running loop, in which async tests fail: it goes last."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of this machine, one for the tests of a module."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=["--disable-dev-shm-usage"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a desktop in Moscow."""
    context = browser.new_context(
        locale="ru-RU",
        timezone_id="Europe/Moscow",
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of a phone: 390 pixels, a finger instead of a mouse."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, device_scale_factor=2, locale="ru-RU"
    )
    made = context.new_page()
    made.set_default_timeout(8000)
    yield made
    context.close()


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page that must say nothing in its console; the browser's and htmx's own line about an expected status is allowed."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_default_timeout(8000)
    yield page
    expected = re.compile(r"status of (401|409|422)|Error Code 401 from")
    assert [text for text in said if not expected.search(text)] == []
