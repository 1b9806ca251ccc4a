"""What every page of the portal needs: who looks, templates, files, the portal's own calls."""

import json
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from b24app.sandbox import placements
from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.php import nest, parse_query
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people
from b24app.sandbox.pages import bbcode

HERE = Path(__file__).parent
COOKIE = "sandbox_user"
_HEX = re.compile(r"#[0-9a-f]{6}")
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
MONTHS = ("янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек.")
DAYS = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page, and from what."""

    portal: Portal
    id: int
    mobile: bool = False
    slider: bool = False

    @property
    def user(self) -> Row:
        """The person's row."""
        return self.portal.users.get(self.id) or {}

    @property
    def name(self) -> str:
        """Name and surname."""
        return people.full_name(self.portal, self.id)

    @property
    def is_admin(self) -> bool:
        """Whether the person administers the portal."""
        return self.portal.is_admin(self.id)

    @property
    def zone(self) -> tzinfo:
        """The person's own time zone, else the portal's."""
        name = str(self.user.get("TIME_ZONE") or "")
        return ZoneInfo(name) if name else self.portal.clock.zone

    def call(self, method: str, **params: Any) -> Any:
        """A REST method as the portal's own page runs it: with this person's rights, without limits."""
        return self.portal.call(method, params, Caller(self.id, unlimited=True)).result


def viewer(portal: Portal, request: Request) -> Viewer:
    """The person a request comes from: `?as=`, the page's own header, the cookie, else the first administrator."""
    given = request.query_params.get("as") or request.headers.get("x-sandbox-user") or request.cookies.get(COOKIE)
    number = to_int(given)
    if not people.is_active(portal, number) or people.is_bot(portal, number):
        number = next((row["ID"] for row in portal.users if row.get("ADMIN") and row["ACTIVE"]), 1)
    query = request.query_params
    return Viewer(portal, number, query.get("mobile") == "1", query.get("IFRAME") == "Y")


async def form(request: Request) -> dict[str, Any]:
    """A form or a JSON body of the portal's own pages."""
    body = (await request.body()).decode("utf-8", "replace")
    if request.headers.get("content-type", "").startswith("application/json"):
        data = json.loads(body or "{}")
        return nest(data.items()) if isinstance(data, dict) else {}
    return parse_query(body)


def page(who: Viewer, template: str, **facts: Any) -> Response:
    """A page in the portal's frame; `?as=` is remembered."""
    answer = HTMLResponse(render(who, template, **facts))
    answer.set_cookie(COOKIE, str(who.id), samesite="lax")
    return answer


def render(who: Viewer, template: str, **facts: Any) -> str:
    """A template with what all of them use."""
    return environment().get_template(template).render(
        me=who, portal=who.portal, static=static_url, moment=lambda value: moment(value, who), bb=_bb(who),
        clock=lambda value: parsed(value, who).strftime("%H:%M"), initials=initials, colour=people.colour, menu=menu,
        staff=employees(who.portal), now=pulse(who)["now"], **facts,
    )  # fmt: skip


def _bb(who: Viewer) -> Any:
    return lambda text: bbcode.render(str(text or ""), zone=who.zone)


@cache
def environment() -> Environment:
    """Templates beside this module."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
    made.filters["deep"] = deep
    return made


def deep(colour: str) -> str:
    """A portal's colour darkened until white letters can be read on it."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)] if _HEX.fullmatch(colour) else []
    return f"#{''.join(f'{part * 58 // 100:02x}' for part in parts)}" if parts else colour


@cache
def static_url(name: str) -> str:
    """Address of a file with its fingerprint, so that browsers keep it."""
    mark = sha256((HERE / "static" / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?{mark}"


async def static(request: Request) -> Response:
    """A file of the pages."""
    path = HERE / "static" / Path(request.path_params["name"]).name
    if path.suffix not in KINDS or not path.is_file():
        return Response("Not found", 404)
    return Response(path.read_bytes(), media_type=KINDS[path.suffix], headers={"Cache-Control": "max-age=31536000"})


def nothing(text: str) -> Response:
    """A page that is not there."""
    return HTMLResponse(f"<!doctype html><meta charset=utf-8><p>{escape(text)}</p>", 404)


def parsed(value: Any, who: Viewer) -> datetime:
    """A stored moment in the viewer's zone."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.astimezone(who.zone)


def moment(value: Any, who: Viewer) -> str:
    """«сегодня 12:05», «вчера 17:40», «22 нояб., 09:41», other years with the year."""
    if not value:
        return ""
    then, now = parsed(value, who), who.portal.now().astimezone(who.zone)
    days = (now.date() - then.date()).days
    if days in {0, 1}:
        return f"{('сегодня', 'вчера')[days]} {then:%H:%M}"
    year = "" if then.year == now.year else f" {then.year}"
    return f"{then.day} {MONTHS[then.month - 1]}{year}, {then:%H:%M}"


def day(value: Any, who: Viewer) -> str:
    """The heading of a day in a talk."""
    then, now = parsed(value, who).date(), who.portal.now().astimezone(who.zone).date()
    known = {0: "сегодня", 1: "вчера"}
    return known.get((now - then).days, f"{DAYS[then.weekday()].lower()}, {then.day} {MONTHS[then.month - 1]}")


def initials(name: str) -> str:
    """Two letters for a round avatar."""
    return "".join(part[0] for part in name.split()[:2] if part).upper() or "?"


def pulse(who: Viewer) -> dict[str, Any]:
    """What the frame of every page shows and refreshes: the clock, unread messages, notices."""
    local = who.portal.clock.local()
    unread = sum(len(chats.unread_ids(who.portal, chat, who.id)) for chat in chats.of_user(who.portal, who.id))
    notices = len(who.portal.table("notice").where(USER_ID=who.id, READ=False))
    return {
        "now": f"{DAYS[local.weekday()]}, {local.day} {MONTHS[local.month - 1]} {local:%H:%M:%S}", "unread": unread,
        "speed": who.portal.clock.speed, "notices": notices,
    }  # fmt: skip


def menu(who: Viewer) -> list[dict[str, str]]:
    """The left menu: the portal's own sections, pages of applications, the panel of time."""
    items = [
        {"section": "online", "title": "Мессенджер", "href": "/online/", "icon": "chat"},
        {"section": "crm", "title": "CRM", "href": "/crm/deal/kanban/", "icon": "crm"},
        {"section": "tasks", "title": "Задачи", "href": "/tasks/", "icon": "task"},
    ]
    for app in who.portal.apps.where(lambda row: not row.get("DELETED") and not row.get("UNINSTALLED")):
        if app.get("MENU_TITLE"):
            href = f"/marketplace/app/{app['ID']}/"
            items.append({"section": f"app{app['ID']}", "title": app["MENU_TITLE"], "href": href, "icon": "app"})
    for place in placements.bound(who.portal, "LEFT_MENU"):
        href = f"/marketplace/app/{place['APP_ID']}/?placement={place['ID']}"
        title = place["TITLE"] or "Приложение"
        items.append({"section": f"place{place['ID']}", "title": title, "href": href, "icon": "app"})
    items.append({"section": "devops", "title": "Разработчикам", "href": "/devops/", "icon": "code"})
    items.append({"section": "time", "title": "Время", "href": "/time/", "icon": "clock"})
    return items


def employees(portal: Portal) -> list[Row]:
    """Active people, bots left out, in the order of their departments."""
    rows = portal.users.where(ACTIVE=True)
    staff = [row for row in rows if not people.is_bot(portal, row["ID"]) and row.get("USER_TYPE") in {"employee", ""}]
    return sorted(staff, key=lambda row: (people.departments(row)[:1] or [0], row["ID"]))


def attachment(name: str, body: str) -> Response:
    """A file kept as base64."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(b64decode(body), media_type="application/octet-stream", headers=headers)
