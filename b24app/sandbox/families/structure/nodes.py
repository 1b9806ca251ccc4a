"""humanresources.node.*: departments as nodes."""

from typing import Any

from b24app.sandbox.families.kit.dto import denied, described, one_described, paged
from b24app.sandbox.families.structure.model import (
    DEPARTMENT,
    NODE,
    ROLES,
    SCOPE,
    TEAM,
    members,
    node_of,
    number,
    printed,
    put,
    refused,
    take,
    wanted,
)
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org.people import add_department
from b24app.sandbox.org.users import departments

COLOURS = frozenset({"blue", "green", "cyan", "orange", "purple", "pink"})
MOST = 200


def _kind(call: Call) -> str:
    kind = call.get("type")
    if kind is None:
        raise refused("type", "Required field `type` is not specified")
    if kind not in {DEPARTMENT, TEAM}:
        raise refused("type", f"Invalid value `{kind}` of the structure element type")
    return str(kind)


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise denied()


@method("humanresources.node.list", scope=SCOPE, v3=True)
def listing(call: Call) -> Any:
    names = wanted(call, NODE)
    rows = list(call.portal.table("department")) if _kind(call) == DEPARTMENT else []
    return {"items": [printed(call.portal, row, names) for row in paged(call, rows, MOST)]}


@method("humanresources.node.get", scope=SCOPE, v3=True)
def get(call: Call) -> Any:
    names = wanted(call, NODE)
    return {"item": printed(call.portal, node_of(call), names)}


@method("humanresources.node.children", scope=SCOPE, v3=True)
def children(call: Call) -> Any:
    names, node = wanted(call, NODE), node_of(call)
    return {
        "items": [printed(call.portal, row, names) for row in call.portal.table("department").where(PARENT=node["ID"])]
    }


@method("humanresources.node.search", scope=SCOPE, v3=True)
def search(call: Call) -> Any:
    kind, text = _kind(call), call.get("name")
    if not text:
        raise refused("name", "Required field `name` is not specified")
    rows = list(call.portal.table("department")) if kind == DEPARTMENT else []
    found = [row for row in rows if str(text).casefold() in row["NAME"].casefold()]
    if call.get("parentId") is not None:
        found = [row for row in found if row.get("PARENT") == number(call, "parentId")]
    return {"items": [printed(call.portal, row) for row in paged(call, found, MOST)]}


@method("humanresources.node.count", scope=SCOPE, v3=True)
def count(call: Call) -> Any:
    return {"departments": len(call.portal.table("department")), "teams": 0}


@method("humanresources.node.add", scope=SCOPE, v3=True)
def add(call: Call) -> Any:
    _admin(call)
    if _kind(call) == TEAM:
        call.portal.tell("humanresources.node.add: the sandbox keeps no teams")
        raise denied()
    if not call.get("name"):
        raise refused("name", "Required field `name` is not specified")
    parent = node_of(call, "parentId")
    made = add_department(call.portal, str(call.get("name")), parent["ID"])
    about = {"DESCRIPTION": str(call.get("description") or ""), "COLOR": _colour(call), "CREATED_AT": call.portal.iso()}
    made = call.portal.table("department").update(made["ID"], **about)
    _fill(call, made, move=bool(call.get("moveUsersToNode")))
    return {**printed(call.portal, made), "members": members(call.portal, made)}


def _colour(call: Call) -> str | None:
    colour = call.get("colorName")
    if colour is not None and colour not in COLOURS:
        raise refused("colorName", f"Invalid color `{colour}`")
    return str(colour) if colour is not None else None


def _fill(call: Call, node: Row, *, move: bool) -> None:
    for as_role, users in as_map(call.get("userIds")).items():
        for user in (to_int(one) for one in as_list(users)):
            if as_role in ROLES:
                _leave_all(call.portal, user, move=move)
                put(call.portal, node, user, as_role)


def _leave_all(portal: Portal, user: int, *, move: bool) -> None:
    row = portal.users.get(user)
    if row and move:
        portal.users.update(user, UF_DEPARTMENT=[])


@method("humanresources.node.edit", scope=SCOPE, v3=True)
def edit(call: Call) -> Any:
    _admin(call)
    node = node_of(call)
    given = {"NAME": call.get("name"), "DESCRIPTION": call.get("description"), "COLOR": _colour(call)}
    changes = {name: value for name, value in given.items() if value is not None}
    return printed(
        call.portal, call.portal.table("department").update(node["ID"], **changes, UPDATED_AT=call.portal.iso())
    )


@method("humanresources.node.move", scope=SCOPE, v3=True)
def move(call: Call) -> Any:
    """Under another department, never under itself."""
    _admin(call)
    node, parent = node_of(call), node_of(call, "parentId")
    above: Row | None = parent
    while above is not None:
        if above["ID"] == node["ID"]:
            raise denied()
        above = call.portal.table("department").get(above.get("PARENT"))
    changed = call.portal.table("department").update(node["ID"], PARENT=parent["ID"], UPDATED_AT=call.portal.iso())
    return printed(call.portal, changed)


# --- who works there


def _users(call: Call) -> list[int]:
    users = [to_int(one) for one in call.rows("userIds")] if isinstance(call.get("userIds"), list) else []
    if not users:
        raise refused("userIds", 'Parameter "userIds" is required and must be a non-empty array.')
    return users


def _role(call: Call, default: str = "") -> str:
    wanted = str(call.get("role") or default)
    if not wanted:
        raise refused("role", 'Parameter "role" is required.')
    if wanted not in ROLES:
        raise refused("role", f"Invalid role `{wanted}`. Allowed: `{', '.join(ROLES)}`.")
    return wanted


@method("humanresources.node.member.add", scope=SCOPE, v3=True)
def member_add(call: Call) -> Any:
    _admin(call)
    node, users, wanted = node_of(call, "nodeId"), _users(call), _role(call)
    for user in users:
        put(call.portal, node, user, wanted)
    return {"success": True}


@method("humanresources.node.member.move", scope=SCOPE, v3=True)
def member_move(call: Call) -> Any:
    _admin(call)
    node, users, wanted = node_of(call, "nodeId"), _users(call), _role(call, ROLES[-1])
    for user in users:
        _leave_all(call.portal, user, move=True)
        put(call.portal, node, user, wanted)
    return {"success": True}


@method("humanresources.node.member.remove", scope=SCOPE, v3=True)
def member_remove(call: Call) -> Any:
    _admin(call)
    node, removed, failed = node_of(call, "nodeId"), [], []
    for user in _users(call):
        if take(call.portal, node, user):
            removed.append(user)
        else:
            failed.append({"userId": user, "reason": "Not found in this node"})
    return {"removed": removed, "failed": failed}


@method("humanresources.node.member.set", scope=SCOPE, v3=True)
def member_set(call: Call) -> Any:
    """The whole composition: who is not named leaves."""
    _admin(call)
    node, given = node_of(call, "nodeId"), as_map(call.get("userIds"))
    wrong = [name for name in given if name not in ROLES]
    if wrong or not given:
        text = f"Invalid roles: `{', '.join(wrong)}`. Allowed: `{', '.join(ROLES)}`."
        raise refused("userIds", text if wrong else 'Parameter "userIds" is required and must be a non-empty array.')
    named = {to_int(one) for users in given.values() for one in as_list(users)}
    for user in call.portal.users.where(lambda user: node["ID"] in departments(user)):
        if user["ID"] not in named:
            take(call.portal, node, user["ID"])
    _fill(call, node, move=False)
    return {"success": True}


@method("humanresources.node.field.list", scope=SCOPE, v3=True)
def fields(call: Call) -> Any:
    return {"items": described(call, NODE)}


@method("humanresources.node.field.get", scope=SCOPE, v3=True)
def field(call: Call) -> Any:
    return {"item": one_described(call, NODE)}
