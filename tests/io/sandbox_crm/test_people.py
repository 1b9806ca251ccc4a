"""Contacts, companies and leads: channels in both dialects, bindings, required names, duplicates."""

from typing import Any

from tests.io.sandbox_crm.conftest import Box

LEAD, DEAL, CONTACT, COMPANY = 1, 2, 3, 4
MAIL = {"typeId": "EMAIL", "valueType": "WORK", "value": "ivan@example.com"}
PHONE = {"typeId": "PHONE", "valueType": "MOBILE", "value": "+7 (000) 000-00-00"}


async def test_channels_come_with_numbers_and_flat_names(box: Box) -> None:
    contact = await box.item(CONTACT, name="Иван", lastName="Петров", fm=[MAIL, PHONE])

    assert contact["fm"] == [{"id": 1, **MAIL}, {"id": 2, **PHONE}]
    assert (contact["email"], contact["emailWork"], contact["phoneMobile"]) == (
        MAIL["value"],
        MAIL["value"],
        PHONE["value"],
    )
    assert (contact["hasEmail"], contact["hasPhone"], contact["hasImol"]) == ("Y", "Y", "N")


async def test_channels_are_added_changed_and_deleted_in_one_call(box: Box) -> None:
    contact = await box.item(CONTACT, name="Иван", fm=[MAIL, PHONE])
    changes = {
        "n0": {"typeId": "WEB", "valueType": "WORK", "value": "example.com"},
        "1": {"value": "petrov@example.com"},
        "2": {"typeId": "PHONE", "value": ""},
    }

    changed = await box.change(CONTACT, contact["id"], fm=changes)

    assert [(one["id"], one["value"]) for one in changed["fm"]] == [(1, "petrov@example.com"), (3, "example.com")]
    assert changed["hasPhone"] == "N"


async def test_fm_cannot_be_selected_by_name(box: Box) -> None:
    await box.item(CONTACT, name="Иван", fm=[MAIL])

    few = (await box("crm.item.list", entityTypeId=CONTACT, select=["id", "name", "fm"]))["items"][0]
    many = (await box("crm.item.list", entityTypeId=CONTACT, select=["*"]))["items"][0]

    assert "fm" not in few
    assert many["fm"][0]["value"] == MAIL["value"]


async def test_the_classic_dialect_keeps_channels_by_type(box: Box) -> None:
    fields = {"NAME": "Иван", "EMAIL": [{"VALUE": "ivan@example.com", "VALUE_TYPE": "WORK"}]}
    number = await box("crm.contact.add", fields=fields)

    await box("crm.contact.update", id=number, fields={"PHONE": [{"VALUE": "+70000000000", "VALUE_TYPE": "WORK"}]})
    contact = await box("crm.contact.get", id=number)

    assert contact["EMAIL"] == [{"ID": "1", "VALUE_TYPE": "WORK", "VALUE": "ivan@example.com", "TYPE_ID": "EMAIL"}]
    assert contact["PHONE"][0]["VALUE"] == "+70000000000"
    assert contact["HAS_PHONE"] == "Y"
    rows = await box("crm.contact.list", filter={"EMAIL": "IVAN@example.com"}, select=["ID", "EMAIL"])
    assert rows == [{"ID": str(number), "EMAIL": contact["EMAIL"]}]


async def test_a_contact_needs_a_name_and_a_company_a_title(box: Box) -> None:
    assert (await box.refused("crm.contact.add", fields={"POST": "Инженер"}))[0] == ""
    assert (await box.refused("crm.item.add", entityTypeId=COMPANY, fields={}))[0] == "CRM_FIELD_ERROR_REQUIRED"
    assert await box("crm.contact.add", fields={"LAST_NAME": "Петров"})


async def test_a_company_knows_the_contacts_that_name_it(box: Box) -> None:
    company = await box.item(COMPANY, title="ООО «Ромашка»")
    contact = await box.item(CONTACT, name="Иван", companyId=company["id"])

    again = (await box("crm.item.get", entityTypeId=COMPANY, id=company["id"]))["item"]

    assert again["contactIds"] == [contact["id"]]
    assert contact["companyIds"] == [company["id"]]


async def test_a_deleted_contact_leaves_its_deals(box: Box) -> None:
    contact = await box.item(CONTACT, name="Иван")
    deal = await box.item(DEAL, title="x", contactId=contact["id"])

    await box("crm.item.delete", entityTypeId=CONTACT, id=contact["id"])

    again = (await box("crm.item.get", entityTypeId=DEAL, id=deal["id"]))["item"]
    assert (again["contactId"], again["contactIds"]) == (None, [])


async def test_a_lead_calls_its_stage_status_in_the_classic_dialect(box: Box) -> None:
    number = await box("crm.lead.add", fields={"TITLE": "Заявка", "STATUS_ID": "IN_PROCESS"})

    classic = await box("crm.lead.get", id=number)
    lead = (await box("crm.item.get", entityTypeId=LEAD, id=number))["item"]

    assert (classic["STATUS_ID"], classic["STATUS_SEMANTIC_ID"]) == ("IN_PROCESS", "P")
    assert lead["stageId"] == "IN_PROCESS"
    rows = (await box("crm.stagehistory.list", entityTypeId=LEAD))["items"]
    assert (rows[0]["STATUS_ID"], rows[0]["STATUS_SEMANTIC_ID"]) == ("IN_PROCESS", "P")


async def test_duplicates_are_found_by_normal_values(box: Box) -> None:
    contact = await box.item(CONTACT, name="Иван", fm=[MAIL, {**PHONE, "value": "8 (912) 345-67-89 доб. 12"}])
    company = await box.item(COMPANY, title="ООО", fm=[MAIL])

    async def found(**params: Any) -> object:
        return await box("crm.duplicate.findbycomm", **params)

    assert await found(type="EMAIL", values=["IVAN@EXAMPLE.COM"]) == {
        "CONTACT": [contact["id"]],
        "COMPANY": [company["id"]],
    }
    assert await found(type="PHONE", values=["+79123456789"], entity_type="CONTACT") == {"CONTACT": [contact["id"]]}
    assert await found(type="PHONE", values=["+70001112233"]) == []
    assert (await box.refused("crm.duplicate.findbycomm", values=["x"]))[1] == "Communication type is not defined"
