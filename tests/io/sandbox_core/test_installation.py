"""A local application from the form to its deletion (platform.md 1.2-1.5, 1.8)."""

from typing import Any

import pytest
from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox

SCOPES = ["crm", "im", "imbot", "placement", "user"]


async def register(box: Sandbox, **form: Any) -> dict[str, Any]:
    return dict(await box.control("POST", "apps", {"name": "Поддержка", "scopes": SCOPES, **form}))


async def tokens(box: Sandbox, app: dict[str, Any], user: int = 1) -> str:
    return str((await box.control("POST", f"apps/{app['id']}/tokens", {"user": user}))["access_token"])


async def test_keys_look_like_those_of_a_local_application(box: Sandbox) -> None:
    app = await register(box)
    prefix, middle, last = app["client_id"].split(".")
    assert (prefix, len(middle), len(last), len(app["client_secret"])) == ("local", 13, 8, 50)
    assert len(app["application_token"]) == 32


@pytest.mark.parametrize("url", ["http://localhost:8000/app", "ftp://desk.example/app"])
async def test_an_address_without_a_dot_or_of_another_protocol_is_refused(box: Sandbox, url: str) -> None:
    answer = await box.client.post(f"{box.about['control_url']}apps", json={"handler": url})
    assert answer.status_code == 400


async def test_without_an_installation_path_the_application_works_at_once(box: Sandbox) -> None:
    app = await register(box, handler="http://desk.example/app")
    assert app["installed"] is True


async def test_nothing_is_delivered_before_install_finish(box: Sandbox, handler: Handler) -> None:
    app = await register(box, handler=handler.url, install=handler.url)
    token = await tokens(box, app)
    for name in ("ONCRMDEALADD", "ONAPPINSTALL"):
        assert await box.call("event.bind", {"event": name, "handler": handler.url}, token) is True
    assert (await box.call("app.info", token=token))["INSTALLED"] is False
    await box.call("crm.deal.add", {"fields": {"TITLE": "Рано"}})
    await box.delivered()
    assert handler.got == []

    await box.control("POST", f"apps/{app['id']}/finish")
    await box.call("crm.deal.add", {"fields": {"TITLE": "Вовремя"}})

    (installed, added) = await handler.wait(2)
    assert (await box.call("app.info", token=token))["INSTALLED"] is True
    assert installed["event"] == "ONAPPINSTALL"
    assert installed["data"] == {"VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "ru"}
    assert added["event"] == "ONCRMDEALADD"


async def test_an_application_without_pages_gets_its_tokens_by_onappinstall(box: Sandbox, handler: Handler) -> None:
    app = await register(box, install=handler.url, api_only=True)

    (event,) = await handler.wait(1)

    auth = event["auth"]
    assert app["installed"] is True
    assert event["event"] == "ONAPPINSTALL"
    assert auth["application_token"] == app["application_token"]
    assert auth["member_id"] == box.about["member_id"]
    assert (auth["user_id"], auth["status"], auth["expires_in"]) == ("1", "L", "3600")
    assert (await box.call("profile", token=auth["access_token"]))["ADMIN"] is True
    answer = await box.client.get(
        f"{box.oauth_url}/oauth/token/",
        params={
            "grant_type": "refresh_token", "client_id": app["client_id"], "client_secret": app["client_secret"],
            "refresh_token": auth["refresh_token"],
        },
    )  # fmt: skip
    assert answer.json()["user_id"] == 1


async def test_saving_the_form_again_drops_the_handlers_of_events_and_tells_of_the_update(
    box: Sandbox, handler: Handler
) -> None:
    app = await register(box, handler=handler.url)
    token = await tokens(box, app)
    for name in ("ONAPPUPDATE", "ONCRMDEALADD"):
        await box.call("event.bind", {"event": name, "handler": handler.url}, token)

    await box.control("POST", f"apps/{app['id']}", {"new_token": True})

    (update,) = await handler.wait(1)
    fresh = await box.control("GET", f"apps/{app['id']}")
    assert update["data"] == {"VERSION": "2", "PREVIOUS_VERSION": "1", "LANGUAGE_ID": "ru"}
    assert update["auth"]["application_token"] == fresh["application_token"] != app["application_token"]
    assert "refresh_token" in update["auth"]
    assert await box.call("event.get", token=token) == []
    assert "removed" in str(await box.control("GET", "tells"))


async def test_a_deleted_application_says_good_bye_and_its_keys_are_dead(box: Sandbox, handler: Handler) -> None:
    app = await register(box, handler=handler.url)
    token = await tokens(box, app)
    await box.call("event.bind", {"event": "ONAPPUNINSTALL", "handler": handler.url}, token)
    await box.call("placement.bind", {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": handler.url}, token)

    await box.control("DELETE", f"apps/{app['id']}", {"clean": False})

    (event,) = await handler.wait(1)
    assert event["data"] == {"LANGUAGE_ID": "ru", "CLEAN": "0"}
    assert "access_token" not in event["auth"]
    assert event["auth"]["application_token"] == app["application_token"]
    refused = await box.raw("profile", token=token)
    assert (refused.status_code, refused.json()["error"]) == (401, "APPLICATION_NOT_FOUND")
    assert len(box.portal.table("placement")) == 0


async def test_an_employee_may_be_kept_out_of_the_application(box: Sandbox) -> None:
    app = await register(box, handler="http://desk.example/app")
    token = await tokens(box, app, user=2)
    await box.control("POST", f"apps/{app['id']}/access", {"denied": [2]})

    refused = await box.raw("profile", token=token)
    opened = await box.client.post(
        f"{box.base_url}/frames/open", json={"app": app["id"]}, headers={"X-Sandbox-User": "2"}
    )

    assert (refused.status_code, refused.json()["error"]) == (403, "user_access_error")
    assert opened.status_code == 403


async def test_a_frame_carries_the_tokens_of_who_opened_it(box: Sandbox) -> None:
    app = await register(box, handler="http://desk.example/app?a=1", install="http://desk.example/install")

    async def act(name: str) -> Any:
        body, who = {"app": app["id"]}, {"X-Sandbox-User": "1"}
        return (await box.client.post(f"{box.base_url}/frames/{name}", json=body, headers=who)).json()

    installing = await act("open")
    await act("install-finish")
    opened = await act("open")

    assert installing["action"].startswith("http://desk.example/install?DOMAIN=localhost")
    assert installing["init"]["INSTALL"] is True
    assert opened["action"].startswith("http://desk.example/app?a=1&DOMAIN=localhost")
    assert opened["init"]["INSTALL"] is False
    fields = opened["fields"]
    assert {"AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "member_id", "status", "PLACEMENT"} <= set(fields)
    assert fields["APPLICATION_TOKEN"] == app["application_token"]
    assert fields["SERVER_ENDPOINT"] == f"{box.oauth_url}/rest/"
    assert (await box.call("profile", token=fields["AUTH_ID"]))["ID"] == "1"


async def test_the_form_gives_keys_once_the_addresses_answer(box: Sandbox, handler: Handler) -> None:
    form = {"name": "Поддержка", "handler": "http://127.0.0.1:9/app", "scopes[0]": "crm", "scopes[1]": "im"}
    silent = await box.client.post(f"{box.base_url}/devops/app", json=form)
    local = await box.client.post(f"{box.base_url}/devops/app", json={**form, "handler": "http://localhost:9/"})
    saved = await box.client.post(f"{box.base_url}/devops/app", json={**form, "handler": f"{box.oauth_url}/"})

    assert (silent.status_code, silent.json()) == (422, {"error": "Адрес не отвечает: http://127.0.0.1:9/app"})
    assert local.status_code == 422
    assert saved.json()["client_id"].startswith("local.")
    assert box.portal.app_by_client(saved.json()["client_id"])["SCOPES"] == ["crm", "im"]  # type: ignore[index]  # it is there
    assert "Поддержка" in (await box.client.get(f"{box.base_url}/devops/")).text
