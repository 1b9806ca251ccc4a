"""What people do in the messenger through REST: talks, groups, notices, colleagues."""

import pytest
from tests.support.messenger import Chat, Refused


async def test_two_people_talk_and_counters_follow(chat: Chat) -> None:
    await chat.app("im.message.add", DIALOG_ID="2", MESSAGE="Добрый день")
    await chat.app("im.message.add", DIALOG_ID="2", MESSAGE="Есть вопрос")

    assert (await chat.anna("im.counters.get"))["TYPE"] == {
        "ALL": 2, "NOTIFY": 0, "CHAT": 0, "LINES": 0, "DIALOG": 2, "MESSENGER": 2,
    }  # fmt: skip
    recent = await chat.anna("im.recent.list")
    assert [(one["id"], one["counter"]) for one in recent["items"]] == [(1, 2)]
    read = await chat.anna("im.dialog.read", DIALOG_ID="1")
    assert read["counter"] == 0


async def test_messages_are_paged_by_numbers(chat: Chat) -> None:
    ids = [await chat.app("im.message.add", DIALOG_ID="2", MESSAGE=str(n)) for n in range(5)]

    older = await chat.anna("im.dialog.messages.get", DIALOG_ID="1", LAST_ID=ids[2], LIMIT=10)
    newer = await chat.anna("im.dialog.messages.get", DIALOG_ID="1", FIRST_ID=ids[2], LIMIT=1)

    assert [one["id"] for one in older["messages"]] == [ids[1], ids[0]]
    assert [one["id"] for one in newer["messages"]] == [ids[3]]


async def test_an_unknown_chat_is_a_400(chat: Chat) -> None:
    with pytest.raises(Refused) as refused:
        await chat.anna("im.message.add", DIALOG_ID="chat777", MESSAGE="x")
    assert (refused.value.status, refused.value.code) == (400, "CHAT_ID")


async def test_a_crm_chat_is_found_by_its_object(chat: Chat) -> None:
    made = await chat.app("im.chat.add", USERS=[2], ENTITY_TYPE="CRM", ENTITY_ID="DEAL|342", TITLE="Сделка")

    found = await chat.app("im.chat.get", ENTITY_TYPE="CRM", ENTITY_ID="DEAL|342")
    shown = await chat.anna("im.dialog.get", DIALOG_ID=f"chat{made}")

    assert found == {"ID": made}
    assert shown["entity_link"] == {"type": "DEAL", "url": "/crm/deal/details/342/", "id": "DEAL|342"}
    assert await chat.app("im.chat.get", ENTITY_TYPE="CRM", ENTITY_ID="DEAL|1") is None


async def test_a_tag_replaces_the_notice_that_carries_it(chat: Chat) -> None:
    await chat.app("im.notify.system.add", USER_ID=2, MESSAGE="Первое", TAG="t1")
    await chat.app("im.notify.system.add", USER_ID=2, MESSAGE="Второе", TAG="t1")
    await chat.app("im.notify.system.add", USER_ID=2, MESSAGE="Третье")

    bell = await chat.anna("im.notify.get")
    assert [one["text"] for one in bell["notifications"]] == ["Третье", "Второе"]
    assert (await chat.anna("im.counters.get"))["TYPE"]["NOTIFY"] == 2
    await chat.app("im.notify.delete", TAG="t1")
    assert [one["text"] for one in (await chat.anna("im.notify.get"))["notifications"]] == ["Третье"]


async def test_departments_know_their_people(chat: Chat) -> None:
    assert await chat.app("im.department.employees.get", ID=[1]) == {"1": [1, 2]}
    (row,) = await chat.app("im.department.get", ID=[1], USER_DATA="Y")
    assert row["manager_user_data"]["id"] == 1


async def test_what_a_customer_wrote_stays_text_on_the_page(chat: Chat) -> None:
    text = "<img src=x onerror=alert(1)> [url=javascript:alert(1)]тут[/url] [b]жирно[/b] [timestamp=0 format=SHORT_TIME_FORMAT]"
    await chat.app("im.message.add", DIALOG_ID="2", MESSAGE=text)

    talk = (await chat.client.get("/online/live?dialog=1&as=2")).json()["talk"]

    assert "<img" not in talk
    assert "javascript:" not in talk
    assert "<strong>жирно</strong>" in talk
    assert "<time>03:00</time>" in talk
