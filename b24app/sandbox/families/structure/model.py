"""Nodes and their members over the tables of departments and employees."""

from collections.abc import Iterable
from typing import Any

from b24app.sandbox.families.kit.dto import Dto, Prop, dto, selected
from b24app.sandbox.kernel.errors import V3Error
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org.users import departments

SCOPE = "humanresources"
DEPARTMENT, TEAM = "DEPARTMENT", "TEAM"
HEAD, DEPUTY, EMPLOYEE = "MEMBER_HEAD", "MEMBER_DEPUTY_HEAD", "MEMBER_EMPLOYEE"
ROLES = (HEAD, DEPUTY, EMPLOYEE)
FIELDS = ("id", "name", "type", "structureId", "parentId", "description", "accessCode", "userCount", "colorName", "xmlId",
          "createdAt", "updatedAt")  # fmt: skip
NUMBERS = frozenset({"id", "structureId", "parentId", "userCount"})
NODE = dto(
    "NodeDto",
    [*(Prop(name, "int" if name in NUMBERS else "string") for name in FIELDS), Prop("members", "array")],
    FIELDS,
)
PERSON = ("userId", "name", "workPosition", "avatar", "url", "departments", "teams")
EMPLOYEE_DTO = dto("EmployeeDto", [Prop(name, "int" if name == "userId" else "string") for name in PERSON], PERSON)


def number(call: Call, name: str) -> int:
    """A whole number that must be there and be a number."""
    value = call.params.get(name)
    if value is None:
        raise refused(name, f"Required field `{name}` is not specified")
    if isinstance(value, bool) or not isinstance(value, int):
        raise refused(name, f"Field `{name}` requires data type `int` for this request")
    return value


def refused(field: str, message: str) -> V3Error:
    """The request is wrong in one field."""
    about = [{"field": field, "message": message}]
    text = "Error during request object validation"
    return V3Error("VALIDATION_REQUESTVALIDATIONEXCEPTION", text, validation=about)


def wanted(call: Call, thing: Dto) -> list[str]:
    """`select`; here, unlike for tasks, an unknown field is refused."""
    for name in call.rows("select"):
        if isinstance(name, str) and name not in thing.props:
            raise thing.unknown(name)
    return selected(call, thing)


def node_of(call: Call, name: str = "id") -> Row:
    """The department a call names."""
    wanted = number(call, name)
    row = call.portal.table("department").get(wanted)
    if row is None:
        raise V3Error("ENTITYNOTFOUNDEXCEPTION", f"Record with ID = `{wanted}` not found")
    return row


def people_of(portal: Portal, node: Row) -> list[Row]:
    """Active employees of a department, its head first."""
    staff = portal.users.where(lambda user: user["ACTIVE"] and user.get("USER_TYPE") in {"employee", "", None})
    inside = [user for user in staff if node["ID"] in departments(user) or user["ID"] == node.get("UF_HEAD")]
    return sorted(inside, key=lambda user: (ROLES.index(role(node, user["ID"])), user["ID"]))


def role(node: Row, user: int) -> str:
    """What somebody is in a department."""
    if user == node.get("UF_HEAD"):
        return HEAD
    return DEPUTY if user in node.get("DEPUTIES", []) else EMPLOYEE


def full_name(user: Row) -> str:
    """Name and surname."""
    return f"{user.get('NAME', '')} {user.get('LAST_NAME', '')}".strip()


def printed(portal: Portal, node: Row, names: Iterable[str] = FIELDS) -> Row:
    """A node with the wanted fields."""
    made = node.get("CREATED_AT") or portal.setting("created_at")
    values: dict[str, Any] = {
        "id": node["ID"], "name": node["NAME"], "type": DEPARTMENT, "structureId": 1, "parentId": node.get("PARENT"),
        "description": node.get("DESCRIPTION") or "", "accessCode": f"DR{node['ID']}", "colorName": node.get("COLOR"),
        "userCount": len(people_of(portal, node)), "xmlId": None, "createdAt": made,
        "updatedAt": node.get("UPDATED_AT") or made,
    }  # fmt: skip
    return {name: members(portal, node) if name == "members" else values[name] for name in names}


def members(portal: Portal, node: Row) -> list[Row]:
    """Who works in a department and as what."""
    return [
        {
            "userId": user["ID"], "name": full_name(user), "workPosition": user.get("WORK_POSITION") or "",
            "role": role(node, user["ID"]), "avatar": user.get("PERSONAL_PHOTO") or None,
            "url": f"/company/personal/user/{user['ID']}/",
        }
        for user in people_of(portal, node)
    ]  # fmt: skip


# --- changes


def put(portal: Portal, node: Row, user: int, as_role: str) -> None:
    """Add somebody to a department in a role; a department has one head."""
    row = portal.users.get(user)
    if row is None:
        return
    portal.users.update(user, UF_DEPARTMENT=list(dict.fromkeys([*departments(row), node["ID"]])))
    deputies = [one for one in node.get("DEPUTIES", []) if one != user]
    head = 0 if node.get("UF_HEAD") == user else to_int(node.get("UF_HEAD"))
    if as_role == DEPUTY:
        deputies.append(user)
    table = portal.table("department")
    table.update(node["ID"], DEPUTIES=deputies, UF_HEAD=user if as_role == HEAD else head, UPDATED_AT=portal.iso())


def take(portal: Portal, node: Row, user: int) -> bool:
    """Take somebody out of a department; who has no other goes to the root."""
    row = portal.users.get(user)
    if row is None or node["ID"] not in departments(row):
        return False
    left = [one for one in departments(row) if one != node["ID"]]
    portal.users.update(user, UF_DEPARTMENT=left or [next(iter(portal.table("department")))["ID"]])
    if node.get("UF_HEAD") == user:
        portal.table("department").update(node["ID"], UF_HEAD=0)
    return True
