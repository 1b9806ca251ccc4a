"""The pictures of the README: a portal with the demo company, the real application installed in it, Chromium.

Part of `make docs`. Interface text is set in Inter when the machine has it (Debian: fonts-inter), else in what there is.
"""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from b24app.demo.servers import served
from b24app.demo.visit import Administrator, Application
from b24app.main import make_app
from b24app.sandbox.app import make_portal
from b24app.sandbox.cli import bound, describe, first_credentials, listen, origins, serving
from b24app.sandbox.kernel.portal import Portal
from b24app.settings import Settings
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect
from pydantic import SecretStr
from tools.chromium import find

IMAGES = Path(__file__).parents[1] / "docs" / "images"
MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in Moscow."""
MOST_BYTES = 200_000
PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=1000)
_PREFER = """<match target="pattern"><test name="family"><string>{name}</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>"""
FONTS = f"""<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><include>/etc/fonts/fonts.conf</include>
{_PREFER.format(name="system-ui")}{_PREFER.format(name="sans-serif")}</fontconfig>"""
FIRST = {
    "subject": "Не отправляются письма из CRM: ошибка авторизации SMTP",
    "text": "Добрый день! С утра не уходят письма из CRM: «ошибка авторизации SMTP». Пароль не меняли.",
    "name": "Ольга Смирнова",
    "email": "smirnova@severveter.example",
}
SECOND = {
    "subject": "Срочно: не работает телефония",
    "text": "Звонки не проходят, весь отдел стоит.",
    "name": "Михаил Данилов",
    "email": "danilov@poputniy-gruz.example",
}


@dataclass
class Stage:
    """What is photographed."""

    portal: Portal
    client: httpx.AsyncClient
    administrator: Administrator
    app: Application

    def at(self, path: str) -> str:
        """A page of the portal as the dispatcher sees it."""
        return f"{self.portal.origin}{path}"

    @property
    def modest(self) -> str:
        """The talk with Modest."""
        return f"/online/?IM_DIALOG={next(iter(self.portal.table('bot')))['ID']}"

    async def control(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        """The sandbox's control API."""
        answer = await self.client.post(f"{self.portal.origin}/_sandbox/{path}", json=data)
        answer.raise_for_status()
        return dict(answer.json())


@contextlib.asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """A portal and the service beside it; the application is registered, not installed."""
    listeners, listener = listen("127.0.0.1", 0), bound("127.0.0.1", 0)
    origin, oauth = origins("127.0.0.1", listeners[0].getsockname()[1])
    portal = make_portal(origin=origin, oauth_origin=oauth, now=MORNING, speed=1, demo=True)
    portal.faults.bucket_off = True
    describe(portal, first_credentials(portal))
    service = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serving(portal, listeners), httpx.AsyncClient(trust_env=False, timeout=30) as client:
        administrator = Administrator(client, portal.origin)
        app = await administrator.registers(service)
        settings = Settings(
            _env_file=None,
            database_url=f"sqlite+aiosqlite:///{folder}/b24app.db",
            public_url=service,
            client_id=app.client_id,
            client_secret=SecretStr(app.client_secret),
            oauth_url=oauth,
            allow_http_portals=True,
            clock_url=f"{origin}/_sandbox/clock",
            rate_per_second=100,
        )
        async with served(make_app(settings), listener):
            yield Stage(portal, client, administrator, app)


async def main() -> list[Path]:
    """Take all pictures; gives their files."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fonts.conf").write_text(FONTS, encoding="utf-8")
        environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
        async with staged(folder) as stage, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find(), env=environment)
            taken = [await installation(stage, browser)]
            await stage.administrator.installs(stage.app)
            deal = (await stage.control("letters", FIRST))["deal"]
            taken += [
                await messenger(stage, browser),
                await queue(stage, browser),
                await deal_tab(stage, browser, deal),
            ]
            await browser.close()
    for path in taken:
        if path.stat().st_size > MOST_BYTES:
            raise RuntimeError(f"{path.name} has {path.stat().st_size} bytes, more than a README should load")
    return taken


async def opened(browser: Browser, size: ViewportSize, *, touch: bool = False) -> Page:
    """A page of a desktop or of a phone in Moscow."""
    context = await browser.new_context(
        viewport=size,
        is_mobile=touch,
        has_touch=touch,
        device_scale_factor=1.5 if touch else 1,
        locale="ru-RU",
        timezone_id="Europe/Moscow",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    page.set_default_timeout(20_000)
    return page


async def installation(stage: Stage, browser: Browser) -> Path:
    """Everything is bound; the portal's page is deaf to `installFinish`, so that the picture can be taken."""
    page = await opened(browser, DESKTOP)
    await page.goto(stage.at(f"/marketplace/app/{stage.app.id}/?silent=setInstallFinish"))
    frame = page.frame_locator("iframe.frame")
    await expect(frame.get_by_text("Готово.", exact=False)).to_be_visible(timeout=30_000)
    await expect(frame.get_by_role("button", name="Сохранить")).to_be_visible()
    return await shot(page, "install")


async def messenger(stage: Stage, browser: Browser) -> Path:
    """One ticket is assigned, another one has just come; its department is chosen."""
    page = await opened(browser, PHONE, touch=True)
    await page.goto(stage.at(stage.modest))
    first = page.get_by_role("article").first
    await first.get_by_role("button", name="1-я линия").tap()
    await first.get_by_role("button", name="Вадим Петров").tap()
    await expect(first.get_by_text("Назначена: Вадим Петров")).to_be_visible()
    await stage.control("letters", SECOND)
    await expect(page.get_by_role("article").last.get_by_role("button", name="1-я линия")).to_be_visible()
    return await shot(page, "messenger-phone")


async def deal_tab(stage: Stage, browser: Browser, deal: int) -> Path:
    """38 minutes after it came."""
    await stage.control("clock", {"advance_s": 30 * 60})
    page = await opened(browser, DESKTOP)
    await page.goto(stage.at(f"/crm/deal/details/{deal}/"))
    await page.get_by_role("tab", name="Поддержка").click()
    frame = page.frame_locator("iframe.frame")
    await expect(frame.get_by_text("Заявка поступила", exact=False)).to_be_visible()
    await page.wait_for_timeout(500)  # the frame takes its new height
    return await shot(page, "deal-tab")


async def queue(stage: Stage, browser: Browser) -> Path:
    """The application's page in the left menu, eight minutes later."""
    await stage.control("clock", {"advance_s": 8 * 60})
    page = await opened(browser, ViewportSize(width=1280, height=640))
    await page.goto(stage.at(f"/marketplace/app/{stage.app.id}/"))
    await expect(page.frame_locator("iframe.frame").get_by_role("table")).to_be_visible()
    return await shot(page, "queue")


async def shot(page: Page, name: str) -> Path:
    """A picture of what is visible."""
    path = IMAGES / f"{name}.png"
    await page.screenshot(path=path)
    await page.context.close()
    return path


if __name__ == "__main__":
    for made in asyncio.run(main()):
        print(made.relative_to(IMAGES.parents[1]))
