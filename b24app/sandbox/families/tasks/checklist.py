"""Checklists of tasks: items in a tree below roots that are the lists themselves.

Sources: `tasks/checklist-item/*.md`, the tree in the answer of `tasks/status/tasks-task-complete.md`.
"""

from typing import Any

from b24app.sandbox.families.tasks import access
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

TABLE = "task_checklist"


def items(portal: Portal, task_id: int) -> list[Row]:
    """Items of a task in the order of their numbers."""
    return portal.table(TABLE).where(TASK_ID=task_id)


def rights(portal: Portal, task: Row, viewer: int) -> dict[str, bool]:
    """What the viewer may do with an item."""
    may = access.allowed(portal, task, viewer)["CHECKLIST.ADD"]
    return {"modify": may, "remove": may, "toggle": may, "add": may, "addAccomplice": may}


def by_number(portal: Portal, task: Row, viewer: int) -> dict[str, Any]:
    """Items by number, as a task carries them."""
    may = rights(portal, task, viewer)
    return {
        str(row["ID"]): {
            "id": str(row["ID"]), "taskId": str(row["TASK_ID"]), "createdBy": str(row["CREATED_BY"]),
            "parentId": str(row["PARENT_ID"]) if row["PARENT_ID"] else 0, "title": row["TITLE"],
            "sortIndex": str(row["SORT_INDEX"]), "isComplete": row["IS_COMPLETE"], "isImportant": row["IS_IMPORTANT"],
            "toggledBy": None if row["TOGGLED_BY"] is None else str(row["TOGGLED_BY"]),
            "toggledDate": row["TOGGLED_DATE"], "ufChecklistFiles": False, "members": [], "attachments": [],
            "entityId": str(row["TASK_ID"]), "action": may,
        }
        for row in items(portal, task["ID"])
    }  # fmt: skip


def tree(portal: Portal, task: Row, viewer: int) -> dict[str, Any]:
    """Items as the tree of the card: a root without an item, lists below it, their items below them."""
    rows = items(portal, task["ID"])
    counter = iter(range(len(rows) + 1))
    root = {"ID": 0, "TITLE": "", "TASK_ID": None, "CREATED_BY": None, "PARENT_ID": None, "SORT_INDEX": None}
    return _node(root, _Look(rows, viewer, counter, rights(portal, task, viewer)), "")


class _Look:
    """What a walk over the tree needs at every node."""

    def __init__(self, rows: list[Row], viewer: int, counter: Any, may: dict[str, bool]) -> None:
        self.rows, self.viewer, self.counter, self.may = rows, viewer, counter, may


def _node(row: Row, look: _Look, place: str) -> dict[str, Any]:
    number = next(look.counter)
    own = sorted((one for one in look.rows if one["PARENT_ID"] == row["ID"]), key=lambda one: one["SORT_INDEX"])
    fields = {
        "id": row["ID"] or None, "copiedId": None, "entityId": row["TASK_ID"], "userId": look.viewer,
        "createdBy": row["CREATED_BY"], "parentId": row["PARENT_ID"], "title": row["TITLE"],
        "sortIndex": row["SORT_INDEX"], "displaySortIndex": place, "isComplete": row.get("IS_COMPLETE") == "Y",
        "isImportant": row.get("IS_IMPORTANT") == "Y", "completedCount": sum(one["IS_COMPLETE"] == "Y" for one in own),
        "members": [], "attachments": [], "nodeId": None,
    }  # fmt: skip
    below = [_node(one, look, _place(row, place, index)) for index, one in enumerate(own, 1)]
    return {"nodeId": number, "fields": fields, "action": look.may if row["ID"] else [], "descendants": below}


def _place(row: Row, place: str, index: int) -> str:
    """The number an item shows: lists have none, items count from one, their items are 1.1, 1.2."""
    if not row["ID"]:
        return ""
    return f"{place}.{index}" if place else str(index)
