"""humanresources.employee.*: people of the structure."""

from typing import Any

from b24app.sandbox.families.kit.dto import described, one_described
from b24app.sandbox.families.structure.model import (
    EMPLOYEE_DTO,
    SCOPE,
    full_name,
    node_of,
    number,
    people_of,
    refused,
    wanted,
)
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org.users import departments


def _staff(portal: Portal) -> list[Row]:
    return portal.users.where(lambda user: user["ACTIVE"] and user.get("USER_TYPE") in {"employee", "", None})


def _places(portal: Portal, user: Row) -> list[Row]:
    rows = [portal.table("department").get(one) for one in departments(user)]
    return [{"id": row["ID"], "name": row["NAME"]} for row in rows if row]


@method("humanresources.employee.count", scope=SCOPE, v3=True)
def count(call: Call) -> Any:
    return {"total": len(_staff(call.portal))}


@method("humanresources.employee.multidepartment", scope=SCOPE, v3=True)
def multidepartment(call: Call) -> Any:
    """Who works in several departments."""
    several = [user for user in _staff(call.portal) if len(departments(user)) > 1]
    shown = [
        {"userId": user["ID"], "name": full_name(user), "workPosition": user.get("WORK_POSITION") or "",
         "departments": _places(call.portal, user)}
        for user in several
    ]  # fmt: skip
    return {"employees": shown, "total": len(shown)}


@method("humanresources.employee.search", "humanresourses.employee.search", scope=SCOPE, v3=True)
def search(call: Call) -> Any:
    names, text = wanted(call, EMPLOYEE_DTO), str(call.get("name") or "").casefold()
    if not text:
        raise refused("name", 'Parameter "name" is required.')
    staff = people_of(call.portal, node_of(call, "nodeId")) if call.get("nodeId") is not None else _staff(call.portal)
    found = [user for user in staff if text in f"{full_name(user)} {user.get('WORK_POSITION', '')}".casefold()]
    return {
        "items": [{name: value for name, value in _shown(call.portal, user).items() if name in names} for user in found]
    }


def _shown(portal: Portal, user: Row) -> Row:
    return {
        "userId": user["ID"], "name": full_name(user), "workPosition": user.get("WORK_POSITION") or "",
        "avatar": user.get("PERSONAL_PHOTO") or None, "url": f"/company/personal/user/{user['ID']}/",
        "departments": _places(portal, user), "teams": [],
    }  # fmt: skip


@method("humanresources.employee.subordinates", scope=SCOPE, v3=True)
def subordinates(call: Call) -> Any:
    """Departments this person heads, with how many people work in each and below it."""
    wanted = number(call, "id")
    if wanted <= 0:
        raise refused("id", 'Parameter "id" is required and must be a positive integer')
    headed = call.portal.table("department").where(UF_HEAD=wanted)
    shown = [
        {"nodeId": row["ID"], "name": row["NAME"], "role": "HEAD",
         "subordinatesCount": len(_below(call.portal, row) - {wanted})}
        for row in headed
    ]  # fmt: skip
    return {"userId": wanted, "departments": shown}


def _below(portal: Portal, node: Row) -> set[int]:
    found = {user["ID"] for user in people_of(portal, node)}
    for lower in portal.table("department").where(PARENT=node["ID"]):
        found |= _below(portal, lower)
    return found


@method("humanresources.employee.field.list", scope=SCOPE, v3=True)
def fields(call: Call) -> Any:
    return {"items": described(call, EMPLOYEE_DTO)}


@method("humanresources.employee.field.get", scope=SCOPE, v3=True)
def field(call: Call) -> Any:
    return {"item": one_described(call, EMPLOYEE_DTO)}
