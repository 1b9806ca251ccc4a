"""crm.lead.*, crm.deal.*, crm.contact.*, crm.company.*, crm.quote.*: the old dialect, UPPER_CASE names and strings.

Source: `crm/{leads,deals,contacts,companies,quote}/`. One description, the methods of all families.
"""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.crm import channels, items, kinds, query, rights, stages, values
from b24app.sandbox.crm.fields import Field
from b24app.sandbox.crm.kinds import Kind, Schema
from b24app.sandbox.crm.required import empty_required
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Answer, Call, method
from b24app.sandbox.kernel.store import Row


def found(call: Call, kind: Kind, *, change: bool = False) -> Row:
    """The element a classic method names, or one of its refusals."""
    number = call.int("id")
    if number <= 0:
        raise RestError.plain("ID is not defined or invalid.")
    row = kind.rows(call.portal).get(number)
    if row is None:
        raise RestError.plain("Not found")
    if not (rights.may_change if change else rights.may_read)(call, row):
        raise RestError.plain("Access denied")
    return row


def given(call: Call) -> dict[str, Any]:
    """`fields` of a classic write."""
    fields = call.get("fields")
    if not isinstance(fields, dict | list):
        raise RestError.plain("Parameter 'fields' must be array.")
    return {str(name): value for name, value in call.map("fields").items()}


def read(call: Call, schema: Schema, fields: dict[str, Any], *, new: bool) -> Row:
    """Fields of a write as kept names and values; what is unknown, read-only or immutable is ignored."""
    row: Row = {}
    for name, raw in fields.items():
        field = schema.by_classic.get(name)
        if field is None or field.read_only or ("I" in field.flags and not new) or field.type == "crm_multifield":
            if name not in kinds.FM_TYPES:
                call.portal.tell(f"field {name} of {schema.kind.name} was ignored", method=call.method)
            continue
        row[field.name] = _taken(call, field, raw)
        if field.name == "CATEGORY_ID" and not stages.category(call.portal, schema.kind, row[field.name] or 0):
            call.portal.tell(f"pipeline {raw} does not exist: the default one was taken", method=call.method)
            del row[field.name]
    changes = channels.from_classic(fields) if schema.kind.fm else None
    return row if changes is None else {**row, "FM": changes}


def _taken(call: Call, field: Field, raw: Any) -> Any:
    try:
        return values.taken(call.portal, field, [raw] if field.multiple and not isinstance(raw, list | dict) else raw)
    except ValueError:
        call.portal.tell(f"value of {field.classic} was not understood and was ignored", method=call.method)
        return None


def shown(call: Call, schema: Schema, row: Row, *, only: set[str] | None = None) -> Row:
    """An element in the old dialect; lists give channels only when they are named."""
    found = {
        field.classic: _value(call, schema.kind, field, row)
        for field in schema.fields.values()
        if field.classic and field.type != "crm_multifield" and "W" not in field.flags
        and (only is None or field.classic in only)
    }  # fmt: skip
    if not schema.kind.fm:
        return found
    lists = channels.to_classic(row.get("FM") or [])
    return found | {name: value for name, value in lists.items() if only is None or name in only}


def _value(call: Call, kind: Kind, field: Field, row: Row) -> Any:
    return values.classic(call.portal, field, row.get(field.name), kind.classic)


def chosen(schema: Schema, select: list[Any]) -> set[str]:
    """Names that a `select` asks for: `*` is all single system fields, `UF_*` all user fields."""
    wanted = {str(name).upper() for name in select} or {"*", "UF_*"}
    names = wanted & {*schema.by_classic, *kinds.FM_TYPES}
    if "*" in wanted:
        names |= {name for name, field in schema.by_classic.items() if not field.dynamic and not field.multiple}
    if "UF_*" in wanted:
        names |= {name for name, field in schema.by_classic.items() if field.dynamic}
    return names | {"ID"}


def _own_stage(call: Call, kind: Kind, row: Row, new: Row) -> None:
    """A stage of another pipeline is ignored without a word, `true` is answered all the same."""
    code = new.get("STAGE_ID")
    if code is None or not kind.stages:
        return
    if not any(one["STATUS_ID"] == code for one in stages.of(call.portal, kind, row.get("CATEGORY_ID"))):
        call.portal.tell(f"stage {code} is of another pipeline and was ignored", method=call.method)
        del new["STAGE_ID"]


class Family:
    """The six methods of one classic family."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def add(self, call: Call) -> Any:
        """crm.*.add: the number of the new element."""
        schema = Schema(call.portal, self.kind)
        row = read(call, schema, given(call), new=True)
        self._check(schema, row)
        return items.add(self._write(call), row)["ID"]

    def update(self, call: Call) -> Any:
        """crm.*.update: true, also when nothing changed."""
        schema, row = Schema(call.portal, self.kind), found(call, self.kind, change=True)
        new = read(call, schema, given(call), new=False)
        _own_stage(call, self.kind, row, new)
        if any(value is None for value in new.values()):
            self._check(schema, {**row, **new}, new)
        items.update(self._write(call), row, new)
        return True

    def get(self, call: Call) -> Any:
        """crm.*.get: one element with its channels."""
        return shown(call, Schema(call.portal, self.kind), found(call, self.kind))

    def list(self, call: Call) -> Any:
        """crm.*.list: a bare list."""
        schema = Schema(call.portal, self.kind)
        for name in ("filter", "order"):
            if call.get(name) not in (None, "") and not isinstance(call.get(name), dict | list):
                raise RestError.plain(f"Parameter '{name}' must be array.")
        asked = query.Query(call.portal, schema.classic_columns(), only=rights.visible(call))
        page = query.listed(call, asked, self.kind.rows(call.portal))
        names = chosen(schema, call.rows("select"))
        rows = [shown(call, schema, row, only=names) for row in page.result]
        return Answer(rows, page.total, page.next)

    def delete(self, call: Call) -> Any:
        """crm.*.delete: true."""
        items.delete(self._write(call), found(call, self.kind, change=True))
        return True

    def fields(self, call: Call) -> Any:
        """crm.*.fields: descriptions by classic names."""
        schema = Schema(call.portal, self.kind)
        return {name: field.described(classic=True) for name, field in schema.by_classic.items()}

    def _write(self, call: Call) -> items.Write:
        return items.Write(call.portal, self.kind, call.user_id, about={"method": call.method})

    @staticmethod
    def _check(schema: Schema, row: Row, changed: Row | None = None) -> None:
        field = empty_required(schema, row, changed)
        if field is not None:
            raise RestError.plain(f"Не заполнены обязательные поля: {field.title}")


def _register(family: Family) -> None:
    acts: dict[str, Callable[[Call], Any]] = {
        "add": family.add, "update": family.update, "get": family.get, "list": family.list,
        "delete": family.delete, "fields": family.fields,
    }  # fmt: skip
    for act, run in acts.items():
        method(f"crm.{family.kind.classic}.{act}", scope="crm")(run)


for _kind in kinds.BUILT_IN.values():
    if _kind.classic:
        _register(Family(_kind))
