"""A task, a message of its chat and a result as objects of REST 3.0. Sources: `tasks/fields-rest-v3.md` and examples."""

from typing import Any

from b24app.sandbox.families.kit.dto import Dto, Prop, dto
from b24app.sandbox.families.tasks import access, checklist, model, people
from b24app.sandbox.families.tasks.fields import CONTROL, DEFERRED, DONE, PENDING, WORKING
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

STATUS: dict[Any, str] = {PENDING: "pending", WORKING: "in_progress", CONTROL: "supposedly_completed", DONE: "completed",
          DEFERRED: "deferred", 7: "declined"}  # fmt: skip
PRIORITY: dict[Any, str] = {0: "low", 1: "average", 2: "high"}
MARK: dict[Any, str] = {None: "none", "P": "positive", "N": "negative"}

# Property of the object -> field of the row, where the value is the same or a number, a date, a text.
FIELDS = {
    "id": "ID", "title": "TITLE", "description": "DESCRIPTION", "creatorId": "CREATED_BY", "created": "CREATED_DATE",
    "responsibleId": "RESPONSIBLE_ID", "deadline": "DEADLINE", "startPlan": "START_DATE_PLAN",
    "endPlan": "END_DATE_PLAN", "groupId": "GROUP_ID", "stageId": "STAGE_ID", "flowId": "FLOW_ID",
    "statusChanged": "STATUS_CHANGED_DATE", "accomplices": "ACCOMPLICES", "auditors": "AUDITORS",
    "parentId": "PARENT_ID", "chatId": "CHAT_ID", "durationType": "DURATION_TYPE", "started": "DATE_START",
    "estimatedTime": "TIME_ESTIMATE", "changed": "CHANGED_DATE", "changedById": "CHANGED_BY",
    "statusChangedById": "STATUS_CHANGED_BY", "closedById": "CLOSED_BY", "closed": "CLOSED_DATE",
    "activity": "ACTIVITY_DATE", "guid": "GUID", "xmlId": "XML_ID", "outlookVersion": "OUTLOOK_VERSION",
    "siteId": "SITE_ID", "forumTopicId": "FORUM_TOPIC_ID", "crmItemIds": "UF_CRM_TASK", "dependsOn": "DEPENDS_ON",
    "plannedDuration": "DURATION_PLAN", "fileIds": "UF_TASK_WEBDAV_FILES",
}  # fmt: skip
FLAGS = {
    "needsControl": "TASK_CONTROL", "replicate": "REPLICATE", "allowsChangeDeadline": "ALLOW_CHANGE_DEADLINE",
    "allowsTimeTracking": "ALLOW_TIME_TRACKING", "matchesWorkTime": "MATCH_WORK_TIME", "isMultitask": "MULTITASK",
    "requireResult": "REQUIRE_RESULT", "matchesSubTasksTime": "SE_DEADLINES", "autocompleteSubTasks": "SE_AUTOCOMPLETE",
}  # fmt: skip
NOTHING = ("epicId", "storyPoints", "exchangeId", "exchangeModified", "addInReport", "deadlineCount", "declineReason",
           "maxDeadlineChangeDate", "maxDeadlineChanges", "forkedByTemplateId", "emailId")  # fmt: skip
USER_FIELDS = ("id", "name", "role", "image", "gender", "email", "externalAuthId", "rights")
PEOPLE = {"creator": "CREATED_BY", "responsible": "RESPONSIBLE_ID", "changedBy": "CHANGED_BY",
          "statusChangedBy": "STATUS_CHANGED_BY", "closedBy": "CLOSED_BY"}  # fmt: skip
BASIC = (
    "id", "title", "description", "deadline", "needsControl", "startPlan", "endPlan", "fileIds", "checklist", "epicId",
    "storyPoints", "priority", "status", "statusChanged", "parentId", "containsChecklist", "containsSubTasks",
    "containsRelatedTasks", "containsGanttLinks", "containsPlacements", "containsResults", "numberOfReminders",
    "chatId", "plannedDuration", "actualDuration", "durationType", "started", "estimatedTime", "replicate", "changed",
    "closed", "activity", "guid", "xmlId", "exchangeId", "exchangeModified", "outlookVersion", "mark",
    "allowsChangeDeadline", "allowsTimeTracking", "matchesWorkTime", "addInReport", "isMultitask", "siteId",
    "deadlineCount", "declineReason", "forumTopicId", "link", "rights", "archiveLink", "crmItemIds", "requireResult",
    "matchesSubTasksTime", "autocompleteSubTasks", "allowsChangeDatePlan", "maxDeadlineChangeDate",
    "maxDeadlineChanges", "requireDeadlineChangeReason", "inFavorite", "inPin", "inGroupPin", "inMute", "dependsOn",
    "scenarios",
)  # fmt: skip
SORTABLE = {
    "id", "title", "creatorId", "created", "responsibleId", "deadline", "startPlan", "endPlan", "groupId", "priority",
    "status", "started", "estimatedTime", "changed", "closed", "activity", "mark", "allowsChangeDeadline",
    "allowsTimeTracking",
}  # fmt: skip
_INT = {"id", "creatorId", "responsibleId", "groupId", "stageId", "flowId", "parentId", "chatId", "estimatedTime",
        "plannedDuration", "actualDuration", "outlookVersion", "forumTopicId", "epicId", "storyPoints", "changedById",
        "statusChangedById", "closedById", "numberOfReminders", "deadlineCount", "maxDeadlineChanges", "emailId",
        "forkedByTemplateId"}  # fmt: skip
_DATES = {"created", "deadline", "startPlan", "endPlan", "statusChanged", "started", "changed", "closed", "activity",
          "maxDeadlineChangeDate"}  # fmt: skip
_ARRAYS = {"accomplices", "auditors", "checklist", "crmItemIds", "dependsOn", "fileIds", "scenarios", "inFavorite",
           "inPin", "inGroupPin", "inMute", "rights"}  # fmt: skip
_WRITTEN = {
    "title", "description", "creatorId", "responsibleId", "deadline", "needsControl", "startPlan", "endPlan", "groupId",
    "stageId", "flowId", "priority", "status", "accomplices", "auditors", "parentId", "estimatedTime", "replicate",
    "xmlId", "mark", "allowsChangeDeadline", "allowsTimeTracking", "matchesWorkTime", "crmItemIds", "requireResult",
    "matchesSubTasksTime", "autocompleteSubTasks", "dependsOn", "durationType", "plannedDuration", "siteId",
}  # fmt: skip


def _type(name: str) -> str:
    if name in _INT:
        return "int"
    if name in _DATES:
        return "DateTime"
    if name in _ARRAYS:
        return "array"
    return "bool" if name in FLAGS or name.startswith(("contains", "requires", "allows")) else "string"


def _prop(name: str) -> Prop:
    relations = {**dict.fromkeys(PEOPLE, "UserDto"), "group": "GroupDto", "stage": "StageDto", "flow": "FlowDto",
                 "chat": "ChatDto", "parent": "TaskDto"}  # fmt: skip
    return Prop(
        name, _type(name), filterable=name == "id", sortable=name in SORTABLE, editable=name != "creatorId",
        required=name in {"title", "creatorId", "responsibleId"}, readonly=name not in _WRITTEN,
        of=relations.get(name, ""),
    )  # fmt: skip


_NAMES = dict.fromkeys([*BASIC, *FIELDS, *FLAGS, *NOTHING, *PEOPLE, "group", "stage", "flow", "chat", "parent"])
TASK: Dto = dto(
    "TaskDto", [_prop(name) for name in _NAMES], BASIC,
    UserDto=USER_FIELDS, GroupDto=("id", "name", "image", "type", "isVisible"), StageDto=("id", "title", "color"),
    FlowDto=("id", "name"), ChatDto=("id", "entityId", "entityType"), TaskDto=tuple(_NAMES),
)  # fmt: skip
MESSAGE: Dto = dto("MessageDto", [
    Prop("id", "int", filterable=True, sortable=True, readonly=True), Prop("taskId", "int", required=True),
    Prop("text", required=True),
])  # fmt: skip
RESULT: Dto = dto("ResultDto", [
    Prop("id", "int", filterable=True, sortable=True, readonly=True),
    Prop("taskId", "int", filterable=True, required=True), Prop("text", required=True),
    Prop("authorId", "int", filterable=True, sortable=True, readonly=True), Prop("author", of="UserDto", readonly=True),
    Prop("createdAt", "DateTime", sortable=True, readonly=True), Prop("updatedAt", "DateTime", sortable=True, readonly=True),
    Prop("status", filterable=True, sortable=True, readonly=True), Prop("fileIds", "array", readonly=True),
    Prop("rights", "array", readonly=True),
    Prop("messageId", "int", filterable=True, sortable=True, readonly=True),
], ("id", "taskId", "text", "authorId", "createdAt", "updatedAt", "status", "fileIds", "rights", "messageId"),
    UserDto=USER_FIELDS)  # fmt: skip


def value(portal: Portal, task: Row, name: str, viewer: int) -> Any:
    """One property of a task."""
    if name in FIELDS:
        return _plain(task, name)
    if name in FLAGS:
        return task.get(FLAGS[name]) == "Y"
    if name in NOTHING:
        return None
    words = {
        "status": STATUS.get(task["STATUS"]),
        "priority": PRIORITY.get(task["PRIORITY"]),
        "mark": MARK.get(task["MARK"]),
    }
    return words[name] if name in words else _reckoned(portal, task, name, viewer)


def _plain(task: Row, name: str) -> Any:
    stored = task.get(FIELDS[name])
    if name in {"fileIds", "groupId", "stageId", "parentId"}:
        return stored or None
    if name == "statusChanged" and task.get("STATUS_CHANGED_BY") is None:
        return None
    return stored or 0 if name in {"plannedDuration", "estimatedTime"} else stored


def _reckoned(portal: Portal, task: Row, name: str, viewer: int) -> Any:
    number, mark = task["ID"], f"{task['ID']}:{viewer}"
    marks = {"inFavorite": "task_favorite", "inPin": "task_pin", "inGroupPin": "task_group_pin", "inMute": "task_mute"}
    if name in marks:
        return [viewer] if mark in portal.table(marks[name]) else []
    items = checklist.items(portal, number)
    made: dict[str, Any] = {
        "checklist": [row["ID"] for row in items], "containsChecklist": bool(items), "containsPlacements": True,
        "containsSubTasks": portal.table("task").first(PARENT_ID=number) is not None,
        "containsRelatedTasks": bool(task["DEPENDS_ON"]), "numberOfReminders": 0, "scenarios": ["default"],
        "containsGanttLinks": any(number in {row["FROM"], row["TO"]} for row in portal.table("task_link")),
        "containsResults": portal.table("task_result").first(TASK_ID=number) is not None,
        "actualDuration": model.spent(portal, number) // 60, "allowsChangeDatePlan": False,
        "requireDeadlineChangeReason": False, "link": f"/company/personal/user/{viewer}/tasks/task/view/{number}/",
        "rights": rights(portal, task, viewer), "archiveLink": _archive(number),
    }  # fmt: skip
    return made.get(name)


def _archive(number: int) -> str:
    where = f"entityId={number}&entity=TASKS_TASK&fieldName=UF_TASK_WEBDAV_FILES"
    return f"/bitrix/tools/disk/uf.php?{where}&action=downloadArchiveByEntity&ncc=1"


def related(portal: Portal, task: Row, own: str, inner: str, viewer: int) -> Any:
    """A field of a related object."""
    if own in PEOPLE:
        return _person(portal, task[PEOPLE[own]], inner)
    if own == "parent":
        parent = portal.table("task").get(task["PARENT_ID"])
        return value(portal, parent, inner, viewer) if parent else None
    if own == "chat":
        return {"id": task["CHAT_ID"], "entityId": task["ID"], "entityType": "TASKS_TASK"}[inner]
    tables = {
        "group": ("sonet_group", "GROUP_ID"),
        "stage": ("task_stage", "STAGE_ID"),
        "flow": ("task_flow", "FLOW_ID"),
    }
    table, key = tables[own]
    row = portal.table(table).get(task[key]) or {}
    return row.get(inner.upper())


def _person(portal: Portal, user: int | None, inner: str) -> Any:
    person = portal.users.get(user)
    if person is None or user is None:
        return None
    shown: Row = {"id": user, "name": people.name(portal, user), "gender": person.get("PERSONAL_GENDER") or "",
             "email": person.get("EMAIL") or "", "role": "admin" if portal.is_admin(user) else "employee",
             "externalAuthId": "", "image": None, "rights": []}  # fmt: skip
    return shown[inner]


RIGHTS = {
    "remove": "REMOVE", "edit": "EDIT", "complete": "COMPLETE", "approve": "APPROVE", "disapprove": "DISAPPROVE",
    "start": "START", "pause": "PAUSE", "delegate": "DELEGATE", "defer": "DEFER", "renew": "RENEW",
    "deadline": "CHANGE_DEADLINE", "datePlan": "EDIT.PLAN", "changeDirector": "EDIT.ORIGINATOR",
    "changeResponsible": "EDIT", "changeAccomplices": "EDIT", "timeTracking": "DAYPLAN.TIMER.TOGGLE", "mark": "RATE",
    "elapsedTime": "ELAPSEDTIME.ADD", "checklistAdd": "CHECKLIST.ADD", "checklistEdit": "CHECKLIST.ADD",
    "checklistSave": "CHECKLIST.ADD", "checklistToggle": "CHECKLIST.ADD", "attachFile": "EDIT", "detachFile": "EDIT",
    "detachParent": "EDIT", "completeResult": "COMPLETE",
}  # fmt: skip
READERS = ("read", "watch", "mute", "createResult", "favorite", "createSubtask", "copy", "saveAsTemplate", "reminder",
           "addAuditors", "changeStatus", "createGanttDependence", "automate")  # fmt: skip
NEVER = ("take", "resultEdit", "removeResult", "resultRead", "sort")


def rights(portal: Portal, task: Row, viewer: int) -> dict[str, bool]:
    """What the viewer may do with a task."""
    read, may = access.may_read(portal, task, viewer), access.allowed(portal, task, viewer)
    known = {name: may[action] for name, action in RIGHTS.items()}
    return {**dict.fromkeys(READERS, read), **known, **dict.fromkeys(NEVER, False), "admin": portal.is_admin(viewer)}
