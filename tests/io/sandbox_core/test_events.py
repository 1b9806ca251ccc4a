"""Subscriptions, what is sent and how; the offline queue (platform.md section 4)."""

from typing import Any

import pytest
from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox


async def bind(box: Sandbox, event: str, url: str = "", user: int = 1, **params: Any) -> dict[str, Any]:
    given = {"event": event, "handler": url, **params} if url else {"event": event, **params}
    return await box.body("event.bind", given, box.token(user))


async def new_deal(box: Sandbox, token: str = "", **params: Any) -> int:
    return int(await box.call("crm.deal.add", {"fields": {"TITLE": "Заявка"}, **params}, token))


async def test_an_event_carries_ids_and_the_tokens_of_who_caused_it(box: Sandbox, handler: Handler) -> None:
    await bind(box, "onCrmDealAdd", handler.url)

    deal = await new_deal(box, box.token(2))

    (event,) = await handler.wait(1)
    assert event["event"] == "ONCRMDEALADD"
    assert event["data"] == {"FIELDS": {"ID": str(deal)}}
    assert event["ts"].isdigit()
    assert event["event_handler_id"].isdigit()
    auth = event["auth"]
    assert (auth["user_id"], auth["domain"], auth["member_id"]) == (
        "2", box.about["domain"], box.about["member_id"],
    )  # fmt: skip
    assert "refresh_token" not in auth
    assert (await box.call("profile", token=auth["access_token"]))["ID"] == "2"


async def test_auth_type_chooses_whose_tokens_go(box: Sandbox, handler: Handler) -> None:
    await bind(box, "ONCRMDEALADD", handler.url, auth_type=1)
    await new_deal(box, box.token(2))
    (event,) = await handler.wait(1)
    assert event["auth"]["user_id"] == "1"


async def test_events_without_a_user_prove_themselves_by_the_application_token_alone(
    box: Sandbox, handler: Handler
) -> None:
    await bind(box, "ONCRMDEALADD", handler.url)
    await box.control("POST", "faults", {"events_without_user": True})
    await new_deal(box)
    (event,) = await handler.wait(1)
    assert "access_token" not in event["auth"]
    assert len(event["auth"]["application_token"]) == 32


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"event": "ONNOTHING", "handler": "http://desk.example/"}, "ERROR_EVENT_NOT_FOUND"),
        ({"event": "ONCRMDEALADD", "handler": "http://localhost/"}, "ERROR_WRONG_HANDLER_URL"),
        ({"event": "ONCRMDEALADD", "handler": "ftp://desk.example/"}, "ERROR_UNSUPPORTED_PROTOCOL"),
        ({"event": "ONCRMDEALADD"}, "ERROR_ARGUMENT"),
    ],
)
async def test_a_subscription_that_cannot_be(box: Sandbox, params: dict[str, Any], error: str) -> None:
    assert (await box.body("event.bind", params, box.token()))["error"] == error


async def test_the_same_handler_twice_is_refused_and_listed_once(box: Sandbox) -> None:
    assert (await bind(box, "ONCRMDEALADD", "http://desk.example/"))["result"] is True
    again = await bind(box, "ONCRMDEALADD", "http://desk.example/")
    assert (again["error"], "already binded" in again["error_description"]) == ("ERROR_CORE", True)
    assert await box.call("event.get", token=box.token()) == [
        {"event": "ONCRMDEALADD", "handler": "http://desk.example/", "auth_type": "0", "offline": 0}
    ]


async def test_a_webhook_can_neither_subscribe_nor_list(box: Sandbox) -> None:
    for method in ("event.bind", "event.get", "events", "event.test"):
        refused = await box.raw(method, {"event": "ONCRMDEALADD", "handler": "http://desk.example/"})
        assert (refused.status_code, refused.json()["error"]) == (403, "WRONG_AUTH_TYPE")


async def test_an_employee_subscribes_for_oneself_only(box: Sandbox) -> None:
    assert (await bind(box, "ONCRMDEALADD", "http://desk.example/", user=2))["result"] is True
    other = await bind(box, "ONCRMDEALADD", "http://desk.example/2", user=2, auth_type=1)
    offline = await bind(box, "ONCRMDEALADD", user=2, event_type="offline")

    assert other["error"] == offline["error"] == "ACCESS_DENIED"
    await bind(box, "ONCRMDEALADD", "http://desk.example/admin")
    assert [row["auth_type"] for row in await box.call("event.get", token=box.token(2))] == ["2"]
    assert len(await box.call("event.get", token=box.token())) == 2


async def test_unbinding_counts(box: Sandbox) -> None:
    await bind(box, "ONCRMDEALADD", "http://desk.example/")
    await bind(box, "ONCRMDEALADD", "http://desk.example/", auth_type=2)
    params = {"event": "ONCRMDEALADD", "handler": "http://desk.example/"}
    assert await box.call("event.unbind", {**params, "auth_type": 0}, box.token()) == {"count": 1}
    assert await box.call("event.unbind", params, box.token()) == {"count": 1}
    assert await box.call("event.unbind", params, box.token()) == {"count": 0}


async def test_a_test_event_carries_what_was_given(box: Sandbox, handler: Handler) -> None:
    await bind(box, "ONAPPTEST", handler.url)
    assert await box.call("event.test", {"any": "data", "deep": {"a": [1, 2]}}, box.token()) == 1
    (event,) = await handler.wait(1)
    assert event["data"]["QUERY"] == {"any": "data", "deep": {"a": ["1", "2"]}}


async def test_events_are_lost_doubled_and_held_back_by_switches(box: Sandbox, handler: Handler) -> None:
    await bind(box, "ONCRMDEALADD", handler.url)
    await box.control("POST", "faults", {"events_lost_times": 1})
    lost = await new_deal(box)
    await box.control("POST", "faults", {"events_doubled_times": 1})
    doubled = await new_deal(box)
    await box.delivered()
    await box.control("POST", "events/hold")
    held = await new_deal(box)
    assert (await box.control("GET", "events"))["waiting"] == 1
    await box.control("POST", "events/release")

    got = [int(event["data"]["FIELDS"]["ID"]) for event in await handler.wait(3)]

    assert got == [doubled, doubled, held]
    log = (await box.control("GET", "events"))["events"]
    assert [row["outcome"] for row in log if int(row["data"]["FIELDS"]["ID"]) == lost] == ["lost"]


async def test_a_handler_that_refuses_is_told_about_and_not_asked_again(box: Sandbox) -> None:
    await bind(box, "ONCRMDEALADD", "http://127.0.0.1:9/")
    await new_deal(box)
    await box.delivered()
    assert "not repeated" in str((await box.control("GET", "tells"))["tells"])


async def test_events_of_the_catalogue_follow_the_scopes(box: Sandbox) -> None:
    everything = await box.call("events", token=box.token())
    crm = await box.call("events", {"SCOPE": "crm"}, box.token())
    assert {"ONAPPINSTALL", "ONCRMDEALADD", "ONCRMDEALMOVETOCATEGORY", "ONUSERADD"} <= set(everything)
    assert "ONUSERADD" not in crm
    assert "ONCRMDEALADD" in crm


async def test_somebody_new_is_told_after_the_first_login(box: Sandbox, handler: Handler) -> None:
    await bind(box, "ONUSERADD", handler.url)
    invited = await box.call("user.add", {"EMAIL": "new@example.com", "UF_DEPARTMENT": [1]})
    joined = await box.control("POST", "users", {"name": "Пётр", "email": "petr@example.com"})
    (event,) = await handler.wait(1)
    assert event["data"]["ID"] == str(joined["id"]) != str(invited)
    assert event["data"]["UF_DEPARTMENT"] == ["1"]


# --- the offline queue


async def offline(box: Sandbox, **params: Any) -> list[dict[str, Any]]:
    return list((await box.call("event.offline.get", params, box.token()))["events"])


async def test_the_queue_keeps_one_row_per_object_with_the_latest_moment(box: Sandbox) -> None:
    await bind(box, "ONCRMDEALUPDATE", event_type="offline")
    deal = await new_deal(box)
    for title in ("Раз", "Два", "Три"):
        await box.call("crm.deal.update", {"id": deal, "fields": {"TITLE": title}})

    listed = await box.body("event.offline.list", {}, box.token())

    assert listed["total"] == 1
    (row,) = listed["result"]
    assert int(row["EVENT_DATA"]["FIELDS"]["ID"]) == deal
    assert (row["PROCESS_ID"], row["ERROR"]) == ("", "0")


async def test_taking_removes_and_reserving_keeps_until_confirmed(box: Sandbox) -> None:
    await bind(box, "ONCRMDEALADD", event_type="offline")
    for _ in range(3):
        await new_deal(box)

    taken = await offline(box, limit=1)
    reserved = await box.call("event.offline.get", {"clear": 0}, box.token())

    assert len(taken) == 1
    assert len(reserved["events"]) == 2
    assert await offline(box) == []
    first, second = reserved["events"]
    process = reserved["process_id"]
    await box.call("event.offline.error", {"process_id": process, "message_id": [first["MESSAGE_ID"]]}, box.token())
    assert await offline(box, process_id=process, clear=0) == [second]
    assert len(await offline(box, process_id=process, clear=0, error=1)) == 2
    await box.call("event.offline.clear", {"process_id": process}, box.token())
    assert await offline(box, process_id=process, error=1) == []


async def test_changes_of_ones_own_source_are_not_queued_for_it(box: Sandbox) -> None:
    await bind(box, "ONCRMDEALADD", event_type="offline", auth_connector="desk")
    await new_deal(box, auth_connector="desk")
    theirs = await new_deal(box)

    rows = await offline(box, auth_connector="desk")

    assert [int(row["EVENT_DATA"]["FIELDS"]["ID"]) for row in rows] == [theirs]
    assert await offline(box) == []


async def test_the_queue_belongs_to_administrators(box: Sandbox) -> None:
    refused = await box.raw("event.offline.get", {}, box.token(2))
    assert (refused.status_code, refused.json()["error"]) == (403, "ACCESS_DENIED")


async def test_a_plan_without_the_extended_mode_says_so(box: Sandbox) -> None:
    await box.control("POST", "faults", {"no_offline_extended": True})
    assert await box.call("feature.get", {"CODE": "rest_offline_extended"}) == {"value": "N"}
    assert (await box.body("event.offline.get", {"clear": 0}, box.token()))["error"] == "ACCESS_DENIED"


async def test_one_signal_says_that_the_queue_has_grown(box: Sandbox, handler: Handler) -> None:
    await bind(box, "ONOFFLINEEVENT", handler.url)
    await bind(box, "ONCRMDEALADD", event_type="offline")
    await new_deal(box)
    await new_deal(box)
    await box.control("POST", "clock", {"advance_s": 2})
    (signal,) = await handler.wait(1)
    assert signal["event"] == "ONOFFLINEEVENT"
    assert "data" not in signal
    assert "refresh_token" in signal["auth"]
    assert len(await offline(box)) == 2


async def test_tokens_of_events_do_not_cause_events_for_ever(box: Sandbox, handler: Handler) -> None:
    await bind(box, "ONCRMDEALADD", handler.url)
    await new_deal(box)
    for number in range(1, 8):
        token = (await handler.wait(number))[-1]["auth"]["access_token"]
        await new_deal(box, token)
    await box.delivered()

    assert len(handler.got) == 7
    assert "use the stored token instead" in str(await box.control("GET", "tells"))
    await new_deal(box)
    assert len(await handler.wait(8)) == 8
