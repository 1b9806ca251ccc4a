"""Robots of applications, from the answers of `api-reference/bizproc/**.md` and platform.md 5."""

from typing import Any

import pytest
from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox

ROBOT: dict[str, Any] = {
    "CODE": "assign", "NAME": {"ru": "Назначить"}, "USE_SUBSCRIPTION": "Y", "AUTH_USER_ID": 1,
    "PROPERTIES": {"line": {"Name": "Линия", "Type": "select", "Default": "1"}, "title": {"Name": "О чём", "Default": "{=Document:TITLE}"}},
    "RETURN_PROPERTIES": {"assigned": {"Name": "Назначен", "Type": "user"}},
}  # fmt: skip


@pytest.fixture
async def staffed(box: Sandbox, handler: Handler) -> Sandbox:
    """A portal with the robot «Назначить» and deal 1."""
    await box.call("bizproc.robot.add", {**ROBOT, "HANDLER": handler.url}, token=box.token())
    await box.call("crm.deal.add", {"fields": {"TITLE": "Принтер"}})
    return box


async def refused(box: Sandbox, params: dict[str, Any], *, webhook: bool = False, user: int = 1) -> tuple[str, str]:
    body = await box.body("bizproc.robot.add", params, token="" if webhook else box.token(user))
    return body["error"], body["error_description"]


async def test_a_description_is_checked_in_the_portals_words(box: Sandbox) -> None:
    handler, wrong = "https://desk.example.ru/robot", "ERROR_ACTIVITY_VALIDATION_FAILURE"
    good = {**ROBOT, "HANDLER": handler}
    assert await refused(box, {}) == (wrong, "Empty data!")
    assert await refused(box, {**good, "CODE": "так"}) == (wrong, "Wrong activity code!")
    assert await refused(box, {**good, "NAME": ""}) == (wrong, "Empty activity NAME!")
    assert await refused(box, {**good, "PROPERTIES": {"1st": {"Name": "x"}}}) == (wrong, "Wrong property key 1st!")
    assert await refused(box, {**good, "PROPERTIES": {"line": {}}}) == (wrong, "Empty property NAME line!")
    assert (await refused(box, {**good, "HANDLER": "ftp://x.example"}))[0] == "ERROR_UNSUPPORTED_PROTOCOL"
    assert (await refused(box, good, webhook=True))[0] == "ACCESS_DENIED"
    assert (await refused(box, good, user=2))[0] == "ACCESS_DENIED"


async def test_codes_are_unique_and_listed(staffed: Sandbox) -> None:
    again = {**ROBOT, "HANDLER": "https://desk.example.ru/robot"}
    assert (await refused(staffed, again))[0] == "ERROR_ACTIVITY_ALREADY_INSTALLED"
    token = staffed.token()
    assert await staffed.call("bizproc.robot.list", token=token) == ["assign"]
    assert await staffed.call("bizproc.activity.list", token=token) == []
    assert (
        await staffed.call("bizproc.robot.update", {"CODE": "assign", "FIELDS": {"NAME": "Другое"}}, token=token)
        is True
    )
    nothing = await staffed.body("bizproc.robot.update", {"CODE": "assign", "FIELDS": {}}, token=token)
    assert nothing["error_description"] == "No fields to update"
    assert await staffed.call("bizproc.robot.delete", {"CODE": "assign"}, token=token) is True
    gone = await staffed.body("bizproc.robot.delete", {"CODE": "assign"}, token=token)
    assert gone["error"] == "ERROR_ACTIVITY_NOT_FOUND"


async def test_a_robot_posts_its_parameters_and_waits_for_the_answer(staffed: Sandbox, handler: Handler) -> None:
    run = {"code": "assign", "document": "DEAL_1", "properties": {"line": "2"}}
    token = (await staffed.control("POST", "robots/run", run))["event_token"]
    (post,) = await handler.wait(1)
    assert (post["code"], post["document_id"], post["document_type"]) == (
        "assign", ["crm", "CCrmDocumentDeal", "DEAL_1"], ["crm", "CCrmDocumentDeal", "DEAL"],
    )  # fmt: skip
    assert (post["properties"], post["use_subscription"]) == ({"line": "2", "title": "Принтер"}, "Y")
    assert (post["event_token"], post["auth"]["user_id"]) == (token, "1")
    instances = await staffed.call("bizproc.workflow.instances", {"SELECT": ["DOCUMENT_ID"]})
    assert instances == [{"DOCUMENT_ID": "DEAL_1"}]

    answer = {"event_token": token, "return_values": {"ASSIGNED": "user_2", "colour": "red"}, "log_message": "Готово"}
    assert await staffed.call("bizproc.event.send", answer) is True
    assert await staffed.call("bizproc.workflow.instances") == []
    (kept,) = list(staffed.portal.table("bp_token"))
    assert kept["RETURNED"] == {"assigned": "user_2"}
    assert any("returns no colour" in row["text"] for row in staffed.portal.tells)
    assert await staffed.call("bizproc.event.send", {**answer, "return_values": {"assigned": "user_1"}}) is True
    assert kept["RETURNED"] == {"assigned": "user_2"}


async def test_a_wrong_token_is_denied_and_an_empty_line_is_not_logged(staffed: Sandbox) -> None:
    wrong = await staffed.raw("bizproc.event.send", {"event_token": "x"})
    assert (wrong.status_code, wrong.json()["error"]) == (403, "ACCESS_DENIED")
    token = (await staffed.control("POST", "robots/run", {"code": "assign", "document": "DEAL_1"}))["event_token"]
    assert (await staffed.body("bizproc.activity.log", {"EVENT_TOKEN": token}))["error"] == "ERROR_EMPTY_LOG_MESSAGE"
    assert await staffed.call("bizproc.activity.log", {"EVENT_TOKEN": token, "LOG_MESSAGE": "Ищу"}) is True


async def test_a_robot_on_a_stage_runs_when_an_element_comes_there(staffed: Sandbox, handler: Handler) -> None:
    rule = {"stageId": "PREPARATION", "code": "assign", "properties": {"line": "3"}}
    await staffed.control("POST", "automation", rule)
    await staffed.call("crm.deal.update", {"id": 1, "fields": {"TITLE": "Принтер стоит"}})
    await staffed.call("crm.deal.update", {"id": 1, "fields": {"STAGE_ID": "PREPARATION"}})
    (post,) = await handler.wait(1)
    assert post["properties"] == {"line": "3", "title": "Принтер стоит"}
    assert await staffed.control("DELETE", "automation") == {"deleted": 1}


async def test_robots_leave_with_their_application(staffed: Sandbox) -> None:
    await staffed.control("DELETE", "apps/1")
    assert len(staffed.portal.table("bp_part")) == 0


async def test_a_workflow_is_started_from_a_template_of_its_kind(box: Sandbox) -> None:
    template = {
        "DOCUMENT_TYPE": ["crm", "CCrmDocumentDeal", "DEAL"],
        "NAME": "Проверка",
        "TEMPLATE_DATA": ["a.bpt", "QQ=="],
    }
    number = await box.call("bizproc.workflow.template.add", template, token=box.token())
    start = {"TEMPLATE_ID": number, "DOCUMENT_ID": ["crm", "CCrmDocumentDeal", "DEAL_1"]}
    flow = await box.call("bizproc.workflow.start", start)
    other = {**start, "DOCUMENT_ID": ["crm", "CCrmDocumentLead", "LEAD_1"]}
    assert (await box.body("bizproc.workflow.start", other))[
        "error_description"
    ] == "Template type and DOCUMENT_ID mismatch!"
    assert await box.call("bizproc.workflow.terminate", {"ID": flow, "STATUS": "Хватит"}) is True
    assert await box.call("bizproc.workflow.instances") == []
    assert (await box.body("bizproc.workflow.kill", {}))["error"] == "ERROR_WRONG_WORKFLOW_ID"
