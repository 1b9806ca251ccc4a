"""Bots of the second generation: life, commands, messages, presses, what they hear and how."""

from typing import Any

import pytest
from tests.support.messenger import TOKEN, Chat, Handler, Refused

KEYBOARD = [
    {"TEXT": "Взять", "COMMAND": "t", "COMMAND_PARAMS": "take 1", "BLOCK": "Y"},
    {"TYPE": "NEWLINE"},
    {"TEXT": "Открыть", "LINK": "/crm/deal/details/1/"},
]


async def test_registering_twice_answers_the_same_bot_unchanged(chat: Chat) -> None:
    first = await chat.bot()
    fields = {
        "code": "modest",
        "properties": {"name": "Другой"},
        "eventMode": "webhook",
        "webhookUrl": "http://a.example/",
    }

    again = await chat.app("imbot.v2.Bot.register", fields=fields)

    assert again["bot"]["id"] == first
    assert again["users"][0]["name"] == "Модест"
    assert again["bot"]["eventMode"] == "fetch"
    assert "changed nothing" in chat.tells()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "BOT_CODE_REQUIRED"),
        ({"code": "x"}, "BOT_PROPERTIES_REQUIRED"),
        ({"code": "x", "properties": {"name": "X"}, "type": "dog"}, "BOT_INVALID_TYPE"),
        ({"code": "x", "properties": {"name": "X"}, "eventMode": "post"}, "BOT_INVALID_EVENT_MODE"),
        ({"code": "x", "properties": {"name": "X"}, "eventMode": "webhook"}, "BOT_WEBHOOK_URL_REQUIRED"),
        (
            {"code": "x", "properties": {"name": "X"}, "eventMode": "webhook", "webhookUrl": "http://localhost/"},
            "BOT_INVALID_CALLBACK",
        ),
    ],
)
async def test_a_wrong_registration_is_refused_by_name(chat: Chat, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        await chat.app("imbot.v2.Bot.register", fields=fields)
    assert refused.value.code == code


async def test_a_hidden_command_needs_no_title_and_is_listed_with_a_slash(chat: Chat) -> None:
    bot = await chat.bot()

    with pytest.raises(Refused) as refused:
        await chat.app("imbot.v2.Command.register", botId=bot, fields={"command": "help"})
    listed = await chat.app("imbot.v2.Command.list", botId=bot)

    assert refused.value.code == "COMMAND_TITLE_REQUIRED"
    assert [(one["command"], one["hidden"]) for one in listed["commands"]] == [("/t", True)]


async def test_a_message_opens_the_dialog_and_is_unread(chat: Chat) -> None:
    bot = await chat.bot()

    number = await chat.send(bot, "Новая заявка", keyboard=KEYBOARD)

    counters = await chat.anna("im.counters.get")
    talk = await chat.anna("im.dialog.messages.get", DIALOG_ID=str(bot))
    assert counters["DIALOG"] == {str(bot): 1}
    assert talk["messages"][0]["id"] == number
    assert talk["messages"][0]["params"]["KEYBOARD"][0]["BOT_ID"] == bot
    await chat.anna("im.dialog.read", DIALOG_ID=str(bot))
    assert (await chat.anna("im.counters.get"))["DIALOG"] == []


async def test_an_empty_or_foreign_message_is_refused(chat: Chat) -> None:
    bot = await chat.bot()

    with pytest.raises(Refused) as empty:
        await chat.send(bot, "")
    with pytest.raises(Refused) as foreign:
        await chat.app("imbot.v2.Chat.Message.send", botId=bot, dialogId="chat999", fields={"message": "x"})

    assert (empty.value.code, empty.value.status) == ("EMPTY_MESSAGE", 400)
    assert (foreign.value.code, foreign.value.status) == ("ACCESS_DENIED", 403)


async def test_a_press_reaches_the_bot_without_a_new_message(chat: Chat) -> None:
    bot = await chat.bot()
    number = await chat.send(bot, "Новая заявка", keyboard=KEYBOARD)

    await chat.anna("im.message.command", MESSAGE_ID=number, BOT_ID=bot, COMMAND="t", COMMAND_PARAMS="take 1")

    (event,) = await chat.events(bot)
    assert event["type"] == "ONIMBOTV2COMMANDADD"
    data = event["data"]
    assert data["command"] == {"id": 1, "command": "/t", "params": "take 1", "context": "keyboard"}
    assert (data["message"]["id"], data["message"]["authorId"]) == (number, bot)
    assert (data["user"]["id"], data["chat"]["dialogId"], data["bot"]["id"]) == (2, "2", bot)
    assert data["user"]["lastActivityDate"] is False
    assert len((await chat.anna("im.dialog.messages.get", DIALOG_ID=str(bot)))["messages"]) == 1


async def test_fetched_events_stay_until_the_offset_confirms_them(chat: Chat) -> None:
    bot = await chat.bot()
    await chat.anna("im.message.add", DIALOG_ID=str(bot), MESSAGE="раз")
    await chat.anna("im.message.add", DIALOG_ID=str(bot), MESSAGE="два")

    first = await chat.app("imbot.v2.Event.get", botId=bot, limit=2)
    rest = await chat.app("imbot.v2.Event.get", botId=bot, offset=first["nextOffset"])

    assert [one["type"] for one in first["events"]] == ["ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"]
    assert first["hasMore"] is True
    assert [one["data"]["message"]["text"] for one in rest["events"]] == ["два"]
    empty = await chat.app("imbot.v2.Event.get", botId=bot, offset=rest["nextOffset"])
    assert (empty["events"], empty["nextOffset"]) == ([], rest["nextOffset"])


async def test_a_pressed_button_is_blocked_until_the_bot_changes_the_message(chat: Chat) -> None:
    bot = await chat.bot()
    number = await chat.send(bot, "Новая заявка", keyboard=KEYBOARD)
    await chat.anna("im.message.command", MESSAGE_ID=number, BOT_ID=bot, COMMAND="t", COMMAND_PARAMS="take 1")

    page = f"/online/live?dialog={bot}&as=2"
    blocked = (await chat.client.get(page)).json()["talk"]
    await chat.app("imbot.v2.Chat.Message.update", botId=bot, messageId=number, fields={"message": "Занято"})
    free = (await chat.client.get(page)).json()["talk"]

    assert "is-waiting" in blocked
    assert "is-waiting" not in free


async def test_an_update_drops_buttons_without_bot_id_and_tells(chat: Chat) -> None:
    bot = await chat.bot()
    number = await chat.send(bot, "Новая заявка", keyboard=KEYBOARD)

    fields = {"message": "Кому?", "keyboard": [{"TEXT": "Анна", "COMMAND": "t"}, {"TEXT": "Карточка", "LINK": "/x/"}]}
    await chat.app("imbot.v2.Chat.Message.update", botId=bot, messageId=number, fields=fields)

    shown = (await chat.anna("im.dialog.messages.get", DIALOG_ID=str(bot)))["messages"][0]
    assert [one["TEXT"] for one in shown["params"]["KEYBOARD"]] == ["Карточка"]
    assert "bot modest: button 1 was dropped: no BOT_ID" in chat.tells()


async def test_a_keyboard_is_taken_away_by_n(chat: Chat) -> None:
    bot = await chat.bot()
    number = await chat.send(bot, "Новая заявка", keyboard=KEYBOARD)

    fields = {"message": "Назначена: Анна", "keyboard": "N"}
    await chat.app("imbot.v2.Chat.Message.update", botId=bot, messageId=number, fields=fields)

    shown = (await chat.anna("im.dialog.messages.get", DIALOG_ID=str(bot)))["messages"][0]
    assert (shown["text"], "KEYBOARD" in shown["params"]) == ("Назначена: Анна", False)


async def test_a_bot_changes_and_deletes_its_own_messages_only(chat: Chat) -> None:
    bot = await chat.bot()
    await chat.send(bot, "x")
    theirs = await chat.anna("im.message.add", DIALOG_ID=str(bot), MESSAGE="моё")

    for method in ("update", "delete"):
        with pytest.raises(Refused) as refused:
            await chat.app(f"imbot.v2.Chat.Message.{method}", botId=bot, messageId=theirs, fields={"message": "y"})
        assert (refused.value.code, refused.value.status) == ("ACCESS_DENIED", 403)


async def test_a_deleted_message_leaves_a_trace_unless_deleted_completely(chat: Chat) -> None:
    bot = await chat.bot()
    soft, hard = await chat.send(bot, "раз"), await chat.send(bot, "два")

    await chat.app("imbot.v2.Chat.Message.delete", botId=bot, messageId=soft)
    await chat.app("imbot.v2.Chat.Message.delete", botId=bot, messageId=hard, complete=True)

    left = (await chat.anna("im.dialog.messages.get", DIALOG_ID=str(bot)))["messages"]
    assert [(one["id"], one["text"]) for one in left] == [(soft, "")]
    assert (await chat.anna("im.counters.get"))["TYPE"]["DIALOG"] == 0


async def test_a_webhook_bot_is_told_by_a_form_with_two_auths(chat: Chat, handler: Handler) -> None:
    bot = await chat.bot(eventMode="webhook", webhookUrl=handler.url)
    number = await chat.send(bot, "Новая заявка", keyboard=KEYBOARD)

    await chat.anna("im.message.command", MESSAGE_ID=number, BOT_ID=bot, COMMAND="t", COMMAND_PARAMS="take 1")

    (body,) = await handler.wait(1)
    assert body["event"] == "ONIMBOTV2COMMANDADD"
    assert body["auth"] == {"domain": "portal.test", "member_id": chat.portal.member_id, "application_token": TOKEN}
    data = body["data"]
    assert (data["bot"]["id"], data["bot"]["code"]) == (str(bot), "modest")
    assert data["bot"]["auth"]["user_id"] == str(bot)
    assert data["bot"]["auth"]["client_endpoint"] == "http://portal.test/rest/"
    assert data["command"]["context"] == "keyboard"
    message = data["message"]
    assert (message["isSystem"], message["forward"], message["viewedByOthers"]) == ("0", "", "0")
    assert "attach" not in message["params"]
    assert (data["user"]["absent"], data["user"]["active"], data["user"]["departments"]) == ("0", "1", ["1"])
    assert body["ts"].isdigit()


async def test_a_bot_may_call_back_with_the_token_it_was_sent(chat: Chat, handler: Handler) -> None:
    bot = await chat.bot(eventMode="webhook", webhookUrl=handler.url)
    await chat.anna("im.message.add", DIALOG_ID=str(bot), MESSAGE="привет")

    joined, said = await handler.wait(2)
    token = said["data"]["bot"]["auth"]["access_token"]
    params = {"auth": token, "botId": bot, "dialogId": said["data"]["chat"]["dialogId"], "fields": {"message": "да"}}
    answer = await chat.client.post("/rest/imbot.v2.Chat.Message.send", json=params)

    assert joined["event"] == "ONIMBOTV2JOINCHAT"
    assert answer.json()["result"]["id"] > 0


async def test_the_top_level_auth_may_come_without_member_id(chat: Chat, handler: Handler) -> None:
    bot = await chat.bot(eventMode="webhook", webhookUrl=handler.url)
    await chat.send(bot, "x")
    chat.portal.faults.bot_without_member_id = True

    await chat.anna("im.message.add", DIALOG_ID=str(bot), MESSAGE="привет")

    (body,) = await handler.wait(1)
    assert sorted(body["auth"]) == ["application_token", "domain"]
    assert body["data"]["bot"]["auth"]["member_id"] == chat.portal.member_id


async def test_nothing_is_sent_before_the_installation_is_finished(chat: Chat, handler: Handler) -> None:
    bot = await chat.bot(eventMode="webhook", webhookUrl=handler.url)
    chat.portal.apps.update(1, INSTALLED=False)
    await chat.anna("im.message.add", DIALOG_ID=str(bot), MESSAGE="рано")
    chat.portal.apps.update(1, INSTALLED=True)
    await chat.anna("im.message.add", DIALOG_ID=str(bot), MESSAGE="пора")

    (body,) = await handler.wait(1)
    assert body["data"]["message"]["text"] == "пора"


async def test_an_ordinary_bot_hears_in_a_group_only_what_mentions_it(chat: Chat) -> None:
    bot = await chat.bot()
    group = await chat.anna("im.chat.add", USERS=[bot, 1], TITLE="Диспетчерская")

    await chat.anna("im.message.add", DIALOG_ID=f"chat{group}", MESSAGE="всем привет")
    await chat.anna("im.message.add", DIALOG_ID=f"chat{group}", MESSAGE=f"[USER={bot}]Модест[/USER], очередь")
    await chat.anna("im.message.add", DIALOG_ID=f"chat{group}", MESSAGE="/t раз\n/t два")

    events = await chat.events(bot)
    assert [one["type"] for one in events] == [
        "ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD", "ONIMBOTV2COMMANDADD", "ONIMBOTV2COMMANDADD",
    ]  # fmt: skip
    assert events[0]["data"]["dialogId"] == f"chat{group}"
    assert [one["data"]["command"]["params"] for one in events[2:]] == ["раз", "два"]
    assert events[3]["data"]["command"]["context"] == "textarea"


async def test_a_reaction_on_a_bots_message_is_told(chat: Chat) -> None:
    bot = await chat.bot()
    number = await chat.send(bot, "x")

    await chat.anna("im.message.like", MESSAGE_ID=number)
    await chat.anna("im.message.like", MESSAGE_ID=number)

    events = await chat.events(bot)
    assert [(one["data"]["reaction"], one["data"]["action"]) for one in events] == [("like", "add"), ("like", "delete")]


async def test_a_press_of_an_unknown_command_goes_nowhere_and_is_told(chat: Chat) -> None:
    bot = await chat.bot()
    number = await chat.send(bot, "x", keyboard=[{"TEXT": "a", "COMMAND": "other"}])

    pressed = await chat.client.post("/online/press?as=2", json={"message": number, "bot": bot, "command": "other"})

    assert pressed.json() == {"ok": True, "heard": False}
    assert await chat.events(bot) == []
    assert "has no such command" in chat.tells()


async def test_an_unregistered_bot_says_goodbye_and_is_gone(chat: Chat, handler: Handler) -> None:
    bot = await chat.bot(eventMode="webhook", webhookUrl=handler.url)

    await chat.app("imbot.v2.Bot.unregister", botId=bot)

    (body,) = await handler.wait(1)
    assert (body["event"], sorted(body["data"])) == ("ONIMBOTV2DELETE", ["bot"])
    with pytest.raises(Refused) as refused:
        await chat.send(bot, "x")
    assert refused.value.code == "BOT_NOT_FOUND"


async def test_a_link_with_context_tells_the_bot(chat: Chat) -> None:
    bot = await chat.bot()
    await chat.send(bot, "x")

    await chat.client.get("/online/", params={"IM_DIALOG": bot, "BOT_CONTEXT": '{"deal": 7}', "as": 2})

    (event,) = await chat.events(bot)
    assert (event["type"], event["data"]["context"]) == ("ONIMBOTV2CONTEXTGET", {"deal": 7})


async def test_an_old_portal_has_no_second_generation(chat: Chat) -> None:
    chat.portal.faults.old_portal = True

    with pytest.raises(Refused) as refused:
        await chat.app("imbot.v2.Revision.get")

    assert (refused.value.code, refused.value.status) == ("ERROR_METHOD_NOT_FOUND", 404)
