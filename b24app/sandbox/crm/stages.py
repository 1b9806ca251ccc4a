"""Dictionaries and pipelines as rows: what a fresh portal has, and what writes ask about stages."""

from collections.abc import Iterable
from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.crm.fields import dictionaries
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row, Table

EXTRA = {"P": "process", "S": "success", "F": "failure", "A": "apology"}


def statuses(portal: Portal) -> Table:
    """All rows of all dictionaries."""
    return portal.table("crm_status")


def entity(kind: Kind, category: int | None) -> str:
    """The ENTITY_ID of a pipeline's stages."""
    if not kind.pipelines or (kind.number == kinds.DEAL and not category):
        return kind.stages
    return f"{kind.stages}_{category or 0}"


def prefix(kind: Kind, category: int | None) -> str:
    """What stands before the codes of a pipeline's stages: `C5:`, `DT156_8:`, nothing."""
    if kind.number == kinds.DEAL:
        return f"C{category}:" if category else ""
    return f"DT{kind.number}_{category}:" if kind.dynamic else ""


def of(portal: Portal, kind: Kind, category: int | None) -> list[Row]:
    """Stages of a pipeline in their order."""
    if not kind.stages:
        return []
    return sorted(statuses(portal).where(ENTITY_ID=entity(kind, category)), key=lambda row: (row["SORT"], row["ID"]))


def semantics(row: Row | None) -> str:
    """P, S or F of a stage."""
    return str(row["SEMANTICS"] or "P") if row else "P"


def find(portal: Portal, kind: Kind, code: Any) -> Row | None:
    """A stage of any pipeline of this kind by its code."""
    start = kind.stages
    for row in statuses(portal).where(STATUS_ID=str(code)):
        if row["ENTITY_ID"] == start or row["ENTITY_ID"].startswith(f"{start}_"):
            return row
    return None


def fitting(portal: Portal, kind: Kind, category: int | None, code: Any) -> str | None:
    """The stage that a write with this code comes to: itself, or the first of the pipeline with its meaning."""
    rows = of(portal, kind, category)
    if any(row["STATUS_ID"] == code for row in rows):
        return str(code)
    meaning = semantics(find(portal, kind, code)) if code else "P"
    chosen = next((row for row in rows if semantics(row) == meaning), rows[0] if rows else None)
    return str(chosen["STATUS_ID"]) if chosen else None


# --- pipelines


def pipelines(portal: Portal, kind: Kind) -> Table:
    """Pipelines: deals count theirs apart, all other kinds together."""
    return portal.table("crm_deal_category" if kind.number == kinds.DEAL else "crm_item_category")


def categories(portal: Portal, kind: Kind) -> list[Row]:
    """Pipelines of a kind in their order."""
    if kind.number in {kinds.CONTACT, kinds.COMPANY}:
        own = pipelines(portal, kind).where(ENTITY_TYPE_ID=kind.number)
        first = {"ID": 0, "ENTITY_TYPE_ID": kind.number, "NAME": "Общее", "SORT": 100, "IS_DEFAULT": True}
        return [first, *sorted(own, key=lambda row: (row["SORT"], row["ID"]))]
    own = pipelines(portal, kind).where(ENTITY_TYPE_ID=kind.number)
    return sorted(own, key=lambda row: (row["SORT"], row["ID"]))


def category(portal: Portal, kind: Kind, number: int) -> Row | None:
    """A pipeline of this kind."""
    return next((row for row in categories(portal, kind) if row["ID"] == number), None)


def default_category(portal: Portal, kind: Kind) -> int:
    """The pipeline of an element that names none."""
    rows = categories(portal, kind)
    return int(next((row["ID"] for row in rows if row["IS_DEFAULT"]), 0))


def add_category(
    portal: Portal, kind: Kind, name: str, sort: int = 500, *, is_default: bool = False, **more: Any
) -> Row:
    """A new pipeline with its standard stages."""
    table = pipelines(portal, kind)
    fields = {"ENTITY_TYPE_ID": kind.number, "NAME": name, "SORT": sort, "IS_DEFAULT": is_default, **more}
    row = table.add(fields)
    if is_default:
        for other in table.where(ENTITY_TYPE_ID=kind.number, IS_DEFAULT=True):
            table.update(other["ID"], IS_DEFAULT=other is row)
    if kind.stages:
        fill_stages(portal, kind, row["ID"])
    return row


def standard(kind: Kind) -> list[list[str]]:
    """The standard stages of a kind."""
    sets = dictionaries()["stages"]
    name = "SMART_INVOICE" if kind.number == kinds.INVOICE else "DYNAMIC" if kind.dynamic else kind.stages
    return list(sets[name])


def fill_stages(portal: Portal, kind: Kind, number: int | None) -> None:
    """Give a pipeline its standard stages."""
    for place, (code, name, color, meaning, *system) in enumerate(standard(kind), 1):
        statuses(portal).add(
            status(entity(kind, number), prefix(kind, number) + code, name, place * 10, color=color, meaning=meaning,
                   system=bool(system), category=number if kind.pipelines and number else None)
        )  # fmt: skip


def status(
    entity_id: str, code: str, name: str, sort: int, *, color: str = "", meaning: str = "", system: bool = False,
    category: int | None = None,
) -> Row:  # fmt: skip
    """A row of a dictionary."""
    return {
        "ENTITY_ID": entity_id, "STATUS_ID": code, "NAME": name, "NAME_INIT": name if system else "", "SORT": sort,
        "SYSTEM": "Y" if system else "N", "CATEGORY_ID": category, "COLOR": color or None,
        "SEMANTICS": {"S": "S", "F": "F", "A": "F"}.get(meaning), "APOLOGY": meaning == "A",
    }  # fmt: skip


def fill(portal: Portal) -> None:
    """Stages, dictionaries and default pipelines of a fresh portal."""
    if len(statuses(portal)):
        return
    deal, invoice = kinds.BUILT_IN[kinds.DEAL], kinds.BUILT_IN[kinds.INVOICE]
    fields = {"ENTITY_TYPE_ID": kinds.DEAL, "NAME": "Общая", "SORT": 300, "IS_DEFAULT": True}
    pipelines(portal, deal).put(0, {"ID": 0, **fields})
    for kind in (kinds.BUILT_IN[kinds.LEAD], deal, kinds.BUILT_IN[kinds.QUOTE]):
        fill_stages(portal, kind, None)
    for name, about in dictionaries()["dictionaries"].items():
        _fill_dictionary(portal, name, about["rows"].items())
    add_category(portal, invoice, "Общая", is_default=True)


def _fill_dictionary(portal: Portal, name: str, rows: Iterable[tuple[str, str]]) -> None:
    for place, (code, title) in enumerate(rows, 1):
        statuses(portal).add(status(name, code, title, place * 10))
