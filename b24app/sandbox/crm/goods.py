"""Products of elements: `crm.item.productrow.*` and the classic `crm.deal.productrows.*`.

Source: `crm/universal/product-rows/`, `crm/deals/crm-deal-productrows-*.md`. Prices: `price` is what is paid for one,
with discount and tax; the others follow from it.
"""

from typing import Any

from b24app.sandbox.crm import items, kinds, query, rights
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.crm.names import camel, snake
from b24app.sandbox.crm.values import flag
from b24app.sandbox.kernel.errors import RestError, core_error
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row, Table

PLAN = {
    "id": "integer R", "ownerId": "integer rI", "ownerType": "string rI", "productId": "integer", "productName": "string",
    "price": "double", "priceAccount": "double R", "priceExclusive": "double R", "priceNetto": "double R",
    "priceBrutto": "double R", "quantity": "double", "discountTypeId": "integer", "discountRate": "double",
    "discountSum": "double", "taxRate": "double", "taxIncluded": "char", "customized": "char", "measureCode": "integer",
    "measureName": "string", "sort": "integer", "xmlId": "string", "type": "integer R", "storeId": "integer R",
}  # fmt: skip
COLUMNS = {name: query.Column(snake(name), form.split()[0]) for name, form in PLAN.items()}
PIECE, PERCENT = 796, 2


def rows_of(portal: Portal) -> Table:
    """All product rows."""
    return portal.table("crm_productrow")


def of(portal: Portal, kind: Kind, number: int) -> list[Row]:
    """Product rows of an element."""
    return rows_of(portal).where(OWNER_TYPE=kind.short, OWNER_ID=number)


def made(given: Row, owner: Row) -> Row:
    """A product row with its prices worked out."""
    price, quantity = _number(given.get("PRICE"), 0.0), _number(given.get("QUANTITY"), 1.0)
    rate, tax = _number(given.get("DISCOUNT_RATE"), 0.0), given.get("TAX_RATE")
    share, tax_share = min(rate, 99.99) / 100, (_number(tax, 0.0) / 100)
    exclusive = price / (1 + tax_share) if flag(given.get("TAX_INCLUDED")) == "Y" else price
    kind = to_int(given.get("DISCOUNT_TYPE_ID")) or PERCENT
    discount = exclusive / (1 - share) - exclusive if kind == PERCENT else _number(given.get("DISCOUNT_SUM"), 0.0)
    netto = exclusive + discount
    return {
        **owner, "PRODUCT_ID": to_int(given.get("PRODUCT_ID")), "PRODUCT_NAME": str(given.get("PRODUCT_NAME") or ""),
        "PRICE": price, "PRICE_ACCOUNT": price, "PRICE_EXCLUSIVE": round(exclusive, 2), "PRICE_NETTO": round(netto, 2),
        "PRICE_BRUTTO": round(netto * (1 + tax_share), 2), "QUANTITY": quantity, "DISCOUNT_TYPE_ID": kind,
        "DISCOUNT_RATE": rate, "DISCOUNT_SUM": round(discount, 2),
        "TAX_RATE": None if tax in (None, "") else _number(tax, 0.0), "TAX_INCLUDED": flag(given.get("TAX_INCLUDED")),
        "CUSTOMIZED": "Y", "MEASURE_CODE": to_int(given.get("MEASURE_CODE")) or PIECE,
        "MEASURE_NAME": str(given.get("MEASURE_NAME") or "шт"), "SORT": to_int(given.get("SORT")) or 10,
        "XML_ID": str(given.get("XML_ID") or ""), "TYPE": 1, "STORE_ID": None,
    }  # fmt: skip


def _number(value: Any, default: float) -> float:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return default


def keep(portal: Portal, row: Row) -> Row:
    """Store a new row; a nameless one is called by its number."""
    added = rows_of(portal).add(row)
    if not added["PRODUCT_NAME"]:
        rows_of(portal).update(added["ID"], PRODUCT_NAME=f"[{added['ID']}]")
    return added


def replace(call: Call, kind: Kind, owner: Row, given: list[Row]) -> list[Row]:
    """Exactly these rows; the element's sum follows unless it is kept by hand."""
    for old in of(call.portal, kind, owner["ID"]):
        rows_of(call.portal).delete(old["ID"])
    place = {"OWNER_ID": owner["ID"], "OWNER_TYPE": kind.short}
    found = [keep(call.portal, made(one, place)) for one in given]
    settle(call, kind, owner)
    return found


def settle(call: Call, kind: Kind, owner: Row) -> None:
    """The element's sum and tax from its rows."""
    if owner.get("IS_MANUAL_OPPORTUNITY") == "Y":
        return
    rows = of(call.portal, kind, owner["ID"])
    total = sum(row["PRICE"] * row["QUANTITY"] for row in rows)
    tax = sum((row["PRICE"] - row["PRICE_EXCLUSIVE"]) * row["QUANTITY"] for row in rows)
    write = items.Write(call.portal, kind, call.user_id, about={"method": call.method})
    items.update(write, owner, {"OPPORTUNITY": round(total, 2), "TAX_VALUE": round(tax, 2)})


# --- the universal dialect


def shown(row: Row) -> Row:
    """A row in `crm.item.productrow.*`."""
    return {name: _typed(row.get(snake(name))) for name in PLAN}


def _typed(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _owner(call: Call, given: Row) -> tuple[Kind, Row]:
    for name in ("ownerId", "ownerType"):
        if given.get(name) in (None, ""):
            raise RestError.missing(name)
    kind = kinds.by_name(call.portal, str(given["ownerType"]))
    if kind is None or kind.number in {kinds.CONTACT, kinds.COMPANY}:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
    row = kind.rows(call.portal).get(to_int(given["ownerId"]))
    if row is None:
        raise RestError("OWNER_NOT_FOUND", "Владелец не найден")
    return kind, rights.allowed(call, row)


def _upper(given: Any) -> Row:
    return {snake(str(name)): value for name, value in as_map(given).items()}


@method("crm.item.productrow.add", scope="crm")
def add(call: Call) -> Any:
    call.need("fields")
    given = call.map("fields")
    kind, owner = _owner(call, given)
    row = keep(call.portal, made(_upper(given), {"OWNER_ID": owner["ID"], "OWNER_TYPE": kind.short}))
    settle(call, kind, owner)
    return {"productRow": shown(row)}


@method("crm.item.productrow.set", scope="crm")
def set_all(call: Call) -> Any:
    call.need("productRows")
    place = {name: call.get(name) for name in ("ownerId", "ownerType")}
    kind, owner = _owner(call, place)
    rows = replace(call, kind, owner, [_upper(one) for one in call.rows("productRows")])
    return {"productRows": [shown(row) for row in rows]}


def _found(call: Call) -> Row:
    row = rows_of(call.portal).get(to_int(call.need("id")))
    if row is None:
        raise RestError("NOT_FOUND", "Товарная позиция не найдена")
    return row


@method("crm.item.productrow.get", scope="crm")
def get(call: Call) -> Any:
    return {"productRow": shown(_found(call))}


@method("crm.item.productrow.update", scope="crm")
def update(call: Call) -> Any:
    row = _found(call)
    call.need("fields")
    place = {"ID": row["ID"], "OWNER_ID": row["OWNER_ID"], "OWNER_TYPE": row["OWNER_TYPE"]}
    rows_of(call.portal).put(row["ID"], made({**row, **_upper(call.get("fields"))}, place))
    kind, owner = _owner(call, {"ownerId": row["OWNER_ID"], "ownerType": row["OWNER_TYPE"]})
    settle(call, kind, owner)
    return {"productRow": shown(_found(call))}


@method("crm.item.productrow.delete", scope="crm")
def delete(call: Call) -> Any:
    row = _found(call)
    rows_of(call.portal).delete(row["ID"])
    kind, owner = _owner(call, {"ownerId": row["OWNER_ID"], "ownerType": row["OWNER_TYPE"]})
    settle(call, kind, owner)
    return None


@method("crm.item.productrow.list", scope="crm")
def listing(call: Call) -> Any:
    given = call.map("filter")
    if not given.get("=ownerType") or not given.get("=ownerId"):
        raise RestError("INVALID_ARG_VALUE", "Filter must contain =ownerType and =ownerId")
    kind, owner = _owner(call, {"ownerId": given["=ownerId"], "ownerType": given["=ownerType"]})
    rest = {name: value for name, value in given.items() if name not in {"=ownerType", "=ownerId"}}
    asked = query.Query(call.portal, COLUMNS, strict=True)
    rows = of(call.portal, kind, owner["ID"])
    page = asked.page(rows, rest, call.map("order"), call.get("start", default=0))
    return Answer({"productRows": [shown(row) for row in page.result]}, page.total, page.next)


@method("crm.item.productrow.fields", scope="crm")
def fields(_: Call) -> Any:
    return {"fields": {camel(snake(name)): about for name, about in descriptions(PLAN).items()}}


# --- the classic dialect

KEPT_AS_TEXT = frozenset({"ID", "OWNER_ID"})


class Classic:
    """crm.deal.productrows.* and the like."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def get(self, call: Call) -> Any:
        """Rows with numbers as numbers, ids as strings."""
        owner = self._owner(call)
        return [
            {**{name: str(row[name]) if name in KEPT_AS_TEXT else _typed(row.get(name)) for name in map(snake, PLAN)}}
            for row in of(call.portal, self.kind, owner["ID"])
        ]

    def set(self, call: Call) -> Any:
        """true; rows that are not given go."""
        owner = self._owner(call)
        rows = [{str(name).upper(): value for name, value in as_map(one).items()} for one in as_list(call.get("rows"))]
        for row in rows:
            _check_discount(row)
        replace(call, self.kind, owner, rows)
        return True

    def _owner(self, call: Call) -> Row:
        number = call.int("id")
        if number <= 0:
            raise RestError.plain("The parameter id is invalid or not defined.")
        row = self.kind.rows(call.portal).get(number)
        if row is None:
            raise RestError.plain("Not found.")
        return rights.allowed(call, row)


def _check_discount(row: Row) -> None:
    kind = to_int(row.get("DISCOUNT_TYPE_ID"))
    if kind == PERCENT and row.get("DISCOUNT_RATE") in (None, "") and row.get("DISCOUNT_SUM") in (None, ""):
        raise core_error(
            "Discount Rate (DISCOUNT_RATE) is required if Percentage Discount Type (DISCOUNT_TYPE_ID) is defined<br>"
        )
    if kind == 1 and row.get("DISCOUNT_SUM") in (None, ""):
        raise core_error(
            "Discount Sum (DISCOUNT_SUM) is required if Monetary Discount Type (DISCOUNT_TYPE_ID) is defined<br>"
        )


for _number_of_kind in (kinds.LEAD, kinds.DEAL, kinds.QUOTE):
    _family = Classic(kinds.BUILT_IN[_number_of_kind])
    method(f"crm.{_family.kind.classic}.productrows.get", scope="crm")(_family.get)
    method(f"crm.{_family.kind.classic}.productrows.set", scope="crm")(_family.set)
