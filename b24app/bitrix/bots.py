"""Modest on portals of both generations: one gateway, two drivers.

`Chat` values are rendered calls of either generation; what the outbox keeps is the portal's own method and parameters.
"""

from typing import Any, Final, Protocol

from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods import Method
from b24app.bitrix.methods_bot import (
    DeleteMessage,
    DeleteMessageV1,
    GetBotRevision,
    RegisterBot,
    RegisterBotV1,
    RegisterCommand,
    RegisterCommandV1,
    SendMessage,
    SendMessageV1,
    UpdateBot,
    UpdateMessage,
    UpdateMessageV1,
)
from b24app.kit.errors import PortalRefused

NO_KEYBOARD: Final = "N"
POSITION: Final = "Диспетчер заявок"


class Messages(Protocol):
    """How a message becomes a call."""

    def send(self, bot: int, dialog: str, text: str, keyboard: dict[str, Any] | None) -> Method[int]: ...
    def update(self, bot: int, message: int, text: str, keyboard: dict[str, Any] | None) -> Method[Any]: ...
    def delete(self, bot: int, message: int) -> Method[Any]: ...


class MessagesV2:
    """Calls of the second generation."""

    def send(self, bot: int, dialog: str, text: str, keyboard: dict[str, Any] | None) -> Method[int]:
        """A new message, which rings."""
        fields = {"message": text, "urlPreview": False} | ({"keyboard": keyboard} if keyboard else {})
        return SendMessage(bot_id=bot, dialog_id=dialog, fields=fields)

    def update(self, bot: int, message: int, text: str, keyboard: dict[str, Any] | None) -> Method[Any]:
        """The same message with another text; no keyboard takes the buttons away."""
        return UpdateMessage(
            bot_id=bot, message_id=message, fields={"message": text, "keyboard": keyboard or NO_KEYBOARD}
        )

    def delete(self, bot: int, message: int) -> Method[Any]:
        """The message goes without a trace."""
        return DeleteMessage(bot_id=bot, message_id=message)


class MessagesV1:
    """Calls of the first generation."""

    def send(self, bot: int, dialog: str, text: str, keyboard: dict[str, Any] | None) -> Method[int]:
        """A new message, which rings."""
        return SendMessageV1(bot_id=bot, dialog_id=dialog, message=text, keyboard=keyboard)

    def update(self, bot: int, message: int, text: str, keyboard: dict[str, Any] | None) -> Method[Any]:
        """The same message with another text."""
        return UpdateMessageV1(bot_id=bot, message_id=message, message=text, keyboard=keyboard or NO_KEYBOARD)

    def delete(self, bot: int, message: int) -> Method[Any]:
        """The message goes without a trace."""
        return DeleteMessageV1(bot_id=bot, message_id=message)


MESSAGES: Final[dict[str, Messages]] = {"v2": MessagesV2(), "v1": MessagesV1()}


async def generation(portal: PortalClient) -> str:
    """`v2` where the portal has it, else `v1`. Source: methods.md B.1."""
    try:
        await portal(GetBotRevision())
    except PortalRefused as refused:
        if refused.code.upper() == "ERROR_METHOD_NOT_FOUND":
            return "v1"
        raise
    return "v2"


async def register(
    portal: PortalClient, version: str, *, code: str, name: str, handler: str, command: str, fetch: bool = False
) -> int:
    """The bot is there, at our address, with its hidden command. Gives its id.

    `fetch`: the portal keeps its events until they are fetched; a bot of the first generation has no such mode.
    """
    if version == "v1":
        properties = {"NAME": name, "COLOR": "AQUA", "WORK_POSITION": POSITION}
        bot = await portal(RegisterBotV1(code=code, event_handler=handler, properties=properties))
        titles = [{"LANGUAGE_ID": "ru", "TITLE": name, "PARAMS": ""}]
        await portal(RegisterCommandV1(bot_id=bot, command=command, event_command_add=handler, lang=titles))
        return bot
    fields = {"properties": {"name": name, "workPosition": POSITION, "color": "aqua"}}
    mode = {"eventMode": "fetch"} if fetch else {"eventMode": "webhook", "webhookUrl": handler}
    made = await portal(RegisterBot(fields={"code": code, "type": "bot", **fields, **mode}))
    await portal(UpdateBot(bot_id=made.id, fields={**fields, **mode}))  # registering does not change an existing one
    await portal(RegisterCommand(bot_id=made.id, fields={"command": command, "hidden": True}))
    return made.id
