"""task.item.*, task.items.getlist, task.logitem.list, task.item.userfield.*: services kept for old integrations.

Sources: `tasks/deprecated/**.md`, `tasks/user-field/*.md`. Arguments are taken by place.
"""

from typing import Any

from b24app.sandbox.families import attachments
from b24app.sandbox.families.kit.names import upper, upper_keys
from b24app.sandbox.families.tasks import access, acts, lists, model, shapes, v2
from b24app.sandbox.families.tasks.arguments import TASK_ID, Place, failed, placed, readable
from b24app.sandbox.families.tasks.fields import TASK
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError, access_denied, core_error
from b24app.sandbox.kernel.registry import Answer, Call, Params, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

SERVICE = "ctaskitem"
ACTIONS = {
    1: "ACCEPT", 2: "DECLINE", 3: "COMPLETE", 4: "APPROVE", 5: "DISAPPROVE", 6: "START", 7: "DELEGATE", 8: "REMOVE",
    9: "EDIT", 10: "DEFER", 11: "RENEW", 12: "CREATE", 13: "CHANGE_DEADLINE", 14: "CHECKLIST_ADD_ITEMS",
    15: "ELAPSEDTIME.ADD", 16: "EDIT.ORIGINATOR", 17: "PAUSE", 18: "DAYPLAN.TIMER.TOGGLE",
}  # fmt: skip
DATA = Place("arTaskData", "array")


def _task(call: Call, number: int, action: str | None = None) -> Row:
    task = readable(call, number)
    if task is None:
        raise failed("TASK_NOT_FOUND_OR_NOT_ACCESSIBLE", "Task not found or not accessible")
    if action and not access.allowed(call.portal, task, call.user_id)[action]:
        raise failed("ACTION_NOT_ALLOWED", "Action is not allowed")
    return task


def _data(call: Call, task: Row) -> Row:
    shown = {name: shapes.printed(name, shapes.value(call.portal, task, name, call.user_id)) for name in TASK.fields}
    return {**shown, "REAL_STATUS": str(task["STATUS"]), "STATUS": str(shapes.sub_status(call.portal, task))}


def _kept(call: Call, given: Any) -> Row:
    inner = Call(call.portal, call.method, Params({"fields": given}), call.caller)
    return v2.fields_of(inner)


@method("task.item.add", scope="task")
def add(call: Call) -> Any:
    (given,) = placed(call, SERVICE, [DATA])
    kept = v2.checked(call, _kept(call, as_map(given)))
    files = kept.pop("UF_TASK_WEBDAV_FILES", [])
    task = model.add(call.portal, kept, call.user_id)
    if files:
        call.portal.table("task").update(task["ID"], **v2.save_files(call, task, {"UF_TASK_WEBDAV_FILES": files}))
    return task["ID"]


@method("task.item.update", scope="task")
def update(call: Call) -> Any:
    number, given = placed(call, SERVICE, [TASK_ID, DATA])
    task = _task(call, number, "EDIT")
    kept = v2.save_files(call, task, v2.checked(call, _kept(call, as_map(given)), task))
    model.change(call.portal, task, kept, call.user_id)
    return None


@method("task.item.getdata", scope="task")
def get_data(call: Call) -> Any:
    (number,) = placed(call, SERVICE, [TASK_ID])
    return _data(call, _task(call, number))


@method("task.item.getdescription", scope="task")
def description(call: Call) -> Any:
    (number, *_) = placed(call, SERVICE, [TASK_ID])
    return _task(call, number)["DESCRIPTION"]


@method("task.item.getdependson", scope="task")
def depends_on(call: Call) -> Any:
    (number,) = placed(call, SERVICE, [TASK_ID])
    return _task(call, number)["DEPENDS_ON"]


@method("task.item.getfiles", scope="task")
def files(call: Call) -> Any:
    (number,) = placed(call, SERVICE, [TASK_ID])
    shown = (attachments.printed(call.portal, to_int(one)) for one in _task(call, number)["UF_TASK_WEBDAV_FILES"])
    return [one["DOWNLOAD_URL"] for one in shown if one]


@method("task.item.delete", scope="task")
def delete(call: Call) -> Any:
    (number,) = placed(call, SERVICE, [TASK_ID])
    model.delete(call.portal, _task(call, number, "REMOVE"), call.user_id)
    return None


@method("task.item.delegate", scope="task")
def delegate(call: Call) -> Any:
    number, user = placed(call, SERVICE, [TASK_ID, Place("newResponsibleId")])
    task = _task(call, number, "DELEGATE")
    if user not in call.portal.users:
        raise core_error('User specified in the "Responsible" field not found<br>')
    model.change(call.portal, task, {"RESPONSIBLE_ID": user}, call.user_id)
    return None


def _step(name: str, step: str) -> None:
    @method(f"task.item.{name}", scope="task")
    def act(call: Call) -> Any:
        (number,) = placed(call, SERVICE, [TASK_ID])
        acts.move(call, _task(call, number, acts.STEPS[step][0]), step)


for _name in ("complete", "defer", "renew", "approve", "disapprove"):
    _step(_name, _name)
_step("startexecution", "start")
_step("pauseexecution", "pause")


def _favourite(*names: str, on: bool) -> None:
    @method(*[f"task.item.{name}" for name in names], scope="task")
    def act(call: Call) -> Any:
        number, *_ = placed(call, SERVICE, [TASK_ID, Place("params", "array", needed=False)])
        acts.mark(call, _task(call, number), "task_favorite", on=on)


_favourite("addtofavorite", "addtofavourite", on=True)
_favourite("deletefromfavorite", "deletefromfavourite", on=False)


@method("task.item.getallowedactions", scope="task")
def allowed(call: Call) -> Any:
    (number,) = placed(call, SERVICE, [TASK_ID])
    may = access.allowed(call.portal, _task(call, number), call.user_id)
    return [code for code, name in ACTIONS.items() if may[name]]


@method("task.item.getallowedtaskactionsasstrings", scope="task")
def allowed_names(call: Call) -> Any:
    (number,) = placed(call, SERVICE, [TASK_ID])
    may = access.allowed(call.portal, _task(call, number), call.user_id)
    return {f"ACTION_{name.replace('.', '_')}": may[name] for name in ACTIONS.values()}


@method("task.item.isactionallowed", scope="task")
def is_allowed(call: Call) -> Any:
    number, action = placed(call, SERVICE, [TASK_ID, Place("actionId")])
    return access.allowed(call.portal, _task(call, number), call.user_id).get(ACTIONS.get(action, ""), False)


def _page(call: Call, places: list[Any]) -> Any:
    order, given, params, select = places
    rows = lists.found(call, as_map(given), as_map(order))
    wanted = upper_keys(as_map(upper_keys(as_map(params)).get("NAV_PARAMS")))
    size = min(to_int(wanted.get("N_PAGE_SIZE")) or query.PAGE, query.PAGE)
    first = (max(to_int(wanted.get("I_NUM_PAGE")), 1) - 1) * size
    names = [upper(str(one)) for one in as_list(select)]
    shown = [_data(call, task) for task in rows[first : first + size]]
    if names and "*" not in names:
        shown = [{name: row.get(name) for name in ["ID", *names] if name in row} for row in shown]
    more = first + size < len(rows)
    return Answer(shown, total=len(rows), next=first + size if more else None)


def _maps(*names: str) -> list[Place]:
    return [Place(name, "array", needed=False) for name in names]


@method("task.item.list", "task.items.getlist", scope="task")
def list_(call: Call) -> Any:
    """Order, filter, then parameters and select; `task.items.getlist` has the last two the other way round."""
    order, given, third, fourth = placed(call, SERVICE, _maps("arOrder", "arFilter", "arParams", "arSelect"))
    if call.method == "task.items.getlist":
        third, fourth = fourth, third
    return _page(call, [order, given, third, fourth])


@method("task.logitem.list", scope="task")
def log(call: Call) -> Any:
    (number,) = placed(call, "ctasklogitem", [TASK_ID])
    rows = call.portal.table("task_history").where(TASK_ID=_task(call, number)["ID"])
    return [{"CREATED_DATE": row["CREATED_DATE"], "USER_ID": str(row["USER_ID"]), "TASK_ID": str(number),
             "FIELD": row["FIELD"], "FROM_VALUE": row["FROM"] or "", "TO_VALUE": row["TO"] or ""} for row in rows]  # fmt: skip


# --- user fields of tasks

TYPES = ("string", "double", "datetime", "boolean")
UF = "task_userfield"


@method("task.item.userfield.add", scope="task")
def userfield_add(call: Call) -> Any:
    fields = upper_keys(as_map(call.get("PARAMS", "0") or dict(call.params)))
    if not call.is_admin:
        raise core_error("Access denied")
    if not fields.get("USER_TYPE_ID"):
        raise core_error("The 'USER_TYPE_ID' field is not found.")
    if fields["USER_TYPE_ID"] not in TYPES:
        raise core_error("Invalid user type specified.")
    if not fields.get("FIELD_NAME"):
        raise core_error("The 'FIELD_NAME' field is not found.")
    name = upper(str(fields["FIELD_NAME"]))
    name = name if name.startswith("UF_") else f"UF_{name}"
    if call.portal.table(UF).first(FIELD_NAME=name) or name in TASK:
        raise core_error(f"The field {name} for the object TASKS_TASK already exists.")
    made = {"ENTITY_ID": "TASKS_TASK", "FIELD_NAME": name, "USER_TYPE_ID": fields["USER_TYPE_ID"], **_uf(fields)}
    return call.portal.table(UF).add(made)["ID"]


def _uf(fields: Row) -> Row:
    return {
        "XML_ID": str(fields.get("XML_ID") or ""), "SORT": to_int(fields.get("SORT"), 100),
        "MULTIPLE": str(fields.get("MULTIPLE") or "N"), "MANDATORY": str(fields.get("MANDATORY") or "N"),
        "SHOW_FILTER": "N", "SHOW_IN_LIST": "Y", "EDIT_IN_LIST": "Y", "IS_SEARCHABLE": "N",
        "SETTINGS": as_map(fields.get("SETTINGS")), "EDIT_FORM_LABEL": as_map(fields.get("EDIT_FORM_LABEL")),
    }  # fmt: skip


def _field(call: Call) -> Row:
    number = to_int(call.get("ID", "0"))
    if number < 1:
        raise core_error("ID is not defined or invalid.")
    row = call.portal.table(UF).get(number)
    if row is None:
        raise RestError("ERROR_NOT_FOUND", f"The entity with ID '{number}' is not found")
    return row


@method("task.item.userfield.get", scope="task")
def userfield_get(call: Call) -> Any:
    row = _field(call)
    return {**row, "ID": str(row["ID"]), "SORT": str(row["SORT"])}


@method("task.item.userfield.getlist", scope="task")
def userfield_list(call: Call) -> Any:
    lines = query.conditions(upper_keys(as_map(call.get("FILTER", "1"))))
    rows = [row for row in call.portal.table(UF) if query.passes(row, lines, call.portal.clock)]
    rows = query.ordered(rows, upper_keys(as_map(call.get("ORDER", "0"))), call.portal.clock)
    return [{**row, "ID": str(row["ID"]), "SORT": str(row["SORT"])} for row in rows]


@method("task.item.userfield.update", scope="task")
def userfield_update(call: Call) -> Any:
    row = _field(call)
    if not call.is_admin:
        raise access_denied("Access denied", 400)
    fields = upper_keys(as_map(call.get("DATA", "1")))
    call.portal.table(UF).update(row["ID"], **{**row, **{k: v for k, v in _uf(fields).items() if k in fields}})
    return True


@method("task.item.userfield.delete", scope="task")
def userfield_delete(call: Call) -> Any:
    row = _field(call)
    if not call.is_admin:
        raise access_denied("Access denied", 400)
    call.portal.table(UF).delete(row["ID"])
    return True


@method("task.item.userfield.gettypes", scope="task")
def userfield_types(_: Call) -> Any:
    titles = {"string": "Строка", "double": "Число", "boolean": "Да/Нет", "datetime": "Дата/Время"}
    return [{"ID": code, "title": title} for code, title in titles.items()]


@method("task.item.userfield.getfields", scope="task")
def userfield_fields(_: Call) -> Any:
    fixed = {"type": "string", "isImmutable": True}
    return {
        "ID": {"type": "int", "title": "ID", "isReadOnly": True}, "ENTITY_ID": {**fixed, "title": "Объект"},
        "FIELD_NAME": {**fixed, "title": "Код"}, "USER_TYPE_ID": {**fixed, "title": "Тип данных"},
        "XML_ID": {"type": "string", "title": "Внешний код"}, "SORT": {"type": "int", "title": "Сортировка"},
        "MULTIPLE": {"type": "char", "title": "Множественное"}, "MANDATORY": {"type": "char", "title": "Обязательное"},
    }  # fmt: skip
