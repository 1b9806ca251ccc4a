"""Employees see what the role of the portal lets them: the switch `crm_rights` (`all`, `own`, `department`)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.sandbox import Sandbox, start_sandbox

DEAL, MARIA = 2, 2


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with start_sandbox() as sandbox:
        sandbox.portal.faults.bucket_off = True
        yield sandbox


async def deal(box: Sandbox, **fields: Any) -> int:
    made = await box.call("crm.item.add", {"entityTypeId": DEAL, "fields": {"title": "Заявка", **fields}})
    return int(made["item"]["id"])


async def seen(box: Sandbox) -> list[int]:
    """Numbers of the deals Maria sees, equal in both dialects."""
    answer = await box.call("crm.item.list", {"entityTypeId": DEAL, "order": {"id": "ASC"}}, box.token(MARIA))
    rows = await box.call("crm.deal.list", {"order": {"ID": "ASC"}}, box.token(MARIA))
    found = [row["id"] for row in answer["items"]]
    assert found == [int(row["ID"]) for row in rows]
    return found


async def test_everybody_sees_everything_until_it_is_switched(box: Sandbox) -> None:
    both = [await deal(box), await deal(box, assignedById=MARIA)]
    assert await seen(box) == both
    await box.control("POST", "faults", {"crm_rights": "own"})
    assert await seen(box) == both[1:]
    mine = await box.call("crm.item.list", {"entityTypeId": DEAL})
    assert len(mine["items"]) == 2  # the administrator's


async def test_somebody_elses_deal_is_refused_by_its_own_code(box: Sandbox) -> None:
    other = await deal(box)
    await box.control("POST", "faults", {"crm_rights": "own"})
    token, place = box.token(MARIA), {"entityTypeId": DEAL, "id": other}
    answer = await box.raw("crm.item.get", place, token)
    assert (answer.status_code, answer.json()["error"]) == (400, "ACCESS_DENIED")
    for method in ("crm.item.update", "crm.item.delete"):
        assert (await box.body(method, {**place, "fields": {"title": "x"}}, token))["error"] == "ACCESS_DENIED"
    classic = await box.body("crm.deal.get", {"id": other}, token)
    assert (classic["error"], classic["error_description"]) == ("", "Access denied")
    comment = {"fields": {"ENTITY_ID": other, "ENTITY_TYPE": "deal", "COMMENT": "x"}}
    assert (await box.body("crm.timeline.comment.add", comment, token))["error"] == "ACCESS_DENIED"
    todo = {"ownerTypeId": DEAL, "ownerId": other, "deadline": "2030-01-01T10:00:00+03:00"}
    assert (await box.body("crm.activity.todo.add", todo, token))["error"] == "ACCESS_DENIED"
    history = await box.call("crm.stagehistory.list", {"entityTypeId": DEAL}, token)
    assert history["items"] == []


async def test_an_observer_looks_and_does_not_touch(box: Sandbox) -> None:
    watched = await deal(box, observers=[MARIA])
    await box.control("POST", "faults", {"crm_rights": "own"})
    place = {"entityTypeId": DEAL, "id": watched}
    assert (await box.call("crm.item.get", place, box.token(MARIA)))["item"]["id"] == watched
    refused = await box.body("crm.item.update", {**place, "fields": {"title": "x"}}, box.token(MARIA))
    assert refused["error"] == "ACCESS_DENIED"


async def test_a_department_shares_its_deals(box: Sandbox) -> None:
    root = await box.call("department.get")
    away = await box.call("department.add", {"NAME": "Склад", "PARENT": root[0]["ID"]})
    await box.control("POST", f"users/{MARIA}", {"UF_DEPARTMENT": [away]})
    colleague = await box.control("POST", "users", {"name": "Олег", "UF_DEPARTMENT": [away]})
    await deal(box)
    shared = await deal(box, assignedById=colleague["id"])
    await box.control("POST", "faults", {"crm_rights": "department"})
    assert await seen(box) == [shared]
    change = {"entityTypeId": DEAL, "id": shared, "fields": {"title": "Вместе"}}
    assert (await box.call("crm.item.update", change, box.token(MARIA)))["item"]["title"] == "Вместе"


async def test_activities_of_hidden_cards_are_hidden(box: Sandbox) -> None:
    other = await deal(box)
    deadline = {"deadline": "2030-01-01T10:00:00+03:00"}
    made = await box.call("crm.activity.todo.add", {"ownerTypeId": DEAL, "ownerId": other, **deadline})
    await box.control("POST", "faults", {"crm_rights": "own"})
    assert await box.call("crm.activity.list", {}, box.token(MARIA)) == []
    refused = await box.body("crm.activity.get", {"id": made["id"]}, box.token(MARIA))
    assert refused["error_description"] == "Access denied."


async def test_a_level_that_does_not_exist_is_refused(box: Sandbox) -> None:
    answer = await box.client.post(f"{box.about['control_url']}faults", json={"crm_rights": "some"})
    assert (answer.status_code, answer.json()["error"]) == (400, "No such switch or value: crm_rights")
