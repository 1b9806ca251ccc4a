"""Recurring deals: a copy of a deal is a template, deals are made from it (`crm/deals/recurring-deals/`)."""

from typing import Any

import pytest
from tests.io.sandbox_crm.conftest import Box

DEAL = 2
MONTHLY = {"MODE": "multiple", "MULTIPLE_TYPE": "month", "MULTIPLE_INTERVAL": 1,
           "OFFSET_BEGINDATE_TYPE": "day", "OFFSET_BEGINDATE_VALUE": 1, "OFFSET_CLOSEDATE_TYPE": "month",
           "OFFSET_CLOSEDATE_VALUE": 2}  # fmt: skip


async def template(box: Box, **fields: Any) -> tuple[int, int]:
    """Settings of a new template and the deal it was made of."""
    deal = await box.item(DEAL, title="Обслуживание", opportunity=500)
    given = {"DEAL_ID": deal["id"], "START_DATE": "2026-03-31", "PARAMS": MONTHLY, **fields}
    return await box("crm.deal.recurring.add", fields=given), deal["id"]


async def test_the_template_is_a_copy_and_the_original_stays_as_it_was(box: Box) -> None:
    number, deal = await template(box, IS_LIMIT="X")
    kept = await box("crm.deal.recurring.get", id=number)
    assert (kept["BASED_ID"], kept["ACTIVE"], kept["IS_LIMIT"]) == (str(deal), "Y", "N")
    assert kept["DEAL_ID"] != kept["BASED_ID"]
    assert kept["NEXT_EXECUTION"][:10] == "2026-03-31"
    copy = await box("crm.deal.get", id=kept["DEAL_ID"])
    assert (copy["TITLE"], copy["IS_RECURRING"]) == ("Обслуживание", "Y")
    assert (await box("crm.deal.get", id=deal))["IS_RECURRING"] == "N"
    assert box.heard("ONCRMDEALRECURRINGADD") == [
        ("ONCRMDEALRECURRINGADD", {"ID": number, "RECURRING_DEAL_ID": int(kept["DEAL_ID"])})
    ]
    again = await box.refused("crm.deal.recurring.add", fields={"DEAL_ID": deal})
    assert again == ("", "Deal already has recurring settings.")


async def test_an_exposed_deal_has_dates_of_its_own_and_counts(box: Box) -> None:
    number, _ = await template(box, IS_LIMIT="T", LIMIT_REPEAT=1)
    made = (await box("crm.deal.recurring.expose", id=number))["DEAL_ID"]
    deal = await box("crm.deal.get", id=made)
    assert (deal["BEGINDATE"][:10], deal["CLOSEDATE"][:10]) == ("2026-02-21", "2026-04-20")
    assert (deal["OPPORTUNITY"], deal["IS_RECURRING"]) == ("500.00", "N")
    kept = await box("crm.deal.recurring.get", id=number)
    assert (kept["COUNTER_REPEAT"], kept["ACTIVE"], kept["NEXT_EXECUTION"]) == ("1", "N", "")


async def test_a_month_ends_where_it_ends(box: Box) -> None:
    number, _ = await template(box, START_DATE="2026-01-31")
    assert (await box("crm.deal.recurring.get", id=number))["NEXT_EXECUTION"][:10] == "2026-02-28"
    single = {"MODE": "single", "SINGLE_BEFORE_START_DATE_TYPE": "day", "SINGLE_BEFORE_START_DATE_VALUE": 5}
    changes = {"START_DATE": "2026-06-10", "PARAMS": single}
    assert await box("crm.deal.recurring.update", id=number, fields=changes) is True
    assert (await box("crm.deal.recurring.get", id=number))["NEXT_EXECUTION"][:10] == "2026-06-05"


async def test_settings_go_only_with_their_template(box: Box) -> None:
    number, _ = await template(box)
    text = "Deleting is impossible. Connected recurring deal exists."
    assert (await box.refused("crm.deal.recurring.delete", id=number))[1] == text
    copy = (await box("crm.deal.recurring.get", id=number))["DEAL_ID"]
    await box("crm.deal.delete", id=copy)
    assert (await box.refused("crm.deal.recurring.get", id=number))[1] == "Recurring deal is not found."


@pytest.mark.parametrize(
    ("method", "params", "text"),
    [
        ("add", {}, "Parameter 'fields' must be array."),
        ("add", {"fields": {}}, "Deal id is empty."),
        ("add", {"fields": {"DEAL_ID": 99}}, "Access denied."),
        ("get", {"id": 0}, "id is not defined or invalid."),
        ("list", {"filter": "x"}, "Parameter 'filter' must be array."),
    ],
)
async def test_refusals_are_texts(box: Box, method: str, params: dict[str, Any], text: str) -> None:
    assert await box.refused(f"crm.deal.recurring.{method}", **params) == ("", text)


async def test_a_list_is_filtered_by_its_fields(box: Box) -> None:
    first, _ = await template(box, CATEGORY_ID="0")
    second, _ = await template(box)
    rows = await box("crm.deal.recurring.list", order={"ID": "DESC"})
    assert [row["ID"] for row in rows] == [str(second), str(first)]
    rows = await box("crm.deal.recurring.list", filter={">ID": first, "PARAMS": "x"})
    assert [row["ID"] for row in rows] == [str(second)]
