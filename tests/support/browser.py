"""What browser tests stand on: Chromium, a portal in a thread of its own, an application on another site, the JS SDK.

The portal answers on `localhost`, the application on `127.0.0.1`: two origins and two sites, as in life.
"""

import asyncio
import io
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import b24app
import httpx
import uvicorn
from b24app.sandbox.app import make_app, make_portal
from b24app.sandbox.kernel.portal import Portal
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

T = TypeVar("T")
SDK = "2.2.0"
REGISTRY = "https://registry.npmjs.org/"


def chromium() -> str:
    """The browser of this machine, or a failure that says what to run."""
    wanted = os.environ.get("B24APP_CHROMIUM")
    found = wanted or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        raise RuntimeError("No Chromium: apt-get install -y --no-install-recommends chromium, or set B24APP_CHROMIUM")
    return found


# --- servers in a thread


class Thread:
    """An event loop in a thread, with HTTP servers in it; sync tests talk to them over HTTP."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: list[tuple[uvicorn.Server, Any]] = []
        self._thread.start()

    def serve(self, app: Any, listener: socket.socket) -> None:
        """Start a server on a bound socket and wait until it answers."""
        config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        task = asyncio.run_coroutine_threadsafe(server.serve(sockets=[listener]), self._loop)
        self._servers.append((server, task))
        with httpx.Client(transport=httpx.HTTPTransport(retries=20), trust_env=False) as client:
            client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/nothing-here")

    def run(self, act: Callable[[], T]) -> T:
        """Do something where the servers live, so that nothing runs beside it."""

        async def inside() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result(10)

    def close(self) -> None:
        """Stop the servers and the thread."""
        for server, _ in self._servers:
            server.should_exit = True
        for _, task in self._servers:
            task.result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def listener() -> socket.socket:
    """A socket on a free loopback port."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so answers are not held back
    bound.bind(("127.0.0.1", 0))
    return bound


class Site:
    """A running portal and the pages of an application, reached over HTTP."""

    def __init__(self, thread: Thread, portal: Portal, url: str, app_url: str) -> None:
        self._thread, self.portal, self.url, self.app_url = thread, portal, url, app_url
        self.posts: list[dict[str, str]] = []

    def run(self, act: Callable[[], T]) -> T:
        """Touch the portal's state where it lives."""
        return self._thread.run(act)


@contextmanager
def portal_site(pages: Callable[["Site"], list[Route]], **options: Any) -> Iterator[Site]:
    """A portal, and an application whose pages are `pages`."""
    thread, door, app_door = Thread(), listener(), listener()
    origin = f"http://localhost:{door.getsockname()[1]}"
    app_url = f"http://127.0.0.1:{app_door.getsockname()[1]}"

    def build() -> tuple[Portal, Any]:
        portal = make_portal(origin=origin, oauth_origin=origin, **options)
        portal.faults.bucket_off = True
        return portal, make_app(portal)

    portal, app = thread.run(build)
    site = Site(thread, portal, origin, app_url)
    thread.serve(app, door)
    thread.serve(Starlette(routes=pages(site)), app_door)
    try:
        yield site
    finally:
        thread.close()
        door.close()
        app_door.close()


# --- the official SDK as an application


FRAME = """<!doctype html><meta charset="utf-8"><title>Приложение</title>
<body style="margin:0"><main style="height:__HEIGHT__px"><h1>__CODE__</h1></main>
<script src="/sdk.js"></script>
<script>window.b24 = B24Js.initializeB24Frame();</script>"""
OURS = """<!doctype html><meta charset="utf-8"><title>Приложение</title>
<body style="margin:0"><main style="height:700px"><h1>__CODE__</h1></main>
<script type="module">import * as bridge from "/bridge.js"; window.bridge = bridge;</script>"""
BRIDGE = Path(b24app.__file__).parent / "ui" / "static" / "bridge.js"


def sdk_pages(site: Site) -> list[Route]:
    """An application made of nothing but the SDK; `/clean` answers behind a redirect, `/bridge` has our bridge instead."""

    async def page(request: Request) -> Response:
        async with request.form() as form:
            site.posts.append({**request.query_params, **{name: str(value) for name, value in form.items()}})
        code = site.posts[-1].get("PLACEMENT", "")
        if request.path_params["name"] == "clean":
            return RedirectResponse("/app/redirected", 303)
        if request.path_params["name"] == "bridge":
            return HTMLResponse(OURS.replace("__CODE__", code))
        return HTMLResponse(FRAME.replace("__HEIGHT__", "700").replace("__CODE__", code))

    async def script(_: Request) -> Response:
        return PlainTextResponse(sdk(), media_type="text/javascript")

    async def bridge(_: Request) -> Response:
        return PlainTextResponse(BRIDGE.read_text(encoding="utf-8"), media_type="text/javascript")

    async def blank(_: Request) -> Response:
        return Response(status_code=204)

    return [
        Route("/app/{name}", page, methods=["GET", "POST"]),
        Route("/sdk.js", script),
        Route("/bridge.js", bridge),
        Route("/favicon.ico", blank),
        Route("/{rest:path}", blank, methods=["GET", "POST"]),
    ]


def sdk() -> str:
    """The official SDK of the pinned version, unmodified, from the cache or from the registry."""
    kept = cache_folder() / f"b24jssdk-{SDK}.min.js"
    if not kept.exists():
        text = _from_package(_package())
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(kept)
    return kept.read_text(encoding="utf-8")


def cache_folder() -> Path:
    """Where downloaded test material is kept, outside the repository."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "b24app-tests"


def _package() -> bytes:
    """The package as npm would install it; without npm the same file straight from the registry."""
    npm = shutil.which("npm")
    if npm:
        with tempfile.TemporaryDirectory() as folder:
            wanted = f"@bitrix24/b24jssdk@{SDK}"
            subprocess.run([npm, "pack", "--silent", wanted], cwd=folder, check=True, capture_output=True)
            return next(Path(folder).glob("*.tgz")).read_bytes()
    registry = os.environ.get("npm_config_registry") or REGISTRY  # noqa: SIM112 - npm spells it so
    with httpx.Client(follow_redirects=True, timeout=60) as client:
        answer = client.get(f"{registry.rstrip('/')}/@bitrix24/b24jssdk/-/b24jssdk-{SDK}.tgz")
        answer.raise_for_status()
        return answer.content


def _from_package(package: bytes) -> str:
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        member = archive.extractfile("package/dist/umd/index.min.js")
        if member is None:
            raise RuntimeError("the SDK package has no UMD file")
        return member.read().decode()
