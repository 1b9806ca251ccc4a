"""Smart processes: their types, relations, elements, stages and events."""

from typing import Any

from tests.io.sandbox_crm.conftest import Box

DEAL = 2


async def process(box: Box, **fields: Any) -> dict[str, Any]:
    given = {"title": "Месяц поддержки", "entityTypeId": 156, "isStagesEnabled": "Y", **fields}
    return dict((await box("crm.type.add", fields=given))["type"])


async def test_a_type_has_two_numbers_and_switches(box: Box) -> None:
    made = await process(box, isClientEnabled="Y", linkedUserFields={"TASKS_TASK|UF_CRM_TASK": "true"},
                         isUseInUserfieldEnabled="Y")  # fmt: skip

    assert (made["id"], made["entityTypeId"]) == (1, 156)
    assert (made["isStagesEnabled"], made["isCategoriesEnabled"], made["isSetOpenPermissions"]) == ("Y", "N", "Y")
    assert [one["isPredefined"] for one in made["relations"]["parent"]] == ["Y", "Y"]
    assert made["linkedUserFields"]["TASKS_TASK|UF_CRM_TASK"] == "Y"
    assert box.heard() == [("ONCRMTYPEADD", {"ID": 1})]
    again = await box("crm.type.getByEntityTypeId", entityTypeId=156)
    assert again["type"]["id"] == 1
    owner = {row["ID"]: row for row in await box("crm.enum.ownertype")}[156]
    assert (owner["SYMBOL_CODE"], owner["SYMBOL_CODE_SHORT"]) == ("DYNAMIC_156", "T9c")


async def test_numbers_of_types_have_a_range(box: Box) -> None:
    assert (await box.refused("crm.type.add", fields={"title": "x", "entityTypeId": 100}))[0] == "INVALID_ARG_VALUE"
    assert (await box.refused("crm.type.add", fields={"title": "x", "entityTypeId": 1031}))[0] == "INVALID_ARG_VALUE"
    first = (await box("crm.type.add", fields={"title": "x"}))["type"]
    assert first["entityTypeId"] == 1030
    assert await box.refused("crm.type.add") == ("100", "Could not find value for parameter {fields}")


async def test_elements_carry_the_prefix_of_their_pipeline_and_raise_both_events(box: Box) -> None:
    await process(box)
    pipeline = (await box("crm.category.list", entityTypeId=156))["categories"][0]
    start = f"DT156_{pipeline['id']}"
    box.heard()

    item = await box.item(156, title="2026-02")
    moved = await box.change(156, item["id"], stageId=f"{start}:SUCCESS")
    await box("crm.item.delete", entityTypeId=156, id=item["id"])

    fields = {"ID": item["id"], "ENTITY_TYPE_ID": 156}
    acts = ("ADD", "UPDATE", "DELETE")
    names = [name for act in acts for name in (f"ONCRMDYNAMICITEM{act}_156", f"ONCRMDYNAMICITEM{act}")]
    assert box.heard() == [(name, fields) for name in names]
    assert (item["stageId"], moved["stageId"], moved["previousStageId"]) == (
        f"{start}:NEW",
        f"{start}:SUCCESS",
        f"{start}:NEW",
    )
    assert "closed" not in item
    assert "opportunity" not in item
    rows = (await box("crm.stagehistory.list", entityTypeId=156, filter={"@OWNER_ID": [item["id"]]}))["items"]
    assert [row["TYPE_ID"] for row in rows] == [1, 3]


async def test_stages_of_smart_processes_have_no_extra(box: Box) -> None:
    await process(box)
    pipeline = (await box("crm.category.list", entityTypeId=156))["categories"][0]["id"]

    rows = await box("crm.status.list", filter={"ENTITY_ID": f"DYNAMIC_156_STAGE_{pipeline}"})

    assert [row["SEMANTICS"] for row in rows] == [None, None, None, "S", "F"]
    assert all("EXTRA" not in row for row in rows)
    described = (await box("crm.item.fields", entityTypeId=156))["fields"]["stageId"]
    assert described["statusType"] == f"DYNAMIC_156_STAGE_{pipeline}"


async def test_an_element_without_a_title_is_named_by_its_type(box: Box) -> None:
    await process(box)
    assert (await box.item(156, xmlId="x"))["title"] == "Месяц поддержки #1"


async def test_relations_bind_elements_to_deals(box: Box) -> None:
    relation = {"entityTypeId": DEAL, "isChildrenListEnabled": "true"}
    await process(box, relations={"parent": [relation, {"entityTypeId": 999}]})
    deal = await box.item(DEAL, title="x")

    child = await box.item(156, title="2026-02", parentId2=deal["id"])

    found = await box("crm.item.list", entityTypeId=156, filter={"parentId2": deal["id"]}, select=["id", "parentId2"])
    assert found["items"] == [{"id": child["id"], "parentId2": deal["id"]}]
    assert "relation of smart process 156 to 999 was dropped" in box.told()


async def test_user_fields_are_named_by_the_types_own_number(box: Box) -> None:
    made = await process(box)
    field = {"entityId": f"CRM_{made['id']}", "fieldName": f"UF_CRM_{made['id']}_BUDGET_HOURS", "userTypeId": "double",
             "editFormLabel": {"ru": "Пакет часов"}}  # fmt: skip

    kept = (await box("userfieldconfig.add", moduleId="crm", field=field))["field"]
    item = await box.item(156, title="2026-02", **{f"ufCrm{made['id']}BudgetHours": 20.5})

    assert (kept["fieldName"], kept["editFormLabel"]) == ("UF_CRM_1_BUDGET_HOURS", {"ru": "Пакет часов"})
    assert item["ufCrm1BudgetHours"] == 20.5
    assert box.heard("ONCRMTYPEUSERFIELDADD")


async def test_enumerations_of_the_universal_dialect(box: Box) -> None:
    made = await process(box)
    rows = [{"value": "Открыт", "def": "Y", "sort": 100, "xmlId": "open"}, {"value": "Перерасход", "xmlId": "over"}]
    field = {
        "entityId": f"CRM_{made['id']}",
        "fieldName": "UF_CRM_1_MONTH_STATE",
        "userTypeId": "enumeration",
        "enum": rows,
    }

    kept = (await box("userfieldconfig.add", moduleId="crm", field=field))["field"]

    assert [(one["xmlId"], one["value"], one["userFieldId"]) for one in kept["enum"]] == [
        ("over", "Перерасход", kept["id"]), ("open", "Открыт", kept["id"]),
    ]  # fmt: skip
    listed = await box.ask("userfieldconfig.list", moduleId="crm", filter={"fieldName": "UF_CRM_1_MONTH_STATE"})
    assert (listed["total"], listed["result"]["fields"][0]["id"]) == (1, kept["id"])
    assert await box("userfieldconfig.delete", moduleId="crm", id=kept["id"]) is None
    assert (await box.refused("userfieldconfig.add", moduleId="tasks", field=field))[0] == ""


async def test_a_type_with_elements_stays(box: Box) -> None:
    made = await process(box)
    item = await box.item(156, title="x")
    assert (await box.refused("crm.type.delete", id=made["id"]))[0] == "BX_ERROR"

    await box("crm.item.delete", entityTypeId=156, id=item["id"])
    assert await box("crm.type.delete", id=made["id"]) == []
    assert (await box.refused("crm.item.list", entityTypeId=156))[0] == "NOT_FOUND"
    assert (await box.refused("crm.type.get", id=made["id"]))[1] == "Смарт-процесс не найден"


async def test_new_invoices_speak_as_smart_processes(box: Box) -> None:
    invoice = await box.item(31, title="Счёт", opportunity="300|RUB")

    assert invoice["stageId"].startswith("DT31_")
    assert invoice["opportunity"] == 300
    assert box.heard("ONCRMDYNAMICITEMADD") == [("ONCRMDYNAMICITEMADD", {"ID": invoice["id"], "ENTITY_TYPE_ID": 31})]
