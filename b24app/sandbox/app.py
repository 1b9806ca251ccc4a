"""Puts a portal together: state, clock, events, and the ASGI application with the routes of every part.

Parts are found, not listed: importing a package below `b24app.sandbox` registers its methods; a module of it may define

    def routes(portal: Portal) -> Sequence[BaseRoute]: ...     # HTTP routes of its own, tried in the order of PARTS
    def start(portal: Portal) -> None: ...                      # listeners (`portal.listen`), first rows
"""

import contextlib
import importlib
import pkgutil
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from b24app.sandbox.clock import Clock
from b24app.sandbox.demo import company
from b24app.sandbox.kernel.dispatch import Dispatcher
from b24app.sandbox.kernel.events import Events, running
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.rest import RestApi
from b24app.sandbox.kernel.store import Store

PARTS = ("control", "oauth", "apps", "org", "crm", "families", "messenger", "placements", "demo", "pages")


def make_portal(
    *,
    origin: str,
    oauth_origin: str,
    state: Path | None = None,
    now: datetime | None = None,
    speed: float = 1.0,
    demo: bool = False,
) -> Portal:
    """A portal from its state file, or a fresh one with one administrator, a root department and one more user.

    With `demo` the invented company works in it. Without, it is a portal for tests: `test_mode` is set.
    """
    store = Store(state)
    clock = Clock(now or _kept_now(store), speed)
    portal = Portal(store, clock, origin=origin, oauth_origin=oauth_origin)
    portal.outgoing = Events(portal)
    portal.call = Dispatcher(portal).run
    store.before_flush = lambda: portal.set_setting("clock", portal.clock.now().isoformat())
    if portal.setting("member_id") is None:
        portal.set_setting("member_id", secrets.token_hex(16))
        portal.set_setting("created_at", portal.iso())
    for module in parts():
        if start := getattr(module, "start", None):
            start(portal)
    if demo:
        company.fill(portal)
    portal.set_setting("test_mode", not portal.setting("demo"))
    store.flush()
    return portal


def _kept_now(store: Store) -> datetime | None:
    """A portal with a state file goes on at the virtual moment where it stopped."""
    row = store.table("setting").get("clock")
    return datetime.fromisoformat(row["VALUE"]).astimezone(UTC) if row else None


def parts() -> Iterator[ModuleType]:
    """Every module of every part that exists, packages walked to the bottom."""
    for name in PARTS:
        full = f"b24app.sandbox.{name}"
        if find_spec(full) is None:
            continue
        package = importlib.import_module(full)
        yield package
        for found in sorted(pkgutil.walk_packages(getattr(package, "__path__", []), f"{full}."), key=lambda m: m.name):
            yield importlib.import_module(found.name)


def make_app(portal: Portal) -> ASGIApp:
    """The ASGI application: REST below /rest, and the routes of the parts."""
    rest = RestApi(portal)
    routes: list[BaseRoute] = []
    for module in parts():
        if make := getattr(module, "routes", None):
            routes.extend(make(portal))
    routes.append(Route("/rest/{rest:path}", rest.handle, methods=["GET", "POST", "OPTIONS", "PUT", "PATCH"]))
    return Starlette(routes=routes, lifespan=_lifespan(portal), middleware=[Middleware(_Front, portal=portal)])


def _lifespan(portal: Portal) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if not isinstance(portal.outgoing, Events):
            raise TypeError("the portal was not made by make_portal")
        async with running(portal.outgoing):
            yield
        portal.store.close()

    return lifespan


class _Front:
    """What stands before everything: double slashes collapse, an old address redirects to the new one."""

    def __init__(self, app: ASGIApp, portal: Portal) -> None:
        self._app, self._portal = app, portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        while "//" in scope["path"]:
            scope["path"] = scope["path"].replace("//", "/")
        if location := self._moved(scope):
            await Response(status_code=302, headers={"Location": location})(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _moved(self, scope: Scope) -> str:
        """Where a request to a former address of the portal belongs (platform.md 2.7); the control API stays."""
        if scope["path"].startswith("/_sandbox/"):
            return ""
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
        new = self._portal.setting("moved", {}).get(host)
        query = scope["query_string"].decode("latin-1")
        return f"{new}{scope['path']}{'?' if query else ''}{query}" if new else ""
