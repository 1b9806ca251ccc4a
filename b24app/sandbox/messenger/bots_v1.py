"""imbot.* of the first generation: what old portals on premise have.

Source: `chat-bots/outdated/bots/*.md`, `commands/*.md`, `messages/*.md`.
"""

from datetime import datetime, timedelta
from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.php import Obj
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_map, method
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import bots_v2, chats, people, talk
from b24app.sandbox.messenger.fields import attach, handler, keys, pick

KINDS = {"B": "bot", "O": "openline", "H": "bot", "S": "supervisor"}
SLOTS = ("MESSAGE_ADD", "MESSAGE_UPDATE", "MESSAGE_DELETE", "WELCOME_MESSAGE", "BOT_DELETE")
NEEDED = {"MESSAGE_ADD": "Message add", "WELCOME_MESSAGE": "Welcome message", "BOT_DELETE": "Bot delete"}
MOST = 5
EDITABLE = timedelta(days=3)


@method("imbot.register", scope="imbot")
def register(call: Call) -> Any:
    client = _client(call)
    code = str(call.get("CODE") or "").strip()
    handlers = _handlers(call.params.find, needed=True)
    if not code:
        raise RestError("CODE_ERROR", "Bot code isn't specified")
    properties = call.map("PROPERTIES")
    if not str(properties.get("NAME") or properties.get("LAST_NAME") or "").strip():
        raise RestError("NAME_ERROR", "Bot name isn't specified")
    known = call.portal.table("bot").first(CODE=code)
    if known is not None:
        if not _same(known, client):
            raise RestError("WRONG_REQUEST", "Bot can't be created")
        return known["ID"]
    if len(call.portal.table("bot").where(lambda bot: _same(bot, client))) >= MOST:
        raise RestError("MAX_COUNT_ERROR", f"Has reached the maximum number of bots for application (max: {MOST})")
    kind = str(call.get("TYPE") or "B").upper()
    row = {
        "CODE": code, "TYPE": KINDS.get(kind, "bot"), "GENERATION": 1, "HANDLERS": handlers, "MODE": "webhook",
        "OPENLINE": kind == "O" or str(call.get("OPENLINE") or "").upper() == "Y", **client,
    }  # fmt: skip
    return bots_v2.create(call.portal, row, _profile(properties))["ID"]


def _client(call: Call) -> dict[str, Any]:
    """Who registers: an application, or a webhook with a CLIENT_ID of its own choosing."""
    if call.app_id is not None:
        return {"APP_ID": call.app_id, "TOKEN": ""}
    client = str(call.get("CLIENT_ID") or "")
    if not client:
        raise RestError("ACCESS_DENIED", "Access denied! Client ID not specified", 403)
    return {"APP_ID": None, "TOKEN": client}


def _same(bot: Row, client: dict[str, Any]) -> bool:
    return bool(bot["APP_ID"] == client["APP_ID"] and bot["TOKEN"] == client["TOKEN"])


def _handlers(find: Any, *, needed: bool) -> dict[str, str]:
    """URLs by event; EVENT_HANDLER stands for all of them."""
    common, found = find("EVENT_HANDLER"), {}
    for slot in SLOTS:
        url = find(f"EVENT_{slot}") or common
        if url:
            found["WELCOME" if slot == "WELCOME_MESSAGE" else slot] = handler(
                url, f"EVENT_{slot}_ERROR", "Wrong handler URL"
            )
        elif needed and slot in NEEDED:
            raise RestError(f"EVENT_{slot}_ERROR", f'Handler for "{NEEDED[slot]}" event isn\'t specified')
    return found


def _profile(properties: dict[str, Any]) -> dict[str, Any]:
    names = ("NAME", "LAST_NAME", "WORK_POSITION", "PERSONAL_GENDER", "EMAIL")
    profile = {name: str(properties[name]) for name in names if properties.get(name) is not None}
    if properties.get("COLOR"):
        profile["COLOR"] = people.colour(properties["COLOR"], 6)
    return profile


def bot_v1(call: Call) -> Row:
    """The bot of the call; without BOT_ID the first one of this application."""
    client, number = _client(call), call.int("BOT_ID")
    table = call.portal.table("bot")
    bot = table.get(number) if number else next(iter(table.where(lambda row: _same(row, client))), None)
    if bot is None:
        raise RestError("BOT_ID_ERROR", "Bot not found")
    if not _same(bot, client):
        raise RestError("APP_ID_ERROR", "Bot was installed by another rest application")
    return bot


@method("imbot.update", scope="imbot")
def update(call: Call) -> Any:
    bot, fields = bot_v1(call), call.map("FIELDS")
    handlers = _handlers(fields.get, needed=False)
    profile = _profile(as_map(fields.get("PROPERTIES")))
    if not (handlers or profile or fields.get("CODE")):
        raise RestError("WRONG_REQUEST", "Update fields can't be empty")
    changes = {"HANDLERS": {**bot["HANDLERS"], **handlers}, "CODE": str(fields.get("CODE") or bot["CODE"])}
    call.portal.table("bot").update(bot["ID"], **changes)
    call.portal.users.update(bot["ID"], **profile)
    return True


@method("imbot.unregister", scope="imbot")
def unregister(call: Call) -> Any:
    bots_v2.remove(call.portal, bot_v1(call))
    return True


@method("imbot.bot.list", scope="imbot")
def bot_list(call: Call) -> Any:
    return Obj({
        str(bot["ID"]): {
            "ID": bot["ID"], "NAME": people.full_name(call.portal, bot["ID"]), "CODE": bot["CODE"],
            "OPENLINE": "Y" if bot["OPENLINE"] else "N",
        }
        for bot in call.portal.table("bot")
    })  # fmt: skip


# --- messages


@method("imbot.message.add", scope="imbot")
def message_add(call: Call) -> Any:
    bot = bot_v1(call)
    sender, receiver = call.int("FROM_USER_ID"), call.int("TO_USER_ID")
    text, fields = _content(call, bot)
    if sender and receiver:
        chat: Row | None = chats.private(call.portal, sender, receiver)
        fields["SYSTEM"] = True
    elif call.get("DIALOG_ID"):
        chat = talk.dialog(call.portal, bot["ID"], str(call.get("DIALOG_ID")))
    else:
        raise RestError("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
    if chat is None:
        raise RestError("WRONG_REQUEST", "Message isn't added")
    if not text and not fields["PARAMS"].get("attach"):
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    return talk.say(call.portal, chat, bot["ID"], text, **fields)["ID"]


def _content(call: Call, bot: Row) -> tuple[str, dict[str, Any]]:
    params = {"attach": attach(call.get("ATTACH")), "keyboard": keys(call, call.get("KEYBOARD"), bot, fill=True)}
    kept = {name: value for name, value in params.items() if value}
    system = str(call.get("SYSTEM") or "N").upper() == "Y"
    return str(call.get("MESSAGE") or ""), {"SYSTEM": system, "PARAMS": kept}


@method("imbot.message.update", scope="imbot")
def message_update(call: Call) -> Any:
    bot = bot_v1(call)
    message = _message(call, bot)
    changes: dict[str, Any] = {"PARAMS": {}}
    if call.get("MESSAGE") is not None:
        changes["TEXT"] = str(call.get("MESSAGE"))
    if call.get("KEYBOARD") is not None:
        changes["PARAMS"]["keyboard"] = keys(call, call.get("KEYBOARD"), bot, fill=False)
    if call.get("ATTACH") is not None:
        changes["PARAMS"]["attach"] = attach(call.get("ATTACH"))
    talk.change(call.portal, message, changes)
    return True


@method("imbot.message.delete", scope="imbot")
def message_delete(call: Call) -> Any:
    message = _message(call, bot_v1(call))
    talk.delete(call.portal, message, complete=str(call.get("COMPLETE") or "N").upper() == "Y")
    return True


@method("imbot.message.like", scope="imbot")
def message_like(call: Call) -> Any:
    bot = bot_v1(call)
    return like(call, bot["ID"])


def like(call: Call, user_id: int) -> bool:
    """Put, take back or turn over a like."""
    try:
        message = talk.visible(call.portal, user_id, call.int("MESSAGE_ID"))
    except talk.NoSuchMessage:
        raise RestError("MESSAGE_ID_ERROR", "Message ID can't be empty") from None
    action = str(call.get("ACTION") or "auto").lower()
    if action == "auto":
        action = "minus" if user_id in message["REACTIONS"].get("like", []) else "plus"
    try:
        talk.react(call.portal, user_id, message, "like", "add" if action == "plus" else "delete")
    except talk.WithoutChanges:
        raise RestError("WITHOUT_CHANGES", "Action completed without changes") from None
    return True


def _message(call: Call, bot: Row) -> Row:
    number = call.int("MESSAGE_ID")
    if not number:
        raise RestError("MESSAGE_ID_ERROR", "Message ID can't be empty")
    message = call.portal.table("message").get(number)
    if message is None or message["AUTHOR_ID"] != bot["ID"] or message["DELETED"] or too_old(call.portal, message):
        raise RestError("CANT_EDIT_MESSAGE", "Time has expired for modification or you don't have access", 403)
    return message


def too_old(portal: Portal, message: Row) -> bool:
    """Old methods change messages for three days only."""
    return portal.now() - datetime.fromisoformat(message["DATE"]) > EDITABLE


# --- commands


@method("imbot.command.register", scope="imbot")
def command_register(call: Call) -> Any:
    bot = bot_v1(call)
    url = call.get("EVENT_COMMAND_ADD")
    if not url and bot["GENERATION"] == 1:
        raise RestError("EVENT_COMMAND_ADD_ERROR", 'Handler for "Command add" event isn\'t specified')
    name = str(call.get("COMMAND") or "").strip().removeprefix("/")
    if not name:
        raise RestError("COMMAND_ERROR", "Command isn't specified")
    titles = _titles(call.rows("LANG"))
    hidden = str(call.get("HIDDEN") or "N").upper() == "Y"
    if not titles and not hidden:
        raise RestError("LANG_ERROR", "Lang set can't be empty")
    known = talk.find_command(call.portal, bot["ID"], name)
    if known is not None:
        return known["ID"]
    row = {
        "BOT_ID": bot["ID"], "COMMAND": name, "TITLE": titles, "PARAMS": {}, "HIDDEN": hidden,
        "COMMON": str(call.get("COMMON") or "N").upper() == "Y",
        "EXTRANET": str(call.get("EXTRANET_SUPPORT") or "N").upper() == "Y",
        "HANDLER": handler(url, "EVENT_COMMAND_ADD_ERROR", "Wrong handler URL") if url else "",
    }  # fmt: skip
    return call.portal.table("bot_command").add(row)["ID"]


def _titles(rows: list[Any]) -> dict[str, str]:
    return {str(pick(as_map(row), "LANGUAGE_ID")): str(pick(as_map(row), "TITLE") or "") for row in rows}


@method("imbot.command.update", scope="imbot")
def command_update(call: Call) -> Any:
    command, fields = _command(call), call.map("FIELDS")
    if not fields:
        raise RestError("WRONG_REQUEST", "Update fields can't be empty")
    changes: dict[str, Any] = {}
    if fields.get("COMMAND"):
        changes["COMMAND"] = str(fields["COMMAND"]).removeprefix("/")
    if fields.get("EVENT_COMMAND_ADD"):
        changes["HANDLER"] = handler(fields["EVENT_COMMAND_ADD"], "EVENT_COMMAND_ADD_ERROR", "Wrong handler URL")
    if fields.get("LANG"):
        changes["TITLE"] = _titles(list(as_map(fields["LANG"]).values()))
    for name, field in (("HIDDEN", "HIDDEN"), ("EXTRANET_SUPPORT", "EXTRANET"), ("COMMON", "COMMON")):
        if name in fields:
            changes[field] = str(fields[name]).upper() == "Y"
    call.portal.table("bot_command").update(command["ID"], **changes)
    return True


@method("imbot.command.unregister", scope="imbot")
def command_unregister(call: Call) -> Any:
    call.portal.table("bot_command").delete(_command(call)["ID"])
    return True


@method("imbot.command.answer", scope="imbot")
def command_answer(call: Call) -> Any:
    """Answer a command; unlike the new method it tells the number of the answer."""
    command = _command(call)
    bot = call.portal.table("bot").get(command["BOT_ID"])
    source = call.portal.table("message").get(call.int("MESSAGE_ID"))
    chat = call.portal.table("chat").get(source["CHAT_ID"]) if source else None
    if bot is None or chat is None:
        raise RestError("MESSAGE_ID_EMPTY", "Message ID can't be empty")
    text, fields = _content(call, bot)
    if not text and not fields["PARAMS"].get("attach"):
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    return talk.say(call.portal, chat, bot["ID"], text, **fields)["ID"]


def _command(call: Call) -> Row:
    client, name = _client(call), str(call.get("COMMAND") or "").removeprefix("/")
    table = call.portal.table("bot_command")
    command = table.get(call.int("COMMAND_ID")) or (table.first(COMMAND=name) if name else None)
    if command is None:
        raise RestError("COMMAND_ID_ERROR", "Command not found")
    bot = call.portal.table("bot").get(command["BOT_ID"])
    if bot is None or not _same(bot, client):
        raise RestError("APP_ID_ERROR", "Command was installed by another rest application")
    return command
