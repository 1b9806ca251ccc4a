"""imbot.v2.Chat.*: groups a bot makes and runs.

Source: `chat-bots-v2/imbot.v2/chats/*.md`.
"""

from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, shapes, talk
from b24app.sandbox.messenger.fields import bot_of, chat_of, denied, numbers, pick


@method("imbot.v2.Chat.add", scope="imbot")
def add(call: Call) -> Any:
    bot, fields = bot_of(call), call.map("fields")
    owner = to_int(pick(fields, "ownerId")) or bot["ID"]
    members = [bot["ID"], *numbers(pick(fields, "userIds"))]
    chat = chats.open_group(
        call.portal, owner, members,
        TITLE=str(pick(fields, "title") or ""), DESCRIPTION=str(pick(fields, "description") or ""),
        COLOR=people.colour(pick(fields, "color"), len(call.portal.table("chat"))),
    )  # fmt: skip
    talk.greet(call.portal, chat, bot["ID"])
    if text := str(pick(fields, "message") or ""):
        talk.say(call.portal, chat, bot["ID"], text)
    users = [people.v2(call.portal, one) for one in chat["USERS"]]
    return {"chat": shapes.chat_v2(call.portal, chat, bot["ID"], new=True), "users": users}


@method("imbot.v2.Chat.get", scope="imbot")
def get(call: Call) -> Any:
    bot = bot_of(call)
    chat = chats.find(call.portal, bot["ID"], call.get("dialogId"))
    if chat is None or bot["ID"] not in chat["USERS"]:
        raise denied()
    return {"chat": shapes.chat_v2(call.portal, chat, bot["ID"])}


@method("imbot.v2.Chat.update", scope="imbot")
def update(call: Call) -> Any:
    chat, fields = chat_of(call, bot_of(call)), call.map("fields")
    names = {"title": "TITLE", "description": "DESCRIPTION", "avatar": "AVATAR"}
    changes = {field: str(value) for name, field in names.items() if (value := pick(fields, name)) is not None}
    if (wanted := pick(fields, "color")) is not None:
        changes["COLOR"] = people.colour(wanted, chat["ID"])
    call.portal.table("chat").update(chat["ID"], **changes)
    return {"result": True}


@method("imbot.v2.Chat.leave", scope="imbot")
def leave(call: Call) -> Any:
    bot = bot_of(call)
    chat = chat_of(call, bot)
    if chat["TYPE"] == chats.PRIVATE:
        raise denied()
    chats.leave(call.portal, chat, bot["ID"])
    return {"result": True}


@method("imbot.v2.Chat.setOwner", scope="imbot")
def set_owner(call: Call) -> Any:
    bot = bot_of(call)
    chat, new = _owned(call, bot), call.int("userId")
    if new not in chat["USERS"]:
        raise denied()
    managers = list(dict.fromkeys([*chat["MANAGERS"], new]))
    call.portal.table("chat").update(chat["ID"], OWNER=new, MANAGERS=managers)
    return {"result": True}


@method("imbot.v2.Chat.User.add", scope="imbot")
def user_add(call: Call) -> Any:
    bot = bot_of(call)
    talk.invite(call.portal, _managed(call, bot), bot["ID"], numbers(call.get("userIds")))
    return {"result": True}


@method("imbot.v2.Chat.User.delete", scope="imbot")
def user_delete(call: Call) -> Any:
    chats.leave(call.portal, _managed(call, bot_of(call)), call.int("userId"))
    return {"result": True}


@method("imbot.v2.Chat.User.list", scope="imbot")
def user_list(call: Call) -> Any:
    """A bare list of people, at most 200 at a time."""
    bot = bot_of(call)
    chat = chats.find(call.portal, bot["ID"], call.get("dialogId"))
    if chat is None or bot["ID"] not in chat["USERS"]:
        raise denied()
    order = call.map("order")
    back = any(str(way).upper() == "DESC" for way in order.values())
    users = sorted(chat["USERS"], reverse=back) if order else chat["USERS"]
    return [people.v2(call.portal, one) for one in users[: min(call.int("limit") or 50, 200)]]


@method("imbot.v2.Chat.Manager.add", scope="imbot")
def manager_add(call: Call) -> Any:
    chat, given = _with_users(call)
    new = [one for one in given if one in chat["USERS"]]
    managers = list(dict.fromkeys([*chat["MANAGERS"], *new]))
    call.portal.table("chat").update(chat["ID"], MANAGERS=managers)
    return {"result": True}


@method("imbot.v2.Chat.Manager.delete", scope="imbot")
def manager_delete(call: Call) -> Any:
    chat, given = _with_users(call)
    managers = [one for one in chat["MANAGERS"] if one not in given]
    call.portal.table("chat").update(chat["ID"], MANAGERS=managers)
    return {"result": True}


def _with_users(call: Call) -> tuple[Row, list[int]]:
    bot, given = bot_of(call), numbers(call.get("userIds"))
    if not given:
        raise RestError("EMPTY_USER_IDS", "Empty user IDs")
    return _owned(call, bot), given


def _owned(call: Call, bot: Row) -> Row:
    chat = chat_of(call, bot)
    if chat["TYPE"] == chats.PRIVATE or chat["OWNER"] != bot["ID"]:
        raise denied()
    return chat


def _managed(call: Call, bot: Row) -> Row:
    chat = chat_of(call, bot)
    if chat["TYPE"] == chats.PRIVATE or bot["ID"] not in chat["MANAGERS"]:
        raise denied()
    return chat
