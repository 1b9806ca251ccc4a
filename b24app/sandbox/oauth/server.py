"""Addresses of the authorization server: `/oauth/token/`, `/oauth/authorize/`, and its own form of `app.info`.

The server shares the portal's port. `app.info` exists on both, in two shapes, so the name of the host decides:
`OAUTH_HOSTS` and the host of the sandbox's `oauth_url` are the authorization server, all else is the portal.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from b24app.sandbox.clock import monotonic, wall
from b24app.sandbox.kernel.access import Caller, by_token
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.rest import read_params
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.oauth import tokens

OAUTH_HOSTS = ("oauth.bitrix24.tech", "oauth.bitrix.info")
COOKIE = "sandbox_user"
LIKE_A_TOKEN = 32


def routes(portal: Portal) -> Sequence[BaseRoute]:
    """Everything the authorization server answers, by host where the portal has the same address."""
    server = Server(portal)
    both = ["GET", "POST"]
    return [
        Route("/oauth/token", server.token, methods=both),
        Route("/oauth/token/", server.token, methods=both),
        Route("/oauth/authorize", server.authorize),
        Route("/oauth/authorize/", server.authorize),
        _OnlyHere("/rest/app.info", server, methods=both),
        _OnlyHere("/rest/app.info/", server, methods=both),
        _OnlyHere("/rest/app.info.json", server, methods=both),
    ]


class Server:
    """The authorization server of one portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def is_at(self, host: str) -> bool:
        """Whether a request to this host is for the authorization server and not for the portal."""
        return host.lower() in (*OAUTH_HOSTS, urlsplit(self.portal.oauth_origin).netloc)

    async def token(self, request: Request) -> Response:
        """Tokens for a code or a refresh token."""
        if self.portal.faults.oauth_down:
            return Response("<html><body>502 Bad Gateway</body></html>", 502, media_type="text/html")
        await asyncio.sleep(self.portal.faults.oauth_slow_s)
        params = {key: str(value) for key, value in (await read_params(request)).items()}
        try:
            answer, status = tokens.grant(self.portal, params), 200
        except RestError as error:
            answer, status = error.body(), error.status
        self._log(request, params, status, answer.get("error"))
        self.portal.store.flush()
        return JSONResponse(answer, status)

    async def app_info(self, request: Request) -> Response:
        """Whose token this is, as the authorization server tells it."""
        begun = monotonic()
        params = await read_params(request)
        try:
            caller = by_token(self.portal, str(params.get("auth") or params.get("access_token") or ""))
        except RestError as refused:
            error = _own(refused, str(params.get("auth") or ""))
            self._log(request, {}, error.status, error.code)
            return JSONResponse(error.body(), error.status)
        self._log(request, {}, 200, None)
        result = self._about(caller)
        if self.portal.domain == urlsplit(self.portal.oauth_origin).netloc:  # one host for both: both forms at once
            result = {**self.portal.call("app.info", {}, caller).result, **result}
        return JSONResponse({"result": result, "time": self._time(begun)})

    def _time(self, begun: float) -> Row:
        spent, now = monotonic() - begun, self.portal.iso()
        times = {"start": wall() - spent, "finish": wall(), "duration": spent, "processing": spent}
        return {**times, "date_start": now, "date_finish": now}

    def _about(self, caller: Caller) -> Row:
        app = self.portal.apps.get(caller.app_id) or {}
        token = self.portal.table("token").get(caller.token) or {}
        scope, origin = ",".join(sorted(caller.scopes)), self.portal.app_origin(app)
        return {
            "client_id": app["CLIENT_ID"], "scope": scope, "user_id": str(caller.user_id),
            "expires": self.portal.iso(datetime.fromtimestamp(token["EXPIRES"], UTC)),
            "install": {
                "installed": app["INSTALLED"], "version": str(app["VERSION"]), "status": app["STATUS"], "scope": scope,
                "domain": urlsplit(origin).netloc, "uri": origin, "client_endpoint": f"{origin}/rest/",
                "member_id": self.portal.member_id, "member_type": "cloud",
            },
        }  # fmt: skip

    async def authorize(self, request: Request) -> Response:
        """The portal's page: a known employee returns to the application at once, an error is shown to the person."""
        app = self.portal.app_by_client(request.query_params.get("client_id", ""))
        if app is None or app.get("DELETED") or app.get("UNINSTALLED") or not app["INSTALLED"]:
            return _page("Приложение не установлено на этом портале")
        if not app.get("HANDLER"):
            return _page("У приложения не указан путь обработчика")
        user = self.portal.users.get(_person(request))
        if user is None or not user["ACTIVE"]:
            return _page("Войдите на портал: выберите сотрудника на любой его странице")
        code = tokens.new_code(self.portal, app, user["ID"])
        self.portal.store.flush()
        return RedirectResponse(self._back(app, code, request.query_params.get("state", "")), 302)

    def _back(self, app: Row, code: str, state: str) -> str:
        query = {
            "code": code, "state": state, "domain": urlsplit(self.portal.app_origin(app)).netloc,
            "member_id": self.portal.member_id, "scope": ",".join(app["SCOPES"]),
            "server_domain": urlsplit(self.portal.app_oauth(app)).netloc,
        }  # fmt: skip
        joint = "&" if urlsplit(app["HANDLER"]).query else "?"
        return f"{app['HANDLER']}{joint}{urlencode(query)}"

    def _log(self, request: Request, params: dict[str, str], status: int, error: Any) -> None:
        shown = {key: params[key] for key in ("grant_type", "client_id") if key in params}
        self.portal.requests.append({
            "at": self.portal.iso(), "method": request.url.path.strip("/"), "params": shown, "source": "oauth",
            "user": None, "app": None, "status": status, "error": error,
        })  # fmt: skip


class _OnlyHere(Route):
    """A route of the authorization server that the portal has too."""

    def __init__(self, path: str, server: Server, *, methods: list[str]) -> None:
        super().__init__(path, server.app_info, methods=methods)
        self._server = server

    def matches(self, scope: Any) -> Any:
        """Only where the host is the authorization server's."""
        found, child = super().matches(scope)
        host = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1")
        return (found, child) if self._server.is_at(host) else (type(found).NONE, {})


def _own(error: RestError, token: str) -> RestError:
    """A refusal of a token in the authorization server's words."""
    if error.code == "invalid_token":
        like = token.isalnum() and len(token) >= LIKE_A_TOKEN
        return tokens.Bare("invalid_client") if like else RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)
    if error.code in {"APPLICATION_NOT_FOUND", "ERROR_OAUTH"}:
        return RestError("NOT_INSTALLED", "Application not installed", 401)
    return error


def _person(request: Request) -> int:
    return to_int(request.query_params.get("as") or request.cookies.get(COOKIE), default=1)


def _page(text: str) -> Response:
    return HTMLResponse(f"<!doctype html><html lang=ru><meta charset=utf-8><p>{escape(text)}</p></html>", 403)
