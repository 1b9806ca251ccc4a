"""Contacts of an element and companies of a contact: lists with one primary.

An element keeps `CONTACTS`, a contact keeps `COMPANIES`; the first primary stands in `CONTACT_ID`, `COMPANY_ID` too.
The contacts of a company are those that name it. Source: `crm/deals/contacts/`, `crm/contacts/company/`.
"""

from collections.abc import Iterable
from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row


def binding(name: str, number: int, place: int, *, primary: bool, sort: int = 0) -> Row:
    """One binding: `name` is CONTACT_ID or COMPANY_ID."""
    return {name: number, "SORT": sort or (place + 1) * 10, "ROLE_ID": 0, "IS_PRIMARY": "Y" if primary else "N"}


def several(name: str, numbers: Iterable[int]) -> list[Row]:
    """Bindings of these numbers, the first is the primary."""
    chosen = list(dict.fromkeys(number for number in numbers if number))
    return [binding(name, number, place, primary=place == 0) for place, number in enumerate(chosen)]


def primary(rows: list[Row], name: str) -> int | None:
    """The number of the primary binding."""
    found = next((row for row in rows if row["IS_PRIMARY"] == "Y"), rows[0] if rows else None)
    return to_int(found[name]) if found else None


def take(kind: Kind, new: Row, row: Row) -> list[int] | None:
    """Turn CONTACT_ID(S), COMPANY_ID(S) of a write into bindings; for a company, tell the contacts it shall have."""
    if kind.number == kinds.CONTACT:
        _take(new, row, "COMPANY_ID", "COMPANY_IDS", "COMPANIES")
    elif kind.number == kinds.COMPANY:
        given = new.pop("CONTACT_IDS", new.pop("CONTACT_ID", None))
        return None if given is None else [to_int(one) for one in given]
    elif any(one.name == "CONTACT_IDS" for one in kind.fields):
        _take(new, row, "CONTACT_ID", "CONTACT_IDS", "CONTACTS")
    return None


def _take(new: Row, row: Row, single: str, many: str, kept: str) -> None:
    if kept in new and new is not row:
        return
    if many in new:
        rows = several(single, new.pop(many) or [])
    elif single in new and (new is row or new[single] != row.get(single)):
        rows = several(single, [new[single] or 0])
    else:
        return
    set_rows(new, rows, single, kept, clear=new is not row)


def set_rows(new: Row, rows: list[Row], single: str, kept: str, *, clear: bool = True) -> None:
    """Put bindings and their primary into a write."""
    if rows or clear:
        new[kept], new[single] = rows or None, primary(rows, single)
    else:
        new.pop(single, None)


def link(portal: Portal, kind: Kind, company: int, contacts: list[int] | None) -> bool:
    """Give a company exactly these contacts; tells whether something changed."""
    if kind.number != kinds.COMPANY or contacts is None:
        return False
    changed = False
    for contact in kinds.BUILT_IN[kinds.CONTACT].rows(portal):
        rows = list(contact.get("COMPANIES") or [])
        bound = any(one["COMPANY_ID"] == company for one in rows)
        if bound is not (contact["ID"] in contacts):
            changed = True
            set_company(portal, contact, company, bound=not bound)
    return changed


def set_company(portal: Portal, contact: Row, company: int, *, bound: bool, sort: int = 0) -> None:
    """Bind a contact to a company, or unbind it, without events."""
    rows = [one for one in contact.get("COMPANIES") or [] if one["COMPANY_ID"] != company]
    if bound:
        rows.append(binding("COMPANY_ID", company, len(rows), primary=not rows, sort=sort))
    changes: Row = {}
    set_rows(changes, rows, "COMPANY_ID", "COMPANIES")
    kinds.BUILT_IN[kinds.CONTACT].rows(portal).update(contact["ID"], **changes)


def contacts_of(portal: Portal, company: int) -> list[int]:
    """Contacts that name this company."""
    rows = kinds.BUILT_IN[kinds.CONTACT].rows(portal)
    return [row["ID"] for row in rows if any(one["COMPANY_ID"] == company for one in row.get("COMPANIES") or [])]


def forget(portal: Portal, kind: Kind, number: int) -> None:
    """Unbind a deleted contact or company everywhere."""
    if kind.number == kinds.COMPANY:
        link(portal, kind, number, [])
    if kind.number not in {kinds.CONTACT, kinds.COMPANY}:
        return
    single = f"{kind.name}_ID"
    for other in kinds.all_kinds(portal):
        for row in other.rows(portal):
            if row.get(single) == number or (kind.number == kinds.CONTACT and _names(row, number)):
                _unbind(portal, other, row, single, number)


def _names(row: Row, contact: int) -> bool:
    return any(one["CONTACT_ID"] == contact for one in row.get("CONTACTS") or [])


def _unbind(portal: Portal, kind: Kind, row: Row, single: str, number: int) -> None:
    changes: dict[str, Any] = {single: None}
    if single == "CONTACT_ID":
        rows = [one for one in row.get("CONTACTS") or [] if one["CONTACT_ID"] != number]
        set_rows(changes, rows, "CONTACT_ID", "CONTACTS")
    kind.rows(portal).update(row["ID"], **changes)
