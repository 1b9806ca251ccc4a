"""Comments of tasks in both forms of the card, and the events they raise (`tasks/tasks-new.md`, platform.md 4.4)."""

from typing import Any

import pytest
from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox

MARIA = 2


async def make(box: Sandbox) -> int:
    fields = {"TITLE": "Разобрать дамп", "RESPONSIBLE_ID": MARIA}
    return int((await box.call("tasks.task.add", {"fields": fields}))["task"]["id"])


async def bound(box: Sandbox, handler: Handler, *events: str) -> None:
    for event in events:
        await box.call("event.bind", {"event": event, "handler": handler.url}, token=box.token())


def about(post: dict[str, Any]) -> tuple[str, Any, Any]:
    return post["event"], post["data"]["FIELDS_BEFORE"], post["data"]["FIELDS_AFTER"]


async def test_a_task_tells_of_its_life_in_the_tasks_own_form(box: Sandbox, handler: Handler) -> None:
    await bound(box, handler, "ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE")
    number = await make(box)
    await box.delivered()
    await box.call("tasks.task.complete", {"taskId": number})
    await box.delivered()
    await box.call("tasks.task.delete", {"taskId": number})

    posts = await handler.wait(3)
    assert [about(post) for post in posts] == [
        ("ONTASKADD", "undefined", {"ID": str(number)}),
        ("ONTASKUPDATE", {"ID": str(number)}, {"ID": str(number)}),
        ("ONTASKDELETE", {"ID": str(number)}, "undefined"),
    ]
    assert posts[0]["data"]["IS_ACCESSIBLE_BEFORE"] == "N"
    assert posts[0]["auth"]["user_id"] == "1"


async def test_in_the_new_card_a_comment_is_a_message_of_the_chat(box: Sandbox, handler: Handler) -> None:
    await bound(box, handler, "ONTASKCOMMENTADD")
    number = await make(box)
    chat = (await box.call("tasks.task.get", {"taskId": number}))["task"]["chatId"]

    message = await box.call(
        "im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "Починил"}, token=box.token(MARIA)
    )

    (post,) = await handler.wait(1)
    after = {"ID": "0", "TASK_ID": str(number), "MESSAGE_ID": str(message)}
    assert about(post) == ("ONTASKCOMMENTADD", "undefined", after)
    said = await box.call("im.dialog.messages.get", {"DIALOG_ID": f"chat{chat}"})
    assert said["messages"][0]["text"] == "Починил"


async def test_in_the_new_card_the_old_method_writes_into_the_chat_and_the_others_fail(box: Sandbox) -> None:
    number = await make(box)
    fields = {"POST_MESSAGE": "Как дела?", "AUTHOR_ID": MARIA}
    message = await box.call("task.commentitem.add", {"TASKID": number, "FIELDS": fields})
    assert message > 0

    failed = await box.raw("task.commentitem.getlist", {"TASKID": number})
    assert failed.status_code == 400
    assert "ACTION_FAILED_TO_BE_PROCESSED" in failed.json()["error_description"]
    assert any("im.dialog.messages.get" in row["text"] for row in box.portal.tells)


async def test_people_of_a_task_are_people_of_its_chat(box: Sandbox) -> None:
    number = await make(box)
    chat = (await box.call("tasks.task.get", {"taskId": number}))["task"]["chatId"]
    assert await box.call("im.chat.user.list", {"CHAT_ID": chat}) == [1, 2]
    await box.call("tasks.task.update", {"taskId": number, "fields": {"RESPONSIBLE_ID": 1}})
    assert await box.call("im.chat.user.list", {"CHAT_ID": chat}) == [1]


@pytest.fixture
def old(box: Sandbox) -> Sandbox:
    box.portal.faults.old_portal = True
    return box


async def test_in_the_old_card_comments_have_numbers_and_three_events(old: Sandbox, handler: Handler) -> None:
    await bound(old, handler, "ONTASKCOMMENTADD", "ONTASKCOMMENTUPDATE", "ONTASKCOMMENTDELETE")
    number = await make(old)
    comment = await old.call("task.commentitem.add", {"TASKID": number, "FIELDS": {"POST_MESSAGE": "Раз"}})
    await old.delivered()
    where = {"TASKID": number, "ITEMID": comment}
    await old.call("task.commentitem.update", {**where, "FIELDS": {"POST_MESSAGE": "Два"}})
    await old.delivered()
    assert (await old.call("task.commentitem.get", where))["POST_MESSAGE"] == "Два"
    await old.call("task.commentitem.delete", where)

    posts = await handler.wait(3)
    known = {"ID": str(comment), "TASK_ID": str(number)}
    assert [about(post) for post in posts] == [
        ("ONTASKCOMMENTADD", "undefined", known),
        ("ONTASKCOMMENTUPDATE", known, {**known, "ACTION": "EDIT"}),
        ("ONTASKCOMMENTDELETE", known, {**known, "ACTION": "DEL"}),
    ]


async def test_the_order_of_the_keys_of_a_comment_list_matters(old: Sandbox) -> None:
    number = await make(old)
    for text in ("Раз", "Два"):
        await old.call("task.commentitem.add", {"TASKID": number, "FIELDS": {"POST_MESSAGE": text}})
    rows = await old.call("task.commentitem.getlist", {"TASKID": number, "ORDER": {"ID": "asc"}, "FILTER": {">ID": 1}})
    assert [(row["ID"], row["POST_MESSAGE"], row["AUTHOR_NAME"]) for row in rows] == [
        ("2", "Два", "Администратор Портала")
    ]

    swapped = {"TASKID": number, "FILTER": {">=POST_DATE": "2026-01-01"}, "ORDER": {"ID": "asc"}}
    text = (await old.body("task.commentitem.getlist", swapped))["error_description"]
    assert 'Param #1 (arOrder) for method ctaskcommentitem::getlist() must not contain key ">=POST_DATE"' in text
