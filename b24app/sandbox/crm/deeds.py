"""Activities as rows: calls, letters, to-dos and cards of applications, bound to elements of CRM.

Whoever makes an activity of whatever kind (REST, a task, a mailbox, telephony) comes here.
"""

from typing import Any

from b24app.sandbox.crm import items, kinds
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row, Table

MEETING, CALL, TASK, EMAIL, PROVIDER = 1, 2, 3, 4, 6
PENDING, DONE = 1, 2
CONFIGURABLE, TODO, REST_APP = "CONFIGURABLE_REST_APP", "CRM_TODO", "REST_APP"
PROVIDERS = {MEETING: ("CRM_MEETING", "MEETING"), CALL: ("VOXIMPLANT_CALL", "CALL"), TASK: ("CRM_TASKS_TASK", "TASK"),
             EMAIL: ("CRM_EMAIL", "EMAIL")}  # fmt: skip
DEFAULTS: Row = {
    "ASSOCIATED_ENTITY_ID": 0, "SUBJECT": "", "COMPLETED": "N", "STATUS": PENDING, "PRIORITY": 2, "NOTIFY_TYPE": 0,
    "NOTIFY_VALUE": 0, "DESCRIPTION": "", "DESCRIPTION_TYPE": 1, "DIRECTION": 0, "LOCATION": "", "RESULT_MARK": 0,
    "RESULT_STATUS": 0, "RESULT_STREAM": 0, "AUTOCOMPLETE_RULE": 0, "IS_INCOMING_CHANNEL": "N",
}  # fmt: skip
DEADLINES = {MEETING: "START_TIME", CALL: "START_TIME", EMAIL: "START_TIME", TASK: "END_TIME"}
Bindings = list[list[int]]


def table(portal: Portal) -> Table:
    """All activities."""
    return portal.table("crm_activity")


def add(portal: Portal, fields: Row, bindings: Bindings, user: int | None) -> Row:
    """A new activity bound to these `[entityTypeId, id]`; the first is its owner."""
    now = portal.iso()
    provider = dict(zip(("PROVIDER_ID", "PROVIDER_TYPE_ID"), PROVIDERS.get(fields.get("TYPE_ID", 0), ()), strict=False))
    stamps = {"CREATED": now, "LAST_UPDATED": now, "AUTHOR_ID": user, "EDITOR_ID": user, "RESPONSIBLE_ID": user}
    owner = {"OWNER_TYPE_ID": bindings[0][0], "OWNER_ID": bindings[0][1]} if bindings else {}
    given = {name: value for name, value in fields.items() if value is not None}
    row = table(portal).add({**DEFAULTS, **provider, **stamps, **given, **owner, "BINDINGS": bindings})
    _settle(portal, row)
    happened(portal, row, "ADD", user)
    return row


def update(portal: Portal, row: Row, changes: Row, user: int | None) -> bool:
    """Change an activity; nothing happens when no value differs."""
    new = {name: value for name, value in changes.items() if row.get(name) != value}
    if not new:
        return False
    table(portal).update(row["ID"], **new, LAST_UPDATED=portal.iso(), EDITOR_ID=user)
    _settle(portal, row)
    happened(portal, row, "UPDATE", user)
    return True


def _settle(portal: Portal, row: Row) -> None:
    """What follows from other fields: the status of a completed one, the deadline of a planned one."""
    status = DONE if row["COMPLETED"] == "Y" else PENDING
    deadline = row.get(DEADLINES.get(row.get("TYPE_ID", 0), "DEADLINE"))
    table(portal).update(row["ID"], STATUS=status, DEADLINE=deadline)


def delete(portal: Portal, row: Row, user: int | None) -> None:
    """Remove an activity."""
    table(portal).delete(row["ID"])
    happened(portal, row, "DELETE", user)


def happened(portal: Portal, row: Row, act: str, user: int | None) -> None:
    """The event, the signal, and the last activity of every element it is bound to."""
    for number, owner in row["BINDINGS"]:
        kind = kinds.find(portal, number)
        if kind and act == "ADD":
            items.touch(portal, kind, owner, user)
    portal.signal(f"crm.activity.{act.lower()}", row=row, user=user)
    portal.raise_event(f"ONCRMACTIVITY{act}", {"FIELDS": {"ID": row["ID"]}}, user=user, subject=str(row["ID"]))


def of(portal: Portal, number: int, owner: int) -> list[Row]:
    """Activities bound to an element."""
    return [row for row in table(portal) if [number, owner] in row["BINDINGS"]]


def forget(portal: Portal, kind: Any, row: Row, user: int | None) -> None:
    """An element is gone: what was bound to it alone goes too, the rest loses the binding."""
    place = [kind.number, row["ID"]]
    for one in of(portal, *place):
        rest = [other for other in one["BINDINGS"] if other != place]
        if not rest:
            delete(portal, one, user)
            continue
        table(portal).update(one["ID"], BINDINGS=rest, OWNER_TYPE_ID=rest[0][0], OWNER_ID=rest[0][1])


def start(portal: Portal) -> None:
    """Listen for deleted elements."""
    portal.listen("crm.item.deleted", lambda kind, row, user, **_: forget(portal, kind, row, user))
