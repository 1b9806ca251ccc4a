"""im.message.*, im.dialog.messages.get: what a person does in a chat through REST.

Source: `api-reference/chats/messages/*.md`.
"""

from typing import Any

from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, keyboard, people, shapes, talk
from b24app.sandbox.messenger.bots_v1 import like, too_old
from b24app.sandbox.messenger.fields import attach
from b24app.sandbox.messenger.im_chats import dialog_of

QUOTE = "-" * 54


@method("im.message.add", scope="im")
def add(call: Call) -> Any:
    text, params = str(call.get("MESSAGE") or ""), _params(call)
    if not text and not params.get("attach"):
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    chat = _target(call)
    if reply := call.int("REPLY_ID"):
        params["replyId"] = _replied(call, chat, reply)
    system = str(call.get("SYSTEM") or "N").upper() == "Y"
    return talk.say(call.portal, chat, call.user_id, text, PARAMS=params, SYSTEM=system)["ID"]


def _target(call: Call) -> Row:
    given = str(call.get("DIALOG_ID") or call.get("USER_ID") or "")
    if not given and call.int("CHAT_ID"):
        given = f"chat{call.int('CHAT_ID')}"
    if not given.startswith("chat"):
        return _person(call, given)
    chat = call.portal.table("chat").get(to_int(given[4:]))
    if chat is None:
        raise RestError("CHAT_ID", "Error creating message")
    if call.user_id not in chat["USERS"]:
        raise RestError("ACCESS_ERROR", "Action unavailable", 403)
    return chat


def _person(call: Call, given: str) -> Row:
    if to_int(given) <= 0:
        raise RestError("USER_ID_EMPTY", "User ID can't be empty")
    chat = talk.dialog(call.portal, call.user_id, given)
    if chat is None:
        raise RestError("USER_NOT_FOUND", "User not found")
    return chat


def _replied(call: Call, chat: Row, number: int) -> int:
    try:
        source = talk.visible(call.portal, call.user_id, number)
    except talk.NoSuchMessage:
        raise RestError("REPLY_ACCESS_ERROR", "Action unavailable") from None
    if source["CHAT_ID"] != chat["ID"]:
        raise RestError("REPLY_FROM_OTHER_CHAT_ERROR", "You can only reply to a message within the same chat")
    return number


def _params(call: Call) -> dict[str, Any]:
    made = {"attach": attach(call.get("ATTACH")), "keyboard": _keyboard(call)}
    return {name: value for name, value in made.items() if value}


def _keyboard(call: Call) -> list[dict[str, Any]]:
    try:
        return talk.keyboard_for(call.portal, call.get("KEYBOARD"), bot_id=0, code=f"user {call.user_id}")
    except keyboard.KeyboardError as error:
        raise RestError(error.code, error.text) from None


@method("im.message.update", scope="im")
def update(call: Call) -> Any:
    message = _own(call)
    changes: dict[str, Any] = {"PARAMS": {}}
    if call.get("MESSAGE") is not None:
        changes["TEXT"] = str(call.get("MESSAGE"))
    if call.get("KEYBOARD") is not None:
        changes["PARAMS"]["keyboard"] = _keyboard(call)
    if call.get("ATTACH") is not None:
        changes["PARAMS"]["attach"] = attach(call.get("ATTACH"))
    talk.change(call.portal, message, changes)
    return True


@method("im.message.delete", scope="im")
def delete(call: Call) -> Any:
    talk.delete(call.portal, _own(call))
    return True


def _own(call: Call) -> Row:
    number = call.int("MESSAGE_ID")
    if not number:
        raise RestError("MESSAGE_ID_ERROR", "Message ID can't be empty")
    message = call.portal.table("message").get(number)
    if message is None or message["AUTHOR_ID"] != call.user_id or message["DELETED"] or too_old(call.portal, message):
        raise RestError("CANT_EDIT_MESSAGE", "Time has expired for modification or you don't have access", 403)
    return message


@method("im.message.like", scope="im")
def message_like(call: Call) -> Any:
    return like(call, call.user_id)


@method("im.message.command", scope="im")
def command(call: Call) -> Any:
    """A press of a COMMAND button by the caller: nothing is written into the chat."""
    number, bot = call.int("MESSAGE_ID"), call.int("BOT_ID")
    if not number:
        raise RestError("MESSAGE_ID_ERROR", "Message ID can't be empty")
    if not bot:
        raise RestError("BOT_ID_ERROR", "Bot ID can't be empty")
    if not call.get("COMMAND"):
        raise RestError("COMMAND_ERROR", "Command can't be empty")
    try:
        given = talk.Press(call.user_id, number, bot, str(call.get("COMMAND")), str(call.get("COMMAND_PARAMS") or ""))
        heard = talk.press(call.portal, given)
    except talk.NoSuchMessage:
        heard = False
    if not heard:
        raise RestError("PARAMS_ERROR", "Incorrect params")
    return True


@method("im.dialog.messages.get", scope="im")
def messages(call: Call) -> Any:
    """Messages of a dialog, newest first; no total, no pages."""
    chat = dialog_of(call, call.user_id)
    limit = min(call.int("LIMIT") or 20, 50)
    before, after = call.int("LAST_ID"), call.int("FIRST_ID")
    rows = chats.history(call.portal, chat["ID"], before=before, after=after, limit=limit)[::-1]
    authors = dict.fromkeys(row["AUTHOR_ID"] for row in rows if row["AUTHOR_ID"])
    return {
        "chat_id": chat["ID"],
        "messages": [shapes.message_im(call.portal, row, call.user_id) for row in rows],
        "users": [people.im(call.portal, one) for one in authors],
        "files": [],
    }


@method("im.message.share", scope="im")
def share(call: Call) -> Any:
    """Make something of a message: a chat about it, or a task."""
    if call.int("MESSAGE_ID") <= 0:
        raise RestError("MESSAGE_ID_ERROR", "Message ID can't be empty")
    chat, kind = dialog_of(call, call.user_id), str(call.get("TYPE") or "").upper()
    try:
        message = talk.visible(call.portal, call.user_id, call.int("MESSAGE_ID"))
    except talk.NoSuchMessage:
        raise RestError("PARAMS_ERROR", "Incorrect params") from None
    quoted = f"{QUOTE}\n{people.full_name(call.portal, message['AUTHOR_ID'])}\n{message['TEXT']}\n{QUOTE}"
    if kind == "CHAT":
        made = chats.open_group(call.portal, call.user_id, chat["USERS"], TITLE=message["TEXT"][:50])
        talk.say(call.portal, made, call.user_id, quoted)
    elif kind == "TASK":
        fields = {"TITLE": message["TEXT"][:50] or "Задача", "DESCRIPTION": quoted, "RESPONSIBLE_ID": call.user_id}
        call.portal.call("tasks.task.add", {"fields": fields}, Caller(call.user_id, unlimited=True))
    elif kind in {"POST", "CALEND"}:
        call.portal.tell(f"im.message.share: the sandbox makes no {kind} of a message")
    else:
        raise RestError("PARAMS_ERROR", "Incorrect params")
    return True
