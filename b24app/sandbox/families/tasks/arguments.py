"""How task methods read their arguments: by name with the controllers' refusals, or by place as the old services do.

Old services (`task.commentitem.*`, `task.checklistitem.*`, `task.elapseditem.*`, `task.item.*`) take the values in the
order in which they come, whatever their names are. Sources: `tasks/comment-item/*.md`, `tasks/tasks-task-get.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from b24app.sandbox.families.tasks import access
from b24app.sandbox.kernel.errors import RestError, core_error
from b24app.sandbox.kernel.registry import Call, to_int
from b24app.sandbox.kernel.store import Row

NOT_ALLOWED = "Action on the task is not allowed"
SERVICE = {"auth", "auth_connector", "access_token"}
CODES = {"ACTION_NOT_ALLOWED": 4, "ACTION_FAILED_TO_BE_PROCESSED": 8, "WRONG_ARGUMENTS": 256,
         "ITEM_NOT_FOUND_OR_NOT_ACCESSIBLE": 512, "TASK_NOT_FOUND_OR_NOT_ACCESSIBLE": 1048577}  # fmt: skip


def task_number(call: Call, name: str = "taskId") -> int:
    """The number of a task as the new controllers check it."""
    given = call.get(name)
    if given is None:
        raise RestError("100", "CTaskItem All parameters in the constructor must have real class type")
    number = to_int(given)
    if number < 1:
        raise RestError("0", "wrong task id")
    return number


def readable(call: Call, number: int) -> Row | None:
    """The task, if the caller may see it."""
    task = call.portal.table("task").get(number)
    return task if task and access.may_read(call.portal, task, call.user_id) else None


def task_for(call: Call, action: str, name: str = "taskId") -> Row:
    """The task of `taskId` on which the caller may act so; refuses otherwise."""
    task = readable(call, task_number(call, name))
    if task is None or not access.allowed(call.portal, task, call.user_id)[action]:
        raise RestError("0", NOT_ALLOWED)
    return task


def failed(word: str, text: str) -> RestError:
    """A refusal of the old services."""
    return core_error(f"TASKS_ERROR_EXCEPTION_#{CODES[word]}; {text}; {CODES[word]}/TE/{word}<br>")


@dataclass(frozen=True, slots=True)
class Place:
    """One argument of an old service: the name and the type its refusals speak of."""

    name: str
    type: str = "integer"
    needed: bool = True
    keys: frozenset[str] = frozenset()  # names allowed in a map
    prefixes: tuple[str, ...] = ()  # prefixes allowed before them


TASK_ID, ITEM_ID = Place("taskId"), Place("itemId")


def placed(call: Call, service: str, places: Sequence[Place]) -> list[Any]:
    """The arguments by place, checked; a missing optional one is an empty map."""
    given = [value for key, value in call.params.items() if key not in SERVICE]
    act = call.method.rpartition(".")[2].lower()
    return [_checked(place, index, given, f"{service}::{act}()") for index, place in enumerate(places)]


def _checked(place: Place, index: int, given: list[Any], where: str) -> Any:
    about = f"Param #{index} ({place.name})"
    if index >= len(given) or given[index] in (None, ""):
        if place.needed:
            raise failed("WRONG_ARGUMENTS", f"{about} expected by method {where}, but not given.")
        return {}
    value = given[index]
    if place.type == "integer":
        if not str(value).lstrip("-").isdigit():
            text = f'{about} for method {where} expected to be of type "integer", but given something else.'
            raise failed("WRONG_ARGUMENTS", text)
        return int(value)
    if place.type == "string":
        return str(value)
    return _map(place, value, about, where)


def _map(place: Place, value: Any, about: str, where: str) -> Any:
    if not isinstance(value, dict | list):
        text = f'{about} for method {where} expected to be of type "array", but given something else.'
        raise failed("WRONG_ARGUMENTS", text)
    if isinstance(value, list) or not place.keys:
        return value
    for key in value:
        prefix = next((one for one in place.prefixes if key.startswith(one)), "")
        if key.removeprefix(prefix) not in place.keys:
            text = f'{about} for method {where} must not contain key "{key}".'
            raise failed("WRONG_ARGUMENTS", text)
    return value
