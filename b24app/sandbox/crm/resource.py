"""A small classic family described: a table of fields, what is required, what it is called when it is missing.

`register(Resource(...))` gives it add, update, get, list, delete and fields in the old dialect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox.crm import query, values
from b24app.sandbox.crm.fields import Field, table
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Answer, Call, method
from b24app.sandbox.kernel.store import Row, Table

AUTHORED = ("DATE_CREATE", "DATE_MODIFY", "CREATED_BY_ID", "MODIFY_BY_ID")
Check = Callable[[Call, Row], None]


@dataclass(frozen=True, slots=True)
class Resource:
    """One family. `missing` is the refusal of an unknown id, `{id}` in it is the number."""

    prefix: str
    described: str
    missing: str = "Not found"
    event: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    check: Check | None = None
    deleted: Check | None = None
    admin: bool = False

    @property
    def fields(self) -> dict[str, Field]:
        """Fields by name."""
        return {one.name: one for one in table(self.described)}

    def rows(self, call: Call) -> Table:
        """Where the family is kept."""
        return call.portal.table(f"crm_{self.described}")

    # --- methods

    def add(self, call: Call) -> Any:
        """The number of the new row."""
        self._allow(call)
        row = {**self.defaults, **self._read(call)}
        for name, one in self.fields.items():
            if one.required and values.is_empty(row.get(name)):
                raise RestError.plain(f"{name} is not defined or invalid.")
        if self.check:
            self.check(call, row)
        stamps = {"DATE_CREATE": call.portal.iso(), "CREATED_BY_ID": call.user_id}
        made = self.rows(call).add({**row, **{name: value for name, value in stamps.items() if name in self.fields}})
        self._happened(call, made, "ADD")
        return made["ID"]

    def update(self, call: Call) -> Any:
        """Answers true; what is immutable stays."""
        self._allow(call)
        row, new = self.found(call), self._read(call)
        changes = {name: value for name, value in new.items() if "I" not in self.fields[name].flags}
        stamps = {"DATE_MODIFY": call.portal.iso(), "MODIFY_BY_ID": call.user_id}
        changes |= {name: value for name, value in stamps.items() if name in self.fields}
        self.rows(call).update(row["ID"], **changes)
        self._happened(call, row, "UPDATE")
        return True

    def get(self, call: Call) -> Any:
        """One row."""
        return self.shown(call, self.found(call))

    def list(self, call: Call) -> Any:
        """A page of rows."""
        columns = {name: query.Column(name, one.type) for name, one in self.fields.items()}
        page = query.listed(call, query.Query(call.portal, columns), self.rows(call))
        names = {str(name) for name in call.rows("select")}
        rows = [self.shown(call, row) for row in page.result]
        if names and "*" not in names:
            rows = [{name: value for name, value in row.items() if name in names} for row in rows]
        return Answer(rows, page.total, page.next)

    def delete(self, call: Call) -> Any:
        """Answers true."""
        self._allow(call)
        row = self.found(call)
        self.rows(call).delete(row["ID"])
        if self.deleted:
            self.deleted(call, row)
        self._happened(call, row, "DELETE")
        return True

    def describe(self, _: Call) -> Any:
        """The description of the fields."""
        return {name: one.described(classic=True) for name, one in self.fields.items()}

    # --- parts

    def found(self, call: Call) -> Row:
        """The row a call names."""
        number = call.int("id")
        if number <= 0:
            raise RestError.plain("ID is not defined or invalid.")
        row = self.rows(call).get(number)
        if row is None:
            raise RestError.plain(self.missing.format(id=number))
        return row

    def shown(self, call: Call, row: Row) -> Row:
        """A row in an answer."""
        return {name: values.classic(call.portal, one, row.get(name)) for name, one in self.fields.items()}

    def _read(self, call: Call) -> Row:
        if not isinstance(call.get("fields"), dict | list):
            raise RestError.plain("Parameter 'fields' must be array.")
        found: Row = {}
        for name, raw in call.map("fields").items():
            one = self.fields.get(str(name).upper())
            if one is None or one.read_only:
                call.portal.tell(f"field {name} was ignored", method=call.method)
                continue
            try:
                found[one.name] = values.taken(call.portal, one, raw)
            except ValueError:
                call.portal.tell(f"value of {name} was not understood and was ignored", method=call.method)
        return found

    def _allow(self, call: Call) -> None:
        if self.admin and not call.is_admin:
            raise RestError.plain("Access denied.")

    def _happened(self, call: Call, row: Row, act: str) -> None:
        if self.event:
            data = {"FIELDS": {"ID": row["ID"]}}
            call.portal.raise_event(f"{self.event}{act}", data, user=call.user_id, subject=str(row["ID"]))


def register(family: Resource) -> None:
    """Put the six methods of a family into the registry."""
    acts: dict[str, Callable[[Call], Any]] = {
        "add": family.add, "update": family.update, "get": family.get, "list": family.list, "delete": family.delete,
        "fields": family.describe,
    }  # fmt: skip
    for act, run in acts.items():
        method(f"{family.prefix}.{act}", scope="crm")(run)
