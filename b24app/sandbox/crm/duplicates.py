"""crm.duplicate.findbycomm: who has this phone or address.

Source: `crm/duplicates/crm-duplicate-find-by-comm.md`.
"""

import re
from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method

KINDS = {"LEAD": kinds.LEAD, "CONTACT": kinds.CONTACT, "COMPANY": kinds.COMPANY}
VALUES_MAX = 20
FOUND_MAX = 20
LONG_PHONE = 10


@method("crm.duplicate.findbycomm", scope="crm")
def find_by_comm(call: Call) -> Any:
    kind = str(call.get("type") or "").upper()
    if not kind:
        raise RestError.plain("Communication type is not defined")
    if kind not in {"PHONE", "EMAIL"}:
        raise RestError.plain(f"Communication type '{kind}' is not supported in current context")
    values = {normal(kind, one) for one in call.rows("values")[:VALUES_MAX]} - {""}
    if not values:
        raise RestError.plain("Communication values is not defined")
    only = str(call.get("entity_type") or "").upper()
    found: dict[str, list[int]] = {}
    for name in [only] if only in KINDS else list(KINDS):
        numbers = _with(call, KINDS[name], kind, values)
        if numbers:
            found[name] = numbers[:FOUND_MAX]
        if len(numbers) >= FOUND_MAX:  # the following types are not looked at
            break
    return found


def _with(call: Call, number: int, kind: str, wanted: set[str]) -> list[int]:
    rows = kinds.BUILT_IN[number].rows(call.portal)
    return [
        row["ID"] for row in rows
        if any(one["TYPE_ID"] == kind and normal(kind, one["VALUE"]) in wanted for one in row.get("FM") or [])
    ]  # fmt: skip


def normal(kind: str, value: Any) -> str:
    """A value as it is compared: addresses in lower case, phones as digits without an extension and with 7 for 8."""
    text = str(value or "").strip().lower()
    if kind == "EMAIL":
        return text
    digits = re.sub(r"\D", "", re.split(r"[;,#]|ext|доб", text)[0])
    return f"7{digits[1:]}" if len(digits) == LONG_PHONE + 1 and digits.startswith("8") else digits
