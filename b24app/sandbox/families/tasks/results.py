"""tasks.task.result.* of version 2: results of tasks. Source: `tasks/result/*.md`."""

from typing import Any

from b24app.sandbox.families.tasks import chat
from b24app.sandbox.families.tasks.arguments import readable
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row

TABLE = "task_result"
OPEN, CLOSED = 0, 1


def add(portal: Portal, task: Row, text: str, author: int, **links: int) -> Row:
    """A new result; `links` are COMMENT_ID or MESSAGE_ID of what it was made from."""
    made = {"TASK_ID": task["ID"], "TEXT": text, "CREATED_BY": author, "CREATED_AT": portal.iso(), "UPDATED_AT": None}
    return portal.table(TABLE).add({**made, "STATUS": OPEN, "FILES": [], "COMMENT_ID": 0, "MESSAGE_ID": None, **links})


def _number(call: Call, name: str) -> int:
    given = call.need(name)
    if not str(given).isdigit():
        text = f"Invalid value {{{given}}} to match with parameter {{commentId}}. Should be value of type int."
        raise RestError("100", text)
    return to_int(given)


@method("tasks.task.result.list", scope="task")
def list_(call: Call) -> Any:
    task = readable(call, _number(call, "taskId"))
    if task is None:
        raise RestError("0", "Access denied.")
    return [_shown(row) for row in call.portal.table(TABLE).where(TASK_ID=task["ID"])[::-1]]


def _shown(row: Row) -> dict[str, Any]:
    return {
        "id": row["ID"], "taskId": row["TASK_ID"], "commentId": row["COMMENT_ID"], "createdBy": row["CREATED_BY"],
        "createdAt": row["CREATED_AT"], "updatedAt": row["UPDATED_AT"] or row["CREATED_AT"], "status": row["STATUS"],
        "text": row["TEXT"], "formattedText": row["TEXT"], "files": row["FILES"],
    }  # fmt: skip


def _comment(call: Call) -> tuple[Row, Row]:
    """The comment of `commentId` and its task; in the new card there are none."""
    row = call.portal.table("task_comment").get(_number(call, "commentId"))
    task = readable(call, row["TASK_ID"]) if row else None
    if row is None or task is None or not chat.old_card(call.portal):
        raise RestError("0", "Access denied.")
    return row, task


@method("tasks.task.result.addFromComment", scope="task")
def add_from_comment(call: Call) -> Any:
    row, task = _comment(call)
    return _shown(add(call.portal, task, row["POST_MESSAGE"], call.user_id, COMMENT_ID=row["ID"]))


@method("tasks.task.result.deleteFromComment", scope="task")
def delete_from_comment(call: Call) -> Any:
    row, _ = _comment(call)
    found = call.portal.table(TABLE).first(COMMENT_ID=row["ID"])
    if found:
        call.portal.table(TABLE).delete(found["ID"])
    return None
