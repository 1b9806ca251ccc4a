"""Lists: operators, nested logic, order, pages, keyset, and their speed with twenty thousand deals."""

import time
from typing import Any

import pytest
from b24app.sandbox.kernel.access import Caller
from tests.io.sandbox_crm.conftest import Box

DEAL = 2
TITLES = ("Принтер не печатает", "Почта не уходит", "принтер: замятие", "1С не открывается")


async def titles(box: Box, **params: Any) -> list[str]:
    rows = (await box("crm.item.list", entityTypeId=DEAL, select=["id", "title"], order={"id": "ASC"}, **params))[
        "items"
    ]
    return [row["title"] for row in rows]


@pytest.fixture
async def four(box: Box) -> Box:
    for place, title in enumerate(TITLES):
        await box.item(DEAL, title=title, opportunity=place * 100, sourceId="EMAIL" if place % 2 else "CALL")
        box.later(3600)
    return box


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"title": "почта НЕ уходит"}, [1]),
        ({"%title": "принтер"}, [0, 2]),
        ({"!%title": "принтер"}, [1, 3]),
        ({"=%title": "%не %"}, [0, 1, 3]),
        ({"%=title": "1С%"}, [3]),
        ({">opportunity": 100}, [2, 3]),
        ({">=opportunity": "100", "<opportunity": 300}, [1, 2]),
        ({"@sourceId": ["EMAIL", "WEB"]}, [1, 3]),
        ({"sourceId": ["CALL"]}, [0, 2]),
        ({"!@sourceId": ["EMAIL"]}, [0, 2]),
        ({"!sourceId": "EMAIL"}, [0, 2]),
        ({"companyId": ""}, [0, 1, 2, 3]),
        ({"!companyId": False}, []),
        ({">=createdTime": "2026-02-20T12:00:00+03:00"}, [2, 3]),
        ({"<createdTime": "2026-02-20T08:30:00Z"}, [0, 1]),
        ({"closed": "N", "stageSemanticId": "P"}, [0, 1, 2, 3]),
        ({"0": {"logic": "OR", "0": {"title": TITLES[0]}, "1": {">opportunity": 250}}}, [0, 3]),
        ({"logic": "OR", "title": TITLES[1], "opportunity": 200}, [1, 2]),
        ({"sourceId": "CALL", "0": {"logic": "OR", "0": {"%title": "замятие"}, "1": {"opportunity": 300}}}, [2]),
    ],
)
async def test_operators(four: Box, given: dict[str, object], found: list[int]) -> None:
    assert await titles(four, filter=given) == [TITLES[place] for place in found]


async def test_what_may_not_be_asked_is_refused_by_name(box: Box) -> None:
    async def why(**params: Any) -> tuple[str, str]:
        return await box.refused("crm.item.list", entityTypeId=DEAL, **params)

    bad = "INVALID_ARG_VALUE"
    assert await why(filter={">colour": 1}) == (bad, "Invalid filter: field 'colour' is not allowed in filter")
    assert await why(filter={"createdTime": "когда-то"}) == (
        bad,
        "Invalid filter: field 'createdTime' has invalid value",
    )
    assert await why(order={"colour": "ASC"}) == (bad, "Invalid order: field 'colour' is not allowed in order")
    assert (await why(order={"id": "UP"}))[1].endswith("But got 'UP' for field 'id'")


async def test_the_classic_list_overlooks_unknown_fields_and_tells(four: Box) -> None:
    body = await four.ask("crm.deal.list", filter={"COLOUR": "red"}, select=["ID"])

    assert body["total"] == 4
    assert "COLOUR" in four.told()


async def test_pages_of_fifty_with_total_and_next(box: Box) -> None:
    for place in range(120):
        box.portal.call("crm.deal.add", {"fields": {"TITLE": f"д{place}"}}, Caller(1, unlimited=True))

    first = await box.ask("crm.item.list", entityTypeId=DEAL, order={"id": "DESC"})
    last = await box.ask("crm.deal.list", start=100)
    blind = await box.ask("crm.item.list", entityTypeId=DEAL, filter={">id": 60}, order={"id": "ASC"}, start=-1)

    assert (first["total"], first["next"], first["result"]["items"][0]["id"]) == (120, 50, 120)
    assert (last["total"], len(last["result"]), "next" in last) == (120, 20, False)
    assert (blind["total"], "next" in blind, blind["result"]["items"][0]["id"]) == (0, False, 61)
    assert len(blind["result"]["items"]) == 50


async def test_select_narrows_and_a_star_takes_all(four: Box) -> None:
    few = await four("crm.item.list", entityTypeId=DEAL, select=["title"], filter={"id": 1})
    assert few["items"] == [{"id": 1, "title": TITLES[0]}]
    many = await four("crm.item.list", entityTypeId=DEAL, select=["*"], filter={"id": 1})
    assert "movedTime" in many["items"][0]


async def test_keyset_over_twenty_thousand_deals_costs_milliseconds(box: Box) -> None:
    caller = Caller(1, unlimited=True)
    table = box.portal.table("crm_item_2")
    one = box.portal.call("crm.item.add", {"entityTypeId": DEAL, "fields": {"title": "x"}}, caller).result["item"]
    row = dict(table.get(one["id"]) or {})
    for _ in range(20_000):
        table.add(row)
    params = {"entityTypeId": DEAL, "filter": {">id": 15_000, "stageId": "NEW"}, "order": {"id": "ASC"}, "start": -1}

    begun = time.perf_counter()
    for _ in range(10):
        answer = box.portal.call("crm.item.list", params, caller)
    spent = (time.perf_counter() - begun) / 10

    assert [row["id"] for row in answer.result["items"]] == list(range(15_001, 15_051))
    assert spent < 0.05  # measured: 0.004 s


async def test_dictionaries_and_links_know_no_substrings_in_the_classic_dialect(four: Box) -> None:
    assert await four("crm.deal.list", filter={"%STAGE_ID": "NE"}) == []
    assert "substring filter does not work with STAGE_ID" in four.told()
    assert len(await four("crm.deal.list", filter={"%TITLE": "принтер"})) == 2
    refused = await four.refused("crm.deal.list", filter="TITLE")
    assert refused == ("", "Parameter 'filter' must be array.")
