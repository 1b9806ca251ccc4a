"""What people do with a task: statuses, favourites, pins, mute, watching.

Sources: `tasks/status/*.md`, `tasks-task-approve.md`, `tasks-task-disapprove.md`, `tasks/user-actions/*.md`.
"""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.families.tasks import model
from b24app.sandbox.families.tasks.arguments import readable, task_for, task_number
from b24app.sandbox.families.tasks.fields import CONTROL, DEFERRED, DONE, PENDING, WORKING
from b24app.sandbox.families.tasks.v2 import whole
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row


def finished(task: Row, user: int) -> int:
    """Where completing leads: with control, only the creator closes at once."""
    return CONTROL if task["TASK_CONTROL"] == "Y" and user != task["CREATED_BY"] else DONE


STEPS: dict[str, tuple[str, Callable[[Row, int], int]]] = {
    "start": ("START", lambda *_: WORKING),
    "pause": ("PAUSE", lambda *_: PENDING),
    "defer": ("DEFER", lambda *_: DEFERRED),
    "complete": ("COMPLETE", finished),
    "renew": ("RENEW", lambda *_: PENDING),
    "approve": ("APPROVE", lambda *_: DONE),
    "disapprove": ("DISAPPROVE", lambda *_: PENDING),
}


def move(call: Call, task: Row, step: str) -> Row:
    """The task after one step."""
    status = STEPS[step][1](task, call.user_id)
    return model.change(call.portal, task, {"STATUS": status}, call.user_id)


def _step(step: str) -> None:
    @method(f"tasks.task.{step}", scope="task")
    def act(call: Call) -> Any:
        task = task_for(call, STEPS[step][0])
        return whole(call, move(call, task, step))


for one in STEPS:
    _step(one)


def mark(call: Call, task: Row, table: str, *, on: bool) -> None:
    """Put a mark of the caller's on a task, or take it off."""
    key = f"{task['ID']}:{call.user_id}"
    if on:
        call.portal.table(table).put(key, {"TASK_ID": task["ID"], "USER_ID": call.user_id})
    else:
        call.portal.table(table).delete(key)


def _mark(name: str, table: str, *, on: bool, parameter: str = "id") -> None:
    @method(f"tasks.task.{name}", scope="task")
    def act(call: Call) -> Any:
        named = parameter if call.params.has(parameter) else "taskId"
        task = readable(call, task_number(call, named))
        if task is None:
            raise RestError("0", "Access denied")
        mark(call, task, table, on=on)
        return whole(call, task)


_mark("pin", "task_pin", on=True)
_mark("unpin", "task_pin", on=False)
_mark("mute", "task_mute", on=True)
_mark("unmute", "task_mute", on=False)


def _favorite(name: str, *, on: bool) -> None:
    @method(f"tasks.task.favorite.{name}", scope="task")
    def act(call: Call) -> Any:
        task = readable(call, task_number(call))
        if task is None:
            raise RestError("1", "Task not found or not accessible")
        mark(call, task, "task_favorite", on=on)
        return True


_favorite("add", on=True)
_favorite("remove", on=False)


def _watch(name: str, *, on: bool) -> None:
    @method(f"tasks.task.{name}", scope="task")
    def act(call: Call) -> Any:
        task = readable(call, task_number(call))
        if task is None:
            raise RestError("0", "Access denied")
        others = [one for one in task["AUDITORS"] if one != call.user_id]
        watching = [*others, call.user_id] if on else others
        return whole(call, model.change(call.portal, task, {"AUDITORS": watching}, call.user_id))


_watch("startwatch", on=True)
_watch("stopwatch", on=False)
