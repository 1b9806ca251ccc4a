"""tasks.task.result.* of REST 3.0. Sources: `tasks/result/*.md`."""

from typing import Any

from b24app.sandbox.families.kit.dto import (
    absent,
    denied,
    filtered,
    given_fields,
    invalid,
    paged,
    selected,
    shaped,
    sorted_by,
)
from b24app.sandbox.families.tasks import chat, dto, results
from b24app.sandbox.families.tasks.arguments import readable
from b24app.sandbox.families.tasks.v3 import v3
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import V3Error
from b24app.sandbox.kernel.registry import Call, to_int
from b24app.sandbox.kernel.store import Row

WORDS = {results.OPEN: "open", results.CLOSED: "closed"}


def _item(call: Call, row: Row) -> Row:
    own = row["CREATED_BY"] == call.user_id or call.is_admin
    return {
        "id": row["ID"], "taskId": row["TASK_ID"], "text": row["TEXT"], "authorId": row["CREATED_BY"],
        "createdAt": row["CREATED_AT"], "updatedAt": row["UPDATED_AT"], "status": WORDS[row["STATUS"]],
        "fileIds": row["FILES"], "rights": {"edit": own, "remove": own}, "messageId": row["MESSAGE_ID"],
    }  # fmt: skip


@v3("tasks.task.result.add")
def add(call: Call) -> Any:
    fields = given_fields(call, dto.RESULT, new=True, dto_errors=True)
    if fields["taskId"] < 1:
        raise invalid(("taskId", "Task id must be positive"))
    task = call.portal.table("task").get(fields["taskId"])
    if task is None:
        raise invalid(("taskId", "Task not found"))
    if readable(call, task["ID"]) is None:
        raise denied()
    return {"item": _item(call, results.add(call.portal, task, fields["text"], call.user_id))}


@v3("tasks.task.result.addfromchatmessage")
def add_from_message(call: Call) -> Any:
    """A message of a task's chat becomes its result."""
    fields = call.params.get("fields")
    if not isinstance(fields, dict) or not fields:
        raise absent("fields")
    if "messageId" not in fields:
        raise invalid(("messageId", 'The required field "messageId" is not filled'), dto=True)
    if not isinstance(fields["messageId"], int):
        raise invalid(("messageId", "Field `messageId` requires data type `int` for this request"))
    message = call.portal.table("message").get(fields["messageId"])
    room = call.portal.table("chat").get(message["CHAT_ID"]) if message else None
    if message is None or room is None or room["ENTITY_TYPE"] != chat.ENTITY:
        raise invalid(("messageId", "Message is not from task chat"))
    task = readable(call, to_int(room["ENTITY_ID"]))
    if task is None:
        raise denied()
    row = results.add(call.portal, task, message["TEXT"], call.user_id, MESSAGE_ID=message["ID"])
    return {"item": _item(call, row)}


@v3("tasks.task.result.list")
def list_(call: Call) -> Any:
    """Results of one task: the filter must name it."""
    given = call.get("filter")
    if not given:
        raise invalid(("filter", "The field value cannot be empty"))
    test = filtered(call, dto.RESULT)
    named = [one for one in given if isinstance(one, list) and one[0] == "taskId"]
    if not named:
        text = "A filter for the required field `taskId` must be specified"
        raise V3Error("VALIDATION_REQUESTFILTERVALIDATIONEXCEPTION", text, validation=[
            {"message": text, "field": "filter.taskId"}])  # fmt: skip
    if readable(call, to_int(named[0][-1])) is None:
        raise denied()
    names, order = selected(call, dto.RESULT), sorted_by(call, dto.RESULT)
    rows = [row for row in (_item(call, one) for one in call.portal.table("task_result")) if test(row)]
    rows = paged(call, query.ordered(rows, order, call.portal.clock))
    return {"items": [shaped(names, lambda name, row=row: row.get(name), lambda *_: None) for row in rows]}  # type: ignore[misc]


def _own(call: Call) -> Row:
    wanted = call.params.get("id")
    if wanted is None and call.params.get("filter") is None:
        raise V3Error("VALIDATION_REQUESTVALIDATIONEXCEPTION", "Error validating the request object", validation=[
            {"message": "At least one required field must be filled: id, filter"}])  # fmt: skip
    row = call.portal.table("task_result").get(to_int(wanted))
    if row is None or not (row["CREATED_BY"] == call.user_id or call.is_admin):
        raise denied()
    return row


@v3("tasks.task.result.update")
def update(call: Call) -> Any:
    row = _own(call)
    fields = call.params.get("fields")
    if not isinstance(fields, dict) or not fields:
        raise absent("fields")
    for name in fields:
        if name != "text":
            raise dto.RESULT.unknown(name)
    if not fields["text"]:
        raise invalid(("text", 'The required field "text" is not filled'), dto=True)
    stamp = {"TEXT": str(fields["text"]), "UPDATED_AT": call.portal.iso()}
    return {"item": _item(call, call.portal.table("task_result").update(row["ID"], **stamp))}


@v3("tasks.task.result.delete")
def delete(call: Call) -> Any:
    call.portal.table("task_result").delete(_own(call)["ID"])
    return {"result": True}
