"""Single calls and small batches: what an answer means, what is repeated, who is asked."""

import asyncio
import json
from collections import deque
from typing import Any

import pytest
from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods import Method
from b24app.bitrix.methods_app import GetProfile
from b24app.bitrix.methods_crm import GetItem, ListItems, UpdateItem
from b24app.bitrix.throttle import Priority
from b24app.kit.errors import (
    AccessLost,
    PortalBusy,
    PortalError,
    PortalRefused,
    PortalUnreachable,
)
from starlette.responses import Response
from tests.support.client_world import World
from tests.support.model_portal import ModelPortal, Refusal

LIST = "crm.item.list"


class Say(Method[Any]):
    """A message: nobody may hear it twice."""

    rest_name = "profile"


def answer(status: int, **body: Any) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")


@pytest.mark.parametrize(
    ("given", "expected", "code"),
    [
        (answer(200, error="ERROR_ARGUMENT", error_description="PLACEMENT"), PortalRefused, "ERROR_ARGUMENT"),
        (answer(200, error="", error_description="Access denied."), PortalRefused, ""),
        (answer(400, error="0", error_description="no"), PortalRefused, "0"),
        (answer(403, error="insufficient_scope"), PortalRefused, "insufficient_scope"),
        (answer(401, error="Authorization_Error"), AccessLost, "Authorization_Error"),
        (answer(403, error="ACCESS_DENIED", error_description="available only on commercial plans"), AccessLost, None),
        (answer(500, error="PORTAL_DELETED"), AccessLost, "PORTAL_DELETED"),
        (answer(503, error="OVERLOAD_LIMIT"), PortalBusy, "OVERLOAD_LIMIT"),
        (answer(404), PortalRefused, ""),
        (Response("<html>forbidden", 403), PortalRefused, ""),
        (answer(400, error={"code": "BITRIX_REST_V3_X", "message": "no"}), PortalRefused, "BITRIX_REST_V3_X"),
        (Response('{"result": [1]}', 200), PortalRefused, "UNREADABLE_ANSWER"),
    ],
)
async def test_the_code_decides_what_an_answer_means(
    portal: ModelPortal, client: PortalClient, given: Response, expected: type[PortalError], code: str | None
) -> None:
    portal.faults.append(given)

    with pytest.raises(expected) as raised:
        await client(GetProfile())

    assert code is None or getattr(raised.value, "code", None) == code
    assert portal.seen.requests == 1


@pytest.mark.parametrize(
    "passing",
    [
        answer(503, error="QUERY_LIMIT_EXCEEDED"),
        answer(429, error="TOO_MANY_REQUESTS"),
        Response("slow down", 429),
        answer(500, error="INTERNAL_SERVER_ERROR"),
        answer(500, error="error_unexpected_answer"),
        Response("<html>bad gateway</html>", 502),
        Response("<html>we are moving servers</html>", 200),
    ],
)
async def test_what_passes_is_tried_again(portal: ModelPortal, client: PortalClient, passing: Response) -> None:
    portal.faults.append(passing)

    assert (await client(GetProfile())).id == 1
    assert portal.seen.requests == 2


@pytest.mark.parametrize("doubtful", [Response("<html>", 504), answer(500, error="INTERNAL_SERVER_ERROR")])
async def test_a_message_that_may_have_been_said_is_not_said_again(
    portal: ModelPortal, client: PortalClient, doubtful: Response
) -> None:
    portal.faults.append(doubtful)

    with pytest.raises(PortalBusy) as raised:
        await client(Say())

    assert raised.value.sent
    assert portal.seen.requests == 1


async def test_a_message_refused_for_the_rate_was_not_said_and_goes_again(
    portal: ModelPortal, client: PortalClient
) -> None:
    portal.faults.append(answer(503, error="QUERY_LIMIT_EXCEEDED"))

    await client(Say())

    assert portal.seen.requests == 2


async def test_a_call_gives_up_after_some_attempts(portal: ModelPortal, client: PortalClient) -> None:
    portal.faults.extend([Response("<html>", 502)] * 10)

    with pytest.raises(PortalBusy):
        await client(GetProfile())

    assert portal.seen.requests == 4


async def test_nobody_there_was_never_sent(world: World) -> None:
    with pytest.raises(PortalUnreachable) as raised:
        await world.client("http://127.0.0.1:9/rest/")(Say())

    assert not raised.value.sent


async def test_an_address_without_encryption_is_not_called(world: World) -> None:
    world.transport._allow_http = False

    with pytest.raises(PortalUnreachable, match="https"):
        await world.client()(GetProfile())

    assert world.portal.seen.requests == 0


async def test_who_calls_is_named(portal: ModelPortal, client: PortalClient) -> None:
    await client(GetProfile())

    assert portal.agents[0].startswith("b24app/")


async def test_a_silent_portal_is_left_when_the_time_is_up(world: World) -> None:
    world.portal.call_s = 30.0

    with pytest.raises(PortalUnreachable) as raised:
        await world.transport.post(f"{world.portal.origin}/rest/profile", {"auth": "at1"}, within_s=0.1)

    assert raised.value.sent


async def test_a_method_out_of_working_time_stops_alone(portal: ModelPortal, client: PortalClient) -> None:
    portal.spoiled["crm.item.update"] = deque([Refusal("OPERATION_TIME_LIMIT", status=429)])

    with pytest.raises(PortalBusy) as raised:
        await client(UpdateItem(entity_type_id=2, id=1, fields={}), Priority.PERSON)

    assert raised.value.code == "OPERATION_TIME_LIMIT"
    assert raised.value.until is not None
    assert not raised.value.sent
    assert (await client(GetProfile(), Priority.PERSON)).id == 1


class TestBatch:
    async def test_every_command_has_its_own_outcome(self, portal: ModelPortal, client: PortalClient) -> None:
        outcomes = await client.batch({"me": GetProfile(), "none": GetItem(entity_type_id=2, id=5)})

        assert outcomes["me"].unwrap().id == 1
        assert isinstance(outcomes["none"].error, PortalRefused)
        assert portal.seen.requests == 1

    async def test_values_with_signs_arrive_as_they_are(self, portal: ModelPortal, client: PortalClient) -> None:
        heard: list[Any] = []
        portal.before = lambda _, params: heard.append(params["fields"])
        title = 'Счёт & акт + 10% = "скидка" [срочно]?\n#1'

        await client.batch({"one": UpdateItem(entity_type_id=2, id=1, fields={"title": title, "observers": [4, 5]})})

        assert heard == [{"title": title, "observers": {"0": "4", "1": "5"}}]

    async def test_more_than_fifty_commands_go_in_several_requests(
        self, portal: ModelPortal, client: PortalClient
    ) -> None:
        commands = {f"c{place}": GetProfile() for place in range(120)}

        outcomes = await client.batch(commands)

        assert list(outcomes) == list(commands)
        assert portal.seen.methods["batch"] == 3

    async def test_references_out_of_the_request_are_a_defect(self, client: PortalClient) -> None:
        commands: dict[str, Method[Any]] = {f"c{place}": GetProfile() for place in range(50)}
        commands["last"] = GetItem(entity_type_id=2, id="$result[c0][ID]")

        with pytest.raises(ValueError, match="another request"):
            await client.batch(commands)

    async def test_a_command_that_broke_down_goes_again_with_what_it_refers_to(
        self, portal: ModelPortal, client: PortalClient
    ) -> None:
        portal.ids = list(range(1, 120))
        portal.spoiled[LIST] = deque([None, Refusal("INTERNAL_SERVER_ERROR", status=500)])
        first = ListItems(entity_type_id=2, start=-1)
        second = ListItems(entity_type_id=2, start=-1, filter={">id": first.last_id_of("first")})

        outcomes = await client.batch({"first": first, "second": second, "me": GetProfile()})

        assert [row["id"] for row in outcomes["second"].unwrap()] == list(range(51, 101))
        assert portal.seen.commands == {LIST: 4, "profile": 1}

    async def test_a_doubtful_write_is_not_repeated(self, portal: ModelPortal, client: PortalClient) -> None:
        portal.spoiled["profile"] = deque([Refusal("INTERNAL_SERVER_ERROR", status=500)])

        outcomes = await client.batch({"say": Say()})

        assert isinstance(outcomes["say"].error, PortalBusy)
        assert portal.seen.commands["profile"] == 1


async def test_pages_of_a_list_without_ids_come_in_two_requests(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids = list(range(1, 403))

    rows = await client.pages(ListItems(entity_type_id=2))

    assert [row["id"] for row in rows] == portal.ids
    assert portal.seen.methods == {LIST: 1, "batch": 1}


async def test_a_list_that_moved_while_it_was_read_is_read_again(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids = list(range(1, 403))

    def shift(_: str, params: dict[str, Any]) -> None:
        if int(params.get("start") or 0) == 100:
            portal.ids, portal.before = portal.ids[1:], None

    portal.before = shift

    assert [row["id"] for row in await client.pages(ListItems(entity_type_id=2))] == list(range(2, 403))


async def test_a_person_does_not_wait_behind_an_export(portal: ModelPortal, client: PortalClient) -> None:
    portal.ids, portal.uncounted_s = list(range(1, 20_001)), 0.01

    async def export() -> int:
        return sum([1 async for _ in client.listing(ListItems(entity_type_id=2), Priority.EXPORT)])

    async def press() -> float:
        started = asyncio.get_running_loop().time()
        await client(GetProfile(), Priority.PERSON)
        return asyncio.get_running_loop().time() - started

    async with asyncio.TaskGroup() as group:
        whole = group.create_task(export())
        waits = [await press() for _ in range(30)]

    assert whole.result() == 20_000
    assert sorted(waits)[28] < 0.5
