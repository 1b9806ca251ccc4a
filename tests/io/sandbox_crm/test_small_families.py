"""Requisites, addresses, currencies, call lists, workplaces, and tasks that stand on cards."""

from typing import Any

from tests.io.sandbox_crm.conftest import Box

DEAL, CONTACT, COMPANY = 2, 3, 4


async def test_requisites_belong_to_companies_and_take_their_details_along(box: Box) -> None:
    company = await box.item(COMPANY, title="ООО")
    fields = {"ENTITY_TYPE_ID": COMPANY, "ENTITY_ID": company["id"], "PRESET_ID": 1, "RQ_INN": "7707083893"}

    number = await box("crm.requisite.add", fields=fields)
    bank = await box(
        "crm.requisite.bankdetail.add", fields={"ENTITY_ID": number, "NAME": "Банк", "RQ_BIK": "044525225"}
    )
    address = {"TYPE_ID": 6, "ENTITY_TYPE_ID": 8, "ENTITY_ID": number}
    assert await box("crm.address.add", fields={**address, "CITY": "Москва"}) is True

    kept = await box("crm.requisite.get", id=number)
    assert (kept["NAME"], kept["RQ_INN"], kept["ACTIVE"], kept["DATE_MODIFY"]) == ("Организация", "7707083893", "Y", "")
    places = await box("crm.address.list", filter={"ANCHOR_TYPE_ID": COMPANY, "ANCHOR_ID": company["id"]})
    assert [row["CITY"] for row in places] == ["Москва"]
    assert (await box.refused("crm.address.add", fields=address))[1] == "TypeAddress exists."

    assert await box("crm.requisite.delete", id=number) is True
    assert (await box.refused("crm.requisite.get", id=number))[1] == f"The Requisite with ID '{number}' is not found"
    assert (await box.refused("crm.requisite.bankdetail.get", id=bank))[1].endswith("is not found")
    assert await box("crm.address.list") == []
    wrong = await box.refused("crm.requisite.add", fields={**fields, "ENTITY_ID": 99})
    assert wrong == ("", "Entity not found.")


async def test_a_deal_is_linked_to_details(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    assert await box("crm.requisite.link.register",
                     fields={"ENTITY_TYPE_ID": DEAL, "ENTITY_ID": deal["id"], "REQUISITE_ID": 7}) is True  # fmt: skip
    link = await box("crm.requisite.link.get", entityTypeId=DEAL, entityId=deal["id"])
    assert (link["REQUISITE_ID"], link["ENTITY_ID"], link["MC_REQUISITE_ID"]) == ("7", deal["id"], "0")
    assert (await box.refused("crm.requisite.link.get", entityTypeId=DEAL, entityId=99))[1] == "Not found"


async def test_currencies_have_one_base(box: Box) -> None:
    assert await box("crm.currency.base.get") == "RUB"
    assert await box("crm.currency.add", fields={"CURRENCY": "CNY", "AMOUNT_CNT": 1, "AMOUNT": 12.2251}) == "CNY"
    assert (await box("crm.currency.get", id="CNY"))["AMOUNT"] == "12.2251"
    assert (await box.refused("crm.currency.delete", id="RUB"))[1] == "Cannot delete base currency."
    assert (await box.refused("crm.currency.add", fields={"CURRENCY": "CNY"}))[0] == "ERROR_CORE"
    assert await box("crm.currency.delete", id="CNY") is True


async def test_call_lists_take_known_people_only(box: Box) -> None:
    contact = await box.item(CONTACT, name="x")
    number = await box("crm.calllist.add", ENTITY_TYPE="CONTACT", ENTITIES=[contact["id"], 99])
    assert await box("crm.calllist.items.get", LIST_ID=number) == [
        {"ID": contact["id"], "STATUS": "IN_WORK", "ENTITY_TYPE": 3}
    ]
    assert await box.refused("crm.calllist.add", ENTITY_TYPE="DEAL", ENTITIES=[1]) == (
        "ENTITY_TYPE_ERROR",
        "Incorrect entity type",
    )
    assert (await box.refused("crm.calllist.list", select=["TITLE"]))[0] == "100"


async def test_a_workplace_gathers_smart_processes(box: Box) -> None:
    made = (await box("crm.type.add", fields={"title": "Месяц"}))["type"]
    place = (await box("crm.automatedsolution.add", fields={"title": "Поддержка", "typeIds": [made["id"]]}))[
        "automatedSolution"
    ]
    assert place == {"id": 1, "title": "Поддержка", "typeIds": [made["id"]]}
    assert await box("crm.automatedsolution.delete", id=1) is None
    assert (await box.refused("crm.automatedsolution.get", id=1))[0] == "NOT_FOUND"


async def test_a_task_stands_on_the_card_of_its_deal(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    task: dict[str, Any] = {"ID": 12, "TITLE": "Поправить обмен", "UF_CRM_TASK": [f"D_{deal['id']}", "D_99"], "STATUS": 2,
                            "RESPONSIBLE_ID": 2, "DEADLINE": "2026-02-25T18:00:00+03:00"}  # fmt: skip
    box.heard()

    box.portal.signal("task.added", task=task, user=1)
    rows = await box("crm.activity.list", filter={"TYPE_ID": 3})
    assert [(row["SUBJECT"], row["OWNER_ID"], row["ASSOCIATED_ENTITY_ID"], row["DEADLINE"]) for row in rows] == [
        ("Поправить обмен", str(deal["id"]), "12", "2026-02-25T18:00:00+03:00"),
    ]  # fmt: skip
    assert "D_99 is no element of CRM" in box.told()

    box.portal.signal("task.changed", task={**task, "STATUS": 5}, was=task, user=1)
    assert (await box("crm.activity.list", filter={"TYPE_ID": 3}))[0]["COMPLETED"] == "Y"
    box.portal.signal("task.deleted", task=task, user=1)
    acts = [name for name, _ in box.heard()]
    assert acts == ["ONCRMACTIVITYADD", "ONCRMACTIVITYUPDATE", "ONCRMACTIVITYDELETE"]


async def test_a_smart_process_shows_in_tasks_only_when_its_type_says_so(box: Box) -> None:
    await box("crm.type.add", fields={"title": "Месяц", "entityTypeId": 156})
    item = await box.item(156, title="x")
    box.portal.signal("task.added", task={"ID": 1, "TITLE": "t", "UF_CRM_TASK": [f"T9c_{item['id']}"]}, user=1)
    assert await box("crm.activity.list") == []
    assert "does not show in tasks" in box.told()
