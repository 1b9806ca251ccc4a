"""lists.section.*. Sources: `lists/sections/*.md`."""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.families.kit.names import upper, upper_keys
from b24app.sandbox.families.lists import reading
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row, Table

WRITABLE: dict[str, Callable[[Any], Any]] = {
    "NAME": str,
    "XML_ID": str,
    "EXTERNAL_ID": str,
    "SORT": to_int,
    "ACTIVE": str,
    "DESCRIPTION": str,
}
SHOWN = ("ID", "CODE", "XML_ID", "EXTERNAL_ID", "IBLOCK_SECTION_ID", "TIMESTAMP_X", "SORT", "NAME", "ACTIVE",
         "GLOBAL_ACTIVE", "LEFT_MARGIN", "RIGHT_MARGIN", "DEPTH_LEVEL", "SEARCHABLE_CONTENT", "MODIFIED_BY",
         "DATE_CREATE", "CREATED_BY")  # fmt: skip


def _table(call: Call) -> Table:
    return call.portal.table("list_section")


@method("lists.section.add", scope="lists")
def add(call: Call) -> Any:
    row = reading.found(call, reading.WRITE)
    reading.need(call, "SECTION_CODE")
    fields = reading.fields_of(call)
    if not fields.get("NAME"):
        raise RestError("ERROR_ADD_SECTION", "Section name is not specified")
    now = call.portal.iso()
    about = {"IBLOCK_ID": row["ID"], "CODE": str(call.get("SECTION_CODE")), "CREATED_BY": call.user_id}
    about |= {"IBLOCK_SECTION_ID": to_int(call.get("IBLOCK_SECTION_ID")) or None, "MODIFIED_BY": call.user_id}
    made = {"SORT": 500, "ACTIVE": "Y", "XML_ID": None, **_kept(fields), "DATE_CREATE": now, "TIMESTAMP_X": now}
    return _table(call).add({**about, **made})["ID"]


def _kept(fields: Row) -> Row:
    kept = {name: cast(fields[name]) for name, cast in WRITABLE.items() if name in fields}
    if "EXTERNAL_ID" in kept:
        kept["XML_ID"] = kept.pop("EXTERNAL_ID")
    return kept


def _found(call: Call) -> Row:
    row = reading.found(call, reading.WRITE)
    reading.need(call, "SECTION_ID|SECTION_CODE")
    number, code = to_int(call.get("SECTION_ID")), str(call.get("SECTION_CODE") or "")
    for one in _table(call).where(IBLOCK_ID=row["ID"]):
        if one["ID"] == number or (not number and one["CODE"] == code):
            return one
    raise RestError("ERROR_SECTION_NOT_FOUND", "Section not found")


@method("lists.section.update", scope="lists")
def update(call: Call) -> Any:
    one, fields = _found(call), reading.fields_of(call)
    stamp = {"TIMESTAMP_X": call.portal.iso(), "MODIFIED_BY": call.user_id}
    _table(call).update(one["ID"], **_kept(fields), **stamp)
    return True


@method("lists.section.delete", scope="lists")
def delete(call: Call) -> Any:
    """A section with the sections in it; its elements move to the root."""
    _erase(call, _found(call))
    return True


def _erase(call: Call, one: Row) -> None:
    for child in _table(call).where(IBLOCK_SECTION_ID=one["ID"]):
        _erase(call, child)
    for element in call.portal.table("list_element").where(IBLOCK_SECTION_ID=one["ID"]):
        call.portal.table("list_element").update(element["ID"], IBLOCK_SECTION_ID=None)
    _table(call).delete(one["ID"])


@method("lists.section.get", scope="lists")
def get(call: Call) -> Any:
    """Sections in the order of the tree."""
    row = reading.found(call, reading.READ)
    rows = _tree(_table(call).where(IBLOCK_ID=row["ID"]))
    lines = query.conditions(upper_keys(call.map("FILTER")))
    select = [upper(str(one)) for one in as_list(call.get("SELECT"))]
    rows = [one for one in rows if query.passes(one, lines, call.portal.clock)]
    answer = query.page(rows, call.get("start"))
    answer.result = [_printed(call, one, select) for one in answer.result]
    return answer


def _tree(rows: list[Row]) -> list[Row]:
    """Sections with their depth and margins of a nested set."""
    found: list[Row] = []
    margin = iter(range(1, 2 * len(rows) + 1))

    def walk(parent: int | None, depth: int) -> None:
        below = [one for one in rows if one["IBLOCK_SECTION_ID"] == parent]
        for one in sorted(below, key=lambda row: (row["SORT"], row["NAME"])):
            shown = {**one, "DEPTH_LEVEL": depth, "LEFT_MARGIN": next(margin), "EXTERNAL_ID": one["XML_ID"],
                     "GLOBAL_ACTIVE": one["ACTIVE"], "SEARCHABLE_CONTENT": f"{one['NAME'].upper()}\r\n"}  # fmt: skip
            found.append(shown)
            walk(one["ID"], depth + 1)
            shown["RIGHT_MARGIN"] = next(margin)

    walk(None, 1)
    return found


def _printed(call: Call, one: Row, select: list[str]) -> Row:
    shown = {name: None if one.get(name) is None else str(one[name]) for name in SHOWN if not select or name in select}
    dates = {"TIMESTAMP_X", "DATE_CREATE"} & shown.keys()
    return {**shown, **{name: reading.printed_date(call.portal, one[name]) for name in dates}}
