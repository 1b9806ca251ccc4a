"""Names of fields in the universal dialect: `ASSIGNED_BY_ID` is `assignedById`, user fields have rules of their own.

Source: `crm/universal/index.md`, "Field Naming Conventions".
"""

import re
from collections.abc import Iterable

_NUMBERED = re.compile(r"UF_CRM_(\d+)_(.+)")
_LETTERS = re.compile(r"[A-Z_]+")
_PREFIX = "UF_CRM_"


def camel(name: str) -> str:
    """`PARENT_ID_156` -> `parentId156`."""
    head, *rest = name.lower().split("_")
    return head + "".join(part.capitalize() for part in rest)


def snake(name: str) -> str:
    """`assignedById` -> `ASSIGNED_BY_ID`; `parentId156` -> `PARENT_ID_156`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=\d)", "_", name)
    return parted.upper()


def user_field(name: str) -> str:
    """The camelCase name of a user field, without regard to others.

    Digits alone or letters alone behind the object's number: `UF_CRM_3_DIGIT` -> `ufCrm3Digit`,
    `UF_CRM_3_1747309727` -> `ufCrm3_1747309727`. Mixed, or digits without a number: only the prefix changes.
    """
    numbered = _NUMBERED.fullmatch(name)
    if numbered and numbered[2].isdigit():
        return f"ufCrm{numbered[1]}_{numbered[2]}"
    if numbered and _LETTERS.fullmatch(numbered[2]):
        return f"ufCrm{numbered[1]}{_capitals(numbered[2])}"
    if name.startswith(_PREFIX) and _LETTERS.fullmatch(name):
        return f"ufCrm{_capitals(name.removeprefix(_PREFIX))}"
    if name.startswith(_PREFIX):
        return f"ufCrm_{name.removeprefix(_PREFIX)}"
    return camel(name)


def user_fields(names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Universal names by original ones; a clash leaves the later field in UPPER_CASE."""
    used, found = set(taken), {}
    for name in names:
        short = user_field(name)
        found[name] = name if short in used else short
        used.add(short)
    return found


def _capitals(tail: str) -> str:
    return "".join(part.capitalize() for part in tail.lower().split("_"))
