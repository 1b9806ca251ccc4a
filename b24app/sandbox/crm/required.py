"""Fields that may not be empty."""

from b24app.sandbox.crm import kinds, values
from b24app.sandbox.crm.fields import Field
from b24app.sandbox.crm.kinds import Schema
from b24app.sandbox.kernel.store import Row

NAME = Field("NAME", "string", "Имя или Фамилия")


def empty_required(schema: Schema, row: Row, only: Row | None = None) -> Field | None:
    """The first required field that `row` leaves empty; `only` narrows to the fields of a change."""
    for field in schema.fields.values():
        if field.required and (only is None or field.name in only) and values.is_empty(row.get(field.name)):
            return field
    nameless = schema.kind.number == kinds.CONTACT and not (row.get("NAME") or row.get("LAST_NAME"))
    return NAME if nameless and (only is None or {"NAME", "LAST_NAME"} & set(only)) else None
