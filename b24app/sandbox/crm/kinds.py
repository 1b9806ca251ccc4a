"""Kinds of CRM objects and, for one portal, their schema: system fields, user fields, links to parents, names.

Numbers, short codes and names: `crm/data-types.md#object_type`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from b24app.sandbox.crm import names, query
from b24app.sandbox.crm.fields import Field, table
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row, Table

LEAD, DEAL, CONTACT, COMPANY, OLD_INVOICE, QUOTE, REQUISITE, ORDER, INVOICE = 1, 2, 3, 4, 5, 7, 8, 14, 31
FM_TYPES = ("PHONE", "EMAIL", "WEB", "IM", "LINK")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of objects: a built-in one, or a smart process with its `type` row."""

    number: int
    name: str
    short: str
    title: str
    fields: tuple[Field, ...]
    user_fields: str
    classic: str = ""
    stages: str = ""  # prefix of the ENTITY_ID of its stages, e.g. DEAL_STAGE; empty: it has none
    pipelines: bool = False
    fm: bool = False
    defaults: tuple[tuple[str, Any], ...] = ()
    untitled: str = "{title} № {id}"
    type: Row = field(default_factory=dict)

    @property
    def dynamic(self) -> bool:
        """Whether it raises the events of smart processes (new invoices do)."""
        return self.number == INVOICE or bool(self.type)

    @property
    def event(self) -> str:
        """The beginning of the names of its events."""
        return "ONCRMDYNAMICITEM" if self.dynamic else f"ONCRM{self.name}"

    def rows(self, portal: Portal) -> Table:
        """Where its elements are kept."""
        return portal.table(f"crm_item_{self.number}")

    def on(self, switch: str) -> bool:
        """Whether a switch of a smart process is on; built-in kinds have everything they describe."""
        return not self.type or self.type.get(switch) == "Y"


COMMON = (("OPENED", "Y"), ("ASSIGNED_BY_ID", "@user"))
BUILT_IN = {
    kind.number: kind
    for kind in (
        Kind(LEAD, "LEAD", "L", "Лид", table("lead"), "CRM_LEAD", "lead", "STATUS", fm=True, untitled="Лид № {id}",
             defaults=(*COMMON, ("CURRENCY_ID", "RUB"), ("OPPORTUNITY", 0.0))),
        Kind(DEAL, "DEAL", "D", "Сделка", table("deal"), "CRM_DEAL", "deal", "DEAL_STAGE", pipelines=True,
             untitled="Сделка № {id}",
             defaults=(*COMMON, ("TYPE_ID", "SALE"), ("CURRENCY_ID", "RUB"), ("OPPORTUNITY", 0.0), ("TAX_VALUE", 0.0),
                       ("BEGINDATE", "@today"), ("CLOSEDATE", "@week"))),
        Kind(CONTACT, "CONTACT", "C", "Контакт", table("contact"), "CRM_CONTACT", "contact", pipelines=True, fm=True,
             untitled="", defaults=(*COMMON, ("EXPORT", "Y"), ("CATEGORY_ID", 0))),
        Kind(COMPANY, "COMPANY", "CO", "Компания", table("company"), "CRM_COMPANY", "company", pipelines=True, fm=True,
             untitled="", defaults=(*COMMON, ("IS_MY_COMPANY", "N"), ("CATEGORY_ID", 0), ("CURRENCY_ID", "RUB"))),
        Kind(QUOTE, "QUOTE", "Q", "Предложение", table("quote"), "CRM_QUOTE", "quote", "QUOTE_STATUS",
             untitled="Предложение № {id}",
             defaults=(*COMMON, ("CURRENCY_ID", "RUB"), ("OPPORTUNITY", 0.0), ("TAX_VALUE", 0.0), ("BEGINDATE", "@today"),
                       ("CLOSEDATE", "@week"))),
        Kind(INVOICE, "SMART_INVOICE", "SI", "Счёт", table("invoice"), "CRM_SMART_INVOICE", "", "SMART_INVOICE_STAGE",
             pipelines=True, untitled="Счёт № {id}",
             defaults=(*COMMON, ("CURRENCY_ID", "RUB"), ("OPPORTUNITY", 0.0), ("TAX_VALUE", 0.0), ("BEGINDATE", "@today"),
                       ("CLOSEDATE", "@week"))),
    )
}  # fmt: skip


def all_kinds(portal: Portal) -> Iterator[Kind]:
    """Built-in kinds, then the portal's smart processes."""
    yield from BUILT_IN.values()
    for row in portal.table("crm_type"):
        yield smart_process(row)


def find(portal: Portal, number: int) -> Kind | None:
    """The kind with this entityTypeId."""
    if number in BUILT_IN:
        return BUILT_IN[number]
    row = portal.table("crm_type").first(entityTypeId=number)
    return smart_process(row) if row else None


def needed(portal: Portal, raw: Any) -> Kind:
    """The kind a universal method names; refuses unknown ones."""
    number = to_int(raw)
    if number == OLD_INVOICE:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", "Entity type `INVOICE` is not supported")
    kind = find(portal, number)
    if kind is None:
        raise RestError("NOT_FOUND", "Смарт-процесс не найден")
    return kind


def by_name(portal: Portal, name: str) -> Kind | None:
    """The kind of a timeline's `deal`, `dynamic_156`, or of a binding's `D`, `T9c`."""
    text = name.strip().upper()
    return next((kind for kind in all_kinds(portal) if text in {kind.name, kind.short.upper()}), None)


def smart_process(row: Row) -> Kind:
    """The kind of a smart process by its type."""
    number = row["entityTypeId"]
    fields = tuple(one for one in table("dynamic") if not one.switch or row.get(one.switch) == "Y")
    money = row.get("isLinkWithProductsEnabled") == "Y"
    dates = (("BEGINDATE", "@today"), ("CLOSEDATE", "@week")) if row.get("isBeginCloseDatesEnabled") == "Y" else ()
    amounts = (("CURRENCY_ID", "RUB"), ("OPPORTUNITY", 0.0), ("TAX_VALUE", 0.0)) if money else ()
    return Kind(
        number, f"DYNAMIC_{number}", f"T{number:x}", row["title"], fields, f"CRM_{row['id']}", pipelines=True,
        stages=f"DYNAMIC_{number}_STAGE" if row.get("isStagesEnabled") == "Y" else "",
        defaults=(*COMMON, *dates, *amounts), untitled="{title} #{id}", type=row,
    )  # fmt: skip


def parents(portal: Portal, number: int) -> list[int]:
    """Numbers of the kinds that are parents by relations of smart processes."""
    return [row["PARENT"] for row in portal.table("crm_relation").where(CHILD=number)]


class Schema:
    """All fields of a kind on one portal, by each of their names."""

    def __init__(self, portal: Portal, kind: Kind) -> None:
        self.portal, self.kind = portal, kind
        self.fields = {one.name: one for one in (*kind.fields, *self._parents(), *self._user_fields())}

    def _parents(self) -> Iterator[Field]:
        for number in parents(self.portal, self.kind.number):
            parent = find(self.portal, number)
            if parent:
                name = f"PARENT_ID_{number}"
                yield Field(name, "crm_entity", parent.title, name, settings={"parentEntityTypeId": number})

    def _user_fields(self) -> Iterator[Field]:
        for row in self.portal.table("userfield").where(ENTITY_ID=self.kind.user_fields):
            yield user_field(row)

    @cached_property
    def universal_names(self) -> dict[str, str]:
        """Universal names by kept ones."""
        system = {name: names.camel(name) for name, one in self.fields.items() if not one.dynamic}
        own = [name for name, one in self.fields.items() if one.dynamic]
        return {**system, **names.user_fields(own, system.values())}

    @cached_property
    def by_universal(self) -> dict[str, Field]:
        """Fields by every name that `crm.item.*` take: camelCase and, for user fields, the original."""
        found = {short: one for name, short in self.universal_names.items() if (one := self.fields[name]).in_universal}
        return {**{name: one for name, one in self.fields.items() if one.dynamic}, **found}

    @cached_property
    def by_classic(self) -> dict[str, Field]:
        """Fields by the names of the classic methods."""
        found = {one.classic: one for one in self.fields.values() if one.classic}
        return {**found, **{name: one for name, one in self.fields.items() if one.dynamic}}

    def universal_columns(self) -> dict[str, query.Column]:
        """What `crm.item.list` filters and sorts by."""
        return {name: _column(one, universal=True) for name, one in self.by_universal.items() if not one.disabled}

    def classic_columns(self) -> dict[str, query.Column]:
        """What `crm.deal.list` and the like filter and sort by."""
        found = {name: _column(one, universal=False) for name, one in self.by_classic.items()}
        channels = {name: query.Column(name, "string", _channel(name)) for name in FM_TYPES if name in found}
        return {**found, **channels}


def user_field(row: Row) -> Field:
    """A user field as a field."""
    flags = ("M" if row.get("MULTIPLE") == "Y" else "") + ("r" if row.get("MANDATORY") == "Y" else "")
    items = tuple((str(one["ID"]), str(one["VALUE"])) for one in row.get("LIST") or [])
    title = label(row, "EDIT_FORM_LABEL") or row["FIELD_NAME"]
    settings = row.get("SETTINGS") or {}
    name = row["FIELD_NAME"]
    return Field(name, row["USER_TYPE_ID"], title, name, flags, dynamic=True, settings=settings, items=items)


def label(row: Row, name: str, language: str = "ru") -> str:
    """A label of a user field: one text, or the text of a language."""
    texts = row.get(name)
    if isinstance(texts, dict):
        return str(texts.get(language) or next(iter(texts.values()), "") or "")
    return str(texts or "")


def _column(one: Field, *, universal: bool) -> query.Column:
    strict = universal and one.dynamic and one.type == "boolean"
    if not universal and one.name == "CONTACT_ID":
        return query.Column(one.name, one.type, bound_contacts)
    no_text = not universal and one.type in {"crm_status", "crm_contact", "crm_company"}
    return query.Column(one.name, one.type, bound_contacts if one.name == "CONTACT_IDS" else None, strict, no_text)


def bound_contacts(row: Row) -> list[int]:
    """Numbers of the contacts bound to an element."""
    bound = row.get("CONTACTS")
    if bound is None:
        return [row["CONTACT_ID"]] if row.get("CONTACT_ID") else []
    return [one["CONTACT_ID"] for one in bound]


def _channel(name: str) -> Any:
    return lambda row: [one["VALUE"] for one in row.get("FM") or [] if one["TYPE_ID"] == name]
