"""crm.item.*: elements of every kind in one dialect, camelCase names and typed values.

Source: `crm/universal/crm-item-*.md`, `crm/universal/import/`.
"""

from collections.abc import Iterable
from typing import Any

from b24app.sandbox.crm import channels, items, kinds, query, rights, stages, values
from b24app.sandbox.crm.fields import Field
from b24app.sandbox.crm.kinds import Kind, Schema
from b24app.sandbox.crm.required import empty_required
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

NAMES_MAX = 20
IMPORTED = {
    "createdTime": "CREATED_TIME", "updatedTime": "UPDATED_TIME", "movedTime": "MOVED_TIME",
    "createdBy": "CREATED_BY", "updatedBy": "UPDATED_BY", "movedBy": "MOVED_BY",
}  # fmt: skip


class Dialect:
    """Reads and prints elements of one kind for one call."""

    def __init__(self, portal: Portal, kind: Kind, *, original: bool = False) -> None:
        self.portal, self.kind, self.schema = portal, kind, Schema(portal, kind)
        self.original = original
        self._contacts: dict[int, list[int]] | None = None
        shown = (one for one in self.schema.fields.values() if one.in_universal or one.null_in_universal)
        self._printed = [(one, self.name(one)) for one in shown]

    def name(self, field: Field) -> str:
        """The name of a field in this call's answers."""
        return field.name if field.dynamic and self.original else self.schema.universal_names[field.name]

    # --- reading

    def read(self, given: dict[str, Any], *, imported: bool = False) -> Row:
        """Fields of a write as kept names and values; unknown and read-only ones are ignored."""
        found: Row = {}
        for name, raw in given.items():
            field = self.schema.by_universal.get(name)
            if field is not None and (not field.read_only or (imported and name in IMPORTED)):
                found[field.name] = self._taken(field, raw)
            elif name == "fm" and self.kind.fm:
                found["FM"] = channels.from_universal(raw)
            else:
                why = "is read-only" if field else "is unknown"
                self.portal.tell(f"field {name} of {self.kind.name} {why} and was ignored")
        return found

    def _taken(self, field: Field, raw: Any) -> Any:
        try:
            return self._checked(field, values.taken(self.portal, field, raw))
        except values.NoList:
            text = f"Value of multiple field {self.name(field)} must be iterable"
            raise RestError("100", text) from None
        except values.BadValue:
            text = f"Неверное значение поля «{field.title}»"
            raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", text) from None

    def _checked(self, field: Field, value: Any) -> Any:
        """A pipeline must exist."""
        if field.name == "CATEGORY_ID" and value and not stages.category(self.portal, self.kind, value):
            raise values.BadValue(value)
        return value

    # --- printing

    def full(self, row: Row) -> Row:
        """All fields of an element."""
        shown = {name: self._value(field, row) for field, name in self._printed}
        if self.kind.fm:
            rows = row.get("FM") or []
            shown |= channels.aliases(rows, lead=self.kind.number == kinds.LEAD) | {"fm": channels.to_universal(rows)}
        return {**shown, "entityTypeId": self.kind.number}

    def chosen(self, select: Iterable[str]) -> Any:
        """A printer of the fields a `select` names."""
        wanted = {str(name) for name in select}
        if not wanted or "*" in wanted:
            return self.full
        printed = [(field, name) for field, name in self._printed if name in wanted or field.name in wanted]
        if not any(field.name == "ID" for field, _ in printed):
            printed.insert(0, (self.schema.fields["ID"], "id"))
        extra = wanted & set(channels.ALIASES) if self.kind.fm else set()
        known = {name for field, name in printed} | {field.name for field, _ in printed} | extra
        for name in sorted(wanted - known):
            self.portal.tell(f"{self.kind.name} has no field {name} that can be selected: it was left out")

        def few(row: Row) -> Row:
            shown = {name: self._value(field, row) for field, name in printed}
            return {**shown, **{name: channels.first(row.get("FM") or [], *channels.ALIASES[name]) for name in extra}}

        return few

    def _value(self, field: Field, row: Row) -> Any:
        if field.name == "CONTACT_IDS":
            return self._company_contacts(row["ID"]) if self.kind.number == kinds.COMPANY else kinds.bound_contacts(row)
        if field.name == "COMPANY_IDS":
            return [one["COMPANY_ID"] for one in row.get("COMPANIES") or []]
        return values.universal(self.portal, field, row.get(field.name), self.kind.classic)

    def _company_contacts(self, company: int) -> list[int]:
        if self._contacts is None:
            self._contacts = {}
            for contact in kinds.BUILT_IN[kinds.CONTACT].rows(self.portal):
                for one in contact.get("COMPANIES") or []:
                    self._contacts.setdefault(one["COMPANY_ID"], []).append(contact["ID"])
        return self._contacts.get(company, [])


def dialect(call: Call) -> Dialect:
    """The dialect of a call: its kind and how it wants user fields named."""
    new = not call.portal.faults.old_portal  # the parameter came with CRM 25.0.0
    original = new and values.flag(call.get("useOriginalUfNames")) == "Y"
    return Dialect(call.portal, kinds.needed(call.portal, call.need("entityTypeId")), original=original)


def found(call: Call, kind: Kind) -> Row:
    """The element that a call names."""
    row = kind.rows(call.portal).get(to_int(call.need("id")))
    if row is None:
        raise RestError("NOT_FOUND", "Элемент не найден")
    return row


def given(call: Call) -> dict[str, Any]:
    """`fields` of a write; must be there."""
    call.need("fields")
    return call.map("fields")


def check_required(speech: Dialect, row: Row, changed: Row | None = None) -> None:
    """Refuse an element without a required field."""
    field = empty_required(speech.schema, row, changed)
    if field is not None:
        raise RestError("CRM_FIELD_ERROR_REQUIRED", f"Поле «{field.title}» обязательно для заполнения")


@method("crm.item.add", scope="crm")
def add(call: Call) -> Any:
    speech = dialect(call)
    row = speech.read(given(call))
    check_required(speech, row)
    made = items.add(items.Write(call.portal, speech.kind, call.user_id, about={"method": call.method}), row)
    return {"item": speech.full(made)}


@method("crm.item.update", scope="crm")
def update(call: Call) -> Any:
    speech = dialect(call)
    row, new = rights.allowed(call, found(call, speech.kind)), speech.read(given(call))
    same_pipeline = new.get("CATEGORY_ID", row.get("CATEGORY_ID")) == row.get("CATEGORY_ID")
    if same_pipeline and new.get("STAGE_ID", row.get("STAGE_ID")) != row.get("STAGE_ID"):
        check_required(speech, {**row, **new})
    elif any(value is None for value in new.values()):
        check_required(speech, {**row, **new}, new)
    items.update(items.Write(call.portal, speech.kind, call.user_id, about={"method": call.method}), row, new)
    return {"item": speech.full(row)}


@method("crm.item.get", scope="crm")
def get(call: Call) -> Any:
    speech = dialect(call)
    return {"item": speech.full(rights.allowed(call, found(call, speech.kind)))}


@method("crm.item.delete", scope="crm")
def delete(call: Call) -> Any:
    kind = kinds.needed(call.portal, call.need("entityTypeId"))
    items.delete(items.Write(call.portal, kind, call.user_id), rights.allowed(call, found(call, kind)))
    return []


@method("crm.item.list", scope="crm")
def listing(call: Call) -> Any:
    speech = dialect(call)
    columns, only = speech.schema.universal_columns(), rights.visible(call)
    asked = query.Query(call.portal, columns, strict=True, only=only)
    page = query.listed(call, asked, speech.kind.rows(call.portal))
    shown = speech.chosen(call.rows("select"))
    return Answer({"items": [shown(row) for row in page.result]}, page.total, page.next)


@method("crm.item.fields", scope="crm")
def fields(call: Call) -> Any:
    speech = dialect(call)
    return {"fields": {
        speech.name(field): {**described(call, speech.kind, field), "upperName": field.name}
        for field in speech.schema.fields.values()
        if field.in_universal and not field.disabled
    }}  # fmt: skip


def described(call: Call, kind: Kind, field: Field) -> Row:
    """A field of `crm.item.fields`; stages of kinds with pipelines of their own name the default one's dictionary."""
    shown = field.described(classic=False)
    if field.dictionary == "@":
        from_default = next((row for row in _pipelines(call, kind) if row["IS_DEFAULT"]), {"ID": 0})
        shown["statusType"] = f"{kind.stages}_{from_default['ID']}"
    return shown


def _pipelines(call: Call, kind: Kind) -> list[Row]:
    return call.portal.table("crm_item_category").where(ENTITY_TYPE_ID=kind.number)


# --- import: no robots, and an administrator may set times and authors


@method("crm.item.import", scope="crm")
def import_one(call: Call) -> Any:
    speech = dialect(call)
    return {"item": {"id": _import(call, speech, given(call))}}


@method("crm.item.batchImport", scope="crm")
def import_many(call: Call) -> Any:
    speech = dialect(call)
    call.need("data")
    rows = call.rows("data")
    if len(rows) > NAMES_MAX:
        raise RestError("MAX_IMPORT_BATCH_SIZE_EXCEEDED", f"Max import batch size is {NAMES_MAX}")
    return {"items": [_import_row(call, speech, as_map(row)) for row in rows]}


def _import_row(call: Call, speech: Dialect, row: dict[str, Any]) -> Row:
    try:
        return {"item": {"id": _import(call, speech, row)}}
    except RestError as error:
        return error.body()


def _import(call: Call, speech: Dialect, fields: dict[str, Any]) -> int:
    row = speech.read(fields, imported=call.is_admin)
    check_required(speech, row)
    _check_times(call, speech.kind, row)
    made = items.add(items.Write(call.portal, speech.kind, call.user_id, quiet=True), row)
    return to_int(made["ID"])


def _check_times(call: Call, kind: Kind, row: Row) -> None:
    """Created, moved, updated in this order, none in the future, none before the newest element."""
    times = [row.get(name) for name in ("CREATED_TIME", "MOVED_TIME", "UPDATED_TIME") if row.get(name)]
    moments = [values.parsed(call.portal, one) for one in times]
    if moments != sorted(moments) or any(one > call.portal.now() for one in moments):
        raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", "Неверный порядок дат")
    if not row.get("CREATED_TIME"):
        return
    numbers = kind.rows(call.portal).numbers()
    newest = kind.rows(call.portal).get(numbers[-1]) if numbers else None
    if newest and values.parsed(call.portal, newest["CREATED_TIME"]) > moments[0]:
        raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", "Дата создания раньше, чем у существующих элементов")
