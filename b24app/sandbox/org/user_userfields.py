"""user.userfield.*: fields that the company adds to its employees (`UF_USR_*`).

Source: `api-reference/user/userfields/*`.
"""

import secrets
from typing import Any

from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError, core_error
from b24app.sandbox.kernel.registry import Answer, Call, Only, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org.user_fields import OWN

SCOPE = "user.userfield"
TYPES = frozenset({
    "string", "integer", "double", "date", "datetime", "boolean", "file", "enumeration", "url", "address", "money",
    "iblock_section", "iblock_element", "employee", "crm", "crm_status",
})  # fmt: skip
SETTINGS: dict[str, Row] = {
    "string": {"SIZE": 20, "ROWS": 1, "REGEXP": "", "MIN_LENGTH": 0, "MAX_LENGTH": 0, "DEFAULT_VALUE": ""},
    "integer": {"SIZE": 20, "MIN_VALUE": 0, "MAX_VALUE": 0, "DEFAULT_VALUE": None},
    "double": {"PRECISION": 2, "SIZE": 20, "MIN_VALUE": 0, "MAX_VALUE": 0, "DEFAULT_VALUE": None},
    "boolean": {"DEFAULT_VALUE": 0, "DISPLAY": "CHECKBOX", "LABEL": ["", ""], "LABEL_CHECKBOX": None},
    "enumeration": {"DISPLAY": "LIST", "LIST_HEIGHT": 1, "CAPTION_NO_VALUE": "", "SHOW_NO_VALUE": "Y"},
    "date": {"DEFAULT_VALUE": {"TYPE": "NONE", "VALUE": ""}},
    "datetime": {"DEFAULT_VALUE": {"TYPE": "NONE", "VALUE": ""}, "USE_SECOND": "Y", "USE_TIMEZONE": "N"},
    "money": {"DEFAULT_VALUE": ""},
}  # fmt: skip
FLAGS = {
    "MULTIPLE": "N",
    "MANDATORY": "N",
    "SHOW_FILTER": "N",
    "SHOW_IN_LIST": "Y",
    "EDIT_IN_LIST": "Y",
    "IS_SEARCHABLE": "N",
}
TEXTS = ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL", "ERROR_MESSAGE", "HELP_MESSAGE")


@method("user.userfield.add", scope=SCOPE, only=Only.ADMIN)
def add(call: Call) -> Any:
    given = _given(call)
    kind, table = _kind(call, given), call.portal.table("user_userfield")
    name = _name(given)
    if table.first(FIELD_NAME=name):
        raise core_error(f"Field {name} for USER object already exists")
    row = {
        "ENTITY_ID": "USER", "FIELD_NAME": name, "USER_TYPE_ID": kind, "XML_ID": given.get("XML_ID"),
        "SORT": str(to_int(given.get("SORT"), 100)), **{flag: _flag(given, flag) for flag in FLAGS},
        "SETTINGS": {**SETTINGS.get(kind, {}), **as_map(given.get("SETTINGS"))}, "TEXTS": _texts(given),
    }  # fmt: skip
    if kind == "enumeration":
        row["LIST"] = _choices(call, given)
    return table.add(row)["ID"]


def _given(call: Call) -> Row:
    return {str(name).upper(): value for name, value in call.map("fields").items()}


def _kind(call: Call, given: Row) -> str:
    for name in ("FIELD_NAME", "USER_TYPE_ID"):
        if not given.get(name):
            raise RestError.plain(f"The '{name}' field is not found.")
    kind = str(given["USER_TYPE_ID"])
    own = call.portal.table("userfieldtype")
    if kind not in TYPES and not any(kind == f"rest_{row['APP_ID']}_{row['USER_TYPE_ID']}" for row in own):
        raise core_error("Fail to create new user field")
    return kind


def _name(given: Row) -> str:
    """`DEALS` and `UF_DEALS` become `UF_USR_DEALS`."""
    name = str(given["FIELD_NAME"]).upper()
    return name if name.startswith(OWN) else OWN + name.removeprefix("UF_")


def _flag(given: Row, name: str) -> str:
    value = given.get(name)
    if value in (None, ""):
        return FLAGS[name]
    return "Y" if str(value).upper() in ("Y", "1", "TRUE") else "N" if str(value).upper() != "E" else "E"


def _texts(given: Row) -> Row:
    return {name: given.get(name) or given.get("LABEL") for name in TEXTS if given.get(name) or given.get("LABEL")}


def _choices(call: Call, given: Row) -> list[Row]:
    choices = [as_map(one) for one in as_list(given.get("LIST"))]
    return [
        {
            "ID": str(call.portal.table("user_userfield_choice").next_id()), "SORT": str(to_int(one.get("SORT"), 500)),
            "VALUE": str(one.get("VALUE") or ""), "DEF": str(one.get("DEF") or "N"),
            "XML_ID": str(one.get("XML_ID") or secrets.token_hex(16)),
        }
        for one in choices
    ]  # fmt: skip


@method("user.userfield.list", scope=SCOPE, only=Only.ADMIN)
def listing(call: Call) -> Any:
    clock = call.portal.clock
    lines = query.conditions({str(name).upper(): value for name, value in call.map("filter").items()})
    lines = [line for line in lines if line.field != "LANG"]
    rows = [row for row in call.portal.table("user_userfield") if query.passes(row, lines, clock)]
    order = {str(name).upper(): way for name, way in call.map("order").items()} or {"ID": "ASC"}
    found = query.ordered(rows, order, clock)
    texts = bool(call.map("filter").get("LANG"))
    return Answer([_printed(row, texts=texts) for row in found], len(found))


def _printed(row: Row, *, texts: bool) -> Row:
    shown = {name: value for name, value in row.items() if name != "TEXTS"}
    return {**shown, "ID": str(row["ID"]), **(row["TEXTS"] if texts else {})}


@method("user.userfield.update", scope=SCOPE, only=Only.ADMIN)
def update(call: Call) -> Any:
    row, given = _found(call), _given(call)
    changes: Row = {flag: _flag(given, flag) for flag in FLAGS if flag in given and flag != "MULTIPLE"}
    if "XML_ID" in given:
        changes["XML_ID"] = given["XML_ID"]
    if "SORT" in given:
        changes["SORT"] = str(to_int(given["SORT"], 100))
    if "SETTINGS" in given:
        changes["SETTINGS"] = {**row["SETTINGS"], **as_map(given["SETTINGS"])}
    if row["USER_TYPE_ID"] == "enumeration" and "LIST" in given:
        changes["LIST"] = _choices(call, given)
    call.portal.table("user_userfield").update(row["ID"], **changes, TEXTS={**row["TEXTS"], **_texts(given)})
    return True


@method("user.userfield.delete", scope=SCOPE, only=Only.ADMIN)
def delete(call: Call) -> Any:
    row = _found(call)
    for user in call.portal.users.where(lambda user: row["FIELD_NAME"] in user):
        user.pop(row["FIELD_NAME"])
        call.portal.users.update(user["ID"])
    call.portal.table("user_userfield").delete(row["ID"])
    return True


def _found(call: Call) -> Row:
    number = call.int("id")
    if number <= 0:
        raise RestError.plain("ID is not defined or invalid")
    row = call.portal.table("user_userfield").get(number)
    if row is None:
        raise RestError.plain("Access denied.")
    return row
