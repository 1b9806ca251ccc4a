"""Workdays of employees in virtual time (methods.md C.3, H)."""

from typing import Any

import pytest
from tests.support.sandbox import Sandbox


async def at(box: Sandbox, moment: str) -> None:
    await box.control("POST", "clock", {"now": moment, "speed": 0})


async def test_a_day_with_a_break(box: Sandbox) -> None:
    assert (await box.call("timeman.status"))["STATUS"] == "CLOSED"
    await at(box, "2026-03-02T09:00")
    opened = await box.call("timeman.open")
    assert (opened["STATUS"], opened["TIME_START"], opened["TZ_OFFSET"]) == (
        "OPENED", "2026-03-02T09:00:00+03:00", 10800,
    )  # fmt: skip
    await at(box, "2026-03-02T13:00")
    assert (await box.call("timeman.pause"))["STATUS"] == "PAUSED"
    await at(box, "2026-03-02T14:00")
    assert (await box.call("timeman.open"))["TIME_LEAKS"] == "01:00:00"
    await at(box, "2026-03-02T18:00")
    closed = await box.call("timeman.close")
    assert (closed["STATUS"], closed["DURATION"], closed["TIME_FINISH"]) == (
        "CLOSED", "08:00:00", "2026-03-02T18:00:00+03:00",
    )  # fmt: skip


async def test_a_day_left_open_expires_and_is_closed_by_its_hours(box: Sandbox) -> None:
    await at(box, "2026-03-02T09:00")
    await box.call("timeman.open")
    await at(box, "2026-03-03T08:00")
    assert (await box.call("timeman.status"))["TIME_FINISH_DEFAULT"] == "2026-03-02T18:00:00+03:00"
    wrong = await box.body("timeman.close", {"TIME": "2026-03-03T08:00:00+03:00", "REPORT": "Забыл"})
    assert wrong["error"] == "WRONG_DATETIME"
    assert (await box.call("timeman.close"))["DURATION"] == "09:00:00"
    assert (await box.call("timeman.open"))["TIME_START"].startswith("2026-03-03")


async def test_somebody_elses_day_is_for_heads_and_administrators(box: Sandbox) -> None:
    assert (await box.call("timeman.status", {"USER_ID": 2}))["STATUS"] == "CLOSED"
    assert (await box.body("timeman.status", {"USER_ID": 1}, box.token(2)))["error"] == "ACCESS_DENIED"
    missing = await box.body("timeman.status", {"USER_ID": 99})
    assert (missing["error"], missing["error_description"]) == ("", "User not found")


async def test_records_of_version_three(box: Sandbox) -> None:
    await at(box, "2026-03-02T09:00")
    await box.call("timeman.open")
    await at(box, "2026-03-02T18:00")
    await box.call("timeman.close")
    url = f"{box.base_url}/rest/api/timeman.record.list"

    async def ask(**params: Any) -> dict[str, Any]:
        return dict((await box.client.post(url, json={**params, "auth": box.token()})).json())

    found = await ask(filter=[["userId", 1], ["startTime", ">=", "2026-03-01"]], select=["id", "duration"])
    assert found["result"] == {"items": [{"id": 1, "duration": 32400}]}
    assert (await ask(filter=[["startTime", ">=", "2026-03-01"]]))["error"]["validation"][0]["field"] == "filter.userId"


async def test_the_schedule_follows_the_working_time_of_the_portal(box: Sandbox) -> None:
    await box.control("POST", "calendar", {"work_time_start": "9.30", "week_holidays": ["SU"]})
    shift = (await box.call("timeman.schedule.get", {"id": 1}))["SHIFTS"][0]
    assert (shift["WORK_TIME_START"], shift["WORK_TIME_END"], shift["WORK_DAYS"]) == (34200, 64800, "123456")
    assert await box.call("timeman.schedule.get", {"id": 2}) == []


@pytest.mark.parametrize(("address", "name"), [("10.1.2.3", "10.x.x.x"), ("8.8.8.8", "")])
async def test_networks_of_the_office(box: Sandbox, address: str, name: str) -> None:
    found = await box.call("timeman.networkrange.check", {"IP": address})
    assert (found["name"] if found else "") == name
    wrong = await box.call("timeman.networkrange.set", {"RANGES": [{"ip_range": "a10.0.0.0", "name": "x"}]})
    assert wrong == {"result": False, "error_ranges": [{"ip_range": "a10.0.0.0", "name": "x"}]}
