"""task.stages.* (a group's kanban and "My plan"), task.dependence.*, task.planner.getlist.

Sources: `tasks/stages/*.md`, `tasks/task-dependence-*.md`, `tasks/planner/task-planner-get-list.md`.
"""

from typing import Any

from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.families.tasks import access, events
from b24app.sandbox.families.tasks.arguments import readable
from b24app.sandbox.families.tasks.fields import DONE
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row

TABLE = "task_stage"
MINE, GROUP = "U", "G"
FIRST = {
    MINE: (("Не спланированы", "00C4FB", "NEW"), ("Сделаю на неделе", "47D1E2", None)),
    GROUP: (("Новые", "00C4FB", "NEW"), ("Выполняются", "47D1E2", "WORK"), ("Сделаны", "75D900", "FINISH")),
}


def of(call: Call, entity: int) -> list[Row]:
    """Stages of a group, or (0) of the caller's plan; the first look makes the standard ones."""
    kind, number = (GROUP, entity) if entity else (MINE, call.user_id)
    table = call.portal.table(TABLE)
    if not table.where(ENTITY_TYPE=kind, ENTITY_ID=number):
        for index, (title, color, system) in enumerate(FIRST[kind], 1):
            about = {"TITLE": title, "SORT": index * 100, "COLOR": color, "SYSTEM_TYPE": system}
            table.add({**about, "ENTITY_ID": number, "ENTITY_TYPE": kind})
    return sorted(table.where(ENTITY_TYPE=kind, ENTITY_ID=number), key=lambda row: row["SORT"])


def _group(call: Call, entity: int, text: str) -> None:
    """A group's stages are for its members."""
    known = entity in call.portal.table("sonet_group")
    member = call.portal.table("sonet_member").first(GROUP_ID=entity, USER_ID=call.user_id) is not None
    if entity and not (known and (member or call.is_admin)):
        raise access_denied(text, 400)


@method("task.stages.get", scope="task")
def get(call: Call) -> Any:
    """Stages by number."""
    entity = call.int("entityId")
    _group(call, entity, "You cannot view stages in this group.")
    shown: Row = {"ADDITIONAL_FILTER": [], "TO_UPDATE": [], "TO_UPDATE_ACCESS": None}
    return {str(row["ID"]): {**row, "ID": str(row["ID"]), "SORT": str(row["SORT"]), **shown,
                             "ENTITY_ID": str(row["ENTITY_ID"])} for row in of(call, entity)}  # fmt: skip


@method("task.stages.add", scope="task")
def add(call: Call) -> Any:
    """A stage after another one, or the first."""
    fields = upper_keys(call.map("fields"))
    if not fields.get("TITLE"):
        raise RestError("EMPTY_TITLE", "Stage title is not specified")
    entity = to_int(fields.get("ENTITY_ID"))
    _group(call, entity, "You do not have permission to manage stages")
    before = of(call, entity)
    about = {"ENTITY_ID": entity or call.user_id, "ENTITY_TYPE": GROUP if entity else MINE, "SYSTEM_TYPE": None}
    named = {"TITLE": str(fields["TITLE"]), "COLOR": str(fields.get("COLOR") or "00C4FB").lstrip("#")}
    row = call.portal.table(TABLE).add({**named, "SORT": 0, **about})
    _place(call, before, row, to_int(fields.get("AFTER_ID")))
    return row["ID"]


def _place(call: Call, before: list[Row], row: Row, after: int) -> None:
    others = [one for one in before if one["ID"] != row["ID"]]
    numbers = [one["ID"] for one in others]
    others.insert(numbers.index(after) + 1 if after in numbers else 0, row)
    for index, one in enumerate(others, 1):
        call.portal.table(TABLE).update(one["ID"], SORT=index * 100)


def _stage(call: Call, number: int) -> Row:
    row = call.portal.table(TABLE).get(number)
    if row is None:
        raise RestError("NOT_FOUND", "Stage not found")
    mine = row["ENTITY_TYPE"] == MINE and row["ENTITY_ID"] == call.user_id
    if row["ENTITY_TYPE"] == GROUP:
        _group(call, row["ENTITY_ID"], "You cannot modify stages in this group")
    elif not mine and not call.is_admin:
        raise access_denied("You cannot manage stages", 400)
    return row


@method("task.stages.update", scope="task")
def update(call: Call) -> Any:
    row, fields = _stage(call, call.int("id")), upper_keys(call.map("fields"))
    kept = {name: str(fields[name]).lstrip("#") for name in ("TITLE", "COLOR") if fields.get(name)}
    call.portal.table(TABLE).update(row["ID"], **kept)
    if "AFTER_ID" in fields:
        beside = of(call, row["ENTITY_ID"] if row["ENTITY_TYPE"] == GROUP else 0)
        _place(call, beside, row, to_int(fields["AFTER_ID"]))
    return True


@method("task.stages.delete", scope="task")
def delete(call: Call) -> Any:
    row = _stage(call, call.int("id"))
    if row["SYSTEM_TYPE"] == "NEW":
        raise RestError("IS_SYSTEM", "The default stage cannot be deleted")
    beside = of(call, row["ENTITY_ID"] if row["ENTITY_TYPE"] == GROUP else 0)
    if beside and beside[0]["ID"] == row["ID"]:
        raise RestError("CANT_DELETE_FIRST", "Cannot delete the first stage. Move the stage to delete it.")
    call.portal.table(TABLE).delete(row["ID"])
    return True


@method("task.stages.canmovetask", scope="task")
def can_move(call: Call) -> Any:
    entity, kind = call.int("entityId"), str(call.get("entityType") or "").upper()
    if kind == MINE:
        return entity == call.user_id
    member = call.portal.table("sonet_member").first(GROUP_ID=entity, USER_ID=call.user_id) is not None
    return member or call.is_admin


@method("task.stages.movetask", scope="task")
def move_task(call: Call) -> Any:
    """Put a task on a stage of its group, or of one's own plan."""
    task = readable(call, call.int("id"))
    if task is None:
        raise RestError("TASK_NOT_FOUND", "Task not found or access to it is denied")
    row = call.portal.table(TABLE).get(call.int("stageId"))
    if row is None:
        raise RestError("NOT_FOUND", "Stage not found")
    if row["ENTITY_TYPE"] == MINE:
        call.portal.table("task_plan").put(f"{task['ID']}:{call.user_id}", {"STAGE_ID": row["ID"]})
        return True
    if row["ENTITY_ID"] != task["GROUP_ID"]:
        raise RestError("ACCESS_DENIED_MOVE", "You cannot move this task")
    if task["STAGE_ID"] != row["ID"]:
        was = dict(task)
        events.changed(call.portal, call.portal.table("task").update(task["ID"], STAGE_ID=row["ID"]), was, call.user_id)
    return True


def _pair(call: Call) -> tuple[str, Row | None, Row | None]:
    one, other = call.int("taskIdFrom"), call.int("taskIdTo")
    return f"{one}:{other}", readable(call, one), readable(call, other)


@method("task.dependence.add", scope="task")
def dependence_add(call: Call) -> Any:
    key, one, other = _pair(call)
    if key in call.portal.table("task_link"):
        raise RestError("ILLEGAL_NEW_LINK", "A link between tasks already exists")
    if one is None or other is None or one["ID"] == other["ID"]:
        raise RestError("ACTION_NOT_ALLOWED", "Unable to add a link between tasks")
    call.portal.table("task_link").put(key, {"FROM": one["ID"], "TO": other["ID"], "TYPE": call.int("linkType")})
    return []


@method("task.dependence.delete", scope="task")
def dependence_delete(call: Call) -> Any:
    key, one, other = _pair(call)
    if one is None or other is None:
        raise RestError("ACTION_NOT_ALLOWED", "It is not possible to delete the dependency between tasks")
    if call.portal.table("task_link").delete(key) is None:
        raise RestError("ILLEGAL_NEW_LINK", "The dependency between tasks does not exist")
    return []


@method("task.planner.getlist", scope="task")
def planner(call: Call) -> Any:
    """Numbers of the open tasks the caller works on."""
    mine = call.portal.table("task").where(RESPONSIBLE_ID=call.user_id)
    return [task["ID"] for task in mine if task["STATUS"] != DONE and access.may_read(call.portal, task, call.user_id)]
