"""Chats and messages as `imbot.v2` and `im.*` print them."""

from typing import Any

from b24app.sandbox.kernel.php import Obj
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats

_KINDS = {chats.PRIVATE: "private", chats.GROUP: "chat", chats.OPEN: "open", chats.LINES: "lines"}


def kind(chat: Row) -> str:
    """The type of a chat in words."""
    if chat["TYPE"] == chats.GROUP and chat.get("ENTITY_TYPE") in {"CRM", "TASKS_TASK"}:
        return {"CRM": "crm", "TASKS_TASK": "tasksTask"}[chat["ENTITY_TYPE"]]
    return _KINDS[chat["TYPE"]]


def message_v2(portal: Portal, message: Row) -> dict[str, Any]:
    """The Message object."""
    chat = portal.table("chat").get(message["CHAT_ID"]) or {}
    return {
        "id": message["ID"], "chatId": message["CHAT_ID"], "authorId": message["AUTHOR_ID"], "date": message["DATE"],
        "text": message["TEXT"], "isSystem": message["SYSTEM"], "uuid": "" if message["SYSTEM"] else message["UUID"],
        "forward": message["FORWARD"], "params": Obj(_params(message)),
        "viewedByOthers": chats.viewed_by_others(chat, message),
    }  # fmt: skip


def message_im(portal: Portal, message: Row, viewer: int) -> dict[str, Any]:
    """A row of `im.dialog.messages.get`."""
    chat = portal.table("chat").get(message["CHAT_ID"]) or {}
    params = {key.upper(): value for key, value in _params(message).items()}
    if likes := message["REACTIONS"].get("like"):
        params["LIKE"] = likes
    return {
        "id": message["ID"], "chat_id": message["CHAT_ID"], "author_id": message["AUTHOR_ID"], "date": message["DATE"],
        "text": message["TEXT"], "unread": message["ID"] in chats.unread_ids(portal, chat, viewer),
        "uuid": None if message["SYSTEM"] else message["UUID"], "replaces": [], "params": params,
        "disappearing_date": None,
    }  # fmt: skip


def chat_event(portal: Portal, chat: Row, viewer: int) -> dict[str, Any]:
    """The Chat object of an event: without `role` and `muteList`, which differ from person to person."""
    return {
        "id": chat["ID"], "dialogId": chats.dialog_id(chat, viewer), "type": kind(chat),
        "name": "" if chat["TYPE"] == chats.PRIVATE else chats.title(portal, chat, viewer),
        "entityType": chat["ENTITY_TYPE"], "entityId": chat["ENTITY_ID"], "owner": chat["OWNER"],
        "avatar": chat["AVATAR"], "color": chat["COLOR"],
    }  # fmt: skip


def chat_v2(portal: Portal, chat: Row, viewer: int, *, new: bool = False) -> dict[str, Any]:
    """The whole Chat object of a method's answer."""
    last = chats.newest(portal, chat["ID"])
    read = chat["READ"].get(str(viewer))
    unread = chats.unread_ids(portal, chat, viewer)
    return {
        **chat_event(portal, chat, viewer), "name": chats.title(portal, chat, viewer),
        "description": chat["DESCRIPTION"], "messageType": chat["TYPE"], "extranet": False, "containsCollaber": False,
        "entityData1": "", "entityData2": "", "entityData3": "", "entityLink": Obj(), "diskFolderId": None,
        "role": role(chat, viewer), "permissions": Obj(), "muteList": list(chat["MUTED"]), "parentChatId": None,
        "parentMessageId": None, "isNew": new, "textFieldEnabled": chat["TEXT_FIELD"], "backgroundId": None,
        "dateCreate": chat["CREATED"], "lastMessageId": last or None, "lastMessageViews": "{}", "lastId": read,
        "managerList": list(chat["MANAGERS"]), "markedId": None, "messageCount": len(chats.log(portal, chat["ID"])),
        "public": "", "unreadId": unread[0] if unread else None, "userCounter": len(chat["USERS"]),
    }  # fmt: skip


def chat_im(portal: Portal, chat: Row, viewer: int) -> dict[str, Any]:
    """The answer of `im.dialog.get`."""
    last = chats.newest(portal, chat["ID"])
    unread = chats.unread_ids(portal, chat, viewer)
    others = [one for one in chat["USERS"] if one != viewer]
    return {
        "id": chat["ID"], "parent_chat_id": 0, "parent_message_id": 0, "name": chats.title(portal, chat, viewer),
        "description": chat["DESCRIPTION"], "owner": chat["OWNER"], "extranet": False, "avatar": chat["AVATAR"],
        "color": chat["COLOR"], "type": kind(chat), "counter": len(unread), "user_counter": len(chat["USERS"]),
        "message_count": len(chats.log(portal, chat["ID"])), "unread_id": unread[0] if unread else 0,
        "last_message_id": last, "last_id": chat["READ"].get(str(viewer), 0), "marked_id": 0, "disk_folder_id": 0,
        "entity_type": chat["ENTITY_TYPE"], "entity_id": chat["ENTITY_ID"],
        **{f"entity_data_{number}": chat.get(f"DATA_{number}", "") for number in (1, 2, 3)}, "mute_list": list(chat["MUTED"]), "date_create": chat["CREATED"],
        "message_type": chat["TYPE"], "public": "", "role": role(chat, viewer), "entity_link": entity_link(chat),
        "text_field_enabled": chat["TEXT_FIELD"] == "Y", "background_id": None, "is_new": False,
        "readed_list": [{"user_id": one, "message_id": chat["READ"].get(str(one), 0), "date": None} for one in others],
        "manager_list": list(chat["MANAGERS"]), "dialog_id": chats.dialog_id(chat, viewer),
    }  # fmt: skip


def entity_link(chat: Row) -> dict[str, Any]:
    """Where the object of an entity chat is opened."""
    kinds = {"DEAL": "deal", "LEAD": "lead", "CONTACT": "contact", "COMPANY": "company"}
    owner, _, number = str(chat["ENTITY_ID"]).partition("|")
    if chat["ENTITY_TYPE"] != "CRM" or owner not in kinds:
        return {"type": "", "url": "", "id": ""}
    return {"type": owner, "url": f"/crm/{kinds[owner]}/details/{number}/", "id": chat["ENTITY_ID"]}


def role(chat: Row, viewer: int) -> str:
    """What the viewer is in this chat."""
    if viewer == chat["OWNER"]:
        return "owner"
    if viewer in chat["MANAGERS"]:
        return "manager"
    return "member" if viewer in chat["USERS"] else "none"


def _params(message: Row) -> dict[str, Any]:
    return {key: value for key, value in message["PARAMS"].items() if value not in (None, [], {})}
