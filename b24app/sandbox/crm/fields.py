"""Fields of CRM objects, described: name in each dialect, type, flags. The tables stand in `tables/*.txt`.

A line is `NAME | classic name | type | flags | dictionary | title`. `=` as the classic name is the same name, `-` none.
Flags: R read-only, r required, I immutable, M multiple, X deprecated, D disabled (always null, universal only),
C classic only, N null in the universal dialect, W never printed by the classic dialect, q called required where it is
not quite; `?switch` at the end: only while that switch of the type is on.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from b24app.sandbox.crm.names import snake

TABLES = Path(__file__).parent / "tables"
PARENT_OF = {"crm_lead": 1, "crm_deal": 2, "crm_company": 4, "crm_quote": 7}
CLASSIC_TYPES = {"boolean": "char", "text": "string"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object: a system one from a table, a user field, or a link to a parent."""

    name: str
    type: str
    title: str
    classic: str = ""
    flags: str = ""
    dictionary: str = ""
    switch: str = ""
    dynamic: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    items: tuple[tuple[str, str], ...] = ()

    @property
    def multiple(self) -> bool:
        """Whether values are lists."""
        return "M" in self.flags

    @property
    def read_only(self) -> bool:
        """Whether writes are ignored."""
        return "R" in self.flags or "D" in self.flags

    @property
    def required(self) -> bool:
        """Whether an empty value is refused."""
        return "r" in self.flags

    @property
    def disabled(self) -> bool:
        """Whether the field is printed as null and is no field otherwise."""
        return "D" in self.flags

    @property
    def in_universal(self) -> bool:
        """Whether `crm.item.*` know it."""
        return "C" not in self.flags

    @property
    def null_in_universal(self) -> bool:
        """Whether `crm.item.*` print it and it is always null."""
        return "D" in self.flags or "N" in self.flags

    def described(self, *, classic: bool) -> dict[str, Any]:
        """The field in an answer of a `fields` method, without names."""
        shown: dict[str, Any] = {
            "type": CLASSIC_TYPES.get(self.type, self.type) if classic and not self.dynamic else self.type,
            "isRequired": self.required or "q" in self.flags, "isReadOnly": self.read_only, "isImmutable": "I" in self.flags,
            "isMultiple": self.multiple, "isDynamic": self.dynamic,
        }  # fmt: skip
        if "X" in self.flags:
            shown["isDeprecated"] = True
        if self.type == "enumeration":
            shown["items"] = [{"ID": number, "VALUE": value} for number, value in self.items]
        if self.type == "crm_status":
            shown["statusType"] = self.dictionary
        shown["title"] = self.title
        if self.dynamic:
            shown |= {"listLabel": self.title, "formLabel": self.title, "filterLabel": self.title}
        settings = self.settings or ({"parentEntityTypeId": PARENT_OF[self.type]} if self._is_parent() else {})
        if self.name == "MYCOMPANY_ID" and not classic:
            settings = {"isMyCompany": True, **settings, "isEmbeddedEditorEnabled": True}
        if settings or self.dynamic:
            shown["settings"] = settings
        return shown

    def _is_parent(self) -> bool:
        return self.type in PARENT_OF and not self.multiple


def descriptions(plan: dict[str, str], *, upper: bool = False, **titles: str) -> dict[str, Any]:
    """The answer of a `fields` method of a small family: `{"ID": "integer R"}`, type and flags; `upper` adds names."""
    found: dict[str, Any] = {}
    for name, text in plan.items():
        form, _, flags = text.partition(" ")
        about = Field(name, form, titles.get(name, name), name, flags).described(classic=True)
        about.pop("statusType", None)
        found[name] = {**about, "upperName": snake(name)} if upper else about
    return found


@cache
def table(name: str) -> tuple[Field, ...]:
    """The system fields of a kind, in the order of its table."""
    lines: list[str] = []
    for line in _lines(f"{name}.txt"):
        lines.extend(_parts()[line[1:].strip()] if line.startswith("+") else [line])
    return tuple(_parsed(line) for line in lines)


@cache
def _parts() -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    name = ""
    for line in _lines("parts.txt"):
        if line.startswith("["):
            name = line.strip("[] ")
            parts[name] = []
        else:
            parts[name].append(line)
    return parts


def _lines(name: str) -> list[str]:
    text = (TABLES / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _parsed(line: str) -> Field:
    name, classic, kind, flags, dictionary, title = (part.strip() for part in line.split("|"))
    flags, _, switch = flags.partition("?")
    shown = {"=": name, "-": ""}.get(classic, classic)
    return Field(name, kind, title, shown, flags, dictionary, switch)


@cache
def dictionaries() -> dict[str, Any]:
    """Standard stages and dictionaries of a fresh portal (`tables/dictionaries.yaml`)."""
    return dict(yaml.safe_load((TABLES / "dictionaries.yaml").read_text(encoding="utf-8")))
