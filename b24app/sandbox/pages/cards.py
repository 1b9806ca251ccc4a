"""Cards that applications put into the history of an element, as people see them: tags, blocks, buttons.

The layout is the one of `crm.activity.configurable.*`; a button that calls its application is pressed by a form.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from b24app.sandbox.crm import configurable, deeds
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import as_map
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.pages import web


def cards(who: web.Viewer, kind: int, number: int) -> list[Row]:
    """The cards of an element."""
    rows = deeds.of(who.portal, kind, number)
    return [shown(who, row) for row in rows if row["PROVIDER_ID"] == deeds.CONFIGURABLE]


def shown(who: web.Viewer, row: Row) -> Row:
    """One card for the history."""
    layout = as_map(row.get("LAYOUT"))
    header, body, footer = (as_map(layout.get(name)) for name in ("header", "body", "footer"))
    tags = [{"title": spoken(one.get("title")), "type": one.get("type")} for one in _things(header.get("tags"))]
    return {
        "at": row["CREATED"], "icon": "task", "kind": "card", "id": row["ID"], "done": row["COMPLETED"] == "Y",
        "title": spoken(header.get("title")), "tags": tags, "locked": bool(row.get("LOCKED_BY")),
        "lines": [line(who, block, row) for block in _things(body.get("blocks"))],
        "buttons": _buttons(as_map(footer.get("buttons")), "buttons")
        + _buttons(as_map(as_map(footer.get("menu")).get("items")), "menu"),
    }  # fmt: skip


def line(who: web.Viewer, block: Row, row: Row) -> Row:
    """A block as a label and the parts behind it."""
    own = as_map(block.get("properties"))
    if block.get("type") == "withTitle":
        return {"label": spoken(own.get("title")), "parts": line(who, as_map(own.get("block")), row)["parts"]}
    if block.get("type") == "lineOfBlocks":
        return {
            "label": "",
            "parts": [part for one in _things(own.get("blocks")) for part in line(who, one, row)["parts"]],
        }
    if block.get("type") == "deadline":
        return {
            "label": "",
            "parts": [{"text": web.moment(row["DEADLINE"], who) if row.get("DEADLINE") else "", "href": ""}],
        }
    action = as_map(own.get("action"))
    href = str(action.get("uri") or "") if action.get("type") == "redirect" else ""
    return {
        "label": "",
        "parts": [{"text": spoken(own.get("value") or own.get("text")), "href": href, "bold": own.get("bold")}],
    }


def spoken(text: Any) -> str:
    """A text, or its translation for the people of this portal."""
    if isinstance(text, dict):
        return str(text.get("ru") or text.get("en") or next(iter(text.values()), ""))
    return str(text or "")


def _things(value: Any) -> list[Row]:
    return [as_map(one) for one in as_map(value).values()]


def _buttons(things: Row, place: str) -> list[Row]:
    found = []
    for key, one in things.items():
        action = as_map(as_map(one).get("action"))
        href = str(action.get("uri") or "") if action.get("type") == "redirect" else ""
        calls = action.get("type") == "restEvent"
        found.append({"place": f"{place}.{key}", "title": spoken(one.get("title")), "href": href, "calls": calls,
                      "primary": one.get("type") == "primary"})  # fmt: skip
    return [one for one in found if one["href"] or one["calls"]]


def routes(portal: Portal) -> list[Route]:
    """The press of a button."""

    async def press(request: Request) -> Response:
        who, given = web.viewer(portal, request), await web.form(request)
        pressed = configurable.press(portal, request.path_params["id"], str(given.get("place") or ""), who.id)
        portal.store.flush()
        if not pressed:
            return JSONResponse({"error": "Приложение ещё не ответило на прошлое нажатие"}, 409)
        return JSONResponse({"ok": True})

    return [Route("/crm/activity/{id:int}/press", press, methods=["POST"])]
