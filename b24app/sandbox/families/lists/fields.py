"""lists.field.*. Sources: `lists/fields/*.md`."""

from typing import Any

from b24app.sandbox.families.lists import reading, types
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row, Table

SETTINGS = {"SHOW_ADD_FORM": "Y", "SHOW_EDIT_FORM": "Y", "ADD_READ_ONLY_FIELD": "N", "EDIT_READ_ONLY_FIELD": "N",
            "SHOW_FIELD_PREVIEW": "N"}  # fmt: skip


def _table(call: Call) -> Table:
    return call.portal.table("list_field")


def _wrong(text: str) -> RestError:
    return RestError("ERROR_SAVE_FIELD", text)


def code_of(row: Row) -> str:
    """`PROPERTY_951` for a property, the type itself for a system field."""
    return f"PROPERTY_{row['ID']}" if row["TYPE"] in types.CUSTOM else str(row["TYPE"])


@method("lists.field.add", scope="lists")
def add(call: Call) -> Any:
    """A new property, or a system field to show."""
    row, fields = reading.found(call, reading.FULL), reading.fields_of(call)
    kind = _checked(call, row, fields)
    values, chosen = types.enumerated(call.portal, fields, {})
    default = chosen[0] if chosen else fields.get("DEFAULT_VALUE", "")
    made = {
        "IBLOCK_ID": row["ID"], "TYPE": kind, "CODE": str(fields.get("CODE") or ""), "VALUES": values,
        "LINK_IBLOCK_ID": to_int(fields.get("LINK_IBLOCK_ID")) or None, "DEFAULT_VALUE": default,
        "USER_TYPE_SETTINGS": as_map(fields.get("USER_TYPE_SETTINGS")) or types.DEFAULTS.get(kind), **_kept(fields, {}),
    }  # fmt: skip
    return code_of(_table(call).add(made))


def _checked(call: Call, row: Row, fields: Row) -> str:
    for name in ("NAME", "TYPE"):
        if not fields.get(name):
            raise RestError("ERROR_REQUIRED_PARAMETERS_MISSING", f"Required parameter `{name}` is missing")
    kind = str(fields["TYPE"])
    if kind not in types.CUSTOM and kind not in types.SYSTEM:
        raise _wrong("Error saving the field")
    known = reading.properties(call.portal, row)
    if kind in types.CUSTOM and not fields.get("CODE"):
        raise _wrong("Please fill the code fields")
    clash = {one["CODE"] for one in known if one["CODE"]} if kind in types.CUSTOM else {one["TYPE"] for one in known}
    if (fields.get("CODE") if kind in types.CUSTOM else kind) in clash:
        raise _wrong("Property already exists")
    if kind in types.LINKED and reading.lists(call.portal).get(to_int(fields.get("LINK_IBLOCK_ID"))) is None:
        raise _wrong(f"Incorrect lists specified for '{fields['NAME']}' property")
    if as_map(fields.get("SETTINGS")).get("ADD_READ_ONLY_FIELD") == "Y" and not fields.get("DEFAULT_VALUE"):
        raise _wrong(f"The default value of the field '{fields['NAME']}' is required")
    return kind


def _kept(fields: Row, old: Row) -> Row:
    settings = {**SETTINGS, **(old.get("SETTINGS") or {}), **as_map(fields.get("SETTINGS"))}
    return {
        "NAME": str(fields.get("NAME") or old.get("NAME")), "SETTINGS": settings,
        "IS_REQUIRED": str(fields.get("IS_REQUIRED") or old.get("IS_REQUIRED") or "N"),
        "MULTIPLE": str(fields.get("MULTIPLE") or old.get("MULTIPLE") or "N"),
        "SORT": to_int(fields.get("SORT"), old.get("SORT", 500)),
        "ROW_COUNT": to_int(fields.get("ROW_COUNT"), old.get("ROW_COUNT", 1)),
        "COL_COUNT": to_int(fields.get("COL_COUNT"), old.get("COL_COUNT", 30)),
    }  # fmt: skip


def _field(call: Call, row: Row) -> Row | None:
    wanted = str(call.get("FIELD_ID") or "")
    return next((one for one in reading.properties(call.portal, row) if code_of(one) == wanted), None)


@method("lists.field.get", scope="lists")
def get(call: Call) -> Any:
    """One field keyed by its type, or all of them keyed by their identifiers."""
    row = reading.found(call, reading.READ)
    if call.get("FIELD_ID"):
        found = _name_field() if call.get("FIELD_ID") == "NAME" else _field(call, row)
        return {found["TYPE"]: _printed(found)} if found else []
    rows = [_name_field(), *reading.properties(call.portal, row)]
    return {code_of(one): _printed(one) for one in rows}


def _name_field() -> Row:
    about = {"NAME": types.SYSTEM["NAME"], "SORT": 10, "IS_REQUIRED": "Y", "MULTIPLE": "N", "DEFAULT_VALUE": ""}
    return {"ID": None, "TYPE": "NAME", **about, "SETTINGS": SETTINGS}


def _printed(row: Row) -> Row:
    shown = {
        "FIELD_ID": code_of(row), "SORT": row["SORT"], "NAME": row["NAME"], "IS_REQUIRED": row["IS_REQUIRED"],
        "MULTIPLE": row["MULTIPLE"], "DEFAULT_VALUE": row["DEFAULT_VALUE"], "TYPE": row["TYPE"],
    }  # fmt: skip
    if row["TYPE"] not in types.CUSTOM:
        return {**shown, "SETTINGS": row["SETTINGS"]}
    base, _, own = row["TYPE"].partition(":")
    link = row["LINK_IBLOCK_ID"]
    shown |= {
        "PROPERTY_TYPE": base, "PROPERTY_USER_TYPE": {"USER_TYPE": own} if own else False, "CODE": row["CODE"],
        "ID": str(row["ID"]), "LINK_IBLOCK_ID": None if link is None else str(link), "ROW_COUNT": str(row["ROW_COUNT"]),
        "COL_COUNT": str(row["COL_COUNT"]), "USER_TYPE_SETTINGS": row["USER_TYPE_SETTINGS"], "SETTINGS": row["SETTINGS"],
    }  # fmt: skip
    return {**shown, "DISPLAY_VALUES_FORM": row["VALUES"]} if row["TYPE"] == "L" else shown


@method("lists.field.type.get", scope="lists")
def type_get(call: Call) -> Any:
    """Types that may still be added: a system field is there once."""
    row = reading.found(call, reading.FULL)
    used = {one["TYPE"] for one in reading.properties(call.portal, row)}
    system = {kind: title for kind, title in types.SYSTEM.items() if kind not in used and kind != "NAME"}
    return {**system, **types.CUSTOM}


@method("lists.field.update", scope="lists")
def update(call: Call) -> Any:
    """Change a field; its type stays what it is."""
    row = reading.found(call, reading.FULL)
    reading.need(call, "FIELD_ID")
    fields, field = reading.fields_of(call), _field(call, row)
    if field is None:
        raise RestError("ERROR_UPDATE_FIELD", "Error updating the field.")
    if fields.get("TYPE") not in (None, field["TYPE"]):
        call.portal.tell(f"{call.method}: the type of {code_of(field)} cannot be changed, it was passed over")
    kept: dict[str, Any] = _kept(fields, field)
    if field["TYPE"] == "L" and ("LIST" in fields or "LIST_TEXT_VALUES" in fields):
        kept["VALUES"], chosen = types.enumerated(call.portal, fields, field["VALUES"])
        kept["DEFAULT_VALUE"] = chosen[0] if chosen else field["DEFAULT_VALUE"]
    kept |= {name: fields[name] for name in ("DEFAULT_VALUE", "CODE") if name in fields}
    _table(call).update(field["ID"], **kept)
    return True


@method("lists.field.delete", scope="lists")
def delete(call: Call) -> Any:
    """A field with its values in all elements."""
    row = reading.found(call, reading.FULL)
    reading.need(call, "FIELD_ID")
    field = _field(call, row)
    if field is None:
        return False
    _table(call).delete(field["ID"])
    for element in call.portal.table("list_element").where(IBLOCK_ID=row["ID"]):
        left = {key: value for key, value in element["PROPS"].items() if key != str(field["ID"])}
        call.portal.table("list_element").update(element["ID"], PROPS=left)
    return True
