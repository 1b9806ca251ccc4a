"""A message of Modest in the portal's words: BB text and the keyboard JSON."""

from typing import Any

from b24app.chatbot.message import Button, Message
from b24app.chatbot.payloads import COMMAND


def keyboard_of(message: Message, bot: int) -> dict[str, Any] | None:
    """The `keyboard` value of a message; None when it has no buttons.

    BOT_ID is named explicitly: without it the portal drops COMMAND buttons on update.
    Source: methods.md B.4; limits for phones: at most three LINE buttons a row.
    """
    if not message.rows:
        return None
    buttons: list[dict[str, Any]] = []
    for place, row in enumerate(message.rows):
        if place:
            buttons.append({"TYPE": "NEWLINE"})
        buttons.extend(_button(button) for button in row)
    return {"BOT_ID": bot, "BUTTONS": buttons}


def _button(button: Button) -> dict[str, Any]:
    form: dict[str, Any] = {
        "TEXT": button.text,
        "DISPLAY": "BLOCK" if button.wide else "LINE",
        "BG_COLOR_TOKEN": button.colour.value,
    }
    if button.link:
        return form | {"LINK": button.link}
    return form | {"COMMAND": COMMAND, "COMMAND_PARAMS": button.params, "BLOCK": "Y"}
