"""task.commentitem.*: a forum in the old card; in the new one only `add` works, and it writes into the chat.

Sources: `tasks/comment-item/*.md`, `tasks/tasks-new.md`.
"""

from typing import Any

from b24app.sandbox.families import attachments
from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.families.tasks import chat, events, model, people
from b24app.sandbox.families.tasks.arguments import ITEM_ID, TASK_ID, Place, failed, placed, readable
from b24app.sandbox.kernel import moments, query
from b24app.sandbox.kernel.errors import core_error
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

SERVICE = "ctaskcommentitem"
TABLE = "task_comment"
WRITABLE = frozenset({"POST_MESSAGE", "AUTHOR_ID", "POST_DATE", "UF_FORUM_MESSAGE_DOC"})
SORTED = frozenset({"ID", "AUTHOR_ID", "AUTHOR_NAME", "AUTHOR_EMAIL", "POST_DATE"})
FILTERED = frozenset({"ID", "AUTHOR_ID", "AUTHOR_NAME", "POST_DATE"})
PREFIXES = ("!", "<=", "<", ">=", ">")
FIELDS = Place("arFields", "array", keys=WRITABLE)
LIST = (TASK_ID, Place("arOrder", "array", needed=False, keys=SORTED),
        Place("arFilter", "array", needed=False, keys=FILTERED, prefixes=PREFIXES))  # fmt: skip


@method("task.commentitem.add", scope="task")
def add(call: Call) -> Any:
    """A comment, on anybody's behalf."""
    number, fields = placed(call, SERVICE, [TASK_ID, FIELDS])
    fields = upper_keys(as_map(fields))
    text = str(fields.get("POST_MESSAGE") or "")
    if not text:
        raise core_error("Comment text is not specified<br>")
    task = readable(call, number)
    if task is None:
        raise core_error("Insufficient permissions to add a comment.<br>")
    author = to_int(fields.get("AUTHOR_ID")) or call.user_id
    if not chat.old_card(call.portal):
        message = chat.say(call.portal, task, author, text)
        return message["ID"] if message else 0
    return _add(call, task, {**fields, "POST_MESSAGE": text, "AUTHOR_ID": author})["ID"]


def _add(call: Call, task: Row, fields: Row) -> Row:
    portal = call.portal
    when = moments.iso(fields.get("POST_DATE"), portal.clock) or portal.iso()
    made = {"TASK_ID": task["ID"], "AUTHOR_ID": fields["AUTHOR_ID"], "POST_MESSAGE": fields["POST_MESSAGE"]}
    row = portal.table(TABLE).add({**made, "POST_DATE": when, "FILES": []})
    portal.table(TABLE).update(row["ID"], FILES=_files(call, row, fields))
    portal.table("task").update(task["ID"], COMMENTS_COUNT=(task["COMMENTS_COUNT"] or 0) + 1)
    model.active(portal, task["ID"])
    model.note(portal, task["ID"], fields["AUTHOR_ID"], "COMMENT", None, row["ID"])
    events.commented(portal, task["ID"], call.user_id, comment=row["ID"])
    portal.signal("task.commented", task=task, comment=row, author=fields["AUTHOR_ID"])
    return row


def _files(call: Call, comment: Row, fields: Row) -> list[int]:
    about = {"module": "forum", "entity": "comment", "entity_id": comment["ID"], "user": comment["AUTHOR_ID"]}
    try:
        return attachments.attach_all(call.portal, as_list(fields.get("UF_FORUM_MESSAGE_DOC")), **about)
    except attachments.FileNotFound:
        call.portal.table(TABLE).delete(comment["ID"])
        raise core_error("File not found<br>") from None


def _without_chat(call: Call, word: str, text: str) -> None:
    """The new card keeps its comments in the chat: the old methods fail."""
    if chat.old_card(call.portal):
        return
    call.portal.tell(f"{call.method}: comments of the new task card are messages of its chat (im.dialog.messages.get)")
    raise failed(word, text)


def _comment(call: Call, task_id: int, number: int, word: str, text: str) -> Row:
    row = call.portal.table(TABLE).get(number)
    if row is None or row["TASK_ID"] != task_id or readable(call, task_id) is None:
        raise failed(word, text)
    return row


@method("task.commentitem.get", scope="task")
def get(call: Call) -> Any:
    number, item = placed(call, SERVICE, [TASK_ID, ITEM_ID])
    refusal = ("ITEM_NOT_FOUND_OR_NOT_ACCESSIBLE", "Check listitem not found or not accessible")
    _without_chat(call, *refusal)
    return _shown(call, _comment(call, number, item, *refusal))


@method("task.commentitem.getlist", scope="task")
def get_list(call: Call) -> Any:
    """Comments, newest first unless the order says otherwise."""
    number, order, given = placed(call, SERVICE, LIST)
    refusal = ("ACTION_FAILED_TO_BE_PROCESSED", "Action failed")
    _without_chat(call, *refusal)
    if readable(call, number) is None:
        raise failed(*refusal)
    lines = query.conditions(as_map(given))
    rows = [_shown(call, row) for row in call.portal.table(TABLE).where(TASK_ID=number)]
    rows = [row for row in rows if query.passes(row, lines, call.portal.clock)]
    return query.ordered(rows, as_map(order) or {"ID": "desc"}, call.portal.clock)


def _shown(call: Call, row: Row) -> Row:
    files = {str(one): shown for one in row["FILES"] if (shown := attachments.printed(call.portal, one))}
    person = call.portal.users.get(row["AUTHOR_ID"]) or {}
    shown = {
        "POST_MESSAGE_HTML": None, "ID": str(row["ID"]), "AUTHOR_ID": str(row["AUTHOR_ID"]),
        "AUTHOR_NAME": people.name(call.portal, row["AUTHOR_ID"]), "AUTHOR_EMAIL": person.get("EMAIL") or "",
        "POST_DATE": row["POST_DATE"], "POST_MESSAGE": row["POST_MESSAGE"],
    }  # fmt: skip
    return {**shown, "ATTACHED_OBJECTS": files} if files else shown


@method("task.commentitem.update", scope="task")
def update(call: Call) -> Any:
    """Only one's own comment; an administrator's word counts for all."""
    number, item, fields = placed(call, SERVICE, [TASK_ID, ITEM_ID, FIELDS])
    refusal = ("ACTION_NOT_ALLOWED", "Action is not allowed")
    _without_chat(call, *refusal)
    row = _own(call, number, item)
    fields = upper_keys(as_map(fields))
    if not fields.get("POST_MESSAGE"):
        raise core_error("Comment text is not specified<br>")
    kept = {"POST_MESSAGE": str(fields["POST_MESSAGE"])}
    if "UF_FORUM_MESSAGE_DOC" in fields:
        kept["FILES"] = _files(call, row, fields)  # type: ignore[assignment]
    call.portal.table(TABLE).update(item, **kept)
    events.comment_edited(call.portal, number, call.user_id, item)
    return True


def _own(call: Call, number: int, item: int) -> Row:
    refusal = ("ACTION_NOT_ALLOWED", "Action is not allowed")
    row = _comment(call, number, item, *refusal)
    if row["AUTHOR_ID"] != call.user_id and not call.is_admin:
        raise failed(*refusal)
    return row


@method("task.commentitem.delete", scope="task")
def delete(call: Call) -> Any:
    number, item = placed(call, SERVICE, [TASK_ID, ITEM_ID])
    _without_chat(call, "ACTION_NOT_ALLOWED", "Action is not allowed")
    call.portal.table(TABLE).delete(_own(call, number, item)["ID"])
    task = call.portal.table("task").get(number)
    if task:
        call.portal.table("task").update(number, COMMENTS_COUNT=max(0, (task["COMMENTS_COUNT"] or 0) - 1))
    events.comment_deleted(call.portal, number, call.user_id, item)
    return True


@method("task.commentitem.isactionallowed", scope="task")
def is_allowed(call: Call) -> Any:
    """1 add, 2 update, 3 delete."""
    number, item, action = placed(call, SERVICE, [TASK_ID, ITEM_ID, Place("actionId")])
    task, row = readable(call, number), call.portal.table(TABLE).get(item)
    if task is None or (action > 1 and row is None):
        raise core_error("TASKS_ERROR_ASSERT_EXCEPTION<br>")
    return action == 1 or (row is not None and (row["AUTHOR_ID"] == call.user_id or call.is_admin))


@method("task.commentitem.getmanifest", scope="task")
def manifest(_: Call) -> Any:
    return {
        "Manifest version": "1.1",
        "Warning": "don't rely on format of this manifest, it can be changed without any notification",
        "REST: shortname alias to class": "commentitem",
        "REST: writable commentitem data fields": sorted(WRITABLE),
        "REST: sortable commentitem data fields": sorted(SORTED),
        "REST: filterable commentitem data fields": sorted(FILTERED),
    }
