"""crm.activity.todo.*: to-dos with a deadline on an element's card.

Source: `crm/timeline/activities/todo/`.
"""

from typing import Any

from b24app.sandbox.crm import deeds, owners, values
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row

COLORS = (*"1234567", "default")


@method("crm.activity.todo.add", scope="crm")
def add(call: Call) -> Any:
    kind, number = owners.place(call)
    deadline = _moment(call, call.need("deadline"))
    row = {"TYPE_ID": deeds.PROVIDER, "PROVIDER_ID": deeds.TODO, "PROVIDER_TYPE_ID": "TODO", "DEADLINE": deadline,
           "START_TIME": deadline, "END_TIME": deadline, "SUBJECT": "Дело", **_given(call)}  # fmt: skip
    made = deeds.add(call.portal, row, [[kind.number, number]], call.user_id)
    return {"id": made["ID"]}


@method("crm.activity.todo.update", scope="crm")
def update(call: Call) -> Any:
    row = _open(call)
    deadline = _moment(call, call.need("deadline"))
    return _change(call, row, {"DEADLINE": deadline, "START_TIME": deadline, "END_TIME": deadline, **_given(call)})


@method("crm.activity.todo.updateDeadline", scope="crm")
def update_deadline(call: Call) -> Any:
    row, deadline = _open(call), _moment(call, call.need("value"))
    return _change(call, row, {"DEADLINE": deadline, "START_TIME": deadline, "END_TIME": deadline})


@method("crm.activity.todo.updateDescription", scope="crm")
def update_description(call: Call) -> Any:
    return _change(call, _open(call), {"DESCRIPTION": str(call.need("value") or "")})


@method("crm.activity.todo.updateColor", scope="crm")
def update_color(call: Call) -> Any:
    row = _open(call, "CAN_NOT_UPDATE_COLOR_COMPLETED_TODO")
    color = str(call.need("colorId"))
    if color not in COLORS:
        raise RestError("CAN_NOT_UPDATE_WRONG_COLOR_TODO", "Неверное значение цвета")
    return _change(call, row, {"COLOR_ID": color})


@method("crm.activity.todo.updateResponsibleUser", scope="crm")
def update_responsible_user(call: Call) -> Any:
    row = _open(call, "CAN_NOT_UPDATE_RESPONSIBLE_USER_COMPLETED_TODO")
    number = to_int(call.need("responsibleId"))
    if number <= 0:
        raise RestError("INVALID_ARG_VALUE", 'Параметр "responsibleId" должен быть больше 0')
    return _change(call, row, {"RESPONSIBLE_ID": number})


def _change(call: Call, row: Row, changes: Row) -> Row:
    deeds.update(call.portal, row, changes, call.user_id)
    return {"id": row["ID"]}


def _open(call: Call, closed: str = "CAN_NOT_UPDATE_COMPLETED_TODO") -> Row:
    """The to-do a call names, if it is not done yet."""
    number = to_int(call.need("id"))
    kind, owner = owners.place(call)
    row = deeds.table(call.portal).get(number)
    if row is None or row["PROVIDER_ID"] != deeds.TODO or [kind.number, owner] not in row["BINDINGS"]:
        raise owners.not_found()
    if row["COMPLETED"] == "Y":
        raise RestError(closed, "Нельзя изменить завершённое дело")
    return row


def _given(call: Call) -> Row:
    """What may be given beside the deadline."""
    found: Row = {}
    for name, kept in (("title", "SUBJECT"), ("description", "DESCRIPTION"), ("colorId", "COLOR_ID")):
        if call.get(name) not in (None, ""):
            found[kept] = str(call.get(name))
    if call.int("responsibleId"):
        found["RESPONSIBLE_ID"] = call.int("responsibleId")
    if call.params.has("pingOffsets"):
        found["PING_OFFSETS"] = [to_int(one) for one in as_list(call.get("pingOffsets"))]
    parent = call.int("parentActivityId")
    if parent:
        found["ASSOCIATED_ENTITY_ID"] = _parent(call, parent)
    return found


def _parent(call: Call, number: int) -> int:
    row = deeds.table(call.portal).get(number)
    if row is None:
        raise owners.not_found()
    if row["COMPLETED"] == "Y":
        raise RestError("ERROR_PARENT_ACTIVITY_RESTRICT", "Нельзя запланировать дело для завершённого дела")
    return number


def _moment(call: Call, raw: Any) -> str:
    try:
        return values.moment(call.portal, raw)
    except values.BadValue:
        raise RestError("WRONG_DATETIME_FORMAT", "Неверный формат даты") from None
