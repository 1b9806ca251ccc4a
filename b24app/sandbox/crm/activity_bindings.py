"""crm.activity.binding.*: which elements an activity stands on.

Source: `crm/timeline/activities/binding/`.
"""

from typing import Any

from b24app.sandbox.crm import deeds, owners
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row

MOST = 100


@method("crm.activity.binding.add", scope="crm")
def add(call: Call) -> Any:
    row = _found(call)
    place = _place(call, "entityTypeId", "entityId")
    if place in row["BINDINGS"]:
        raise RestError("ACTIVITY_IS_ALREADY_BOUND", "Дело уже привязано к этому элементу")
    if len(row["BINDINGS"]) >= MOST:
        raise RestError("0", f"Дело может быть привязано не больше чем к {MOST} элементам")
    return _store(call, row, [*row["BINDINGS"], place])


@method("crm.activity.binding.list", scope="crm")
def listing(call: Call) -> Any:
    return [{"entityTypeId": kind, "entityId": number} for kind, number in _found(call)["BINDINGS"]]


@method("crm.activity.binding.delete", scope="crm")
def delete(call: Call) -> Any:
    row, place = _found(call), [to_int(call.need("entityTypeId")), to_int(call.need("entityId"))]
    if place not in row["BINDINGS"]:
        raise RestError("BINDING_NOT_FOUND", "Дело не привязано к этому элементу")
    if len(row["BINDINGS"]) == 1:
        raise RestError("LAST_BINDING_CANNOT_BE_DELETED", "Нельзя удалить единственную привязку дела")
    return _store(call, row, [one for one in row["BINDINGS"] if one != place])


@method("crm.activity.binding.move", scope="crm")
def move(call: Call) -> Any:
    row = _found(call)
    source = [to_int(call.need("sourceEntityTypeId")), to_int(call.need("sourceEntityId"))]
    target = _place(call, "targetEntityTypeId", "targetEntityId")
    if source[0] != target[0]:
        raise RestError("SOURCE_AND_TARGET_ENTITY_TYPES_ARE_NOT_EQUAL_ERROR", "Типы элементов не совпадают")
    if source[1] == target[1]:
        raise RestError("SOURCE_AND_TARGET_ENTITY_ID_ARE_EQUAL_ERROR", "Дело уже у этого элемента")
    if source not in row["BINDINGS"]:
        raise RestError("BINDING_NOT_FOUND", "Дело не привязано к этому элементу")
    if target in row["BINDINGS"]:
        raise RestError("ACTIVITY_IS_ALREADY_BOUND", "Дело уже привязано к этому элементу")
    return _store(call, row, [target if one == source else one for one in row["BINDINGS"]])


def _found(call: Call) -> Row:
    row = deeds.table(call.portal).get(to_int(call.need("activityId")))
    if row is None:
        raise owners.not_found()
    return row


def _place(call: Call, type_name: str, id_name: str) -> list[int]:
    kind, number = owners.place(call, type_name, id_name)
    return [kind.number, number]


def _store(call: Call, row: Row, rows: deeds.Bindings) -> bool:
    """The first binding is the owner."""
    owner = {"OWNER_TYPE_ID": rows[0][0], "OWNER_ID": rows[0][1]}
    deeds.table(call.portal).update(row["ID"], BINDINGS=rows, **owner)
    return True
