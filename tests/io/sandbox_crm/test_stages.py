"""Pipelines and stages: codes, semantics, moves, history, what a foreign stage becomes."""

from tests.io.sandbox_crm.conftest import Box

DEAL = 2


async def pipeline(box: Box, name: str = "Поддержка") -> int:
    answer = await box("crm.category.add", entityTypeId=DEAL, fields={"name": name, "sort": 200})
    return int(answer["category"]["id"])


async def test_a_new_pipeline_comes_with_prefixed_stages(box: Box) -> None:
    number = await pipeline(box)

    stages = await box("crm.status.list", filter={"ENTITY_ID": f"DEAL_STAGE_{number}"}, order={"SORT": "ASC"})

    assert [row["STATUS_ID"] for row in stages][:2] == [f"C{number}:NEW", f"C{number}:PREPARATION"]
    assert {row["STATUS_ID"]: row["SEMANTICS"] for row in stages}[f"C{number}:WON"] == "S"
    assert stages[0] == {
        "ID": stages[0]["ID"], "ENTITY_ID": f"DEAL_STAGE_{number}", "STATUS_ID": f"C{number}:NEW", "NAME": "Новая",
        "NAME_INIT": "Новая", "SORT": "10", "SYSTEM": "Y", "CATEGORY_ID": str(number), "COLOR": "#39A8EF",
        "SEMANTICS": None, "EXTRA": {"SEMANTICS": "process", "COLOR": "#39A8EF"},
    }  # fmt: skip


async def test_the_default_pipeline_is_zero_and_has_no_origin(box: Box) -> None:
    number = await pipeline(box)

    body = await box.ask("crm.category.list", entityTypeId=DEAL)

    assert body["total"] == 2
    assert body["result"]["categories"] == [
        {"id": number, "name": "Поддержка", "sort": 200, "entityTypeId": 2, "isDefault": "N", "originId": "",
         "originatorId": ""},
        {"id": 0, "name": "Общая", "sort": 300, "entityTypeId": 2, "isDefault": "Y"},
    ]  # fmt: skip


async def test_a_stage_of_the_same_pipeline_raises_update_and_leaves_history(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    box.heard()

    box.later(60)
    moved = await box.change(DEAL, deal["id"], stageId="EXECUTING")
    box.later(60)
    won = await box.change(DEAL, deal["id"], stageId="WON")

    assert (moved["movedTime"], moved["isNew"]) == ("2026-02-20T10:01:00+03:00", "N")
    assert (won["closed"], won["stageSemanticId"]) == ("Y", "S")
    assert box.heard() == [("ONCRMDEALUPDATE", {"ID": deal["id"]})] * 2
    rows = (await box("crm.stagehistory.list", entityTypeId=DEAL, filter={"OWNER_ID": deal["id"]}))["items"]
    assert [(row["TYPE_ID"], row["STAGE_ID"], row["STAGE_SEMANTIC_ID"]) for row in rows] == [
        (1, "NEW", "P"), (2, "EXECUTING", "P"), (3, "WON", "S"),
    ]  # fmt: skip
    assert rows[1]["CREATED_TIME"] == "2026-02-20T10:01:00+03:00"


async def test_a_move_to_another_pipeline_raises_only_its_own_event(box: Box) -> None:
    number = await pipeline(box)
    deal = await box.item(DEAL, title="x")
    box.heard()

    moved = await box.change(DEAL, deal["id"], categoryId=number, stageId=f"C{number}:EXECUTING")

    place = {"ID": deal["id"], "CATEGORY_ID": number, "STAGE_ID": f"C{number}:EXECUTING"}
    assert box.heard() == [("ONCRMDEALMOVETOCATEGORY", place)]
    assert moved["categoryId"] == number
    rows = (await box("crm.stagehistory.list", entityTypeId=DEAL, filter={"OWNER_ID": deal["id"]}))["items"]
    assert (rows[-1]["TYPE_ID"], rows[-1]["CATEGORY_ID"]) == (5, number)


async def test_a_stage_that_does_not_fit_becomes_the_first_of_the_same_meaning(box: Box) -> None:
    number = await pipeline(box)
    deal = await box.item(DEAL, title="x")

    moved = await box.change(DEAL, deal["id"], categoryId=number, stageId="LOSE")

    assert moved["stageId"] == f"C{number}:LOSE"
    assert "LOSE is not of pipeline" in box.told()


async def test_the_classic_update_ignores_a_foreign_stage_and_says_true(box: Box) -> None:
    number = await pipeline(box)
    deal = await box.item(DEAL, title="x")
    box.heard()

    assert (
        await box("crm.deal.update", id=deal["id"], fields={"STAGE_ID": f"C{number}:NEW", "CATEGORY_ID": number})
        is True
    )

    again = await box("crm.deal.get", id=deal["id"])
    assert (again["STAGE_ID"], again["CATEGORY_ID"]) == ("NEW", "0")
    assert box.heard() == []
    assert "of another pipeline and was ignored" in box.told()


async def test_an_added_stage_gets_the_prefix_and_its_place_is_checked(box: Box) -> None:
    number = await pipeline(box)
    fields = {"ENTITY_ID": f"DEAL_STAGE_{number}", "STATUS_ID": "WAITING", "NAME": "Ожидание", "SORT": 45}

    made = await box("crm.status.add", fields=fields)

    assert (await box("crm.status.get", id=made))["STATUS_ID"] == f"C{number}:WAITING"
    assert await box.refused("crm.status.add", fields=fields) == (
        "ERROR_CORE",
        "The specified status ID already exists.",
    )
    late = {**fields, "STATUS_ID": "LATE", "SORT": 500}
    assert (await box.refused("crm.status.add", fields=late))[0] == ""
    assert await box.refused("crm.status.add", fields={"ENTITY_ID": "SOURCE"}) == (
        "",
        "The field STATUS_ID is required.",
    )


async def test_a_stage_in_use_a_system_stage_and_a_full_pipeline_stay(box: Box) -> None:
    number = await pipeline(box)
    deal = await box.item(DEAL, title="x", categoryId=number)
    rows = await box("crm.status.list", filter={"ENTITY_ID": f"DEAL_STAGE_{number}"})

    assert "FORCED" in (await box.refused("crm.status.delete", id=rows[0]["ID"]))[1]
    forced = {"FORCED": "Y"}
    assert await box.refused("crm.status.delete", id=rows[0]["ID"], params=forced) == (
        "ERROR_CORE", "There are active items in this status.",
    )  # fmt: skip
    assert (await box.refused("crm.category.delete", entityTypeId=DEAL, id=number))[0] == "0"
    assert (await box.refused("crm.category.delete", entityTypeId=DEAL, id=0))[0] == "0"

    await box("crm.item.delete", entityTypeId=DEAL, id=deal["id"])
    assert await box("crm.category.delete", entityTypeId=DEAL, id=number) is None
    assert await box("crm.status.list", filter={"ENTITY_ID": f"DEAL_STAGE_{number}"}) == []


async def test_a_list_of_dictionaries_is_refused(box: Box) -> None:
    assert await box.refused("crm.status.list", filter={"ENTITY_ID": ["SOURCE", "DEAL_TYPE"]}) == (
        "", "Filter by ENTITY_ID must be a string",
    )  # fmt: skip


async def test_kinds_of_dictionaries_tell_where_a_pipeline_begins_and_ends(box: Box) -> None:
    number = await pipeline(box)

    kinds = {row["ID"]: row for row in await box("crm.status.entity.types")}

    assert kinds[f"DEAL_STAGE_{number}"] == {
        "ID": f"DEAL_STAGE_{number}", "NAME": "Сделка (Поддержка)", "PARENT_ID": "DEAL_STAGE",
        "SEMANTIC_INFO": {"START_FIELD": f"C{number}:NEW", "FINAL_SUCCESS_FIELD": f"C{number}:WON",
                          "FINAL_UNSUCCESS_FIELD": f"C{number}:LOSE", "FINAL_SORT": 0},
        "PREFIX": f"C{number}", "FIELD_ATTRIBUTE_SCOPE": f"category_{number}", "ENTITY_TYPE_ID": 2,
        "CATEGORY_ID": str(number),
    }  # fmt: skip
    assert (await box("crm.status.entity.items", entityId="DEAL_STAGE"))[0] == {
        "NAME": "Новая", "SORT": 10, "STATUS_ID": "NEW",
    }  # fmt: skip


async def test_a_pipeline_that_does_not_exist_is_refused_or_passed_over(box: Box) -> None:
    refused = await box.refused("crm.item.add", entityTypeId=DEAL, fields={"title": "x", "categoryId": 77})
    assert refused[0] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"

    number = await box("crm.deal.add", fields={"TITLE": "x", "CATEGORY_ID": 77})
    assert (await box("crm.deal.get", id=number))["CATEGORY_ID"] == "0"
    assert "pipeline 77 does not exist" in box.told()
