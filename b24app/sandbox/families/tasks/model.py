"""What happens to a task: made, changed, moved between statuses, deleted; with history, chat and events.

Both versions of REST and the old services lead here. A change that changes nothing is no change: no event, no date.
"""

import uuid
from typing import Any

from b24app.sandbox.families.kit.fields import changes
from b24app.sandbox.families.tasks import access, chat, events
from b24app.sandbox.families.tasks.fields import DONE, STATUSES, TASK, WORKING
from b24app.sandbox.kernel.moments import moment
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

LONGEST_PLAN_S = 2_147_483_647 // 60


def complaints(portal: Portal, kept: Row, task: Row | None = None) -> list[str]:
    """Why these fields cannot be saved, in the portal's words; the first two only matter for a new task."""
    found = []
    if (task is None or "TITLE" in kept) and not str(kept.get("TITLE") or "").strip():
        found.append("Task title is not specified")
    found += _about_responsible(portal, kept, new=task is None)
    if "STATUS" in kept and str(kept["STATUS"]) not in STATUSES:
        found.append("Incorrect status")
    return [*found, *_about_parent(portal, kept, task), *_about_plan(portal, kept, task)]


def _about_responsible(portal: Portal, kept: Row, *, new: bool) -> list[str]:
    if not new and "RESPONSIBLE_ID" not in kept:
        return []
    if not kept.get("RESPONSIBLE_ID"):
        return ["Responsible person is not specified"]
    return [] if kept["RESPONSIBLE_ID"] in portal.users else ['User specified in the "Responsible" field not found']


def _about_parent(portal: Portal, kept: Row, task: Row | None) -> list[str]:
    parent = kept.get("PARENT_ID")
    if not parent:
        return []
    if parent not in portal.table("task"):
        return ['Task specified in the "Parent Task" field not found']
    if task is None:
        return []
    if parent == task["ID"]:
        return ["Cannot bind the node to itself"]
    return ["Creating cyclic links in tasks is prohibited"] if task["ID"] in ancestors(portal, parent) else []


def ancestors(portal: Portal, number: int) -> list[int]:
    """Numbers of the tasks above this one, nearest first."""
    found: list[int] = []
    row = portal.table("task").get(number)
    while row and row["PARENT_ID"] and row["PARENT_ID"] not in found:
        found.append(row["PARENT_ID"])
        row = portal.table("task").get(row["PARENT_ID"])
    return found


def _about_plan(portal: Portal, kept: Row, task: Row | None) -> list[str]:
    old = task or {}
    start = moment(kept.get("START_DATE_PLAN", old.get("START_DATE_PLAN")), portal.clock)
    end = moment(kept.get("END_DATE_PLAN", old.get("END_DATE_PLAN")), portal.clock)
    if not (start and end) or not ({"START_DATE_PLAN", "END_DATE_PLAN"} & kept.keys()):
        return []
    if end < start:
        return ["The end date in scheduling is earlier than the start date"]
    long = (end - start).total_seconds() > LONGEST_PLAN_S
    return ["The specified task duration is too long"] if long else []


def add(portal: Portal, kept: Row, user: int) -> Row:
    """A new task with its chat; whoever made it is its creator unless the fields name another."""
    now = portal.iso()
    own = {
        "CREATED_BY": user, "CREATED_DATE": now, "CHANGED_BY": user, "CHANGED_DATE": now, "ACTIVITY_DATE": now,
        "STATUS_CHANGED_DATE": now, "GUID": f"{{{uuid.UUID(int=portal.random.getrandbits(128), version=4)}}}",
    }  # fmt: skip
    row = {**TASK.defaults(), **own, **{name: value for name, value in kept.items() if value is not None}}
    row |= {"ACCOMPLICES": list(row["ACCOMPLICES"]), "AUDITORS": list(row["AUDITORS"])}
    row["SUBORDINATE"] = "Y" if row["CREATED_BY"] in access.superiors(portal, row["RESPONSIBLE_ID"]) else "N"
    task = portal.table("task").add(row)
    chat.open_for(portal, task)
    note(portal, task["ID"], user, "NEW")
    events.added(portal, task, user)
    return task


def change(portal: Portal, task: Row, kept: Row, user: int) -> Row:
    """Save what differs; a new status brings its dates with it."""
    different = changes(task, kept)
    if not different:
        portal.tell(f"task {task['ID']}: nothing differs, the save was skipped", task=task["ID"])
        return task
    was = dict(task)
    if "STATUS" in different:
        different |= _status(portal, task, different["STATUS"], user)
    task = _touch(portal, task, different, user)
    for name in different.keys() & HISTORY:
        note(portal, task["ID"], user, name, was.get(name), different[name])
    chat.follow(portal, task)
    events.changed(portal, task, was, user)
    return task


HISTORY = {
    "TITLE", "DESCRIPTION", "STATUS", "PRIORITY", "MARK", "DEADLINE", "RESPONSIBLE_ID", "CREATED_BY", "ACCOMPLICES",
    "AUDITORS", "GROUP_ID", "PARENT_ID", "TAGS", "TIME_ESTIMATE", "STAGE_ID", "START_DATE_PLAN", "END_DATE_PLAN",
    "UF_CRM_TASK", "ALLOW_TIME_TRACKING", "TASK_CONTROL",
}  # fmt: skip


def _touch(portal: Portal, task: Row, fields: Row, user: int) -> Row:
    now = portal.iso()
    own = {
        "CHANGED_BY": user,
        "CHANGED_DATE": now,
        "ACTIVITY_DATE": now,
        "OUTLOOK_VERSION": task["OUTLOOK_VERSION"] + 1,
    }
    return portal.table("task").update(task["ID"], **fields, **own)


def _status(portal: Portal, task: Row, status: int, user: int) -> Row:
    now = portal.iso()
    fields: Row = {"STATUS": status, "STATUS_CHANGED_BY": user, "STATUS_CHANGED_DATE": now}
    if status == DONE:
        return {**fields, "CLOSED_BY": user, "CLOSED_DATE": now}
    if status == WORKING and not task["DATE_START"]:
        fields["DATE_START"] = now
    return {**fields, "CLOSED_BY": 0 if task["CLOSED_BY"] is not None else None, "CLOSED_DATE": None}


def delete(portal: Portal, task: Row, user: int) -> None:
    """The task and what hangs on it."""
    portal.table("task").delete(task["ID"])
    for name in ("task_comment", "task_checklist", "task_elapsed", "task_result", "task_history"):
        for row in portal.table(name).where(TASK_ID=task["ID"]):
            portal.table(name).delete(row["ID"])
    for child in portal.table("task").where(PARENT_ID=task["ID"]):
        portal.table("task").update(child["ID"], PARENT_ID=task["PARENT_ID"])
    events.deleted(portal, task, user)


def note(portal: Portal, task_id: int, user: int, field: str, *values: Any) -> None:
    """One line of the task's history; `values` are the one before and the one after."""
    was, now = [*values, None, None][:2]
    row = {"TASK_ID": task_id, "CREATED_DATE": portal.iso(), "USER_ID": user, "FIELD": field}
    portal.table("task_history").add({**row, "FROM": _shown(was), "TO": _shown(now)})


def _shown(value: Any) -> str | None:
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return None if value is None else str(value)


def spent(portal: Portal, task_id: int) -> int:
    """Seconds logged for a task."""
    return sum(int(row["SECONDS"]) for row in portal.table("task_elapsed").where(TASK_ID=task_id))


def active(portal: Portal, task_id: int) -> None:
    """Something happened around a task: its date of activity moves, nothing else."""
    if task_id in portal.table("task"):
        portal.table("task").update(task_id, ACTIVITY_DATE=portal.iso())
