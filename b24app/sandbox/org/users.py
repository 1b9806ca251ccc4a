"""user.* and profile: employees as applications see them.

Source: `api-reference/user/*`, `api-reference/common/users/*`; methods.md C.1. Bots, mail users and guests of open
lines are never listed; there is no administrator flag but in `profile` and `user.admin` of the caller's own user.
"""

import re
from collections.abc import Mapping
from typing import Any

from b24app.sandbox.kernel import moments, query
from b24app.sandbox.kernel.errors import RestError, core_error
from b24app.sandbox.kernel.php import Obj
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org.people import add_user
from b24app.sandbox.org.user_fields import DATES, LABELS, OWN, READ_ONLY, visible

ANY_SCOPE = "user|user_basic|user_brief"
LISTED = ("employee", "extranet")
DERIVED = frozenset({"UF_DEPARTMENT_NAME", "USER_TYPE", "IS_ONLINE"})  # filtered by, though no row keeps them
ALWAYS = frozenset({"ID", "NAME", "LAST_NAME"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FOUND_IN = ("NAME", "LAST_NAME", "SECOND_NAME", "WORK_POSITION", "UF_DEPARTMENT_NAME")


@method("profile")
def profile(call: Call) -> Any:
    user = call.portal.users.get(call.user_id) or {}
    shown = {"ID": str(call.user_id), "ADMIN": call.is_admin}
    shown |= {name: user.get(name) or "" for name in ("NAME", "LAST_NAME", "PERSONAL_GENDER", "TIME_ZONE")}
    return {**shown, "PERSONAL_PHOTO": user["PERSONAL_PHOTO"]} if user.get("PERSONAL_PHOTO") else shown


@method("user.admin")
def admin(call: Call) -> Any:
    return call.is_admin


@method("user.access")
def access(call: Call) -> Any:
    """Whether the user has one of these access codes; an administrator has all."""
    user, asked = call.portal.users.get(call.user_id) or {}, {str(code).upper() for code in call.rows("ACCESS")}
    mine = {"AU", "G2", f"U{call.user_id}", *(f"D{number}" for number in departments(user))}
    return call.is_admin or bool(mine & asked)


@method("user.fields", scope=ANY_SCOPE)
def fields(call: Call) -> Any:
    return {name: label for name, label in LABELS.items() if visible(name, call.caller.may)}


@method("user.current", scope=ANY_SCOPE)
def current(call: Call) -> Any:
    """One user; here, and not in lists, the portal prints the two moments of activity."""
    shown = printed(call, call.portal.users.get(call.user_id) or {})
    clock = call.portal.clock
    moved = {
        "TIMESTAMP_X": moments.portal_moment(clock.iso(), clock),
        "LAST_ACTIVITY_DATE": f"{clock.local():%Y-%m-%d %H:%M:%S}",
    }
    return {name: moved.get(name, value) for name, value in shown.items()}


@method("user.get", scope=ANY_SCOPE)
def get(call: Call) -> Any:
    given = call.map("FILTER") or {key: value for key, value in call.params.items() if key.upper() in LABELS}
    return _list(call, given)


@method("user.search", scope=ANY_SCOPE)
def search(call: Call) -> Any:
    """As `user.get`, with `FIND` over all personal fields or a beginning of each named field."""
    given = {str(key).upper(): value for key, value in call.map("FILTER").items()}
    if given.get("FIND"):
        return _list(call, {"NAME_SEARCH": given["FIND"]})
    words = {"NAME", "LAST_NAME", "WORK_POSITION", "UF_DEPARTMENT_NAME"}
    return _list(call, {f"%{key}" if key in words else key: value for key, value in given.items()})


def _list(call: Call, given: Mapping[str, Any]) -> Answer:
    clock = call.portal.clock
    lines = query.conditions({str(key).upper(): _flag(value) for key, value in given.items()})
    words = [str(line.value) for line in lines if line.field in {"NAME_SEARCH", "FIND"}]
    lines = [line for line in lines if line.field not in {"NAME_SEARCH", "FIND"} and _is_known(call, line.field)]
    read = _reader(call.portal)
    rows = [row for row in call.portal.users if listed(row, lines) and query.passes(row, lines, clock, read)]
    rows = [row for row in rows if all(_found(row, text, read) for text in words)]
    sort = str(call.get("sort") or "ID").upper()
    rows = query.ordered(rows, {sort if sort in LABELS else "ID": call.get("order") or "ASC"}, clock)
    answer = query.page(rows, call.get("start", default=0))
    return Answer([_selected(call, row) for row in answer.result], answer.total, answer.next)


def _is_known(call: Call, field: str) -> bool:
    if field in LABELS or field in DERIVED or field.startswith(OWN):
        return True
    call.portal.tell(f"{call.method}: unknown field {field} in FILTER was ignored", method=call.method)
    return False


def listed(row: Row, lines: list[query.Condition]) -> bool:
    """People of the company; mail users only when they are asked for by their type."""
    kind = row.get("USER_TYPE") or "employee"
    wanted = [str(one) for line in lines if line.field == "USER_TYPE" for one in as_list(line.value)]
    return kind in LISTED or (kind == "email" and "email" in wanted)


def _flag(value: Any) -> Any:
    """Y and N stand for the booleans the rows keep."""
    return {"Y": True, "N": False, "true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _reader(portal: Portal) -> query.Read:
    def read(row: Mapping[str, Any], field: str) -> Any:
        if field == "UF_DEPARTMENT_NAME":
            return [(portal.table("department").get(number) or {}).get("NAME", "") for number in departments(row)]
        if field == "IS_ONLINE":
            return row.get("IS_ONLINE") == "Y"
        return row.get("USER_TYPE") or "employee" if field == "USER_TYPE" else row.get(field)

    return read


def _found(row: Row, text: str, read: query.Read) -> bool:
    """Every word is the beginning of a word of the personal fields."""
    told = [one for name in _FOUND_IN for one in as_list(read(row, name))]
    words = " ".join(str(one) for one in told).casefold().split()
    return all(any(one.startswith(word) for one in words) for word in text.casefold().split())


def departments(user: Mapping[str, Any]) -> list[int]:
    """Numbers of the person's departments."""
    return [to_int(one) for one in as_list(user.get("UF_DEPARTMENT"))]


def printed(call: Call, row: Row) -> Row:
    """A user as the caller's scopes may see it; moments of activity are empty objects, as in the portal's lists."""
    kept = {**row, "TIMESTAMP_X": Obj(), "LAST_ACTIVITY_DATE": Obj(), "ID": str(row.get("ID", ""))}
    kept["USER_TYPE"] = row.get("USER_TYPE") or "employee"
    kept |= {name: row.get(name) for name in own_fields(call.portal)}
    names = [*LABELS, *(name for name in kept if name.startswith(OWN))]
    return {name: kept[name] for name in names if name in kept and visible(name, call.caller.may)}


def own_fields(portal: Portal) -> list[str]:
    """Names of the fields the company added to employees."""
    return [str(row["FIELD_NAME"]) for row in portal.table("user_userfield")]


def _selected(call: Call, row: Row) -> Row:
    wanted = {str(name).upper() for name in call.rows("select")}
    shown = printed(call, row)
    if not wanted or "*" in wanted:
        return shown
    return {name: value for name, value in shown.items() if name in wanted or (name[:3] == "UF_" and "UF_*" in wanted)}


# --- writing


@method("user.add", scope="user")
def add(call: Call) -> Any:
    """Invite somebody. ONUSERADD comes after the first login, so an invitation alone raises nothing."""
    if not call.is_admin:
        raise core_error("access_denied")
    given = _fields(call)
    email = str(given.get("EMAIL") or "")
    if not _EMAIL.fullmatch(email):
        raise RestError("ERROR_ARGUMENT", "wrong_email", argument="")
    if any(str(row.get("EMAIL")).lower() == email.lower() for row in call.portal.users):
        raise RestError("ERROR_ARGUMENT", "A user with this email already exists", argument="")
    extranet = str(call.get("EXTRANET") or "").upper() == "Y"
    if extranet and not call.rows("SONET_GROUP_ID"):
        raise RestError("ERROR_GROUPID", "Group code not specified")
    if not extranet and not departments(given):
        raise RestError("ERROR_ARGUMENT", "no_extranet_field", argument="")
    kind = {"USER_TYPE": "extranet", "UF_DEPARTMENT": []} if extranet else {"USER_TYPE": "employee"}
    return add_user(call.portal, **{"TIME_ZONE": "", **given, **kind})["ID"]


@method("user.update", scope="user")
def update(call: Call) -> Any:
    number = to_int(call.get("ID"))
    if not call.is_admin or number not in call.portal.users:
        raise core_error("access_denied")
    change(call.portal, number, _fields(call))
    return True


def change(portal: Portal, number: int, given: Row) -> None:
    """Change a user; who is dismissed loses access at once: calls of their tokens answer `authorization_error`."""
    portal.users.update(number, **given)
    portal.signal("user.changed", user=portal.users.get(number))


def _fields(call: Call) -> Row:
    """Known fields as rows keep them."""
    own = set(own_fields(call.portal))
    given = {str(name).upper(): value for name, value in {**call.params, **call.map("fields")}.items()}
    known = {name: value for name, value in given.items() if (name in LABELS and name not in READ_ONLY) or name in own}
    if isinstance(known.get("PERSONAL_PHOTO"), list | dict):
        call.portal.tell("The photo of a user is not kept by the sandbox")
        known.pop("PERSONAL_PHOTO")
    return {name: _kept(call, name, value) for name, value in known.items()}


def _kept(call: Call, name: str, value: Any) -> Any:
    if name == "ACTIVE":
        return value in (True, 1, "Y", "1", "true")
    if name == "UF_DEPARTMENT":
        return [to_int(one) for one in as_list(value)]
    if name in DATES:
        return moments.iso(value, call.portal.clock) or ""
    return value if name.startswith(OWN) else str(value if value is not None else "")
