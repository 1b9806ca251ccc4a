"""The tab in a real frame: a page of a portal on `localhost`, our application on `127.0.0.1`, both in one thread.

By hand: `python -m tests.support.tab_site` prints the address of the deal card and waits for Enter.
"""

import asyncio
import json
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import b24app
from b24app.db.engine import Database, make_engine
from b24app.db.migrate import upgrade
from b24app.kit.errors import Forgery
from b24app.kit.ids import item_of
from b24app.tickets.model import Ticket
from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.applications import Starlette
from starlette.routing import Route
from tests.story import DISPATCHER, TICKET
from tests.support.browser import Thread, listener
from tests.support.ui_app import Office, OpenedFrame, publish
from tests.support.work import StandingClock, installation, make_store

T = TypeVar("T")
TAB: Final = "CRM_DEAL_DETAIL_TAB"
SID: Final = "a90b44e1c2d84f3796f05b1d7e3388c1"
FRAME_JS: Final = Path(b24app.__file__).parent / "sandbox" / "pages" / "static" / "frame.js"
PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Сделка</title>
<style>iframe {{ width: 100%; border: 0; }}</style>
<h1>Сделка № 7405</h1><div data-frame="{frame}"></div>
<script>window.portal = {{
  post: (url, body) => fetch(url, {{ method: "POST", body: JSON.stringify(body) }}), toast: console.log,
  phone: () => false, openSlider: async (url) => {{ (window.opened ||= []).push(url); }}, topSlider: () => null,
}};
addEventListener("portal:reload-card", () => {{ window.reloaded = (window.reloaded || 0) + 1; }});</script>
<script src="/frame.js"></script>"""


class FramedOffice(Office):
    """Trusts what the sandbox's hidden form carries, and counts how often it was asked."""

    openings = 0

    async def _trust(self, request: Request) -> OpenedFrame:
        async with request.form() as form:
            told = {**request.query_params, **{name: str(value) for name, value in form.items()}}
        if not told.get("AUTH_ID") or not told.get("member_id"):
            raise Forgery("no token")
        self.openings += 1
        options = json.loads(told.get("PLACEMENT_OPTIONS", "{}"))
        return OpenedFrame(self.portal, DISPATCHER, language=told.get("LANG", "ru"), options=options)


class ParentPage:
    """A page of a portal with one frame, served by the sandbox's own script of frames."""

    def __init__(self, origin: str, handler: str) -> None:
        self.origin, self.handler = origin, handler
        self.member = "b1f0"
        self.tokens = 0

    def routes(self) -> list[Route]:
        """The page, the script, and what the script asks for."""
        return [
            Route("/card", self._page),
            Route("/frame.js", self._script),
            Route("/frames/open", self._open, methods=["POST"]),
            Route("/frames/token", self._token, methods=["POST"]),
            Route("/{rest:path}", _nothing),
        ]

    async def _page(self, request: Request) -> Response:
        del request
        frame = {"app": 1, "placement": TAB, "options": {"ID": item_of(TICKET)[1]}}
        return HTMLResponse(PAGE.format(frame=escape(json.dumps(frame))))

    async def _script(self, request: Request) -> Response:
        del request
        return PlainTextResponse(FRAME_JS.read_text(encoding="utf-8"), media_type="text/javascript")

    async def _open(self, request: Request) -> Response:
        options = (await request.json())["options"]
        domain = self.origin.removeprefix("http://")
        told = {**self._auth(), "member_id": self.member, "PLACEMENT": TAB}
        init = {
            "LANG": "ru",
            "DOMAIN": domain,
            "PROTOCOL": 0,
            "MEMBER_ID": self.member,
            "PLACEMENT": TAB,
            **self._auth(),
        }
        parts = urlsplit(self.handler)
        return JSONResponse(
            {
                "sid": SID,
                "app": 1,
                "name": f"{domain}|0|{SID}",
                "action": f"{self.handler}?DOMAIN={domain}&PROTOCOL=0&LANG=ru&APP_SID={SID}",
                "origin": f"{parts.scheme}://{parts.netloc}",
                "fields": {**told, "PLACEMENT_OPTIONS": json.dumps(options)},
                "init": {**init, "PLACEMENT_OPTIONS": options},
                "placement": TAB,
                "title": "Поддержка",
            }
        )

    async def _token(self, request: Request) -> Response:
        del request
        self.tokens += 1
        return JSONResponse(self._auth())

    def _auth(self) -> dict[str, str]:
        return {"AUTH_ID": f"token {self.tokens}", "AUTH_EXPIRES": "3600", "REFRESH_ID": "refresh"}


@dataclass
class TabSite:
    """A page of the portal with the tab of one ticket in a frame, and the office behind it."""

    thread: Thread
    parent: ParentPage
    office: FramedOffice
    card: str
    app_url: str

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something where the servers live."""
        return asyncio.run_coroutine_threadsafe(work, self.thread._loop).result(10)

    def known(self) -> Ticket:
        """The ticket as it is saved."""
        return self.run(self._known())

    async def _known(self) -> Ticket:
        async with self.office.store.read(self.office.portal.id) as reading:
            return await reading.tickets.get(TICKET)


async def _opened(url: str) -> Database:
    engine = make_engine(url)
    await upgrade(engine)
    await engine.dispose()
    return Database(url)


async def _office(database: Database, origin: str) -> FramedOffice:
    clock = StandingClock()
    store = make_store(database, clock)
    told = installation(domain=origin.removeprefix("http://"), client_endpoint=f"{origin}/rest/")
    async with store.work() as work:
        portal = await work.portals.install(told)
        await work.commit()
    await publish(store, portal.id)
    return FramedOffice(store, clock, portal)


@contextmanager
def tab_site(folder: Path) -> Iterator[TabSite]:
    """Everything runs until the block ends."""
    thread, door, app_door = Thread(), listener(), listener()
    origin = f"http://localhost:{door.getsockname()[1]}"
    app_url = f"http://127.0.0.1:{app_door.getsockname()[1]}"
    parent = ParentPage(origin, f"{app_url}/bitrix/placement/deal")
    database = _wait(thread, _opened(f"sqlite+aiosqlite:///{folder / 'tab.db'}"))
    office = _wait(thread, _office(database, origin))
    _wait(thread, office.works())
    thread.serve(Starlette(routes=parent.routes()), door)
    thread.serve(office.app, app_door)
    try:
        yield TabSite(thread, parent, office, f"{origin}/card", app_url)
    finally:
        _stop(thread)
        _wait(thread, database.close())
        thread.close()
        door.close()
        app_door.close()


def _stop(thread: Thread) -> None:
    """No request may open another connection while the database closes."""
    for server, _ in thread._servers:
        server.should_exit = True
    for _, task in thread._servers:
        task.result(10)
    thread._servers.clear()


def _wait(thread: Thread, work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(work, thread._loop).result(20)


async def _nothing(request: Request) -> Response:
    del request
    return Response(status_code=204)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, tab_site(Path(place)) as site:
        print(site.card)  # noqa: T201 - it is asked for by hand
        input()
