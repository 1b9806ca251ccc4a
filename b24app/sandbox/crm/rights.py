"""Who sees and changes elements: administrators all of them, employees as the switch `crm_rights` says.

A real portal has a role for each employee and a level for each kind of elements and each act. Here one level goes for
all employees: `all`; `own`, for whom they are responsible (an observer may look); `department`, also what colleagues of
their departments are responsible for. What may not be seen is missing from lists without a word, as on a real portal.
"""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call
from b24app.sandbox.kernel.store import Row

ALL, OWN, DEPARTMENT = "all", "own", "department"
LOOKING = frozenset({"get", "list"})
Test = Callable[[Row], bool]


def visible(call: Call) -> Test | None:
    """The test of what the caller may read; None when that is everything."""
    people = _people(call)
    if people is None:
        return None
    return lambda row: row.get("ASSIGNED_BY_ID") in people or call.user_id in (row.get("OBSERVERS") or [])


def _people(call: Call) -> set[int] | None:
    """Whose elements are the caller's too; None: everybody's."""
    level = call.portal.faults.crm_rights
    if level == ALL or call.is_admin:
        return None
    if level == OWN:
        return {call.user_id}
    own = set((call.portal.users.get(call.user_id) or {}).get("UF_DEPARTMENT") or [])
    same = {row["ID"] for row in call.portal.users if own & set(row.get("UF_DEPARTMENT") or [])}
    return same | {call.user_id}


def may_read(call: Call, row: Row) -> bool:
    """Whether the caller may read this element."""
    test = visible(call)
    return test is None or test(row)


def may_change(call: Call, row: Row) -> bool:
    """Whether the caller may change or delete it: an observer may not."""
    people = _people(call)
    return people is None or row.get("ASSIGNED_BY_ID") in people


def allowed(call: Call, row: Row) -> Row:
    """The element, if the caller may do with it what the method does: look, or change."""
    if not may_read(call, row):
        raise RestError("ACCESS_DENIED", "У вас нет прав на просмотр этого элемента")
    if call.method.rpartition(".")[2] not in LOOKING and not may_change(call, row):
        raise denied()
    return row


def denied() -> RestError:
    """The refusal of the newer methods."""
    return RestError("ACCESS_DENIED", "Доступ запрещён")


def of_place(call: Call, kind_number: int, number: int) -> bool:
    """Whether the caller may read the element a record of a timeline stands on."""
    kind = kinds.find(call.portal, kind_number)
    row = kind.rows(call.portal).get(number) if kind else None
    return row is None or may_read(call, row)


def visible_deeds(call: Call) -> Test | None:
    """The test of activities: the caller's own, and those on a card the caller may read."""
    if _people(call) is None:
        return None

    def test(row: Row) -> bool:
        places: list[Any] = row.get("BINDINGS") or []
        return row.get("RESPONSIBLE_ID") == call.user_id or any(of_place(call, *place) for place in places)

    return test
