"""User fields: names in both dialects, types, lists, labels."""

from typing import Any

import pytest
from b24app.sandbox.crm import names
from tests.io.sandbox_crm.conftest import Box

DEAL = 2


@pytest.mark.parametrize(
    ("name", "short"),
    [  # the table of crm/universal/index.md, then names our installation makes
        ("UF_CRM_3_DIGIT", "ufCrm3Digit"),
        ("UF_CRM_3_1747309727", "ufCrm3_1747309727"),
        ("UF_CRM_3_DIGIT10", "ufCrm_3_DIGIT10"),
        ("UF_CRM_3_DIGIT_10", "ufCrm_3_DIGIT_10"),
        ("UF_CRM_1747309879", "ufCrm_1747309879"),
        ("UF_CRM_10_5186744711", "ufCrm10_5186744711"),
        ("UF_CRM_SLA_DUE", "ufCrmSlaDue"),
        ("UF_CRM_64A29A1CD5CC2", "ufCrm_64A29A1CD5CC2"),
    ],
)
def test_names_of_user_fields(name: str, short: str) -> None:
    assert names.user_field(name) == short


def test_a_name_that_is_taken_stays_in_upper_case() -> None:
    assert names.user_fields(["UF_CRM_SLA_DUE", "UF_CRM_SLA__DUE"], ["id"]) == {
        "UF_CRM_SLA_DUE": "ufCrmSlaDue",
        "UF_CRM_SLA__DUE": "UF_CRM_SLA__DUE",
    }


async def field(box: Box, name: str, kind: str, **more: Any) -> int:
    fields = {"FIELD_NAME": name, "USER_TYPE_ID": kind, "EDIT_FORM_LABEL": {"ru": "Поле", "en": "Field"}, **more}
    return int(await box("crm.deal.userfield.add", fields=fields))


async def test_values_in_both_dialects(box: Box) -> None:
    await field(box, "SLA_DUE", "datetime")
    await field(box, "UF_CRM_VIP", "boolean")
    await field(box, "UF_CRM_LINE", "integer")
    await field(box, "UF_CRM_TAGS", "string", MULTIPLE="Y")

    deal = await box.item(
        DEAL, ufCrmSlaDue="2026-02-20T15:00:00Z", ufCrmVip=True, ufCrmLine="2", UF_CRM_TAGS=["a", "b"]
    )

    assert deal["ufCrmSlaDue"] == "2026-02-20T18:00:00+03:00"
    assert (deal["ufCrmVip"], deal["ufCrmLine"], deal["ufCrmTags"]) == ("Y", 2, ["a", "b"])
    classic = await box("crm.deal.get", id=deal["id"])
    assert (classic["UF_CRM_VIP"], classic["UF_CRM_LINE"]) == ("1", "2")
    original = await box("crm.item.get", entityTypeId=DEAL, id=deal["id"], useOriginalUfNames="Y")
    assert original["item"]["UF_CRM_LINE"] == 2
    assert "ufCrmLine" not in original["item"]


async def test_booleans_are_filtered_by_one_and_zero(box: Box) -> None:
    await field(box, "VIP", "boolean")
    yes = await box.item(DEAL, ufCrmVip="Y")
    no = await box.item(DEAL, title="x")

    async def found(value: object) -> list[int]:
        rows = await box("crm.item.list", entityTypeId=DEAL, filter={"ufCrmVip": value}, select=["id"])
        return [row["id"] for row in rows["items"]]

    assert await found(1) == [yes["id"]]
    assert await found(0) == [no["id"]]
    assert await found("Y") == []
    assert "filtered by 1 or 0" in box.told()


async def test_lists_have_numbered_items_that_are_found_by_xml_id(box: Box) -> None:
    rows = [{"VALUE": "Высокий", "XML_ID": "high", "SORT": 10}, {"VALUE": "Низкий", "XML_ID": "low", "SORT": 20}]
    number = await field(box, "PRIORITY", "enumeration", LIST=rows)

    kept = (await box("crm.deal.userfield.get", id=number))["LIST"]
    assert [(row["XML_ID"], row["VALUE"]) for row in kept] == [("high", "Высокий"), ("low", "Низкий")]
    described = (await box("crm.item.fields", entityTypeId=DEAL))["fields"]["ufCrmPriority"]
    assert described["items"] == [{"ID": row["ID"], "VALUE": row["VALUE"]} for row in kept]
    assert (described["upperName"], described["isDynamic"], described["title"]) == ("UF_CRM_PRIORITY", True, "Поле")

    deal = await box.item(DEAL, ufCrmPriority=int(kept[0]["ID"]))
    assert deal["ufCrmPriority"] == int(kept[0]["ID"])

    change = [{"ID": kept[1]["ID"], "DEL": "Y"}, {"VALUE": "Средний", "XML_ID": "mid"}]
    assert await box("crm.deal.userfield.update", id=number, fields={"LIST": change}) is True
    assert [row["XML_ID"] for row in (await box("crm.deal.userfield.get", id=number))["LIST"]] == ["high", "mid"]


async def test_labels_come_in_the_language_asked_for(box: Box) -> None:
    await field(box, "LINE", "integer", XML_ID="line")

    plain = await box.ask("crm.deal.userfield.list", filter={"XML_ID": "line"})
    russian = await box("crm.deal.userfield.list", filter={"FIELD_NAME": "UF_CRM_LINE", "LANG": "ru"})

    assert plain["total"] == 1
    assert "EDIT_FORM_LABEL" not in plain["result"][0]
    assert (russian[0]["EDIT_FORM_LABEL"], russian[0]["SORT"]) == ("Поле", "100")


async def test_a_required_field_is_asked_for(box: Box) -> None:
    await field(box, "LINE", "integer", MANDATORY="Y")

    assert (await box.refused("crm.item.add", entityTypeId=DEAL, fields={"title": "x"}))[
        0
    ] == "CRM_FIELD_ERROR_REQUIRED"
    assert await box("crm.deal.add", fields={"TITLE": "x", "UF_CRM_LINE": 1})


async def test_refusals(box: Box) -> None:
    async def why(**fields: Any) -> tuple[str, str]:
        return await box.refused("crm.deal.userfield.add", fields=fields)

    assert await why(USER_TYPE_ID="string") == ("", "The 'FIELD_NAME' field is not found.")
    assert (await why(FIELD_NAME="X" * 60, USER_TYPE_ID="string"))[0] == "ERROR_CORE"
    assert (await why(FIELD_NAME="Поле", USER_TYPE_ID="string"))[0] == "ERROR_CORE"
    assert (await why(FIELD_NAME="X", USER_TYPE_ID="colour"))[0] == "ERROR_CORE"
    assert (await box.refused("crm.deal.userfield.get", id=77))[0] == "ERROR_NOT_FOUND"


async def test_a_deleted_field_takes_its_values_with_it(box: Box) -> None:
    number = await field(box, "LINE", "integer")
    deal = await box.item(DEAL, ufCrmLine=3)

    assert await box("crm.deal.userfield.delete", id=number) is True
    await field(box, "LINE", "integer")

    again = (await box("crm.item.get", entityTypeId=DEAL, id=deal["id"]))["item"]
    assert again["ufCrmLine"] is None


async def test_defaults_fill_what_is_not_given(box: Box) -> None:
    await field(box, "TEXT", "string", SETTINGS={"DEFAULT_VALUE": "не указано"})
    await field(box, "LEVEL", "enumeration", LIST=[{"VALUE": "Первый"}, {"VALUE": "Второй", "DEF": "Y"}])
    await field(box, "SINCE", "datetime", SETTINGS={"DEFAULT_VALUE": {"TYPE": "NOW"}})

    deal = await box.item(DEAL, title="x")
    other = await box.item(DEAL, title="x", ufCrmText="есть")

    assert (deal["ufCrmText"], deal["ufCrmLevel"], deal["ufCrmSince"]) == ("не указано", 2, "2026-02-20T10:00:00+03:00")
    assert other["ufCrmText"] == "есть"


async def test_numbers_of_user_fields_are_printed_whole(box: Box) -> None:
    await field(box, "HOURS", "double")
    deal = await box.item(DEAL, ufCrmHours=1234567.5)
    assert deal["ufCrmHours"] == 1234567.5
    assert (await box("crm.deal.get", id=deal["id"]))["UF_CRM_HOURS"] == "1234567.5"


async def test_an_old_portal_does_not_know_original_names(box: Box) -> None:
    await field(box, "LINE", "integer")
    deal = await box.item(DEAL, ufCrmLine=2)
    box.portal.faults.old_portal = True

    kept = (await box("crm.item.get", entityTypeId=DEAL, id=deal["id"], useOriginalUfNames="Y"))["item"]

    assert kept["ufCrmLine"] == 2
    assert "UF_CRM_LINE" not in kept
