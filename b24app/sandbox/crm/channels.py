"""Phones, addresses and sites of people and firms: multifields in both dialects.

Source: `crm/data-types.md#crm_multifield`, methods.md 0.4.
"""

from typing import Any

from b24app.sandbox.crm.kinds import FM_TYPES
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import as_list, to_int
from b24app.sandbox.kernel.store import Row

ALIASES = {
    "emailHome": ("EMAIL", "HOME"), "emailWork": ("EMAIL", "WORK"), "emailMailing": ("EMAIL", "MAILING"),
    "phoneMobile": ("PHONE", "MOBILE"), "phoneWork": ("PHONE", "WORK"), "phoneMailing": ("PHONE", "MAILING"),
    "imol": ("IM", "IMOL"), "email": ("EMAIL", ""), "phone": ("PHONE", ""),
}  # fmt: skip
OLD_ALIASES = {"skype": ("IM", "SKYPE"), "icq": ("IM", "ICQ")}
HAS = {"HAS_PHONE": ("PHONE", ""), "HAS_EMAIL": ("EMAIL", ""), "HAS_IMOL": ("IM", "IMOL")}


def kept(portal: Portal, old: list[Row], changes: list[Row]) -> Row:
    """What an element keeps after these changes: `FM` and the flags that follow from it.

    A change with an id that is known edits it, an empty value or a DELETE flag removes it, any other adds.
    """
    rows = {one["ID"]: dict(one) for one in old}
    for change in changes:
        number = to_int(change.get("ID"))
        if number in rows:
            _edit(rows, number, change)
        elif str(change.get("VALUE") or "").strip():
            fresh = portal.table("crm_fm").next_id()
            rows[fresh] = {
                "ID": fresh, "TYPE_ID": change["TYPE_ID"], "VALUE_TYPE": change.get("VALUE_TYPE") or "WORK",
                "VALUE": str(change["VALUE"]).strip(),
            }  # fmt: skip
    found = list(rows.values())
    return {"FM": found or None, **{name: "Y" if first(found, *what) else "N" for name, what in HAS.items()}}


def _edit(rows: dict[int, Row], number: int, change: Row) -> None:
    if change.get("DELETE") == "Y" or ("VALUE" in change and not str(change["VALUE"] or "").strip()):
        del rows[number]
        return
    for name in ("VALUE", "VALUE_TYPE"):
        if change.get(name):
            rows[number][name] = str(change[name])


def first(rows: list[Row], type_id: str, value_type: str = "") -> str:
    """The first value of a type; any value type when none is named."""
    for row in rows:
        if row["TYPE_ID"] == type_id and value_type in ("", row["VALUE_TYPE"]):
            return str(row["VALUE"])
    return ""


# --- the universal dialect


def from_universal(raw: Any) -> list[Row]:
    """`fm` of crm.item.*: a list of new ones, or a map keyed by id, `n0`, `n1`."""
    if isinstance(raw, dict):
        pairs = list(raw.items())
    else:
        pairs = [(item.get("id"), item) for item in as_list(raw) if isinstance(item, dict)]
    return [
        {
            "ID": to_int(item.get("id") or key), "TYPE_ID": str(item.get("typeId") or "").upper(),
            "VALUE_TYPE": item.get("valueType"), **({"VALUE": item["value"]} if "value" in item else {}),
        }
        for key, item in pairs
        if isinstance(item, dict) and (to_int(item.get("id") or key) or str(item.get("typeId")).upper() in FM_TYPES)
    ]  # fmt: skip


def to_universal(rows: list[Row]) -> list[Row]:
    """`fm` of an answer."""
    return [
        {"id": one["ID"], "typeId": one["TYPE_ID"], "valueType": one["VALUE_TYPE"], "value": one["VALUE"]}
        for one in rows
    ]


def aliases(rows: list[Row], *, lead: bool = False) -> Row:
    """The flat names of an answer: `phone`, `emailWork` and the like; leads keep two old messengers."""
    old = OLD_ALIASES if lead else {}
    return {name: first(rows, *what) for name, what in {**ALIASES, **old}.items()}


# --- the classic dialect


def from_classic(fields: dict[str, Any]) -> list[Row] | None:
    """PHONE, EMAIL … of a classic write; None when there are none."""
    found: list[Row] = []
    given = [name for name in FM_TYPES if name in fields]
    for name in given:
        rows = fields[name] if isinstance(fields[name], list | dict) else [{"VALUE": fields[name]}]
        for item in as_list(rows):
            one = (
                {str(key).upper(): value for key, value in item.items()} if isinstance(item, dict) else {"VALUE": item}
            )
            found.append({**one, "TYPE_ID": name})
    return found if given else None


def to_classic(rows: list[Row]) -> Row:
    """PHONE, EMAIL … of a classic answer; types without values are absent."""
    found: Row = {}
    for one in rows:
        shown = {
            "ID": str(one["ID"]),
            "VALUE_TYPE": one["VALUE_TYPE"],
            "VALUE": one["VALUE"],
            "TYPE_ID": one["TYPE_ID"],
        }
        found.setdefault(one["TYPE_ID"], []).append(shown)
    return found
