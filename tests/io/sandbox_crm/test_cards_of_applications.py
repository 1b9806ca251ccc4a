"""Configurable activities, blocks, badges and kinds: what an application puts on an element's card."""

import copy
from typing import Any

import pytest
from b24app.sandbox.crm import configurable
from tests.io.sandbox_crm.conftest import APP, Box

DEAL = 2
LAYOUT: dict[str, Any] = {
    "icon": {"code": "info"},
    "header": {"title": {"ru": "Первая реакция", "en": "First response"}, "tags": {"sla": {"title": "12 мин", "type": "warning"}}},
    "body": {"logo": {"code": "notification"}, "blocks": {"due": {"type": "withTitle", "properties": {
        "title": "Срок", "inline": True, "block": {"type": "deadline", "properties": {"readonly": True}}}}}},
    "footer": {"buttons": {"take": {"title": "Взять", "type": "primary", "action": {
        "type": "restEvent", "id": "take", "animationType": "disable", "actionParams": {"queue": "line1", "id": "mine"}}}}},
}  # fmt: skip


async def card(box: Box, **more: Any) -> dict[str, Any]:
    deal = await box.item(DEAL, title="x")
    fields = {"deadline": "2026-02-20T14:00:00+03:00", "pingOffsets": [0, 5], "badgeCode": "sla_warn"}
    params = {"ownerTypeId": DEAL, "ownerId": deal["id"], "fields": fields, "layout": LAYOUT, **more}
    return {"deal": deal["id"], **(await box("crm.activity.configurable.add", app=True, **params))["activity"]}


async def test_a_card_is_kept_with_its_layout(box: Box) -> None:
    made = await card(box)

    kept = (await box("crm.activity.configurable.get", app=True, id=made["id"]))["activity"]

    assert kept["layout"] == LAYOUT
    assert kept["fields"] == {
        "typeId": "CONFIGURABLE", "completed": False, "deadline": "2026-02-20T14:00:00+03:00", "pingOffsets": [0, 5],
        "isIncomingChannel": False, "responsibleId": 1, "badgeCode": "sla_warn", "originatorId": None, "originId": None,
    }  # fmt: skip
    assert box.heard("ONCRMACTIVITYADD") == [("ONCRMACTIVITYADD", {"ID": made["id"]})]
    rows = await box("crm.activity.list", filter={"PROVIDER_ID": "CONFIGURABLE_REST_APP"}, select=["ID", "SUBJECT"])
    assert rows == [{"ID": str(made["id"]), "SUBJECT": "Первая реакция"}]


async def test_a_press_calls_the_owner_application_once_until_it_updates(box: Box) -> None:
    made = await card(box)
    box.heard()

    assert configurable.press(box.portal, made["id"], "buttons.take", user=2)
    assert not configurable.press(box.portal, made["id"], "buttons.take", user=2)

    happened = box.raised()
    assert [(one.name, one.only_app) for one in happened] == [("ONCRMTIMELINEITEMACTION", APP)]
    assert happened[0].data == {
        "queue": "line1", "entityTypeId": DEAL, "entityId": made["deal"], "activityId": made["id"], "id": "take", "userId": 2,
    }  # fmt: skip
    assert "is locked" in box.told()

    await box("crm.activity.configurable.update", app=True, id=made["id"], fields={"completed": True})
    assert configurable.press(box.portal, made["id"], "buttons.take", user=2)


async def test_only_its_own_application_may_touch_a_card(box: Box) -> None:
    made = await card(box)

    assert (await box.refused("crm.activity.configurable.get", id=made["id"]))[0] == "ERROR_WRONG_CONTEXT"
    fields = {"ownerTypeId": DEAL, "ownerId": made["deal"], "fields": {}, "layout": LAYOUT}
    assert (await box.refused("crm.activity.configurable.add", **fields))[0] == "ERROR_WRONG_CONTEXT"
    box.portal.table("crm_activity").update(made["id"], APP_ID=77)
    other = await box.refused("crm.activity.configurable.update", app=True, id=made["id"], fields={})
    assert other[0] == "ERROR_WRONG_APPLICATION"
    assert (await box.refused("crm.activity.update", id=made["id"], fields={"SUBJECT": "x"}))[1].startswith(
        "Use crm.activity"
    )


def changed(*path: Any) -> dict[str, Any]:
    """The layout with one value put at a path; None removes it."""
    layout = copy.deepcopy(LAYOUT)
    *way, last, value = path
    node = layout
    for key in way:
        node = node[key]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return layout


TAG = {"title": "x", "type": "success"}
TEXT = {"type": "text", "properties": {"value": "x"}}


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        ({}, "ERROR_EMPTY_LAYOUT"),
        (changed("icon", None), "FIELD_IS_REQUIRED"),
        (changed("header", "title", None), "FIELD_IS_REQUIRED"),
        (changed("header", "subtitle", "x"), "FIELD_IS_REDUNDANT"),
        (changed("header", "tags", "sla", {**TAG, "type": "orange"}), "ENUM_FIELD"),
        (changed("header", "tags", {"a": TAG, "b": TAG, "c": TAG}), "TOO_MANY_ITEMS"),
        (changed("header", "tags", {"плохо": TAG}), "KEY_CONTAIN_WRONG_SYMBOLS"),
        (changed("header", "title", {"kz": "x"}), "WRONG_LANG"),
        (changed("body", "blocks", {"b": {"type": "table", "properties": {}}}), "ENUM_FIELD"),
        (changed("body", "blocks", {"b": {"type": "text", "properties": {}}}), "FIELD_IS_REQUIRED"),
        (changed("body", "blocks", {f"b{place}": TEXT for place in range(21)}), "TOO_MANY_ITEMS"),
        (changed("footer", "buttons", "take", "action", {"type": "alert"}), "ENUM_FIELD"),
    ],
)
async def test_layouts_are_checked_strictly(box: Box, layout: dict[str, Any], code: str) -> None:
    deal = await box.item(DEAL, title="x")
    params = {"ownerTypeId": DEAL, "ownerId": deal["id"], "fields": {}, "layout": layout}
    assert (await box.refused("crm.activity.configurable.add", app=True, **params))[0] == code


async def test_an_incoming_card_has_no_deadline(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    fields = {"isIncomingChannel": "Y", "deadline": "2026-02-20T14:00:00+03:00"}
    params = {"ownerTypeId": DEAL, "ownerId": deal["id"], "fields": fields, "layout": LAYOUT}
    assert (await box.refused("crm.activity.configurable.add", app=True, **params))[0].startswith("INCOMING_ACTIVITY")


async def test_a_badge_shows_until_its_activity_is_done(box: Box) -> None:
    badge: dict[str, Any] = {"code": "sla_warn", "title": "SLA", "value": "12 мин", "type": "warning"}
    assert (await box("crm.activity.badge.add", **badge))["badge"] == badge
    made = await card(box)

    def shown() -> Any:
        return configurable.badges_of(box.portal, DEAL).get(made["deal"])

    assert shown() == badge
    await box("crm.activity.configurable.update", app=True, id=made["id"], fields={"completed": True})
    assert shown() is None
    assert (await box("crm.activity.badge.list"))["badges"] == [badge]
    assert await box("crm.activity.badge.delete", code="sla_warn") is True
    assert (await box.refused("crm.activity.badge.add", code="x"))[0] == "REQUIRED_ARG_MISSING"


async def test_a_kind_of_activities_belongs_to_its_application(box: Box) -> None:
    fields = {"TYPE_ID": "TICKET", "NAME": "Заявка", "IS_CONFIGURABLE_TYPE": "Y"}
    assert await box("crm.activity.type.add", app=True, fields=fields) is True
    assert await box("crm.activity.type.list", app=True) == [{**fields, "ICON_ID": "0"}]
    assert (await box.refused("crm.activity.type.add", app=True, fields=fields))[0] == "INVALID_ARG_VALUE"

    made = await card(box, fields={"typeId": "TICKET"})
    assert (await box("crm.activity.get", id=made["id"]))["PROVIDER_TYPE_ID"] == "TICKET"
    assert (await box.refused("crm.activity.type.list"))[0] == "ACCESS_DENIED"


async def test_blocks_go_into_foreign_records_only(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    comment = {"ENTITY_ID": deal["id"], "ENTITY_TYPE": "deal", "COMMENT": "…"}
    number = await box("crm.timeline.comment.add", fields=comment)
    place = {"entityTypeId": DEAL, "entityId": deal["id"], "timelineId": number}
    layout = {"blocks": {"b1": TEXT}}

    assert await box("crm.timeline.layout.blocks.set", app=True, layout=layout, **place) == {"success": True}
    assert await box("crm.timeline.layout.blocks.get", app=True, **place) == {"layout": layout}
    assert (await box.refused("crm.timeline.layout.blocks.set", layout=layout, **place))[0] == "ERROR_WRONG_CONTEXT"
    assert (await box.refused("crm.timeline.layout.blocks.set", app=True, layout={}, **place))[0] == "FIELD_IS_REQUIRED"

    made = await card(box)
    own = {"entityTypeId": DEAL, "entityId": made["deal"], "activityId": made["id"]}
    refused = await box.refused("crm.activity.layout.blocks.set", app=True, layout=layout, **own)
    assert refused[0] == "UNSUITABLE_ACTIVITY_TYPE_ERROR"
