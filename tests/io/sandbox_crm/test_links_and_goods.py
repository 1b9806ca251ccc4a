"""Bindings of contacts and companies one by one, product rows, settings of cards."""

from typing import Any

from tests.io.sandbox_crm.conftest import Box

DEAL, CONTACT, COMPANY = 2, 3, 4


async def test_contacts_of_a_deal_are_bound_and_unbound(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    first, second = await box.item(CONTACT, name="А"), await box.item(CONTACT, name="Б")
    box.heard()

    async def rows() -> list[dict[str, Any]]:
        return list(await box("crm.deal.contact.items.get", id=deal["id"]))

    one = {"CONTACT_ID": first["id"], "SORT": 100}
    assert await box("crm.deal.contact.add", id=deal["id"], fields=one) is True
    assert await box("crm.deal.contact.add", id=deal["id"], fields=one) is False
    assert await rows() == [{"CONTACT_ID": first["id"], "SORT": 100, "ROLE_ID": 0, "IS_PRIMARY": "Y"}]
    assert box.heard() == [("ONCRMDEALUPDATE", {"ID": deal["id"]})]

    items = [{"CONTACT_ID": second["id"], "IS_PRIMARY": "Y", "SORT": 200}, one]
    assert await box("crm.deal.contact.items.set", id=deal["id"], items=items) is True
    assert [(row["CONTACT_ID"], row["IS_PRIMARY"]) for row in await rows()] == [(first["id"], "N"), (second["id"], "Y")]

    assert await box("crm.deal.contact.delete", id=deal["id"], fields={"CONTACT_ID": second["id"]}) is True
    assert [row["IS_PRIMARY"] for row in await rows()] == ["Y"]
    assert await box("crm.deal.contact.delete", id=deal["id"], fields={"CONTACT_ID": second["id"]}) is False
    assert await box("crm.deal.contact.items.delete", id=deal["id"]) is True
    assert await rows() == []


async def test_companies_of_a_contact_are_the_contacts_of_a_company(box: Box) -> None:
    contact, company = await box.item(CONTACT, name="А"), await box.item(COMPANY, title="ООО")

    assert (
        await box("crm.contact.company.add", id=contact["id"], fields={"COMPANY_ID": company["id"], "SORT": 50}) is True
    )
    assert await box("crm.company.contact.items.get", id=company["id"]) == [
        {"CONTACT_ID": contact["id"], "SORT": 50, "ROLE_ID": 0, "IS_PRIMARY": "Y"},
    ]  # fmt: skip
    assert await box("crm.company.contact.delete", id=company["id"], fields={"CONTACT_ID": contact["id"]}) is True
    assert await box("crm.contact.company.items.get", id=contact["id"]) == []


async def test_bindings_are_refused_as_documented(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    invalid = "The parameter 'ownerEntityID' is invalid or not defined."
    assert await box.refused("crm.deal.contact.items.get", id=0) == ("", invalid)
    assert await box.refused("crm.deal.contact.items.get", id=99) == ("", "Not found.")
    assert await box.refused("crm.deal.contact.add", id=deal["id"], fields={}) == (
        "",
        "The parameter 'fields' is not valid.",
    )


async def test_product_rows_work_out_prices_and_the_deals_sum(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    row = {
        "productName": "Час инженера",
        "price": 80000,
        "quantity": 2,
        "discountRate": 20,
        "taxRate": 20,
        "taxIncluded": "Y",
    }
    place = {"ownerId": deal["id"], "ownerType": "D"}

    made = (await box("crm.item.productrow.add", fields={**row, **place}))["productRow"]

    # crm/universal/product-rows/crm-item-productrow-add.md, its own example
    assert (made["priceExclusive"], made["discountSum"]) == (66666.67, 16666.67)
    assert (made["priceNetto"], made["priceBrutto"]) == (83333.33, 100000)
    again = (await box("crm.item.get", entityTypeId=DEAL, id=deal["id"]))["item"]
    assert again["opportunity"] == 160000
    kept = await box("crm.deal.productrows.get", id=deal["id"])
    assert (kept[0]["ID"], kept[0]["PRODUCT_NAME"], kept[0]["QUANTITY"]) == (str(made["id"]), "Час инженера", 2)

    assert await box("crm.deal.productrows.set", id=deal["id"], rows=[{"PRICE": 10, "QUANTITY": 3}]) is True
    rows = await box("crm.item.productrow.list", filter={"=ownerId": deal["id"], "=ownerType": "D"})
    assert [(one["price"], one["productName"]) for one in rows["productRows"]] == [(10, f"[{made['id'] + 1}]")]
    missing = await box.refused("crm.item.productrow.add", fields={"ownerId": 99, "ownerType": "D"})
    assert missing[0] == "OWNER_NOT_FOUND"


async def test_settings_of_a_card_are_personal_or_common(box: Box) -> None:
    section = {"name": "main", "title": "О сделке", "type": "section", "elements": [{"name": "TITLE"}]}

    async def kept(scope: str) -> Any:
        return await box("crm.deal.details.configuration.get", scope=scope)

    assert await box("crm.deal.details.configuration.set", data=[section], scope="P") is True
    assert await kept("P") == [section]
    assert await kept("C") is None
    assert await box("crm.deal.details.configuration.forceCommonScopeForAll") is True
    assert await kept("P") is None
    bad = await box.refused("crm.deal.details.configuration.set", data=[{"name": "x"}])
    assert bad == ("", "Section at index 0 has type 'None'. The expected type is 'section'.")


async def test_estimates_have_numbers_and_stages_of_their_own(box: Box) -> None:
    number = await box("crm.quote.add", fields={"TITLE": "КП", "OPPORTUNITY": 5000})
    quote = await box("crm.quote.get", id=number)
    assert (quote["STATUS_ID"], quote["QUOTE_NUMBER"], quote["OPPORTUNITY"]) == ("DRAFT", str(number), "5000.00")
    assert box.heard() == [("ONCRMQUOTEADD", {"ID": number})]
