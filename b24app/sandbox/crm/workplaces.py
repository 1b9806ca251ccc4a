"""crm.automatedsolution.*: digital workplaces that gather smart processes.

Source: `crm/automated-solution/`.
"""

from typing import Any

from b24app.sandbox.crm import query
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Answer, Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row, Table

PLAN = {"id": "integer R", "title": "string r", "typeIds": "crm_dynamic_type M"}
COLUMNS = {"id": query.Column("id", "integer"), "title": query.Column("title")}


def _table(call: Call) -> Table:
    return call.portal.table("crm_workplace")


@method("crm.automatedsolution.add", scope="crm")
def add(call: Call) -> Any:
    _admin(call)
    given = call.map("fields")
    if not str(given.get("title") or "").strip():
        raise RestError("BX_EMPTY_REQUIRED", "Не заполнено обязательное поле «Название»")
    row = _table(call).add({"title": str(given["title"])}, id_field="id")
    return _shown(call, _take(call, row, given))


@method("crm.automatedsolution.update", scope="crm")
def update(call: Call) -> Any:
    _admin(call)
    row, given = _found(call), call.map("fields")
    if given.get("title"):
        _table(call).update(row["id"], title=str(given["title"]))
    return _shown(call, _take(call, row, given))


@method("crm.automatedsolution.get", scope="crm")
def get(call: Call) -> Any:
    return _shown(call, _found(call))


@method("crm.automatedsolution.list", scope="crm")
def listing(call: Call) -> Any:
    page = query.listed(call, query.Query(call.portal, COLUMNS, strict=True, key="id"), _table(call))
    rows = [_shown(call, row)["automatedSolution"] for row in page.result]
    return Answer({"automatedSolutions": rows}, page.total, page.next)


@method("crm.automatedsolution.delete", scope="crm")
def delete(call: Call) -> Any:
    _admin(call)
    row = _found(call)
    _take(call, row, {"typeIds": []})
    _table(call).delete(row["id"])
    return None


@method("crm.automatedsolution.fields", scope="crm")
def fields(_: Call) -> Any:
    return descriptions(PLAN)


def _take(call: Call, row: Row, given: Row) -> Row:
    """Bind exactly these smart processes; one that stood elsewhere leaves there."""
    if "typeIds" not in given:
        return row
    wanted = {to_int(one) for one in as_list(given["typeIds"])}
    types = call.portal.table("crm_type")
    for one in types:
        inside = one["id"] in wanted
        if inside or one.get("customSectionId") == row["id"]:
            types.update(one["id"], customSectionId=row["id"] if inside else None)
    return row


def _shown(call: Call, row: Row) -> Row:
    numbers = [one["id"] for one in call.portal.table("crm_type") if one.get("customSectionId") == row["id"]]
    return {"automatedSolution": {"id": row["id"], "title": row["title"], "typeIds": numbers}}


def _found(call: Call) -> Row:
    row = _table(call).get(to_int(call.need("id")))
    if row is None:
        raise RestError("NOT_FOUND", "Цифровое рабочее место не найдено")
    return row


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise access_denied("Доступ запрещён", 400)
