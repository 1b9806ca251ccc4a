"""im.search.*: chats, departments, people, and what was looked for last; im.dialog.messages.search.

Source: `api-reference/chats/search/*.md`, `chats/messages/im-dialog-messages-search.md`.
"""

from datetime import timedelta
from typing import Any

from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, shapes
from b24app.sandbox.messenger.im_people import department

SHORTEST, TEXT_FROM = 2, 3


def _paged(call: Call, rows: list[Any]) -> Answer:
    offset, limit = call.int("OFFSET"), min(call.int("LIMIT") or 10, 50)
    more = offset + limit if len(rows) > offset + limit else None
    return Answer(rows[offset : offset + limit], len(rows), more)


def _phrase(call: Call, name: str = "FIND") -> str:
    phrase = str(call.get(name) or "").strip().casefold()
    if len(phrase) < SHORTEST:
        raise RestError("FIND_SHORT", "Too short a search phrase.")
    return phrase


@method("im.search.chat.list", scope="im")
def chat_list(call: Call) -> Any:
    """Groups of the caller by title, newest first."""
    phrase = _phrase(call, "FIND" if call.get("FIND") else "FIND_LINES")
    groups = (chat for chat in chats.of_user(call.portal, call.user_id) if chat["TYPE"] != chats.PRIVATE)
    found = [chat for chat in groups if phrase in chats.title(call.portal, chat, call.user_id).casefold()]
    return _paged(call, [shapes.chat_im(call.portal, chat, call.user_id) for chat in found[::-1]])


@method("im.search.department.list", scope="im")
def department_list(call: Call) -> Any:
    """Departments by name; an empty phrase switches the filter off."""
    if call.get("FIND") is None:
        raise RestError("FIND_SHORT", "Too short a search phrase.")
    phrase = str(call.get("FIND")).strip().casefold()
    rows = [
        row for row in call.portal.table("department") if len(phrase) < SHORTEST or phrase in row["NAME"].casefold()
    ]
    return _paged(call, [department(call, row) for row in rows])


# --- what was looked for last


@method("im.search.last.add", scope="im")
def last_add(call: Call) -> Any:
    dialog, table = _dialog(call), call.portal.table("search_last")
    table.delete(f"{call.user_id}:{dialog}")
    table.put(f"{call.user_id}:{dialog}", {"USER_ID": call.user_id, "DIALOG_ID": dialog})
    return True


@method("im.search.last.delete", scope="im")
def last_delete(call: Call) -> Any:
    call.portal.table("search_last").delete(f"{call.user_id}:{_dialog(call)}")
    return True


@method("im.search.last.get", scope="im")
def last_get(call: Call) -> Any:
    rows = call.portal.table("search_last").where(USER_ID=call.user_id)[::-1]
    skip_chats, skip_people = _yes(call, "SKIP_CHAT"), _yes(call, "SKIP_DIALOG")
    shown = (row for row in rows if not (skip_chats if str(row["DIALOG_ID"]).startswith("chat") else skip_people))
    return [item for row in shown if (item := _last(call, str(row["DIALOG_ID"])))]


def _yes(call: Call, name: str) -> bool:
    return str(call.get(name) or "N").upper() == "Y"


def _dialog(call: Call) -> str:
    dialog = str(call.get("DIALOG_ID") or "")
    group = call.portal.table("chat").get(to_int(dialog.removeprefix("chat"))) if dialog.startswith("chat") else None
    if group is None and to_int(dialog) not in call.portal.users:
        raise RestError("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
    return dialog


def _last(call: Call, dialog: str) -> Row | None:
    portal, who = call.portal, call.user_id
    if not dialog.startswith("chat"):
        user = people.im(portal, to_int(dialog))
        avatar = {"url": user["avatar"], "color": user["color"]}
        return {"id": user["id"], "type": "user", "avatar": avatar, "title": user["name"], "user": user}
    chat = portal.table("chat").get(to_int(dialog.removeprefix("chat")))
    if chat is None:
        return None
    avatar = {"url": chat["AVATAR"], "color": chat["COLOR"]}
    title = chats.title(portal, chat, who)
    return {"id": dialog, "type": "chat", "avatar": avatar, "title": title, "chat": shapes.chat_im(portal, chat, who)}


# --- messages of a chat


@method("im.dialog.messages.search", scope="im")
def messages(call: Call) -> Any:
    """Messages of one chat by text and time, newest first unless ordered otherwise."""
    number = call.int("CHAT_ID")
    if not number:
        raise RestError("CHAT_ID_EMPTY", "CHAT_ID can't be empty")
    chat = call.portal.table("chat").get(number)
    if chat is None or call.user_id not in chat["USERS"]:
        raise RestError("ACCESS_ERROR", "You do not have access to this chat", 403)
    rows = [row for row in chats.history(call.portal, number, limit=100_000) if _matches(call, row)]
    if str(as_map(call.get("ORDER")).get("ID") or "DESC").upper() == "DESC":
        rows.reverse()
    rows = rows[: min(call.int("LIMIT") or 50, 200)]
    return _found(call.portal, rows, call.user_id)


def _matches(call: Call, row: Row) -> bool:
    text, last = str(call.get("SEARCH_MESSAGE") or "").casefold(), call.int("LAST_ID")
    if (
        row["DELETED"]
        or (last and row["ID"] >= last)
        or (len(text) >= TEXT_FROM and text not in row["TEXT"].casefold())
    ):
        return False
    clock, at = call.portal.clock, moments.moment(row["DATE"], call.portal.clock)
    day, begin, end = (moments.moment(call.get(name), clock) for name in ("DATE", "DATE_FROM", "DATE_TO"))
    begin, end = (day, day + timedelta(days=1)) if day else (begin, end)
    return at is None or ((begin is None or at >= begin) and (end is None or at <= end))


def _found(portal: Portal, rows: list[Row], viewer: int) -> Row:
    authors = dict.fromkeys(row["AUTHOR_ID"] for row in rows if row["AUTHOR_ID"])
    return {
        "users": [people.v2(portal, one) for one in authors], "files": [], "additionalMessages": [], "copilot": None,
        "stickers": [], "reactions": [], "tariffRestrictions": {"isHistoryLimitExceeded": False}, "usersShort": [],
        "messages": [_message(portal, row, viewer) for row in rows],
    }  # fmt: skip


def _message(portal: Portal, row: Row, viewer: int) -> Row:
    chat = portal.table("chat").get(row["CHAT_ID"]) or {}
    unread = row["ID"] in chats.unread_ids(portal, chat, viewer)
    readers = [
        user for user, last in chat["READ"].items() if to_int(last) >= row["ID"] and to_int(user) != row["AUTHOR_ID"]
    ]
    return {
        **shapes.message_v2(portal, row), "chat_id": row["CHAT_ID"], "author_id": row["AUTHOR_ID"], "block": None,
        "unread": unread, "viewed": not unread, "viewedCount": len(readers),
    }  # fmt: skip
