"""Parameters as bot methods take them: camelCase or UPPER_CASE names, booleans or Y/N."""

import re
from typing import Any
from urllib.parse import urlsplit

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_list, as_map, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import keyboard, talk


def pick(fields: dict[str, Any], name: str, default: Any = None) -> Any:
    """A field by its camelCase name, or by the same name in UPPER_CASE."""
    upper = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).upper()
    for given in (name, upper, upper.lower()):
        if given in fields:
            return fields[given]
    return default


def flag(fields: dict[str, Any], name: str, *, default: bool) -> bool:
    """A boolean in any of its spellings."""
    value = pick(fields, name)
    if value in (None, ""):
        return default
    return value is True or str(value).upper() in {"Y", "1", "TRUE"}


def bot_of(call: Call) -> Row:
    """The bot the call names, if it belongs to the caller."""
    number = call.int("botId", "BOT_ID")
    if not number:
        raise RestError("BOT_ID_REQUIRED", "Bot ID is required")
    bot = call.portal.table("bot").get(number)
    if bot is None:
        raise RestError("BOT_NOT_FOUND", "Bot not found")
    if not owns(call, bot):
        raise RestError("BOT_OWNERSHIP_ERROR", "Bot is registered by another application", 403)
    return bot


def owns(call: Call, bot: Row) -> bool:
    """Whether the caller registered this bot: the same application, or the same botToken by a webhook."""
    if call.app_id is not None:
        return bool(bot["APP_ID"] == call.app_id)
    return bool(bot["APP_ID"] is None and bot["TOKEN"] == bot_token(call))


def bot_token(call: Call) -> str:
    """The token a webhook must bring; it may stand at the top or in `fields`."""
    token = str(call.get("botToken") or pick(call.map("fields"), "botToken") or call.get("CLIENT_ID") or "")
    if not token:
        raise RestError("BOT_TOKEN_NOT_SPECIFIED", "Bot token is not specified")
    return token


def chat_of(call: Call, bot: Row) -> Row:
    """The dialog the call names; the bot must be in it (a dialog with an active employee is opened on the way)."""
    given = str(call.get("dialogId", "DIALOG_ID") or "")
    chat = talk.dialog(call.portal, bot["ID"], given)
    if chat is None:
        raise denied()
    return chat


def own_message(call: Call, bot: Row) -> Row:
    """A message the bot may change: its own, not a system one."""
    message = call.portal.table("message").get(call.int("messageId", "MESSAGE_ID"))
    if message is None or message["DELETED"] or message["AUTHOR_ID"] != bot["ID"]:
        raise denied()
    return message


def denied() -> RestError:
    """The bot is not in the chat, or the message is not its own."""
    return RestError("ACCESS_DENIED", "Access denied", 403)


def keys(call: Call, raw: Any, bot: Row, *, fill: bool) -> list[dict[str, Any]]:
    """A keyboard of this bot's; `fill` puts the bot's number where it is absent, as sending does."""
    name = f"bot {bot['CODE']}"
    try:
        return talk.keyboard_for(call.portal, raw, bot_id=bot["ID"] if fill else 0, code=name)
    except keyboard.KeyboardError as error:
        raise RestError(error.code, error.text) from None


def numbers(value: Any) -> list[int]:
    """A list of user numbers; what is no number is left out."""
    return [number for one in as_list(value) if (number := to_int(one)) > 0]


def handler(url: Any, code: str, text: str) -> str:
    """An address the portal can call: http(s), and a host with a dot."""
    parts = urlsplit(str(url or ""))
    if parts.scheme not in {"http", "https"} or "." not in (parts.hostname or ""):
        raise RestError(code, text)
    return str(url)


def attach(raw: Any) -> list[Any]:
    """Attachments in the wrapped or the bare form, as a list."""
    if raw in (None, "", "N", [], {}):
        return []
    if isinstance(raw, dict) and "BLOCKS" not in raw:
        raw = list(as_map(raw).values())
    return [raw] if isinstance(raw, dict) else [{"ID": 0, "COLOR_TOKEN": "secondary", "BLOCKS": as_list(raw)}]
