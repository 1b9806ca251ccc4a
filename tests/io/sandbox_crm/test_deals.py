"""Deals in both dialects: defaults, typed values against strings, no-op saves, echo events, deletion."""

from tests.io.sandbox_crm.conftest import Box

DEAL, CONTACT = 2, 3


async def test_a_new_deal_has_the_portals_defaults(box: Box) -> None:
    deal = await box.item(DEAL, title="Не печатает принтер")

    assert deal["stageId"] == "NEW"
    assert (deal["categoryId"], deal["stageSemanticId"], deal["closed"], deal["isNew"]) == (0, "P", "N", "Y")
    assert deal["createdTime"] == deal["movedTime"] == "2026-02-20T10:00:00+03:00"
    assert (deal["begindate"], deal["closedate"]) == ("2026-02-20T03:00:00+03:00", "2026-02-27T03:00:00+03:00")
    assert (deal["assignedById"], deal["createdBy"], deal["opportunity"], deal["currencyId"]) == (1, 1, 0, "RUB")
    assert deal["isWon"] is None  # disabled fields come as null
    assert deal["entityTypeId"] == DEAL


async def test_a_deal_without_a_title_is_named_by_its_number(box: Box) -> None:
    deal = await box.item(DEAL, comments="…")

    assert deal["title"] == f"Сделка № {deal['id']}"


async def test_the_classic_dialect_prints_strings(box: Box) -> None:
    number = await box("crm.deal.add", fields={"TITLE": "Печать", "OPPORTUNITY": 1000, "UTM_SOURCE": "google"})

    deal = await box("crm.deal.get", id=number)

    assert isinstance(number, int)
    assert (deal["ID"], deal["CATEGORY_ID"], deal["ASSIGNED_BY_ID"]) == (str(number), "0", "1")
    assert (deal["OPPORTUNITY"], deal["TAX_VALUE"], deal["CLOSED"]) == ("1000.00", "0.00", "N")
    assert deal["DATE_CREATE"] == "2026-02-20T10:00:00+03:00"
    assert deal["COMPANY_ID"] is None
    assert "CONTACT_IDS" not in deal


async def test_every_write_raises_one_event_and_a_save_without_a_change_none(box: Box) -> None:
    deal = await box.item(DEAL, title="Первое")
    number = deal["id"]
    assert box.heard() == [("ONCRMDEALADD", {"ID": number})]

    box.later(60)
    same = await box.change(DEAL, number, title="Первое", assignedById="1")
    assert same["updatedTime"] == deal["updatedTime"]
    assert await box("crm.deal.update", id=number, fields={"TITLE": "Первое"}) is True
    assert box.heard() == []

    changed = await box.change(DEAL, number, title="Второе")
    assert changed["updatedTime"] == "2026-02-20T10:01:00+03:00"
    assert box.heard() == [("ONCRMDEALUPDATE", {"ID": number})]

    assert await box("crm.item.delete", entityTypeId=DEAL, id=number) == []
    assert box.heard() == [("ONCRMDEALDELETE", {"ID": number})]


async def test_unknown_and_read_only_fields_are_ignored_and_told(box: Box) -> None:
    deal = await box.item(DEAL, title="Один", colour="red", createdBy=2)

    assert deal["createdBy"] == 1
    assert "colour" in box.told()
    assert "createdBy" in box.told()


async def test_wrong_numbers_are_refused_as_documented(box: Box) -> None:
    assert await box.refused("crm.deal.get", id=0) == ("", "ID is not defined or invalid.")
    assert await box.refused("crm.deal.get", id=99) == ("", "Not found")
    assert await box.refused("crm.deal.add", fields="x") == ("", "Parameter 'fields' must be array.")
    assert (await box.refused("crm.item.get", entityTypeId=DEAL, id=99))[0] == "NOT_FOUND"
    assert (await box.refused("crm.item.get", entityTypeId=777, id=1))[0] == "NOT_FOUND"
    assert (await box.refused("crm.item.list", entityTypeId=5))[0] == "ENTITY_TYPE_NOT_SUPPORTED"
    assert (await box.refused("crm.item.add", entityTypeId=DEAL))[0] == "100"
    assert (await box.ask("crm.item.get", entityTypeId=DEAL, id=99))["status"] == 400


async def test_values_that_cannot_be_read_are_refused_by_name(box: Box) -> None:
    assert (await box.refused("crm.item.add", entityTypeId=DEAL, fields={"begindate": "завтра"}))[0] == (
        "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    )
    assert (await box.refused("crm.item.add", entityTypeId=DEAL, fields={"contactIds": 5}))[0] == "100"


async def test_contacts_are_bound_in_order_with_one_primary(box: Box) -> None:
    first = await box.item(CONTACT, name="Иван")
    second = await box.item(CONTACT, name="Ольга")

    deal = await box.item(DEAL, contactIds=[first["id"], second["id"]])
    assert (deal["contactId"], deal["contactIds"]) == (first["id"], [first["id"], second["id"]])

    rows = await box("crm.deal.list", filter={"CONTACT_ID": second["id"]}, select=["ID", "CONTACT_ID"])
    assert rows == [{"ID": str(deal["id"]), "CONTACT_ID": str(first["id"])}]


async def test_an_import_keeps_its_own_dates_and_tells_of_each_row(box: Box) -> None:
    old = {"title": "Старая", "createdTime": "2026-01-10T10:00:00+03:00", "updatedTime": "2026-01-11T10:00:00+03:00"}

    answer = await box("crm.item.batchImport", entityTypeId=DEAL, data=[old, {"begindate": "?"}])

    number = answer["items"][0]["item"]["id"]
    assert answer["items"][1]["error"] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    deal = (await box("crm.item.get", entityTypeId=DEAL, id=number))["item"]
    assert deal["createdTime"] == "2026-01-10T10:00:00+03:00"
    earlier = {**old, "createdTime": "2026-01-09T10:00:00+03:00"}
    assert (await box.refused("crm.item.import", entityTypeId=DEAL, fields=earlier))[
        0
    ] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    many = [{"title": "x"}] * 21
    assert (await box.refused("crm.item.batchImport", entityTypeId=DEAL, data=many))[
        0
    ] == "MAX_IMPORT_BATCH_SIZE_EXCEEDED"
