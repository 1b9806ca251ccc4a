"""lists.element.*. Sources: `lists/elements/*.md`, `files/how-to-update-files.md`.

A property holds pairs of a value's number and the value, and is printed as that map even when it has one value.
"""

from collections.abc import Mapping
from typing import Any

from b24app.sandbox.families.attachments import FileNotFound, attach_all
from b24app.sandbox.families.kit.fields import flag
from b24app.sandbox.families.kit.names import upper, upper_keys
from b24app.sandbox.families.lists import reading, types
from b24app.sandbox.kernel import moments, query
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row, Table

PLAIN = ("ID", "CODE", "NAME", "IBLOCK_SECTION_ID", "CREATED_BY")
MORE = ("DATE_CREATE", "TIMESTAMP_X", "MODIFIED_BY", "SORT", "ACTIVE_FROM", "ACTIVE_TO", "PREVIEW_TEXT", "DETAIL_TEXT",
        "PREVIEW_TEXT_TYPE", "DETAIL_TEXT_TYPE", "BP_PUBLISHED", "CREATED_USER_NAME")  # fmt: skip
DATES = {"DATE_CREATE", "TIMESTAMP_X", "ACTIVE_FROM", "ACTIVE_TO"}
UNSORTED = {"PREVIEW_TEXT", "DETAIL_TEXT", "IBLOCK_SECTION_ID"}
UNSORTED_TYPES = {"S:Money", "S:ECrm", "S:DiskFile"}


def _table(call: Call) -> Table:
    return call.portal.table("list_element")


@method("lists.element.add", scope="lists")
def add(call: Call) -> Any:
    """A new element; its code is unique within the list."""
    row = reading.found(call, reading.ADD)
    reading.need(call, "ELEMENT_CODE")
    fields, code = reading.fields_of(call), str(call.get("ELEMENT_CODE"))
    _named(fields)
    if _table(call).first(IBLOCK_ID=row["ID"], CODE=code):
        raise RestError("ERROR_ELEMENT_ALREADY_EXISTS", "Element already exists")
    now = call.portal.iso()
    made = {
        "IBLOCK_ID": row["ID"], "CODE": code, "CREATED_BY": call.user_id, "DATE_CREATE": now, "BP_PUBLISHED": "Y",
        "IBLOCK_SECTION_ID": to_int(call.get("IBLOCK_SECTION_ID")) or None, **_system(call, fields),
    }  # fmt: skip
    properties = _values(call, row, fields, {})
    _complete(call, row, fields, properties)
    element = _table(call).add({**made, "PROPS": properties})
    return element["ID"]


def _named(fields: Row) -> None:
    if not str(fields.get("NAME") or "").strip():
        raise RestError("ERROR_ADD_ELEMENT", 'Please fill in the field "Название"')


def _system(call: Call, fields: Row) -> Row:
    clock = call.portal.clock
    return {
        "NAME": str(fields["NAME"]), "SORT": to_int(fields.get("SORT"), 500), "TIMESTAMP_X": call.portal.iso(),
        "MODIFIED_BY": call.user_id, "ACTIVE_FROM": moments.iso(fields.get("ACTIVE_FROM"), clock),
        "ACTIVE_TO": moments.iso(fields.get("ACTIVE_TO"), clock), "PREVIEW_TEXT": str(fields.get("PREVIEW_TEXT") or ""),
        "DETAIL_TEXT": str(fields.get("DETAIL_TEXT") or ""), "PREVIEW_TEXT_TYPE": "text", "DETAIL_TEXT_TYPE": "text",
    }  # fmt: skip


def _values(call: Call, row: Row, fields: Row, old: Row) -> Row:
    """Values of all properties: given ones anew, files kept unless deleted, everything else gone."""
    found: Row = {}
    for field in reading.properties(call.portal, row):
        if field["TYPE"] not in types.CUSTOM:
            continue
        name, key = f"PROPERTY_{field['ID']}", str(field["ID"])
        kept = _kept_files(fields.get(f"{name}_DEL"), old.get(key, [])) if field["TYPE"] in types.FILES else []
        new = _new(call, row, field, fields.get(name)) if name in fields else []
        pairs = [*kept, *([call.portal.table("list_value").next_id(), value] for value in new)]
        if field["MULTIPLE"] != "Y":
            pairs = pairs[-1:]
        if pairs:
            found[key] = pairs
    _warn(call, row, fields)
    return found


def _new(call: Call, row: Row, field: Row, value: Any) -> list[Any]:
    if field["TYPE"] == "N:Sequence":
        return [types.next_of(call.portal, field)]
    if field["TYPE"] != "S:DiskFile":
        return types.given(call.portal, field, value)
    about = {"module": "lists", "entity": "element", "entity_id": row["ID"], "user": call.user_id}
    try:
        numbers = [f"n{str(one).removeprefix('n')}" for one in as_list(value)]
        return list(attach_all(call.portal, numbers, **about))
    except FileNotFound:
        raise RestError("ERROR_ELEMENT_FIELD_VALUE", "File not found") from None


def _kept_files(deleted: Any, pairs: list[Any]) -> list[Any]:
    gone = {to_int(key if flag(value) or value == "on" else value) for key, value in as_map(deleted).items()}
    return [pair for pair in pairs if pair[0] not in gone]


def _warn(call: Call, row: Row, fields: Row) -> None:
    known = {f"PROPERTY_{one['ID']}" for one in reading.properties(call.portal, row)} | {*PLAIN, *MORE}
    for name in fields:
        if name.removesuffix("_DEL") not in known:
            call.portal.tell(f"{call.method}: list {row['ID']} has no field {name}, it was passed over", field=name)


def _complete(call: Call, row: Row, fields: Row, values: Row) -> None:
    for field in reading.properties(call.portal, row):
        empty = not values.get(str(field["ID"])) and not fields.get(field["TYPE"])
        if field["IS_REQUIRED"] == "Y" and empty:
            raise RestError("ERROR_ADD_ELEMENT", f'Please fill in the field "{field["NAME"]}"')


def _found(call: Call, row: Row) -> Row:
    reading.need(call, "ELEMENT_ID|ELEMENT_CODE")
    number, code = to_int(call.get("ELEMENT_ID")), str(call.get("ELEMENT_CODE") or "")
    for one in _table(call).where(IBLOCK_ID=row["ID"]):
        if one["ID"] == number or (not number and one["CODE"] == code):
            return one
    raise RestError("ERROR_ELEMENT_NOT_FOUND", "Element not found")


@method("lists.element.update", scope="lists")
def update(call: Call) -> Any:
    """Write an element anew: what is not given is gone, files excepted."""
    row = reading.found(call, reading.ADD)
    element, fields = _found(call, row), reading.fields_of(call)
    _may_change(call, row, element)
    if not fields.get("NAME"):
        call.portal.tell(f"{call.method}: element {element['ID']} keeps its name, FIELDS has none")
        fields["NAME"] = element["NAME"]
    values = _values(call, row, fields, element["PROPS"])
    lost = {key for key, pairs in element["PROPS"].items() if pairs and key not in values}
    if lost:
        names = ", ".join(f"PROPERTY_{key}" for key in sorted(lost))
        call.portal.tell(f"{call.method}: {names} of element {element['ID']} were not given and are cleared")
    _table(call).update(element["ID"], **_system(call, fields), PROPS=values)
    return True


def _may_change(call: Call, row: Row, element: Row) -> None:
    if not reading.may(call, row, reading.WRITE) and element["CREATED_BY"] != call.user_id:
        raise access_denied("Access denied", 400)


@method("lists.element.delete", scope="lists")
def delete(call: Call) -> Any:
    row = reading.found(call, reading.ADD)
    element = _found(call, row)
    _may_change(call, row, element)
    _table(call).delete(element["ID"])
    return True


@method("lists.element.get", scope="lists")
def get(call: Call) -> Any:
    """Elements that pass the filter; one of them by number or code."""
    row = reading.found(call, reading.READ)
    look = _Look(call, row)
    number, code = to_int(call.get("ELEMENT_ID")), str(call.get("ELEMENT_CODE") or "")
    rows = [one for one in _table(call).where(IBLOCK_ID=row["ID"]) if look.passes(one)]
    rows = [one for one in rows if number in (0, one["ID"]) and code in ("", one["CODE"])]
    rows = query.ordered(rows, look.order(), call.portal.clock, look.value)
    answer = query.page(rows, call.get("start"))
    answer.result = [look.printed(one) for one in answer.result]
    return answer


class _Look:
    """One list as a request looks at it: filter, order, select."""

    def __init__(self, call: Call, row: Row) -> None:
        self._call, self._portal = call, call.portal
        self._fields = {str(one["ID"]): one for one in reading.properties(call.portal, row)}
        self._lines = [self._line(line) for line in query.conditions(upper_keys(call.map("FILTER")))]
        self._select = [upper(str(one)) for one in as_list(call.get("SELECT"))]

    def _line(self, line: query.Condition) -> query.Condition:
        """`"NAME": "%сеть%"` is a search by pattern too."""
        pattern = line.operator == "=" and isinstance(line.value, str) and "%" in line.value
        return query.Condition("=%", line.field, line.value) if pattern else line

    def passes(self, element: Row) -> bool:
        return query.passes(element, self._lines, self._portal.clock, self.value)

    def value(self, element: Mapping[str, Any], name: str) -> Any:
        """A field of the filter or the order."""
        key = name.removeprefix("PROPERTY_")
        if key != name:
            values = [_text(pair[1]) for pair in element["PROPS"].get(key, [])]
            return values if len(values) != 1 else values[0]
        return element.get(name)

    def order(self) -> Row:
        """Fields that can be sorted by; the others are passed over."""
        given = upper_keys(self._call.map("ELEMENT_ORDER"))
        return {name: way for name, way in given.items() if self._sortable(name)} or {"ID": "asc"}

    def _sortable(self, name: str) -> bool:
        field = self._fields.get(name.removeprefix("PROPERTY_"))
        fine = name not in UNSORTED if field is None else (
            field["MULTIPLE"] != "Y" and field["TYPE"] not in UNSORTED_TYPES
        )  # fmt: skip
        if not fine:
            self._portal.tell(f"lists.element.get: there is no order by {name}, it was passed over")
        return fine

    def printed(self, element: Row) -> Row:
        """Fixed fields as strings, properties as maps of value numbers."""
        wanted = self._select or [*PLAIN, *self._shown()]
        shown: Row = {name: self._plain(element, name) for name in (*PLAIN, *MORE) if name in {"ID", *wanted}}
        for key, pairs in element["PROPS"].items():
            field = self._fields.get(key)
            if field and (not self._select or f"PROPERTY_{key}" in wanted or "PROPERTY_*" in wanted):
                values = {str(pair[0]): types.printed(self._portal, field, pair[1]) for pair in pairs}
                shown[f"PROPERTY_{key}"] = values
        return shown

    def _shown(self) -> list[str]:
        return [one["TYPE"] for one in self._fields.values() if one["TYPE"] in MORE]

    def _plain(self, element: Row, name: str) -> str | None:
        if name == "CREATED_USER_NAME":
            person = self._portal.users.get(element["CREATED_BY"]) or {}
            return f"({person.get('EMAIL', '')}) {person.get('NAME', '')} {person.get('LAST_NAME', '')}"
        value = element.get(name)
        if name in DATES:
            return reading.printed_date(self._portal, value)
        return None if value is None else str(value)


def _text(value: Any) -> Any:
    return value.get("TEXT") if isinstance(value, dict) else value


@method("lists.element.get.file.url", scope="lists")
def file_url(call: Call) -> Any:
    """Relative addresses of the files of a property."""
    row = reading.found(call, reading.READ)
    element = _found(call, row)
    reading.need(call, "FIELD_ID")
    key = str(call.get("FIELD_ID")).removeprefix("PROPERTY_")
    field = call.portal.table("list_field").get(to_int(key))
    pairs = element["PROPS"].get(key, [])
    if field and field["TYPE"] == "S:DiskFile":
        return [f"/bitrix/tools/disk/uf.php?attachedId={pair[1]}&action=download&ncc=1" for pair in pairs]
    base = f"/company/lists/{row['ID']}/file/{element['IBLOCK_SECTION_ID'] or 0}/{element['ID']}/PROPERTY_{key}"
    return [f"{base}/{pair[1]}/?ncc=y&download=y" for pair in pairs]
