"""crm.status.*: rows of dictionaries, stages among them.

Source: `crm/status/`. Only an administrator writes; no event tells of a change.
"""

import re
from typing import Any

from b24app.sandbox.crm import kinds, query, stages
from b24app.sandbox.crm.fields import descriptions, dictionaries
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.kernel.errors import RestError, core_error
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, method, to_int
from b24app.sandbox.kernel.store import Row

COLUMNS = query.columns(
    "ENTITY_ID", "STATUS_ID", "NAME", "NAME_INIT", "SYSTEM", "COLOR", "SEMANTICS", ID="integer", SORT="integer",
    CATEGORY_ID="integer",
)  # fmt: skip
WITH_EXTRA = re.compile(r"STATUS|QUOTE_STATUS|DEAL_STAGE(_\d+)?")
CODE_MAX = {"STATUS": 21, "DEAL_STAGE": 22, "QUOTE_STATUS": 22}
_CODE = re.compile(r"[A-Za-z0-9_:-]+")


def shown(row: Row, *, extra: bool = True) -> Row:
    """A row in an answer: strings, SEMANTICS null while in progress."""
    found: Row = {name: None if row.get(name) is None else str(row[name]) for name in COLUMNS}
    found = {"ID": found.pop("ID"), **found}
    if extra and WITH_EXTRA.fullmatch(row["ENTITY_ID"]):
        word = "apology" if row.get("APOLOGY") else stages.EXTRA[stages.semantics(row)]
        found["EXTRA"] = {"SEMANTICS": word, "COLOR": row["COLOR"]}
    return found


@method("crm.status.list", scope="crm")
def listing(call: Call) -> Any:
    given = call.map("filter")
    if any(isinstance(value, list | dict) for name, value in given.items() if name.strip("=@!") == "ENTITY_ID"):
        raise RestError.plain("Filter by ENTITY_ID must be a string")
    page = query.listed(call, query.Query(call.portal, COLUMNS), stages.statuses(call.portal))
    return Answer([shown(row) for row in page.result], page.total, page.next)


@method("crm.status.get", scope="crm")
def get(call: Call) -> Any:
    return shown(_found(call), extra=False)


@method("crm.status.add", scope="crm")
def add(call: Call) -> Any:
    _admin(call)
    fields = _fields(call)
    for name in ("ENTITY_ID", "STATUS_ID", "NAME"):
        if not str(fields.get(name) or "").strip():
            raise RestError.plain(f"The field {name} is required.")
    place = owner(call.portal, str(fields["ENTITY_ID"]))
    if place is None and fields["ENTITY_ID"] not in dictionaries()["dictionaries"]:
        raise RestError.plain("Specified entity type is not supported.")
    return stages.statuses(call.portal).add(_new(call.portal, fields, place))["ID"]


def _new(portal: Portal, fields: Row, place: tuple[Kind, int | None] | None) -> Row:
    entity, code = str(fields["ENTITY_ID"]), str(fields["STATUS_ID"]).strip()
    start = stages.prefix(*place) if place else ""
    if start and not code.startswith(start):
        code = start + code
    _check_code(entity, code, place)
    if stages.statuses(portal).first(ENTITY_ID=entity, STATUS_ID=code):
        raise core_error("The specified status ID already exists.")
    meaning = str(fields.get("SEMANTICS") or "").upper()
    sort = to_int(fields.get("SORT"), 10)
    if place:
        _check_sort(portal, entity, meaning, sort)
    color = str(fields.get("COLOR") or "")
    category = place[1] if place and place[0].pipelines and place[1] else None
    return stages.status(entity, code, str(fields["NAME"]), sort, color=color, meaning=meaning, category=category)


def _check_code(entity: str, code: str, place: tuple[Kind, int | None] | None) -> None:
    longest = CODE_MAX.get(entity, 21 + len(stages.prefix(*place)) if place else 50)
    if len(code) > longest:
        raise RestError.plain(f"The field STATUS_ID must be no longer than {longest} characters.")
    if place and not _CODE.fullmatch(code):
        raise RestError.plain("The field STATUS_ID contains invalid characters.")


def _check_sort(portal: Portal, entity: str, meaning: str, sort: int) -> None:
    """Stages in progress stand before the successful one, failures behind it."""
    won = next((row for row in stages.statuses(portal).where(ENTITY_ID=entity) if row["SEMANTICS"] == "S"), None)
    if won and meaning not in {"S", "F"} and sort > won["SORT"]:
        text = f"Поле SORT стадии в работе не может быть больше {won['SORT']}"
        raise RestError.plain(text)


@method("crm.status.update", scope="crm")
def update(call: Call) -> Any:
    _admin(call)
    row, fields = _found(call), _fields(call)
    changes: Row = {name: str(fields[name]) for name in ("NAME", "COLOR") if fields.get(name) not in (None, "")}
    if fields.get("SORT") not in (None, ""):
        changes["SORT"] = to_int(fields["SORT"])
    for name in set(fields) - {"NAME", "COLOR", "SORT"}:
        call.portal.tell(f"{name} of a dictionary row cannot change and was ignored", method=call.method)
    stages.statuses(call.portal).update(row["ID"], **changes)
    return True


@method("crm.status.delete", scope="crm")
def delete(call: Call) -> Any:
    _admin(call)
    row = _found(call)
    if row["SYSTEM"] == "Y" and str(call.map("params").get("FORCED")) != "Y":
        text = 'CRM System Status can be deleted only if parameter FORCED is specified and equal to "Y".'
        raise RestError.plain(text)
    place = owner(call.portal, row["ENTITY_ID"])
    if place and any(one.get("STAGE_ID") == row["STATUS_ID"] for one in place[0].rows(call.portal)):
        raise core_error("There are active items in this status.")
    stages.statuses(call.portal).delete(row["ID"])
    return True


@method("crm.status.fields", scope="crm")
def fields(_: Call) -> Any:
    plan = {
        "ID": "integer R", "ENTITY_ID": "string rI", "STATUS_ID": "string rI", "SORT": "integer", "NAME": "string r",
        "NAME_INIT": "string R", "SYSTEM": "char R", "CATEGORY_ID": "integer I", "COLOR": "string", "SEMANTICS": "char I",
        "EXTRA": "crm_status_extra",
    }  # fmt: skip
    return descriptions(plan, NAME="Название", SORT="Сортировка", STATUS_ID="Статус", ENTITY_ID="Тип справочника")


@method("crm.status.entity.items", scope="crm")
def entity_items(call: Call) -> Any:
    name = str(call.get("entityId") or "")
    if not name:
        raise RestError.plain("The parameter entityId is not defined or invalid.")
    rows = sorted(stages.statuses(call.portal).where(ENTITY_ID=name), key=lambda row: (row["SORT"], row["ID"]))
    return [{"NAME": row["NAME"], "SORT": row["SORT"], "STATUS_ID": row["STATUS_ID"]} for row in rows]


@method("crm.status.entity.types", scope="crm")
def entity_types(call: Call) -> Any:
    found: list[Row] = [{"ID": name, "NAME": about["name"]} for name, about in dictionaries()["dictionaries"].items()]
    for kind in kinds.all_kinds(call.portal):
        if kind.stages and not kind.pipelines:
            found.insert(0, _entity(kind, None, f"Стадии: {kind.title}"))
        elif kind.stages:
            found.extend(_pipeline(kind, row) for row in stages.categories(call.portal, kind))
    return found


def _entity(kind: Kind, category: int | None, name: str) -> Row:
    return {"ID": stages.entity(kind, category), "NAME": name, "SEMANTIC_INFO": _semantic_info(kind, category),
            "ENTITY_TYPE_ID": kind.number}  # fmt: skip


def _semantic_info(kind: Kind, category: int | None) -> Row:
    if kind.dynamic:
        return {}
    start = stages.prefix(kind, category)
    by_meaning: dict[str, str] = {}
    for code, _, _, meaning, *_rest in stages.standard(kind):
        by_meaning.setdefault(meaning, start + code)
    return {"START_FIELD": by_meaning["P"], "FINAL_SUCCESS_FIELD": by_meaning["S"],
            "FINAL_UNSUCCESS_FIELD": by_meaning["F"], "FINAL_SORT": 0}  # fmt: skip


def _pipeline(kind: Kind, row: Row) -> Row:
    number = row["ID"]
    found = _entity(kind, number, f"{kind.title} ({row['NAME']})")
    start = stages.prefix(kind, number).removesuffix(":")
    if kind.number == kinds.DEAL:
        more = {"PARENT_ID": "DEAL_STAGE", "PREFIX": start} if number else {}
        scope = f"category_{number}" if number else ""
        return {**found, **more, "FIELD_ATTRIBUTE_SCOPE": scope, "CATEGORY_ID": str(number) if number else 0}
    found |= {"PREFIX": start, "FIELD_ATTRIBUTE_SCOPE": f"category_{number}", "IS_ENABLED": True, "CATEGORY_ID": number}
    if kind.type:
        found |= {"CATEGORY_NAME": row["NAME"], "CATEGORY_SORT": row["SORT"], "IS_DEFAULT_CATEGORY": row["IS_DEFAULT"]}
    return found


def owner(portal: Portal, entity: str) -> tuple[Kind, int | None] | None:
    """The kind and the pipeline whose stages stand under this ENTITY_ID."""
    for kind in kinds.all_kinds(portal):
        if not kind.stages:
            continue
        if not kind.pipelines:
            if entity == kind.stages:
                return kind, None
            continue
        for row in stages.categories(portal, kind):
            if entity == stages.entity(kind, row["ID"]):
                return kind, row["ID"]
    return None


def _found(call: Call) -> Row:
    number = call.int("id")
    if number <= 0:
        raise RestError.plain("Invalid identifier.")
    row = stages.statuses(call.portal).get(number)
    if row is None:
        raise RestError.plain("Status is not found.")
    return row


def _fields(call: Call) -> Row:
    if not isinstance(call.get("fields"), dict | list):
        raise RestError.plain("Parameter 'fields' must be array.")
    return {str(name).upper(): value for name, value in call.map("fields").items()}


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise RestError.plain("Access denied.")
