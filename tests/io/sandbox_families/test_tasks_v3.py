"""REST 3.0: tasks, the task chat, results, keys against doubles, batch (`api-reference/rest-v3.md`, `tasks/*-rest-v3.md`)."""

from typing import Any

import httpx
from tests.support.sandbox import Sandbox

MARIA = 2
VALIDATION = "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION"
NEW = {"title": "Разобрать дамп", "creatorId": 1, "responsibleId": MARIA}


async def send(box: Sandbox, method: str, body: Any, key: str = "", token: str = "") -> httpx.Response:
    """A POST to the address of version 3."""
    url = box.about["webhook_url"].replace("/rest/", "/rest/api/") + method
    headers = {"Idempotency-Key": key} if key else {}
    if token:
        url, body = f"{box.base_url}/rest/api/{method}", {**body, "auth": token}
    return await box.client.post(url, json=body, headers=headers)


async def call(box: Sandbox, method: str, **body: Any) -> Any:
    answer = await send(box, method, body)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


async def refused(box: Sandbox, method: str, **body: Any) -> tuple[int, str, list[Any]]:
    answer = await send(box, method, body)
    error = answer.json()["error"]
    return answer.status_code, error["code"].removeprefix("BITRIX_REST_V3_EXCEPTION_"), error.get("validation", [])


async def test_a_new_task_is_an_item_of_typed_values(box: Sandbox) -> None:
    item = (await call(box, "tasks.task.add", fields={**NEW, "crmItemIds": ["D_342"]}))["item"]
    shown = {
        name: item[name] for name in ("id", "status", "priority", "mark", "needsControl", "crmItemIds", "statusChanged")
    }
    assert shown == {
        "id": 1, "status": "pending", "priority": "average", "mark": "none", "needsControl": False,
        "crmItemIds": ["D_342"], "statusChanged": None,
    }  # fmt: skip
    assert isinstance(item["chatId"], int)
    assert "creatorId" not in item
    old = await box.call("tasks.task.get", {"taskId": 1, "select": ["UF_CRM_TASK"]})
    assert old["task"]["ufCrmTask"] == ["D_342"]


async def test_related_objects_are_selected_with_a_dot(box: Sandbox) -> None:
    await call(box, "tasks.task.add", fields=NEW)
    select = ["title", "responsible.name", "responsible.email", "chat.id", "unknown"]
    item = (await call(box, "tasks.task.get", id=1, select=select))["item"]
    assert item == {
        "title": "Разобрать дамп", "responsible": {"name": "Мария Котова", "email": "kotova@example.com"},
        "chat": {"id": item["chat"]["id"]},
    }  # fmt: skip
    status, code, _ = await refused(box, "tasks.task.get", id=1, select=["responsible.stageId"])
    assert (status, code) == (400, "UNKNOWNDTOPROPERTYEXCEPTION")


async def test_refusals_name_the_field(box: Sandbox) -> None:
    status, code, wrong = await refused(box, "tasks.task.get")
    assert (status, code, wrong) == (
        400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", [{"message": "Required field `id` is missing", "field": "id"}],
    )  # fmt: skip
    _, _, wrong = await refused(box, "tasks.task.get", id="7")
    assert wrong == [{"message": "Field `id` requires data type `int` for this request", "field": "id"}]
    _, _, wrong = await refused(box, "tasks.task.add", fields={**NEW, "deadline": "завтра"})
    assert wrong == [
        {"message": "Field `deadline` requires data type `DateTime` for this request", "field": "deadline"}
    ]
    _, _, wrong = await refused(box, "tasks.task.add", fields={"title": "x"})
    assert [one["field"] for one in wrong] == ["creatorId", "responsibleId"]
    assert (await refused(box, "tasks.task.get", id=9))[1] == "ENTITYNOTFOUNDEXCEPTION"


async def test_the_creator_of_a_task_stays(box: Sandbox) -> None:
    await call(box, "tasks.task.add", fields=NEW)
    assert await call(box, "tasks.task.update", id=1, fields={"status": "completed"}) == {"result": True}
    assert (await call(box, "tasks.task.get", id=1, select=["status"]))["item"] == {"status": "completed"}
    _, _, wrong = await refused(box, "tasks.task.update", id=1, fields={"creatorId": 2})
    assert "requires the presence of the `Editable` attribute" in wrong[0]["message"]


async def test_lists_are_filtered_by_number_only_and_paged_without_a_total(box: Sandbox) -> None:
    for index in range(4):
        await call(box, "tasks.task.add", fields={**NEW, "title": f"Задача {index}"})

    assert await call(box, "tasks.task.list") == {"items": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]}
    either = {"logic": "or", "conditions": [["id", 1], ["id", "in", [3, 4]]]}
    found = await call(box, "tasks.task.list", filter=[["id", ">", 0], either], order={"id": "DESC"})
    assert [row["id"] for row in found["items"]] == [4, 3, 1]
    answer = await send(box, "tasks.task.list", {"select": ["title"], "pagination": {"page": 2, "limit": 3}})
    assert answer.json()["result"]["items"] == [{"id": 4, "title": "Задача 3"}]
    assert {"total", "next"}.isdisjoint(answer.json())

    assert (await refused(box, "tasks.task.list", filter=[["title", "x"]]))[
        1
    ] == "VALIDATION_REQUESTVALIDATIONEXCEPTION"
    assert (await refused(box, "tasks.task.list", filter=[["id", "like", 1]]))[1] == "UNKNOWNFILTEROPERATOREXCEPTION"
    assert (await refused(box, "tasks.task.list", filter=[["colour", 1]]))[1] == "UNKNOWNDTOPROPERTYEXCEPTION"
    assert (await refused(box, "tasks.task.list", order={"id": "up"}))[1] == "INVALIDORDEREXCEPTION"
    assert (await refused(box, "tasks.task.list", pagination={"limit": "abc"}))[1] == "INVALIDPAGINATIONEXCEPTION"


async def test_a_message_to_the_chat_is_a_comment_and_has_no_number_in_the_answer(box: Sandbox) -> None:
    item = (await call(box, "tasks.task.add", fields=NEW))["item"]
    sent = await call(box, "tasks.task.chat.message.send", fields={"taskId": 1, "text": "Как дела?"})
    assert sent == {"result": True}
    said = await box.call("im.dialog.messages.get", {"DIALOG_ID": f"chat{item['chatId']}"})
    assert said["messages"][0]["text"] == "Как дела?"

    _, code, wrong = await refused(box, "tasks.task.chat.message.send", fields={"text": "x"})
    assert code == "VALIDATION_DTOVALIDATIONEXCEPTION"
    assert wrong == [{"message": 'The required field "taskId" is not filled', "field": "taskId"}]
    status, code, _ = await refused(box, "tasks.task.chat.message.send", fields={"taskId": 9, "text": "x"})
    assert (status, code) == (403, "ACCESSDENIEDEXCEPTION")


async def test_a_message_of_the_chat_becomes_a_result(box: Sandbox) -> None:
    await call(box, "tasks.task.add", fields=NEW)
    await call(box, "tasks.task.chat.message.send", fields={"taskId": 1, "text": "Готово"})
    (message,) = box.portal.table("message").where(TEXT="Готово")
    made = (await call(box, "tasks.task.result.addfromchatmessage", fields={"messageId": message["ID"]}))["item"]
    assert (made["text"], made["status"], made["messageId"]) == ("Готово", "open", message["ID"])
    rows = await call(box, "tasks.task.result.list", filter=[["taskId", 1]], select=["id", "text"])
    assert rows == {"items": [{"id": 1, "text": "Готово"}]}
    assert (await refused(box, "tasks.task.result.list", filter=[["id", 1]]))[1].startswith("VALIDATION_REQUESTFILTER")
    assert (await box.call("tasks.task.result.list", {"taskId": 1}))[0]["commentId"] == 0


async def test_a_key_makes_a_repeated_call_harmless(box: Sandbox) -> None:
    first = await send(box, "tasks.task.add", {"fields": NEW}, key="ticket-342")
    again = await send(box, "tasks.task.add", {"fields": NEW}, key="ticket-342")
    assert again.json()["result"] == first.json()["result"]
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"] == "ticket-342"
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert len(box.portal.table("task")) == 1

    other = await send(box, "tasks.task.add", {"fields": {**NEW, "title": "Другая"}}, key="ticket-342")
    assert other.status_code == 422
    assert other.json()["error"]["code"].endswith("IDEMPOTENCYKEYREUSEDEXCEPTION")
    wrong = await send(box, "tasks.task.add", {"fields": NEW}, key="x" * 256)
    assert wrong.json()["error"]["code"].endswith("INVALIDIDEMPOTENCYKEYEXCEPTION")

    await box.control("POST", "clock", {"advance_s": 24 * 3600 + 1})
    assert "idempotent-replayed" not in (await send(box, "tasks.task.add", {"fields": NEW}, key="ticket-342")).headers


async def test_a_refused_call_is_run_again_under_its_key(box: Sandbox) -> None:
    missing = {"fields": {"taskId": 1, "text": "x"}}
    assert (await send(box, "tasks.task.chat.message.send", missing, key="k")).status_code == 403
    await call(box, "tasks.task.add", fields=NEW)
    assert (await send(box, "tasks.task.chat.message.send", missing, key="k")).status_code == 200


async def test_a_batch_is_an_array_and_later_calls_use_earlier_answers(box: Sandbox) -> None:
    commands = [
        {"method": "tasks.task.add", "query": {"fields": NEW}, "as": "made"},
        {"method": "tasks.task.get", "query": {"id": {"$ref": "made.item.id"}, "select": ["title"]}},
    ]
    answer = await send(box, "batch", commands)
    assert answer.json()["result"][1] == {"item": {"title": "Разобрать дамп"}}
    old = await send(box, "batch", {"cmd": {"a": "tasks.task.get?id=1"}})
    assert old.json()["error"]["code"] == "BITRIX_REST_V3_EXCEPTION_INVALIDSELECTEXCEPTION"


async def test_only_json_is_read_and_never_the_query(box: Sandbox) -> None:
    url = box.about["webhook_url"].replace("/rest/", "/rest/api/")
    form = await box.client.post(f"{url}tasks.task.get", data={"id": "1"})
    assert form.json()["error"]["code"] == "BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION"
    query = await box.client.get(f"{url}tasks.task.get?id=1")
    assert query.json()["error"]["code"] == VALIDATION
    about = (await box.client.get(f"{url}rest.documentation.openapi")).json()
    assert "/tasks.task.chat.message.send" in about["paths"]
    assert (await box.raw("tasks.task.chat.message.send")).status_code == 404


async def test_without_the_scope_version_three_refuses_in_its_own_words(box: Sandbox) -> None:
    app = box.portal.apps.get(1) or {}
    token = box.portal.issue_tokens(app, 1, scopes=["task"])["ACCESS"]
    answer = await send(box, "tasks.task.get", {"id": 1}, token=token)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "BITRIX_REST_V3_EXCEPTION_INSUFFICIENTSCOPEEXCEPTION"


async def test_fields_are_described(box: Sandbox) -> None:
    rows = (await call(box, "tasks.task.field.list"))["items"]
    first = {"name": "id", "type": "int", "title": "id", "description": None, "filterable": True, "sortable": True,
             "multiple": False}  # fmt: skip
    assert rows[0] == first
    one = (await call(box, "tasks.task.field.get", name="deadline", select=["name", "sortable"]))["item"]
    assert one == {"name": "deadline", "sortable": True}
    assert (await refused(box, "tasks.task.field.list", select=["colour"]))[1] == "UNKNOWNDTOPROPERTYEXCEPTION"
