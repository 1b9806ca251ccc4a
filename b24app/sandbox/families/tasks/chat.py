"""The chat of a task (new card): who is in it, and what is said there as comments. Source: `tasks/tasks-new.md`."""

from typing import Any

from b24app.sandbox.families.tasks import access, events
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, talk

ENTITY = "TASKS_TASK"


def old_card(portal: Portal) -> bool:
    """Whether this portal still has the card with a forum instead of the chat."""
    return portal.faults.old_portal


def open_for(portal: Portal, task: Row) -> None:
    """Make the chat of a new task."""
    if old_card(portal):
        return
    fields = {"TITLE": task["TITLE"], "ENTITY_TYPE": ENTITY, "ENTITY_ID": str(task["ID"])}
    made = chats.open_group(portal, task["CREATED_BY"], access.members(task), **fields)
    portal.table("task").update(task["ID"], CHAT_ID=made["ID"])


def of_task(portal: Portal, task: Row) -> Row | None:
    """The chat of a task; one made before the portal was updated gets its chat on first use."""
    if task.get("CHAT_ID") is None:
        open_for(portal, task)
    return portal.table("chat").get(task.get("CHAT_ID"))


def follow(portal: Portal, task: Row) -> None:
    """Whoever came into the task comes into its chat, whoever left it leaves; the title follows."""
    room = portal.table("chat").get(task.get("CHAT_ID"))
    if room is None:
        return
    people = access.members(task)
    chats.join(portal, room, people)
    for one in [one for one in room["USERS"] if one not in people]:
        chats.leave(portal, room, one)
    portal.table("chat").update(room["ID"], TITLE=task["TITLE"])


def say(portal: Portal, task: Row, author: int, text: str) -> Row | None:
    """Write into the task's chat on somebody's behalf; the author joins it if need be."""
    room = of_task(portal, task)
    if room is None:
        return None
    chats.join(portal, room, [author])
    return talk.say(portal, room, author, text)


def start(portal: Portal) -> None:
    """A message in a task's chat is a comment of the task."""

    def heard(**facts: Any) -> None:
        room, message = facts["chat"], facts["message"]
        if room["ENTITY_TYPE"] == ENTITY and not message["SYSTEM"]:
            _comment(portal, to_int(room["ENTITY_ID"]), message, facts["author"])

    portal.listen("chat.message", heard)


def _comment(portal: Portal, task_id: int, message: Row, author: int) -> None:
    task = portal.table("task").get(task_id)
    if task is None:
        return
    portal.table("task").update(task_id, ACTIVITY_DATE=portal.iso(), COMMENTS_COUNT=(task["COMMENTS_COUNT"] or 0) + 1)
    events.commented(portal, task_id, author, message=message["ID"])
    portal.signal("task.commented", task=task, message=message, author=author)
