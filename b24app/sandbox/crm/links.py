"""crm.deal.contact.*, crm.contact.company.* and the like: who is bound to whom, one by one and as a whole.

Source: `crm/deals/contacts/`, `crm/contacts/company/`, `crm/companies/contacts/`. Numbers are numbers here.
"""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.crm import bindings, items, kinds, rights
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.crm.values import flag
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row


class Link:
    """Bindings of the elements of one kind: `single` is CONTACT_ID or COMPANY_ID, `kept` where they stand."""

    def __init__(self, kind: Kind, single: str, kept: str) -> None:
        self.kind, self.single, self.kept = kind, single, kept

    # --- reading and writing the rows

    def rows(self, portal: Portal, owner: Row) -> list[Row]:
        """The bindings of an element, in their order."""
        if self.kind.number == kinds.COMPANY:
            found = [_from_contact(portal, number, owner["ID"]) for number in bindings.contacts_of(portal, owner["ID"])]
        else:
            found = list(owner.get(self.kept) or [])
        return sorted(found, key=lambda row: row["SORT"])

    def store(self, call: Call, owner: Row, rows: list[Row]) -> None:
        """Put new bindings; an element that changes raises its event."""
        write = items.Write(call.portal, self.kind, call.user_id, about={"method": call.method})
        if self.kind.number == kinds.COMPANY:
            _to_contacts(call.portal, owner["ID"], rows)
            return
        items.update(write, owner, {self.kept: rows or None, self.single: bindings.primary(rows, self.single)})

    # --- methods

    def add(self, call: Call) -> Any:
        """true, or false when it was bound already."""
        owner, given = self._owner(call), self._given(call)
        rows, number = self.rows(call.portal, owner), to_int(given[self.single])
        if any(row[self.single] == number for row in rows):
            return False
        first = not rows or flag(given.get("IS_PRIMARY")) == "Y"
        if first:
            rows = [{**row, "IS_PRIMARY": "N"} for row in rows]
        sort = to_int(given.get("SORT"))
        rows.append(bindings.binding(self.single, number, len(rows), primary=first, sort=sort))
        self.store(call, owner, rows)
        return True

    def delete(self, call: Call) -> Any:
        """true, or false when it was not bound; the first of the rest becomes the primary."""
        owner, given = self._owner(call), self._given(call)
        rows = self.rows(call.portal, owner)
        rest = [row for row in rows if row[self.single] != to_int(given[self.single])]
        if len(rest) == len(rows):
            return False
        self.store(call, owner, _with_primary(rest))
        return True

    def items_get(self, call: Call) -> Any:
        """All bindings."""
        return self.rows(call.portal, self._owner(call))

    def items_set(self, call: Call) -> Any:
        """Replace all bindings."""
        owner, given = self._owner(call), call.get("items")
        if not isinstance(given, list | dict):
            raise RestError.plain("The parameter items must be array.")
        rows: dict[int, Row] = {}
        for place, item in enumerate(as_list(given)):
            one = {str(key).upper(): value for key, value in as_map(item).items()}
            number, sort = to_int(one.get(self.single)), to_int(one.get("SORT"))
            if number > 0:
                primary = flag(one.get("IS_PRIMARY")) == "Y" and not any(
                    row["IS_PRIMARY"] == "Y" for row in rows.values()
                )
                rows[number] = bindings.binding(self.single, number, place, primary=primary, sort=sort)
        self.store(call, owner, _with_primary(list(rows.values())))
        return True

    def items_delete(self, call: Call) -> Any:
        """Remove all bindings."""
        self.store(call, self._owner(call), [])
        return True

    def fields(self, _: Call) -> Any:
        """The description of a binding."""
        return descriptions({self.single: "integer r", "SORT": "integer", "IS_PRIMARY": "char"})

    def _owner(self, call: Call) -> Row:
        number = call.int("id")
        if number < 1:
            raise RestError.plain("The parameter 'ownerEntityID' is invalid or not defined.")
        row = self.kind.rows(call.portal).get(number)
        if row is None:
            raise RestError.plain("Not found.")
        return rights.allowed(call, row)

    def _given(self, call: Call) -> Row:
        if not isinstance(call.get("fields"), dict | list):
            raise RestError.plain("The parameter 'fields' must be array.")
        given = {str(name).upper(): value for name, value in call.map("fields").items()}
        if to_int(given.get(self.single)) <= 0:
            raise RestError.plain("The parameter 'fields' is not valid.")
        return given


def _with_primary(rows: list[Row]) -> list[Row]:
    if rows and not any(row["IS_PRIMARY"] == "Y" for row in rows):
        rows[0] = {**rows[0], "IS_PRIMARY": "Y"}
    return rows


def _from_contact(portal: Portal, number: int, company: int) -> Row:
    contact = kinds.BUILT_IN[kinds.CONTACT].rows(portal).get(number) or {}
    one = next(row for row in contact["COMPANIES"] if row["COMPANY_ID"] == company)
    primary = (portal.table("crm_company_primary").get(company) or {}).get("CONTACT_ID")
    shown = {"CONTACT_ID": number, "SORT": one["SORT"], "ROLE_ID": one["ROLE_ID"]}
    return {**shown, "IS_PRIMARY": "Y" if primary in (None, number) else "N"}


def _to_contacts(portal: Portal, company: int, rows: list[Row]) -> None:
    """A company's bindings stand with its contacts; its own primary is noted apart."""
    wanted = {row["CONTACT_ID"]: row for row in rows}
    for contact in kinds.BUILT_IN[kinds.CONTACT].rows(portal):
        bound = any(one["COMPANY_ID"] == company for one in contact.get("COMPANIES") or [])
        if bound is not (contact["ID"] in wanted):
            sort = wanted[contact["ID"]]["SORT"] if contact["ID"] in wanted else 0
            bindings.set_company(portal, contact, company, bound=not bound, sort=sort)
    primary = bindings.primary(rows, "CONTACT_ID")
    portal.table("crm_company_primary").put(company, {"CONTACT_ID": primary})


def _register(prefix: str, link: Link) -> None:
    acts: dict[str, Callable[[Call], Any]] = {
        "add": link.add, "delete": link.delete, "fields": link.fields, "items.get": link.items_get,
        "items.set": link.items_set, "items.delete": link.items_delete,
    }  # fmt: skip
    for act, run in acts.items():
        method(f"{prefix}.{act}", scope="crm")(run)


for _number in (kinds.LEAD, kinds.DEAL, kinds.QUOTE, kinds.COMPANY):
    _kind = kinds.BUILT_IN[_number]
    _register(f"crm.{_kind.classic}.contact", Link(_kind, "CONTACT_ID", "CONTACTS"))
_register("crm.contact.company", Link(kinds.BUILT_IN[kinds.CONTACT], "COMPANY_ID", "COMPANIES"))
