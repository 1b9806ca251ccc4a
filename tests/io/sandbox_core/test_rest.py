"""How REST is called and answers: addresses, encodings, PHP arrays, batch, limits, troubles (platform.md section 3)."""

import json
from typing import Any

import httpx
import pytest
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize("tail", ["profile", "profile.json", "profile/", "/profile", "PROFILE", "Profile.json/"])
async def test_a_method_is_found_under_every_spelling_of_its_address(box: Sandbox, tail: str) -> None:
    assert (await box.client.get(f"{box.about['webhook_url']}{tail}")).json()["result"]["ID"] == "1"


async def test_parameters_come_by_query_form_and_json_and_the_body_wins(box: Sandbox) -> None:
    url = f"{box.about['webhook_url']}user.get"
    by_query = await box.client.get(f"{url}?FILTER[ID]=2&select[]=ID")
    by_form = await box.client.post(f"{url}?FILTER[ID]=1", data={"FILTER[ID]": "2", "select[0]": "ID"})
    by_json = await box.client.post(f"{url}?FILTER[ID]=1", json={"FILTER": {"ID": 2}, "select": ["ID"]})
    for answer in (by_query, by_form, by_json):
        assert answer.json()["result"] == [{"ID": "2"}]


async def test_json_that_is_none_counts_as_no_parameters(box: Sandbox) -> None:
    answer = await box.client.post(
        f"{box.about['webhook_url']}user.get", content=b"{oops", headers={"Content-Type": "application/json"}
    )
    assert answer.json()["total"] == 2


async def test_the_token_is_taken_from_body_query_and_header(box: Sandbox) -> None:
    url, token = f"{box.base_url}/rest/profile", box.token(2)
    answers = [
        await box.client.post(url, json={"auth": token}),
        await box.client.get(url, params={"auth": token}),
        await box.client.get(url, headers={"Authorization": f"Bearer {token}"}),
    ]
    assert [answer.json()["result"]["ID"] for answer in answers] == ["2", "2", "2"]


async def test_xml_when_it_is_asked_for(box: Sandbox) -> None:
    answer = await box.client.get(f"{box.about['webhook_url']}profile.xml")
    assert answer.headers["content-type"].startswith("text/xml")
    assert "<response><result><ID>1</ID>" in answer.text


async def test_a_browser_of_another_site_may_ask(box: Sandbox) -> None:
    answer = await box.client.options(f"{box.base_url}/rest/profile")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert "content-type" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/rest/1/wrong/profile", 401, "INVALID_CREDENTIALS"),
        ("/rest/profile", 401, "NO_AUTH_FOUND"),
        ("/rest/profile?auth=unknown", 401, "invalid_token"),
    ],
)
async def test_strangers(box: Sandbox, path: str, status: int, error: str) -> None:
    answer = await box.client.get(f"{box.base_url}{path}")
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_the_time_block_counts_operating_time(box: Sandbox) -> None:
    time = (await box.body("profile"))["time"]
    assert {"start", "finish", "duration", "processing", "date_start", "date_finish", "operating"} <= set(time)
    assert time["operating_reset_at"] > time["finish"]
    await box.control("POST", "faults", {"operating_off": True})
    assert "operating" not in (await box.body("profile"))["time"]


# --- batch


async def batch(box: Sandbox, cmd: Any, **params: Any) -> dict[str, Any]:
    return dict(await box.call("batch", {"cmd": cmd, **params}))


async def test_results_of_one_command_are_put_into_another(box: Sandbox) -> None:
    done = await batch(box, {
        "me": "user.current", "one": "user.get?FILTER[ID]=$result[me][ID]",
        "text": "user.get?FILTER[LAST_NAME]=$result[one][0][LAST_NAME]",
        "total": "user.get?FILTER[ID]=$total[one]",
    })  # fmt: skip
    assert [done["result"][key][0]["ID"] for key in ("one", "text", "total")] == ["1", "1", "1"]
    assert done["result_total"] == {"one": 1, "text": 1, "total": 1}
    assert done["result_error"] == []
    assert done["result_time"]["me"]["operating"] >= 0


async def test_a_list_of_commands_answers_with_lists(box: Sandbox) -> None:
    done = await batch(box, ["profile", "server.time"])
    assert isinstance(done["result"], list)
    assert done["result_error"] == done["result_total"] == []


async def test_a_failure_stops_the_rest_only_when_asked(box: Sandbox) -> None:
    cmd = ["profile", "no.such", "server.time"]
    going = await batch(box, cmd)
    halted = await batch(box, cmd, halt=1)
    assert set(going["result"]) == {"0", "2"}
    assert going["result_error"]["1"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert isinstance(halted["result"], list)
    assert len(halted["result"]) == 1


async def test_fifty_commands_and_no_batch_inside(box: Sandbox) -> None:
    done = await batch(box, {f"c{number}": "server.time" for number in range(52)} | {"c0": "batch?cmd[a]=profile"})
    assert len(done["result"]) == 49
    assert done["result_error"]["c0"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert {done["result_error"][key]["error"] for key in ("c50", "c51")} == {"ERROR_BATCH_LENGTH_EXCEEDED"}


async def test_commands_may_be_encoded_as_sdks_do(box: Sandbox) -> None:
    done = await batch(box, {"me": "user.current", "a": "user.get?FILTER%5BID%5D=%24result%5Bme%5D%5BID%5D"})
    assert done["result"]["a"][0]["ID"] == "1"


# --- limits and troubles


async def test_the_bucket_overflows_and_drains(box: Sandbox) -> None:
    await box.control("POST", "faults", {"bucket_size": 3, "bucket_drain": 0})
    await box.control("DELETE", "limits")
    statuses = [(await box.raw("profile")).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 503, 503]
    assert (await box.body("profile"))["error"] == "QUERY_LIMIT_EXCEEDED"
    await box.control("DELETE", "limits")
    assert (await box.raw("profile")).status_code == 200


async def test_a_method_that_used_up_its_time_is_blocked_and_others_go_on(box: Sandbox) -> None:
    await box.control("POST", "faults", {"operating_cost_s": 100, "operating_limit_s": 150})
    statuses = [(await box.raw("profile")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert (await box.body("profile"))["error"] == "OPERATION_TIME_LIMIT"
    assert (await box.raw("server.time")).status_code == 200


@pytest.mark.parametrize(
    ("switch", "status", "error"),
    [
        ("http_503_times", 503, "QUERY_LIMIT_EXCEEDED"),
        ("http_500_times", 500, "INTERNAL_SERVER_ERROR"),
        ("overload_times", 503, "OVERLOAD_LIMIT"),
    ],
)
async def test_counted_troubles_pass(box: Sandbox, switch: str, status: int, error: str) -> None:
    await box.control("POST", "faults", {switch: 1})
    first, second = await box.raw("profile"), await box.raw("profile")
    assert (first.status_code, first.json()["error"], second.status_code) == (status, error, 200)


async def test_a_front_server_answers_without_json(box: Sandbox) -> None:
    await box.control("POST", "faults", {"http_502_times": 1})
    answer = await box.raw("profile")
    assert answer.status_code == 502
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_a_lost_answer_leaves_the_deed_done(box: Sandbox) -> None:
    await box.control("POST", "faults", {"drop_times": 1, "methods": ["crm.deal.add"]})
    with pytest.raises(httpx.HTTPError):
        await box.raw("crm.deal.add", {"fields": {"TITLE": "Дважды?"}})
    assert len(await box.call("crm.deal.list")) == 1


async def test_troubles_may_concern_some_methods_only(box: Sandbox) -> None:
    await box.control("POST", "faults", {"down": True, "methods": ["profile"]})
    assert (await box.raw("profile")).status_code == 502
    assert (await box.raw("server.time")).status_code == 200
    await box.control("DELETE", "faults")
    assert (await box.raw("profile")).status_code == 200


async def test_an_older_portal_has_neither_new_bots_nor_rest_3(box: Sandbox) -> None:
    await box.control("POST", "faults", {"old_portal": True})
    refused = await box.raw("imbot.v2.Bot.list", {}, box.token())
    assert (refused.status_code, refused.json()["error"]) == (404, "ERROR_METHOD_NOT_FOUND")


async def test_a_plan_without_rest(box: Sandbox) -> None:
    await box.control("POST", "faults", {"no_rest": True})
    refused = await box.raw("profile")
    assert (refused.status_code, refused.json()["error"]) == (403, "ACCESS_DENIED")
