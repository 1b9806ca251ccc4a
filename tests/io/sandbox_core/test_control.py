"""The control API: the clock, logs, ways in, a portal that moves (docs/sandbox.md)."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.sandbox import Sandbox, start_sandbox

MONDAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


async def test_the_clock_jumps_stands_still_and_runs(box: Sandbox) -> None:
    await box.control("POST", "clock", {"now": "2026-03-02T10:00", "speed": 0})
    assert await box.call("server.time") == "2026-03-02T10:00:00+03:00"
    told = await box.control("POST", "clock", {"advance_s": 90})
    assert (told["now"], told["speed"], told["zone"]) == ("2026-03-02T07:01:30+00:00", 0.0, "Europe/Moscow")
    await box.control("POST", "clock", {"speed": 3600})
    later = datetime.fromisoformat((await box.control("GET", "clock"))["now"])
    assert later >= MONDAY + timedelta(seconds=90)


async def test_stored_moments_follow_the_virtual_clock_and_tokens_the_real_one(box: Sandbox) -> None:
    await box.control("POST", "clock", {"now": "2030-01-01T00:00:00+00:00", "speed": 0})
    deal = await box.call("crm.deal.add", {"fields": {"TITLE": "Завтра"}})
    assert (await box.call("crm.deal.get", {"id": deal}))["DATE_CREATE"].startswith("2030-01-01T03:00:00")
    assert (await box.call("profile", token=box.token()))["ID"] == "1"


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", "clock", {"now": "soon"}),
        ("POST", "faults", {"no_such_switch": 1}),
        ("POST", "apps", {"nome": "x"}),
        ("POST", "rename", {"origin": "portal"}),
        ("POST", "users/99", {"active": False}),
        ("POST", "events/stop", {}),
    ],
)
async def test_what_it_does_not_understand_it_names(
    box: Sandbox, verb: str, path: str, body: dict[str, object]
) -> None:
    answer = await box.client.request(verb, f"{box.about['control_url']}{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_requests_are_logged_without_their_tokens(box: Sandbox) -> None:
    await box.control("DELETE", "requests")
    await box.call("user.get", {"FILTER": {"ID": 2}}, box.token())
    await box.raw("no.such")
    (found,) = (await box.control("GET", "requests?method=USER.GET"))["requests"]
    everything = (await box.control("GET", "requests"))["requests"]
    assert (found["user"], found["status"], found["params"]) == (1, 200, {"FILTER": {"ID": 2}})
    assert [row["error"] for row in everything] == [None, "ERROR_METHOD_NOT_FOUND"]
    assert box.token() not in str(everything)


async def test_a_webhook_is_made_and_taken_away(box: Sandbox) -> None:
    made = await box.control("POST", "webhooks", {"user": 2, "scopes": ["user"]})
    assert (await box.client.get(f"{made['url']}user.current")).json()["result"]["ID"] == "2"
    assert (await box.client.get(f"{made['url']}crm.deal.list")).json()["error"] == "insufficient_scope"
    await box.control("DELETE", f"webhooks/{made['secret']}")
    assert (await box.client.get(f"{made['url']}user.current")).json()["error"] == "INVALID_CREDENTIALS"


async def test_tokens_are_revoked_or_expire_at_once(box: Sandbox) -> None:
    app = (await box.control("GET", "apps"))["apps"][0]["id"]
    await box.control("DELETE", f"apps/{app}/tokens", {"user": 1, "expire": True})
    assert (await box.body("profile", {}, box.token()))["error"] == "expired_token"
    await box.control("DELETE", f"apps/{app}/tokens")
    assert (await box.body("profile", {}, box.token()))["error"] == "invalid_token"
    assert (await box.body("profile", {}, box.token(2)))["error"] == "invalid_token"


async def test_a_portal_that_moved_sends_callers_after_it(box: Sandbox) -> None:
    old = box.base_url
    moved = await box.control("POST", "rename")

    answer = await box.client.post(f"{old}/rest/profile?a=1", json={"auth": box.token()})

    assert (answer.status_code, answer.headers["location"]) == (302, f"{moved['base_url']}/rest/profile?a=1")
    assert moved["base_url"] == box.oauth_url
    there = await box.client.post(answer.headers["location"], json={"auth": box.token()})
    assert there.json()["result"]["ID"] == "1"
    told = (await box.client.get(f"{box.oauth_url}/rest/app.info", params={"auth": box.token()})).json()["result"]
    assert told["install"]["client_endpoint"] == f"{moved['base_url']}/rest/"
    assert told["INSTALLED"] is True


async def test_a_customer_writes(box: Sandbox) -> None:
    letter = {"subject": "Не печатает", "text": "Принтер молчит", "name": "Ольга Смирнова", "email": "o@firm.example"}
    deal = (await box.control("POST", "letters", {**letter, "company": "ООО «Фирма»"}))["deal"]
    again = (await box.control("POST", "letters", {**letter, "channel": "phone"}))["deal"]
    first, second = [await box.call("crm.deal.get", {"id": number}) for number in (deal, again)]
    assert (first["TITLE"], first["SOURCE_ID"], second["COMMENTS"]) == ("Не печатает", "EMAIL", "Принтер молчит")
    assert first["CONTACT_ID"] == second["CONTACT_ID"] != "0"
    (mail,) = await box.call("crm.activity.list", {"filter": {"OWNER_TYPE_ID": 2, "OWNER_ID": deal}})
    assert mail["DESCRIPTION"] == "Принтер молчит"


async def test_credentials_of_suites_exist_in_an_empty_portal_only() -> None:
    async with start_sandbox() as empty:
        keys = await empty.control("POST", "fidelity-credentials")
        url = f"{empty.base_url}/rest/{keys['webhook']['user_id']}/{keys['webhook']['secret']}/profile"
        statuses = [(await empty.client.get(url)).status_code for _ in range(60)]
        fired = await empty.body("profile", {}, keys["negative"]["fired_user_access_token"])
        old = await empty.client.get(f"{empty.base_url}/rest/profile", headers={"Host": "fidelity-old.bitrix24.test"})
        token = await empty.body("profile", {}, keys["oauth"]["access_token"])
    assert set(statuses) == {200}
    assert fired["error"] == "authorization_error"
    assert (old.status_code, old.headers["location"]) == (302, "https://fidelity.bitrix24.test/rest/profile")
    assert token["result"]["ADMIN"] is True
    async with start_sandbox(demo=True) as demo:
        refused = await demo.client.post(f"{demo.about['control_url']}fidelity-credentials")
        assert len(demo.about["users"]) == 18
    assert refused.status_code == 400
