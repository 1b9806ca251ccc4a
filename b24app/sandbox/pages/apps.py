"""Applications of the portal: the integrator's section «Разработчикам», pages of applications, their installation.

Source: `local-integrations/serverside-local-app-with-ui.md` (the form), `widgets/universal/app-url.md`; platform.md 1.2.
"""

from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from b24app.sandbox.apps import lifecycle
from b24app.sandbox.apps.scopes import SCOPES
from b24app.sandbox.control import credentials
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.handlers import check_handler
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import as_list, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.pages import web

USUAL = (
    "crm", "im", "imbot", "user", "department", "placement", "userfieldconfig", "task", "tasks", "bizproc", "disk",
    "calendar", "pull", "documentgenerator",
)  # fmt: skip
PROBE_S = 5.0
REFUSALS = {
    "ERROR_WRONG_HANDLER_URL": "Адрес недоступен из интернета: в имени узла нет точки",
    "ERROR_UNSUPPORTED_PROTOCOL": "Адрес начинается с http:// или https://",
}


class Applications:
    """Routes of the developer's section and of application pages."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/devops/", self.section),
            Route("/devops/app", self.save, methods=["POST"]),
            Route("/devops/app/{id:int}/again", self.save_again, methods=["POST"]),
            Route("/devops/app/{id:int}/delete", self.delete, methods=["POST"]),
            Route("/devops/webhook", self.webhook, methods=["POST"]),
            Route("/marketplace/app/{id:int}/", self.page),
            Route("/marketplace/view/{client_id}/", self.link),
        ]

    # --- «Разработчикам»

    async def section(self, request: Request) -> Response:
        """The form, the applications with their keys, the webhooks."""
        who = web.viewer(self.portal, request)
        if not who.is_admin:
            return web.page(who, "denied.html", section="devops", text="Раздел доступен администратору портала")
        apps = [app for app in self.portal.apps if not app.get("DELETED")]
        hooks = self.portal.table("webhook")
        webhooks = [{"url": self._hook_url(key, hooks.get(key) or {})} for key in hooks.keys()]  # noqa: SIM118 - a Table
        facts = {"apps": apps, "webhooks": webhooks, "scopes": SCOPES, "usual": USUAL}
        return web.page(who, "devops.html", section="devops", **facts)

    def _hook_url(self, secret: Any, row: Row) -> str:
        return f"{self.portal.origin}/rest/{row['USER_ID']}/{secret}/"

    async def save(self, request: Request) -> Response:
        """Give keys to a new application, once its addresses answer."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        form = lifecycle.Form(
            str(given.get("name") or "Приложение"), str(given.get("handler") or "").strip(),
            str(given.get("install") or "").strip(), tuple(str(one) for one in as_list(given.get("scopes"))),
            str(given.get("menu_title") or ""), bool(given.get("api_only")), bool(given.get("mobile")),
        )  # fmt: skip
        problem = await self._problem(who, form)
        if problem:
            return JSONResponse({"error": problem}, 422)
        app = lifecycle.register(self.portal, form, who.id)
        go = f"/marketplace/app/{app['ID']}/" if not app["INSTALLED"] and given.get("open") else ""
        return self._done(
            toast=f"Приложение добавлено: {app['CLIENT_ID']}", go=go or "/devops/", client_id=app["CLIENT_ID"]
        )

    async def _problem(self, who: web.Viewer, form: lifecycle.Form) -> str:
        """Why the portal does not take the form; empty when it does."""
        if not who.is_admin:
            return "Нужны права администратора"
        if not form.handler:
            return "Укажите путь вашего обработчика"
        for url in filter(None, (form.handler, form.install)):
            try:
                check_handler(url)
            except RestError as error:
                return REFUSALS[error.code]
            if not await _answers(url):
                return f"Адрес не отвечает: {url}"
        return ""

    async def save_again(self, request: Request) -> Response:
        """The form is saved once more: handlers of events are gone, ONAPPUPDATE goes to who subscribed."""
        who, app = web.viewer(self.portal, request), lifecycle.live(self.portal, request.path_params["id"])
        if app is None or not who.is_admin:
            return JSONResponse({"error": "Нет такого приложения"}, 404)
        lifecycle.save_again(self.portal, app, who.id)
        return self._done(toast="Приложение обновлено, его обработчики событий удалены")

    async def delete(self, request: Request) -> Response:
        """The application is deleted for good."""
        who, app = web.viewer(self.portal, request), lifecycle.live(self.portal, request.path_params["id"])
        if app is None or not who.is_admin:
            return JSONResponse({"error": "Нет такого приложения"}, 404)
        lifecycle.uninstall(self.portal, app)
        return self._done(toast="Приложение удалено", go="/devops/")

    async def webhook(self, request: Request) -> Response:
        """A new incoming webhook of the viewer."""
        who = web.viewer(self.portal, request)
        secret = credentials.webhook(self.portal, who.id)
        return self._done(toast=f"{self.portal.origin}/rest/{who.id}/{secret}/")

    def _done(self, **facts: Any) -> Response:
        self.portal.store.flush()
        return JSONResponse({"ok": True, **facts})

    # --- pages of applications

    async def page(self, request: Request) -> Response:
        """The application in a frame: its installation until that is finished, then its page or a menu item of it."""
        who, number = web.viewer(self.portal, request), request.path_params["id"]
        app = lifecycle.live(self.portal, number)
        if app is None:
            return web.nothing("Приложение не найдено")
        place = self.portal.table("placement").get(to_int(request.query_params.get("placement")))
        frame: Row = {"app": number, "placement": "DEFAULT", "uri": request.url.path}
        if place is not None and app["INSTALLED"]:
            frame |= {"placement": place["PLACEMENT"], "handler": place["ID"]}
        return self._frame(who, app, frame, f"place{place['ID']}" if place else f"app{number}")

    async def link(self, request: Request) -> Response:
        """REST_APP_URI: a link into the application with parameters, wherever it was written."""
        who = web.viewer(self.portal, request)
        app = self.portal.app_by_client(request.path_params["client_id"])
        place = self.portal.table("placement").first(APP_ID=app["ID"], PLACEMENT="REST_APP_URI") if app else None
        if app is None or place is None:
            return web.nothing("Приложение не найдено")
        query = request.query_params
        options = {key[7:-1]: value for key, value in query.items() if key.startswith("params[") and key.endswith("]")}
        frame = {
            "app": app["ID"], "placement": "REST_APP_URI", "handler": place["ID"], "options": options,
            "uri": request.url.path,
        }  # fmt: skip
        return self._frame(who, app, frame, f"app{app['ID']}")

    def _frame(self, who: web.Viewer, app: Row, frame: Row, section: str) -> Response:
        facts = {"frame": frame, "title": lifecycle.title(app), "installing": not app["INSTALLED"]}
        return web.page(who, "app.html", section=section, **facts)


async def _answers(url: str) -> bool:
    """Whether somebody is at this address, as the form of the portal checks before it gives keys."""
    try:
        async with httpx.AsyncClient(timeout=PROBE_S, trust_env=False, follow_redirects=False) as client:
            return (await client.get(url)).status_code < 500
    except httpx.HTTPError:
        return False
