"""Who may do what with a task. Sources: `tasks/tasks-task-get.md`, `tasks/status/*.md`, `tasks-task-get-access.md`."""

from b24app.sandbox.families.tasks.fields import CONTROL, DEFERRED, DONE, PENDING, WORKING
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row

# Key of an action as `getAccess` prints it, and whether `action` of a task knows it too.
ACTIONS = (
    "ACCEPT", "DECLINE", "COMPLETE", "APPROVE", "DISAPPROVE", "START", "PAUSE", "DELEGATE", "REMOVE", "EDIT", "DEFER",
    "RENEW", "CREATE", "CHANGE_DEADLINE", "CHECKLIST_ADD_ITEMS", "ADD_FAVORITE", "DELETE_FAVORITE", "RATE", "TAKE",
    "EDIT.ORIGINATOR", "CHECKLIST.REORDER", "ELAPSEDTIME.ADD", "DAYPLAN.TIMER.TOGGLE", "EDIT.PLAN", "CHECKLIST.ADD",
    "FAVORITE.ADD", "FAVORITE.DELETE",
)  # fmt: skip


def members(task: Row) -> list[int]:
    """Everybody who takes part in a task."""
    return list(dict.fromkeys([task["CREATED_BY"], task["RESPONSIBLE_ID"], *task["ACCOMPLICES"], *task["AUDITORS"]]))


def may_read(portal: Portal, task: Row, user: int) -> bool:
    """Administrators see all, people their own, heads those of their people, members of a group those of the group."""
    if portal.is_admin(user) or user in members(task):
        return True
    return heads(portal, user, members(task)) or _in_group(portal, task, user)


def may_edit(portal: Portal, task: Row, user: int) -> bool:
    """The creator, administrators, and heads of the creator or the responsible."""
    own = user == task["CREATED_BY"] or portal.is_admin(user)
    return own or heads(portal, user, [task["CREATED_BY"], task["RESPONSIBLE_ID"]])


def heads(portal: Portal, user: int, people: list[int]) -> bool:
    """Whether this user is the head of a department, at any height, of one of these people."""
    return any(user in superiors(portal, one) for one in people)


def superiors(portal: Portal, user: int) -> set[int]:
    """Heads of the person's departments and of those above."""
    person = portal.users.get(user) or {}
    given = person.get("UF_DEPARTMENT") or []
    waiting = [to_int(one) for one in (given if isinstance(given, list) else [given])]
    found: set[int] = set()
    seen: set[int] = set()
    while waiting:
        department = portal.table("department").get(waiting.pop())
        if department is None or department["ID"] in seen:
            continue
        seen.add(department["ID"])
        found.add(to_int(department.get("UF_HEAD")))
        waiting.append(to_int(department.get("PARENT")))
    return found - {0, user}


def _in_group(portal: Portal, task: Row, user: int) -> bool:
    group = to_int(task["GROUP_ID"])
    return bool(group) and portal.table("sonet_member").first(GROUP_ID=group, USER_ID=user) is not None


def allowed(portal: Portal, task: Row, user: int) -> dict[str, bool]:
    """Every action and whether this user may take it now."""
    if not may_read(portal, task, user):
        return dict.fromkeys(ACTIONS, False)
    edit = may_edit(portal, task, user)
    works = edit or user in {task["RESPONSIBLE_ID"], *task["ACCOMPLICES"]}
    favorite = is_favorite(portal, task["ID"], user)
    return {**dict.fromkeys(ACTIONS, False), **_by_status(task, works=works, edit=edit), **_always(task, works, edit),
            "ADD_FAVORITE": not favorite, "FAVORITE.ADD": not favorite, "DELETE_FAVORITE": favorite,
            "FAVORITE.DELETE": favorite}  # fmt: skip


def _by_status(task: Row, *, works: bool, edit: bool) -> dict[str, bool]:
    status = task["STATUS"]
    return {
        "COMPLETE": works and status in {PENDING, WORKING, DEFERRED},
        "START": works and status == PENDING,
        "PAUSE": works and status == WORKING,
        "DEFER": works and status == PENDING,
        "RENEW": works and status in {DONE, DEFERRED, CONTROL},
        "APPROVE": edit and status == CONTROL,
        "DISAPPROVE": edit and status == CONTROL,
        "DELEGATE": (edit or works) and status not in {DONE, CONTROL},
        "DAYPLAN.TIMER.TOGGLE": works and task["ALLOW_TIME_TRACKING"] == "Y" and status not in {DONE, CONTROL},
    }


def _always(task: Row, works: bool, edit: bool) -> dict[str, bool]:
    deadline = edit or (works and task["ALLOW_CHANGE_DEADLINE"] == "Y")
    return {
        "REMOVE": edit, "EDIT": edit, "CREATE": True, "CHANGE_DEADLINE": deadline, "CHECKLIST_ADD_ITEMS": works,
        "RATE": edit, "CHECKLIST.REORDER": works, "ELAPSEDTIME.ADD": works, "EDIT.PLAN": edit, "CHECKLIST.ADD": works,
    }  # fmt: skip


def is_favorite(portal: Portal, task_id: int, user: int) -> bool:
    """Whether this person has put the task among the favourites."""
    return f"{task_id}:{user}" in portal.table("task_favorite")
