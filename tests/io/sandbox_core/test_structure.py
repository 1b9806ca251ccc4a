"""The company structure of REST 3.0 over the same departments (methods.md C.2)."""

from typing import Any

from tests.support.sandbox import Sandbox


async def ask(box: Sandbox, method: str, user: int = 1, **params: Any) -> dict[str, Any]:
    answer = await box.client.post(f"{box.base_url}/rest/api/{method}", json={**params, "auth": box.token(user)})
    return dict(answer.json())


async def node(box: Sandbox, method: str, **params: Any) -> dict[str, Any]:
    body = await ask(box, f"humanresources.node.{method}", **params)
    return dict(body.get("result") or body)


async def test_a_node_is_a_department(box: Sandbox) -> None:
    made = await node(
        box, "add", type="DEPARTMENT", name="Поддержка", parentId=1, userIds={"MEMBER_HEAD": [2]}, moveUsersToNode=True
    )
    (department,) = await box.call("department.get", {"NAME": "Поддержка"})

    assert (department["ID"], department["UF_HEAD"]) == (str(made["id"]), "2")
    assert (made["accessCode"], made["userCount"], made["parentId"]) == (f"DR{made['id']}", 1, 1)
    assert [(one["userId"], one["role"]) for one in made["members"]] == [(2, "MEMBER_HEAD")]
    assert (await box.call("user.get", {"ID": 2}))[0]["UF_DEPARTMENT"] == [made["id"]]
    listed = await node(box, "list", type="DEPARTMENT", select=["id", "name"])
    assert listed["items"] == [{"id": 1, "name": "Компания"}, {"id": made["id"], "name": "Поддержка"}]
    assert (await node(box, "list", type="TEAM"))["items"] == []
    assert (await node(box, "children", id=1, select=["id"]))["items"] == [{"id": made["id"]}]
    assert (await node(box, "search", type="DEPARTMENT", name="поддер"))["items"][0]["id"] == made["id"]


async def test_people_come_go_and_change_roles(box: Sandbox) -> None:
    line = int(await box.call("department.add", {"NAME": "1-я линия", "PARENT": 1}))
    assert await node(box, "member.add", nodeId=line, userIds=[2], role="MEMBER_DEPUTY_HEAD") == {"success": True}
    assert (await node(box, "get", id=line, select=["members"]))["item"]["members"][0]["role"] == "MEMBER_DEPUTY_HEAD"
    assert (await ask(box, "humanresources.employee.multidepartment"))["result"]["total"] == 1
    await node(box, "member.set", nodeId=line, userIds={"MEMBER_HEAD": [1]})
    assert (await box.call("department.get", {"ID": line}))[0]["UF_HEAD"] == "1"
    removed = await node(box, "member.remove", nodeId=line, userIds=[1, 2])
    assert removed == {"removed": [1], "failed": [{"userId": 2, "reason": "Not found in this node"}]}
    found = await ask(box, "humanresources.employee.search", name="котова", select=["userId"])
    assert found["result"]["items"] == [{"userId": 2}]


async def test_refusals_name_the_field(box: Sandbox) -> None:
    missing = await node(box, "list")
    assert missing["error"]["validation"] == [{"field": "type", "message": "Required field `type` is not specified"}]
    assert (await node(box, "get", id=99))["error"]["code"].endswith("ENTITYNOTFOUNDEXCEPTION")
    unknown = await node(box, "get", id=1, select=["moon"])
    assert unknown["error"]["message"] == "Unknown field `moon` for entity `NodeDto`"
    denied = await ask(box, "humanresources.node.edit", user=2, id=1, name="Моя")
    assert denied["error"]["code"].endswith("ACCESSDENIEDEXCEPTION")
    below = int(await box.call("department.add", {"NAME": "Ниже", "PARENT": 1}))
    assert (await node(box, "move", id=1, parentId=below))["error"]["code"].endswith("ACCESSDENIEDEXCEPTION")
