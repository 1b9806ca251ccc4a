"""tasks.task.* of REST 3.0, scope `tasks`. Sources: `tasks/tasks-task-*-rest-v3.md`, `tasks-task-chat-message-*.md`."""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.families import attachments
from b24app.sandbox.families.kit.dto import (
    absent,
    denied,
    described,
    filtered,
    given_fields,
    invalid,
    number,
    one_described,
    paged,
    selected,
    shaped,
    sorted_by,
)
from b24app.sandbox.families.kit.fields import yes_no
from b24app.sandbox.families.tasks import access, chat, dto, model
from b24app.sandbox.families.tasks.arguments import readable
from b24app.sandbox.families.tasks.fields import TASK
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import V3Error
from b24app.sandbox.kernel.registry import Call, Handler, method
from b24app.sandbox.kernel.store import Row

WORDS = {"status": dto.STATUS, "priority": dto.PRIORITY, "mark": dto.MARK}
# A complaint of the shared model by the property it speaks of.
SUBJECTS = {"Responsible": "responsibleId", "Parent Task": "parentId", "node": "parentId", "cyclic": "parentId",
            "scheduling": "endPlan", "duration": "endPlan", "title": "title", "status": "status"}  # fmt: skip


def v3(name: str) -> Callable[[Handler], Handler]:
    """Register a method of tasks in version 3."""
    return method(name, scope="tasks", v3=True)


def item(call: Call, task: Row, names: list[str]) -> Row:
    """Selected properties of a task."""
    portal, viewer = call.portal, call.user_id
    return shaped(
        names,
        lambda name: dto.value(portal, task, name, viewer),
        lambda own, inner: dto.related(portal, task, own, inner, viewer),
    )


def _row(call: Call, fields: Row) -> Row:
    """Properties of a caller as fields of a row."""
    kept: Row = {}
    for name, value in fields.items():
        if name in dto.FLAGS:
            kept[dto.FLAGS[name]] = yes_no(value)
        elif name in WORDS:
            kept[name.upper()] = _word(name, value)
        else:
            kept[dto.FIELDS[name]] = value
    clean, _ = TASK.clean(kept, call.portal.clock)
    return {
        **clean,
        **{name: kept[name] for name in ("REQUIRE_RESULT", "SE_DEADLINES", "SE_AUTOCOMPLETE") if name in kept},
    }


def _word(name: str, value: Any) -> Any:
    for stored, word in WORDS[name].items():
        if word == value:
            return stored
    raise invalid((name, f"Field `{name}` has an incorrect value"))


def _checked(call: Call, kept: Row, task: Row | None = None) -> Row:
    wrong = model.complaints(call.portal, kept, task)
    if "CREATED_BY" in kept and kept["CREATED_BY"] not in call.portal.users:
        raise invalid(("creatorId", ""))
    if wrong:
        raise invalid(*[(_subject(text), text) for text in wrong])
    return kept


def _subject(text: str) -> str:
    return next((name for word, name in SUBJECTS.items() if word.lower() in text.lower()), "fields")


@v3("tasks.task.add")
def add(call: Call) -> Any:
    kept = _checked(call, _row(call, given_fields(call, dto.TASK, new=True)))
    task = model.add(call.portal, kept, call.user_id)
    return {"item": item(call, task, list(dto.BASIC))}


@v3("tasks.task.get")
def get(call: Call) -> Any:
    wanted = number(call)
    names = selected(call, dto.TASK)
    task = readable(call, wanted)
    if task is None:
        raise V3Error("ENTITYNOTFOUNDEXCEPTION", f"Record with ID = `{wanted}` not found")
    return {"item": item(call, task, names)}


@v3("tasks.task.list")
def list_(call: Call) -> Any:
    """Tasks the caller may see; without `select` only their numbers come."""
    names = selected(call, dto.TASK) if call.get("select") else ["id"]
    test, order = filtered(call, dto.TASK), sorted_by(call, dto.TASK)
    rows = [task for task in call.portal.table("task") if access.may_read(call.portal, task, call.user_id)]
    seen = [row for row in rows if test({"id": row["ID"]})]
    fields = {dto.FIELDS.get(name, name.upper()): way for name, way in order.items()}
    rows = paged(call, query.ordered(seen, fields, call.portal.clock))
    return {"items": [item(call, task, ["id", *[name for name in names if name != "id"]]) for task in rows]}


@v3("tasks.task.update")
def update(call: Call) -> Any:
    wanted = number(call)
    fields = given_fields(call, dto.TASK, new=False)
    task = _editable(call, wanted)
    model.change(call.portal, task, _checked(call, _row(call, fields), task), call.user_id)
    return {"result": True}


def _editable(call: Call, wanted: int) -> Row:
    task = readable(call, wanted)
    if task is None or not access.allowed(call.portal, task, call.user_id)["EDIT"]:
        raise denied()
    return task


@v3("tasks.task.delete")
def delete(call: Call) -> Any:
    model.delete(call.portal, _editable(call, number(call)), call.user_id)
    return {"result": True}


@v3("tasks.task.access.get")
def access_get(call: Call) -> Any:
    task = call.portal.table("task").get(number(call))
    if task is None:
        raise denied()
    return dto.rights(call.portal, task, call.user_id)


@v3("tasks.task.field.list")
def field_list(call: Call) -> Any:
    return {"items": described(call, dto.TASK)}


@v3("tasks.task.field.get")
def field_get(call: Call) -> Any:
    return {"item": one_described(call, dto.TASK)}


@v3("tasks.task.file.attach")
def file_attach(call: Call) -> Any:
    """Attach files of the Drive; those that hang there already stay."""
    wanted = number(call, "taskId")
    files = call.params.get("fileIds")
    if files is None:
        raise absent("fileIds")
    if not isinstance(files, list) or not all(isinstance(one, int) for one in files):
        raise invalid(("fileIds", "Field `fileIds` requires data type `array` for this request"))
    task = _editable(call, wanted)
    about = {"module": "tasks", "entity": "tasks_task", "entity_id": task["ID"], "user": call.user_id}
    try:
        made = attachments.attach_all(call.portal, [f"n{one}" for one in files], **about)
    except attachments.FileNotFound:
        raise V3Error("VALIDATION_REQUESTVALIDATIONEXCEPTION", "Insufficient permissions") from None
    kept = [*task["UF_TASK_WEBDAV_FILES"], *made]
    call.portal.table("task").update(task["ID"], UF_TASK_WEBDAV_FILES=kept)
    return {"result": True}


# --- the chat


@v3("tasks.task.chat.message.send")
def message_send(call: Call) -> Any:
    """Say something in the task's chat: no number of the message comes back."""
    fields = given_fields(call, dto.MESSAGE, new=True, dto_errors=True)
    task = readable(call, fields["taskId"])
    if task is None:
        raise denied()
    chat.say(call.portal, task, call.user_id, fields["text"])
    return {"result": True}


@v3("tasks.task.chat.message.field.list")
def message_fields(call: Call) -> Any:
    return {"items": described(call, dto.MESSAGE)}


@v3("tasks.task.chat.message.field.get")
def message_field(call: Call) -> Any:
    return {"item": one_described(call, dto.MESSAGE)}
