"""department.*: the company's structure.

Source: `api-reference/departments/department-*.md`; methods.md C.2. The root has no PARENT, UF_HEAD is there when set.
"""

from typing import Any

from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import core_error
from b24app.sandbox.kernel.registry import Answer, Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org.people import add_department
from b24app.sandbox.org.users import departments

LABELS = {"ID": "ID", "NAME": "Название подразделения", "SORT": "Поле сортировки", "PARENT": "Вышестоящее подразделение",
          "UF_HEAD": "Руководитель"}  # fmt: skip


@method("department.fields", scope="department")
def fields(_: Call) -> Any:
    return LABELS


@method("department.get", scope="department")
def get(call: Call) -> Any:
    """Flat parameters: a field and its value narrow the list down."""
    given = {**{key: value for key, value in call.params.items() if _is_filter(key, value)}, **call.map("FILTER")}
    lines = query.conditions({str(key).upper(): value for key, value in given.items()})
    rows = [row for row in call.portal.table("department") if query.passes(row, lines, call.portal.clock)]
    field = str(call.get("sort") if str(call.get("sort") or "").upper() in LABELS else "").upper()
    if field:
        rows = query.ordered(rows, {field: call.get("order") or "ASC"}, call.portal.clock)
    answer = query.page(rows, call.get("START", default=0))
    return Answer([_printed(row) for row in answer.result], answer.total, answer.next)


def _is_filter(key: str, value: Any) -> bool:
    """`SORT` is both a field and, in small letters, the order: a number filters, a name orders."""
    name = query.condition(key, value).field.upper()
    return name in LABELS and (name != "SORT" or str(value).isdigit())


def _printed(row: Row) -> Row:
    shown = {"ID": str(row["ID"]), "NAME": row["NAME"], "SORT": row["SORT"]}
    if row.get("PARENT"):
        shown["PARENT"] = str(row["PARENT"])
    return {**shown, "UF_HEAD": str(row["UF_HEAD"])} if row.get("UF_HEAD") else shown


@method("department.add", scope="department")
def add(call: Call) -> Any:
    _admin(call)
    given = _given(call)
    if not given.get("NAME"):
        raise core_error("Department name not provided.<br>")
    if call.portal.table("department").get(given.get("PARENT")) is None:
        raise core_error("There can only be one top-level department in the company structure")
    row = add_department(call.portal, given["NAME"], given["PARENT"], given.get("UF_HEAD", 0), given.get("SORT", 500))
    return row["ID"]


@method("department.update", scope="department")
def update(call: Call) -> Any:
    row = _found(call)
    call.portal.table("department").update(row["ID"], **_given(call))
    return True


@method("department.delete", scope="department")
def delete(call: Call) -> Any:
    """Employees and lower departments move to the one above."""
    row = _found(call)
    above = row.get("PARENT")
    if not above:
        raise core_error("Access denied")
    for lower in call.portal.table("department").where(PARENT=row["ID"]):
        call.portal.table("department").update(lower["ID"], PARENT=above)
    for user in call.portal.users.where(lambda user: row["ID"] in departments(user)):
        kept = [number for number in departments(user) if number != row["ID"]] or [above]
        call.portal.users.update(user["ID"], UF_DEPARTMENT=kept)
    call.portal.table("department").delete(row["ID"])
    return True


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise core_error("Access denied")


def _found(call: Call) -> Row:
    _admin(call)
    row = call.portal.table("department").get(to_int(call.get("ID")))
    if row is None:
        raise core_error("Department not found")
    return row


def _given(call: Call) -> Row:
    values = {str(key).upper(): value for key, value in {**call.params, **as_map(call.get("fields"))}.items()}
    given: Row = {name: to_int(values[name]) for name in ("SORT", "PARENT", "UF_HEAD") if name in values}
    return {**given, "NAME": str(values["NAME"])} if "NAME" in values else given
