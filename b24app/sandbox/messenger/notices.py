"""What bots are told: the eight `ONIMBOTV2*` events by webhook or queue, and the events of the first generation.

A bot hears only in the format of the generation it was registered through. Webhook bodies are form-encoded, so every
scalar is a string there: `true` is `1`, `false` is `0`, and null is an empty string. Fetch mode keeps real types.

Source: `chat-bots-v2/imbot.v2/events/events.md`, `chat-bots/outdated/…/events/*.md`, platform.md 4.5.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, shapes

LANGUAGE = "ru"
QUEUE_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a command: by whom, where, with what, from the keyboard or typed (`textarea`)."""

    command: Row
    chat: Row
    message: Row
    user_id: int
    params: str
    context: str


def bot_v2(portal: Portal, bot: Row, *, owner: bool = True) -> dict[str, Any]:
    """The Bot object: the long form for the application that owns it, the short one for others."""
    short = {
        "id": bot["ID"], "code": bot["CODE"], "type": bot["TYPE"], "isHidden": bot["HIDDEN"],
        "isSupportOpenline": bot["OPENLINE"], "isReactionsEnabled": bot["REACTIONS"],
        "backgroundId": bot["BACKGROUND"], "language": LANGUAGE,
    }  # fmt: skip
    if not owner:
        return short
    own = chats.of_user(portal, bot["ID"])
    met = {user for chat in own for user in chat["USERS"]} - {bot["ID"]}
    return {
        **short, "moduleId": "rest", "eventMode": bot["MODE"], "countMessage": bot["COUNT_MESSAGE"],
        "countCommand": len(portal.table("bot_command").where(BOT_ID=bot["ID"])), "countChat": len(own),
        "countUser": len(met),
    }  # fmt: skip


def tell_v2(portal: Portal, bot: Row, name: str, data: dict[str, Any]) -> None:
    """Give one event to one bot of the second generation."""
    if name != "ONIMBOTV2DELETE":
        data = {**data, "language": LANGUAGE}
    if bot["MODE"] == "webhook":
        _post(portal, bot, name, {"bot": _bot_with_auth(portal, bot), **data}, bot["WEBHOOK"])
        return
    event = {"TYPE": name, "DATE": portal.iso(), "BOT_ID": bot["ID"], "DATA": {"bot": bot_v2(portal, bot), **data}}
    portal.table("bot_event").add(event)
    _forget_old(portal)


def facts(portal: Portal, bot: Row, chat: Row, user_id: int) -> dict[str, Any]:
    """`chat` and `user` of an event, as this bot sees them."""
    return {
        "chat": shapes.chat_event(portal, chat, bot["ID"]),
        "user": people.v2(portal, user_id, online=True),
    }


def message_added(portal: Portal, bot: Row, chat: Row, message: Row, name: str = "ONIMBOTV2MESSAGEADD") -> None:
    """A user wrote, or changed, a message that is meant for this bot."""
    if bot["GENERATION"] == 1:
        old = {"ONIMBOTV2MESSAGEADD": "MESSAGE_ADD", "ONIMBOTV2MESSAGEUPDATE": "MESSAGE_UPDATE"}
        _tell_v1(portal, bot, old[name], {"PARAMS": v1_params(bot, chat, message)}, message["AUTHOR_ID"])
        return
    data = {"message": shapes.message_v2(portal, message), **facts(portal, bot, chat, message["AUTHOR_ID"])}
    tell_v2(portal, bot, name, data)


def message_deleted(portal: Portal, bot: Row, chat: Row, message: Row) -> None:
    """A message of the bot's chat is gone."""
    if bot["GENERATION"] == 1:
        params = v1_params(bot, chat, message)
        _tell_v1(portal, bot, "MESSAGE_DELETE", {"PARAMS": params}, message["AUTHOR_ID"])
        return
    data = {"messageId": message["ID"], **facts(portal, bot, chat, message["AUTHOR_ID"])}
    tell_v2(portal, bot, "ONIMBOTV2MESSAGEDELETE", data)


def joined(portal: Portal, bot: Row, chat: Row, user_id: int) -> None:
    """The bot came into a chat; `user_id` brought it."""
    dialog = chats.dialog_id(chat, bot["ID"])
    if bot["GENERATION"] == 1:
        params = {"DIALOG_ID": dialog, "CHAT_TYPE": chat["TYPE"], "MESSAGE_TYPE": chat["TYPE"], "BOT_ID": bot["ID"],
                  "USER_ID": user_id, "CHAT_ID": chat["ID"], "LANGUAGE": LANGUAGE}  # fmt: skip
        _tell_v1(portal, bot, "WELCOME", {"PARAMS": params}, user_id)
        return
    tell_v2(portal, bot, "ONIMBOTV2JOINCHAT", {"dialogId": dialog, **facts(portal, bot, chat, user_id)})


def commanded(portal: Portal, called: Called) -> None:
    """A command of the bot's was called from the keyboard or typed by hand."""
    bot = portal.table("bot").get(called.command["BOT_ID"])
    if bot is None:
        return
    if bot["GENERATION"] == 1:
        _command_v1(portal, bot, called)
        return
    said = {"id": called.command["ID"], "command": f"/{called.command['COMMAND']}", "params": called.params}
    data = {"command": {**said, "context": called.context}, "message": shapes.message_v2(portal, called.message)}
    tell_v2(portal, bot, "ONIMBOTV2COMMANDADD", {**data, **facts(portal, bot, called.chat, called.user_id)})


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction somebody put on a message (`add`) or took back (`delete`)."""

    user_id: int
    code: str
    action: str


def reacted(portal: Portal, bot: Row, chat: Row, message: Row, reaction: Reaction) -> None:
    """A message of the bot's got or lost a reaction."""
    if bot["GENERATION"] == 1:
        return
    data = {"reaction": reaction.code, "action": reaction.action, "message": shapes.message_v2(portal, message)}
    tell_v2(portal, bot, "ONIMBOTV2REACTIONCHANGE", {**data, **facts(portal, bot, chat, reaction.user_id)})


def context_given(portal: Portal, bot: Row, chat: Row, user_id: int, context: Any) -> None:
    """The dialog was opened by a link that carries data for the bot; `user.id` stays a number here."""
    if bot["GENERATION"] == 1:
        return
    data = {"dialogId": chats.dialog_id(chat, bot["ID"]), "context": context}
    tell_v2(portal, bot, "ONIMBOTV2CONTEXTGET", {**data, **facts(portal, bot, chat, user_id)})


def removed(portal: Portal, bot: Row) -> None:
    """The last event a bot gets."""
    if bot["GENERATION"] == 1:
        _tell_v1(portal, bot, "BOT_DELETE", {"BOT_ID": bot["ID"], "BOT_CODE": bot["CODE"]}, None)
    else:
        tell_v2(portal, bot, "ONIMBOTV2DELETE", {})


# --- second generation by webhook


def application_token(portal: Portal, bot: Row) -> str:
    """The proof in the top-level `auth`; a bot registered by a webhook has one made of its botToken."""
    app = portal.apps.get(bot["APP_ID"])
    if app:
        return str(app["TOKEN"])
    return hashlib.md5(f"{portal.member_id}{bot['TOKEN']}".encode()).hexdigest()  # noqa: S324 - a name, not a secret


def _bot_with_auth(portal: Portal, bot: Row) -> dict[str, Any]:
    app = portal.apps.get(bot["APP_ID"])
    auth = portal.auth_block(app, bot["ID"]) if app else _plain_auth(portal, bot)
    return {"id": bot["ID"], "code": bot["CODE"], "auth": auth}


def _plain_auth(portal: Portal, bot: Row) -> dict[str, Any]:
    auth = {"domain": portal.domain, "member_id": portal.member_id}
    return {**auth, "application_token": application_token(portal, bot)}


def _receiver(portal: Portal, bot: Row, name: str) -> Row | None:
    """The application an event goes to, unless it has not finished its installation; id 0 stands for a webhook."""
    app = portal.apps.get(bot["APP_ID"]) or {"ID": 0, "INSTALLED": True}
    if app["INSTALLED"]:
        return app
    portal.tell(f"{name} is not sent: the application has not finished its installation", bot=bot["CODE"])
    return None


def _post(portal: Portal, bot: Row, name: str, data: dict[str, Any], url: str) -> None:
    app = _receiver(portal, bot, name)
    if app is None:
        return
    auth = _plain_auth(portal, bot)
    if portal.faults.bot_without_member_id:
        del auth["member_id"]
    body = {"event": name, "event_handler_id": str(bot["ID"]), "data": as_strings(data), "ts": "", "auth": auth}
    portal.post(app, url, body, name)


def as_strings(value: Any) -> Any:
    """Scalars the way `http_build_query` and the portal's own care for null leave them."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return {key: as_strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_strings(item) for item in value]
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


# --- first generation


def v1_params(bot: Row, chat: Row, message: Row) -> dict[str, Any]:
    """PARAMS of ONIMBOTMESSAGEADD and its kin."""
    params: dict[str, Any] = {
        "MESSAGE": message["TEXT"], "MESSAGE_TYPE": chat["TYPE"], "FROM_USER_ID": message["AUTHOR_ID"],
        "DIALOG_ID": chats.dialog_id(chat, bot["ID"]), "TO_CHAT_ID": chat["ID"], "AUTHOR_ID": message["AUTHOR_ID"],
        "SYSTEM": "Y" if message["SYSTEM"] else "N", "CHAT_TYPE": chat["TYPE"], "MESSAGE_ID": message["ID"],
        "LANGUAGE": LANGUAGE, "PLATFORM_CONTEXT": "web", "COMMAND_CONTEXT": "TEXTAREA",
    }  # fmt: skip
    if chat["TYPE"] == chats.PRIVATE:
        return {**params, "TO_USER_ID": bot["ID"]}
    mention = f"[USER={bot['ID']}]"
    place = message["TEXT"].upper().find(mention)
    if place >= 0:
        end = message["TEXT"].upper().find("[/USER]", place)
        params["MESSAGE"] = message["TEXT"][:place] + message["TEXT"][end + len("[/USER]") :]
    return {
        **params, "MESSAGE_ORIGINAL": message["TEXT"], "CHAT_ID": chat["ID"], "CHAT_TITLE": chat["TITLE"],
        "CHAT_AUTHOR_ID": chat["OWNER"], "CHAT_ENTITY_TYPE": chat["ENTITY_TYPE"],
        "CHAT_ENTITY_ID": chat["ENTITY_ID"], "CHAT_USER_COUNT": len(chat["USERS"]),
        "MENTIONED_LIST": {str(bot["ID"]): bot["ID"]} if place >= 0 else {},
    }  # fmt: skip


def _v1_user(portal: Portal, user_id: int | None) -> dict[str, Any]:
    user = portal.users.get(user_id)
    if user is None or user_id is None:
        return {}
    kind = user.get("USER_TYPE")
    return {
        "ID": user_id, "NAME": people.full_name(portal, user_id), "FIRST_NAME": user.get("NAME") or "",
        "LAST_NAME": user.get("LAST_NAME") or "", "WORK_POSITION": user.get("WORK_POSITION") or "",
        "GENDER": user.get("PERSONAL_GENDER") or "M", "IS_BOT": "Y" if kind == "bot" else "N",
        "IS_CONNECTOR": "N", "IS_NETWORK": "N", "IS_EXTRANET": "Y" if kind == "extranet" else "N",
    }  # fmt: skip


def _v1_bot(portal: Portal, bot: Row) -> dict[str, Any]:
    app = portal.apps.get(bot["APP_ID"])
    auth = portal.auth_block(app, bot["ID"]) if app else _plain_auth(portal, bot)
    return {**auth, "AUTH": auth, "BOT_ID": bot["ID"], "BOT_CODE": bot["CODE"]}


def _tell_v1(portal: Portal, bot: Row, slot: str, data: dict[str, Any], user_id: int | None) -> None:
    names = {
        "MESSAGE_ADD": "ONIMBOTMESSAGEADD", "MESSAGE_UPDATE": "ONIMBOTMESSAGEUPDATE", "BOT_DELETE": "ONIMBOTDELETE",
        "MESSAGE_DELETE": "ONIMBOTMESSAGEDELETE", "WELCOME": "ONIMBOTJOINCHAT",
    }  # fmt: skip
    url = bot["HANDLERS"].get(slot)
    if url:
        who = {"BOT": {str(bot["ID"]): _v1_bot(portal, bot)}}
        _post_v1(portal, bot, (names[slot], url), {**who, **data, "USER": _v1_user(portal, user_id)}, user_id)


def _command_v1(portal: Portal, bot: Row, called: Called) -> None:
    command, context = called.command, called.context.upper()
    item = {
        **_v1_bot(portal, bot), "COMMAND": command["COMMAND"], "COMMAND_ID": command["ID"],
        "COMMAND_PARAMS": called.params, "COMMAND_CONTEXT": context, "MESSAGE_ID": called.message["ID"],
    }  # fmt: skip
    typed = f"/{command['COMMAND']} {called.params}".strip()
    params = {
        **v1_params(bot, called.chat, called.message), "MESSAGE": typed, "FROM_USER_ID": called.user_id,
        "AUTHOR_ID": called.user_id, "COMMAND_CONTEXT": context,
    }  # fmt: skip
    data = {"COMMAND": {str(command["ID"]): item}, "PARAMS": params, "USER": _v1_user(portal, called.user_id)}
    _post_v1(portal, bot, ("ONIMCOMMANDADD", command["HANDLER"]), data, called.user_id)


def _post_v1(portal: Portal, bot: Row, where: tuple[str, str], data: dict[str, Any], user_id: int | None) -> None:
    name, url = where
    app = _receiver(portal, bot, name)
    if app is None:
        return
    auth = portal.auth_block(app, user_id) if app["ID"] else _plain_auth(portal, bot)
    body = {"event": name, "event_handler_id": str(bot["ID"]), "data": as_strings(data), "ts": "", "auth": auth}
    portal.post(app, url, body, name)


def _forget_old(portal: Portal) -> None:
    """Nobody fetches for months: the queue of a bot does not grow without end."""
    table = portal.table("bot_event")
    for key in table.keys()[: max(0, len(table) - QUEUE_KEPT)]:
        table.delete(key)
