"""entity.item.* and entity.item.property.*. Sources: `entity/items/**.md`."""

import re
from collections.abc import Mapping
from typing import Any

from b24app.sandbox.families.drive import model as drive
from b24app.sandbox.families.entity import reading
from b24app.sandbox.families.entity.storages import parent
from b24app.sandbox.families.kit.fields import yes_no
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError, bad_argument, core_error
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

NO_ITEM = ("ERROR_ITEM_NOT_FOUND", "Item not found")
NO_PROPERTY = ("ERROR_PROPERTY_NOT_FOUND", "Property not found")
TEXTS = ("NAME", "CODE", "PREVIEW_TEXT", "DETAIL_TEXT")
DATES = ("DATE_ACTIVE_FROM", "DATE_ACTIVE_TO")
SHOWN = ("ID", "TIMESTAMP_X", "MODIFIED_BY", "DATE_CREATE", "CREATED_BY", "ACTIVE", "DATE_ACTIVE_FROM",
         "DATE_ACTIVE_TO", "SORT", "NAME", "PREVIEW_PICTURE", "PREVIEW_TEXT", "DETAIL_PICTURE", "DETAIL_TEXT",
         "CODE")  # fmt: skip


@method("entity.item.add", scope="entity")
def add(call: Call) -> Any:
    row = reading.found(call, reading.WRITE)
    now = call.portal.iso()
    made = {
        "STORAGE_ID": row["ID"], "CREATED_BY": call.user_id, "DATE_CREATE": now, "ACTIVE": "Y", "SORT": 500, "NAME": "",
        "SECTION": None, "PROPS": {}, "TIMESTAMP_X": now, "MODIFIED_BY": call.user_id, **dict.fromkeys(DATES, ""),
        **dict.fromkeys(("PREVIEW_PICTURE", "PREVIEW_TEXT", "DETAIL_PICTURE", "DETAIL_TEXT", "CODE")),
    }  # fmt: skip
    return call.portal.table("entity_item").add({**made, **_kept(call, row, {})})["ID"]


def _kept(call: Call, row: Row, old: Row) -> Row:
    kept: Row = {name: str(call.get(name)) for name in TEXTS if call.params.has(name)}
    kept |= {name: moments.iso(call.get(name), call.portal.clock) or "" for name in DATES if call.params.has(name)}
    if call.params.has("ACTIVE"):
        kept["ACTIVE"] = yes_no(call.get("ACTIVE"))
    if call.params.has("SORT"):
        kept["SORT"] = call.int("SORT")
    if call.params.has("SECTION"):
        kept["SECTION"] = parent(call, row) if call.int("SECTION") else None
    kept["PROPS"] = {**old.get("PROPS", {}), **_values(call, row)}
    return kept | {name: value for name, value in call.params.items() if name.startswith("UF_")}


def _values(call: Call, row: Row) -> Row:
    """Values of properties the storage has; the others are passed over."""
    known = {one["PROPERTY"]: one for one in call.portal.table("entity_property").where(STORAGE_ID=row["ID"])}
    found: Row = {}
    for name, value in as_map(call.get("PROPERTY_VALUES")).items():
        if name in known:
            found[name] = _value(call, known[name], value)
        else:
            call.portal.tell(f"{call.method}: storage {row['ENTITY']} has no property {name}, it was passed over")
    return found


def _value(call: Call, prop: Row, value: Any) -> Any:
    if prop["TYPE"] == "F" and as_list(value):
        name, body = drive.content(value)
        return str(drive.keep(call.portal, body, name or "file")["ID"])
    return None if value is None else str(value)


@method("entity.item.get", scope="entity")
def get(call: Call) -> Any:
    row = reading.found(call, reading.READ)
    answer = reading.listed(call, call.portal.table("entity_item").where(STORAGE_ID=row["ID"]), _read)
    names = [one["PROPERTY"] for one in call.portal.table("entity_property").where(STORAGE_ID=row["ID"])]
    answer.result = [_shown(one, row, names) for one in answer.result]
    return answer


def _read(item: Mapping[str, Any], name: str) -> Any:
    """A field of the filter or the order; `PROPERTY_CODE` is a property."""
    props = {key.upper(): value for key, value in item["PROPS"].items()}
    return props.get(name.removeprefix("PROPERTY_")) if name.startswith("PROPERTY_") else item.get(name)


def _shown(one: Row, row: Row, names: list[str]) -> Row:
    shown = {name: reading.text(one[name]) for name in SHOWN}
    shown |= {"ENTITY": row["ENTITY"], "SECTION": reading.text(one["SECTION"])}
    values = {name: one["PROPS"].get(name) for name in names}
    return {**shown, "PROPERTY_VALUES": values} if values else shown


@method("entity.item.update", scope="entity")
def update(call: Call) -> Any:
    row = reading.found(call, reading.WRITE)
    one = reading.one(call, row, "entity_item", NO_ITEM)
    stamp = {"TIMESTAMP_X": call.portal.iso(), "MODIFIED_BY": call.user_id}
    call.portal.table("entity_item").update(one["ID"], **_kept(call, row, one), **stamp)
    return True


@method("entity.item.delete", scope="entity")
def delete(call: Call) -> Any:
    row = reading.found(call, reading.WRITE)
    call.portal.table("entity_item").delete(reading.one(call, row, "entity_item", NO_ITEM)["ID"])
    return True


# --- properties of items


def _code(call: Call, name: str = "PROPERTY") -> str:
    clean = re.sub(r"[^a-zA-Z0-9_]", "", str(call.get(name) or ""))
    if not clean:
        raise bad_argument(name)
    if clean[0].isdigit():
        raise core_error("Property code cannot start with a digit")
    return clean


def _property(call: Call, row: Row) -> Row:
    found = call.portal.table("entity_property").first(STORAGE_ID=row["ID"], PROPERTY=_code(call))
    if found is None:
        raise RestError(*NO_PROPERTY)
    return found


def _type(call: Call) -> str:
    kind = str(call.get("TYPE") or "S")
    if kind == "L":
        raise RestError("ERROR_UNSUPPORTED_PROPERTY_TYPE", "Invalid property type")
    if kind not in {"S", "N", "F"}:
        raise bad_argument("TYPE", "Wrong entity item property type")
    return kind


@method("entity.item.property.add", scope="entity")
def property_add(call: Call) -> Any:
    row, code, kind = reading.found(call, reading.MANAGE), _code(call), _type(call)
    if call.portal.table("entity_property").first(STORAGE_ID=row["ID"], PROPERTY=code):
        raise RestError("ERROR_PROPERTY_ALREADY_EXISTS", "Property already exists")
    made = {"STORAGE_ID": row["ID"], "PROPERTY": code, "NAME": str(call.get("NAME") or code), "TYPE": kind}
    call.portal.table("entity_property").add({**made, "SORT": to_int(call.get("SORT"), 500)})
    return True


@method("entity.item.property.get", scope="entity")
def property_get(call: Call) -> Any:
    """One property, or all in the order of their sorting."""
    row = reading.found(call, reading.READ)
    if call.params.has("PROPERTY"):
        return _described(_property(call, row))
    rows = call.portal.table("entity_property").where(STORAGE_ID=row["ID"])
    return [_described(one) for one in sorted(rows, key=lambda one: (one["SORT"], one["ID"]))]


def _described(one: Row) -> Row:
    return {"PROPERTY": one["PROPERTY"], "NAME": one["NAME"], "TYPE": one["TYPE"], "SORT": str(one["SORT"])}


@method("entity.item.property.update", scope="entity")
def property_update(call: Call) -> Any:
    row = reading.found(call, reading.MANAGE)
    one = _property(call, row)
    kept: Row = {"NAME": str(call.get("NAME"))} if call.get("NAME") else {}
    if call.params.has("SORT"):
        kept["SORT"] = call.int("SORT")
    if call.params.has("TYPE"):
        kept["TYPE"] = _type(call)
        if kept["TYPE"] != one["TYPE"] and "F" in {kept["TYPE"], one["TYPE"]}:
            raise RestError("ERROR_UNSUPPORTED_PROPERTY_TYPE", "Invalid property type")
    if call.get("PROPERTY_NEW"):
        kept["PROPERTY"] = _code(call, "PROPERTY_NEW")
        _rename(call, row, one["PROPERTY"], kept["PROPERTY"])
    call.portal.table("entity_property").update(one["ID"], **kept)
    return True


def _rename(call: Call, row: Row, old: str, new: str) -> None:
    if old != new and call.portal.table("entity_property").first(STORAGE_ID=row["ID"], PROPERTY=new):
        raise RestError("ERROR_PROPERTY_ALREADY_EXISTS", "Property already exists")
    for item in call.portal.table("entity_item").where(STORAGE_ID=row["ID"]):
        props = {new if key == old else key: value for key, value in item["PROPS"].items()}
        call.portal.table("entity_item").update(item["ID"], PROPS=props)


@method("entity.item.property.delete", scope="entity")
def property_delete(call: Call) -> Any:
    row = reading.found(call, reading.MANAGE)
    one = _property(call, row)
    call.portal.table("entity_property").delete(one["ID"])
    for item in call.portal.table("entity_item").where(STORAGE_ID=row["ID"]):
        left = {key: value for key, value in item["PROPS"].items() if key != one["PROPERTY"]}
        call.portal.table("entity_item").update(item["ID"], PROPS=left)
    return True
