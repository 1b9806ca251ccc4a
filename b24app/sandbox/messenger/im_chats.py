"""im.chat.*, im.dialog.*, im.recent.*, im.counters.get; and imbot.chat.* of the first generation over the same code.

Source: `api-reference/chats/*.md`, `chats/chat-users/*.md`, `chats/chat-update/*.md`, `chat-bots/outdated/chats/*.md`.
"""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, shapes, talk
from b24app.sandbox.messenger.bots_v1 import bot_v1
from b24app.sandbox.messenger.fields import numbers

Actor = Callable[[Call], int]


def _me(call: Call) -> int:
    return call.user_id


def _bot(call: Call) -> int:
    return int(bot_v1(call)["ID"])


def _pair(tail: str) -> Callable[[Callable[[Call, int], Any]], Callable[[Call, int], Any]]:
    """Register the same act as `im.<tail>` by the user and `imbot.<tail>` by the bot."""

    def register(act: Callable[[Call, int], Any]) -> Callable[[Call, int], Any]:
        method(f"im.{tail}", scope="im")(lambda call: act(call, _me(call)))
        method(f"imbot.{tail}", scope="imbot")(lambda call: act(call, _bot(call)))
        return act

    return register


@_pair("chat.add")
def add(call: Call, who: int) -> Any:
    """A new group; the caller owns it."""
    chat = chats.open_group(
        call.portal, who, numbers(call.get("USERS")), TITLE=str(call.get("TITLE") or ""),
        DESCRIPTION=str(call.get("DESCRIPTION") or ""), ENTITY_TYPE=str(call.get("ENTITY_TYPE") or ""),
        ENTITY_ID=str(call.get("ENTITY_ID") or ""),
        COLOR=people.colour(call.get("COLOR"), len(call.portal.table("chat"))),
        TYPE=chats.OPEN if str(call.get("TYPE") or "").upper() == "OPEN" else chats.GROUP,
    )  # fmt: skip
    talk.greet(call.portal, chat, who)
    if call.get("MESSAGE"):
        talk.say(call.portal, chat, who, str(call.get("MESSAGE")))
    return chat["ID"]


@_pair("chat.get")
def get(call: Call, _who: int) -> Any:
    """A chat by its object; null when there is none."""
    chat = call.portal.table("chat").first(
        ENTITY_TYPE=str(call.get("ENTITY_TYPE") or "-"), ENTITY_ID=str(call.get("ENTITY_ID") or "-")
    )
    return {"ID": chat["ID"]} if chat else None


@_pair("dialog.get")
def dialog_get(call: Call, who: int) -> Any:
    return shapes.chat_im(call.portal, dialog_of(call, who), who)


def dialog_of(call: Call, who: int) -> Row:
    """The dialog of DIALOG_ID the person is in; one with a colleague is opened on the way."""
    given = call.get("DIALOG_ID")
    if not given:
        raise RestError("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
    chat = talk.dialog(call.portal, who, str(given))
    if chat is None:
        raise RestError("ACCESS_ERROR", "You do not have access to the specified dialog", 403)
    return chat


def _group(call: Call, who: int) -> Row:
    number = call.int("CHAT_ID")
    if not number:
        raise RestError("CHAT_ID_EMPTY", "Chat ID can't be empty")
    chat = call.portal.table("chat").get(number)
    if chat is None or who not in chat["USERS"] or chat["TYPE"] == chats.PRIVATE:
        raise RestError("ACCESS_ERROR", "Action unavailable", 403)
    return chat


@_pair("chat.user.add")
def user_add(call: Call, who: int) -> Any:
    """Who is in the chat already stays in it."""
    chat, given = _group(call, who), numbers(call.get("USERS"))
    if not given:
        raise RestError("WRONG_REQUEST", "You don't have access or user already member in chat")
    if not talk.invite(call.portal, chat, who, given):
        call.portal.tell("Nobody new came into the chat", chat=chat["ID"], users=given)
    return True


@_pair("chat.user.delete")
def user_delete(call: Call, who: int) -> Any:
    chat, one = _group(call, who), call.int("USER_ID")
    if one not in chat["USERS"] or (one != who and who not in chat["MANAGERS"]):
        raise RestError("WRONG_REQUEST", "You don't have access or user isn't member in chat")
    chats.leave(call.portal, chat, one)
    return True


@_pair("chat.user.list")
def user_list(call: Call, who: int) -> Any:
    return list(_group(call, who)["USERS"])


@_pair("chat.leave")
def leave(call: Call, who: int) -> Any:
    chats.leave(call.portal, _group(call, who), who)
    return True


@_pair("chat.setOwner")
def set_owner(call: Call, who: int) -> Any:
    chat, new = _group(call, who), call.int("USER_ID")
    if chat["OWNER"] != who or new not in chat["USERS"]:
        raise RestError("WRONG_REQUEST", "Change owner can only owner and user must be member in chat")
    call.portal.table("chat").update(chat["ID"], OWNER=new)
    return True


def _setter(tail: str, name: str, field: str, make: Callable[[Any, Row], Any]) -> None:
    @_pair(tail)
    def change(call: Call, who: int) -> Any:
        chat = _group(call, who)
        if not call.get(name):
            raise RestError(f"{name}_EMPTY", f"{name.capitalize()} can't be empty")
        call.portal.table("chat").update(chat["ID"], **{field: make(call.get(name), chat)})
        return True


_setter("chat.updateTitle", "TITLE", "TITLE", lambda value, _: str(value))
_setter("chat.updateColor", "COLOR", "COLOR", lambda value, chat: people.colour(value, chat["ID"]))
_setter("chat.updateAvatar", "AVATAR", "AVATAR", lambda value, _: str(value))


@method("imbot.chat.setManager", scope="imbot")
def set_manager(call: Call) -> Any:
    who = _bot(call)
    chat, one = _group(call, who), call.int("USER_ID")
    managers = [number for number in chat["MANAGERS"] if number != one]
    if str(call.get("IS_MANAGER") or "N").upper() == "Y" and one in chat["USERS"]:
        managers.append(one)
    call.portal.table("chat").update(chat["ID"], MANAGERS=managers)
    return True


@method("imbot.chat.sendTyping", scope="imbot")
def send_typing(call: Call) -> Any:
    who = _bot(call)
    chat = dialog_of(call, who)
    action = {"CODE": "", "USER_ID": who, "AT": call.portal.clock.unix(), "FOR": 30}
    call.portal.table("chat").update(chat["ID"], ACTION=action)
    return True


@method("im.dialog.writing", scope="im")
def writing(call: Call) -> Any:
    dialog_of(call, call.user_id)
    return True


@method("im.chat.mute", scope="im")
def mute(call: Call) -> Any:
    who = call.user_id
    chat = _group(call, who)
    muted = [one for one in chat["MUTED"] if one != who]
    if str(call.get("ACTION") or call.get("MUTE") or "Y").upper() == "Y":
        muted.append(who)
    call.portal.table("chat").update(chat["ID"], MUTED=muted)
    return True


@method("im.dialog.read", scope="im")
def dialog_read(call: Call) -> Any:
    chat = dialog_of(call, call.user_id)
    upto = call.int("MESSAGE_ID")
    chats.read(call.portal, chat, call.user_id, upto)
    left = chats.unread_ids(call.portal, chat, call.user_id)
    last = upto or chats.newest(call.portal, chat["ID"])
    return {"dialogId": str(call.get("DIALOG_ID")), "chatId": chat["ID"], "counter": len(left), "lastId": last}


@method("im.dialog.read.all", scope="im")
def read_all(call: Call) -> Any:
    for chat in chats.of_user(call.portal, call.user_id):
        chats.read(call.portal, chat, call.user_id)
    return True


@method("im.dialog.users.list", scope="im")
def dialog_users(call: Call) -> Any:
    chat = dialog_of(call, call.user_id)
    limit, offset = min(call.int("LIMIT") or 50, 200), call.int("OFFSET")
    return [people.im(call.portal, one) for one in chat["USERS"][offset : offset + limit]]


@method("im.counters.get", scope="im")
def counters(call: Call) -> Any:
    """Unread messages and notices of the caller; empty maps come as `[]`."""
    dialogs: dict[str, int] = {}
    groups: dict[str, int] = {}
    muted: dict[str, int] = {}
    for chat in chats.of_user(call.portal, call.user_id):
        count = len(chats.unread_ids(call.portal, chat, call.user_id))
        if not count:
            continue
        if chat["TYPE"] == chats.PRIVATE:
            dialogs[chats.dialog_id(chat, call.user_id)] = count
        else:
            (muted if call.user_id in chat["MUTED"] else groups)[str(chat["ID"])] = count
    notices = len(call.portal.table("notice").where(USER_ID=call.user_id, READ=False))
    sums = {"NOTIFY": notices, "CHAT": sum(groups.values()), "LINES": 0, "DIALOG": sum(dialogs.values())}
    kinds = {"ALL": sum(sums.values()), **sums, "MESSENGER": sums["CHAT"] + sums["DIALOG"]}
    return {
        "TYPE": kinds, "CHAT": groups, "CHAT_MUTED": muted, "CHAT_UNREAD": [], "LINES": [], "DIALOG": dialogs,
        "DIALOG_UNREAD": [],
    }  # fmt: skip
