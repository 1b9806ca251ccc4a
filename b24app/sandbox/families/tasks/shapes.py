"""A task as `tasks.task.*` of version 2 prints it: camelCase, scalars as strings, empty maps as `[]`.

Source: answers of `tasks/tasks-task-add.md`, `tasks-task-get.md`, `tasks-task-list.md`, `tasks/fields.md`.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from b24app.sandbox.families.kit.names import camel
from b24app.sandbox.families.tasks import access, checklist, model, people
from b24app.sandbox.families.tasks.fields import ASIDE, DONE, SYSTEM_UF, TASK
from b24app.sandbox.kernel.moments import moment
from b24app.sandbox.kernel.php import Obj
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

NUMBERS = {"CHAT_ID", "UF_TASK_WEBDAV_FILES"}
PLAIN = [name for name in TASK.fields if name not in ASIDE]


def value(portal: Portal, task: Row, name: str, viewer: int) -> Any:
    """A field as it is stored, or as it depends on who looks."""
    if name in {"FAVORITE", "IS_MUTED", "IS_PINNED", "IS_PINNED_IN_GROUP"}:
        return "Y" if _mark(portal, task["ID"], name, viewer) else "N"
    if name == "REAL_STATUS":
        return task["STATUS"]
    if name == "TIME_SPENT_IN_LOGS":
        return model.spent(portal, task["ID"]) or None
    if name == "DURATION_FACT":
        return model.spent(portal, task["ID"]) // 60 or None
    if name == "STATUS_COMPLETE":
        return 2 if task["STATUS"] == DONE else 1
    return task.get(name)


def _mark(portal: Portal, task_id: int, name: str, viewer: int) -> bool:
    table = {"FAVORITE": "task_favorite", "IS_MUTED": "task_mute", "IS_PINNED": "task_pin"}.get(name, "task_group_pin")
    return f"{task_id}:{viewer}" in portal.table(table)


def printed(name: str, stored: Any) -> Any:
    """A stored value in the dialect."""
    if stored is None or name in NUMBERS or isinstance(stored, dict):
        return stored
    return [str(one) for one in stored] if isinstance(stored, list) else str(stored)


def full(portal: Portal, task: Row, viewer: int, *, bindings: bool = False) -> dict[str, Any]:
    """The whole task: every field but the user ones, people, actions, the tree of its checklists."""
    names = [*PLAIN, *(SYSTEM_UF if bindings else ())]
    fields = {camel(name): _field(portal, task, name, viewer) for name in names}
    return {
        **fields, "checklist": checklist.by_number(portal, task, viewer), "group": people.group(portal, task["GROUP_ID"]),
        **_people(portal, task, {"CREATED_BY", "RESPONSIBLE_ID", "ACCOMPLICES", "AUDITORS"}), "newCommentsCount": 0,
        "action": actions(portal, task, viewer), "checkListTree": checklist.tree(portal, task, viewer),
        "checkListCanAdd": access.allowed(portal, task, viewer)["CHECKLIST.ADD"],
    }  # fmt: skip


def selected(portal: Portal, task: Row, viewer: int, names: Iterable[str]) -> dict[str, Any]:
    """Only these fields, with what the portal adds to them unasked."""
    wanted = list(dict.fromkeys(["ID", *names]))
    shown = {camel(name): _field(portal, task, name, viewer) for name in wanted if _known(portal, name)}
    if "TAGS" in wanted:
        shown["tags"] = tags(portal, task)
    if "CHECKLIST" in wanted:
        shown["checklist"] = checklist.by_number(portal, task, viewer)
    if "NEW_COMMENTS_COUNT" in wanted:
        shown["newCommentsCount"] = 0
    if "DESCRIPTION" in wanted:
        shown["descriptionInBbcode"] = task["DESCRIPTION_IN_BBCODE"]
    return {**shown, "group": people.group(portal, task["GROUP_ID"] if "GROUP_ID" in wanted else 0),
            **_people(portal, task, set(wanted))}  # fmt: skip


def _field(portal: Portal, task: Row, name: str, viewer: int) -> Any:
    stored = printed(name, value(portal, task, name, viewer))
    if name in {"UF_CRM_TASK", "UF_TASK_WEBDAV_FILES"}:
        return stored or False
    return stored


def _known(portal: Portal, name: str) -> bool:
    return (name in TASK and name != "TAGS") or portal.table("task_userfield").first(FIELD_NAME=name) is not None


def _people(portal: Portal, task: Row, wanted: set[str]) -> dict[str, Any]:
    one = {"CREATED_BY": "creator", "RESPONSIBLE_ID": "responsible"}
    many = {"ACCOMPLICES": "accomplicesData", "AUDITORS": "auditorsData"}
    shown: dict[str, Any] = {key: people.short(portal, task[name]) for name, key in one.items() if name in wanted}
    return shown | {key: people.several(portal, task[name]) for name, key in many.items() if name in wanted}


def actions(portal: Portal, task: Row, viewer: int) -> dict[str, bool]:
    """Allowed actions under their names inside a task: `changeDeadline`, `edit.originator`."""
    return {camel(name): may for name, may in access.allowed(portal, task, viewer).items()}


def tags(portal: Portal, task: Row) -> dict[str, Any]:
    """Tags by number; the number of a tag is where the portal met it first."""
    found: dict[str, Any] = {}
    for title in task["TAGS"]:
        known = portal.table("task_tag").first(TITLE=title) or portal.table("task_tag").add({"TITLE": title})
        found[str(known["ID"])] = {"id": known["ID"], "title": title}
    return found


def sub_status(portal: Portal, task: Row) -> int:
    """The status with its meta states: overdue −1, nearly overdue −3 (a day and less)."""
    due = moment(task["DEADLINE"], portal.clock)
    if due is None or task["STATUS"] not in {2, 3, 6}:
        return int(task["STATUS"])
    left = due - portal.now()
    if left < timedelta():
        return -1
    return -3 if left <= timedelta(days=1) else int(task["STATUS"])


def extras(portal: Portal, task: Row, wanted: dict[str, Any]) -> dict[str, Any]:
    """What `params` of a list asks for beside the fields."""
    shown: dict[str, Any] = {}
    if wanted.get("WITH_RESULT_INFO"):
        results = portal.table("task_result").where(TASK_ID=task["ID"])
        shown["taskRequireResult"] = "Y" if task.get("REQUIRE_RESULT") == "Y" else "N"
        shown["taskHasOpenResult"] = "Y" if any(row["STATUS"] == 0 for row in results) else "N"
        shown["taskHasResult"] = "Y" if results else "N"
    if wanted.get("WITH_TIMER_INFO"):
        shown |= {"timeElapsed": str(model.spent(portal, task["ID"])), "timerIsRunningForCurrentUser": "N"}
    if wanted.get("WITH_PARSED_DESCRIPTION"):
        shown["parsedDescription"] = task["DESCRIPTION"]
    return shown


def counters() -> dict[str, Any]:
    """Counters of a task: the sandbox has read everything."""
    names = ("expired", "newComments", "projectExpired", "projectNewComments", "mutedExpired", "mutedNewComments")
    return {"counters": Obj(dict.fromkeys(names, 0)), "color": "gray", "value": 0}
