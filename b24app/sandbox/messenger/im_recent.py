"""im.recent.*: the list of dialogs as one person sees it, with what the person pinned, hid or marked unread.

Source: `api-reference/chats/im-recent-*.md`, `chats/special-operations/im-recent-*.md`.
"""

from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, shapes
from b24app.sandbox.messenger.im_chats import dialog_of


@method("im.recent.list", scope="im")
def recent_list(call: Call) -> Any:
    rows = _recent(call)
    offset, limit = call.int("OFFSET"), min(call.int("LIMIT") or 50, 200)
    return {
        "items": rows[offset : offset + limit],
        "hasMorePages": len(rows) > offset + limit,
        "hasMore": len(rows) > offset + limit,
    }


@method("im.recent.get", scope="im")
def recent_get(call: Call) -> Any:
    return _recent(call)


def _recent(call: Call) -> list[dict[str, Any]]:
    skip_dialogs = str(call.get("SKIP_DIALOG") or "N").upper() == "Y"
    skip_chats = str(call.get("SKIP_CHAT") or "N").upper() == "Y"
    unread_only = str(call.get("UNREAD_ONLY") or "N").upper() == "Y"
    rows = []
    for chat in chats.of_user(call.portal, call.user_id):
        single = chat["TYPE"] == chats.PRIVATE
        hidden = chats.newest(call.portal, chat["ID"]) <= to_int(_marks(call, chat).get("HIDDEN_AT", -1))
        if not hidden and not ((single and skip_dialogs) or (not single and skip_chats)):
            rows.append(_item(call, chat))
    rows = [row for row in rows if row["message"]["id"] and (row["counter"] or row["unread"] or not unread_only)]
    return sorted(rows, key=lambda row: (row["pinned"], int(row["message"]["id"])), reverse=True)


def _item(call: Call, chat: Row) -> dict[str, Any]:
    portal, who = call.portal, call.user_id
    last = next(iter(chats.history(portal, chat["ID"], limit=1)), None)
    name = chats.dialog_id(chat, who)
    single, marks = chat["TYPE"] == chats.PRIVATE, _marks(call, chat)
    message = {"id": 0} if last is None else {
        "id": last["ID"], "text": last["TEXT"], "file": bool(last["PARAMS"].get("files")),
        "author_id": last["AUTHOR_ID"], "attach": bool(last["PARAMS"].get("attach")), "date": last["DATE"],
        "status": "delivered" if chats.viewed_by_others(chat, last) else "received", "uuid": last["UUID"],
    }  # fmt: skip
    item = {
        "id": to_int(name) if single else name, "chat_id": chat["ID"], "type": "user" if single else "chat",
        "avatar": {"url": chat["AVATAR"], "color": chat["COLOR"]}, "title": chats.title(portal, chat, who),
        "message": message, "counter": len(chats.unread_ids(portal, chat, who)),
        "last_id": to_int(chat["READ"].get(str(who))), "pinned": bool(marks.get("PINNED")), "unread": bool(marks.get("UNREAD")), "has_reminder": False,
        "date_update": message.get("date"), "date_last_activity": message.get("date"), "options": [],
    }  # fmt: skip
    return (
        {**item, "user": people.im(portal, to_int(name))}
        if single
        else {**item, "chat": shapes.chat_im(portal, chat, who)}
    )


# --- marks a person puts on a dialog


def _marks(call: Call, chat: Row) -> Row:
    return call.portal.table("recent_mark").get(f"{call.user_id}:{chat['ID']}") or {}


def _mark(call: Call, chat: Row, **changes: Any) -> None:
    call.portal.table("recent_mark").put(f"{call.user_id}:{chat['ID']}", {**_marks(call, chat), **changes})


def _given(call: Call, default: str = "Y") -> bool:
    return str(call.get("PIN", "ACTION", default=default)).upper() in {"Y", "1", "TRUE"}


@method("im.recent.hide", scope="im")
def hide(call: Call) -> Any:
    """Out of the list until the next message."""
    chat = dialog_of(call, call.user_id)
    _mark(call, chat, HIDDEN_AT=chats.newest(call.portal, chat["ID"]))
    return True


@method("im.recent.pin", scope="im")
def pin(call: Call) -> Any:
    _mark(call, dialog_of(call, call.user_id), PINNED=_given(call))
    return True


@method("im.recent.unread", scope="im")
def unread(call: Call) -> Any:
    """A mark of the person's own; taking it off reads the dialog."""
    try:
        chat = dialog_of(call, call.user_id)
    except RestError as error:
        if error.code == "DIALOG_ID_EMPTY":
            raise
        return False
    marked = _given(call)
    _mark(call, chat, UNREAD=marked)
    if not marked:
        chats.read(call.portal, chat, call.user_id)
    return True


@method("im.dialog.unread", scope="im")
def dialog_unread(call: Call) -> Any:
    """Everything from this message on is unread again."""
    chat, first = dialog_of(call, call.user_id), call.int("MESSAGE_ID")
    if first <= 0:
        raise RestError("MESSAGE_ID_ERROR", "First unread message id can't be empty")
    read = {**chat["READ"], str(call.user_id): first - 1}
    call.portal.table("chat").update(chat["ID"], READ=read)
    return True
