"""crm.type.*: smart processes, their switches and relations.

Source: `crm/universal/user-defined-object-types/`. `id` names user fields (`CRM_13`), `entityTypeId` everything else.
"""

from typing import Any

from b24app.sandbox.crm import kinds, query, stages, userfields
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.crm.values import flag
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.events import known_events
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row, Table

SWITCHES = (
    "isCategoriesEnabled", "isStagesEnabled", "isBeginCloseDatesEnabled", "isClientEnabled", "isUseInUserfieldEnabled",
    "isLinkWithProductsEnabled", "isMycompanyEnabled", "isDocumentsEnabled", "isSourceEnabled", "isObserversEnabled",
    "isRecyclebinEnabled", "isAutomationEnabled", "isBizProcEnabled", "isSetOpenPermissions",
)  # fmt: skip
ALWAYS_OFF = ("isPaymentsEnabled", "isCountersEnabled")
LINKED = ("CALENDAR_EVENT|UF_CRM_CAL_EVENT", "TASKS_TASK|UF_CRM_TASK", "TASKS_TASK_TEMPLATE|UF_CRM_TASK")
PLAN = {
    "id": "integer R", "title": "string r", "code": "string", "createdBy": "user R", "entityTypeId": "integer rI",
    "customSectionId": "integer I", **dict.fromkeys(SWITCHES, "boolean"), **dict.fromkeys(ALWAYS_OFF, "boolean R"),
    "createdTime": "datetime R", "updatedTime": "datetime R", "updatedBy": "user R",
}  # fmt: skip
COLUMNS = {name: query.Column(name, form.split()[0]) for name, form in PLAN.items()}
OLD_RANGE, FIRST_NEW = range(128, 193), 1030
EVENTS = ("ADD", "UPDATE", "DELETE")


def table(portal: Portal) -> Table:
    """All smart processes."""
    return portal.table("crm_type")


@method("crm.type.add", scope="crm")
def add(call: Call) -> Any:
    call.need("fields")
    _admin(call)
    given = call.map("fields")
    if not str(given.get("title") or "").strip():
        raise RestError("CRM_FIELD_ERROR_REQUIRED", "Поле «Название» обязательно для заполнения")
    now, user = call.portal.iso(), call.user_id
    row: Row = {"title": str(given["title"]), "code": str(given.get("code") or ""), "createdBy": user,
                "entityTypeId": _number(call, given), "customSectionId": None, **dict.fromkeys(SWITCHES, "N"),
                "isSetOpenPermissions": "Y", **dict.fromkeys(ALWAYS_OFF, "N"), "createdTime": now, "updatedTime": now,
                "updatedBy": user, "linkedUserFields": dict.fromkeys(LINKED, "N")}  # fmt: skip
    row |= _switched(given)
    row |= _linked(call.portal, row, given)
    made = table(call.portal).add(row, id_field="id")
    kind = kinds.smart_process(made)
    stages.add_category(call.portal, kind, "Общая", is_default=True)
    _relate(call.portal, made["entityTypeId"], as_map(given.get("relations")))
    declare(made["entityTypeId"])
    _happened(call, made, "ADD")
    return {"type": shown(call.portal, made)}


@method("crm.type.update", scope="crm")
def update(call: Call) -> Any:
    _admin(call)
    row, given = _found(call), call.map("fields")
    changes: Row = {name: str(given[name]) for name in ("title", "code") if given.get(name)}
    changes |= _switched(given)
    changes |= _linked(call.portal, {**row, **changes}, given)
    table(call.portal).update(row["id"], **changes, updatedTime=call.portal.iso(), updatedBy=call.user_id)
    if row["isStagesEnabled"] == "Y":
        _give_stages(call.portal, row)
    if "relations" in given:
        _relate(call.portal, row["entityTypeId"], as_map(given["relations"]))
    _happened(call, row, "UPDATE")
    return {"type": shown(call.portal, row)}


@method("crm.type.get", scope="crm")
def get(call: Call) -> Any:
    _admin(call)
    return {"type": shown(call.portal, _found(call))}


@method("crm.type.getByEntityTypeId", scope="crm")
def get_by_entity_type_id(call: Call) -> Any:
    row = table(call.portal).first(entityTypeId=to_int(call.need("entityTypeId")))
    if row is None:
        raise RestError("NOT_FOUND", "Смарт-процесс не найден")
    return {"type": shown(call.portal, row)}


@method("crm.type.list", scope="crm")
def listing(call: Call) -> Any:
    _admin(call)
    page = query.listed(call, query.Query(call.portal, COLUMNS, strict=True, key="id"), table(call.portal))
    return Answer({"types": [{name: row.get(name) for name in PLAN} for row in page.result]}, page.total, page.next)


@method("crm.type.delete", scope="crm")
def delete(call: Call) -> Any:
    _admin(call)
    if not call.params.has("id"):
        return None
    row = _found(call)
    kind = kinds.smart_process(row)
    if len(kind.rows(call.portal)):
        raise RestError("BX_ERROR", "Нельзя удалить смарт-процесс, пока в нём есть элементы")
    for pipeline in stages.categories(call.portal, kind):
        for stage in stages.statuses(call.portal).where(ENTITY_ID=f"{kind.name}_STAGE_{pipeline['ID']}"):
            stages.statuses(call.portal).delete(stage["ID"])
        stages.pipelines(call.portal, kind).delete(pipeline["ID"])
    for field in userfields.of_kind(call.portal, kind):
        userfields.table(call.portal).delete(field["ID"])
    _relate(call.portal, row["entityTypeId"], {})
    table(call.portal).delete(row["id"])
    _happened(call, row, "DELETE")
    return []


@method("crm.type.fields", scope="crm")
def fields(_: Call) -> Any:
    return {"fields": descriptions(PLAN, upper=True)}


def shown(portal: Portal, row: Row) -> Row:
    """A type with its relations."""
    number = row["entityTypeId"]
    found: Row = {name: row.get(name) for name in PLAN}
    predefined = [_relation(one, "Y", predefined=True) for one in (kinds.CONTACT, kinds.COMPANY)]
    rows = portal.table("crm_relation")
    parents = [_relation(one["PARENT"], one["LIST"]) for one in rows.where(CHILD=number)]
    children = [_relation(one["CHILD"], one["LIST"]) for one in rows.where(PARENT=number)]
    clients = predefined if row["isClientEnabled"] == "Y" else []
    found["relations"] = {"parent": [*clients, *parents], "child": children}
    return {**found, "linkedUserFields": row["linkedUserFields"], "customSections": []}


def _relation(number: int, in_list: str, *, predefined: bool = False) -> Row:
    return {"entityTypeId": number, "isChildrenListEnabled": in_list, "isPredefined": "Y" if predefined else "N"}


def _found(call: Call) -> Row:
    row = table(call.portal).get(to_int(call.need("id")))
    if row is None:
        raise RestError("0", "Смарт-процесс не найден")
    return row


def _number(call: Call, given: Row) -> int:
    """The entityTypeId asked for, or the next free one."""
    taken = {row["entityTypeId"] for row in table(call.portal)}
    if given.get("entityTypeId") in (None, ""):
        return next(number for number in range(FIRST_NEW, 100_000, 2) if number not in taken)
    number = to_int(given["entityTypeId"])
    if number not in OLD_RANGE and (number < FIRST_NEW or number % 2):
        raise RestError("INVALID_ARG_VALUE", "entityTypeId is out of allowed range")
    if number in taken:
        raise RestError("INVALID_ARG_VALUE", "entityTypeId is already in use")
    return number


def _switched(given: Row) -> Row:
    return {name: flag(given[name]) for name in SWITCHES if given.get(name) not in (None, "")}


def _linked(portal: Portal, row: Row, given: Row) -> Row:
    """Where the type shows up; `Y` and `N` do not work here, only `true` and `false`."""
    wanted = as_map(given.get("linkedUserFields"))
    if not wanted or row["isUseInUserfieldEnabled"] != "Y":
        return {}
    return {"linkedUserFields": {**row["linkedUserFields"], **{name: _truth(portal, wanted[name]) for name in LINKED
                                                               if name in wanted}}}  # fmt: skip


def _truth(portal: Portal, value: Any) -> str:
    if str(value).upper() in {"Y", "N"}:
        portal.tell('relations and linkedUserFields of a type take "true" and "false", Y and N count as false')
    return "Y" if str(value).lower() in {"true", "1"} else "N"


def _relate(portal: Portal, number: int, relations: Row) -> None:
    """Relations are overwritten as a whole; a bad one is dropped without a word."""
    rows = portal.table("crm_relation")
    for old in [*rows.where(CHILD=number), *rows.where(PARENT=number)]:
        rows.delete(old["ID"])
    for side, one in (("parent", one) for one in as_list(relations.get("parent"))):
        _add_relation(portal, number, as_map(one), side)
    for side, one in (("child", one) for one in as_list(relations.get("child"))):
        _add_relation(portal, number, as_map(one), side)


def _add_relation(portal: Portal, number: int, given: Row, side: str) -> None:
    other = to_int(given.get("entityTypeId"))
    if other == number or kinds.find(portal, other) is None:
        portal.tell(f"relation of smart process {number} to {other} was dropped")
        return
    parent, child = (other, number) if side == "parent" else (number, other)
    in_list = _truth(portal, given.get("isChildrenListEnabled", "false"))
    portal.table("crm_relation").add({"PARENT": parent, "CHILD": child, "LIST": in_list})


def _give_stages(portal: Portal, row: Row) -> None:
    """Stages were switched on: every pipeline gets its standard ones, every element the first."""
    kind = kinds.smart_process(row)
    for pipeline in stages.categories(portal, kind):
        if not stages.of(portal, kind, pipeline["ID"]):
            stages.fill_stages(portal, kind, pipeline["ID"])
    for element in kind.rows(portal):
        if not element.get("STAGE_ID"):
            code = stages.fitting(portal, kind, element.get("CATEGORY_ID"), None)
            kind.rows(portal).update(element["ID"], STAGE_ID=code, STAGE_SEMANTIC_ID="P")


def declare(number: int) -> None:
    """Events of one smart process may be bound too."""
    known_events("crm", *(f"ONCRMDYNAMICITEM{act}_{number}" for act in EVENTS))


def _happened(call: Call, row: Row, act: str) -> None:
    data = {"FIELDS": {"ID": row["id"]}}
    call.portal.raise_event(f"ONCRMTYPE{act}", data, user=call.user_id, subject=str(row["id"]))


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise access_denied("Доступ запрещён", 400)


def start(portal: Portal) -> None:
    """Events of the smart processes that were kept."""
    declare(kinds.INVOICE)
    for row in table(portal):
        declare(row["entityTypeId"])
