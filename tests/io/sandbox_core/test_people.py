"""Employees, departments, rights and the portal's own facts (methods.md C, H, I)."""

from typing import Any

import pytest
from tests.support.sandbox import Sandbox


async def hook(box: Sandbox, *scopes: str, user: int = 1) -> str:
    return str((await box.control("POST", "webhooks", {"user": user, "scopes": list(scopes)}))["url"])


async def by(box: Sandbox, url: str, method: str, **params: Any) -> dict[str, Any]:
    return dict((await box.client.post(f"{url}{method}", json=params)).json())


async def invite(box: Sandbox, **fields: Any) -> int:
    given = {"EMAIL": f"{fields.get('NAME', 'x')}@example.com", "UF_DEPARTMENT": [1], **fields}
    return int(await box.call("user.add", given))


async def test_a_user_is_printed_with_real_booleans_and_text_numbers(box: Sandbox) -> None:
    (user,) = await box.call("user.get", {"FILTER": {"ID": 1}})
    assert (user["ID"], user["ACTIVE"], user["IS_ONLINE"], user["USER_TYPE"]) == ("1", True, "N", "employee")
    assert user["UF_DEPARTMENT"] == [1]
    assert user["TIMESTAMP_X"] == {}
    assert "ADMIN" not in user


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"LAST_NAME": "Котова"}, ["2"]),
        ({"%LAST_NAME": "ОТО"}, ["2"]),
        ({"=%LAST_NAME": "К%"}, ["2"]),
        ({"@ID": [1, 2]}, ["1", "2"]),
        ({"!ID": 1}, ["2"]),
        ({">ID": 1}, ["2"]),
        ({"UF_DEPARTMENT": 1, "ACTIVE": True}, ["1", "2"]),
        ({"ACTIVE": "N"}, []),
        ({"NAME_SEARCH": "котова мар"}, ["2"]),
        ({"IS_ONLINE": "Y"}, []),
    ],
)
async def test_filters_of_the_user_list(box: Sandbox, given: dict[str, Any], found: list[str]) -> None:
    assert [row["ID"] for row in await box.call("user.get", {"FILTER": given})] == found


async def test_lists_are_sorted_and_come_in_pages_of_fifty(box: Sandbox) -> None:
    await box.control("POST", "faults", {"bucket_off": True})
    for number in range(60):
        await invite(box, NAME=f"n{number:02}")
    first = await box.body("user.get", {"sort": "ID", "order": "DESC"})
    last = await box.body("user.get", {"start": 50})
    assert (len(first["result"]), first["total"], first["next"]) == (50, 62, 50)
    assert first["result"][0]["ID"] == "62"
    assert (len(last["result"]), last["total"]) == (12, 62)
    assert "next" not in last


async def test_bots_and_guests_are_not_listed(box: Sandbox) -> None:
    fields = {"code": "modest", "properties": {"name": "Модест"}}
    await box.call("imbot.v2.Bot.register", {"fields": fields}, box.token())
    await box.control("POST", "users", {"name": "Гость", "email": "g@example.com", "user_type": "email"})
    assert len(await box.call("user.get")) == 2
    assert len(await box.call("user.get", {"FILTER": {"USER_TYPE": "email"}})) == 1


async def test_a_scope_shows_the_fields_it_may(box: Sandbox) -> None:
    brief = (await by(box, await hook(box, "user_brief"), "user.current"))["result"]
    basic = (await by(box, await hook(box, "user_basic"), "user.current"))["result"]
    full = await box.call("user.current")
    assert "EMAIL" not in brief
    assert "EMAIL" in basic
    assert not {"USER_TYPE", "LAST_LOGIN"} & (set(basic) | set(brief))
    assert {"USER_TYPE", "LAST_LOGIN", "EMAIL"} <= set(full)
    refused = await by(box, await hook(box, "crm"), "user.current")
    assert refused["error"] == "insufficient_scope"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"EMAIL": "nobody"}, "wrong_email"),
        ({"EMAIL": "Kotova@example.com", "UF_DEPARTMENT": [1]}, "A user with this email already exists"),
        ({"EMAIL": "new@example.com"}, "no_extranet_field"),
    ],
)
async def test_an_invitation_that_cannot_be(box: Sandbox, fields: dict[str, Any], text: str) -> None:
    refused = await box.body("user.add", fields)
    assert (refused["error"], refused["error_description"]) == ("ERROR_ARGUMENT", text)


async def test_dismissing_takes_effect_in_lists_and_in_calls(box: Sandbox) -> None:
    await box.call("user.update", {"ID": 2, "ACTIVE": "N"})
    assert await box.call("user.get", {"FILTER": {"ACTIVE": True, "ID": 2}}) == []
    assert (await box.body("profile", {}, box.token(2)))["error"] == "authorization_error"
    assert (await box.body("user.update", {"ID": 99}))["error_description"] == "access_denied"


async def test_who_may_what_is_told_of_oneself_only(box: Sandbox) -> None:
    assert await box.call("profile", token=box.token(2)) == {
        "ID": "2", "ADMIN": False, "NAME": "Мария", "LAST_NAME": "Котова", "PERSONAL_GENDER": "", "TIME_ZONE": "",
    }  # fmt: skip
    assert await box.call("user.admin") is True
    assert await box.call("user.admin", token=box.token(2)) is False
    for codes, has in ((["U2"], True), (["D1"], True), (["U1", "D7"], False)):
        assert await box.call("user.access", {"ACCESS": codes}, box.token(2)) is has
    named = await box.call("access.name", {"ACCESS": ["G2", "AU", "U2", "X9"]})
    assert set(named) == {"G2", "AU", "U2"}
    assert named["U2"]["name"] == "Мария Котова"


async def test_fields_of_the_company(box: Sandbox) -> None:
    number = await box.call("user.userfield.add", {"fields": {"FIELD_NAME": "badge", "USER_TYPE_ID": "string"}})
    await box.call("user.update", {"ID": 2, "UF_USR_BADGE": "A-17"})
    (row,) = await box.call("user.userfield.list", {"filter": {"FIELD_NAME": "UF_USR_BADGE"}})
    assert (row["ID"], row["SORT"], row["SETTINGS"]["ROWS"]) == (str(number), "100", 1)
    assert (await box.call("user.get", {"FILTER": {"UF_USR_BADGE": "A-17"}}))[0]["ID"] == "2"
    await box.call("user.userfield.delete", {"id": number})
    assert "UF_USR_BADGE" not in (await box.call("user.get", {"ID": 2}))[0]


async def test_departments_make_a_tree(box: Sandbox) -> None:
    line = await box.call("department.add", {"NAME": "1-я линия", "PARENT": 1, "UF_HEAD": 2})
    below = await box.call("department.add", {"NAME": "Смена", "PARENT": line})
    await box.call("user.update", {"ID": 2, "UF_DEPARTMENT": [line]})
    root, made = (await box.call("department.get", {"sort": "ID"}))[:2]
    assert "PARENT" not in root
    assert made == {"ID": str(line), "NAME": "1-я линия", "SORT": 500, "PARENT": "1", "UF_HEAD": "2"}
    assert [row["ID"] for row in await box.call("department.get", {"PARENT": line})] == [str(below)]
    for fields in ({"PARENT": 1}, {"NAME": "Вторая вершина"}):
        assert (await box.body("department.add", fields))["error"] == "ERROR_CORE"

    assert await box.call("department.delete", {"ID": line}) is True

    assert (await box.call("department.get", {"ID": below}))[0]["PARENT"] == "1"
    assert (await box.call("user.get", {"ID": 2}))[0]["UF_DEPARTMENT"] == [1]


async def test_working_time_as_administrators_set_it(box: Sandbox) -> None:
    await box.control("POST", "calendar", {"work_time_end": "23.59", "week_holidays": ["SU"]})
    told = await box.call("calendar.settings.get")
    assert (told["work_time_start"], told["work_time_end"], told["week_holidays"]) == ("9", "23.59", ["SU"])
    assert "1.01" in told["year_holidays"].split(",")


async def test_options_of_an_application_and_of_a_person(box: Sandbox) -> None:
    assert await box.call("app.option.get", token=box.token()) == []
    assert await box.call("app.option.set", {"options": {"a": "1", "b": [2]}}, box.token()) is True
    await box.call("app.option.set", {"options": {"a": "3"}}, box.token())
    assert await box.call("app.option.get", token=box.token(2)) == {"a": "3", "b": [2]}
    assert await box.call("app.option.get", {"option": "a"}, box.token()) == "3"
    assert await box.call("app.option.get", {"option": "z"}, box.token()) is None
    assert (await box.body("app.option.set", {"options": {"a": 1}}, box.token(2)))["error"] == "AccessException"
    assert (await box.body("app.option.set", {}, box.token()))["error"] == "ArgumentNullException"
    denied = await box.raw("app.option.get")
    assert (denied.status_code, denied.json()["error"]) == (403, "ACCESS_DENIED")
    await box.call("user.option.set", {"options": {"view": "list"}}, box.token(2))
    assert await box.call("user.option.get", token=box.token()) == []
    assert await box.call("user.option.get", token=box.token(2)) == {"view": "list"}


async def test_probes_of_features_and_methods(box: Sandbox) -> None:
    crm = await hook(box, "crm")
    assert await box.call("method.get", {"name": "crm.deal.list"}) == {"isExisting": True, "isAvailable": True}
    assert await box.call("method.get", {"name": "no.such"}) == {"isExisting": False, "isAvailable": False}
    assert (await by(box, crm, "method.get", name="user.get"))["result"] == {"isExisting": True, "isAvailable": False}
    assert (await by(box, crm, "scope"))["result"] == ["crm"]
    assert {"crm", "user"} <= set((await by(box, crm, "scope", full=True))["result"])
    assert "user.get" not in (await by(box, crm, "methods"))["result"]
    assert (await box.body("feature.get"))["error"] == "CODE_EMPTY"
    assert await box.call("feature.get", {"CODE": "rest_auth_connector"}) == {"value": "Y"}


async def test_a_method_that_waits_for_an_administrator(box: Sandbox) -> None:
    waiting = await box.raw("voximplant.user.get", {"USER_ID": 1}, box.token())
    assert (waiting.status_code, waiting.json()["error"]) == (401, "METHOD_CONFIRM_WAITING")
    assert await box.control("POST", "confirmations", {"allow": True}) == {"decided": 1}
    assert len(await box.call("voximplant.user.get", {"USER_ID": 1}, box.token())) == 1
    await box.raw("voximplant.user.get", {"USER_ID": 1}, box.token(2))
    await box.control("POST", "confirmations", {"allow": False})
    denied = await box.raw("voximplant.user.get", {"USER_ID": 1}, box.token(2))
    assert (denied.status_code, denied.json()["error"]) == (403, "METHOD_CONFIRM_DENIED")
