"""Calls of an application's own exchange: registered, finished, with a record, in the statistics (methods.md G.3)."""

import base64
from typing import Any

import pytest
from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox
from tests.support.shapes import differences, sample

PHONE = "+74951234567"


async def contact(box: Sandbox) -> int:
    fields = {"name": "Ольга", "fm": [{"typeId": "PHONE", "valueType": "WORK", "value": "8 (495) 123-45-67"}]}
    return int((await box.call("crm.item.add", {"entityTypeId": 3, "fields": fields}))["item"]["id"])


async def rung(box: Sandbox, **more: Any) -> dict[str, Any]:
    params = {"USER_ID": 1, "PHONE_NUMBER": PHONE, "TYPE": 2, **more}
    return dict(await box.call("telephony.externalCall.register", params, box.token()))


async def finished(box: Sandbox, call_id: str, **more: Any) -> dict[str, Any]:
    params = {"CALL_ID": call_id, "USER_ID": 1, "DURATION": 95, **more}
    return dict(await box.call("telephony.externalCall.finish", params, box.token()))


async def test_a_call_belongs_to_whom_the_number_belongs(box: Sandbox) -> None:
    known = await contact(box)
    answer = await rung(box)
    assert differences(sample("telephony.externalCall.register"), answer) == []
    assert (answer["CRM_ENTITY_TYPE"], answer["CRM_ENTITY_ID"]) == ("CONTACT", known)
    assert (await rung(box))["CALL_ID"] == answer["CALL_ID"]
    assert (await rung(box, EXTERNAL_CALL_ID="7"))["CALL_ID"] != answer["CALL_ID"]
    await box.control("POST", "clock", {"advance_s": 31 * 60})
    assert (await rung(box))["CALL_ID"] != answer["CALL_ID"]
    (owner,) = await box.call("telephony.externalCall.searchCrmEntities", {"PHONE_NUMBER": PHONE})
    assert differences(sample("telephony.externalCall.searchCrmEntities")[0], owner) == []


async def test_somebody_unknown_becomes_a_lead_only_when_it_is_wanted(box: Sandbox) -> None:
    assert (await rung(box))["CRM_ENTITY_TYPE"] is None
    made = await rung(box, EXTERNAL_CALL_ID="2", CRM_CREATE=1, CRM_SOURCE="CALL")
    assert made["CRM_CREATED_ENTITIES"] == [{"ENTITY_TYPE": "LEAD", "ENTITY_ID": made["CRM_CREATED_LEAD"]}]
    lead = await box.call("crm.lead.get", {"id": made["CRM_CREATED_LEAD"]})
    assert (lead["SOURCE_ID"], lead["PHONE"][0]["VALUE"]) == ("CALL", PHONE)
    await box.call("telephony.externalLine.add", {"NUMBER": "7", "CRM_AUTO_CREATE": "N"}, box.token())
    out = await rung(box, PHONE_NUMBER="+79990000001", TYPE=1, LINE_NUMBER="7", CRM_CREATE=1)
    assert out["CRM_CREATED_LEAD"] is None


async def test_a_finished_call_stands_on_the_card_and_in_the_statistics(box: Sandbox, handler: Handler) -> None:
    for name in ("ONVOXIMPLANTCALLINIT", "ONVOXIMPLANTCALLEND"):
        await box.call("event.bind", {"event": name, "handler": handler.url}, box.token())
    known = await contact(box)
    call_id = (await rung(box))["CALL_ID"]
    answer = await finished(box, call_id, VOTE=5)
    assert differences(sample("telephony.externalCall.finish"), answer) == []
    deed = await box.call("crm.activity.get", {"id": answer["CRM_ACTIVITY_ID"]})
    assert (deed["TYPE_ID"], deed["DIRECTION"], deed["OWNER_ID"]) == ("2", "1", str(known))
    rows = await box.call("voximplant.statistic.get", {"FILTER": {">CALL_DURATION": 90}, "SORT": "ID", "ORDER": "DESC"})
    assert differences(sample("voximplant.statistic.get"), rows) == []
    assert (rows[0]["CALL_VOTE"], rows[0]["CALL_FAILED_CODE"], rows[0]["COST"]) == ("5", "200", "0.0000")
    assert await box.call("voximplant.statistic.get", {"FILTER": {"!><CALL_DURATION": [90, 100]}}) == []
    heard = {str(one["event"]): one["data"] for one in await handler.wait(2)}
    assert heard["ONVOXIMPLANTCALLINIT"]["CALLER_ID"] == PHONE
    assert heard["ONVOXIMPLANTCALLEND"]["CRM_ACTIVITY_ID"] == str(answer["CRM_ACTIVITY_ID"])
    assert (await finished(box, call_id))["ID"] == answer["ID"]


async def test_a_missed_call_waits_to_be_answered(box: Sandbox) -> None:
    await contact(box)
    answer = await finished(box, (await rung(box))["CALL_ID"], DURATION=0)
    assert (answer["CALL_FAILED_CODE"], answer["CALL_STATUS"]) == ("304", 0)
    assert (await box.call("crm.activity.get", {"id": answer["CRM_ACTIVITY_ID"]}))["COMPLETED"] == "N"


async def test_a_record_comes_by_content_or_by_an_upload_that_follows(box: Sandbox) -> None:
    await contact(box)
    call_id = (await rung(box))["CALL_ID"]
    early = await box.body("telephony.externalCall.attachRecord", {"CALL_ID": call_id, "FILENAME": "a.mp3"})
    assert "It looks like it is not finished yet" in early["error_description"]
    deed = (await finished(box, call_id))["CRM_ACTIVITY_ID"]
    body = base64.b64encode(b"sound").decode()
    given = {"CALL_ID": call_id, "FILENAME": "a.mp3", "FILE_CONTENT": body}
    first = await box.call("telephony.externalCall.attachRecord", given)
    door = await box.call("telephony.externalCall.attachRecord", {"CALL_ID": call_id, "FILENAME": "b.wav"})
    sent = await box.client.post(door["uploadUrl"], files={door["fieldName"]: ("b.wav", b"louder")})
    second = sent.json()["result"]["FILE_ID"]
    assert second != first["FILE_ID"]
    (row,) = await box.call("voximplant.statistic.get", {"FILTER": {"CALL_ID": call_id}})
    assert row["RECORD_FILE_ID"] == second
    (found,) = await box.call("crm.activity.list", {"filter": {"ID": deed}, "select": ["FILES"]})
    assert [one["id"] for one in found["FILES"]] == [second]
    wrong = await box.body("telephony.externalCall.attachRecord", {**given, "FILENAME": "a.exe"})
    assert wrong["error_description"] == "Wrong file extension. Only wav and mp3 are allowed"


async def test_what_was_said_is_kept_line_by_line(box: Sandbox) -> None:
    call_id = (await rung(box))["CALL_ID"]
    await finished(box, call_id)
    line = {"SIDE": "Client", "START_TIME": 0, "STOP_TIME": 4, "MESSAGE": "Принтер не печатает"}
    answer = await box.call("telephony.call.attachTranscription", {"CALL_ID": call_id, "MESSAGES": [line]})
    (row,) = await box.call("voximplant.statistic.get")
    assert row["TRANSCRIPT_ID"] == str(answer["TRANSCRIPT_ID"])
    bad = {"CALL_ID": call_id, "MESSAGES": [{**line, "SIDE": "x"}]}
    refusal = await box.body("telephony.call.attachTranscription", bad)
    assert refusal["error_description"] == "MESSAGES[0][SIDE] should be either Client or User"


async def test_lines_belong_to_the_application(box: Sandbox) -> None:
    token = box.token()
    made = await box.call("telephony.externalLine.add", {"NUMBER": "100", "NAME": "Поддержка"}, token)
    changed = await box.call("telephony.externalLine.update", {"NUMBER": "100", "CRM_AUTO_CREATE": "N"}, token)
    assert changed == {"ID": str(made["ID"])}
    assert await box.call("telephony.externalLine.get", {}, token) == [
        {"NUMBER": "100", "NAME": "Поддержка", "CRM_AUTO_CREATE": "N"}
    ]
    again = await box.body("telephony.externalLine.add", {"NUMBER": "100"}, token)
    assert (again["error"], again["error_description"]) == ("ERROR_CORE", "Line already exists")
    assert await box.call("telephony.externalLine.delete", {"NUMBER": "100"}, token) == []
    assert (await box.body("telephony.externalLine.get"))["error"] == "WRONG_AUTH_TYPE"


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"PHONE_NUMBER": PHONE, "TYPE": 2}, "USER_ID or USER_PHONE_INNER should be set"),
        ({"USER_ID": 99, "PHONE_NUMBER": PHONE, "TYPE": 2}, "User is not found or is not active"),
        ({"USER_ID": 1, "PHONE_NUMBER": PHONE, "TYPE": 9}, "Unknown TYPE"),
        ({"USER_ID": 1, "PHONE_NUMBER": "abc", "TYPE": 2}, "Unsupported phone number format"),
        ({"USER_ID": 1, "PHONE_NUMBER": PHONE, "TYPE": 2, "CALL_START_DATE": "вчера"},
         "CALL_START_DATE should be in the ISO-8601 format"),
    ],
)  # fmt: skip
async def test_refusals_of_a_registration(box: Sandbox, params: dict[str, Any], text: str) -> None:
    body = await box.body("telephony.externalCall.register", params, box.token())
    assert (body["error"], body["error_description"]) == ("ERROR_CORE", text)


async def test_a_click_on_a_number_is_heard_by_who_listens(box: Sandbox, handler: Handler) -> None:
    known = await contact(box)
    await box.call("event.bind", {"event": "ONEXTERNALCALLSTART", "handler": handler.url}, box.token())
    told = await box.control("POST", "calls", {"user": 2, "phone": PHONE, "line": "100"})
    (event,) = await handler.wait(1)
    data = event["data"]
    assert (data["USER_ID"], data["CRM_ENTITY_ID"], data["CALL_ID"]) == ("2", str(known), told["calls"][0])
    assert (await finished(box, data["CALL_ID"]))["INCOMING"] == "1"
