"""imbot.v2.Command.*: slash commands, hidden ones for keyboards among them.

Source: `chat-bots-v2/imbot.v2/commands/*.md`.
"""

from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_map, method
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import people, talk
from b24app.sandbox.messenger.fields import bot_of, flag, pick
from b24app.sandbox.messenger.messages_v2 import content


@method("imbot.v2.Command.register", scope="imbot")
def register(call: Call) -> Any:
    """Make a command, or answer the one of this name; the old flat form is taken until 30.09.2026."""
    bot = bot_of(call)
    fields = call.map("fields") or dict(call.params)
    name = _name(pick(fields, "command"), "COMMAND_REQUIRED", "Command is required")
    known = talk.find_command(call.portal, bot["ID"], name)
    if known is not None:
        return {"command": short(known)}
    hidden = flag(fields, "hidden", default=False)
    titles = as_map(pick(fields, "title"))
    if not hidden and not any(titles.values()):
        raise RestError("COMMAND_TITLE_REQUIRED", "Command title is required")
    row = {
        "BOT_ID": bot["ID"], "COMMAND": name, "TITLE": titles, "PARAMS": as_map(pick(fields, "params")),
        "COMMON": flag(fields, "common", default=False), "HIDDEN": hidden, "HANDLER": "",
        "EXTRANET": flag(fields, "extranetSupport", default=False),
    }  # fmt: skip
    return {"command": short(call.portal.table("bot_command").add(row))}


@method("imbot.v2.Command.update", scope="imbot")
def update(call: Call) -> Any:
    bot, fields = bot_of(call), call.map("fields")
    command = _command(call, bot)
    changes: dict[str, Any] = {
        "COMMON": flag(fields, "common", default=command["COMMON"]),
        "HIDDEN": flag(fields, "hidden", default=command["HIDDEN"]),
        "EXTRANET": flag(fields, "extranetSupport", default=command["EXTRANET"]),
        "TITLE": _translated(command["TITLE"], as_map(pick(fields, "title"))),
        "PARAMS": _translated(command["PARAMS"], as_map(pick(fields, "params"))),
    }
    if (given := pick(fields, "command")) is not None:
        changes["COMMAND"] = _free_name(call, bot, command, given)
    return {"command": short(call.portal.table("bot_command").update(command["ID"], **changes))}


def _free_name(call: Call, bot: Row, command: Row, given: Any) -> str:
    name = _name(given, "COMMAND_NAME_EMPTY", "Command name is empty")
    same = talk.find_command(call.portal, bot["ID"], name)
    if same is not None and same["ID"] != command["ID"]:
        raise RestError("COMMAND_ALREADY_EXISTS", "Command already exists")
    return name


def _translated(known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """A null takes a translation away, an absent language stays."""
    return {language: text for language, text in {**known, **given}.items() if text is not None}


@method("imbot.v2.Command.list", scope="imbot")
def command_list(call: Call) -> Any:
    bot = bot_of(call)
    rows = call.portal.table("bot_command").where(BOT_ID=bot["ID"])
    return {"commands": [_long(call.portal, row) for row in rows]}


@method("imbot.v2.Command.unregister", scope="imbot")
def unregister(call: Call) -> Any:
    call.portal.table("bot_command").delete(_command(call, bot_of(call))["ID"])
    return {"result": True}


@method("imbot.v2.Command.answer", scope="imbot")
def answer(call: Call) -> Any:
    """Answer a call of a command, even in a chat the bot is not in: there it comes as a system message."""
    bot = bot_of(call)
    _command(call, bot)
    message = call.portal.table("message").get(call.int("messageId"))
    chat = call.portal.table("chat").get(message["CHAT_ID"]) if message else None
    text, fields = content(call, bot, call.map("fields"))
    if chat is None or not (text or fields["PARAMS"]):
        raise RestError("COMMAND_ANSWER_FAILED", "Command answer failed")
    if bot["ID"] not in chat["USERS"]:
        text, fields = f"[b]{people.full_name(call.portal, bot['ID'])}[/b]\n{text}", {**fields, "SYSTEM": True}
    talk.say(call.portal, chat, bot["ID"], text, **fields)
    return {"result": True}


def _command(call: Call, bot: Row) -> Row:
    command = call.portal.table("bot_command").get(call.int("commandId"))
    if command is None or command["BOT_ID"] != bot["ID"]:
        raise RestError("COMMAND_NOT_FOUND", "Command not found")
    return command


def _name(given: Any, code: str, text: str) -> str:
    if given is not None and not isinstance(given, str):
        raise RestError("COMMAND_NAME_INVALID", "Command name is invalid")
    name = str(given or "").strip().removeprefix("/")
    if not name:
        raise RestError(code, text)
    return name


def short(command: Row) -> dict[str, Any]:
    """The Command object of register and update."""
    return {
        "id": command["ID"], "botId": command["BOT_ID"], "command": f"/{command['COMMAND']}",
        "common": command["COMMON"], "hidden": command["HIDDEN"], "extranetSupport": command["EXTRANET"],
    }  # fmt: skip


def _long(portal: Portal, command: Row) -> dict[str, Any]:
    category = people.full_name(portal, command["BOT_ID"])
    said = {"title": _said(command["TITLE"]), "params": _said(command["PARAMS"])}
    return {**short(command), **said, "category": category, "context": ""}


def _said(texts: dict[str, Any]) -> str:
    return str(texts.get("ru") or texts.get("en") or next(iter(texts.values()), ""))
