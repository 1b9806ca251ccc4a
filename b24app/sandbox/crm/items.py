"""Writes of CRM elements with all their consequences: stages, history, times, bindings, events.

Both dialects end here with kept names and kept values. Consequences: methods.md, appendix 1.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from b24app.sandbox.crm import bindings, channels, kinds, stages, userfields
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

CREATED, MOVED, FINAL, PIPELINE = 1, 2, 3, 5
SILENT = frozenset({"UPDATED_TIME", "UPDATED_BY", "LAST_ACTIVITY_TIME", "LAST_ACTIVITY_BY"})


@dataclass(frozen=True, slots=True)
class Write:
    """Who writes to which kind of elements."""

    portal: Portal
    kind: Kind
    user: int | None
    quiet: bool = False  # an import: no robots
    about: Row = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The element's kind in what the portal tells."""
        return self.kind.name


def add(write: Write, given: Row) -> Row:
    """A new element; `given` has kept names and values."""
    portal, kind = write.portal, write.kind
    defaults = {**_defaults(write), **userfields.defaults(portal, kind)}
    row = {**defaults, **{name: value for name, value in given.items() if value is not None}}
    fm = row.pop("FM", None)
    if kind.stages or kind.pipelines:
        _place(write, row, given)
    _stamp_new(write, row)
    linked = bindings.take(kind, row, row)
    if fm is not None:
        row |= channels.kept(portal, [], fm)
    number = kind.rows(portal).next_id()
    row = {"ID": number, **row}
    if not row.get("TITLE") and kind.untitled:
        row["TITLE"] = kind.untitled.format(title=kind.title, id=number)
    if kind.number == kinds.QUOTE:
        row.setdefault("QUOTE_NUMBER", str(number))
    if kind.number == kinds.INVOICE:
        row.setdefault("ACCOUNT_NUMBER", str(number))
    kind.rows(portal).put(number, row)
    bindings.link(portal, kind, number, linked)
    if kind.stages:
        note_stage(write, row, CREATED)
    _tell(write, "added", row)
    raise_event(write, "ADD", row)
    return row


def update(write: Write, row: Row, given: Row) -> set[str]:
    """Change an element; tells which fields changed. Nothing at all happens when no value differs."""
    portal, kind = write.portal, write.kind
    new = dict(given)
    if kind.stages and ("STAGE_ID" in new or "CATEGORY_ID" in new):
        _move(write, row, new)
    linked = bindings.take(kind, new, row)
    if "FM" in new:
        new |= channels.kept(portal, row.get("FM") or [], new.pop("FM"))
    changes = {name: value for name, value in new.items() if row.get(name) != value}
    moved_contacts = bindings.link(portal, kind, row["ID"], linked)
    if not changes and not moved_contacts:
        portal.tell(f"{write.where} {row['ID']} was saved without a change: nothing happened", **write.about)
        return set()
    before = dict(row)
    _store(write, row, changes)
    _tell(write, "updated", row, before=before, changed=set(changes))
    _after_update(write, row, changes)
    return set(changes)


def delete(write: Write, row: Row) -> None:
    """Remove an element and what hangs on it alone."""
    write.kind.rows(write.portal).delete(row["ID"])
    bindings.forget(write.portal, write.kind, row["ID"])
    _tell(write, "deleted", row)
    raise_event(write, "DELETE", row)


def touch(portal: Portal, kind: Kind, number: int, user: int | None) -> None:
    """Something happened in the element's timeline."""
    if kind.rows(portal).get(number):
        kind.rows(portal).update(number, LAST_ACTIVITY_TIME=portal.iso(), LAST_ACTIVITY_BY=user)


def raise_event(write: Write, act: str, row: Row, **more: Any) -> None:
    """The event of a write, for smart processes also the one of their type."""
    kind, fields = write.kind, {"ID": row["ID"], **more}
    subject = f"{kind.number}:{row['ID']}"
    if kind.dynamic:
        fields["ENTITY_TYPE_ID"] = kind.number
        write.portal.raise_event(
            f"{kind.event}{act}_{kind.number}", {"FIELDS": fields}, user=write.user, subject=subject
        )
    write.portal.raise_event(f"{kind.event}{act}", {"FIELDS": fields}, user=write.user, subject=subject)


def note_stage(write: Write, row: Row, kind_of_move: int) -> None:
    """A row of the stage history."""
    history(write.portal, write.kind).add({
        "TYPE_ID": kind_of_move, "OWNER_ID": row["ID"], "CREATED_TIME": row.get("MOVED_TIME") or write.portal.iso(),
        "CATEGORY_ID": row.get("CATEGORY_ID") or 0, "STAGE_SEMANTIC_ID": row.get("STAGE_SEMANTIC_ID") or "P",
        "STAGE_ID": row.get("STAGE_ID"),
    })  # fmt: skip


def history(portal: Portal, kind: Kind) -> Any:
    """The table of a kind's stage history."""
    return portal.table(f"crm_history_{kind.number}")


# --- a new element


def _defaults(write: Write) -> Row:
    now = write.portal.now().astimezone(write.portal.clock.zone).date()
    words = {"@user": write.user, "@today": now.isoformat(), "@week": (now + timedelta(days=7)).isoformat()}
    return {name: words.get(value, value) if isinstance(value, str) else value for name, value in write.kind.defaults}


def _place(write: Write, row: Row, given: Row) -> None:
    """The pipeline and the stage of a new element."""
    portal, kind = write.portal, write.kind
    if kind.pipelines and row.get("CATEGORY_ID") is None:
        row["CATEGORY_ID"] = stages.default_category(portal, kind)
    if not kind.stages:
        return
    code = stages.fitting(portal, kind, row.get("CATEGORY_ID"), row.get("STAGE_ID"))
    if given.get("STAGE_ID") not in (None, code):
        portal.tell(
            f"stage {given['STAGE_ID']} is not of pipeline {row.get('CATEGORY_ID')}: {code} was taken", **write.about
        )
    row["STAGE_ID"] = code
    row |= _about_stage(write, row.get("CATEGORY_ID"), code)


def _stamp_new(write: Write, row: Row) -> None:
    now, user = write.portal.iso(), write.user
    times = {"CREATED_TIME": now, "UPDATED_TIME": now, "LAST_ACTIVITY_TIME": now}
    people = {"CREATED_BY": user, "UPDATED_BY": user, "LAST_ACTIVITY_BY": user}
    moved = {"MOVED_TIME": now, "MOVED_BY": user} if write.kind.stages else {}
    for name, value in {**times, **people, **moved}.items():
        row.setdefault(name, value)


def _about_stage(write: Write, category: int | None, code: str | None) -> Row:
    """What follows from a stage: its semantics, whether the element is closed, whether it is new."""
    rows = stages.of(write.portal, write.kind, category)
    meaning = stages.semantics(next((row for row in rows if row["STATUS_ID"] == code), None))
    closed = "N" if meaning == "P" else "Y"
    found: Row = {"STAGE_SEMANTIC_ID": meaning}
    if write.kind.number in {kinds.DEAL, kinds.QUOTE}:
        found["CLOSED"] = closed
    if write.kind.number == kinds.DEAL:
        found["IS_NEW"] = "Y" if rows and rows[0]["STATUS_ID"] == code else "N"
    if write.kind.number == kinds.LEAD:
        found["DATE_CLOSED"] = write.portal.iso() if closed == "Y" else None
    return found


# --- a change


def _move(write: Write, row: Row, new: Row) -> None:
    """Replace a stage that does not fit, and add what follows from the stage."""
    portal, kind = write.portal, write.kind
    target = new.get("CATEGORY_ID", row.get("CATEGORY_ID"))
    asked = new.get("STAGE_ID") or row.get("STAGE_ID")
    code = stages.fitting(portal, kind, target, asked)
    if code != asked:
        portal.tell(f"stage {asked} is not of pipeline {target}: {code} was taken", **write.about)
    if code == row.get("STAGE_ID"):
        new.pop("STAGE_ID", None)
        return
    new["STAGE_ID"] = code
    new |= _about_stage(write, target, code)


def _store(write: Write, row: Row, changes: Row) -> None:
    now, user = write.portal.iso(), write.user
    stamps: Row = {"UPDATED_TIME": now, "UPDATED_BY": user}
    if "STAGE_ID" in changes:
        stamps |= {"MOVED_TIME": now, "MOVED_BY": user, "PREVIOUS_STAGE_ID": row.get("STAGE_ID")}
    new = {**row, **stamps, **changes}
    kept = {name: value for name, value in new.items() if value is not None}
    table = write.kind.rows(write.portal)
    row.clear()
    table.update(kept["ID"], **kept)


def _after_update(write: Write, row: Row, changes: Row) -> None:
    """History and the event: a deal that changed its pipeline raises MOVETOCATEGORY alone."""
    kind = write.kind
    if kind.stages and "CATEGORY_ID" in changes:
        note_stage(write, row, PIPELINE)
    elif "STAGE_ID" in changes:
        note_stage(write, row, MOVED if row.get("STAGE_SEMANTIC_ID") == "P" else FINAL)
    if kind.number == kinds.DEAL and "CATEGORY_ID" in changes:
        place = {"CATEGORY_ID": row["CATEGORY_ID"], "STAGE_ID": row["STAGE_ID"]}
        raise_event(write, "MOVETOCATEGORY", row, **place)
        return
    raise_event(write, "UPDATE", row)


def _tell(write: Write, act: str, row: Row, **facts: Any) -> None:
    write.portal.signal(f"crm.item.{act}", kind=write.kind, row=row, user=write.user, quiet=write.quiet, **facts)
