"""What a real portal does without a word stands in the sandbox's own log, so that an integrator sees the mistake."""

from typing import Any

import pytest
from tests.support.sandbox import Sandbox

TODO = {"ownerTypeId": 2, "ownerId": 1, "deadline": "2030-01-01T10:00:00+03:00"}
DEAL = ("crm.deal.add", {"fields": {"TITLE": "Заявка"}})


async def told(box: Sandbox) -> list[str]:
    """Sentences since the last look."""
    rows = (await box.control("GET", "tells"))["tells"]
    await box.control("DELETE", "tells")
    return [row["text"] for row in rows]


@pytest.mark.parametrize(
    ("method", "params", "text"),
    [
        ("crm.activity.todo.add", {**TODO, "titel": "Позвонить"}, "crm.activity.todo.add has no parameter titel: it was ignored"),
        ("crm.item.list", {"entityTypeId": 2, "select": ["id", "ufCrmSla"]},
         "DEAL has no field ufCrmSla that can be selected: it was left out"),
        ("user.get", {"FILTER": {"LOGIN_NAME": "x"}}, "user.get: unknown field LOGIN_NAME in FILTER was ignored"),
        ("im.message.add", {"DIALOG_ID": "2", "MESSAGE": "я" * 20_001}, "a message of 20001 characters was cut to 20000"),
        ("im.message.add", {"DIALOG_ID": "2", "MESSAGE": "?", "KEYBOARD": [{"TEXT": "Да", "COMMAND": "yes"}]},
         "user 1: button 1 was dropped: no BOT_ID («Да»)"),
    ],
)  # fmt: skip
async def test_a_silent_mistake_is_told(box: Sandbox, method: str, params: dict[str, Any], text: str) -> None:
    await box.call(*DEAL)
    await told(box)
    await box.call(method, params)
    assert await told(box) == [text]


async def test_a_misspelt_parameter_is_told_once_and_common_ones_never(box: Sandbox) -> None:
    for _ in range(3):
        await box.call("server.time", {"zone": "UTC", "auth_connector": "b24app", "bx24_request_id": "7"})
    assert await told(box) == ["server.time has no parameter zone: it was ignored"]


async def test_the_app_option_takes_whatever_it_is_given(box: Sandbox) -> None:
    await box.call("app.option.set", {"options": {"colour": "green"}}, box.token())
    await box.call("event.test", {"anything": "at all"}, box.token())
    assert await told(box) == []


async def test_buttons_that_would_do_nothing_are_told(box: Sandbox) -> None:
    token = box.token()
    fields = {"code": "modest", "properties": {"name": "Модест"}}
    bot = (await box.call("imbot.v2.Bot.register", {"fields": fields}, token))["bot"]["id"]
    await box.call("imbot.v2.Bot.register", {"fields": fields}, token)
    keyboard = [{"TEXT": "Беру", "COMMAND": "ticket", "BG_COLOR": "зелёный"}]
    message = {"botId": bot, "dialogId": "1", "fields": {"message": "?", "keyboard": keyboard}}
    await box.call("imbot.v2.Chat.Message.send", message, token)
    assert await told(box) == [
        "Bot.register of «modest» changed nothing: the bot exists, use Bot.update",
        "bot modest: button 1: BG_COLOR зелёный is no colour and was ignored",
        "bot modest: command ticket is not registered: a press of «Беру» goes nowhere",
    ]


async def test_files_of_a_comment_are_replaced_as_a_whole(box: Sandbox) -> None:
    deal = await box.call(*DEAL)
    given = {"ENTITY_ID": deal, "ENTITY_TYPE": "deal", "COMMENT": "Счёт", "FILES": [["a.txt", "aGk="]]}
    number = await box.call("crm.timeline.comment.add", {"fields": given})
    await box.call("crm.timeline.comment.update", {"id": number, "fields": {"FILES": [["b.txt", "aGk="]]}})
    assert await told(box) == [f"files of comment {number} that it had are gone: FILES replaces all"]
