"""What a person does in the messenger through REST: files, events of one's chats, marks, search, sharing."""

import base64

import pytest
from tests.support.messenger import Chat, Refused

TEXT = base64.b64encode("отчёт".encode()).decode()


async def group(chat: Chat, *members: int) -> int:
    return int(await chat.app("im.chat.add", USERS=list(members or (2,)), TITLE="Группа поддержки"))


async def test_a_file_is_said_and_downloaded_once(chat: Chat) -> None:
    number = await group(chat)
    sent = await chat.app(
        "im.v2.File.upload", dialogId=f"chat{number}", fields={"name": "отчёт.txt", "content": TEXT, "message": "Вот"}
    )
    link = (await chat.anna("im.v2.File.download", dialogId=f"chat{number}", fileId=sent["file"]["id"]))["downloadUrl"]

    first, second = await chat.client.get(link), await chat.client.get(link)

    assert (sent["file"]["extension"], sent["file"]["size"], sent["dialogId"]) == ("txt", 10, f"chat{number}")
    assert first.content.decode() == "отчёт"
    assert second.status_code == 404
    with pytest.raises(Refused) as broken:
        await chat.app("im.v2.File.upload", dialogId=f"chat{number}", fields={"name": "a", "content": "ы"})
    assert broken.value.code == "FILE_INVALID_CONTENT"


async def test_events_of_ones_chats_are_fetched_and_confirmed(chat: Chat) -> None:
    await chat.anna("im.v2.Event.subscribe")
    number = await group(chat)
    message = await chat.app("im.message.add", DIALOG_ID=f"chat{number}", MESSAGE="Здравствуйте")
    await chat.app("im.message.update", MESSAGE_ID=message, MESSAGE="Добрый день")
    await chat.app("im.message.like", MESSAGE_ID=message)
    await chat.app("im.message.delete", MESSAGE_ID=message)

    first = await chat.anna("im.v2.Event.get", limit=2)
    rest = await chat.anna("im.v2.Event.get", offset=first["nextOffset"])

    assert [one["type"] for one in first["events"]] == ["ONIMV2MESSAGEADD", "ONIMV2MESSAGEUPDATE"]
    assert first["hasMore"] is True
    assert first["events"][0]["data"]["message"]["text"] == "Здравствуйте"
    assert first["events"][0]["data"]["user"]["id"] == 1
    assert [one["type"] for one in rest["events"]] == ["ONIMV2REACTIONCHANGE", "ONIMV2MESSAGEDELETE"]
    await chat.anna("im.v2.Event.unsubscribe")
    assert (await chat.anna("im.v2.Event.get"))["events"] == []
    assert (await chat.app("im.v2.Event.get"))["events"] == []


async def test_dialogs_are_pinned_hidden_and_marked_unread(chat: Chat) -> None:
    old, new = await group(chat), await group(chat)
    for number in (old, new):
        await chat.app("im.message.add", DIALOG_ID=f"chat{number}", MESSAGE="Слово")

    await chat.app("im.recent.pin", DIALOG_ID=f"chat{old}", PIN="Y")
    await chat.app("im.recent.unread", DIALOG_ID=f"chat{new}")
    assert [(row["id"], row["pinned"], row["unread"]) for row in await chat.app("im.recent.get")] == [
        (f"chat{old}", True, False),
        (f"chat{new}", False, True),
    ]
    await chat.app("im.recent.hide", DIALOG_ID=f"chat{old}")
    assert [row["id"] for row in await chat.app("im.recent.get")] == [f"chat{new}"]
    await chat.anna("im.message.add", DIALOG_ID=f"chat{old}", MESSAGE="Снова")
    assert len(await chat.app("im.recent.get")) == 2


async def test_messages_and_chats_are_searched(chat: Chat) -> None:
    number = await group(chat)
    for text in ("Принтер не печатает", "Телефон молчит"):
        await chat.app("im.message.add", DIALOG_ID=f"chat{number}", MESSAGE=text)
    found = await chat.anna("im.dialog.messages.search", CHAT_ID=number, SEARCH_MESSAGE="печата")
    chats = await chat.anna("im.search.chat.list", FIND="поддерж")
    assert [row["text"] for row in found["messages"]] == ["Принтер не печатает"]
    assert [row["id"] for row in chats] == [number]
    with pytest.raises(Refused) as short:
        await chat.anna("im.search.chat.list", FIND="п")
    assert short.value.code == "FIND_SHORT"


async def test_the_bell_is_searched_and_read(chat: Chat) -> None:
    first = await chat.app("im.notify.system.add", USER_ID=2, MESSAGE="Срок заявки истёк")
    await chat.app("im.notify.system.add", USER_ID=2, MESSAGE="Новая заявка")
    found = await chat.anna("im.notify.history.search", SEARCH_TEXT="срок")
    assert (found["total_results"], found["notifications"][0]["id"]) == (1, first)
    assert await chat.anna("im.notify.read.list", IDS=[first]) is True
    assert (await chat.anna("im.counters.get"))["TYPE"]["NOTIFY"] == 1
    assert await chat.anna("im.notify.read.all") == {"result": True, "newCounter": 0}


async def test_a_chat_is_made_of_a_message(chat: Chat) -> None:
    number = await group(chat)
    message = await chat.anna("im.message.add", DIALOG_ID=f"chat{number}", MESSAGE="Обсудим отдельно")
    assert await chat.app("im.message.share", MESSAGE_ID=message, DIALOG_ID=f"chat{number}", TYPE="CHAT") is True
    newest = (await chat.app("im.recent.get"))[0]
    assert newest["title"] == "Обсудим отдельно"
    assert "Мария Котова" in newest["message"]["text"]
