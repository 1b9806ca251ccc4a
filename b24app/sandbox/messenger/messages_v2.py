"""imbot.v2.Chat.Message.*, reactions, typing, the text field.

Source: `chat-bots-v2/imbot.v2/messages/*.md`, `ui/*.md`.
"""

from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, shapes, talk
from b24app.sandbox.messenger.fields import attach, bot_of, chat_of, denied, flag, keys, own_message, pick

READERS = frozenset({"supervisor", "personal"})
REACTIONS = frozenset(
    [
        "like",
        "dislike",
        "faceWithTearsOfJoy",
        "redHeart",
        "neutralFace",
        "fire",
        "cry",
        "slightlySmilingFace",
        "winkingFace",
        "laugh",
        "kiss",
        "wonder",
        "slightlyFrowningFace",
        "loudlyCryingFace",
        "faceWithStuckOutTongue",
        "faceWithStuckOutTongueAndWinkingEye",
        "smilingFaceWithSunglasses",
        "confusedFace",
        "flushedFace",
        "thinkingFace",
        "angry",
        "smilingFaceWithHorns",
        "faceWithThermometer",
        "facepalm",
        "poo",
        "flexedBiceps",
        "clappingHands",
        "raisedHand",
        "smilingFaceWithHeartEyes",
        "smilingFaceWithHearts",
        "pleadingFace",
        "relievedFace",
        "foldedHands",
        "okHand",
        "signHorns",
        "loveYouGesture",
        "clownFace",
        "partyingFace",
        "questionMark",
        "exclamationMark",
        "lightBulb",
        "bomb",
        "sleepingSymbol",
        "crossMark",
        "whiteHeavyCheckMark",
        "eyes",
        "handshake",
        "hundredPoints",
    ]
)


@method("imbot.v2.Chat.Message.send", scope="imbot")
def send(call: Call) -> Any:
    bot = bot_of(call)
    chat = chat_of(call, bot)
    given = call.map("fields")
    text, fields = content(call, bot, given)
    forwarded = _forward(call, bot, chat, as_map(pick(given, "forwardIds")))
    if not text and not fields["PARAMS"].get("attach"):
        if forwarded:
            return {"id": next(iter(forwarded.values())), "uuidMap": forwarded}
        raise RestError("EMPTY_MESSAGE", "Message is empty")
    if uuid := pick(given, "templateId"):
        fields["UUID"] = str(uuid)
    message = talk.say(call.portal, chat, bot["ID"], text, **fields)
    return {"id": message["ID"], "uuidMap": forwarded}


def content(call: Call, bot: Row, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Text and stored fields of a message in `fields`."""
    params: dict[str, Any] = {
        "attach": attach(pick(given, "attach")),
        "keyboard": keys(call, pick(given, "keyboard"), bot, fill=True),
    }
    if reply := to_int(pick(given, "replyId")):
        params["replyId"] = reply
    kept = {name: value for name, value in params.items() if value}
    return str(pick(given, "message") or ""), {"SYSTEM": flag(given, "system", default=False), "PARAMS": kept}


def _forward(call: Call, bot: Row, chat: Row, wanted: dict[str, Any]) -> dict[str, int]:
    """Copies of messages the bot may see, by the caller's own keys."""
    made: dict[str, int] = {}
    for uuid, number in list(wanted.items())[:100]:
        try:
            source = talk.visible(call.portal, bot["ID"], to_int(number))
        except talk.NoSuchMessage:
            continue
        origin = {
            "id": source["ID"],
            "userId": source["AUTHOR_ID"],
            "chatId": source["CHAT_ID"],
            "date": source["DATE"],
        }
        copy = talk.say(call.portal, chat, bot["ID"], source["TEXT"], FORWARD=origin)
        made[uuid] = copy["ID"]
    return made


@method("imbot.v2.Chat.Message.update", scope="imbot")
def update(call: Call) -> Any:
    bot = bot_of(call)
    message, given = own_message(call, bot), call.map("fields")
    changes: dict[str, Any] = {"PARAMS": {}}
    if (text := pick(given, "message")) is not None:
        changes["TEXT"] = str(text)
    if (raw := pick(given, "keyboard")) is not None:
        changes["PARAMS"]["keyboard"] = keys(call, raw, bot, fill=False)
    if (raw := pick(given, "attach")) is not None:
        changes["PARAMS"]["attach"] = attach(raw)
    talk.change(call.portal, message, changes)
    return {"result": True}


@method("imbot.v2.Chat.Message.delete", scope="imbot")
def delete(call: Call) -> Any:
    """A bot deletes its own messages, and any in a chat it administers."""
    bot = bot_of(call)
    message = call.portal.table("message").get(call.int("messageId"))
    chat = call.portal.table("chat").get(message["CHAT_ID"]) if message else None
    if message is None or chat is None or message["DELETED"]:
        raise denied()
    rules = chat["TYPE"] != chats.PRIVATE and bot["ID"] in chat["MANAGERS"]
    if message["AUTHOR_ID"] != bot["ID"] and not rules:
        raise denied()
    talk.delete(call.portal, message, complete=flag(dict(call.params), "complete", default=False))
    return {"result": True}


@method("imbot.v2.Chat.Message.read", scope="imbot")
def read(call: Call) -> Any:
    bot = bot_of(call)
    chat, upto = chat_of(call, bot), call.int("messageId")
    if upto and upto not in chats.log(call.portal, chat["ID"]):
        raise RestError("MESSAGE_NOT_FOUND", "Message not found")
    seen = chats.read(call.portal, chat, bot["ID"], upto)
    left = chats.unread_ids(call.portal, chat, bot["ID"])
    last = upto or chats.newest(call.portal, chat["ID"])
    return {"chatId": chat["ID"], "lastId": last, "counter": len(left), "viewedMessages": seen}


@method("imbot.v2.Chat.Message.get", scope="imbot")
def get(call: Call) -> Any:
    message = _readable(call)
    author = people.v2(call.portal, message["AUTHOR_ID"]) if message["AUTHOR_ID"] else None
    return {"message": shapes.message_v2(call.portal, message), "user": author}


@method("imbot.v2.Chat.Message.getContext", scope="imbot")
def get_context(call: Call) -> Any:
    """A window of messages around one, oldest first."""
    message = _readable(call)
    reach, chat = min(max(call.int("range", default=50), 1), 50), message["CHAT_ID"]
    older = chats.history(call.portal, chat, before=message["ID"], limit=reach + 1)
    newer = chats.history(call.portal, chat, after=message["ID"], limit=reach + 1)
    window = [*older[-reach:], message, *newer[:reach]]
    authors = dict.fromkeys(row["AUTHOR_ID"] for row in window if row["AUTHOR_ID"])
    return {
        "messages": [shapes.message_v2(call.portal, row) for row in window],
        "users": [people.v2(call.portal, one) for one in authors],
        "hasPrevPage": len(older) > reach,
        "hasNextPage": len(newer) > reach,
    }


def _readable(call: Call) -> Row:
    bot = bot_of(call)
    if bot["TYPE"] not in READERS:
        raise RestError("BOT_TYPE_NOT_ALLOWED", "Bot type not allowed", 403)
    message = call.portal.table("message").get(call.int("messageId"))
    if message is None:
        raise RestError("MESSAGE_NOT_FOUND", "Message not found")
    chat = call.portal.table("chat").get(message["CHAT_ID"])
    if chat is None or bot["ID"] not in chat["USERS"]:
        raise RestError("MESSAGE_ACCESS_DENIED", "Message access denied", 403)
    return message


@method("imbot.v2.Chat.Message.Reaction.add", scope="imbot")
def reaction_add(call: Call) -> Any:
    bot, message, reaction = _reaction(call)
    try:
        talk.react(call.portal, bot["ID"], message, reaction, "add")
    except talk.WithoutChanges:
        raise RestError("REACTION_ALREADY_SET", "Reaction already set") from None
    return {"result": True}


@method("imbot.v2.Chat.Message.Reaction.delete", scope="imbot")
def reaction_delete(call: Call) -> Any:
    bot, message, reaction = _reaction(call)
    try:
        talk.react(call.portal, bot["ID"], message, reaction, "delete")
    except talk.WithoutChanges:
        raise RestError("REACTION_NOT_FOUND", "Reaction not found") from None
    return {"result": True}


def _reaction(call: Call) -> tuple[Row, Row, str]:
    bot, reaction = bot_of(call), str(call.get("reaction") or "")
    if reaction not in REACTIONS:
        raise RestError("REACTION_NOT_FOUND", "Reaction not found")
    try:
        return bot, talk.visible(call.portal, bot["ID"], call.int("messageId")), reaction
    except talk.NoSuchMessage:
        raise denied() from None


@method("imbot.v2.Chat.InputAction.notify", scope="imbot")
def notify(call: Call) -> Any:
    """The «is typing» line: it is shown until the next message or the end of its time."""
    bot = bot_of(call)
    chat = chat_of(call, bot)
    status = {"CODE": str(call.get("statusMessageCode") or ""), "USER_ID": bot["ID"]}
    call.portal.table("chat").update(chat["ID"], ACTION={**status, "AT": call.portal.clock.unix(),
                                                         "FOR": min(max(call.int("duration", default=30), 1), 600)})  # fmt: skip
    return {"result": True}


@method("imbot.v2.Chat.TextField.enabled", scope="imbot")
def text_field(call: Call) -> Any:
    chat = chat_of(call, bot_of(call))
    on = flag(dict(call.params), "enabled", default=True)
    call.portal.table("chat").update(chat["ID"], TEXT_FIELD="Y" if on else "N")
    return {"result": True}
