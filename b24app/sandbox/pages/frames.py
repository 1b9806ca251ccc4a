"""Frames of applications: what the hidden form carries, and the acts the page asks the portal for on their behalf.

Source: platform.md 1.6 (the POST), 6.2 (the page), 6.5 (getInitData); docs `settings/oauth/simple-way.md`,
`api-reference/widgets/_includes/widget_data.md`.
"""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from b24app.sandbox.apps import lifecycle
from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.php import tidy
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import as_map, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import people
from b24app.sandbox.pages import web

LANG = "ru"
EXPIRED_S = -1


class Frames:
    """Routes that open frames and serve them."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def routes(self) -> list[Route]:
        """The addresses the page's script calls."""
        return [
            Route("/frames/open", self.open, methods=["POST"]),
            Route("/frames/token", self.token, methods=["POST"]),
            Route("/frames/install-finish", self.install_finish, methods=["POST"]),
            Route("/frames/user-option", self.user_option, methods=["POST"]),
            Route("/frames/app-option", self.app_option, methods=["POST"]),
            Route("/frames/users", self.users),
            Route("/frames/crm", self.crm),
        ]

    async def open(self, request: Request) -> Response:
        """Name, action and fields of the hidden form, and what `getInitData` will answer."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        app = lifecycle.live(self.portal, to_int(given.get("app")))
        if app is None:
            return JSONResponse({"error": "Приложение удалено"}, 404)
        if who.id in app.get("DENIED_USERS", []):
            return JSONResponse({"error": "Администратор не открыл вам доступ к этому приложению"}, 403)
        opened = self._target(who, app, given)
        if opened is None:
            return JSONResponse({"error": "Приложение установлено не полностью"}, 403)
        token = self.portal.issue_tokens(app, who.id, life_s=EXPIRED_S if given.get("expired") else 0)
        answer = Opening(who, app, opened, token).answer()
        self.portal.store.flush()
        return JSONResponse(answer)

    def _target(self, who: web.Viewer, app: Row, given: Row) -> "Target | None":
        """Where the frame goes: the installation path until it is finished, then the handler of the placement."""
        options = as_map(given.get("options"))
        if not app["INSTALLED"]:
            return Target(lifecycle.install_path(app), "DEFAULT", {}, lifecycle.title(app)) if who.is_admin else None
        code, number = str(given.get("placement") or "DEFAULT"), to_int(given.get("handler"))
        if code == "DEFAULT":
            return Target(lifecycle.handler(app), code, options, lifecycle.title(app))
        table = self.portal.table("userfieldtype" if code == "USERFIELD_TYPE" else "placement")
        row = table.get(number)
        if row is None or row["APP_ID"] != app["ID"]:
            return None
        height = to_int(as_map(row["OPTIONS"]).get("height")) if code == "USERFIELD_TYPE" else 0
        return Target(row["HANDLER"], code, self._with_uri(code, options, given), row["TITLE"], height)

    @staticmethod
    def _with_uri(code: str, options: Row, given: Row) -> Row:
        """Web placements are told the page they stand on, unless they have a key of that name."""
        uri = str(given.get("uri") or "")
        return options if code == "USERFIELD_TYPE" or not uri else {"URI": uri, **options}

    async def token(self, request: Request) -> Response:
        """A new token of the same person, for `refreshAuth`."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        app = lifecycle.live(self.portal, to_int(given.get("app")))
        if app is None or not who.user.get("ACTIVE"):
            return JSONResponse({"error": "Нет доступа к приложению"}, 403)
        token = self.portal.issue_tokens(app, who.id)
        self.portal.store.flush()
        return JSONResponse(_auth(token))

    async def install_finish(self, request: Request) -> Response:
        """`installFinish` from the installation frame."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        app = lifecycle.live(self.portal, to_int(given.get("app")))
        if app is None or app["INSTALLED"] or not who.is_admin:
            return JSONResponse({"error": "Установка уже завершена или недоступна"}, 403)
        lifecycle.finish(self.portal, app, who.id)
        self.portal.store.flush()
        return JSONResponse({"ok": True})

    async def user_option(self, request: Request) -> Response:
        """An option of this person in this application."""
        return await self._option(request, "user.option")

    async def app_option(self, request: Request) -> Response:
        """An option of the application; administrators only."""
        return await self._option(request, "app.option")

    async def _option(self, request: Request, family: str) -> Response:
        who, given = web.viewer(self.portal, request), await web.form(request)
        caller = Caller(who.id, to_int(given.get("app")), unlimited=True)
        options = {str(given.get("name")): given.get("value")}
        try:
            self.portal.call(f"{family}.set", {"options": options}, caller)
            found = self.portal.call(f"{family}.get", {}, caller).result
        except RestError as error:
            return JSONResponse({"error": error.description}, error.status)
        self.portal.store.flush()
        return JSONResponse({"options": tidy(found)})

    async def users(self, request: Request) -> Response:
        """People for `selectUser`."""
        who = web.viewer(self.portal, request)
        return JSONResponse([
            {
                "id": str(row["ID"]), "name": people.full_name(who.portal, row["ID"]), "photo": "",
                "position": str(row.get("WORK_POSITION") or ""), "url": f"/company/personal/user/{row['ID']}/",
                "sub": False, "sup": False,
            }
            for row in web.employees(self.portal)
        ])  # fmt: skip

    async def crm(self, request: Request) -> Response:
        """Elements for `selectCRM`, newest first."""
        who = web.viewer(self.portal, request)
        kinds = {"lead": 1, "deal": 2, "contact": 3, "company": 4, "quote": 7}
        wanted = [one for one in request.query_params.get("types", "deal").split(",") if one in kinds]
        found: list[Row] = []
        for kind in wanted:
            rows = who.call("crm.item.list", entityTypeId=kinds[kind], order={"id": "DESC"})["items"]
            found.extend(_choice(kind, row) for row in rows)
        return JSONResponse(found)


class Target:
    """A frame's address, placement and options."""

    def __init__(self, url: str, placement: str, options: Row, title: str, height: int = 0) -> None:
        self.url, self.placement, self.options, self.title, self.height = url, placement, options, title, height


class Opening:
    """One rendering of a frame: its own session id and tokens."""

    def __init__(self, who: web.Viewer, app: Row, target: Target, token: Row) -> None:
        self._who, self._portal, self._app, self._target, self._token = who, who.portal, app, target, token
        self._sid = f"{self._portal.random.getrandbits(128):032x}"
        self._protocol = 1 if self._portal.app_origin(app).startswith("https") else 0

    def answer(self) -> Row:
        """What the page's script needs to open the frame and to serve it."""
        parts = urlsplit(self._target.url)
        domain = urlsplit(self._portal.app_origin(self._app)).netloc
        query = {"DOMAIN": domain, "PROTOCOL": self._protocol, "LANG": LANG, "APP_SID": self._sid}
        joint = "&" if parts.query else "?"
        return {
            "sid": self._sid, "app": self._app["ID"], "name": f"{domain}|{self._protocol}|{self._sid}",
            "action": f"{self._target.url}{joint}{urlencode(query)}", "origin": f"{parts.scheme}://{parts.netloc}",
            "fields": self._fields(), "init": self._init(domain), "placement": self._target.placement,
            "title": self._target.title, "height": self._target.height,
        }  # fmt: skip

    def _fields(self) -> dict[str, str]:
        fields = {key: str(value) for key, value in _auth(self._token).items()}
        fields |= {"member_id": self._portal.member_id, "status": str(self._app["STATUS"])}
        if not self._portal.faults.old_frames:
            fields |= {
                "SERVER_ENDPOINT": f"{self._portal.app_oauth(self._app)}/rest/", "APPLICATION_TOKEN": str(self._app["TOKEN"]),
                "APPLICATION_SCOPE": ",".join(self._app["SCOPES"]),
            }  # fmt: skip
        fields["PLACEMENT"] = self._target.placement
        if self._target.options or self._target.placement != "DEFAULT":
            fields["PLACEMENT_OPTIONS"] = json.dumps(self._target.options, ensure_ascii=False)
        return fields

    def _init(self, domain: str) -> Row:
        return {
            "LANG": LANG, "DOMAIN": domain, "PROTOCOL": self._protocol, "PATH": "/rest", **_auth(self._token),
            "MEMBER_ID": self._portal.member_id, "FIRST_RUN": False, "IS_ADMIN": self._who.is_admin,
            "INSTALL": not self._app["INSTALLED"], "USER_OPTIONS": self._options("user.option.get"),
            "APP_OPTIONS": self._options("app.option.get"), "PLACEMENT": self._target.placement,
            "PLACEMENT_OPTIONS": self._target.options or "",
        }  # fmt: skip

    def _options(self, method: str) -> Any:
        caller = Caller(self._who.id, self._app["ID"], unlimited=True)
        try:
            return tidy(self._portal.call(method, {}, caller).result)
        except RestError:
            return []


def _auth(token: Row) -> Row:
    """`AUTH_EXPIRES` is a length in seconds; an expired token pretends to be fresh, as a clock that is wrong does."""
    life = token["LIFE"] if token["LIFE"] > 0 else 3600
    return {"AUTH_ID": token["ACCESS"], "AUTH_EXPIRES": str(life), "REFRESH_ID": token["REFRESH"]}


def _choice(kind: str, row: Row) -> Row:
    name = " ".join(str(part) for part in (row.get("name"), row.get("lastName")) if part)
    return {
        "id": f"{kind[0].upper()}_{row['id']}", "type": kind, "place": kind, "title": row.get("title") or name,
        "desc": "", "url": f"/crm/{kind}/details/{row['id']}/",
    }  # fmt: skip
