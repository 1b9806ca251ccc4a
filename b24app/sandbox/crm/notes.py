"""Notes, pins and bindings of records in timelines.

Source: `crm/timeline/note/`, `crm/timeline/actions/`, `crm/timeline/bindings/`.
"""

from typing import Any

from b24app.sandbox.crm import deeds, kinds, owners, timeline
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Answer, Call, method, to_int
from b24app.sandbox.kernel.store import Row

RECORD, ACTIVITY = 1, 2
PINS_MAX = 7  # crm/timeline/actions/index.md; the page of the method says three


def _note_key(call: Call) -> str:
    """Where the note of a record or of an activity stands."""
    kind, owner = owners.place(call)
    sort, number = to_int(call.need("itemType")), to_int(call.need("itemId"))
    table = deeds.table(call.portal) if sort == ACTIVITY else timeline.table(call.portal)
    row = table.get(number) if sort in {RECORD, ACTIVITY} else None
    if row is None or [kind.number, owner] not in row["BINDINGS"]:
        raise owners.not_found()
    return f"{sort}:{number}"


@method("crm.timeline.note.save", scope="crm")
def note_save(call: Call) -> Any:
    key, text = _note_key(call), str(call.need("text") or "")
    table, now, user = call.portal.table("crm_note"), call.portal.iso(), call.user_id
    made = table.get(key) or {"createdById": user, "createdTime": now}
    table.put(key, {"text": text, "createdById": made["createdById"], "createdTime": made["createdTime"],
                    "updatedById": user, "updatedTime": now})  # fmt: skip
    return True


@method("crm.timeline.note.get", scope="crm")
def note_get(call: Call) -> Any:
    row = call.portal.table("crm_note").get(_note_key(call))
    if row is None:
        raise owners.not_found()
    return row


@method("crm.timeline.note.delete", scope="crm")
def note_delete(call: Call) -> Any:
    if call.portal.table("crm_note").delete(_note_key(call)) is None:
        raise owners.not_found()
    return True


# --- pins


@method("crm.timeline.item.pin", scope="crm")
def pin(call: Call) -> Any:
    key, place = _pin_key(call)
    table = call.portal.table("crm_pin")
    if key not in table and len(table.where(PLACE=place)) >= PINS_MAX:
        raise RestError("0", f"Закрепить можно не больше записей: {PINS_MAX}")
    table.put(key, {"PLACE": place})
    return None


@method("crm.timeline.item.unpin", scope="crm")
def unpin(call: Call) -> Any:
    key, _ = _pin_key(call)
    call.portal.table("crm_pin").delete(key)
    return None


def _pin_key(call: Call) -> tuple[str, str]:
    number = to_int(call.need("id"))
    kind, owner = owners.place(call)
    row = timeline.table(call.portal).get(number)
    if row is None or [kind.number, owner] not in row["BINDINGS"]:
        raise owners.not_found()
    place = f"{kind.number}:{owner}"
    return f"{place}:{number}", place


# --- bindings of records


@method("crm.timeline.bindings.bind", scope="crm")
def bind(call: Call) -> Any:
    row, place = _record(call, call.map("fields"))
    if place not in row["BINDINGS"]:
        timeline.table(call.portal).update(row["ID"], BINDINGS=[*row["BINDINGS"], place])
    return True


@method("crm.timeline.bindings.unbind", scope="crm")
def unbind(call: Call) -> Any:
    row, place = _record(call, call.map("fields"))
    if place not in row["BINDINGS"]:
        raise RestError.plain("Not found.")
    timeline.table(call.portal).update(row["ID"], BINDINGS=[one for one in row["BINDINGS"] if one != place])
    return True


@method("crm.timeline.bindings.list", scope="crm")
def listing(call: Call) -> Any:
    given = {str(name).upper(): value for name, value in call.map("filter").items()}
    row = timeline.table(call.portal).get(to_int(given.get("OWNER_ID")))
    if row is None:
        raise RestError.plain("OWNER_ID is not defined or invalid.")
    rows = []
    for kind_number, number in row["BINDINGS"]:
        kind = kinds.find(call.portal, kind_number)
        rows.append(
            {"OWNER_ID": str(row["ID"]), "ENTITY_ID": str(number), "ENTITY_TYPE": kind.name.lower() if kind else ""}
        )
    return Answer(rows, len(rows))


@method("crm.timeline.bindings.fields", scope="crm")
def fields(_: Call) -> Any:
    return descriptions({"OWNER_ID": "integer rI", "ENTITY_ID": "integer rI", "ENTITY_TYPE": "string rI"})


def _record(call: Call, given: Row) -> tuple[Row, list[int]]:
    fields = {str(name).upper(): value for name, value in given.items()}
    row = timeline.table(call.portal).get(to_int(fields.get("OWNER_ID")))
    if row is None:
        raise RestError.plain("OWNER_ID is not defined or invalid.")
    number = to_int(fields.get("ENTITY_ID"))
    if number <= 0:
        raise RestError.plain("ENTITY_ID is not defined or invalid.")
    kind = kinds.by_name(call.portal, str(fields.get("ENTITY_TYPE") or ""))
    if kind is None or number not in kind.rows(call.portal):
        raise RestError.plain("ENTITY_TYPE is not defined or invalid.")
    return row, [kind.number, number]
