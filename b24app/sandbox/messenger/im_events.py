"""im.v2.Event.*: what happens in the chats of a person, fetched by an application on that person's behalf.

Source: `chat-bots-v2/im.v2/events/*.md`. The queue belongs to the person, not to the application: two applications that
read one person's events take them from each other.
"""

from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import people, shapes

LANGUAGE = "ru"
MOST, USUAL, KEPT = 1000, 100, 10_000


@method("im.v2.Event.subscribe", scope="im")
def subscribe(call: Call) -> Any:
    call.portal.table("im_subscriber").put(call.user_id, {"USER_ID": call.user_id, "APP_ID": call.app_id})
    return True


@method("im.v2.Event.unsubscribe", scope="im")
def unsubscribe(call: Call) -> Any:
    call.portal.table("im_subscriber").delete(call.user_id)
    for row in call.portal.table("im_event").where(USER_ID=call.user_id):
        call.portal.table("im_event").delete(row["ID"])
    return True


@method("im.v2.Event.get", scope="im")
def get(call: Call) -> Any:
    """Events from `offset` on; everything below it is confirmed and forgotten."""
    table, offset = call.portal.table("im_event"), call.int("offset")
    limit = min(max(call.int("limit", default=USUAL), 1), MOST)
    rows = table.where(USER_ID=call.user_id)
    for row in rows:
        if row["ID"] < offset:
            table.delete(row["ID"])
    waiting = [row for row in rows if row["ID"] >= offset]
    page = waiting[:limit]
    events = [{"eventId": row["ID"], "type": row["TYPE"], "date": row["DATE"], "data": row["DATA"]} for row in page]
    following = page[-1]["ID"] + 1 if page else offset
    return {"events": events, "nextOffset": following, "hasMore": len(waiting) > limit}


def start(portal: Portal) -> None:
    """Hear everything that is said."""
    portal.listen("chat.message", lambda chat, message, author: _message(portal, "MESSAGEADD", chat, message, author))
    portal.listen("chat.changed", lambda chat, message: _message(portal, "MESSAGEUPDATE", chat, message))
    portal.listen("chat.deleted", lambda chat, message: _deleted(portal, chat, message))
    portal.listen("chat.reacted", lambda **facts: _reacted(portal, **facts))
    portal.listen("chat.joined", lambda chat, user_id: _joined(portal, chat, user_id))


def _message(portal: Portal, name: str, chat: Row, message: Row, author: int | None = None) -> None:
    _give(portal, name, chat, message["AUTHOR_ID"] or author or 0, message=shapes.message_v2(portal, message))


def _deleted(portal: Portal, chat: Row, message: Row) -> None:
    _give(portal, "MESSAGEDELETE", chat, message["AUTHOR_ID"], messageId=message["ID"])


def _reacted(portal: Portal, chat: Row, message: Row, user_id: int, **change: str) -> None:
    _give(portal, "REACTIONCHANGE", chat, user_id, **change, message=shapes.message_v2(portal, message))


def _joined(portal: Portal, chat: Row, user_id: int) -> None:
    _give(portal, "JOINCHAT", chat, user_id, dialogId=f"chat{chat['ID']}")


def _give(portal: Portal, name: str, chat: Row, author: int, **facts: Any) -> None:
    subscribers, table = portal.table("im_subscriber"), portal.table("im_event")
    for one in chat["USERS"]:
        if one not in subscribers:
            continue
        who = {"chat": shapes.chat_event(portal, chat, one), "user": people.v2(portal, author, online=True)}
        data = {**facts, **who, "language": LANGUAGE}
        table.add({"USER_ID": one, "TYPE": f"ONIMV2{name}", "DATE": portal.iso(), "DATA": data})
    for key in table.keys()[: max(0, len(table) - KEPT)]:
        table.delete(key)
