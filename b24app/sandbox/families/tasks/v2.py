"""tasks.task.* of version 2: add, get, list, update, delete, fields, access, history, files.

Sources: `tasks/tasks-task-*.md`.
"""

from typing import Any

from b24app.sandbox.families import attachments
from b24app.sandbox.families.kit.fields import CASTS, Kind, flag
from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.families.tasks import access, lists, model, people, shapes
from b24app.sandbox.families.tasks.arguments import readable, task_for, task_number
from b24app.sandbox.families.tasks.fields import SYSTEM_UF, TASK, described
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError, core_error
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

BR = "<br>"
PARAMETERS = {"1": "SE_DEADLINES", "2": "SE_AUTOCOMPLETE", "3": "REQUIRE_RESULT"}


def fields_of(call: Call) -> Row:
    """The `fields` of a call as they will be kept; tells what is lost on the way."""
    given = upper_keys(call.map("fields"))
    if not given:
        raise RestError("100", "Could not find value for parameter {fields} (internal error)")
    kept, lost = TASK.clean(given, call.portal.clock)
    kept |= _custom(call.portal, given)
    for one in as_list(given.get("SE_PARAMETER")):
        if name := PARAMETERS.get(str(as_map(one).get("CODE"))):
            kept[name] = "Y" if flag(as_map(one).get("VALUE")) else "N"
    for name in sorted(set(lost) - set(kept) - {"SE_PARAMETER"}):
        call.portal.tell(f"{call.method}: field {name} is not one a caller may write, it was passed over", field=name)
    return kept


def _custom(portal: Portal, given: Row) -> Row:
    kinds = {"integer": Kind.INT, "double": Kind.DOUBLE, "datetime": Kind.MOMENT, "boolean": Kind.INT}
    fields = {row["FIELD_NAME"]: row for row in portal.table("task_userfield")}
    cast = {name: CASTS[kinds.get(row["USER_TYPE_ID"], Kind.STRING)] for name, row in fields.items()}
    return {name: cast[name](value, portal.clock) for name, value in given.items() if name in cast}


def checked(call: Call, kept: Row, task: Row | None = None) -> Row:
    """Refuse what cannot be saved."""
    wrong = model.complaints(call.portal, kept, task)
    for row in call.portal.table("task_userfield").where(MANDATORY="Y"):
        if kept.get(row["FIELD_NAME"], (task or {}).get(row["FIELD_NAME"])) in (None, ""):
            wrong.append(f"Required field {row['FIELD_NAME']} value not entered")
    if wrong:
        raise core_error("".join(text + BR for text in wrong))
    return kept


def save_files(call: Call, task: Row, kept: Row) -> Row:
    """Attach the files that `UF_TASK_WEBDAV_FILES` names: what it does not name is detached."""
    if "UF_TASK_WEBDAV_FILES" not in kept:
        return kept
    about = {"module": "tasks", "entity": "tasks_task", "entity_id": task["ID"], "user": call.user_id}
    try:
        numbers = attachments.attach_all(call.portal, kept["UF_TASK_WEBDAV_FILES"], **about)
    except attachments.FileNotFound:
        raise core_error(f"Insufficient permissions.{BR}") from None
    return {**kept, "UF_TASK_WEBDAV_FILES": numbers}


@method("tasks.task.add", scope="task")
def add(call: Call) -> Any:
    """A new task; its answer is the whole task."""
    kept = checked(call, fields_of(call))
    files = kept.pop("UF_TASK_WEBDAV_FILES", [])
    task = model.add(call.portal, kept, call.user_id)
    if files:
        saved = save_files(call, task, {"UF_TASK_WEBDAV_FILES": files})
        call.portal.table("task").update(task["ID"], **saved)
    return whole(call, task)


def whole(call: Call, task: Row) -> Any:
    """The answer of every method that changes a task."""
    return {"task": shapes.full(call.portal, task, call.user_id)}


@method("tasks.task.get", scope="task")
def get(call: Call) -> Any:
    """One task; nothing, without an error, when there is none or the caller may not see it."""
    number = task_number(call)
    select = call.get("select")
    if call.params.has("select") and not (isinstance(select, list | dict) and select):
        given = select if isinstance(select, str) else ""
        text = f"Invalid value {{{given}}} to match with parameter {{select}}. Should be value of type array."
        raise RestError("100", f"{text} (internal error)")
    task = readable(call, number)
    if task is None:
        return []
    names = lists.names(select)
    if not names or "*" in names:
        return {"task": shapes.full(call.portal, task, call.user_id, bindings=bool(SYSTEM_UF & set(names)))}
    shown = shapes.selected(call.portal, task, call.user_id, names)
    return {"task": {**shown, "action": shapes.actions(call.portal, task, call.user_id)}}


@method("tasks.task.list", scope="task")
def list_(call: Call) -> Any:
    """A page of the tasks the caller may see."""
    rows = lists.found(call, call.map("filter"), call.map("order"))
    answer = query.page(rows, call.get("start"))
    names, wanted = lists.names(call.get("select")), upper_keys(call.map("params"))
    answer.result = {"tasks": [_row(call, task, names, wanted) for task in answer.result]}
    return answer


def _row(call: Call, task: Row, names: list[str], wanted: Row) -> dict[str, Any]:
    portal, viewer = call.portal, call.user_id
    if not names or "*" in names:
        names = [*shapes.PLAIN, *[name for name in names if name != "*"]]
    shown = shapes.selected(portal, task, viewer, names)
    if "COUNTERS" in names:
        shown["counter"] = shapes.counters()
    return {**shown, **shapes.extras(portal, task, wanted), "subStatus": str(shapes.sub_status(portal, task))}


@method("tasks.task.update", scope="task")
def update(call: Call) -> Any:
    """Change a task; the responsible may move a deadline if the task allows it."""
    number = task_number(call)
    kept = fields_of(call)
    task = readable(call, number)
    if task is None or not _may_write(call, task, kept):
        raise RestError("0", "Action on the task is not allowed (internal error)")
    kept = save_files(call, task, checked(call, kept, task))
    return whole(call, model.change(call.portal, task, kept, call.user_id))


def _may_write(call: Call, task: Row, kept: Row) -> bool:
    may = access.allowed(call.portal, task, call.user_id)
    return may["EDIT"] or (may["CHANGE_DEADLINE"] and set(kept) <= {"DEADLINE"})


@method("tasks.task.delete", scope="task")
def delete(call: Call) -> Any:
    task = readable(call, task_number(call))
    if task is None or not access.may_edit(call.portal, task, call.user_id):
        raise RestError("1048582", "No access to delete the task")
    model.delete(call.portal, task, call.user_id)
    return {"task": True}


@method("tasks.task.getFields", scope="task")
def get_fields(call: Call) -> Any:
    own = {row["FIELD_NAME"]: {"title": row["FIELD_NAME"], "type": row["USER_TYPE_ID"]}
           for row in call.portal.table("task_userfield")}  # fmt: skip
    return {"fields": {**described(), **own}}


@method("tasks.task.getaccess", scope="task")
def get_access(call: Call) -> Any:
    """What each of these people may do with the task."""
    number = task_number(call)
    if call.params.has("users") and not isinstance(call.get("users"), list | dict):
        text = "Invalid value {} to match with parameter {users}. Should be value of type array."
        raise RestError("100", text)
    task = call.portal.table("task").get(number)
    users = [to_int(one) for one in call.rows("users")] or [call.user_id]
    nothing = dict.fromkeys(access.ACTIONS, False)
    allowed = {str(one): access.allowed(call.portal, task, one) if task else nothing for one in users}
    return {"allowedActions": allowed}


@method("tasks.task.history.list", scope="task")
def history(call: Call) -> Any:
    """What happened to the task, newest first."""
    task = readable(call, task_number(call))
    if task is None:
        raise RestError("0", "Access denied. (internal error)")
    rows = call.portal.table("task_history").where(TASK_ID=task["ID"])
    lines = query.conditions(upper_keys(call.map("filter")))
    rows = [row for row in rows if query.passes(row, lines, call.portal.clock)]
    order = upper_keys(call.map("order")) or {"ID": "DESC"}
    return {"list": [_line(call.portal, row) for row in query.ordered(rows, order, call.portal.clock)]}


def _line(portal: Portal, row: Row) -> dict[str, Any]:
    person = portal.users.get(row["USER_ID"]) or {}
    user = {
        "id": row["USER_ID"], "name": person.get("NAME", ""), "lastName": person.get("LAST_NAME", ""),
        "secondName": person.get("SECOND_NAME", ""), "login": person.get("EMAIL", ""),
    }  # fmt: skip
    value = {"from": row["FROM"], "to": row["TO"]}
    return {"id": row["ID"], "createdDate": row["CREATED_DATE"], "field": row["FIELD"], "value": value, "user": user}


@method("tasks.task.files.attach", scope="task")
def files_attach(call: Call) -> Any:
    """Attach one file of the Drive."""
    number = task_number(call)
    if not call.params.has("fileId"):
        raise RestError("100", "Could not find value for parameter {fileId} (internal error)")
    task = readable(call, number)
    if task is None or not access.allowed(call.portal, task, call.user_id)["EDIT"]:
        raise RestError("0", "Access denied (internal error)")
    kept = {"UF_TASK_WEBDAV_FILES": [*task["UF_TASK_WEBDAV_FILES"], f"n{call.int('fileId')}"]}
    saved = save_files(call, task, kept)
    call.portal.table("task").update(task["ID"], **saved)
    return {"attachmentId": saved["UF_TASK_WEBDAV_FILES"][-1]}


@method("tasks.task.counters.get", scope="task")
def counters(call: Call) -> Any:
    """Overdue tasks and unread comments of a person."""
    user = call.int("userId") or call.user_id
    mine = [task for task in call.portal.table("task") if user in access.members(task)]
    if group := call.int("groupId"):
        mine = [task for task in mine if task["GROUP_ID"] == group]
    late = sum(shapes.sub_status(call.portal, task) == -1 for task in mine)
    result = {"expired": {"counter": late, "code": 6291456}, "new_comments": {"counter": 0, "code": 12582912}}
    return Answer(result, total=len(result))


@method("tasks.task.delegate", scope="task")
def delegate(call: Call) -> Any:
    """Hand a task over; whoever had it stays as an observer."""
    number = task_number(call)
    if not call.params.has("userId"):
        raise RestError("100", "Could not find value for parameter {userId}")
    task = task_for(call, "DELEGATE")
    kept: Row = {"RESPONSIBLE_ID": call.int("userId")}
    if not people.name(call.portal, kept["RESPONSIBLE_ID"]):
        raise core_error(f'User specified in the "Responsible" field not found{BR}')
    watchers = [*task["AUDITORS"], task["RESPONSIBLE_ID"]]
    kept["AUDITORS"] = [one for one in dict.fromkeys(watchers) if one != kept["RESPONSIBLE_ID"]]
    return whole(call, model.change(call.portal, call.portal.table("task").get(number) or task, kept, call.user_id))
