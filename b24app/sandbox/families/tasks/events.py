"""What the portal tells applications about tasks (platform.md 4.4; `tasks/events-tasks/*.md`, `events-comment/*.md`).

What is not known is the literal word `undefined`.
"""

from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

NOTHING = "undefined"


def told(
    portal: Portal, name: str, *, user: int | None, before: Any = NOTHING, after: Any = NOTHING, **access: str
) -> None:
    """Raise one event of a task or a comment."""
    data = {
        "FIELDS_BEFORE": before, "FIELDS_AFTER": after, "IS_ACCESSIBLE_BEFORE": access.get("was", NOTHING),
        "IS_ACCESSIBLE_AFTER": access.get("now", NOTHING),
    }  # fmt: skip
    portal.raise_event(name, data, user=user)


def added(portal: Portal, task: Row, user: int | None) -> None:
    """A new task: nobody could read it before."""
    told(portal, "ONTASKADD", user=user, after={"ID": task["ID"]}, was="N")
    portal.signal("task.added", task=task, user=user)


def changed(portal: Portal, task: Row, was: Row, user: int | None) -> None:
    """A task differs from what it was."""
    told(portal, "ONTASKUPDATE", user=user, before={"ID": task["ID"]}, after={"ID": task["ID"]})
    portal.signal("task.changed", task=task, was=was, user=user)


def deleted(portal: Portal, task: Row, user: int | None) -> None:
    """A task is gone: nobody can read it any more."""
    told(portal, "ONTASKDELETE", user=user, before={"ID": task["ID"]}, now="N")
    portal.signal("task.deleted", task=task, user=user)


def commented(portal: Portal, task_id: int, user: int | None, *, comment: int = 0, message: int = 0) -> None:
    """A comment: a number of its own in the old card, a message of the chat (and ID 0) in the new one."""
    about = {"ID": comment, "TASK_ID": task_id, **({"MESSAGE_ID": message} if message else {})}
    told(portal, "ONTASKCOMMENTADD", user=user, after=about)


def comment_edited(portal: Portal, task_id: int, user: int | None, comment: int) -> None:
    """Old card only: a comment was changed."""
    about = {"ID": comment, "TASK_ID": task_id, "ACTION": "EDIT"}
    told(portal, "ONTASKCOMMENTUPDATE", user=user, before={"ID": comment, "TASK_ID": task_id}, after=about)


def comment_deleted(portal: Portal, task_id: int, user: int | None, comment: int) -> None:
    """Old card only: a comment was deleted."""
    about = {"ID": comment, "TASK_ID": task_id, "ACTION": "DEL"}
    told(portal, "ONTASKCOMMENTDELETE", user=user, before={"ID": comment, "TASK_ID": task_id}, after=about)
