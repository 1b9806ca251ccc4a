"""Values of fields: what is kept, and how each dialect takes and prints it.

Kept: numbers as numbers, flags as Y/N, dates as `YYYY-MM-DD`, moments as ISO in the portal's zone, files as maps with
an `ID`, everything else as text; a multiple value is a list. Nothing is kept for an empty value.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from b24app.sandbox.crm.fields import Field
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import as_list, to_int

INTEGERS = frozenset({
    "integer", "user", "employee", "enumeration", "location", "crm_category", "crm_company", "crm_contact", "crm_lead",
    "crm_deal", "crm_quote", "crm_entity", "iblock_section", "iblock_element", "hlblock",
    "crm_enum_ownertype", "crm_enum_activitytype", "crm_enum_activitystatus", "crm_enum_activitypriority",
    "crm_enum_activitynotifytype", "crm_enum_contenttype", "crm_enum_activitydirection",
})  # fmt: skip
FLAGS = frozenset({"boolean", "char"})
COUNTED = frozenset({"integer", "crm_category"})  # zero is a value of these, of a link it is none
YES = frozenset({"y", "1", "true", "yes"})
Comparable = Callable[[Any], Any]
_MONEY = re.compile(r"\s*(-?[\d.]*)\s*(?:\|\s*([A-Z]{3}))?\s*")


class BadValue(ValueError):
    """A value that cannot be taken."""


class NoList(ValueError):
    """A single value for a multiple field."""


def is_empty(value: Any) -> bool:
    """Whether the portal treats it as no value."""
    return value is None or value is False or value in ("", [], {})


def flag(value: Any) -> str:
    """Any spelling of a boolean as Y or N."""
    return "Y" if str(value).strip().lower() in YES else "N"


def taken(portal: Portal, field: Field, raw: Any) -> Any:
    """A given value as it is kept; None is empty. Raises `BadValue`, `NoList`."""
    if field.multiple:
        if is_empty(raw):
            return None
        if not isinstance(raw, list | tuple | dict):
            raise NoList(field.name)
        found = [_one(portal, field, item) for item in _several(field, raw)]
        return [item for item in found if not is_empty(item)] or None
    if isinstance(raw, list | tuple) and field.type != "file":
        raw = raw[0] if raw else None
    return _one(portal, field, raw)


def _several(field: Field, raw: Any) -> list[Any]:
    """A pair of name and content is one file, not two."""
    if field.type == "file" and isinstance(raw, list) and len(raw) == 2 and all(isinstance(one, str) for one in raw):
        return [raw]
    return as_list(raw)


def _one(portal: Portal, field: Field, raw: Any) -> Any:
    group = group_of(field.type)
    if group == "file":
        return file(portal, raw)
    if group == "flag":
        return None if raw is None or raw == "" else flag(raw)
    if is_empty(raw):
        return None
    if group == "integer":
        return _number(raw) if field.type in COUNTED else _number(raw) or None
    taker = {"double": lambda _, one: _double(one), "date": day, "datetime": moment}.get(group)
    return taker(portal, raw) if taker else raw if isinstance(raw, dict) else str(raw)


def group_of(field_type: str) -> str:
    """What a type's values are to us: integer, flag, double, date, datetime, file or text."""
    if field_type in INTEGERS:
        return "integer"
    if field_type in FLAGS:
        return "flag"
    return field_type if field_type in {"double", "date", "datetime", "file"} else "text"


def _number(raw: Any) -> int:
    text = str(raw).strip().removeprefix("user_")
    try:
        return int(float(text)) if not isinstance(raw, bool) else int(raw)
    except ValueError:
        raise BadValue(raw) from None


def _double(raw: Any) -> float:
    found = _MONEY.fullmatch(str(raw).replace(",", ".").replace(" ", ""))
    try:
        return float(found[1] if found else str(raw))
    except ValueError:
        raise BadValue(raw) from None


def moment(portal: Portal, raw: Any) -> str:
    """A moment as ISO in the portal's zone; without an offset it is the portal's own time."""
    return portal.iso(parsed(portal, raw))


def parsed(portal: Portal, raw: Any) -> datetime:
    """A moment in one of the forms people send."""
    found = moments.moment(raw, portal.clock)
    if found is None:
        raise BadValue(raw)
    return found


def day(portal: Portal, raw: Any) -> str:
    """A date; of a moment its date in the portal's zone."""
    text = str(raw).strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise BadValue(raw) from None
    return parsed(portal, raw).astimezone(portal.clock.zone).date().isoformat()


def file(portal: Portal, raw: Any) -> dict[str, Any] | None:
    """A file given as `[name, base64]`, `{"fileData": [name, base64]}`, or as the id of a kept one."""
    if isinstance(raw, dict) and "fileData" in raw:
        raw = raw["fileData"]
    if isinstance(raw, dict) and to_int(raw.get("id") or raw.get("ID")):
        return portal.table("crm_file").get(to_int(raw.get("id") or raw.get("ID")))
    pair = as_list(raw)
    if len(pair) != 2 or not all(isinstance(one, str) for one in pair):
        return None
    try:
        content = base64.b64decode(pair[1], validate=True)
    except (binascii.Error, ValueError):
        raise BadValue(raw) from None
    row = {"NAME": pair[0], "SIZE": len(content), "CONTENT": pair[1]}
    return portal.table("crm_file").add(row)


# --- printing


def universal(portal: Portal, field: Field, value: Any, owner: str = "") -> Any:
    """A kept value in `crm.item.*`."""
    if field.null_in_universal:
        return None
    if field.multiple:
        return [_universal(portal, field, item, owner) for item in value or []]
    return _universal(portal, field, value, owner)


def _universal(portal: Portal, field: Field, value: Any, owner: str) -> Any:
    if value is None:
        return "N" if field.type in FLAGS else 0 if field.name in ZERO else None
    if field.type == "double":
        return int(value) if float(value).is_integer() else value
    if field.type == "date":
        return midnight(portal, value)
    return file_shown(portal, value, owner) if field.type == "file" else value


ZERO = frozenset({"OPPORTUNITY", "TAX_VALUE"})


def classic(portal: Portal, field: Field, value: Any, owner: str = "") -> Any:
    """A kept value in `crm.deal.*` and the like: scalars are strings."""
    if field.multiple:
        return [_classic(portal, field, item, owner) for item in value or []]
    return _classic(portal, field, value, owner)


def _classic(portal: Portal, field: Field, value: Any, owner: str) -> Any:
    if field.type in FLAGS:
        return flag(value) if not field.dynamic else "1" if value == "Y" else "0"
    if value is None:
        return "0.00" if field.name in ZERO else "" if field.type in {"date", "datetime"} else None
    if field.type == "double":
        return f"{value:.2f}" if not field.dynamic else str(int(value) if float(value).is_integer() else value)
    if field.type == "date":
        return midnight(portal, value)
    if field.type == "file":
        return file_shown(portal, value, owner)
    return value if isinstance(value, dict) else str(value)


def midnight(portal: Portal, value: str) -> str:
    """A date as the portal prints it: midnight UTC in its own zone (`2026-02-20T03:00:00+03:00`)."""
    return portal.iso(datetime.fromisoformat(value).replace(tzinfo=UTC))


def file_shown(portal: Portal, value: dict[str, Any], owner: str) -> dict[str, Any]:
    """Links to a file: for people, and with a token for programs."""
    number = value["ID"]
    token = hashlib.md5(f"{portal.member_id}{number}".encode(), usedforsecurity=False).hexdigest()
    link = f"{portal.origin}/bitrix/components/bitrix/crm.{owner or 'item'}.show/show_file.php?fileId={number}"
    return {"id": number, "url": link, "urlMachine": f"{portal.origin}/rest/crm.controller.item.getFile/?token={token}"}


# --- comparing


def comparable(field_type: str) -> Comparable:
    """How kept values of a type are compared."""
    ways: dict[str, Comparable] = {
        "datetime": lambda value: datetime.fromisoformat(value).timestamp(), "file": lambda value: value["ID"],
        "text": lambda value: value.casefold() if isinstance(value, str) else str(value),
    }  # fmt: skip
    return ways.get(group_of(field_type), lambda value: value)


def wanted(portal: Portal, field_type: str, raw: Any) -> Any:
    """A value of a filter in the same terms; None is empty. Raises `BadValue`."""
    if is_empty(raw):
        return None
    takers: dict[str, Comparable] = {
        "integer": _number, "file": _number, "double": _double, "flag": flag, "date": lambda one: day(portal, one),
        "datetime": lambda one: parsed(portal, one).timestamp(), "text": lambda one: str(one).casefold(),
    }  # fmt: skip
    return takers[group_of(field_type)](raw)
