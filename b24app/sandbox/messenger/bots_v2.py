"""imbot.v2.Bot.*, Revision.get, Event.get.

Source: `chat-bots-v2/imbot.v2/bots/*.md`, `events/event-get.md`, `revision-get.md`.
"""

import base64
import binascii
from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, notices, people
from b24app.sandbox.messenger.fields import bot_of, bot_token, flag, handler, owns, pick

TYPES = ("bot", "network", "openline", "supervisor", "personal")
MODES = ("fetch", "webhook")
BACKGROUNDS = frozenset(["azure", "mint", "steel", "slate", "teal", "cornflower", "sky", "peach", "frost"])
MOST = 100
LONGEST_TOKEN = 40


@method("imbot.v2.Revision.get", scope="imbot")
def revision(_: Call) -> Any:
    return {"rest": 36, "web": 130, "mobile": 23, "desktop": 6}


@method("imbot.v2.Bot.register", scope="imbot")
def register(call: Call) -> Any:
    """Make a bot, or answer the one that is there: a repeated call changes nothing."""
    fields = call.map("fields")
    token = _checked_token(bot_token(call)) if call.app_id is None else ""
    code = str(pick(fields, "code") or "").strip()
    if not code:
        raise RestError("BOT_CODE_REQUIRED", "Bot code is required")
    known = call.portal.table("bot").first(CODE=code)
    if known is not None:
        return _existing(call, known)
    bot = _make(call, code, token, fields)
    return answer(call.portal, bot)


def _existing(call: Call, bot: Row) -> Any:
    if not owns(call, bot):
        raise RestError("BOT_CODE_ALREADY_TAKEN", "Bot code is already taken")
    text = f"Bot.register of «{bot['CODE']}» changed nothing: the bot exists, use Bot.update"
    call.portal.tell(text, kind="bot")
    return answer(call.portal, bot)


def _make(call: Call, code: str, token: str, fields: dict[str, Any]) -> Row:
    properties = as_map(pick(fields, "properties"))
    if not str(pick(properties, "name") or pick(properties, "lastName") or "").strip():
        raise RestError("BOT_PROPERTIES_REQUIRED", "Bot properties are required")
    kind = str(pick(fields, "type") or "bot")
    if kind not in TYPES:
        raise RestError("BOT_INVALID_TYPE", "Invalid bot type")
    mode, url = _mode(fields, "fetch", "")
    mine = {"APP_ID": call.app_id} if call.app_id is not None else {"TOKEN": token}
    if len(call.portal.table("bot").where(**mine)) >= MOST:
        raise RestError("BOT_LIMIT_EXCEEDED", "Bot limit exceeded")
    row = {"CODE": code, "TYPE": kind, "APP_ID": call.app_id, "TOKEN": token, "MODE": mode, "WEBHOOK": url}
    return create(call.portal, {**row, **_switches(fields)}, _profile(properties))


def create(portal: Portal, row: Row, profile: dict[str, Any]) -> Row:
    """Write the bot down with the user it is to others."""
    user = portal.users.add({
        "ACTIVE": True, "NAME": "", "LAST_NAME": "", "EMAIL": "", "USER_TYPE": "bot", "ADMIN": False,
        "EXTERNAL_AUTH_ID": "bot", "UF_DEPARTMENT": [1], "DATE_REGISTER": portal.iso(), **profile,
    })  # fmt: skip
    defaults: dict[str, Any] = {
        "HIDDEN": False, "REACTIONS": True, "OPENLINE": False, "BACKGROUND": None, "MODE": "fetch", "WEBHOOK": "",
        "TOKEN": "", "GENERATION": 2, "HANDLERS": {}, "COUNT_MESSAGE": 0,
    }  # fmt: skip
    return portal.table("bot").put(user["ID"], {"ID": user["ID"], **defaults, **row})


def _mode(fields: dict[str, Any], mode: str, url: str) -> tuple[str, str]:
    mode = str(pick(fields, "eventMode") or mode)
    if mode not in MODES:
        raise RestError("BOT_INVALID_EVENT_MODE", "Invalid event mode")
    url = str(pick(fields, "webhookUrl") or url)
    if mode == "webhook":
        if not url:
            raise RestError("BOT_WEBHOOK_URL_REQUIRED", "Webhook URL is required")
        handler(url, "BOT_INVALID_CALLBACK", "Invalid callback URL")
    return mode, url


def _switches(fields: dict[str, Any], bot: Row | None = None) -> dict[str, Any]:
    bot = bot or {"HIDDEN": False, "REACTIONS": True, "OPENLINE": False, "BACKGROUND": None}
    background = pick(fields, "backgroundId", bot["BACKGROUND"])
    return {
        "HIDDEN": flag(fields, "isHidden", default=bot["HIDDEN"]),
        "REACTIONS": flag(fields, "isReactionsEnabled", default=bot["REACTIONS"]),
        "OPENLINE": flag(fields, "isSupportOpenline", default=bot["OPENLINE"]),
        "BACKGROUND": background if background in BACKGROUNDS else None,
    }


def _profile(properties: dict[str, Any]) -> dict[str, Any]:
    """Fields of the bot's user that were given."""
    names = {"name": "NAME", "lastName": "LAST_NAME", "workPosition": "WORK_POSITION", "gender": "PERSONAL_GENDER"}
    given = {field: str(value) for name, field in names.items() if (value := pick(properties, name)) is not None}
    if (wanted := pick(properties, "color")) is not None:
        given["COLOR"] = people.colour(wanted, 6)
    if picture := pick(properties, "avatar"):
        given["PERSONAL_PHOTO"] = _avatar(str(picture))
    return given


def _avatar(text: str) -> str:
    """Base64 of a picture; it is shown from the row itself."""
    try:
        head = base64.b64decode(text, validate=True)[:12]
    except (binascii.Error, ValueError):
        head = b""
    kinds = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
    for start, kind in kinds.items():
        if head.startswith(start):
            return f"data:image/{kind};base64,{text}"
    raise RestError("BOT_AVATAR_INCORRECT_TYPE", "Avatar must be an image")


def _checked_token(token: str) -> str:
    if len(token) > LONGEST_TOKEN:
        raise RestError("BOT_TOKEN_INVALID_LENGTH", "Bot token is too long")
    return token


@method("imbot.v2.Bot.update", scope="imbot")
def update(call: Call) -> Any:
    bot, fields = bot_of(call), call.map("fields")
    mode, url = _mode(fields, bot["MODE"], bot["WEBHOOK"])
    profile = _profile(as_map(pick(fields, "properties")))
    changes: dict[str, Any] = {"MODE": mode, "WEBHOOK": url, **_switches(fields, bot)}
    if call.app_id is None and call.get("botToken") and pick(fields, "botToken"):
        changes["TOKEN"] = _rotated(call, str(pick(fields, "botToken")))
    if profile:
        call.portal.users.update(bot["ID"], **profile)
    return answer(call.portal, call.portal.table("bot").update(bot["ID"], **changes))


def _rotated(call: Call, token: str) -> str:
    if call.portal.table("bot").first(TOKEN=_checked_token(token)) is not None:
        raise RestError("BOT_TOKEN_ROTATION_FAILED", "Bot token rotation failed")
    return token


@method("imbot.v2.Bot.get", scope="imbot")
def get(call: Call) -> Any:
    if call.app_id is None:
        bot_token(call)
    number, code = call.int("botId"), call.get("code")
    if not number and not code:
        raise RestError("PARAMS_REQUIRED", "Required parameters are missing")
    table = call.portal.table("bot")
    bot = table.get(number) if number else table.first(CODE=str(code))
    if bot is None:
        raise RestError("BOT_NOT_FOUND", "Bot not found")
    return answer(call.portal, bot, owner=owns(call, bot))


@method("imbot.v2.Bot.list", scope="imbot")
def bot_list(call: Call) -> Any:
    mine = {"APP_ID": call.app_id} if call.app_id is not None else {"APP_ID": None, "TOKEN": bot_token(call)}
    kind = pick(call.map("filter"), "type")
    bots = [bot for bot in call.portal.table("bot").where(**mine) if not kind or bot["TYPE"] == kind]
    offset, limit = max(call.int("offset"), 0), call.int("limit") or 50
    page = bots[offset : offset + limit]
    return {
        "bots": [notices.bot_v2(call.portal, bot) for bot in page],
        "users": [people.v2(call.portal, bot["ID"]) for bot in page],
        "hasNextPage": len(bots) > offset + limit,
    }


@method("imbot.v2.Bot.unregister", scope="imbot")
def unregister(call: Call) -> Any:
    remove(call.portal, bot_of(call))
    return {"result": True}


def remove(portal: Portal, bot: Row) -> None:
    """Take a bot away: its commands, its place in chats, its queue; it is told last of all."""
    for command in portal.table("bot_command").where(BOT_ID=bot["ID"]):
        portal.table("bot_command").delete(command["ID"])
    notices.removed(portal, bot)
    for chat in chats.of_user(portal, bot["ID"]):
        if chat["TYPE"] != chats.PRIVATE:
            chats.leave(portal, chat, bot["ID"])
    portal.table("bot").delete(bot["ID"])
    portal.users.update(bot["ID"], ACTIVE=False)


def answer(portal: Portal, bot: Row, *, owner: bool = True) -> dict[str, Any]:
    """`{bot, users}` of every method that answers one bot."""
    return {"bot": notices.bot_v2(portal, bot, owner=owner), "users": [people.v2(portal, bot["ID"])]}


@method("imbot.v2.Event.get", scope="imbot")
def event_get(call: Call) -> Any:
    """The queue of a bot in fetch mode; `offset` confirms, and so removes, everything below it."""
    bot = bot_of(call)
    table = call.portal.table("bot_event")
    offset = call.int("offset")
    for row in table.where(lambda row: row["ID"] < offset, BOT_ID=bot["ID"]):
        table.delete(row["ID"])
    limit = min(max(call.int("limit", default=100), 1), 1000)
    waiting = table.where(lambda row: row["ID"] >= offset, BOT_ID=bot["ID"])
    page = waiting[:limit]
    events = [{"eventId": row["ID"], "type": row["TYPE"], "date": row["DATE"], "data": row["DATA"]} for row in page]
    following = page[-1]["ID"] + 1 if page else max(offset, 0)
    return {"events": events, "nextOffset": to_int(following), "hasMore": len(waiting) > limit}
