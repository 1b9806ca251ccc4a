"""Whole lists: every row once, in order, whatever the portal and its ids are like."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from b24app.bitrix.client import PortalClient
from b24app.bitrix.dialects import Number
from b24app.bitrix.methods import ListMethod, Row
from b24app.bitrix.methods_crm import ListItems
from b24app.bitrix.throttle import Priority
from b24app.kit.errors import ListInterrupted, PortalRefused
from starlette.responses import Response
from tests.support.client_world import World
from tests.support.model_portal import Limits, ModelPortal, Refusal

DEALS = ListItems(entity_type_id=2, filter={"categoryId": 5}, select=["title"])
DOWN = Response("<html>bad gateway</html>", 502)


async def ids(client: PortalClient, *, after: int | None = None) -> list[int]:
    return [row["id"] async for row in client.listing(DEALS, Priority.EXPORT, after=after)]


@pytest.mark.parametrize("size", [0, 1, 49, 50, 51, 100, 249, 250, 251, 1000, 5003])
async def test_a_list_comes_whole_in_the_order_of_its_ids(portal: ModelPortal, client: PortalClient, size: int) -> None:
    portal.ids = list(range(7, 7 + size))

    assert await ids(client) == portal.ids


async def test_a_short_list_is_one_plain_request(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids = [3, 8, 21]

    assert await ids(client) == [3, 8, 21]
    assert portal.seen.methods == {"crm.item.list": 1}


@pytest.mark.parametrize("seed", range(5))
async def test_gaps_between_ids_lose_nothing(portal: ModelPortal, client: PortalClient, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a world of this test
    crowds = [
        range(start, start + chance.randrange(1, 900)) for start in range(0, 200_000, chance.randrange(900, 60_000))
    ]
    portal.ids = sorted({number for crowd in crowds for number in chance.sample(crowd, len(crowd) // 2 + 1)})

    assert await ids(client) == portal.ids


async def test_twenty_thousand_deals_take_few_requests_eight_at_once(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids, portal.uncounted_s = list(range(1, 20_001)), 0.01

    assert await ids(client) == portal.ids
    assert portal.seen.requests <= 12
    assert portal.seen.most_at_once == 8


async def test_nothing_is_counted(portal: ModelPortal, client: PortalClient) -> None:
    starts: list[str] = []
    portal.before = lambda _, params: starts.append(str(params["start"]))
    portal.ids = list(range(1, 2001))

    await ids(client)

    assert set(starts) == {"-1"}


async def test_a_walk_goes_on_behind_an_id(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids = list(range(1, 3001))

    assert await ids(client, after=1234) == list(range(1235, 3001))


async def test_breakdowns_on_the_way_are_repeated(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids = list(range(1, 3001))
    portal.faults.extend([DOWN, DOWN])
    portal.spoiled["crm.item.list"] = deque([None] * 20 + [Refusal("INTERNAL_SERVER_ERROR", status=500)])

    assert await ids(client) == portal.ids


async def test_what_is_refused_from_the_start_is_raised_as_it_is(portal: ModelPortal, client: PortalClient) -> None:
    portal.spoiled["crm.item.list"] = deque([Refusal("INVALID_ARG_VALUE", "Invalid filter")])

    with pytest.raises(PortalRefused, match="INVALID_ARG_VALUE"):
        await ids(client)


async def test_a_broken_walk_gives_the_rows_before_the_break_and_says_where_to_go_on(
    portal: ModelPortal, client: PortalClient
) -> None:
    portal.ids = list(range(1, 5001))
    seen: list[int] = []

    def fail(_: str, params: dict[str, Any]) -> None:
        if int(params["filter"].get(">id") or 0) >= 3000:
            raise Refusal("ACCESS_DENIED", "no right any more", 403)

    portal.before = fail
    broken = None
    try:
        async for row in client.listing(DEALS, Priority.EXPORT):
            seen.append(row["id"])  # noqa: PERF401 - what came before the break is the point
    except ListInterrupted as error:
        broken = error

    assert seen == list(range(1, len(seen) + 1))
    assert broken is not None
    assert broken.after == seen[-1]
    assert len(seen) >= 2500
    portal.before = None
    assert seen + await ids(client, after=broken.after) == portal.ids


async def test_a_token_that_expires_inside_a_chain_is_renewed_once(world: World) -> None:
    world.portal.ids = list(range(1, 2001))
    world.portal.spoiled["crm.item.list"] = deque([None] * 10 + [Refusal("expired_token", status=401)])

    assert await ids(world.client()) == world.portal.ids
    assert world.portal.seen.refreshes == 1


def _ignores_upper_bound(_: str, params: dict[str, Any]) -> None:
    params["filter"].pop("<=id", None)


def _ignores_descending_order(_: str, params: dict[str, Any]) -> None:
    params["order"] = {"id": "ASC"}


def _takes_an_array_for_zero(_: str, params: dict[str, Any]) -> None:
    if isinstance(params["filter"].get(">id"), dict | list):
        params["filter"][">id"] = "0"


@pytest.mark.parametrize("oddity", [_ignores_upper_bound, _ignores_descending_order, _takes_an_array_for_zero])
async def test_an_odd_portal_costs_time_but_no_row(
    portal: ModelPortal, client: PortalClient, oddity: Callable[[str, dict[str, Any]], None]
) -> None:
    portal.ids, portal.before = [*range(1, 1500), *range(5000, 6000, 3), *range(9000, 11_000)], oddity

    assert await ids(client) == portal.ids


async def test_a_portal_that_ignores_the_condition_is_found_out(portal: ModelPortal, client: PortalClient) -> None:
    def forget(_: str, params: dict[str, Any]) -> None:
        params["filter"].pop(">id", None)

    portal.before = forget
    with pytest.raises(ListInterrupted, match="do not rise"):
        await ids(client)


async def test_deals_that_come_and_go_meanwhile_disturb_nobody(portal: ModelPortal, client: PortalClient) -> None:
    steady = list(range(1, 4001, 2))
    portal.ids = list(range(1, 4001))
    chance = random.Random(7)  # noqa: S311 - a world of this test

    def change(_: str, __: dict[str, Any]) -> None:
        leaving = chance.randrange(2, 4001, 2)
        portal.ids = sorted((set(portal.ids) - {leaving}) | {max(portal.ids) + 2})

    portal.before = change
    found = await ids(client)

    assert found == sorted(set(found))
    assert set(steady) <= set(found)


async def test_a_reader_who_stops_leaves_nothing_running(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids, portal.uncounted_s = list(range(1, 20_001)), 0.01
    rows = client.listing(DEALS, Priority.EXPORT)
    async for row in rows:
        if row["id"] == 300:
            break

    await rows.aclose()

    assert len(asyncio.all_tasks()) <= 3 + portal.seen.at_once  # this test, the portal, its open requests


async def test_working_time_that_runs_out_is_waited_for(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids, portal.uncounted_s = list(range(1, 6001)), 0.01
    portal.limits = Limits(burst=0, operating_s=0.4, basket_s=0.1)

    assert await ids(client) == portal.ids
    assert portal.seen.refused_operating <= 30


async def test_typed_rows_are_given_as_values(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids = list(range(1, 401))

    rows = [row async for row in client.listing(_Deals(entity_type_id=2))]

    assert [row.id for row in rows] == portal.ids
    assert rows[0].title == "Заявка № 1"


class _Deal(Row):
    id: Number
    title: str


class _Deals(ListMethod[_Deal]):
    rest_name = "crm.item.list"
    returns = list[_Deal]
    wrapper = "items"

    entity_type_id: int
