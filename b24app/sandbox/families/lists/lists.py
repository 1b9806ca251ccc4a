"""lists.add, get, update, delete, get.iblock.type.id. Sources: `lists/lists/*.md`."""

from typing import Any

from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.families.lists import reading
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

LABELS = {
    "ELEMENTS_NAME": "Элементы", "ELEMENT_NAME": "Элемент", "SECTIONS_NAME": "Разделы", "SECTION_NAME": "Раздел",
    "ELEMENT_ADD": "Добавить элемент", "ELEMENT_EDIT": "Изменить элемент", "ELEMENT_DELETE": "Удалить элемент",
    "SECTION_ADD": "Добавить раздел", "SECTION_EDIT": "Изменить раздел", "SECTION_DELETE": "Удалить раздел",
}  # fmt: skip
SHOWN_LABELS = ("SECTIONS_NAME", "SECTION_NAME", "ELEMENTS_NAME", "ELEMENT_NAME")
ORDERED = {"ID", "IBLOCK_TYPE", "NAME", "CODE", "SORT", "TIMESTAMP_X"}


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise access_denied("Access denied", 400)


@method("lists.add", scope="lists")
def add(call: Call) -> Any:
    """A new list; whoever makes it gets all rights unless RIGHTS says otherwise."""
    kind = reading.kind(call)
    reading.need(call, "IBLOCK_CODE")
    fields = reading.fields_of(call)
    if not fields.get("NAME"):
        raise RestError("ERROR_REQUIRED_PARAMETERS_MISSING", "Required parameter `NAME` is missing")
    _admin(call)
    code = str(call.get("IBLOCK_CODE"))
    if reading.lists(call.portal).first(CODE=code, IBLOCK_TYPE_ID=kind):
        raise RestError("ERROR_IBLOCK_ALREADY_EXISTS", "Iblock already exists")
    made = {
        "IBLOCK_TYPE_ID": kind, "CODE": code, "TIMESTAMP_X": call.portal.iso(), "CREATED_BY": call.user_id,
        "SOCNET_GROUP_ID": to_int(call.get("SOCNET_GROUP_ID")) or None, **_kept(fields),
        "LABELS": {**LABELS, **upper_keys(call.map("MESSAGES"))},
        "RIGHTS": {key: str(value) for key, value in call.map("RIGHTS").items()} or {f"U{call.user_id}": "X"},
    }  # fmt: skip
    return reading.lists(call.portal).add(made)["ID"]


def _kept(fields: Row) -> Row:
    picture = as_map(fields.get("PICTURE")).get("fileData")
    return {
        "NAME": str(fields["NAME"]), "DESCRIPTION": str(fields.get("DESCRIPTION") or ""),
        "SORT": to_int(fields.get("SORT"), 500), "BIZPROC": str(fields.get("BIZPROC") or "N"), "PICTURE": picture,
    }  # fmt: skip


@method("lists.get", scope="lists")
def get(call: Call) -> Any:
    """Lists of a type that the caller may read, or one of them."""
    kind, group = reading.kind(call), to_int(call.get("SOCNET_GROUP_ID"))
    if kind == "lists_socnet" and not group:
        raise access_denied("Access denied", 400)
    rows = [row for row in reading.lists(call.portal).where(IBLOCK_TYPE_ID=kind) if _meant(call, row, group)]
    rows = [row for row in rows if reading.may(call, row, reading.READ)]
    order = {name: value for name, value in upper_keys(call.map("IBLOCK_ORDER")).items() if name in ORDERED}
    rows = query.ordered(rows, order or {"ID": "desc"}, call.portal.clock)
    answer = query.page(rows, call.get("start"))
    answer.result = [_printed(call, row) for row in answer.result]
    return answer


def _meant(call: Call, row: Row, group: int) -> bool:
    number, code = to_int(call.get("IBLOCK_ID")), str(call.get("IBLOCK_CODE") or "")
    return (not number or row["ID"] == number) and (not code or row["CODE"] == code) and group in (
        0, row["SOCNET_GROUP_ID"],
    )  # fmt: skip


def _printed(call: Call, row: Row) -> Row:
    nothing = ("API_CODE", "LIST_PAGE_URL", "DETAIL_PAGE_URL", "SECTION_PAGE_URL", "CANONICAL_PAGE_URL", "PICTURE",
               "RSS_FILE_LIMIT", "RSS_FILE_DAYS", "XML_ID", "TMP_ID", "LIST_MODE", "SECTION_PROPERTY", "PROPERTY_INDEX",
               "EDIT_FILE_BEFORE", "EDIT_FILE_AFTER", "EXTERNAL_ID", "SERVER_NAME")  # fmt: skip
    group = row["SOCNET_GROUP_ID"]
    return {
        "ID": str(row["ID"]), "TIMESTAMP_X": reading.printed_date(call.portal, row["TIMESTAMP_X"]),
        "IBLOCK_TYPE_ID": row["IBLOCK_TYPE_ID"], "LID": "s1", "CODE": row["CODE"], "NAME": row["NAME"], "ACTIVE": "Y",
        "SORT": str(row["SORT"]), **dict.fromkeys(nothing), "DESCRIPTION": row["DESCRIPTION"],
        "DESCRIPTION_TYPE": "text", "RSS_TTL": "24", "RSS_ACTIVE": "Y", "RSS_FILE_ACTIVE": "N", "RSS_YANDEX_ACTIVE": "N",
        "INDEX_ELEMENT": "Y", "INDEX_SECTION": "N", "WORKFLOW": "N", "BIZPROC": row["BIZPROC"], "SECTION_CHOOSER": "L",
        "RIGHTS_MODE": "E", "VERSION": "1", "LAST_CONV_ELEMENT": "0",
        "SOCNET_GROUP_ID": None if group is None else str(group), **{name: row["LABELS"][name] for name in SHOWN_LABELS},
        "REST_ON": "N", "FULLTEXT_INDEX": "N", "LANG_DIR": "/",
    }  # fmt: skip


@method("lists.update", scope="lists")
def update(call: Call) -> Any:
    """Change a list; rights are only added to those who have none."""
    row, fields = reading.found(call, reading.FULL), reading.fields_of(call)
    kept = _kept({**{name: row[name] for name in ("NAME", "DESCRIPTION", "SORT", "BIZPROC")}, **fields})
    labels = {**row["LABELS"], **upper_keys(call.map("MESSAGES"))}
    rights = {**{key: str(value) for key, value in call.map("RIGHTS").items()}, **row["RIGHTS"]}
    group = to_int(call.get("SOCNET_GROUP_ID")) or row["SOCNET_GROUP_ID"]
    stamp = {"TIMESTAMP_X": call.portal.iso(), "LABELS": labels, "RIGHTS": rights, "SOCNET_GROUP_ID": group}
    reading.lists(call.portal).update(row["ID"], **kept, **stamp)
    return True


@method("lists.delete", scope="lists")
def delete(call: Call) -> Any:
    """A list with its fields, sections and elements."""
    row = reading.found(call, reading.FULL)
    for name in ("list_field", "list_section", "list_element"):
        for one in call.portal.table(name).where(IBLOCK_ID=row["ID"]):
            call.portal.table(name).delete(one["ID"])
    reading.lists(call.portal).delete(row["ID"])
    return True


@method("lists.get.iblock.type.id", scope="lists")
def type_id(call: Call) -> Any:
    reading.need(call, "IBLOCK_ID|IBLOCK_CODE")
    row = reading.named(call)
    return row["IBLOCK_TYPE_ID"] if row else None
