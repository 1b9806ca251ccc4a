"""crm.category.*: pipelines of deals, smart processes, invoices, and directions of contacts and companies.

Source: `crm/universal/category/`.
"""

from typing import Any

from b24app.sandbox.crm import kinds, names, query, stages
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.crm.values import flag
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Answer, Call, method, to_int
from b24app.sandbox.kernel.store import Row

NAME_MAX = 255
DEAL_ONLY = ("ORIGIN_ID", "ORIGINATOR_ID")


def shown(kind: Kind, row: Row) -> Row:
    """A pipeline in an answer; the default pipeline of deals has no origin."""
    found: Row = {
        "id": row["ID"], "name": row["NAME"], "sort": row["SORT"], "entityTypeId": kind.number,
        "isDefault": "Y" if row["IS_DEFAULT"] else "N",
    }  # fmt: skip
    if kind.number == kinds.DEAL and row["ID"]:
        found |= {"originId": row.get("ORIGIN_ID") or "", "originatorId": row.get("ORIGINATOR_ID") or ""}
    if kind.type:
        found |= {"isSystem": "N", "code": row.get("CODE") or ""}
    return found


@method("crm.category.list", scope="crm")
def listing(call: Call) -> Any:
    kind = _kind(call)
    columns = query.columns("NAME", ID="integer", SORT="integer")
    rows = stages.categories(call.portal, kind)
    page = query.Query(call.portal, columns).page(rows, {}, {"SORT": "ASC", "ID": "ASC"}, call.get("start", default=0))
    return Answer({"categories": [shown(kind, row) for row in page.result]}, page.total, page.next)


@method("crm.category.get", scope="crm")
def get(call: Call) -> Any:
    kind = _kind(call)
    return {"category": shown(kind, _found(call, kind))}


@method("crm.category.add", scope="crm")
def add(call: Call) -> Any:
    kind = _kind(call)
    _admin(call)
    call.need("fields")
    fields = _fields(call, kind)
    if "NAME" not in fields:
        raise RestError("0", "Field 'NAME' is required")
    default = bool(fields.pop("IS_DEFAULT", False))
    if default and kind.number in {kinds.CONTACT, kinds.COMPANY}:
        raise RestError("0", "Default client category does not support updating default state")
    name, sort = fields.pop("NAME"), fields.pop("SORT", 500)
    row = stages.add_category(call.portal, kind, name, sort, is_default=default, **fields)
    return {"category": shown(kind, row)}


@method("crm.category.update", scope="crm")
def update(call: Call) -> Any:
    kind = _kind(call)
    _admin(call)
    row, fields = _found(call, kind), _fields(call, kind)
    table = stages.pipelines(call.portal, kind)
    default = fields.pop("IS_DEFAULT", row["IS_DEFAULT"])
    if default and not row["IS_DEFAULT"]:
        for other in table.where(ENTITY_TYPE_ID=kind.number, IS_DEFAULT=True):
            table.update(other["ID"], IS_DEFAULT=False)
        fields["IS_DEFAULT"] = True
    if row["ID"] in table:
        table.update(row["ID"], **fields)
    return {"category": shown(kind, row)}


@method("crm.category.delete", scope="crm")
def delete(call: Call) -> Any:
    kind = _kind(call)
    _admin(call)
    row = _found(call, kind)
    deal = kind.number == kinds.DEAL
    if row["IS_DEFAULT"]:
        raise RestError("0", "Default deal category cannot be deleted") if deal else RestError(
            "BX_ERROR", "Эта воронка используется по умолчанию")  # fmt: skip
    if any(one.get("CATEGORY_ID") == row["ID"] for one in kind.rows(call.portal)):
        raise RestError("0", f"Найдены сделки, связанные с воронкой «{row['NAME']}»") if deal else RestError(
            "BX_ERROR", "Найдены элементы, связанные с воронкой")  # fmt: skip
    stages.pipelines(call.portal, kind).delete(row["ID"])
    if kind.stages:
        for one in stages.of(call.portal, kind, row["ID"]):
            stages.statuses(call.portal).delete(one["ID"])
    return None


@method("crm.category.fields", scope="crm")
def fields(call: Call) -> Any:
    kind = _kind(call)
    plan = {"id": "integer R", "name": "string", "sort": "integer", "entityTypeId": "integer rR",
            "isDefault": "boolean R" if kind.number == kinds.DEAL else "boolean"}  # fmt: skip
    if kind.number == kinds.DEAL:
        plan |= {"originId": "string", "originatorId": "string"}
    if kind.type:
        plan |= {"code": "string R", "isSystem": "boolean R"}
    return {"fields": descriptions(plan, upper=True)}


def _kind(call: Call) -> Kind:
    kind = kinds.needed(call.portal, call.need("entityTypeId"))
    if not kind.pipelines:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type `{kind.name}` is not supported")
    return kind


def _found(call: Call, kind: Kind) -> Row:
    row = stages.category(call.portal, kind, to_int(call.need("id"), -1))
    if row is None:
        raise RestError("NOT_FOUND", "Элемент не найден")
    return row


def _fields(call: Call, kind: Kind) -> Row:
    """Given characteristics; `isDefault` of deals does not change."""
    given = call.map("fields")
    found: Row = {}
    if str(given.get("name") or "").strip():
        found["NAME"] = str(given["name"]).strip()[:NAME_MAX]
    if given.get("sort") not in (None, ""):
        found["SORT"] = max(to_int(given["sort"]), 0)
    if kind.number == kinds.DEAL:
        found |= {name: str(given[names.camel(name)]) for name in DEAL_ONLY if given.get(names.camel(name))}
    elif "isDefault" in given:
        found["IS_DEFAULT"] = flag(given["isDefault"]) == "Y"
    return found


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise access_denied("Доступ запрещён", 400)
