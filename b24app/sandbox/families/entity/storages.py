"""entity.add, get, update, delete, rights, and entity.section.*. Sources: `entity/entities/*.md`, `entity/sections/*.md`."""

from typing import Any

from b24app.sandbox.families.entity import reading
from b24app.sandbox.families.kit.fields import yes_no
from b24app.sandbox.kernel.errors import RestError, bad_argument, core_error
from b24app.sandbox.kernel.query import plain
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row

NO_SECTION = ("ERROR_SECTION_NOT_FOUND", "Section not found")


@method("entity.add", scope="entity")
def add(call: Call) -> Any:
    """A new storage of the application; whoever makes it manages it."""
    owner, code = reading.application(call), reading.code(call)
    name = str(call.argument("NAME"))
    if reading.storages(call.portal).first(APP_ID=owner, ENTITY=code):
        raise RestError("ERROR_ENTITY_ALREADY_EXISTS", "Entity already exists")
    made = {"APP_ID": owner, "ENTITY": code, "NAME": name, "ACCESS": reading.access(call, call.map("ACCESS"))}
    reading.storages(call.portal).add(made)
    return True


@method("entity.get", scope="entity")
def get(call: Call) -> Any:
    """One storage, or all of the application."""
    owner = reading.application(call)
    if call.params.has("ENTITY"):
        return _shown(reading.found(call, reading.READ))
    return [_shown(row) for row in reading.storages(call.portal).where(APP_ID=owner)]


def _shown(row: Row) -> Row:
    return {"ID": str(row["ID"]), "IBLOCK_TYPE_ID": "rest_entity", "ENTITY": row["ENTITY"], "NAME": row["NAME"]}


@method("entity.update", scope="entity")
def update(call: Call) -> Any:
    row = reading.found(call, reading.MANAGE)
    kept: Row = {}
    if call.get("NAME"):
        kept["NAME"] = str(call.get("NAME"))
    if call.get("ENTITY_NEW"):
        kept["ENTITY"] = reading.code(call, "ENTITY_NEW")
        other = reading.storages(call.portal).first(APP_ID=row["APP_ID"], ENTITY=kept["ENTITY"])
        if other and other["ID"] != row["ID"]:
            raise RestError("ERROR_ENTITY_ALREADY_EXISTS", "Entity already exists")
    if call.map("ACCESS"):
        kept["ACCESS"] = reading.access(call, call.map("ACCESS"))
    reading.storages(call.portal).update(row["ID"], **kept)
    return True


@method("entity.rights", scope="entity")
def rights(call: Call) -> Any:
    """The rights, or new ones when ACCESS is given."""
    row = reading.found(call, reading.MANAGE)
    if call.map("ACCESS"):
        row = reading.storages(call.portal).update(row["ID"], ACCESS=reading.access(call, call.map("ACCESS")))
    return row["ACCESS"]


@method("entity.delete", scope="entity")
def delete(call: Call) -> Any:
    """A storage with everything in it."""
    row = reading.found(call, reading.MANAGE)
    for name in ("entity_section", "entity_item", "entity_property"):
        for one in call.portal.table(name).where(STORAGE_ID=row["ID"]):
            call.portal.table(name).delete(one["ID"])
    reading.storages(call.portal).delete(row["ID"])
    return True


# --- sections


@method("entity.section.add", scope="entity")
def section_add(call: Call) -> Any:
    row = reading.found(call, reading.WRITE)
    now = call.portal.iso()
    made = {
        "STORAGE_ID": row["ID"], "NAME": str(call.argument("NAME")), "CREATED_BY": call.user_id, "DATE_CREATE": now,
        "CODE": None, "ACTIVE": "Y", "SORT": 500, "DESCRIPTION": None, "SECTION": None, "PICTURE": None,
        "DETAIL_PICTURE": None, **_kept(call, row),
    }  # fmt: skip
    return call.portal.table("entity_section").add({**made, "TIMESTAMP_X": now, "MODIFIED_BY": call.user_id})["ID"]


def _kept(call: Call, row: Row) -> Row:
    kept: Row = {name: str(call.get(name)) for name in ("NAME", "CODE", "DESCRIPTION") if call.params.has(name)}
    if call.params.has("ACTIVE"):
        kept["ACTIVE"] = yes_no(call.get("ACTIVE"))
    if call.params.has("SORT"):
        kept["SORT"] = call.int("SORT")
    if call.int("SECTION"):
        kept["SECTION"] = parent(call, row)
    return kept | {name: value for name, value in call.params.items() if name.startswith("UF_")}


def parent(call: Call, row: Row) -> int:
    """The section of SECTION, in the same storage."""
    above = call.portal.table("entity_section").get(call.int("SECTION"))
    if above is None:
        raise core_error("Invalid parent section!")
    if above["STORAGE_ID"] != row["ID"]:
        raise core_error("The section block code does not match the parent section block code!")
    return to_int(above["ID"])


@method("entity.section.get", scope="entity")
def section_get(call: Call) -> Any:
    row = reading.found(call, reading.READ)
    rows = tree(call.portal.table("entity_section").where(STORAGE_ID=row["ID"]))
    answer = reading.listed(call, rows, plain)
    names = ("ID", "CODE", "TIMESTAMP_X", "DATE_CREATE", "CREATED_BY", "MODIFIED_BY", "ACTIVE", "SORT", "NAME", "PICTURE",
             "DETAIL_PICTURE", "DESCRIPTION", "LEFT_MARGIN", "RIGHT_MARGIN", "DEPTH_LEVEL")  # fmt: skip
    answer.result = [
        {**{name: reading.text(one[name]) for name in names}, "ENTITY": row["ENTITY"],
         "SECTION": reading.text(one["SECTION"])} for one in answer.result
    ]  # fmt: skip
    return answer


def tree(rows: list[Row]) -> list[Row]:
    """Sections with depth and margins of a nested set, in the order of their numbers."""
    shown = {one["ID"]: dict(one) for one in rows}
    margin = iter(range(1, 2 * len(rows) + 1))

    def walk(above: int | None, depth: int) -> None:
        for one in [one for one in shown.values() if one["SECTION"] == above]:
            one |= {"DEPTH_LEVEL": depth, "LEFT_MARGIN": next(margin)}
            walk(one["ID"], depth + 1)
            one["RIGHT_MARGIN"] = next(margin)

    walk(None, 1)
    return list(shown.values())


@method("entity.section.update", scope="entity")
def section_update(call: Call) -> Any:
    row = reading.found(call, reading.WRITE)
    one = reading.one(call, row, "entity_section", NO_SECTION)
    stamp = {"TIMESTAMP_X": call.portal.iso(), "MODIFIED_BY": call.user_id}
    if call.int("SECTION") == one["ID"]:
        raise bad_argument("SECTION")
    call.portal.table("entity_section").update(one["ID"], **_kept(call, row), **stamp)
    return True


@method("entity.section.delete", scope="entity")
def section_delete(call: Call) -> Any:
    """A section and the sections in it; items stay, without a section."""
    row = reading.found(call, reading.WRITE)
    _erase(call, reading.one(call, row, "entity_section", NO_SECTION))
    return True


def _erase(call: Call, one: Row) -> None:
    for below in call.portal.table("entity_section").where(SECTION=one["ID"]):
        _erase(call, below)
    for item in call.portal.table("entity_item").where(SECTION=one["ID"]):
        call.portal.table("entity_item").update(item["ID"], SECTION=None)
    call.portal.table("entity_section").delete(one["ID"])
