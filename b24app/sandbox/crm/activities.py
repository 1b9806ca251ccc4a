"""crm.activity.*: the old dialect of activities, e-mail among them.

Source: `crm/timeline/activities/activity-base/`.
"""

import re
from typing import Any

from b24app.sandbox.crm import channels, deeds, kinds, query, rights, values
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.crm.fields import table as described
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

FIELDS = {field.name: field for field in described("activity")}
NAMED_ONLY = ("BINDINGS", "COMMUNICATIONS", "FILES", "WEBDAV_ELEMENTS", "IS_INCOMING_CHANNEL")
COLUMNS = {name: query.Column(name, field.type) for name, field in FIELDS.items() if name not in NAMED_ONLY[:4]}
COMMUNICATION = {deeds.CALL: "PHONE", deeds.EMAIL: "EMAIL"}
_SENDER = re.compile(r".*<[^<>@\s]+@[^<>@\s]+>\s*")


@method("crm.activity.add", scope="crm")
def add(call: Call) -> Any:
    fields = _given(call)
    row = _read(call.portal, fields)
    _refuse_foreign(call, row, "add")
    talk = _communications(call, row, fields)
    bindings = _bindings(call.portal, fields, talk)
    if bindings and not rights.of_place(call, *bindings[0]):
        raise RestError.plain("Access denied.")
    if not bindings:
        raise RestError.plain(
            "Could not build binding. Please ensure that owner info and communications are defined correctly"
        )
    files = [one for item in as_list(fields.get("FILES")) if (one := values.file(call.portal, item))]
    app = {"APP_ID": call.app_id} if row.get("PROVIDER_ID") == deeds.REST_APP else {}
    made = deeds.add(call.portal, {**row, "COMMUNICATIONS": talk, "FILES": files, **app}, bindings, call.user_id)
    _post(call, made)
    return made["ID"]


@method("crm.activity.update", scope="crm")
def update(call: Call) -> Any:
    row, fields = found(call), _given(call)
    _refuse_foreign(call, row, "update")
    changes = {name: value for name, value in _read(call.portal, fields).items() if "I" not in FIELDS[name].flags}
    if "SUBJECT" in fields and not changes.get("SUBJECT"):
        raise RestError.plain("The field SUBJECT is not defined or empty.")
    if "COMMUNICATIONS" in fields:
        changes["COMMUNICATIONS"] = _communications(call, {**row, **changes}, fields)
    if "FILES" in fields:
        changes["FILES"] = [one for item in as_list(fields["FILES"]) if (one := values.file(call.portal, item))]
    deeds.update(call.portal, row, changes, call.user_id)
    return True


@method("crm.activity.get", scope="crm")
def get(call: Call) -> Any:
    return shown(call.portal, found(call), set(FIELDS) - set(NAMED_ONLY))


@method("crm.activity.list", scope="crm")
def listing(call: Call) -> Any:
    given = call.map("filter")
    bindings = given.pop("BINDINGS", None)
    rows = deeds.table(call.portal) if bindings is None else _bound(call.portal, as_list(bindings))
    asked = query.Query(call.portal, COLUMNS, only=rights.visible_deeds(call))
    order = call.map("order") or {"START_TIME": "ASC"}
    page = asked.page(rows, given, order, call.get("start", default=0))
    wanted = {str(name) for name in call.rows("select")} or {"*"}
    names = set(FIELDS) - set(NAMED_ONLY) if "*" in wanted else set()
    names |= (wanted & set(FIELDS)) | {"ID"}
    return Answer([shown(call.portal, row, names) for row in page.result], page.total, page.next)


@method("crm.activity.delete", scope="crm")
def delete(call: Call) -> Any:
    deeds.delete(call.portal, found(call), call.user_id)
    return True


@method("crm.activity.fields", scope="crm")
def fields(_: Call) -> Any:
    return {name: field.described(classic=True) for name, field in FIELDS.items()}


@method("crm.activity.communication.fields", scope="crm")
def communication_fields(_: Call) -> Any:
    plan = {"ID": "integer R", "ACTIVITY_ID": "integer R", "ENTITY_ID": "integer", "ENTITY_TYPE_ID": "integer",
            "TYPE": "string", "VALUE": "string"}  # fmt: skip
    return descriptions(plan)


def found(call: Call) -> Row:
    """The activity a call names."""
    number = call.int("id")
    if number <= 0:
        raise RestError.plain("ID is not defined or invalid.")
    row = deeds.table(call.portal).get(number)
    if row is None:
        raise RestError.plain("Activity is not found.")
    if (allowed := rights.visible_deeds(call)) and not allowed(row):
        raise RestError.plain("Access denied.")
    return row


def shown(portal: Portal, row: Row, names: set[str]) -> Row:
    """An activity in an answer."""
    return {name: _value(portal, row, name) for name in FIELDS if name in names}


def _value(portal: Portal, row: Row, name: str) -> Any:
    value = row.get(name)
    if name == "BINDINGS":
        return [{"OWNER_TYPE_ID": str(number), "OWNER_ID": str(owner)} for number, owner in value or []]
    if name == "COMMUNICATIONS":
        return [_talk_shown(portal, one) for one in value or []]
    if name in {"FILES", "WEBDAV_ELEMENTS"}:
        return [_file_shown(portal, row, one) for one in value or []]
    if FIELDS[name].type == "object":
        return value or []
    return values.classic(portal, FIELDS[name], value)


def _talk_shown(portal: Portal, one: Row) -> Row:
    shown_one = {"ID": str(one["ID"]), "TYPE": one["TYPE"], "VALUE": one["VALUE"], "ENTITY_ID": str(one["ENTITY_ID"]),
                 "ENTITY_TYPE_ID": str(one["ENTITY_TYPE_ID"])}  # fmt: skip
    return {**shown_one, "ENTITY_SETTINGS": _about(portal, one)}


def _about(portal: Portal, one: Row) -> Row:
    """Names of the one who is spoken with."""
    kind = kinds.find(portal, one["ENTITY_TYPE_ID"])
    row = kind.rows(portal).get(one["ENTITY_ID"]) if kind else None
    if kind is None or row is None:
        return {}
    if kind.number == kinds.COMPANY:
        return {"COMPANY_TITLE": row.get("TITLE") or ""}
    company = kinds.BUILT_IN[kinds.COMPANY].rows(portal).get(row.get("COMPANY_ID"))
    names = {name: row.get(name) or "" for name in ("HONORIFIC", "NAME", "SECOND_NAME", "LAST_NAME")}
    place = {"COMPANY_TITLE": (company or {}).get("TITLE") or "", "COMPANY_ID": str(row.get("COMPANY_ID") or 0)}
    return {**names, **place} if kind.number == kinds.CONTACT else names


def _file_shown(portal: Portal, row: Row, one: Row) -> Row:
    link = f"{portal.origin}/bitrix/tools/crm_show_file.php?fileId={one['ID']}&ownerTypeId=6&ownerId={row['ID']}&auth="
    return {"id": one["ID"], "url": link}


def _bound(portal: Portal, pairs: list[Any]) -> list[Row]:
    """Activities bound as one of the pairs says; several pairs double rows, as the page warns."""
    found_rows: list[Row] = []
    for pair in pairs:
        one = as_map(pair)
        number, owner = to_int(one.get("OWNER_TYPE_ID")), to_int(one.get("OWNER_ID"))
        for row in deeds.table(portal):
            if any(number in (0, bound[0]) and owner in (0, bound[1]) for bound in row["BINDINGS"]):
                found_rows.append(row)  # noqa: PERF401 - the comprehension would hide the doubling
    return found_rows


# --- writes


def _given(call: Call) -> Row:
    if not isinstance(call.get("fields"), dict | list):
        raise RestError.plain("Parameter 'fields' must be array.")
    return {str(name).upper(): value for name, value in call.map("fields").items()}


def _read(portal: Portal, fields: Row) -> Row:
    """Given fields as they are kept."""
    row: Row = {}
    for name, raw in fields.items():
        field = FIELDS.get(name)
        if field is None or field.read_only or name in NAMED_ONLY:
            continue
        try:
            row[name] = as_map(raw) if field.type == "object" else values.taken(portal, field, raw)
        except ValueError:
            portal.tell(f"value of {name} of an activity was not understood and was ignored")
    return row


def _refuse_foreign(call: Call, row: Row, act: str) -> None:
    """Refusals of kinds that other methods make, and of what is missing."""
    provider = row.get("PROVIDER_ID")
    if provider == deeds.CONFIGURABLE:
        raise RestError.plain(f"Use crm.activity.configurable.{act} for this activity provider")
    if provider == deeds.REST_APP and call.app_id is None:
        raise RestError.plain("Application context required.")
    if act == "update":
        return
    if not row.get("TYPE_ID"):
        raise RestError.plain("The field TYPE_ID is not defined or invalid.")
    if row["TYPE_ID"] == deeds.PROVIDER and not provider:
        raise RestError.plain("The custom activity without provider is not supported in current context.")
    if not row.get("SUBJECT"):
        raise RestError.plain("The field SUBJECT is not defined or empty.")
    if not row.get("RESPONSIBLE_ID"):
        raise RestError.plain("The field RESPONSIBLE_ID is not defined or invalid.")


def _communications(call: Call, row: Row, fields: Row) -> list[Row]:
    """Whom the activity speaks with; a call and a meeting have exactly one."""
    expected = COMMUNICATION.get(to_int(row.get("TYPE_ID")), "")
    given = [as_map(one) for one in as_list(fields.get("COMMUNICATIONS"))]
    if to_int(row.get("TYPE_ID")) in {deeds.CALL, deeds.EMAIL, deeds.MEETING} and not given:
        raise RestError.plain("The field COMMUNICATIONS is not defined or invalid.")
    if to_int(row.get("TYPE_ID")) in {deeds.CALL, deeds.MEETING} and len(given) > 1:
        raise RestError.plain("The only one communication is allowed for activity of specified type.")
    talk = []
    for one in given:
        kind = str(one.get("TYPE") or expected).upper()
        if expected and kind != expected:
            call.portal.tell(f"communication of type {kind} was discarded", method=call.method)
            continue
        talk.append({
            "ID": call.portal.table("crm_activity_comm").next_id(), "TYPE": kind, "VALUE": str(one.get("VALUE") or ""),
            "ENTITY_ID": to_int(one.get("ENTITY_ID")), "ENTITY_TYPE_ID": to_int(one.get("ENTITY_TYPE_ID")),
        })  # fmt: skip
    return talk


def _bindings(portal: Portal, fields: Row, talk: list[Row]) -> deeds.Bindings:
    """The owner first, then those who are spoken with, if they exist."""
    given = [[to_int(fields.get("OWNER_TYPE_ID")), to_int(fields.get("OWNER_ID"))]]
    given += [[one["ENTITY_TYPE_ID"], one["ENTITY_ID"]] for one in talk]
    pairs = [list(pair) for pair in dict.fromkeys((number, owner) for number, owner in given if number and owner)]
    return [pair for pair in pairs if (kind := kinds.find(portal, pair[0])) and pair[1] in kind.rows(portal)]


def _post(call: Call, row: Row) -> None:
    """A letter leaves only when it is outgoing and completed; else a draft stays, without a word."""
    if row["TYPE_ID"] != deeds.EMAIL:
        return
    if row["DIRECTION"] != 2 or row["COMPLETED"] != "Y":
        if row["DIRECTION"] != 1:
            call.portal.tell(
                f"letter {row['ID']} was not sent: DIRECTION 2 and COMPLETED Y are needed", method=call.method
            )
        return
    sender = str((row.get("SETTINGS") or {}).get("MESSAGE_FROM") or "")
    if not _SENDER.fullmatch(sender):
        raise RestError.plain('Email send error. "From" is not found.')
    if not row.get("COMMUNICATIONS"):
        raise RestError.plain('Email send error. "To" is not found.')
    to = [one["VALUE"] or channels.first(_fm(call.portal, one), "EMAIL") for one in row["COMMUNICATIONS"]]
    call.portal.table("letter").add({
        "AT": call.portal.iso(), "FROM": sender, "TO": to, "SUBJECT": row["SUBJECT"], "BODY": row["DESCRIPTION"],
        "ACTIVITY_ID": row["ID"], "FILES": [one["NAME"] for one in row.get("FILES") or []],
    })  # fmt: skip
    call.portal.signal("mail.sent", row=row)


def _fm(portal: Portal, one: Row) -> list[Row]:
    kind = kinds.find(portal, one["ENTITY_TYPE_ID"])
    row = kind.rows(portal).get(one["ENTITY_ID"]) if kind else None
    return list((row or {}).get("FM") or [])
