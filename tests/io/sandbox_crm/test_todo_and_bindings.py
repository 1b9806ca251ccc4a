"""To-dos, bindings of activities, log messages, notes, pins and triggers."""

from typing import Any

from tests.io.sandbox_crm.conftest import Box

DEAL, CONTACT = 2, 3


async def todo(box: Box) -> dict[str, Any]:
    deal = await box.item(DEAL, title="x")
    place = {"ownerTypeId": DEAL, "ownerId": deal["id"]}
    made = await box("crm.activity.todo.add", deadline="2026-02-20T15:00:00+03:00", title="Позвонить", **place)
    return {"deal": deal["id"], "place": place, "id": made["id"]}


async def test_a_todo_has_a_deadline_and_one_way_to_change_each_part(box: Box) -> None:
    made = await todo(box)
    own = {"id": made["id"], **made["place"]}

    await box("crm.activity.todo.updateDeadline", value="2026-02-21T15:00:00+03:00", **own)
    await box("crm.activity.todo.updateDescription", value="По договору", **own)
    await box("crm.activity.todo.updateResponsibleUser", responsibleId=2, **own)

    row = (await box("crm.activity.list", filter={"PROVIDER_ID": "CRM_TODO"}))[0]
    assert (row["DEADLINE"], row["DESCRIPTION"], row["RESPONSIBLE_ID"]) == (
        "2026-02-21T15:00:00+03:00",
        "По договору",
        "2",
    )
    assert (row["TYPE_ID"], row["SUBJECT"], row["OWNER_ID"]) == ("6", "Позвонить", str(made["deal"]))


async def test_a_done_todo_stays_as_it_is(box: Box) -> None:
    made = await todo(box)
    await box("crm.activity.update", id=made["id"], fields={"COMPLETED": "Y"})
    own = {"id": made["id"], **made["place"]}

    assert (await box.refused("crm.activity.todo.updateDescription", value="x", **own))[
        0
    ] == "CAN_NOT_UPDATE_COMPLETED_TODO"
    refused = await box.refused("crm.activity.todo.updateColor", colorId="2", **own)
    assert refused[0] == "CAN_NOT_UPDATE_COLOR_COMPLETED_TODO"
    bad = await box.refused("crm.activity.todo.add", deadline="потом", **made["place"])
    assert bad[0] == "WRONG_DATETIME_FORMAT"
    assert (await box.refused("crm.activity.todo.add", deadline="2026-02-20", ownerTypeId=2, ownerId=99))[
        0
    ] == "OWNER_NOT_FOUND"


async def test_an_activity_is_bound_moved_and_never_left_alone(box: Box) -> None:
    made = await todo(box)
    other = await box.item(DEAL, title="y")
    contact = await box.item(CONTACT, name="Иван")
    own = {"activityId": made["id"]}

    async def why(act: str, **params: Any) -> str:
        return (await box.refused(f"crm.activity.binding.{act}", **own, **params))[0]

    assert await why("delete", entityTypeId=DEAL, entityId=made["deal"]) == "LAST_BINDING_CANNOT_BE_DELETED"
    assert await box("crm.activity.binding.add", entityTypeId=CONTACT, entityId=contact["id"], **own) is True
    assert await why("add", entityTypeId=CONTACT, entityId=contact["id"]) == "ACTIVITY_IS_ALREADY_BOUND"
    source = {"sourceEntityTypeId": DEAL, "sourceEntityId": made["deal"]}
    assert await why("move", **source, targetEntityTypeId=CONTACT, targetEntityId=contact["id"]) == (
        "SOURCE_AND_TARGET_ENTITY_TYPES_ARE_NOT_EQUAL_ERROR"
    )
    assert (
        await box("crm.activity.binding.move", **own, **source, targetEntityTypeId=DEAL, targetEntityId=other["id"])
        is True
    )
    assert await box("crm.activity.binding.list", **own) == [
        {"entityTypeId": DEAL, "entityId": other["id"]}, {"entityTypeId": CONTACT, "entityId": contact["id"]},
    ]  # fmt: skip
    assert (await box("crm.activity.get", id=made["id"]))["OWNER_ID"] == str(other["id"])


async def test_log_messages_come_by_ten_newest_first(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    place = {"entityTypeId": DEAL, "entityId": deal["id"]}
    for number in range(12):
        await box(
            "crm.timeline.logmessage.add", fields={**place, "title": f"п{number}", "text": "…", "iconCode": "info"}
        )

    page = await box.ask("crm.timeline.logmessage.list", **place)

    assert (page["total"], page["next"], len(page["result"])) == (12, 10, 10)
    first = page["result"][0]
    assert (first["title"], first["iconCode"], first["authorId"]) == ("п11", "info", 1)
    assert (await box("crm.timeline.logmessage.get", id=first["id"]))["logMessage"] == first
    assert (await box.refused("crm.timeline.logmessage.delete", app=True, id=first["id"]))[0] == "REMOVING_DISABLED"
    assert await box("crm.timeline.logmessage.delete", id=first["id"]) is True
    assert (await box.refused("crm.timeline.logmessage.add", fields=place))[0] == "100"


async def test_pictures_of_log_messages(box: Box) -> None:
    assert (await box("crm.timeline.icon.add", code="sla", fileContent="aGk="))["icon"]["isSystem"] is False
    codes = [one["code"] for one in (await box("crm.timeline.icon.list"))["icons"]]
    assert codes[-1] == "sla"
    assert (await box.refused("crm.timeline.icon.delete", code="info"))[0] == "REMOVING_DISABLED"
    assert await box("crm.timeline.icon.delete", code="sla") is True
    assert (await box("crm.timeline.logo.get", code="call"))["logo"] == {
        "code": "call",
        "isSystem": True,
        "fileUri": "",
    }


async def test_notes_pins_and_bindings_of_comments(box: Box) -> None:
    deal, other = await box.item(DEAL, title="x"), await box.item(DEAL, title="y")
    number = await box("crm.timeline.comment.add",
                       fields={"ENTITY_ID": deal["id"], "ENTITY_TYPE": "deal", "COMMENT": "…"})  # fmt: skip
    place = {"ownerTypeId": DEAL, "ownerId": deal["id"]}

    assert await box("crm.timeline.note.save", itemType=1, itemId=number, text="Важно", **place) is True
    assert (await box("crm.timeline.note.get", itemType=1, itemId=number, **place))["text"] == "Важно"
    assert await box("crm.timeline.note.delete", itemType=1, itemId=number, **place) is True
    assert (await box.refused("crm.timeline.note.get", itemType=1, itemId=number, **place))[0] == "NOT_FOUND"

    assert await box("crm.timeline.item.pin", id=number, **place) is None
    assert (await box.refused("crm.timeline.item.pin", id=99, **place))[0] == "NOT_FOUND"

    fields = {"OWNER_ID": number, "ENTITY_TYPE": "deal", "ENTITY_ID": other["id"]}
    assert await box("crm.timeline.bindings.bind", fields=fields) is True
    rows = await box("crm.timeline.bindings.list", filter={"OWNER_ID": number})
    assert [row["ENTITY_ID"] for row in rows] == [str(deal["id"]), str(other["id"])]
    assert (await box.refused("crm.timeline.comment.delete", id=number))[0] == "MULTIPLE_BINDINGS"
    assert await box("crm.timeline.bindings.unbind", fields=fields) is True
    assert await box.refused("crm.timeline.bindings.unbind", fields=fields) == ("", "Not found.")


async def test_a_trigger_is_registered_renamed_and_executed(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    heard: list[str] = []
    box.portal.listen("crm.trigger", lambda code, **_: heard.append(code))

    assert await box("crm.automation.trigger.add", app=True, CODE="replied", NAME="Ответ") is True
    assert await box("crm.automation.trigger.add", app=True, CODE="replied", NAME="Клиент ответил") is True
    assert await box("crm.automation.trigger.list", app=True) == [{"NAME": "Клиент ответил", "CODE": "replied"}]
    owner = {"OWNER_TYPE_ID": DEAL, "OWNER_ID": deal["id"]}
    assert await box("crm.automation.trigger.execute", app=True, CODE="replied", **owner) is True
    assert await box("crm.automation.trigger", target=f"DEAL_{deal['id']}", code="abc") is True

    assert heard == ["replied", "abc"]
    assert (await box.refused("crm.automation.trigger.add", app=True, CODE="Плохо", NAME="x"))[
        1
    ] == "Wrong trigger code!"
    unknown = await box.refused("crm.automation.trigger.execute", app=True, CODE="no", **owner)
    assert unknown == ("", "Trigger with code no is not registered.")
    assert (await box.refused("crm.automation.trigger.list"))[0] == "ACCESS_DENIED"


async def test_a_trigger_moves_the_deal_where_the_administrator_put_it(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    await box("crm.automation.trigger.add", app=True, CODE="replied", NAME="Ответ")
    assert (await box.page("/_sandbox/triggers", entityTypeId=DEAL, code="replied", stageId="NO")).status_code == 400
    assert (
        await box.page("/_sandbox/triggers", entityTypeId=DEAL, code="replied", stageId="EXECUTING")
    ).status_code == 200
    box.heard()

    owner = {"OWNER_TYPE_ID": DEAL, "OWNER_ID": deal["id"]}
    await box("crm.automation.trigger.execute", app=True, CODE="replied", **owner)
    happened = box.raised()
    assert [(one.name, one.user) for one in happened] == [("ONCRMDEALUPDATE", None)]
    assert (await box("crm.deal.get", id=deal["id"]))["STAGE_ID"] == "EXECUTING"

    await box("crm.automation.trigger.execute", app=True, CODE="replied", **owner)
    assert box.raised() == []
    assert "moved nothing" in box.told()
