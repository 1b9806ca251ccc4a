"""Bots of the first generation, as portals on premise have them."""

from typing import Any

import pytest
from tests.support.messenger import TOKEN, Chat, Handler, Refused


async def registered(chat: Chat, url: str) -> tuple[int, int]:
    bot = await chat.app(
        "imbot.register", CODE="modest", TYPE="B", EVENT_MESSAGE_ADD=url, EVENT_WELCOME_MESSAGE=url,
        EVENT_BOT_DELETE=url, PROPERTIES={"NAME": "Модест", "COLOR": "AQUA"},
    )  # fmt: skip
    command = await chat.app(
        "imbot.command.register", BOT_ID=bot, COMMAND="t", HIDDEN="Y", EVENT_COMMAND_ADD=url,
        LANG=[{"LANGUAGE_ID": "ru", "TITLE": "Кнопка", "PARAMS": ""}],
    )  # fmt: skip
    return bot, command


async def test_a_press_comes_as_a_map_of_commands(chat: Chat, handler: Handler) -> None:
    bot, command = await registered(chat, handler.url)
    keyboard = {"BOT_ID": bot, "BUTTONS": [{"TEXT": "Взять", "COMMAND": "t", "COMMAND_PARAMS": "take 1"}]}
    number = await chat.app("imbot.message.add", BOT_ID=bot, DIALOG_ID="2", MESSAGE="Новая", KEYBOARD=keyboard)

    await chat.anna("im.message.command", MESSAGE_ID=number, BOT_ID=bot, COMMAND="t", COMMAND_PARAMS="take 1")

    (body,) = await handler.wait(1)
    assert (body["event"], body["auth"]["application_token"]) == ("ONIMCOMMANDADD", TOKEN)
    called: dict[str, Any] = body["data"]["COMMAND"][str(command)]
    assert (called["COMMAND"], called["COMMAND_PARAMS"], called["COMMAND_CONTEXT"]) == ("t", "take 1", "KEYBOARD")
    assert (called["MESSAGE_ID"], called["BOT_ID"], called["BOT_CODE"]) == (str(number), str(bot), "modest")
    assert called["AUTH"]["member_id"] == chat.portal.member_id
    assert body["data"]["PARAMS"]["FROM_USER_ID"] == "2"
    assert body["data"]["PARAMS"]["DIALOG_ID"] == "2"
    assert body["data"]["USER"]["NAME"] == "Мария Котова"


async def test_a_message_comes_with_the_bots_it_is_for(chat: Chat, handler: Handler) -> None:
    bot, _ = await registered(chat, handler.url)

    await chat.anna("im.message.add", DIALOG_ID=str(bot), MESSAGE="что у меня?")

    joined, said = await handler.wait(2)
    assert joined["event"] == "ONIMBOTJOINCHAT"
    assert (said["event"], list(said["data"]["BOT"])) == ("ONIMBOTMESSAGEADD", [str(bot)])
    assert (said["data"]["PARAMS"]["MESSAGE"], said["data"]["PARAMS"]["TO_USER_ID"]) == ("что у меня?", str(bot))


async def test_messages_are_changed_for_three_days_only(chat: Chat, handler: Handler) -> None:
    bot, _ = await registered(chat, handler.url)
    number = await chat.app("imbot.message.add", BOT_ID=bot, DIALOG_ID="2", MESSAGE="Новая")

    assert await chat.app("imbot.message.update", BOT_ID=bot, MESSAGE_ID=number, MESSAGE="Старая") is True
    chat.portal.clock.advance(4 * 86400)
    with pytest.raises(Refused) as refused:
        await chat.app("imbot.message.update", BOT_ID=bot, MESSAGE_ID=number, MESSAGE="Поздно")

    assert refused.value.code == "CANT_EDIT_MESSAGE"


async def test_registration_names_what_is_missing(chat: Chat) -> None:
    with pytest.raises(Refused) as refused:
        await chat.app("imbot.register", CODE="modest", PROPERTIES={"NAME": "Модест"})
    assert refused.value.code == "EVENT_MESSAGE_ADD_ERROR"
