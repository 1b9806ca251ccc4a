"""What the methods of lists share: which list is meant, who may do what, how dates are printed.

Rights are letters, the greatest one counts: D nothing, R read, E add, S and T in the panel, U and W change, X all.
"""

from typing import Any

from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, to_int
from b24app.sandbox.kernel.store import Row, Table

TYPES = ("lists", "bitrix_processes", "lists_socnet")
LETTERS = "DRESTUWX"
READ, ADD, WRITE, FULL = "R", "E", "W", "X"


def lists(portal: Portal) -> Table:
    """All lists."""
    return portal.table("list")


def need(call: Call, *names: str) -> None:
    """Refuse when a parameter is absent or empty; of several names joined by `|` one is enough."""
    for name in names:
        if not any(call.get(one) not in (None, "", [], {}) for one in name.split("|")):
            raise RestError(
                "ERROR_REQUIRED_PARAMETERS_MISSING", f"Required parameter `{name.split('|')[0]}` is missing"
            )


def kind(call: Call) -> str:
    """The type of information block of the call."""
    need(call, "IBLOCK_TYPE_ID")
    return str(call.get("IBLOCK_TYPE_ID"))


def named(call: Call) -> Row | None:
    """The list of IBLOCK_ID or IBLOCK_CODE within its type."""
    number, code = to_int(call.get("IBLOCK_ID")), str(call.get("IBLOCK_CODE") or "")
    given = call.get("IBLOCK_TYPE_ID")
    for row in lists(call.portal):
        same = row["ID"] == number if number else row["CODE"] == code
        if same and given in (None, row["IBLOCK_TYPE_ID"]):
            return row
    return None


def found(call: Call, right: str) -> Row:
    """The list the caller means, if the right is there."""
    kind(call)
    need(call, "IBLOCK_ID|IBLOCK_CODE")
    row = named(call)
    if row is None:
        raise RestError("ERROR_IBLOCK_NOT_FOUND", "Iblock not found")
    if not may(call, row, right):
        raise access_denied("Access denied", 400)
    return row


def may(call: Call, row: Row, right: str) -> bool:
    """Whether the caller's greatest right reaches this one."""
    if call.is_admin:
        return True
    return max((LETTERS.find(row["RIGHTS"].get(code, "D")) for code in codes(call)), default=0) >= LETTERS.find(right)


def codes(call: Call) -> list[str]:
    """What the caller is to rights: oneself, one's departments with those above, everybody."""
    person = call.portal.users.get(call.user_id) or {}
    departments = [to_int(one) for one in person.get("UF_DEPARTMENT") or []]
    found_codes = [f"U{call.user_id}", *(f"D{one}" for one in departments), "*"]
    seen: set[int] = set()
    while departments:
        number = departments.pop()
        row = call.portal.table("department").get(number)
        if row and number not in seen:
            seen.add(number)
            found_codes.append(f"DR{number}")
            departments.append(to_int(row.get("PARENT")))
    return found_codes


def fields_of(call: Call) -> Row:
    """The FIELDS of a call, which must not be empty."""
    need(call, "FIELDS")
    return upper_keys(call.map("FIELDS"))


def properties(portal: Portal, row: Row) -> list[Row]:
    """Fields of a list in the order of their sorting."""
    rows = portal.table("list_field").where(IBLOCK_ID=row["ID"])
    return sorted(rows, key=lambda one: (one["SORT"], one["ID"]))


def printed_date(portal: Portal, value: Any) -> str | None:
    """A moment in the portal's own format."""
    return moments.portal_moment(value, portal.clock) if value else None
