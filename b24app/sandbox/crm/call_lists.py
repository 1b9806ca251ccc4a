"""crm.calllist.*: lists of contacts or companies to be called.

Source: `crm/call-list/`.
"""

from typing import Any

from b24app.sandbox.crm import kinds, query, stages
from b24app.sandbox.kernel.errors import RestError, bad_argument
from b24app.sandbox.kernel.registry import Answer, Call, method, to_int
from b24app.sandbox.kernel.store import Row, Table

KINDS = {"CONTACT": kinds.CONTACT, "COMPANY": kinds.COMPANY}
COLUMNS = query.columns(ID="integer", CREATED_BY_ID="integer", WEBFORM_ID="integer", ENTITY_TYPE_ID="integer",
                        DATE_CREATE="datetime")  # fmt: skip


def _table(call: Call) -> Table:
    return call.portal.table("crm_calllist")


@method("crm.calllist.add", scope="crm")
def add(call: Call) -> Any:
    kind, entities = _given(call, "Incorrect entity type", "ENTITY_ERROR")
    row = {"DATE_CREATE": call.portal.iso(), "CREATED_BY_ID": call.user_id, "WEBFORM_ID": call.int("WEBFORM_ID") or None,
           "ENTITY_TYPE_ID": kind, "ENTITIES": entities}  # fmt: skip
    return _table(call).add(row)["ID"]


@method("crm.calllist.update", scope="crm")
def update(call: Call) -> Any:
    row = _table(call).get(to_int(_argument(call, "LIST_ID")))
    if row is None:
        raise RestError("LIST_ID_ERROR", "Incorrect list id or access denied")
    kind, entities = _given(call, "EntityType is incorrect", "ENTITIES_ERROR")
    if kind != row["ENTITY_TYPE_ID"]:
        raise RestError("ENTITY_TYPE_ERROR", "Discrepancy between the type of call participants and incoming type")
    _table(call).update(row["ID"], ENTITIES=entities, WEBFORM_ID=call.int("WEBFORM_ID") or None)
    return True


@method("crm.calllist.get", scope="crm")
def get(call: Call) -> Any:
    row = _table(call).get(to_int(_argument(call, "ID")))
    if row is None:
        raise RestError("LIST_ID_ERROR", "Incorrect list id")
    name = next(name for name, number in KINDS.items() if number == row["ENTITY_TYPE_ID"])
    return {**_shown(row, tuple(COLUMNS)), "ENTITY_TYPE": name}


@method("crm.calllist.list", scope="crm")
def listing(call: Call) -> Any:
    names = tuple(str(name) for name in call.rows("select")) or tuple(COLUMNS)
    for name in (*names, *(key.lstrip("=!<>@%") for key in call.map("filter")), *call.map("order")):
        if name not in COLUMNS:
            text = (
                f"Unknown field definition `{name}` ({name}) for \\Bitrix\\Crm\\CallList\\Internals\\CallList Entity."
            )
            raise RestError("100", text)
    page = query.listed(call, query.Query(call.portal, COLUMNS), _table(call))
    return Answer([_shown(row, names) for row in page.result], page.total, page.next)


@method("crm.calllist.items.get", scope="crm")
def items_get(call: Call) -> Any:
    number = to_int(_argument(call, "LIST_ID"))
    if number < 1:
        raise RestError("LIST_ID_ERROR", "List id should be positive")
    row = _table(call).get(number)
    if row is None:
        raise RestError("LIST_ID_ERROR", "Call list is not found")
    wanted = call.map("FILTER").get("STATUS")
    if wanted and not any(one["STATUS_ID"] == wanted for one in _statuses(call)):
        raise RestError("STATUS_ERROR", "Incorrect status")
    rows = [{"ID": one, "STATUS": "IN_WORK", "ENTITY_TYPE": row["ENTITY_TYPE_ID"]} for one in row["ENTITIES"]]
    return [one for one in rows if wanted in (None, "", one["STATUS"])]


@method("crm.calllist.statuslist", scope="crm")
def status_list(call: Call) -> Any:
    return [
        {"ID": row["ID"], "NAME": row["NAME"], "SORT": row["SORT"], "STATUS_ID": row["STATUS_ID"]}
        for row in _statuses(call)
    ]


def _statuses(call: Call) -> list[Row]:
    return stages.statuses(call.portal).where(ENTITY_ID="CALL_LIST")


def _argument(call: Call, name: str) -> Any:
    if call.get(name) in (None, ""):
        raise bad_argument(name, f"{name} is not found")
    return call.get(name)


def _given(call: Call, wrong_type: str, unknown: str) -> tuple[int, list[int]]:
    kind = KINDS.get(str(_argument(call, "ENTITY_TYPE")).upper())
    entities = _argument(call, "ENTITIES")
    if not isinstance(entities, list | dict):
        raise RestError("ENTITIES_ERROR", "Entities is not array")
    if kind is None:
        raise RestError("ENTITY_TYPE_ERROR", wrong_type)
    numbers = [to_int(one) for one in call.rows("ENTITIES")]
    known = [one for one in numbers if one in kinds.BUILT_IN[kind].rows(call.portal)]
    if not known:
        raise RestError(unknown, "Incorrect entities id")
    return kind, known


def _shown(row: Row, names: tuple[str, ...]) -> Row:
    found: Row = {name: None if row.get(name) is None else str(row[name]) for name in names}
    if "DATE_CREATE" in found:
        found["DATE_CREATE"] = found["DATE_CREATE"][:19].replace("T", " ")
    return found
