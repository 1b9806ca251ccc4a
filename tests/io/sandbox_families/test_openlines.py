"""A customer writes from an outer messenger into an open line, and is answered (methods.md G.1, G.2)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox, start_sandbox

ICON = {"DATA_IMAGE": "data:image/svg+xml,x"}


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with start_sandbox() as sandbox:
        sandbox.portal.faults.bucket_off = True
        yield sandbox


@pytest.fixture
async def handler() -> AsyncIterator[Handler]:
    async with Handler() as server:
        yield server


async def connected(box: Sandbox) -> None:
    card = {"ID": "B24app_web", "NAME": "Наш чат", "ICON": ICON, "PLACEMENT_HANDLER": "http://desk.example/c"}
    assert await box.call("imconnector.register", card, box.token()) == {"result": True}
    await box.call("imconnector.activate", {"CONNECTOR": "b24app_web", "LINE": 1, "ACTIVE": 1}, box.token())


async def write(box: Sandbox, text: str, message: str = "m1", user: str = "u42") -> dict[str, Any]:
    one = {
        "user": {"id": user, "name": "Ольга", "last_name": "Смирнова"}, "message": {"id": message, "text": text},
        "chat": {"id": f"c-{user}"},
    }  # fmt: skip
    params = {"CONNECTOR": "b24app_web", "LINE": 1, "MESSAGES": [one]}
    sent = await box.call("imconnector.send.messages", params, box.token())
    return dict(sent["DATA"]["RESULT"][0])


async def test_a_refused_registration_comes_with_a_good_status(box: Sandbox) -> None:
    answer = await box.raw("imconnector.register", {"ID": "a.b", "NAME": "x", "ICON": ICON}, box.token())
    assert (answer.status_code, answer.json()["result"]["error"]) == (200, "APPLICATION_REGISTRATION_ERROR_POINT")
    by_webhook = await box.body("imconnector.register", {"ID": "a"})
    assert by_webhook["error"] == "WRONG_AUTH_TYPE"


async def test_the_first_message_opens_a_session_and_makes_a_deal(box: Sandbox) -> None:
    await connected(box)
    first = await write(box, "Не печатает")
    second = await write(box, "И не сканирует", "m2")

    assert second["session"] == first["session"]
    chat = await box.call("imopenlines.dialog.get", {"CHAT_ID": first["session"]["CHAT_ID"]})
    assert (chat["type"], chat["entity_type"]) == ("lines", "LINES")
    assert chat["entity_id"] == f"b24app_web|1|c-u42|{first['user']}"
    assert chat["entity_data_1"].split("|")[5] == first["session"]["ID"]
    (deal,) = await box.call("crm.deal.list")
    assert chat["entity_data_2"].endswith(f"DEAL|{deal['ID']}")
    talks = await box.call("imopenlines.crm.chat.get", {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": deal["ID"]})
    assert [row["CHAT_ID"] for row in talks] == [first["session"]["CHAT_ID"]]
    history = await box.call("imopenlines.session.history.get", {"SESSION_ID": first["session"]["ID"]})
    assert [row["textlegacy"] for row in history["message"].values()] == ["Не печатает", "И не сканирует"]
    guest = await box.call("im.user.get", {"ID": first["user"]})
    assert (guest["connector"], guest["name"]) == (True, "Ольга Смирнова")
    assert len(await box.call("user.get")) == 2


async def test_an_answer_goes_out_signed_and_its_delivery_is_kept(box: Sandbox, handler: Handler) -> None:
    await connected(box)
    for name in ("ONIMCONNECTORMESSAGEADD", "ONIMCONNECTORMESSAGEUPDATE"):
        await box.call("event.bind", {"event": name, "handler": handler.url}, box.token())
    came = await write(box, "Не печатает")
    (deal,) = await box.call("crm.deal.list")
    entity = {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": deal["ID"], "CHAT_ID": came["session"]["CHAT_ID"]}

    said = await box.call("imopenlines.crm.message.add", {**entity, "USER_ID": 1, "MESSAGE": "Сейчас посмотрим"})

    (event,) = await handler.wait(1)
    (one,) = event["data"]["MESSAGES"]
    assert one["message"]["text"] == "[b]Администратор Портала:[/b] [br]Сейчас посмотрим"
    assert (one["chat"]["id"], one["im"]["message_id"]) == ("c-u42", str(said))
    delivery = [{"im": one["im"], "message": {"id": ["ext-7"]}, "chat": one["chat"]}]
    params = {"CONNECTOR": "b24app_web", "LINE": 1, "MESSAGES": delivery}
    await box.call("imconnector.send.status.delivery", params, box.token())
    await box.call("im.message.update", {"MESSAGE_ID": said, "MESSAGE": "Уже смотрим"})
    changed = (await handler.wait(2))[1]["data"]["MESSAGES"][0]["message"]
    assert changed["id"] == ["ext-7"]
    stranger = await box.body("imopenlines.crm.message.add", {**entity, "USER_ID": 2, "MESSAGE": "x"})
    assert stranger["error"] == "CANCELED"


async def test_listeners_of_lines_hear_both_sides_and_the_end(box: Sandbox, handler: Handler) -> None:
    await connected(box)
    for name in ("ONSESSIONSTART", "ONOPENLINEMESSAGEADD", "ONSESSIONFINISH"):
        await box.call("event.bind", {"event": name, "handler": handler.url}, box.token())
    came = await write(box, "Не печатает")
    await box.call("imopenlines.operator.finish", {"CHAT_ID": came["session"]["CHAT_ID"]})
    by_name = {str(one["event"]): one["data"]["DATA"][0] for one in await handler.wait(3)}
    assert set(by_name) == {"ONSESSIONSTART", "ONOPENLINEMESSAGEADD", "ONSESSIONFINISH"}
    heard = by_name["ONOPENLINEMESSAGEADD"]
    assert (heard["message"]["text"], heard["connector"]["connector_id"]) == ("Не печатает", "b24app_web")
    again = await write(box, "Снова", "m9")
    assert again["session"]["ID"] != came["session"]["ID"]
    assert again["session"]["CHAT_ID"] == came["session"]["CHAT_ID"]


async def test_talks_are_shared_evenly_and_transferred(box: Sandbox) -> None:
    await connected(box)
    await box.call("imopenlines.config.update", {"CONFIG_ID": 1, "PARAMS": {"QUEUE": [1, 2], "CRM_CREATE": "none"}})
    chats = [int((await write(box, "?", user=f"u{number}"))["session"]["CHAT_ID"]) for number in range(2)]
    owners = [(await box.call("imopenlines.dialog.get", {"CHAT_ID": chat}))["owner"] for chat in chats]
    assert owners == [1, 2]
    await box.call("imopenlines.operator.transfer", {"CHAT_ID": chats[0], "TRANSFER_ID": 2})
    assert (await box.call("imopenlines.dialog.get", {"CHAT_ID": chats[0]}))["owner"] == 2
    wrong = await box.body("imopenlines.operator.transfer", {"CHAT_ID": chats[0], "TRANSFER_ID": 99})
    assert wrong["error"] == "OPERATOR_WRONG"
    assert (await box.body("imopenlines.operator.finish", {"CHAT_ID": 999}))["error"] == "CHAT_ID"
    assert await box.call("crm.deal.list") == []


async def test_an_inactive_line_takes_nothing(box: Sandbox) -> None:
    await connected(box)
    await box.call("imconnector.activate", {"CONNECTOR": "b24app_web", "LINE": 1, "ACTIVE": 0}, box.token())
    one = {"user": {"id": "u"}, "message": {"text": "?"}, "chat": {"id": "c"}}
    params = {"CONNECTOR": "b24app_web", "LINE": 1, "MESSAGES": [one]}
    assert (await box.body("imconnector.send.messages", params, box.token()))["error"] == "NOT_ACTIVE_LINE"
    assert (await box.call("imconnector.status", {"CONNECTOR": "b24app_web", "LINE": 1}, box.token()))[
        "STATUS"
    ] is False
