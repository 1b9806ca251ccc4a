"""The authorization server: codes, rotation, refusals, whose token it is (platform.md 2.2-2.6)."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.support.sandbox import Sandbox


async def ask(box: Sandbox, **params: str) -> tuple[int, dict[str, Any]]:
    keys = {"client_id": box.about["client_id"], "client_secret": box.about["client_secret"]}
    answer = await box.client.get(f"{box.oauth_url}/oauth/token/", params={**keys, **params})
    return answer.status_code, answer.json()


async def refresh(box: Sandbox, token: str) -> tuple[int, dict[str, Any]]:
    return await ask(box, grant_type="refresh_token", refresh_token=token)


async def test_a_refresh_gives_a_new_pair_and_ends_the_old_refresh_token(box: Sandbox) -> None:
    old = box.about["users"][0]["refresh_token"]

    status, fresh = await refresh(box, old)

    assert status == 200
    assert fresh["user_id"] == 1
    assert fresh["expires_in"] == 3600
    assert fresh["client_endpoint"] == f"{box.base_url}/rest/"
    assert fresh["server_endpoint"] == f"{box.oauth_url}/rest/"
    assert fresh["domain"] == urlsplit(box.oauth_url).netloc
    assert (await box.call("profile", token=fresh["access_token"]))["ID"] == "1"
    assert await refresh(box, old) == (400, {"error": "invalid_grant"})
    assert (await refresh(box, fresh["refresh_token"]))[0] == 200


async def test_a_post_with_a_form_is_answered_as_a_get(box: Sandbox) -> None:
    form = {
        "grant_type": "refresh_token", "client_id": box.about["client_id"],
        "client_secret": box.about["client_secret"], "refresh_token": box.about["users"][1]["refresh_token"],
    }  # fmt: skip
    answer = await box.client.post(f"{box.oauth_url}/oauth/token/", data=form)
    assert answer.json()["user_id"] == 2


@pytest.mark.parametrize(
    ("params", "status", "error"),
    [
        ({"client_id": "local.0000000000000.00000000"}, 200, "wrong_client"),
        ({"client_secret": "wrong"}, 400, "invalid_client"),
        ({"refresh_token": "rtdeadbeef"}, 400, "invalid_grant"),
        ({"refresh_token": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "invalid_request"),
        ({"scope": "crm,moon"}, 403, "invalid_scope"),
    ],
)
async def test_refusals_of_the_authorization_server(
    box: Sandbox, params: dict[str, str], status: int, error: str
) -> None:
    usual = {"grant_type": "refresh_token", "refresh_token": box.about["users"][0]["refresh_token"]}
    got, body = await ask(box, **{**usual, **params})
    assert (got, body["error"]) == (status, error)


async def test_a_person_returns_from_the_portal_with_a_code_for_one_use(box: Sandbox) -> None:
    app = await box.control(
        "POST", "apps", {"name": "Дом", "handler": "http://desk.example/app?x=1", "scopes": ["crm"]}
    )

    page = await box.client.get(
        f"{box.base_url}/oauth/authorize/",
        params={"client_id": app["client_id"], "state": "с пробелом"},
        headers={"Cookie": "sandbox_user=2"},
    )

    back = dict(parse_qsl(urlsplit(page.headers["location"]).query))
    assert page.status_code == 302
    assert {"x": "1", "state": "с пробелом", "domain": box.about["domain"], "scope": "crm"}.items() <= back.items()
    assert back["server_domain"] == urlsplit(box.oauth_url).netloc
    keys = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    exchange = {"grant_type": "authorization_code", "code": back["code"], **keys}
    status, tokens = await ask(box, **exchange)
    assert (status, tokens["user_id"], tokens["scope"]) == (200, 2, "crm")
    assert await ask(box, **exchange) == (400, {"error": "invalid_grant"})


async def test_an_application_that_is_not_installed_ends_on_a_page_of_the_portal(box: Sandbox) -> None:
    form = {"name": "Дом", "handler": "http://desk.example/app", "install": "http://desk.example/install"}
    app = await box.control("POST", "apps", form)
    page = await box.client.get(f"{box.base_url}/oauth/authorize/", params={"client_id": app["client_id"]})
    assert page.status_code == 403
    assert "не установлено" in page.text


async def test_app_info_has_one_form_on_the_portal_and_another_on_the_authorization_server(box: Sandbox) -> None:
    on_portal = await box.call("app.info", token=box.token())
    answer = await box.client.get(f"{box.oauth_url}/rest/app.info/", params={"auth": box.token(2)})

    told = answer.json()["result"]
    assert on_portal["CODE"] == told["client_id"] == box.about["client_id"]
    assert (on_portal["INSTALLED"], on_portal["STATUS"]) == (True, "L")
    assert told["user_id"] == "2"
    assert told["install"]["member_id"] == box.about["member_id"]
    assert told["install"]["domain"] == box.about["domain"]
    assert told["install"]["client_endpoint"] == f"{box.base_url}/rest/"


@pytest.mark.parametrize(
    ("token", "status", "error"),
    [("", 401, "NO_AUTH_FOUND"), ("short", 401, "NO_AUTH_FOUND"), ("a" * 70, 400, "invalid_client")],
)
async def test_app_info_of_a_token_that_is_none(box: Sandbox, token: str, status: int, error: str) -> None:
    answer = await box.client.get(f"{box.oauth_url}/rest/app.info/", params={"auth": token})
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_an_expired_token_is_refused_and_its_refresh_token_still_works(box: Sandbox) -> None:
    app = (await box.control("GET", "apps"))["apps"][0]
    stale = await box.control("POST", f"apps/{app['id']}/tokens", {"user": 1, "life_s": -5})

    refused = await box.raw("profile", token=stale["access_token"])

    assert (refused.status_code, refused.json()["error"]) == (401, "expired_token")
    assert (await refresh(box, stale["refresh_token"]))[0] == 200


async def test_a_dismissed_person_is_refused_at_once(box: Sandbox) -> None:
    await box.control("POST", "users/2", {"active": False})
    refused = await box.raw("profile", token=box.token(2))
    assert (refused.status_code, refused.json()["error"]) == (401, "authorization_error")
