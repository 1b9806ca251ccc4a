"""Routes of the control API. Each reads a JSON object and answers with one."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from b24app.sandbox.apps import confirm, lifecycle
from b24app.sandbox.apps.scopes import SCOPES
from b24app.sandbox.control import credentials
from b24app.sandbox.demo import letters
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.events import Events
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org import users, worktime
from b24app.sandbox.org.people import add_user

Handler = Callable[[Request, Row], Any]


class Bad(Exception):
    """A request the control API does not understand; its text is the answer."""


def routes(portal: Portal) -> Sequence[BaseRoute]:
    """All routes of the control API."""
    control = Control(portal)
    table: dict[str, dict[str, Handler]] = {
        "": {"GET": control.about},
        "clock": {"GET": control.clock, "POST": control.move_clock},
        "faults": {"GET": control.faults, "POST": control.set_faults, "DELETE": control.reset_faults},
        "limits": {"DELETE": control.clear_limits},
        "tells": {"GET": control.tells, "DELETE": control.forget_tells},
        "requests": {"GET": control.requests, "DELETE": control.forget_requests},
        "events": {"GET": control.events, "DELETE": control.forget_events},
        "events/{word}": {"POST": control.switch_events},
        "users": {"GET": control.users, "POST": control.add_user},
        "users/{id:int}": {"POST": control.change_user},
        "webhooks": {"GET": control.webhooks, "POST": control.add_webhook},
        "webhooks/{secret}": {"DELETE": control.drop_webhook},
        "apps": {"GET": control.apps, "POST": control.register},
        "apps/{id:int}": {"GET": control.app, "POST": control.save_app, "DELETE": control.uninstall},
        "apps/{id:int}/finish": {"POST": control.finish},
        "apps/{id:int}/access": {"POST": control.access},
        "apps/{id:int}/tokens": {"POST": control.issue, "DELETE": control.revoke},
        "confirmations": {"POST": control.confirm},
        "letters": {"POST": control.write},
        "calendar": {"GET": control.calendar, "POST": control.set_calendar},
        "rename": {"POST": control.rename},
        "fidelity-credentials": {"POST": control.fidelity},
    }
    return [
        Route(f"/_sandbox/{path}", _endpoint(portal, handler), methods=[verb])
        for path, verbs in table.items()
        for verb, handler in verbs.items()
    ]


def _endpoint(portal: Portal, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            answer, status = handler(request, await _body(request)), 200
        except Bad as error:
            answer, status = {"error": str(error)}, 400
        except RestError as error:
            answer, status = {"error": error.description or error.code}, 400
        portal.store.flush()
        return JSONResponse(answer, status)

    return endpoint


async def _body(request: Request) -> Row:
    text = await request.body()
    try:
        data = json.loads(text) if text else {}
    except ValueError as error:
        raise Bad(f"The body is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise Bad("The body is a JSON object")
    return data


class Control:
    """The control API of one portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def about(self, _: Request, __: Row) -> Row:
        """What the portal is and who works in it."""
        portal = self.portal
        return {
            "title": portal.setting("title", "Песочница"), "base_url": portal.origin, "oauth_url": portal.oauth_origin,
            "domain": portal.domain, "member_id": portal.member_id, "test_mode": portal.setting("test_mode", False),
        }  # fmt: skip

    # --- the clock

    def clock(self, _: Request, __: Row) -> Row:
        """The virtual moment and how fast it runs."""
        clock = self.portal.clock
        return {"now": clock.now().isoformat(), "speed": clock.speed, "zone": str(clock.zone)}

    def move_clock(self, request: Request, given: Row) -> Row:
        """`now` jumps to a moment, `advance_s` jumps ahead, `speed` changes how fast it runs; 0 stands still."""
        clock = self.portal.clock
        if "speed" in given:
            clock.run_at(max(float(given["speed"]), 0.0))
        if "now" in given:
            clock.set(_moment(given["now"], clock.zone))
        if "advance_s" in given:
            clock.advance(float(given["advance_s"]))
        self._poke()
        return self.clock(request, given)

    # --- troubles

    def faults(self, _: Request, __: Row) -> Row:
        """All switches."""
        return self.portal.faults.as_dict()

    def set_faults(self, request: Request, given: Row) -> Row:
        """Set the named switches, leave the others."""
        unknown = self.portal.faults.apply(given)
        self._poke()
        if unknown:
            raise Bad(f"No such switch: {', '.join(unknown)}")
        return self.faults(request, given)

    def reset_faults(self, request: Request, given: Row) -> Row:
        """All switches off."""
        self.portal.faults.reset()
        self._poke()
        return self.faults(request, given)

    def clear_limits(self, _: Request, __: Row) -> Row:
        """An empty bucket and no operating time used."""
        self.portal.bucket.clear()
        self.portal.operating.clear()
        return {"ok": True}

    def _poke(self) -> None:
        if isinstance(self.portal.outgoing, Events):
            self.portal.outgoing.poke()

    # --- what happened

    def tells(self, _: Request, __: Row) -> Row:
        """What the portal did silently."""
        return {"tells": list(self.portal.tells)}

    def forget_tells(self, _: Request, __: Row) -> Row:
        self.portal.tells.clear()
        return {"ok": True}

    def requests(self, request: Request, __: Row) -> Row:
        """REST calls, the oldest first; `?method=` narrows down to one."""
        wanted = request.query_params.get("method", "").lower()
        rows = [row for row in self.portal.requests if not wanted or str(row["method"]).lower() == wanted]
        return {"requests": rows}

    def forget_requests(self, _: Request, __: Row) -> Row:
        self.portal.requests.clear()
        return {"ok": True}

    def events(self, _: Request, __: Row) -> Row:
        """Events that were sent with their outcome, how many wait, and who subscribed to what."""
        outgoing = self._events()
        bindings = list(self.portal.table("event_binding"))
        return {"events": list(outgoing.log), "waiting": outgoing.waiting(), "bindings": bindings}

    def forget_events(self, _: Request, __: Row) -> Row:
        self._events().log.clear()
        return {"ok": True}

    def switch_events(self, request: Request, _: Row) -> Row:
        """`hold` keeps events back, `release` sends them."""
        word = request.path_params["word"]
        if word not in {"hold", "release"}:
            raise Bad("events/hold or events/release")
        self.portal.faults.events_held = word == "hold"
        self._poke()
        return {"waiting": self._events().waiting()}

    def _events(self) -> Events:
        if not isinstance(self.portal.outgoing, Events):
            raise Bad("The portal delivers nothing")
        return self.portal.outgoing

    # --- people

    def users(self, _: Request, __: Row) -> Row:
        """Everybody, bots included."""
        return {"users": [_short(row) for row in self.portal.users]}

    def add_user(self, _: Request, given: Row) -> Row:
        """An employee who has logged in for the first time: ONUSERADD is sent. Fields are those of `user.add`."""
        fields = {str(name).upper(): value for name, value in given.items()}
        row = add_user(self.portal, **{"TIME_ZONE": str(self.portal.clock.zone), **fields})
        data = {name: value for name, value in row.items() if value not in ("", {}, None) and name != "ADMIN"}
        self.portal.raise_event("ONUSERADD", {**data, "ID": str(row["ID"])}, user=row["ID"])
        return _short(row)

    def change_user(self, request: Request, given: Row) -> Row:
        """Fields of a user; `{"active": false}` dismisses, `{"admin": true}` gives rights."""
        number = request.path_params["id"]
        if number not in self.portal.users:
            raise Bad(f"No user {number}")
        users.change(self.portal, number, {str(name).upper(): value for name, value in given.items()})
        return _short(self.portal.users.get(number) or {})

    # --- ways in

    def webhooks(self, _: Request, __: Row) -> Row:
        table = self.portal.table("webhook")
        return {"webhooks": [{"secret": key, **(table.get(key) or {})} for key in table.keys()]}  # noqa: SIM118 - a Table

    def add_webhook(self, _: Request, given: Row) -> Row:
        """A new incoming webhook of `user` (1) with `scopes` (all)."""
        user, scopes = to_int(given.get("user"), 1), tuple(given.get("scopes") or SCOPES)
        secret = credentials.webhook(self.portal, user, scopes, unlimited=bool(given.get("unlimited")))
        return {"url": f"{self.portal.origin}/rest/{user}/{secret}/", "user": user, "secret": secret}

    def drop_webhook(self, request: Request, _: Row) -> Row:
        return {"deleted": self.portal.table("webhook").delete(request.path_params["secret"]) is not None}

    # --- applications

    def apps(self, _: Request, __: Row) -> Row:
        return {"apps": [_application(row) for row in self.portal.apps if not row.get("DELETED")]}

    def register(self, _: Request, given: Row) -> Row:
        """The form «Локальное приложение»: see `lifecycle.Form` for the fields."""
        known = {"name", "handler", "install", "menu_title", "api_only", "mobile", "scopes"}
        if unknown := set(given) - known:
            raise Bad(f"No such field of the form: {', '.join(sorted(unknown))}")
        form = lifecycle.Form(**{"name": "Приложение", **given, "scopes": tuple(given.get("scopes") or ())})
        return _application(lifecycle.register(self.portal, form))

    def app(self, request: Request, _: Row) -> Row:
        return _application(self._app(request))

    def save_app(self, request: Request, given: Row) -> Row:
        """The form is saved again: handlers of events are removed. Besides its fields `new_token` (bool)."""
        app, changes = self._app(request), dict(given)
        new_token = bool(changes.pop("new_token", False))
        fields = {str(name).upper(): value for name, value in changes.items()}
        lifecycle.save_again(self.portal, app, 1, new_token=new_token, **fields)
        return _application(app)

    def uninstall(self, request: Request, given: Row) -> Row:
        """Delete the application; `clean` as in ONAPPUNINSTALL."""
        lifecycle.uninstall(self.portal, self._app(request), clean=bool(given.get("clean", True)))
        return {"ok": True}

    def finish(self, request: Request, given: Row) -> Row:
        """`installFinish` without a page, by the administrator `user` (1)."""
        app, user = self._app(request), to_int(given.get("user"), 1)
        if app["INSTALLED"]:
            raise Bad("The application is installed already")
        lifecycle.finish(self.portal, app, user)
        return _application(app)

    def access(self, request: Request, given: Row) -> Row:
        """`denied`: employees the administrator does not let into the application."""
        denied = [to_int(one) for one in given.get("denied") or []]
        self.portal.apps.update(self._app(request)["ID"], DENIED_USERS=denied)
        return {"denied": denied}

    def issue(self, request: Request, given: Row) -> Row:
        """New tokens of `user` (1); `life_s` may be negative: a token that has expired."""
        token = self.portal.issue_tokens(
            self._app(request), to_int(given.get("user"), 1), life_s=to_int(given.get("life_s"))
        )
        return {"access_token": token["ACCESS"], "refresh_token": token["REFRESH"], "expires": token["EXPIRES"]}

    def revoke(self, request: Request, given: Row) -> Row:
        """Make the application's tokens unknown: all, or those of `user`; `expire` lets access tokens expire instead."""
        app, user, count = self._app(request), given.get("user"), 0
        for name in ("token",) if given.get("expire") else ("token", "refresh"):
            table = self.portal.table(name)
            for key in table.keys():  # noqa: SIM118 - a Table
                row = table.get(key) or {}
                if row["APP_ID"] != app["ID"] or user not in (None, row["USER_ID"]):
                    continue
                count += 1
                _ = table.update(key, EXPIRES=0) if given.get("expire") else table.delete(key)
        return {"tokens": count}

    def confirm(self, _: Request, given: Row) -> Row:
        """An administrator's answer to the methods that wait for one: `allow` (true)."""
        return {"decided": confirm.decide(self.portal, allow=bool(given.get("allow", True)))}

    def _app(self, request: Request) -> Row:
        app = lifecycle.live(self.portal, request.path_params["id"])
        if app is None:
            raise Bad(f"No application {request.path_params['id']}")
        return app

    # --- the rest

    def write(self, _: Request, given: Row) -> Row:
        """A customer writes: see `letters.Letter` for the fields. Without `category_id` it goes to support."""
        category = given.get("category_id")
        category = letters.support_pipeline(self.portal) if category is None else to_int(category)
        names = ("channel", "subject", "text", "name", "email", "company")
        defaults = {"channel": "email", "subject": "Без темы", "text": "", "name": "Клиент", "email": "", "company": ""}
        values = {name: str(given.get(name) or defaults[name]) for name in names}
        letter = letters.Letter(
            **values, category_id=category, contact_id=to_int(given.get("contact_id")),
            company_id=to_int(given.get("company_id")),
        )  # fmt: skip
        return {"deal": letters.send(self.portal, letter)}

    def calendar(self, _: Request, __: Row) -> Row:
        return {**worktime.DEFAULTS, **self.portal.setting("calendar", {})}

    def set_calendar(self, request: Request, given: Row) -> Row:
        """Working time of the portal: fields of `calendar.settings.get`."""
        worktime.change(self.portal, **given)
        return self.calendar(request, given)

    def rename(self, _: Request, given: Row) -> Row:
        """The portal moves to `origin` (the sandbox's other name); the old address answers 302 (platform.md 2.7)."""
        origin = str(given.get("origin") or self.portal.oauth_origin).rstrip("/")
        if urlsplit(origin).scheme not in {"http", "https"}:
            raise Bad("origin: the new address, http://host:port")
        moved = dict.fromkeys((*self.portal.setting("moved", {}), self.portal.domain), origin)
        moved.pop(urlsplit(origin).netloc, None)
        self.portal.set_setting("moved", moved)
        self.portal.origin = origin
        return {"base_url": origin, "moved": moved}

    def fidelity(self, _: Request, __: Row) -> Row:
        """Credentials for suites written against a real portal; only in an empty portal."""
        if not self.portal.setting("test_mode"):
            raise Bad("Only in the test mode: start the sandbox with --empty")
        return credentials.for_suites(self.portal)


def _moment(value: Any, zone: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Bad("now: an ISO 8601 moment; without an offset in the portal's zone") from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _short(row: Row) -> Row:
    name = f"{row.get('NAME', '')} {row.get('LAST_NAME', '')}".strip()
    return {
        "id": row["ID"], "name": name, "active": row["ACTIVE"], "admin": bool(row.get("ADMIN")),
        "type": row.get("USER_TYPE") or "employee", "departments": users.departments(row),
        "position": row.get("WORK_POSITION") or "",
    }  # fmt: skip


def _application(row: Row) -> Row:
    return {
        "id": row["ID"], "name": row["NAME"], "client_id": row["CLIENT_ID"], "client_secret": row["CLIENT_SECRET"],
        "application_token": row["TOKEN"], "installed": row["INSTALLED"], "handler": row["HANDLER"],
        "install": row["INSTALL"], "scopes": row["SCOPES"], "version": row["VERSION"], "api_only": row["API_ONLY"],
        "menu_title": row["MENU_TITLE"],
    }  # fmt: skip
