"""Working groups, from the answers of `api-reference/sonet-group/**.md`."""

from typing import Any

from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox

MARIA = 2


async def refused(box: Sandbox, method: str, params: dict[str, Any], token: str = "") -> tuple[int, str, str]:
    answer = await box.raw(method, params, token)
    return answer.status_code, answer.json()["error"], answer.json()["error_description"]


async def test_a_group_has_an_owner_and_counts_its_members(box: Sandbox) -> None:
    number = await box.call("sonet_group.create", {"NAME": "Внедрение", "VISIBLE": "N"})
    assert await box.call("sonet_group.user.add", {"GROUP_ID": number, "USER_ID": [MARIA, 99]}) == ["2"]
    (row,) = await box.call("sonet_group.get", {"FILTER": {"ID": number}})
    assert (row["ID"], row["NAME"], row["OWNER_ID"], row["NUMBER_OF_MEMBERS"], row["PROJECT"]) == (
        "1", "Внедрение", "1", "2", "N",
    )  # fmt: skip
    roles = await box.call("sonet_group.user.get", {"ID": number})
    assert roles == [{"USER_ID": "1", "ROLE": "A"}, {"USER_ID": "2", "ROLE": "K"}]
    hers = await box.call("sonet_group.user.groups", {}, token=box.token(MARIA))
    assert [(one["GROUP_ID"], one["ROLE"]) for one in hers] == [("1", "K")]


async def test_refusals_have_words_and_no_code(box: Sandbox) -> None:
    assert await refused(box, "sonet_group.user.get", {"ID": 9}) == (400, "", "Socialnetwork group not found")
    assert await refused(box, "sonet_group.update", {"NAME": "x"}) == (400, "", "Wrong group ID")
    number = await box.call("sonet_group.create", {"NAME": "Внедрение"})
    hers = box.token(MARIA)
    assert await refused(box, "sonet_group.delete", {"GROUP_ID": number}, hers) == (
        400, "", "User has no permissions to delete group",
    )  # fmt: skip
    wrong = {"GROUP_ID": number, "FEATURE": "tasks", "OPERATION": "fly"}
    assert await refused(box, "sonet_group.feature.access", wrong) == (400, "", "Wrong operation")


async def test_a_hidden_group_is_seen_from_inside_only(box: Sandbox) -> None:
    number = await box.call("sonet_group.create", {"NAME": "Тайная", "VISIBLE": "N"})
    assert await box.call("sonet_group.get", {}, token=box.token(MARIA)) == []
    await box.call("sonet_group.user.add", {"GROUP_ID": number, "USER_ID": MARIA})
    assert len(await box.call("sonet_group.get", {}, token=box.token(MARIA))) == 1


async def test_people_are_invited_ask_and_change_roles(box: Sandbox) -> None:
    number = await box.call("sonet_group.create", {"NAME": "Внедрение"})
    where = {"GROUP_ID": number, "USER_ID": MARIA}
    assert await box.call("sonet_group.user.invite", where) == ["2"]
    assert len(await box.call("sonet_group.user.get", {"ID": number})) == 1
    assert await box.call("sonet_group.user.add", where) == ["2"]
    assert await box.call("sonet_group.user.update", {**where, "ROLE": "E"}) == ["2"]
    access = {"GROUP_ID": number, "FEATURE": "tasks", "OPERATION": "delete_tasks"}
    assert await box.call("sonet_group.feature.access", access, token=box.token(MARIA)) is True
    assert await box.call("sonet_group.setowner", where) is True
    assert await box.call("sonet_group.user.delete", where) == []
    assert await box.call("sonet_group.user.delete", {**where, "USER_ID": 1}) == ["1"]


async def test_a_group_tells_of_its_life(box: Sandbox, handler: Handler) -> None:
    for act in ("ADD", "UPDATE", "DELETE"):
        await box.call("event.bind", {"event": f"ONSONETGROUP{act}", "handler": handler.url}, token=box.token())
    number = await box.call("sonet_group.create", {"NAME": "Внедрение"})
    await box.delivered()
    assert await box.call("sonet_group.update", {"GROUP_ID": number, "NAME": "Внедрение"}) == number
    assert await box.call("sonet_group.update", {"GROUP_ID": number, "NAME": "Поддержка"}) == number
    await box.delivered()
    await box.call("sonet_group.delete", {"GROUP_ID": number})
    posts = await handler.wait(3)
    assert [(post["event"], post["data"]) for post in posts] == [
        (f"ONSONETGROUP{act}", {"FIELDS": {"ID": "1"}}) for act in ("ADD", "UPDATE", "DELETE")
    ]


async def test_the_newer_methods_answer_with_numbers_and_camel_case(box: Sandbox) -> None:
    number = await box.call("sonet_group.create", {"NAME": "Внедрение", "KEYWORDS": "сеть, почта"})
    full = await box.call("socialnetwork.api.workgroup.get", {"params": {"groupId": number}})
    assert (full["ID"], full["TYPE"], full["MEMBERS"], full["TAGS"]) == (1, "group", [1], ["почта", "сеть"])
    assert full["DATE_CREATE"] == "25.11.2026 12:00:00"
    rows = await box.call("socialnetwork.api.workgroup.list", {"filter": {"%NAME": "внед"}, "select": ["NAME"]})
    assert rows == {"workgroups": [{"id": "1", "name": "Внедрение"}]}
    assert (await refused(box, "socialnetwork.api.workgroup.get", {}))[1] == "SONET_CONTROLLER_WORKGROUP_EMPTY"


async def test_a_group_has_a_storage_and_a_kanban_of_its_own(box: Sandbox) -> None:
    number = await box.call("sonet_group.create", {"NAME": "Внедрение"})
    (storage,) = await box.call("disk.storage.getlist", {"filter": {"ENTITY_TYPE": "group"}})
    assert (storage["NAME"], storage["ENTITY_ID"]) == ("Внедрение", "1")
    stages = await box.call("task.stages.get", {"entityId": number})
    assert [row["SYSTEM_TYPE"] for row in stages.values()] == ["NEW", "WORK", "FINISH"]
