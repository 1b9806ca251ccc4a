"""im.user.*, im.department.*, im.search.user.list, im.revision.get.

Source: `api-reference/chats/users/*.md`, `chats/departments/*.md`, `chats/search/*.md`.
"""

from datetime import timedelta
from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import people
from b24app.sandbox.messenger.fields import numbers

STATUSES = frozenset({"online", "dnd", "away", "break"})


@method("im.user.get", scope="im")
def user_get(call: Call) -> Any:
    number = call.int("ID") if call.params.has("ID") else call.user_id
    if number <= 0:
        raise RestError("ID_EMPTY", "User ID can't be empty")
    if number not in call.portal.users:
        raise RestError("USER_NOT_EXISTS", "User does not exist")
    return people.im(call.portal, number)


@method("im.user.list.get", scope="im")
def user_list(call: Call) -> Any:
    found = [people.im(call.portal, one) for one in _ids(call) if one in call.portal.users]
    if str(call.get("RESULT_TYPE") or "").lower() == "array":
        return found
    return {str(one["id"]): one for one in found}


@method("im.user.status.get", scope="im")
def status_get(call: Call) -> Any:
    return (call.portal.users.get(call.user_id) or {}).get("STATUS") or "online"


@method("im.user.status.set", scope="im")
def status_set(call: Call) -> Any:
    status = str(call.get("STATUS") or "")
    if status not in STATUSES:
        raise RestError("STATUS_ERROR", "Status is not available")
    call.portal.users.update(call.user_id, STATUS=status)
    return True


@method("im.user.status.idle.start", scope="im")
def idle_start(call: Call) -> Any:
    """`AGO` minutes ago the person left the computer."""
    since = call.portal.now() - timedelta(minutes=call.int("AGO", default=10))
    call.portal.users.update(call.user_id, IDLE=call.portal.iso(since))
    return True


@method("im.user.status.idle.end", scope="im")
def idle_end(call: Call) -> Any:
    call.portal.users.update(call.user_id, IDLE=False)
    return True


@method("im.revision.get", scope="im")
def revision(_: Call) -> Any:
    return {"rest": 36, "web": 130, "mobile": 23, "desktop": 6}


@method("im.department.get", scope="im")
def department_get(call: Call) -> Any:
    rows = [row for one in _ids(call) if (row := call.portal.table("department").get(one)) is not None]
    return [department(call, row) for row in rows]


def department(call: Call, row: Row) -> dict[str, Any]:
    head = to_int(row.get("UF_HEAD"))
    shape = {
        "id": row["ID"], "name": row["NAME"], "full_name": _path(call.portal, row), "manager_user_id": head,
    }  # fmt: skip
    return {**shape, "manager_user_data": people.im(call.portal, head)} if _with_data(call) and head else shape


def _path(portal: Portal, row: Row) -> str:
    names, seen = [str(row["NAME"])], {row["ID"]}
    parent = portal.table("department").get(to_int(row.get("PARENT")) or None)
    while parent is not None and parent["ID"] not in seen:
        names.append(str(parent["NAME"]))
        seen.add(parent["ID"])
        parent = portal.table("department").get(to_int(parent.get("PARENT")) or None)
    return " / ".join(names)


@method("im.department.employees.get", scope="im")
def employees(call: Call) -> Any:
    return {str(one): _shown(call, _members(call.portal, one)) for one in _ids(call)}


@method("im.department.managers.get", scope="im")
def managers(call: Call) -> Any:
    found = {}
    for one in _ids(call):
        row = call.portal.table("department").get(one)
        head = to_int(row.get("UF_HEAD")) if row else 0
        found[str(one)] = _shown(call, [head] if head else [])
    return found


@method("im.department.colleagues.list", scope="im")
def colleagues(call: Call) -> Any:
    own = people.departments(call.portal.users.get(call.user_id) or {})
    found = [one for department in own for one in _members(call.portal, department) if one != call.user_id]
    page = _page(call, list(dict.fromkeys(found)))
    page.result = _shown(call, [to_int(one) for one in page.result])
    return page


@method("im.search.user.list", scope="im")
def search(call: Call) -> Any:
    words = str(call.get("FIND") or "").lower().split()
    if not words:
        raise RestError("FIND_SHORT", "Too short a search phrase")
    found = [row["ID"] for row in call.portal.users if row.get("ACTIVE") and _matches(call.portal, row, words)]
    return _page(call, found)


def _matches(portal: Portal, row: Row, words: list[str]) -> bool:
    text = f"{people.full_name(portal, row['ID'])} {row.get('WORK_POSITION') or ''}".lower()
    return all(word in text for word in words)


def _page(call: Call, found: list[int]) -> Answer:
    offset, limit = call.int("OFFSET"), call.int("LIMIT") or 10
    page = found[offset : offset + limit]
    following = offset + limit if len(found) > offset + limit else None
    return Answer({str(one): people.im(call.portal, one) for one in page}, len(found), following)


def _members(portal: Portal, department: int) -> list[int]:
    return [
        row["ID"]
        for row in portal.users
        if row.get("ACTIVE") and row.get("USER_TYPE") != "bot" and department in people.departments(row)
    ]


def _shown(call: Call, users: list[int]) -> list[Any]:
    return [people.im(call.portal, one) for one in users] if _with_data(call) else list(users)


def _with_data(call: Call) -> bool:
    return str(call.get("USER_DATA") or "N").upper() == "Y"


def _ids(call: Call) -> list[int]:
    found = numbers(call.get("ID"))
    if not found:
        raise RestError("INVALID_FORMAT", "A wrong format for the ID field is passed")
    return found
