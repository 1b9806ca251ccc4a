"""Which storage a call means, and what the caller may do with it."""

import re
from typing import Any

from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError, access_denied, bad_argument
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call
from b24app.sandbox.kernel.store import Row, Table

READ, WRITE, MANAGE = "R", "W", "X"
LEVELS = "RWX"
LONGEST_CODE = 50


def storages(portal: Portal) -> Table:
    """Storages of all applications."""
    return portal.table("entity")


def application(call: Call) -> int:
    """The calling application."""
    if call.app_id is None:
        raise access_denied("Access denied! Application context required", 403)
    return call.app_id


def code(call: Call, name: str = "ENTITY") -> str:
    """A clean code of letters, digits and underscores, not longer than the application's key leaves room for."""
    clean = re.sub(r"[^a-zA-Z0-9_]", "", str(call.get(name) or ""))
    if not clean:
        raise bad_argument(name)
    most = LONGEST_CODE - len(f"APP_{call.app['CLIENT_ID']}_")
    if len(clean) > most:
        raise bad_argument("", f"Entity code is too long. Max length is {most} characters.")
    return clean


def named(call: Call) -> Row | None:
    """The storage of ENTITY, if there is one."""
    owner = application(call)
    return storages(call.portal).first(APP_ID=owner, ENTITY=code(call))


def found(call: Call, level: str) -> Row:
    """The storage of ENTITY on which the caller has this level."""
    row = named(call)
    if row is None:
        raise RestError("ERROR_ENTITY_NOT_FOUND", "Entity not found")
    if not may(call, row, level):
        raise access_denied("Access denied!", 403)
    return row


def may(call: Call, row: Row, level: str) -> bool:
    """Whether the caller reaches this level: by number, as everybody, or as an administrator."""
    own = [row["ACCESS"].get(one) for one in (f"U{call.user_id}", "AU")]
    return call.is_admin or any(one is not None and LEVELS.find(one) >= LEVELS.find(level) for one in own)


def access(call: Call, given: Row) -> Row:
    """Rights as they are kept: known levels only, and the caller always manages."""
    kept = {str(key): str(value).upper() for key, value in given.items() if str(value).upper() in {"R", "W", "X"}}
    return {**kept, f"U{call.user_id}": MANAGE}


def one(call: Call, row: Row, table: str, refusal: tuple[str, str]) -> Row:
    """The section or item of ID in this storage."""
    number = call.int("ID")
    if not number:
        raise bad_argument("ID")
    made = call.portal.table(table).get(number)
    if made is None or made["STORAGE_ID"] != row["ID"]:
        raise RestError(*refusal)
    return made


def listed(call: Call, rows: list[Row], read: query.Read) -> Answer:
    """Filter, order and page."""
    lines = query.conditions(upper_keys(call.map("FILTER")))
    rows = [row for row in rows if query.passes(row, lines, call.portal.clock, read)]
    order: dict[str, Any] = upper_keys(call.map("SORT")) or {"ID": "ASC"}
    return query.page(query.ordered(rows, order, call.portal.clock, read), call.get("start"))


def text(value: Any) -> str | None:
    """A stored value as it is printed."""
    return None if value is None else str(value)
