"""User fields: `crm.*.userfield.*` of every family, and the rows they keep in the table `userfield`.

Source: `crm/deals/user-defined-fields/`, `crm/universal/user-defined-fields/`.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from b24app.sandbox import placements
from b24app.sandbox.crm import kinds, query, values
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.crm.values import flag
from b24app.sandbox.kernel.errors import RestError, core_error
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row, Table

TYPES = {
    "string": "Строка", "integer": "Целое число", "double": "Число", "boolean": "Да/Нет", "datetime": "Дата со временем",
    "date": "Дата", "money": "Деньги", "url": "Ссылка", "address": "Адрес", "enumeration": "Список", "file": "Файл",
    "employee": "Привязка к сотруднику", "crm_status": "Привязка к справочникам CRM",
    "iblock_section": "Привязка к разделам инф. блоков", "iblock_element": "Привязка к элементам инф. блоков",
    "crm": "Привязка к элементам CRM", "hlblock": "Привязка к элементам highload-блоков",
}  # fmt: skip
_DATE: dict[str, Any] = {"DEFAULT_VALUE": {"TYPE": "NONE", "VALUE": ""}}
SETTINGS: dict[str, dict[str, Any]] = {
    "string": {"SIZE": 20, "ROWS": 1, "REGEXP": "", "MIN_LENGTH": 0, "MAX_LENGTH": 0, "DEFAULT_VALUE": ""},
    "integer": {"SIZE": 20, "MIN_VALUE": 0, "MAX_VALUE": 0, "DEFAULT_VALUE": None},
    "double": {"PRECISION": 2, "SIZE": 20, "MIN_VALUE": 0, "MAX_VALUE": 0, "DEFAULT_VALUE": None},
    "boolean": {"DEFAULT_VALUE": 0, "DISPLAY": "CHECKBOX", "LABEL": ["", ""], "LABEL_CHECKBOX": ""},
    "datetime": {**_DATE, "USE_SECOND": "Y", "USE_TIMEZONE": "N"}, "date": _DATE,
    "money": {"DEFAULT_VALUE": ""}, "url": {"POPUP": "Y", "SIZE": 20, "MIN_LENGTH": 0, "MAX_LENGTH": 0, "DEFAULT_VALUE": ""},
    "address": {"SHOW_MAP": "Y"},
    "enumeration": {"DISPLAY": "LIST", "LIST_HEIGHT": 1, "CAPTION_NO_VALUE": "", "SHOW_NO_VALUE": "Y"},
    "file": {"SIZE": 20, "LIST_WIDTH": 0, "LIST_HEIGHT": 0, "MAX_SHOW_SIZE": 0, "MAX_ALLOWED_SIZE": 0, "EXTENSIONS": [],
             "TARGET_BLANK": "Y"},
    "crm_status": {"ENTITY_TYPE": ""}, "crm": {},
}  # fmt: skip
LABELS = ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL", "ERROR_MESSAGE", "HELP_MESSAGE")
LANGUAGES = ("ar", "br", "de", "en", "fr", "id", "in", "it", "ja", "kz", "la", "ms", "pl", "ru", "sc", "tc", "th", "tr",
             "ua", "vn")  # fmt: skip
FLAGS = {"MULTIPLE": "N", "MANDATORY": "N", "SHOW_FILTER": "N", "SHOW_IN_LIST": "Y", "EDIT_IN_LIST": "Y",
         "IS_SEARCHABLE": "N"}  # fmt: skip
IMMUTABLE = frozenset({"FIELD_NAME", "USER_TYPE_ID", "MULTIPLE", "ENTITY_ID"})
NAME_MAX = 50
_CHARACTERS = re.compile(r"[A-Z0-9_]+")


def table(portal: Portal) -> Table:
    """All user fields of the portal."""
    return portal.table("userfield")


def add(portal: Portal, entity: str, name: str, given: Row, user: int | None) -> Row:
    """A new user field under its full name; raises the event of its kind."""
    kind = str(given.get("USER_TYPE_ID") or "")
    if not kind:
        raise RestError.plain("The 'USER_TYPE_ID' field is not found.")
    if kind not in TYPES and placements.field_type(portal, kind) is None:
        raise core_error(f"Указан неверный пользовательский тип: {kind}")
    if len(name) > NAME_MAX:
        raise core_error("Название поля слишком длинное (более 50 символов)")
    if not _CHARACTERS.fullmatch(name):
        raise core_error("Название поля содержит недопустимые символы. Разрешены: A-Z, 0-9 и _")
    if table(portal).first(ENTITY_ID=entity, FIELD_NAME=name):
        raise core_error(f"Поле {name} для объекта {entity} уже существует.")
    row: Row = {"ENTITY_ID": entity, "FIELD_NAME": name, "USER_TYPE_ID": kind, "XML_ID": None, "SORT": 100, **FLAGS,
           "SETTINGS": {}, **dict.fromkeys(LABELS)}  # fmt: skip
    made = table(portal).add({**row, **changes(portal, row, given)})
    happened(portal, made, "ADD", user)
    return made


def changes(portal: Portal, row: Row, given: Row) -> Row:
    """Given characteristics as they are kept."""
    found: Row = {name: _mark(name, given[name]) for name in FLAGS if given.get(name) not in (None, "")}
    if "XML_ID" in given:
        found["XML_ID"] = str(given["XML_ID"] or "") or None
    if given.get("SORT") not in (None, ""):
        found["SORT"] = to_int(given["SORT"], 100)
    for name in LABELS:
        if name in given or (name != "HELP_MESSAGE" and given.get("LABEL") and not row.get(name)):
            found[name] = _texts(given.get(name, given.get("LABEL")))
    standard = SETTINGS.get(row["USER_TYPE_ID"], {})
    found["SETTINGS"] = {**standard, **(row.get("SETTINGS") or {}), **as_map(given.get("SETTINGS"))}
    if row["USER_TYPE_ID"] == "enumeration" and given.get("LIST") not in (None, ""):
        found["LIST"] = items(portal, row.get("LIST") or [], given["LIST"])
    if row["USER_TYPE_ID"] == "boolean" and found.get("MULTIPLE") == "Y":
        portal.tell("a boolean user field cannot be multiple: MULTIPLE was ignored")
        found["MULTIPLE"] = "N"
    return found


def _mark(name: str, value: Any) -> str:
    if name == "SHOW_FILTER" and str(value).upper() in {"I", "E", "S"}:
        return str(value).upper()
    return {"Y": "E", "N": "N"}[flag(value)] if name == "SHOW_FILTER" else flag(value)


def _texts(value: Any) -> dict[str, str] | None:
    if isinstance(value, dict):
        return {str(code): str(text) for code, text in value.items()}
    return {code: str(value) for code in ("ru", "en")} if value else None


def items(portal: Portal, old: list[Row], given: Any) -> list[Row]:
    """Elements of a list: known ids are edited or deleted (DEL=Y), the others stay, new ones are added."""
    rows = {one["ID"]: dict(one) for one in old}
    for item in as_list(given):
        one = {str(key).upper(): value for key, value in as_map(item).items()}
        number = to_int(one.get("ID"))
        if number in rows and flag(one.get("DEL")) == "Y":
            del rows[number]
        elif number in rows:
            rows[number] |= {name: str(one[name]) for name in ("VALUE", "DEF", "XML_ID") if one.get(name) is not None}
            rows[number]["SORT"] = to_int(one.get("SORT"), rows[number]["SORT"])
        elif str(one.get("VALUE") or "").strip():
            fresh = portal.table("userfield_enum").next_id()
            rows[fresh] = _item(portal, fresh, one, len(rows))
    return sorted(rows.values(), key=lambda row: (row["SORT"], row["ID"]))


def _item(portal: Portal, number: int, given: Row, place: int) -> Row:
    digest = hashlib.md5(f"{portal.member_id}:{number}".encode(), usedforsecurity=False).hexdigest()
    return {
        "ID": number, "VALUE": str(given["VALUE"]), "SORT": to_int(given.get("SORT"), (place + 1) * 10),
        "DEF": flag(given.get("DEF")), "XML_ID": str(given.get("XML_ID") or given.get("XMLID") or "") or digest,
    }  # fmt: skip


def defaults(portal: Portal, kind: Kind) -> Row:
    """What a new element has in fields that are not given: DEFAULT_VALUE, or the element of a list with DEF."""
    found = {row["FIELD_NAME"]: _default(portal, row) for row in of_kind(portal, kind)}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _default(portal: Portal, row: Row) -> Any:
    given = (row.get("SETTINGS") or {}).get("DEFAULT_VALUE")
    if row["USER_TYPE_ID"] == "enumeration":
        chosen = [one["ID"] for one in row.get("LIST") or [] if one["DEF"] == "Y"]
        return chosen if row["MULTIPLE"] == "Y" else next(iter(chosen), None)
    if isinstance(given, dict):
        given = (
            portal.iso() if given.get("TYPE") == "NOW" else given.get("VALUE") if given.get("TYPE") == "FIXED" else None
        )
    if given in (None, "", 0, "0"):
        return None
    try:
        return values.taken(portal, kinds.user_field({**row, "MULTIPLE": "N"}), given)
    except ValueError:
        return None


def happened(portal: Portal, row: Row, act: str, user: int | None) -> None:
    """The event of a change: of the family, or of smart processes."""
    kind = next((one for one in kinds.all_kinds(portal) if one.user_fields == row["ENTITY_ID"]), None)
    name = "ONCRMTYPE" if kind is None or kind.type else f"ONCRM{kind.name.removeprefix('SMART_')}"
    fields = {"ID": row["ID"], "ENTITY_ID": row["ENTITY_ID"], "FIELD_NAME": row["FIELD_NAME"]}
    portal.raise_event(f"{name}USERFIELD{act}", {"FIELDS": fields}, user=user, subject=str(row["ID"]))


def remove(portal: Portal, row: Row, user: int | None) -> None:
    """Delete a field and its values in all elements."""
    table(portal).delete(row["ID"])
    for kind in kinds.all_kinds(portal):
        if kind.user_fields == row["ENTITY_ID"]:
            for element in kind.rows(portal):
                if element.pop(row["FIELD_NAME"], None) is not None:
                    kind.rows(portal).put(element["ID"], element)
    happened(portal, row, "DELETE", user)


# --- crm.*.userfield.*


class Family:
    """The methods of one family's user fields."""

    def __init__(self, entity: str) -> None:
        self.entity = entity

    def add(self, call: Call) -> Any:
        """The number of the new field; `UF_CRM_` is put before its name when it is absent."""
        _admin(call)
        fields = _fields(call)
        name = str(fields.get("FIELD_NAME") or "").upper().strip()
        if not name:
            raise RestError.plain("The 'FIELD_NAME' field is not found.")
        full = name if name.startswith("UF_CRM_") else f"UF_CRM_{name.removeprefix('UF_')}"
        return add(call.portal, self.entity, full, fields, call.user_id)["ID"]

    def update(self, call: Call) -> Any:
        """true; type, name and multiplicity do not change."""
        _admin(call)
        row, fields = self._found(call), _fields(call)
        for name in IMMUTABLE & set(fields):
            if str(fields.pop(name)) != str(row[name]):
                call.portal.tell(f"{name} of user field {row['FIELD_NAME']} cannot change and was ignored")
        table(call.portal).update(row["ID"], **changes(call.portal, row, fields))
        if "LIST" in fields and row["USER_TYPE_ID"] == "enumeration":
            happened(call.portal, row, "SETENUMVALUES", call.user_id)
        happened(call.portal, row, "UPDATE", call.user_id)
        return True

    def get(self, call: Call) -> Any:
        """One field with labels in every language."""
        row = self._found(call)
        return shown(row) | {name: {code: (row.get(name) or {}).get(code, "") for code in LANGUAGES} for name in LABELS}

    def list(self, call: Call) -> Any:
        """Fields of the family; labels only in the language of the filter's LANG."""
        given = call.map("filter")
        language = str(given.pop("LANG", given.pop("lang", "")) or "")
        asked = query.Query(call.portal, COLUMNS)
        rows = table(call.portal).where(ENTITY_ID=self.entity)
        page = asked.page(rows, given, call.map("order") or {"SORT": "ASC", "ID": "ASC"}, call.get("start", default=0))
        return Answer([shown(row, language) for row in page.result], page.total, page.next)

    def delete(self, call: Call) -> Any:
        """true; values go with it."""
        _admin(call)
        remove(call.portal, self._found(call), call.user_id)
        return True

    def _found(self, call: Call) -> Row:
        number = call.int("id")
        if number <= 0:
            raise RestError.plain("ID is not defined or invalid.")
        row = table(call.portal).get(number)
        if row is None:
            raise RestError("ERROR_NOT_FOUND", f"The entity with ID '{number}' is not found")
        if row["ENTITY_ID"] != self.entity:
            raise RestError("", "Access denied.", 403)
        return row


COLUMNS = query.columns(
    "FIELD_NAME", "USER_TYPE_ID", "XML_ID", "ENTITY_ID", *FLAGS, ID="integer", SORT="integer",
)  # fmt: skip


def shown(row: Row, language: str = "") -> Row:
    """A field in an answer: all scalars are strings."""
    names = ("ID", "ENTITY_ID", "FIELD_NAME", "USER_TYPE_ID", "XML_ID", "SORT", *FLAGS)
    found: Row = {name: None if row.get(name) is None else str(row[name]) for name in names}
    found["SETTINGS"] = row.get("SETTINGS") or {}
    if language:
        found |= {name: (row.get(name) or {}).get(language) for name in LABELS}
    if row["USER_TYPE_ID"] == "enumeration":
        found["LIST"] = [{key: str(value) for key, value in one.items()} for one in row.get("LIST") or []]
    return found


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise RestError.plain("Access denied.")


def _fields(call: Call) -> Row:
    if not isinstance(call.get("fields"), dict | list):
        raise RestError.plain("Parameter 'fields' must be array.")
    return {str(name).upper(): value for name, value in call.map("fields").items()}


def _register(name: str, family: Family) -> None:
    acts: dict[str, Callable[[Call], Any]] = {
        "add": family.add, "update": family.update, "get": family.get, "list": family.list, "delete": family.delete,
    }  # fmt: skip
    for act, run in acts.items():
        method(f"crm.{name}.userfield.{act}", scope="crm")(run)


def _families() -> dict[str, str]:
    own = {kind.classic: kind.user_fields for kind in kinds.BUILT_IN.values() if kind.classic}
    return {**own, "requisite": "CRM_REQUISITE"}


for _name, _entity in _families().items():
    _register(_name, Family(_entity))


def of_kind(portal: Portal, kind: Kind) -> list[Row]:
    """The user fields of a kind."""
    return table(portal).where(ENTITY_ID=kind.user_fields)
