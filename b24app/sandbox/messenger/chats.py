"""Chats: private dialogs of two, group chats, who is in them and what they have not read.

`chat` holds the chats, `chat_log:N` the numbers of the messages of chat N in order, `message` the messages.
A dialog id is what people and bots call a chat: `chat5` for a group, the other side's user id for a dialog of two.
"""

import uuid
from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row, Table
from b24app.sandbox.messenger import people

PRIVATE, GROUP, OPEN, LINES = "P", "C", "O", "L"
LONGEST = 20_000
CUT = " (...)"


def log(portal: Portal, chat_id: int) -> Table:
    """Numbers of the messages of a chat, oldest first."""
    return portal.table(f"chat_log:{chat_id}")


def open_group(portal: Portal, owner: int, members: list[int], **fields: Any) -> Row:
    """A new group chat; members who do not exist are left out."""
    users = [one for one in dict.fromkeys([owner, *members]) if people.is_active(portal, one)]
    return _make(portal, {"TYPE": GROUP, "OWNER": owner, "USERS": users, "MANAGERS": [owner], **fields})


def private(portal: Portal, one: int, other: int) -> Row:
    """The dialog of these two, made when it is not there yet."""
    found = find_private(portal, one, other)
    if found is not None:
        return found
    chat = _make(portal, {"TYPE": PRIVATE, "OWNER": one, "USERS": [one, other]})
    portal.table("dialog").put(_pair(one, other), {"CHAT_ID": chat["ID"]})
    return chat


def find_private(portal: Portal, one: int, other: int) -> Row | None:
    """The dialog of these two, if they ever talked."""
    row = portal.table("dialog").get(_pair(one, other))
    return portal.table("chat").get(row["CHAT_ID"]) if row else None


def find(portal: Portal, user_id: int, dialog_id: Any) -> Row | None:
    """The chat this person calls by `dialog_id`; a dialog of two is not made by looking for it."""
    text = str(dialog_id or "").strip()
    if text.startswith("chat"):
        return portal.table("chat").get(to_int(text[4:]))
    other = to_int(text)
    return find_private(portal, user_id, other) if other else None


def dialog_id(chat: Row, viewer: int) -> str:
    """What this person calls the chat."""
    if chat["TYPE"] != PRIVATE:
        return f"chat{chat['ID']}"
    others = [one for one in chat["USERS"] if one != viewer]
    return str(others[0] if others else viewer)


def title(portal: Portal, chat: Row, viewer: int) -> str:
    """The name of the chat as this person sees it."""
    if chat["TYPE"] == PRIVATE:
        return people.full_name(portal, to_int(dialog_id(chat, viewer)))
    return chat.get("TITLE") or f"Чат № {chat['ID']}"


def of_user(portal: Portal, user_id: int) -> list[Row]:
    """All chats this person is in."""
    return portal.table("chat").where(lambda chat: user_id in chat["USERS"])


def join(portal: Portal, chat: Row, user_ids: list[int]) -> list[int]:
    """Add people to a group; tells who really came. Unknown and dismissed people are passed over."""
    new = [one for one in dict.fromkeys(user_ids) if one not in chat["USERS"] and people.is_active(portal, one)]
    if new:
        seen = {str(one): newest(portal, chat["ID"]) for one in new}
        portal.table("chat").update(chat["ID"], USERS=[*chat["USERS"], *new], READ={**chat["READ"], **seen})
    return new


def leave(portal: Portal, chat: Row, user_id: int) -> None:
    """Take somebody out of a group."""
    left = [one for one in chat["USERS"] if one != user_id]
    managers = [one for one in chat["MANAGERS"] if one != user_id]
    portal.table("chat").update(chat["ID"], USERS=left, MANAGERS=managers)


def add_message(portal: Portal, chat: Row, author: int, text: str, **fields: Any) -> Row:
    """Write a message down; the author has read everything up to it."""
    row = {
        "CHAT_ID": chat["ID"], "AUTHOR_ID": author, "DATE": portal.iso(), "TEXT": cut(portal, text), "SYSTEM": False,
        "UUID": str(uuid.UUID(int=portal.random.getrandbits(128), version=4)), "FORWARD": None, "PARAMS": {},
        "DELETED": False, "REACTIONS": {}, "PRESSED": [],
    }  # fmt: skip
    message = portal.table("message").add({**row, **fields})
    log(portal, chat["ID"]).put(message["ID"], {})
    if author:
        read(portal, chat, author, message["ID"])
    return message


def erase(portal: Portal, message: Row, *, complete: bool) -> None:
    """Delete a message: what is left says that it was there, unless the deletion is complete."""
    if complete:
        portal.table("message").delete(message["ID"])
        log(portal, message["CHAT_ID"]).delete(message["ID"])
        return
    gone = {"PARAMS": {"IS_DELETED": "Y"}, "TEXT": "", "REACTIONS": {}}
    portal.table("message").update(message["ID"], DELETED=True, **gone)


def history(portal: Portal, chat_id: int, *, before: int = 0, after: int = 0, limit: int = 50) -> list[Row]:
    """Messages of a chat, oldest first: the last ones, or those older or newer than a number."""
    ids = [to_int(key) for key in log(portal, chat_id).keys()]  # noqa: SIM118 - a table is no mapping
    if before:
        ids = [one for one in ids if one < before]
    if after:
        ids = [one for one in ids if one > after][:limit]
    rows = (portal.table("message").get(one) for one in ids[-limit:])
    return [row for row in rows if row is not None]


def newest(portal: Portal, chat_id: int) -> int:
    """Number of the last message, 0 in an empty chat."""
    ids = log(portal, chat_id).keys()
    return to_int(ids[-1]) if ids else 0


def read(portal: Portal, chat: Row, user_id: int, upto: int = 0) -> list[int]:
    """Mark messages as read up to this one (0: all); tells which ones were not read before."""
    last = upto or newest(portal, chat["ID"])
    seen = unread_ids(portal, chat, user_id)
    if last > to_int(chat["READ"].get(str(user_id))):
        portal.table("chat").update(chat["ID"], READ={**chat["READ"], str(user_id): last})
    return [one for one in seen if one <= last]


def unread_ids(portal: Portal, chat: Row, user_id: int) -> list[int]:
    """Messages of others this person has not read."""
    last = to_int(chat["READ"].get(str(user_id)))
    fresh: list[int] = []
    for key in reversed(log(portal, chat["ID"]).keys()):
        if to_int(key) <= last:
            break
        message = portal.table("message").get(key)
        if message and message["AUTHOR_ID"] != user_id and not message["DELETED"]:
            fresh.append(to_int(key))
    return fresh[::-1]


def viewed_by_others(chat: Row, message: Row) -> bool:
    """Whether anybody but the author has read as far as this message."""
    return any(
        to_int(last) >= message["ID"] for user, last in chat["READ"].items() if to_int(user) != message["AUTHOR_ID"]
    )


def cut(portal: Portal, text: str) -> str:
    """Texts above 20 000 characters are cut."""
    if len(text) <= LONGEST:
        return text
    portal.tell(f"a message of {len(text)} characters was cut to {LONGEST}")
    return text[: LONGEST - len(CUT)] + CUT


def _make(portal: Portal, fields: dict[str, Any]) -> Row:
    row = {
        "TITLE": "", "DESCRIPTION": "", "AVATAR": "", "ENTITY_TYPE": "", "ENTITY_ID": "", "READ": {},
        "MANAGERS": [], "TEXT_FIELD": "Y", "CREATED": portal.iso(), "MUTED": [],
    }  # fmt: skip
    chat = portal.table("chat").add({**row, **fields})
    if not chat.get("COLOR"):
        portal.table("chat").update(chat["ID"], COLOR=people.colour("", chat["ID"]))
    return chat


def _pair(one: int, other: int) -> str:
    return f"{min(one, other)}:{max(one, other)}"
