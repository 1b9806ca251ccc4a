"""Tasks of version 2, from the answers of `api-reference/tasks/*.md`."""

from typing import Any

import pytest
from tests.support.sandbox import Sandbox

MARIA = 2


async def make(box: Sandbox, **fields: Any) -> dict[str, Any]:
    given = {"TITLE": "Разобрать дамп", "RESPONSIBLE_ID": MARIA, **fields}
    answer = await box.call("tasks.task.add", {"fields": given})
    return dict(answer["task"])


async def refused(box: Sandbox, method: str, params: dict[str, Any], token: str = "") -> tuple[int, str, str]:
    answer = await box.raw(method, params, token)
    return answer.status_code, answer.json()["error"], answer.json()["error_description"]


async def test_a_new_task_is_answered_whole_and_in_strings(box: Sandbox) -> None:
    task = await make(box, UF_CRM_TASK=["D_342"])

    shown = {name: task[name] for name in ("status", "priority", "groupId", "createdBy", "responsibleId", "deadline")}
    assert shown == {
        "status": "2", "priority": "1", "groupId": "0", "createdBy": "1", "responsibleId": "2", "deadline": None,
    }  # fmt: skip
    assert task["createdDate"] == "2026-11-25T12:00:00+03:00"
    assert (task["creator"]["id"], task["responsible"]["name"]) == ("1", "Мария Котова")
    assert task["auditors"] == task["checklist"] == task["group"] == []
    assert task["action"]["edit.originator"] is False
    assert task["checkListTree"]["descendants"] == []
    assert "ufCrmTask" not in task


async def test_what_cannot_be_saved_is_told_with_html_tails(box: Sandbox) -> None:
    assert await refused(box, "tasks.task.add", {}) == (
        400, "100", "Could not find value for parameter {fields} (internal error)",
    )  # fmt: skip
    assert await refused(box, "tasks.task.add", {"fields": {"RESPONSIBLE_ID": 1}}) == (
        400, "ERROR_CORE", "Task title is not specified<br>",
    )  # fmt: skip
    _, code, text = await refused(box, "tasks.task.add", {"fields": {"TITLE": "x", "RESPONSIBLE_ID": 99}})
    assert (code, text) == ("ERROR_CORE", 'User specified in the "Responsible" field not found<br>')


async def test_user_fields_come_only_when_they_are_selected(box: Sandbox) -> None:
    number = (await make(box, UF_CRM_TASK=["D_342"]))["id"]

    answer = await box.call("tasks.task.get", {"taskId": number, "select": ["ID", "UF_CRM_TASK", "TITLE"]})
    assert answer["task"]["ufCrmTask"] == ["D_342"]
    assert answer["task"]["title"] == "Разобрать дамп"
    assert "status" not in answer["task"]
    assert answer["task"]["action"]["edit"] is True


async def test_an_unknown_task_is_an_empty_answer_and_a_wrong_number_a_refusal(box: Sandbox) -> None:
    assert await box.call("tasks.task.get", {"taskId": 999}) == []
    assert await refused(box, "tasks.task.get", {"taskId": -1}) == (400, "0", "wrong task id")
    status, code, _ = await refused(box, "tasks.task.get", {})
    assert (status, code) == (400, "100")
    status, code, _ = await refused(box, "tasks.task.get", {"taskId": 1, "select": ""})
    assert (status, code) == (400, "100")


async def test_somebody_elses_task_is_not_seen(box: Sandbox) -> None:
    task = await make(box, RESPONSIBLE_ID=1)
    assert await box.call("tasks.task.get", {"taskId": task["id"]}, token=box.token(MARIA)) == []
    assert await box.call("tasks.task.list", {}, token=box.token(MARIA)) == {"tasks": []}
    assert await refused(box, "tasks.task.delete", {"taskId": task["id"]}, box.token(MARIA)) == (
        400, "1048582", "No access to delete the task",
    )  # fmt: skip


async def test_a_list_is_filtered_by_the_deal_and_shows_what_was_selected(box: Sandbox) -> None:
    await make(box, TITLE="Другая")
    task = await make(box, UF_CRM_TASK=["D_342"])

    filters = {"UF_CRM_TASK": "D_342", "!STATUS": 5}
    body = await box.body("tasks.task.list", {"filter": filters, "select": ["ID", "STATUS"]})
    assert body["total"] == 1
    assert body["result"]["tasks"] == [{"id": task["id"], "status": "2", "group": [], "subStatus": "2"}]


async def test_lists_come_fifty_at_a_time_newest_first(box: Sandbox) -> None:
    for number in range(52):
        await make(box, TITLE=f"Задача {number}")
    body = await box.body("tasks.task.list", {"select": ["ID"]})
    assert (len(body["result"]["tasks"]), body["next"], body["total"]) == (50, 50, 52)
    assert body["result"]["tasks"][0]["id"] == "52"


async def test_an_order_by_an_unknown_field_is_refused_and_a_filter_by_one_is_passed_over(box: Sandbox) -> None:
    assert await refused(box, "tasks.task.list", {"order": {"COLOUR": "asc"}}) == (
        400, "0", "Invalid sorting key (internal error)",
    )  # fmt: skip
    await make(box)
    assert len((await box.call("tasks.task.list", {"filter": {"COLOUR": "red"}}))["tasks"]) == 1
    assert any("COLOUR" in row["text"] for row in box.portal.tells)


async def test_an_overdue_task_shows_it_in_its_meta_status(box: Sandbox) -> None:
    await make(box, TITLE="Вчера", DEADLINE="2026-11-24T18:00:00+03:00")
    await make(box, TITLE="Сегодня", DEADLINE="2026-11-25T18:00:00+03:00")
    rows = (await box.call("tasks.task.list", {"order": {"ID": "asc"}, "select": ["STATUS"]}))["tasks"]
    assert [(row["status"], row["subStatus"]) for row in rows] == [("2", "-1"), ("2", "-3")]
    late = await box.call("tasks.task.list", {"filter": {"STATUS": -1}, "select": ["TITLE"]})
    assert [row["title"] for row in late["tasks"]] == ["Вчера"]


@pytest.mark.parametrize(
    ("steps", "status"),
    [(["start"], "3"), (["start", "pause"], "2"), (["defer"], "6"), (["complete"], "5"), (["complete", "renew"], "2")],
)
async def test_a_task_walks_through_its_statuses(box: Sandbox, steps: list[str], status: str) -> None:
    number = (await make(box))["id"]
    for step in steps:
        task = (await box.call(f"tasks.task.{step}", {"taskId": number}))["task"]
    assert task["status"] == status
    assert (task["closedDate"] is not None) == (status == "5")


async def test_a_step_that_does_not_fit_the_status_is_not_allowed(box: Sandbox) -> None:
    number = (await make(box))["id"]
    not_allowed = (400, "0", "Action on the task is not allowed")
    assert await refused(box, "tasks.task.pause", {"taskId": number}) == not_allowed
    assert await refused(box, "tasks.task.complete", {"taskId": 999}) == not_allowed


async def test_with_control_the_work_of_the_responsible_waits_for_the_creator(box: Sandbox) -> None:
    number = (await make(box, TASK_CONTROL="Y"))["id"]
    done = await box.call("tasks.task.complete", {"taskId": number}, token=box.token(MARIA))
    assert done["task"]["status"] == "4"
    assert (await box.call("tasks.task.disapprove", {"taskId": number}))["task"]["status"] == "2"
    await box.call("tasks.task.complete", {"taskId": number}, token=box.token(MARIA))
    assert (await box.call("tasks.task.approve", {"taskId": number}))["task"]["status"] == "5"


async def test_whoever_hands_a_task_over_stays_as_an_observer(box: Sandbox) -> None:
    number = (await make(box, RESPONSIBLE_ID=1))["id"]
    task = (await box.call("tasks.task.delegate", {"taskId": number, "userId": MARIA}))["task"]
    assert (task["responsibleId"], task["auditors"]) == ("2", ["1"])
    assert list(task["auditorsData"]) == ["1"]


async def test_a_save_that_changes_nothing_is_skipped_and_told(box: Sandbox) -> None:
    task = await make(box)
    await box.control("POST", "clock", {"advance_s": 60})
    same = await box.call("tasks.task.update", {"taskId": task["id"], "fields": {"TITLE": task["title"]}})
    assert same["task"]["changedDate"] == task["changedDate"]
    assert any("the save was skipped" in row["text"] for row in box.portal.tells)
    other = await box.call("tasks.task.update", {"taskId": task["id"], "fields": {"TITLE": "Другое"}})
    assert other["task"]["changedDate"] == "2026-11-25T12:01:00+03:00"


async def test_tasks_do_not_hang_in_circles(box: Sandbox) -> None:
    parent = (await make(box))["id"]
    child = (await make(box, PARENT_ID=parent))["id"]
    _, _, text = await refused(box, "tasks.task.update", {"taskId": parent, "fields": {"PARENT_ID": parent}})
    assert text == "Cannot bind the node to itself<br>"
    _, _, text = await refused(box, "tasks.task.update", {"taskId": parent, "fields": {"PARENT_ID": child}})
    assert text == "Creating cyclic links in tasks is prohibited<br>"


async def test_favourites_pins_and_watching_belong_to_one_person(box: Sandbox) -> None:
    number = (await make(box))["id"]
    assert await box.call("tasks.task.favorite.add", {"taskId": number}) is True
    assert (await box.call("tasks.task.pin", {"id": number}))["task"]["isPinned"] == "Y"
    mine = await box.call("tasks.task.list", {"filter": {"::SUBFILTER-PARAMS": {"FAVORITE": "Y"}}, "select": ["ID"]})
    assert [row["id"] for row in mine["tasks"]] == [number]
    hers = await box.call("tasks.task.get", {"taskId": number}, token=box.token(MARIA))
    assert (hers["task"]["favorite"], hers["task"]["isPinned"]) == ("N", "N")
    watched = await box.call("tasks.task.startwatch", {"taskId": number})
    assert watched["task"]["auditors"] == ["1"]


async def test_the_history_tells_what_changed_newest_first(box: Sandbox) -> None:
    number = (await make(box))["id"]
    await box.call("tasks.task.start", {"taskId": number}, token=box.token(MARIA))
    rows = (await box.call("tasks.task.history.list", {"taskId": number}))["list"]
    assert [(row["field"], row["value"]["from"], row["value"]["to"], row["user"]["id"]) for row in rows] == [
        ("STATUS", "2", "3", 2),
        ("NEW", None, None, 1),
    ]


async def test_time_spent_is_paged_by_its_own_parameters(box: Sandbox) -> None:
    number = int((await make(box))["id"])
    for seconds in (600, 1200, 1800):
        given = {"0": number, "1": {"SECONDS": seconds, "COMMENT_TEXT": "Работа"}}
        record = await box.call("task.elapseditem.add", given)
    assert record == 3
    page = {"TASKID": number, "ORDER": {"ID": "desc"}, "FILTER": {">ID": 0}, "SELECT": ["ID", "SECONDS", "MINUTES"],
            "PARAMS": {"NAV_PARAMS": {"nPageSize": 2, "iNumPage": 2}}}  # fmt: skip
    body = await box.body("task.elapseditem.getlist", page)
    assert (body["result"], body["total"]) == ([{"ID": "1", "SECONDS": "600", "MINUTES": "10"}], 3)
    task = await box.call("tasks.task.get", {"taskId": number})
    assert task["task"]["timeSpentInLogs"] == "3600"


async def test_old_services_take_their_arguments_by_place_and_refuse_by_place(box: Sandbox) -> None:
    number = (await make(box))["id"]
    _, code, text = await refused(box, "task.elapseditem.add", {"ARFIELDS": {"SECONDS": 60}, "TASKID": number})
    assert code == "ERROR_CORE"
    assert text == (
        "TASKS_ERROR_EXCEPTION_#256; Param #0 (taskId) for method ctaskelapseditem::add() expected to be of type "
        '"integer", but given something else.; 256/TE/WRONG_ARGUMENTS<br>'
    )
    _, _, text = await refused(box, "task.checklistitem.complete", {"TASKID": number})
    assert text == (
        "TASKS_ERROR_EXCEPTION_#256; Param #1 (itemId) expected by method ctaskchecklistitem::complete(), "
        "but not given.; 256/TE/WRONG_ARGUMENTS<br>"
    )


async def test_a_checklist_is_a_tree_and_its_first_item_makes_the_list(box: Sandbox) -> None:
    number = (await make(box))["id"]
    first = await box.call("task.checklistitem.add", {"TASKID": number, "FIELDS": {"TITLE": "Собрать логи"}})
    assert await box.call("task.checklistitem.complete", {"TASKID": number, "ITEMID": first}) is True
    rows = await box.call("task.checklistitem.getlist", {"TASKID": number, "ORDER": {"ID": "asc"}})
    assert [(row["TITLE"], row["PARENT_ID"], row["IS_COMPLETE"]) for row in rows] == [
        ("BX_CHECKLIST_1", "0", "N"),
        ("Собрать логи", "1", "Y"),
    ]
    tree = (await box.call("tasks.task.get", {"taskId": number}))["task"]["checkListTree"]
    leaf = tree["descendants"][0]["descendants"][0]
    assert (leaf["fields"]["title"], leaf["fields"]["displaySortIndex"], leaf["nodeId"]) == ("Собрать логи", "1", 2)


async def test_links_between_tasks_are_made_once(box: Sandbox) -> None:
    one, other = (await make(box))["id"], (await make(box))["id"]
    link = {"taskIdFrom": one, "taskIdTo": other, "linkType": 2}
    assert await box.call("task.dependence.add", link) == []
    assert (await refused(box, "task.dependence.add", link))[1] == "ILLEGAL_NEW_LINK"
    assert await box.call("task.dependence.delete", link) == []


async def test_ones_own_plan_has_stages_and_the_first_stays(box: Sandbox) -> None:
    stages = await box.call("task.stages.get", {"entityId": 0})
    assert [row["TITLE"] for row in stages.values()] == ["Не спланированы", "Сделаю на неделе"]
    made = await box.call("task.stages.add", {"fields": {"TITLE": "Потом", "AFTER_ID": 2}})
    assert (await box.call("task.stages.get", {"entityId": 0}))[str(made)]["SORT"] == "300"
    assert (await refused(box, "task.stages.delete", {"id": 1}))[1] == "IS_SYSTEM"


async def test_old_item_methods_still_answer_by_place(box: Sandbox) -> None:
    number = await box.call("task.item.add", {"TASKDATA": {"TITLE": "Старая", "RESPONSIBLE_ID": MARIA}})
    assert (await box.call("task.item.getdata", {"TASKID": number}))["TITLE"] == "Старая"
    assert await box.call("task.item.complete", {"TASKID": number}) is None
    rows = await box.call("task.items.getlist", {"ORDER": {"ID": "asc"}, "FILTER": {"REAL_STATUS": 5}})
    assert [row["ID"] for row in rows] == [str(number)]
