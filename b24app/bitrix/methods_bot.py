"""Chatbots: the second generation, and the first for older portals (`bots.BotGateway` chooses)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from b24app.bitrix.dialects import Flag, Map, MaybeNumber, Number, Words
from b24app.bitrix.methods import Method, Row, UpperMethod


class GetBotRevision(Method[dict[str, Any]]):
    """Answers only where the second generation is there."""

    rest_name = "imbot.v2.Revision.get"
    scope = "imbot"
    returns = Map
    repeat_is_safe = True
    errors = "ERROR_METHOD_NOT_FOUND (an older portal)"
    docs = "chat-bots/chat-bots-v2/imbot.v2/revision-get"


class Bot(Row):
    """A bot; its id is a user's id."""

    id: Number
    code: Words = ""


class RegisterBot(Method[Bot]):
    """Register by code; an existing one is returned unchanged: update it afterwards."""

    rest_name = "imbot.v2.Bot.register"
    scope = "imbot"
    returns = Bot
    wrapper = "bot"
    repeat_is_safe = True
    errors = "BOT_CODE_ALREADY_TAKEN, BOT_WEBHOOK_URL_REQUIRED, BOT_INVALID_CALLBACK, BOT_REGISTER_FAILED"
    docs = "chat-bots/chat-bots-v2/imbot.v2/bots/bot-register"

    fields: dict[str, Any]


class UpdateBot(Method[Bot]):
    """Set name, address and mode of a bot."""

    rest_name = "imbot.v2.Bot.update"
    scope = "imbot"
    returns = Bot
    wrapper = "bot"
    repeat_is_safe = True
    errors = "BOT_NOT_FOUND, BOT_OWNERSHIP_ERROR"
    docs = "chat-bots/chat-bots-v2/imbot.v2/bots/bot-update"

    bot_id: int
    fields: dict[str, Any]


class BotEvent(Row):
    """One event of a bot that fetches them: real types, unlike those of a webhook."""

    event_id: Number
    type: Words
    data: Annotated[Mapping[str, Any], Map] = Field(default_factory=dict)


class BotEvents(Row):
    """A page of them. `next_offset` is asked for next, and confirms what came before it."""

    events: tuple[BotEvent, ...] = ()
    next_offset: MaybeNumber = None
    has_more: Flag = False


class GetBotEvents(Method[BotEvents]):
    """Events of a bot in the mode `fetch`; those before `offset` are confirmed and gone."""

    rest_name = "imbot.v2.Event.get"
    scope = "imbot"
    returns = BotEvents
    repeat_is_safe = True
    errors = "BOT_NOT_FOUND, BOT_OWNERSHIP_ERROR"
    docs = "chat-bots/chat-bots-v2/imbot.v2/events/event-get"

    bot_id: int
    offset: int | None = None
    limit: int = 100


class RegisterCommand(Method[Any]):
    """A command of the bot; hidden ones live behind buttons only. Idempotent by name."""

    rest_name = "imbot.v2.Command.register"
    scope = "imbot"
    repeat_is_safe = True
    errors = "BOT_NOT_FOUND, COMMAND_NAME_INVALID, COMMAND_TITLE_REQUIRED, COMMAND_REGISTER_FAILED"
    docs = "chat-bots/chat-bots-v2/imbot.v2/commands/command-register"

    bot_id: int
    fields: dict[str, Any]


class SendMessage(Method[int]):
    """A new message of the bot. The portal has no key for it: a doubtful send cannot be recognised."""

    rest_name = "imbot.v2.Chat.Message.send"
    scope = "imbot"
    returns = Number
    wrapper = "id"
    errors = "BOT_NOT_FOUND, BOT_OWNERSHIP_ERROR, ACCESS_DENIED, EMPTY_MESSAGE, SENDING_FAILED"
    docs = "chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-send"

    bot_id: int
    dialog_id: str
    fields: dict[str, Any]


class UpdateMessage(Method[Any]):
    """Rewrite a message of the bot; `keyboard: "N"` takes its buttons away."""

    rest_name = "imbot.v2.Chat.Message.update"
    scope = "imbot"
    repeat_is_safe = True
    errors = "BOT_NOT_FOUND, BOT_OWNERSHIP_ERROR, ACCESS_DENIED (not the bot's, or no such message)"
    docs = "chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-update"

    bot_id: int
    message_id: int
    fields: dict[str, Any]


class DeleteMessage(Method[Any]):
    """Delete a message of the bot."""

    rest_name = "imbot.v2.Chat.Message.delete"
    scope = "imbot"
    repeat_is_safe = True
    errors = "BOT_NOT_FOUND, BOT_OWNERSHIP_ERROR, ACCESS_DENIED (not the bot's, or no such message)"
    docs = "chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-delete"

    bot_id: int
    message_id: int
    complete: bool = True


class RegisterBotV1(UpperMethod[int]):
    """Register a bot on an older portal."""

    rest_name = "imbot.register"
    scope = "imbot"
    returns = Number
    repeat_is_safe = True
    errors = "WRONG_AUTH_TYPE, EVENT_MESSAGE_ADD_ERROR, EVENT_WELCOME_MESSAGE_ERROR, EVENT_BOT_DELETE_ERROR"
    docs = "chat-bots/outdated/bots/imbot-register"

    code: str
    type: str = "B"
    event_handler: str
    properties: dict[str, Any]


class RegisterCommandV1(UpperMethod[int]):
    """A hidden command of a bot on an older portal."""

    rest_name = "imbot.command.register"
    scope = "imbot"
    returns = Number
    errors = "EVENT_COMMAND_ADD_ERROR, COMMAND_ERROR, BOT_ID_ERROR, APP_ID_ERROR, LANG_ERROR"
    docs = "chat-bots/outdated/commands/imbot-command-register"

    bot_id: int
    command: str
    hidden: str = "Y"
    event_command_add: str
    lang: list[dict[str, Any]]


class SendMessageV1(UpperMethod[int]):
    """A new message of a bot of the first generation."""

    rest_name = "imbot.message.add"
    scope = "imbot"
    returns = Number
    errors = "BOT_ID_ERROR, APP_ID_ERROR, DIALOG_ID_EMPTY, MESSAGE_EMPTY, KEYBOARD_ERROR, KEYBOARD_OVERSIZE"
    docs = "chat-bots/outdated/messages/imbot-message-add"

    bot_id: int
    dialog_id: str
    message: str
    keyboard: Any = None


class UpdateMessageV1(UpperMethod[Any]):
    """Rewrite a message of a bot of the first generation."""

    rest_name = "imbot.message.update"
    scope = "imbot"
    repeat_is_safe = True
    errors = "BOT_ID_ERROR, APP_ID_ERROR, MESSAGE_ID_ERROR, KEYBOARD_ERROR, CANT_EDIT_MESSAGE"
    docs = "chat-bots/outdated/messages/imbot-message-update"

    bot_id: int
    message_id: int
    message: str
    keyboard: Any = None


class DeleteMessageV1(UpperMethod[Any]):
    """Delete a message of a bot of the first generation."""

    rest_name = "imbot.message.delete"
    scope = "imbot"
    repeat_is_safe = True
    errors = "BOT_ID_ERROR, APP_ID_ERROR, MESSAGE_ID_ERROR, CANT_EDIT_MESSAGE"
    docs = "chat-bots/outdated/messages/imbot-message-delete"

    bot_id: int
    message_id: int
    complete: str = "Y"
