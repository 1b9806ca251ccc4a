"""Tasks bound to elements of CRM stand on their cards as activities (methods.md, appendix 1).

One activity per bound element; smart processes take part only when their type says so (`linkedUserFields`).
"""

from typing import Any

from b24app.sandbox.crm import deeds, kinds
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import as_list, to_int
from b24app.sandbox.kernel.store import Row

LINK = "TASKS_TASK|UF_CRM_TASK"
COMPLETED = 5


def bound(portal: Portal, task: Row) -> list[list[int]]:
    """Elements that a task's UF_CRM_TASK names (`D_342`, `T9c_31`)."""
    found: list[list[int]] = []
    for code in as_list(task.get("UF_CRM_TASK")):
        short, _, number = str(code).partition("_")
        kind = kinds.by_name(portal, short)
        if kind is None or to_int(number) not in kind.rows(portal):
            portal.tell(f"task {task['ID']}: {code} is no element of CRM")
        elif kind.type and kind.type["linkedUserFields"].get(LINK) != "Y":
            portal.tell(f"task {task['ID']}: smart process {kind.number} does not show in tasks ({LINK})")
        else:
            found.append([kind.number, to_int(number)])
    return found


def of_task(portal: Portal, number: int) -> list[Row]:
    """The activities of a task."""
    return deeds.table(portal).where(TYPE_ID=deeds.TASK, ASSOCIATED_ENTITY_ID=number)


def _fields(task: Row) -> Row:
    return {
        "TYPE_ID": deeds.TASK, "ASSOCIATED_ENTITY_ID": task["ID"], "SUBJECT": str(task.get("TITLE") or ""),
        "DESCRIPTION": str(task.get("DESCRIPTION") or ""), "RESPONSIBLE_ID": to_int(task.get("RESPONSIBLE_ID")) or None,
        "END_TIME": task.get("DEADLINE") or None, "COMPLETED": "Y" if to_int(task.get("STATUS")) == COMPLETED else "N",
    }  # fmt: skip


def follow(portal: Portal, task: Row, user: Any = None, **_: Any) -> None:
    """Make, change and remove activities as the task now says."""
    wanted, fields = bound(portal, task), _fields(task)
    for row in of_task(portal, task["ID"]):
        if row["BINDINGS"][0] in wanted:
            wanted.remove(row["BINDINGS"][0])
            deeds.update(portal, row, fields, user)
        else:
            deeds.delete(portal, row, user)
    for place in wanted:
        deeds.add(portal, fields, [place], user)


def forget(portal: Portal, task: Row, user: Any = None, **_: Any) -> None:
    """The task is gone, its activities too."""
    for row in of_task(portal, task["ID"]):
        deeds.delete(portal, row, user)


def start(portal: Portal) -> None:
    """Listen to the tasks."""
    portal.listen("task.added", lambda **facts: follow(portal, **facts))
    portal.listen("task.changed", lambda **facts: follow(portal, **facts))
    portal.listen("task.deleted", lambda **facts: forget(portal, **facts))
