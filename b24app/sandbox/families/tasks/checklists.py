"""task.checklistitem.*. Sources: `tasks/checklist-item/*.md`."""

from typing import Any

from b24app.sandbox.families.kit.fields import yes_no
from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.families.tasks import access, model, people
from b24app.sandbox.families.tasks.arguments import ITEM_ID, TASK_ID, Place, failed, placed, readable
from b24app.sandbox.families.tasks.checklist import TABLE, items
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import core_error
from b24app.sandbox.kernel.registry import Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

SERVICE = "ctaskchecklistitem"
SORTED = frozenset({"ID", "PARENT_ID", "CREATED_BY", "TITLE", "SORT_INDEX", "IS_COMPLETE", "IS_IMPORTANT", "TOGGLED_BY",
                    "TOGGLED_DATE"})  # fmt: skip
FIELDS = Place("arFields", "array")
FAILED = "ACTION_FAILED_TO_BE_PROCESSED"
ROOT_TITLE = "BX_CHECKLIST_1"


def _task(call: Call, number: int, doing: str) -> Row:
    task = readable(call, number)
    if task is None or not access.allowed(call.portal, task, call.user_id)["CHECKLIST.ADD"]:
        raise failed(FAILED, f"{doing} item: action not allowed")
    return task


@method("task.checklistitem.add", scope="task")
def add(call: Call) -> Any:
    """A new item; one without a parent goes into the first checklist, which is made if there is none."""
    number, given = placed(call, SERVICE, [TASK_ID, FIELDS])
    fields = upper_keys(as_map(given))
    task = _task(call, number, "Adding")
    if not str(fields.get("TITLE") or ""):
        raise failed(FAILED, "Item name not specified")
    parent = _parent(call, task, fields)
    row = _item(call, task, parent, fields)
    _invite(call, task, row)
    model.note(call.portal, number, call.user_id, "CHECKLIST_ITEM_CREATE", "", row["TITLE"])
    return row["ID"]


def _parent(call: Call, task: Row, fields: Row) -> int:
    if "PARENT_ID" in fields:
        parent = to_int(fields["PARENT_ID"])
        return parent if any(row["ID"] == parent for row in items(call.portal, task["ID"])) else 0
    roots = [row for row in items(call.portal, task["ID"]) if not row["PARENT_ID"]]
    return int((roots or [_item(call, task, 0, {"TITLE": ROOT_TITLE})])[0]["ID"])


def _item(call: Call, task: Row, parent: int, fields: Row) -> Row:
    beside = [row for row in items(call.portal, task["ID"]) if row["PARENT_ID"] == parent]
    return call.portal.table(TABLE).add({
        "TASK_ID": task["ID"], "PARENT_ID": parent, "CREATED_BY": call.user_id, "TITLE": str(fields["TITLE"]),
        "SORT_INDEX": to_int(fields.get("SORT_INDEX"), len(beside)), "IS_COMPLETE": yes_no(fields.get("IS_COMPLETE")),
        "IS_IMPORTANT": yes_no(fields.get("IS_IMPORTANT")), "TOGGLED_BY": None, "TOGGLED_DATE": None,
        "MEMBERS": _members(fields.get("MEMBERS")),
    })  # fmt: skip


def _members(given: Any) -> dict[str, str]:
    return {key: str(as_map(value).get("TYPE") or "A") for key, value in as_map(given).items() if to_int(key)}


def _invite(call: Call, task: Row, row: Row) -> None:
    """People of an item come into the task in the same role."""
    roles = {"A": "ACCOMPLICES", "U": "AUDITORS"}
    fields: Row = {}
    for user, kind in row["MEMBERS"].items():
        name = roles.get(kind, "ACCOMPLICES")
        known: list[int] = fields.get(name) or task[name]
        fields[name] = list(dict.fromkeys([*known, to_int(user)]))
    if fields:
        model.change(call.portal, task, fields, call.user_id)


def _found(call: Call, number: int, item: int) -> Row:
    row = call.portal.table(TABLE).get(item)
    if row is None or row["TASK_ID"] != number or readable(call, number) is None:
        raise failed("ITEM_NOT_FOUND_OR_NOT_ACCESSIBLE", "Check listitem not found or not accessible")
    return row


@method("task.checklistitem.get", scope="task")
def get(call: Call) -> Any:
    number, item = placed(call, SERVICE, [TASK_ID, ITEM_ID])
    return _shown(call, _found(call, number, item))


def _shown(call: Call, row: Row) -> Row:
    names = ("ID", "TASK_ID", "PARENT_ID", "CREATED_BY", "TITLE", "SORT_INDEX", "IS_COMPLETE", "IS_IMPORTANT")
    members = [{"ID": user, "TYPE": kind, "NAME": people.name(call.portal, to_int(user)), "PERSONAL_PHOTO": None,
                "PERSONAL_GENDER": "", "IMAGE": "", "IS_COLLABER": False} for user, kind in row["MEMBERS"].items()]  # fmt: skip
    toggled = None if row["TOGGLED_BY"] is None else str(row["TOGGLED_BY"])
    return {**{name: str(row[name]) for name in names}, "TOGGLED_BY": toggled,
            "TOGGLED_DATE": row["TOGGLED_DATE"] or "", "MEMBERS": members, "ATTACHMENTS": []}  # fmt: skip


@method("task.checklistitem.getlist", scope="task")
def get_list(call: Call) -> Any:
    number, order = placed(call, SERVICE, [TASK_ID, Place("arOrder", "array", needed=False, keys=SORTED)])
    if readable(call, number) is None:
        raise failed(FAILED, "Action failed")
    rows = query.ordered(items(call.portal, number), as_map(order) or {"ID": "desc"}, call.portal.clock)
    return [_shown(call, row) for row in rows]


@method("task.checklistitem.update", scope="task")
def update(call: Call) -> Any:
    number, item, given = placed(call, SERVICE, [TASK_ID, ITEM_ID, FIELDS])
    row = _found(call, number, item)
    task = readable(call, number)
    if task is None or not access.allowed(call.portal, task, call.user_id)["CHECKLIST.ADD"]:
        raise failed("ACTION_NOT_ALLOWED", "No access to edit the task")
    fields = upper_keys(as_map(given))
    casts = {"TITLE": str, "SORT_INDEX": to_int, "IS_COMPLETE": yes_no, "IS_IMPORTANT": yes_no, "MEMBERS": _members,
             "PARENT_ID": to_int}  # fmt: skip
    kept = {name: casts[name](value) for name, value in fields.items() if name in casts}  # type: ignore[operator]
    if "IS_COMPLETE" in kept and kept["IS_COMPLETE"] != row["IS_COMPLETE"]:
        kept |= {"TOGGLED_BY": call.user_id, "TOGGLED_DATE": call.portal.iso()}
    _invite(call, task, call.portal.table(TABLE).update(item, **kept))
    return None


@method("task.checklistitem.delete", scope="task")
def delete(call: Call) -> Any:
    """The item and everything below it."""
    number, item = placed(call, SERVICE, [TASK_ID, ITEM_ID])
    _task(call, number, "Deleting")
    row = call.portal.table(TABLE).get(item)
    if row is None or row["TASK_ID"] != number:
        raise failed(FAILED, "Deleting item: action not allowed")
    _erase(call, row)
    model.note(call.portal, number, call.user_id, "CHECKLIST_ITEM_REMOVE", row["TITLE"], "")
    return True


def _erase(call: Call, row: Row) -> None:
    for child in call.portal.table(TABLE).where(PARENT_ID=row["ID"]):
        _erase(call, child)
    call.portal.table(TABLE).delete(row["ID"])


def _toggle(name: str, wanted: str) -> None:
    @method(f"task.checklistitem.{name}", scope="task")
    def act(call: Call) -> Any:
        """The item is found by its own number; whose task it is does not matter here, as the page says."""
        number, item = placed(call, SERVICE, [TASK_ID, ITEM_ID])
        if number < 1 or item < 1:
            raise core_error("TASKS_ERROR_ASSERT_EXCEPTION<br>")
        row = call.portal.table(TABLE).get(item)
        if row is None:
            return False
        if row["IS_COMPLETE"] != wanted:
            fields = {"IS_COMPLETE": wanted, "TOGGLED_BY": call.user_id, "TOGGLED_DATE": call.portal.iso()}
            call.portal.table(TABLE).update(item, **fields)
        return True


_toggle("complete", "Y")
_toggle("renew", "N")


@method("task.checklistitem.moveafteritem", scope="task")
def move_after(call: Call) -> Any:
    """An item gets the parent and the place of the one it is put after."""
    number, item, after = placed(call, SERVICE, [TASK_ID, ITEM_ID, Place("afterItemId")])
    _task(call, number, "Moving")
    row, before = call.portal.table(TABLE).get(item), call.portal.table(TABLE).get(after)
    if row is None or before is None or {row["TASK_ID"], before["TASK_ID"]} != {number}:
        raise failed(FAILED, "Moving item: action not allowed")
    beside = [one for one in items(call.portal, number) if one["PARENT_ID"] == before["PARENT_ID"] and one is not row]
    beside.sort(key=lambda one: one["SORT_INDEX"])
    beside.insert(beside.index(before) + 1, row)
    for index, one in enumerate(beside):
        call.portal.table(TABLE).update(one["ID"], SORT_INDEX=index, PARENT_ID=before["PARENT_ID"])
    return None


@method("task.checklistitem.isactionallowed", scope="task")
def is_allowed(call: Call) -> Any:
    number, item, _action = placed(call, SERVICE, [TASK_ID, ITEM_ID, Place("actionId")])
    task, row = readable(call, number), call.portal.table(TABLE).get(item)
    return bool(task and row and access.allowed(call.portal, task, call.user_id)["CHECKLIST.ADD"])


@method("task.checklistitem.getmanifest", scope="task")
def manifest(_: Call) -> Any:
    return {
        "Manifest version": "2.0",
        "Warning": "don't rely on format of this manifest, it can be changed without any notification",
        "REST: shortname alias to class": "checklistitem",
        "REST: writable checklistitem data fields": ["PARENT_ID", "TITLE", "SORT_INDEX", "IS_COMPLETE", "IS_IMPORTANT",
                                                     "MEMBERS"],
        "REST: sortable checklistitem data fields": sorted(SORTED),
        "REST: date fields": ["TOGGLED_DATE"],
    }  # fmt: skip
