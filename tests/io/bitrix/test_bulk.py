"""Many writes: an outcome for each, nothing lost, nothing done twice that must not be."""

from collections import Counter, deque
from typing import Any

import pytest
from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods import Method
from b24app.bitrix.methods_crm import UpdateItem
from b24app.kit.errors import AccessLost, PortalBusy, PortalRefused, PortalUnreachable
from starlette.responses import Response
from tests.support.client_world import World
from tests.support.model_portal import Limits, ModelPortal, Refusal

UPDATE = "crm.item.update"


class Touch(Method[Any]):
    """An update that must not be sent twice."""

    rest_name = UPDATE
    id: int


def updates(number: int) -> list[UpdateItem]:
    return [
        UpdateItem(entity_type_id=2, id=place, fields={"title": f"Заявка {place}"}) for place in range(1, number + 1)
    ]


async def test_every_write_is_done_once_and_has_its_outcome_in_its_place(
    portal: ModelPortal, client: PortalClient
) -> None:
    outcomes = await client.bulk(updates(500))

    assert [outcome.unwrap()["id"] for outcome in outcomes] == list(range(1, 501))
    assert portal.written == Counter(range(1, 501))
    assert portal.seen.most_at_once <= 8


async def test_a_write_refused_for_its_own_sake_does_not_hold_the_others(
    portal: ModelPortal, client: PortalClient
) -> None:
    def picky(_: str, params: dict[str, Any]) -> None:
        if int(params["id"]) % 10 == 0:
            raise Refusal("CRM_FIELD_ERROR_VALUE_NOT_VALID", "no such stage")

    portal.before = picky
    outcomes = await client.bulk(updates(200))

    refused = [place for place, outcome in enumerate(outcomes, 1) if outcome.error]
    assert refused == list(range(10, 201, 10))
    assert all(isinstance(outcomes[place - 1].error, PortalRefused) for place in refused)
    assert portal.written == Counter(number for number in range(1, 201) if number % 10)


async def test_working_time_that_runs_out_costs_few_refusals_and_no_write(
    portal: ModelPortal, client: PortalClient
) -> None:
    portal.call_s, portal.limits = 0.01, Limits(burst=0, operating_s=1.0, basket_s=0.1)

    outcomes = await client.bulk(updates(300))

    assert not any(outcome.error for outcome in outcomes)
    assert portal.written == Counter(range(1, 301))
    assert 1 <= portal.seen.refused_operating <= 30


async def test_only_what_may_be_repeated_is_repeated_after_a_lost_answer(
    portal: ModelPortal, client: PortalClient
) -> None:
    portal.faults.append(Response("<html>", 504))

    outcomes = await client.bulk([Touch(id=place) for place in range(1, 9)])

    assert all(isinstance(outcome.error, PortalBusy) and outcome.error.sent for outcome in outcomes[:1])
    assert max(portal.written.values(), default=0) <= 1


async def test_what_may_be_repeated_comes_through_a_breakdown(portal: ModelPortal, client: PortalClient) -> None:
    portal.faults.extend([Response("<html>", 504), Response("<html>", 502)])
    portal.spoiled[UPDATE] = deque([None, Refusal("INTERNAL_SERVER_ERROR", status=500)])

    outcomes = await client.bulk(updates(100))

    assert not any(outcome.error for outcome in outcomes)
    assert set(portal.written) == set(range(1, 101))


async def test_slow_commands_travel_in_small_batches(world: World) -> None:
    """Batches follow the measured time: here as if a request might only take as long as three commands."""
    pace = world.throttle.method(UPDATE).pace
    for _ in range(20):
        pace.measure(6.0)
    sizes: list[int] = []
    world.portal.faults.extend([_counting(sizes)] * 40)

    await world.client().bulk(updates(60))

    assert sizes[:8] == [3] * 8


def _counting(sizes: list[int]) -> Any:
    def look(_: str, params: dict[str, Any]) -> None:
        sizes.append(len(params["cmd"]))

    return look


async def test_a_portal_that_locked_us_out_gives_every_write_that_outcome(
    portal: ModelPortal, client: PortalClient
) -> None:
    portal.faults.extend([_locked()] * 8)

    outcomes = await client.bulk(updates(500))

    assert all(isinstance(outcome.error, AccessLost) for outcome in outcomes)
    assert not portal.written


def _locked() -> Response:
    return Response('{"error": "APPLICATION_NOT_FOUND", "error_description": "gone"}', 401)


async def test_nobody_there_is_an_outcome_too(world: World) -> None:
    client = world.client("http://127.0.0.1:9/rest/")

    outcomes = await client.bulk(updates(3))

    assert [type(outcome.error) for outcome in outcomes] == [PortalUnreachable] * 3


async def test_no_writes_no_requests(portal: ModelPortal, client: PortalClient) -> None:
    assert await client.bulk([]) == []
    assert portal.seen.requests == 0


@pytest.mark.parametrize("size", [1, 7, 51, 120])
async def test_any_number_of_writes(portal: ModelPortal, client: PortalClient, size: int) -> None:
    assert len(await client.bulk(updates(size))) == size
    assert portal.written == Counter(range(1, size + 1))
