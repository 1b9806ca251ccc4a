"""The types of list fields: what a caller may write, and how a value is printed.

Sources: `lists/fields/lists-field-add.md`, `lists-field-type-get.md`, `files/how-to-update-files.md`.
"""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.families.drive import model as drive
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import as_list, as_map, to_int
from b24app.sandbox.kernel.store import Row

SYSTEM = {
    "NAME": "Название", "SORT": "Сортировка", "ACTIVE_FROM": "Начало активности", "ACTIVE_TO": "Окончание активности",
    "PREVIEW_PICTURE": "Картинка для анонса", "PREVIEW_TEXT": "Текст для анонса", "DETAIL_PICTURE": "Детальная картинка",
    "DETAIL_TEXT": "Детальный текст", "DATE_CREATE": "Дата создания", "CREATED_BY": "Кем создан",
    "TIMESTAMP_X": "Дата изменения", "MODIFIED_BY": "Кем изменён",
}  # fmt: skip
CUSTOM = {
    "S": "Строка", "N": "Число", "L": "Список", "F": "Файл", "G": "Привязка к разделам", "E": "Привязка к элементам",
    "S:Date": "Дата", "S:DateTime": "Дата/Время", "S:HTML": "HTML/текст", "E:EList": "Привязка к элементам в виде списка",
    "N:Sequence": "Счётчик", "S:ECrm": "Привязка к элементам CRM", "S:Money": "Деньги", "S:DiskFile": "Файл (Диск)",
    "S:employee": "Привязка к сотруднику",
}  # fmt: skip
LINKED = {"G", "E", "E:EList"}
FILES = {"F", "S:DiskFile"}
DEFAULTS = {
    "S:HTML": {"height": 200}, "E:EList": {"size": 1, "width": 0, "group": "N", "multiple": "N"},
    "N:Sequence": {"write": "N", "VALUE": 1},
    "S:ECrm": {"VISIBLE": "N", "LEAD": "N", "CONTACT": "N", "COMPANY": "N", "DEAL": "N"},
}  # fmt: skip


def given(portal: Portal, field: Row, value: Any) -> list[Any]:
    """The values a caller gives for a property, as they are kept; empty ones vanish."""
    found = [_one(portal, field, one) for one in _several(field, value)]
    kept = [one for one in found if one not in (None, "")]
    return kept if field["MULTIPLE"] == "Y" else kept[:1]


def _several(field: Row, value: Any) -> list[Any]:
    """A file is a pair of name and content, and several of them a list of pairs; a text with its type is one value."""
    if field["TYPE"] == "F":
        return _pairs(value)
    if field["TYPE"] == "S:HTML" and isinstance(value, dict) and "TEXT" in value:
        return [value]
    return [_unwrapped(one) for one in as_list(value)]


def _unwrapped(value: Any) -> Any:
    """`{"VALUE": 5}` is 5: values may come with a description."""
    return value["VALUE"] if isinstance(value, dict) and "VALUE" in value else value


def _pairs(value: Any) -> list[Any]:
    if isinstance(value, dict) and "fileData" in value:
        return [value["fileData"]]
    if isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) for one in value):
        return [value]
    return as_list(value)


def _one(portal: Portal, field: Row, value: Any) -> Any:
    read = READ.get(field["TYPE"])
    return read(portal, field, value) if read else str(value)


def _date(portal: Portal, _: Row, value: Any) -> str | None:
    return moments.iso(value, portal.clock)


def _html(_: Portal, __: Row, value: Any) -> Row:
    text = as_map(value)
    return {"TYPE": str(text.get("TYPE") or "HTML"), "TEXT": str(text.get("TEXT") if text else value)}


def _choice(_: Portal, field: Row, value: Any) -> str | None:
    return str(value) if str(value) in field["VALUES"] else None


def _number(_: Portal, __: Row, value: Any) -> str | None:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return f"{number:.4f}".rstrip("0").rstrip(".")


def _file(portal: Portal, _: Row, value: Any) -> int:
    if not isinstance(value, list) and str(value).isdigit():
        raise RestError("ERROR_ELEMENT_FIELD_VALUE", "Writing file values by ID is not supported")
    name, body = drive.content(_pairs(value)[0] if isinstance(value, dict) else value)
    return int(drive.keep(portal, body, name or "file")["ID"])


# How a value of a type is read; other types are kept as text.
READ: dict[str, Callable[[Portal, Row, Any], Any]] = {
    "F": _file, "S:Date": _date, "S:DateTime": _date, "N": _number, "N:Sequence": _number, "S:HTML": _html, "L": _choice,
}  # fmt: skip


def printed(portal: Portal, field: Row, value: Any) -> Any:
    """A kept value as elements print it; dates in the portal's own format."""
    if field["TYPE"] == "S:Date":
        return moments.portal_date(value, portal.clock)
    if field["TYPE"] == "S:DateTime":
        return moments.portal_moment(value, portal.clock)
    return value if isinstance(value, dict) else str(value)


def enumerated(portal: Portal, fields: Row, known: Row) -> tuple[dict[str, str], list[str]]:
    """The choices of a list field with lasting numbers, and the default ones among them."""
    values, chosen = dict(known), []
    for key, raw in as_map(fields.get("LIST")).items():
        one = as_map(raw)
        number = key if key in values else str(portal.table("list_enum").next_id())
        text = str(one.get("VALUE", "" if one else raw))
        if not text:
            values.pop(number, None)
            continue
        values[number] = text
        if one.get("DEF") == "Y" or key in [str(item) for item in as_list(fields.get("LIST_DEF"))]:
            chosen.append(number)
    for line in str(fields.get("LIST_TEXT_VALUES") or "").split("\n"):
        if line.strip():
            values[str(portal.table("list_enum").next_id())] = line.strip()
    return values, chosen


def next_of(portal: Portal, field: Row) -> str:
    """The next value of a counter."""
    settings = as_map(field["USER_TYPE_SETTINGS"])
    value = to_int(settings.get("VALUE"), 1)
    portal.table("list_field").update(field["ID"], USER_TYPE_SETTINGS={**settings, "VALUE": value + 1})
    return str(value)
