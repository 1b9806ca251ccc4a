"""task.elapseditem.*: time spent. Its lists are paged by `NAV_PARAMS`. Sources: `tasks/elapsed-item/*.md`."""

from typing import Any

from b24app.sandbox.families.kit.names import upper, upper_keys
from b24app.sandbox.families.tasks import access, model
from b24app.sandbox.families.tasks.arguments import ITEM_ID, TASK_ID, Place, placed, readable
from b24app.sandbox.kernel import moments, query
from b24app.sandbox.kernel.errors import core_error
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

SERVICE = "ctaskelapseditem"
TABLE = "task_elapsed"
READ = ("ID", "TASK_ID", "USER_ID", "COMMENT_TEXT", "SECONDS", "MINUTES", "SOURCE", "CREATED_DATE", "DATE_START",
        "DATE_STOP")  # fmt: skip
SORTED = frozenset(READ) - {"COMMENT_TEXT", "SOURCE"}
FILTERED = frozenset({"ID", "TASK_ID", "USER_ID", "CREATED_DATE"})
PREFIXES = ("!", "<=", "<", ">=", ">")
FIELDS = Place("arFields", "array")
REFUSED = "ACTION_NOT_ALLOWED"
BY_HAND = 2
PAGE = 50


@method("task.elapseditem.add", scope="task")
def add(call: Call) -> Any:
    """A record of time; without SECONDS, MINUTES count."""
    number, given = placed(call, SERVICE, [TASK_ID, FIELDS])
    task = readable(call, number)
    if task is None or not access.allowed(call.portal, task, call.user_id)["ELAPSEDTIME.ADD"]:
        raise core_error(REFUSED)
    fields, now = upper_keys(as_map(given)), call.portal.iso()
    row = call.portal.table(TABLE).add({
        "TASK_ID": number, "USER_ID": to_int(fields.get("USER_ID")) or call.user_id,
        "COMMENT_TEXT": str(fields.get("COMMENT_TEXT") or ""), "SECONDS": _seconds(fields), "SOURCE": BY_HAND,
        "CREATED_DATE": moments.iso(fields.get("CREATED_DATE"), call.portal.clock) or now, "DATE_START": now,
        "DATE_STOP": now,
    })  # fmt: skip
    model.active(call.portal, number)
    model.note(call.portal, number, call.user_id, "TIME_SPENT_IN_LOGS", None, model.spent(call.portal, number))
    return row["ID"]


def _seconds(fields: Row) -> int:
    return to_int(fields.get("SECONDS")) or to_int(fields.get("MINUTES")) * 60


def _record(call: Call, number: int, item: int, *, change: bool = False) -> Row:
    row = call.portal.table(TABLE).get(item)
    if row is None or row["TASK_ID"] != number or readable(call, number) is None:
        raise core_error("Task not found" if readable(call, number) is None else REFUSED)
    if change and row["USER_ID"] != call.user_id and not call.is_admin:
        raise core_error(REFUSED)
    return row


@method("task.elapseditem.get", scope="task")
def get(call: Call) -> Any:
    """One record, in a list of one."""
    number, item = placed(call, SERVICE, [TASK_ID, ITEM_ID])
    return [_shown(_record(call, number, item))]


def _shown(row: Row, names: list[str] | None = None) -> Row:
    full = {**row, "MINUTES": round(row["SECONDS"] / 60)}
    return {name: str(full[name]) for name in READ if not names or name in names}


@method("task.elapseditem.getlist", scope="task")
def get_list(call: Call) -> Any:
    """Records of a task, or of all tasks when the first argument is the order already."""
    number, order, given, select, params = _list_arguments(call)
    if number and readable(call, number) is None:
        raise core_error(REFUSED)
    lines, clock = query.conditions(upper_keys(as_map(given))), call.portal.clock
    rows = [row for row in call.portal.table(TABLE) if _visible(call, row, number)]
    rows = [row for row in rows if query.passes({**row, "MINUTES": row["SECONDS"] // 60}, lines, clock)]
    rows = query.ordered(rows, upper_keys(as_map(order)) or {"ID": "asc"}, clock)
    names = [upper(str(one)) for one in as_list(select)]
    return _page([_shown(row, [] if "*" in names else names) for row in rows], as_map(params))


def _list_arguments(call: Call) -> list[Any]:
    maps = (
        Place("arOrder", "array", needed=False, keys=SORTED),
        Place("arFilter", "array", needed=False, keys=FILTERED, prefixes=PREFIXES),
        Place("arSelect", "array", needed=False),
        Place("arParams", "array", needed=False),
    )
    first = next(iter(call.params.values()), None)
    if isinstance(first, dict | list) or first is None:
        return [0, *placed(call, SERVICE, maps)]
    return placed(call, SERVICE, [TASK_ID, *maps])


def _visible(call: Call, row: Row, number: int) -> bool:
    if number:
        return bool(row["TASK_ID"] == number)
    return readable(call, row["TASK_ID"]) is not None


def _page(rows: list[Row], params: Row) -> Answer:
    wanted = upper_keys(as_map(params.get("NAV_PARAMS")))
    size = min(to_int(wanted.get("N_PAGE_SIZE")) or PAGE, PAGE)
    first = (max(to_int(wanted.get("I_NUM_PAGE")), 1) - 1) * size
    more = first + size < len(rows)
    return Answer(rows[first : first + size], total=len(rows), next=first + size if more else None)


@method("task.elapseditem.update", scope="task")
def update(call: Call) -> Any:
    number, item, given = placed(call, SERVICE, [TASK_ID, ITEM_ID, FIELDS])
    row = _record(call, number, item, change=True)
    fields = upper_keys(as_map(given))
    kept: Row = {}
    if {"SECONDS", "MINUTES"} & fields.keys():
        kept["SECONDS"] = _seconds(fields)
    if "COMMENT_TEXT" in fields:
        kept["COMMENT_TEXT"] = str(fields["COMMENT_TEXT"])
    if "USER_ID" in fields:
        kept["USER_ID"] = to_int(fields["USER_ID"]) or row["USER_ID"]
    call.portal.table(TABLE).update(item, **kept)
    return None


@method("task.elapseditem.delete", scope="task")
def delete(call: Call) -> Any:
    number, item = placed(call, SERVICE, [TASK_ID, ITEM_ID])
    call.portal.table(TABLE).delete(_record(call, number, item, change=True)["ID"])
    return None


@method("task.elapseditem.isactionallowed", scope="task")
def is_allowed(call: Call) -> Any:
    """1 add, 2 change, 3 remove."""
    number, item, action = placed(call, SERVICE, [TASK_ID, ITEM_ID, Place("actionId")])
    task = readable(call, number)
    if task is None:
        return False
    if action == 1:
        return access.allowed(call.portal, task, call.user_id)["ELAPSEDTIME.ADD"]
    row = call.portal.table(TABLE).get(item)
    return bool(row and row["TASK_ID"] == number and (row["USER_ID"] == call.user_id or call.is_admin))


@method("task.elapseditem.getmanifest", scope="task")
def manifest(_: Call) -> Any:
    return {
        "Manifest version": "1.2",
        "Manifest change date": "22 Feb 2018",
        "Warning": "Don't rely on format of this manifest, it can be changed without any notifications!",
        "REST: shortname alias to class": "elapseditem",
        "REST: writable elapseditem data fields": ["USER_ID", "COMMENT_TEXT", "SECONDS", "SOURCE", "CREATED_DATE",
                                                   "DATE_START", "DATE_STOP"],
        "REST: readable elapseditem data fields": list(READ),
        "REST: sortable elapseditem data fields": [name for name in READ if name in SORTED],
        "REST: filterable elapseditem data fields": [name for name in READ if name in FILTERED],
        "REST: date fields": ["CREATED_DATE", "DATE_START", "DATE_STOP"],
    }  # fmt: skip
