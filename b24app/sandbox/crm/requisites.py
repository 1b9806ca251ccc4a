"""crm.requisite.*, bank details, presets, addresses and links: details of companies and contacts.

Source: `crm/requisites/`.
"""

from typing import Any

from b24app.sandbox.crm import kinds, query, resource
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.crm.resource import Resource
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, method, to_int
from b24app.sandbox.kernel.store import Row

COUNTRIES = ((1, "RU", "Россия"), (4, "BY", "Беларусь"), (6, "KZ", "Казахстан"), (14, "UA", "Украина"), (34, "BR", "Бразилия"),
             (46, "DE", "Германия"), (77, "CO", "Колумбия"), (110, "PL", "Польша"), (132, "FR", "Франция"),
             (122, "US", "США"))  # fmt: skip
PRESETS = ((1, "Организация"), (2, "Индивидуальный предприниматель"), (3, "Физическое лицо"))
OWNERS = frozenset({kinds.CONTACT, kinds.COMPANY})


def _check_requisite(call: Call, row: Row) -> None:
    kind = kinds.BUILT_IN.get(row["ENTITY_TYPE_ID"])
    if row["ENTITY_TYPE_ID"] not in OWNERS or kind is None:
        raise RestError.plain("ENTITY_TYPE_ID is not defined or invalid.")
    if row["ENTITY_ID"] not in kind.rows(call.portal):
        raise RestError.plain("Entity not found.")
    preset = call.portal.table("crm_preset").get(row["PRESET_ID"])
    if preset is None:
        raise RestError.plain("PRESET_ID is not defined or invalid.")
    row["NAME"] = row.get("NAME") or preset["NAME"]


def _check_bank_detail(call: Call, row: Row) -> None:
    if row["ENTITY_ID"] not in call.portal.table("crm_requisite"):
        raise RestError.plain("ENTITY_ID is not defined or invalid.")


def _forget(call: Call, row: Row) -> None:
    """Bank details, addresses and links go with their requisite."""
    for name, test in (
        ("crm_bankdetail", {"ENTITY_ID": row["ID"]}),
        ("crm_requisite_link", {"REQUISITE_ID": row["ID"]}),
    ):
        table = call.portal.table(name)
        for key in [key for key in table.keys() if (one := table.get(key)) and test.items() <= one.items()]:  # noqa: SIM118
            table.delete(key)
    for one in addresses(call.portal):
        if (one["ENTITY_TYPE_ID"], one["ENTITY_ID"]) == (kinds.REQUISITE, row["ID"]):
            call.portal.table("crm_address").delete(_key(one))


ACTIVE = {"ACTIVE": "Y", "SORT": 500}
resource.register(Resource("crm.requisite", "requisite", "The Requisite with ID '{id}' is not found", "ONCRMREQUISITE",
                           {**ACTIVE, "ADDRESS_ONLY": "N"}, _check_requisite, _forget))  # fmt: skip
resource.register(Resource("crm.requisite.bankdetail", "bankdetail", "The Bank Detail with ID '{id}' is not found",
                           "ONCRMBANKDETAIL", {**ACTIVE, "COUNTRY_ID": 1}, _check_bank_detail))  # fmt: skip
resource.register(Resource("crm.requisite.preset", "preset", "The Preset with ID '{id}' is not found",
                           defaults={**ACTIVE, "ENTITY_TYPE_ID": kinds.REQUISITE}, admin=True))  # fmt: skip


@method("crm.requisite.preset.countries", scope="crm")
def countries(_: Call) -> Any:
    return [{"ID": number, "CODE": code, "TITLE": title} for number, code, title in COUNTRIES]


def start(portal: Portal) -> None:
    """The presets of a fresh portal."""
    table = portal.table("crm_preset")
    for number, name in PRESETS if not len(table) else ():
        table.put(number, {"ID": number, "ENTITY_TYPE_ID": kinds.REQUISITE, "COUNTRY_ID": 1, "NAME": name, "ACTIVE": "Y",
                           "SORT": 500, "DATE_CREATE": portal.iso(), "CREATED_BY_ID": 1})  # fmt: skip


# --- addresses: found by what they belong to, not by a number

ADDRESS = {
    "TYPE_ID": "integer rI", "ENTITY_TYPE_ID": "integer rI", "ENTITY_ID": "integer rI", "ADDRESS_1": "string",
    "ADDRESS_2": "string", "CITY": "string", "POSTAL_CODE": "string", "REGION": "string", "PROVINCE": "string",
    "COUNTRY": "string", "COUNTRY_CODE": "string", "LOC_ADDR_ID": "integer", "ANCHOR_TYPE_ID": "integer R",
    "ANCHOR_ID": "integer R",
}  # fmt: skip
KEY = ("TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID")
COLUMNS = {name: query.Column(name, form.split()[0]) for name, form in ADDRESS.items()}


def addresses(portal: Portal) -> list[Row]:
    """All addresses."""
    return list(portal.table("crm_address"))


def _key(row: Row) -> str:
    return ":".join(str(row[name]) for name in KEY)


def _address(call: Call) -> Row:
    """The address of a write with its three numbers."""
    given = {str(name).upper(): value for name, value in call.map("fields").items()}
    row: Row = {}
    for name in KEY:
        row[name] = to_int(given.get(name))
        if row[name] <= 0:
            raise RestError.plain(f"{name} is not defined or invalid.")
    plain = [name for name, form in ADDRESS.items() if form == "string" and name in given]
    return row | {name: None if given[name] in (None, "") else str(given[name]) for name in plain}


def _anchor(portal: Portal, row: Row) -> Row:
    """Whose address it is in the end: of a requisite its company or contact."""
    if row["ENTITY_TYPE_ID"] != kinds.REQUISITE:
        return {"ANCHOR_TYPE_ID": row["ENTITY_TYPE_ID"], "ANCHOR_ID": row["ENTITY_ID"]}
    owner = portal.table("crm_requisite").get(row["ENTITY_ID"]) or {}
    return {"ANCHOR_TYPE_ID": owner.get("ENTITY_TYPE_ID"), "ANCHOR_ID": owner.get("ENTITY_ID")}


def _event(portal: Portal, row: Row) -> Row:
    return {"FIELDS": {name: row[name] for name in KEY} | _anchor(portal, row)}


def _kept(call: Call, row: Row) -> Row:
    found = call.portal.table("crm_address").get(_key(row))
    if found is None:
        raise RestError.plain("TypeAddress not found.")
    return found


@method("crm.address.add", scope="crm")
def address_add(call: Call) -> Any:
    row = _address(call)
    table = call.portal.table("crm_address")
    if _key(row) in table:
        raise RestError.plain("TypeAddress exists.")
    location = {"LOC_ADDR_ID": call.portal.table("crm_location").next_id()}
    table.put(_key(row), {**row, **location, **_anchor(call.portal, row)})
    call.portal.raise_event("ONCRMADDRESSREGISTER", _event(call.portal, row), user=call.user_id)
    return True


@method("crm.address.update", scope="crm")
def address_update(call: Call) -> Any:
    row = _address(call)
    _kept(call, row)
    call.portal.table("crm_address").update(_key(row), **row)
    call.portal.raise_event("ONCRMADDRESSREGISTER", _event(call.portal, row), user=call.user_id)
    return True


@method("crm.address.delete", scope="crm")
def address_delete(call: Call) -> Any:
    row = _address(call)
    _kept(call, row)
    call.portal.table("crm_address").delete(_key(row))
    call.portal.raise_event("ONCRMADDRESSUNREGISTER", _event(call.portal, row), user=call.user_id)
    return True


@method("crm.address.list", scope="crm")
def address_list(call: Call) -> Any:
    page = query.listed(call, query.Query(call.portal, COLUMNS), addresses(call.portal))
    return Answer([_chosen(call, row, ADDRESS) for row in page.result], page.total, page.next)


@method("crm.address.fields", scope="crm")
def address_fields(_: Call) -> Any:
    return descriptions(ADDRESS)


def _chosen(call: Call, row: Row, plan: dict[str, str]) -> Row:
    """The fields a `select` names, as strings."""
    names = [str(name) for name in call.rows("select") if name in plan] or list(plan)
    return {name: None if row.get(name) is None else str(row[name]) for name in names}


# --- links: which details stand in a deal or an invoice

LINK = {
    "ENTITY_TYPE_ID": "integer rI", "ENTITY_ID": "integer rI", "REQUISITE_ID": "integer r", "BANK_DETAIL_ID": "integer r",
    "MC_REQUISITE_ID": "integer r", "MC_BANK_DETAIL_ID": "integer r",
}  # fmt: skip
LINK_COLUMNS = {name: query.Column(name, form.split()[0]) for name, form in LINK.items()}


def _place(call: Call) -> tuple[int, int]:
    for name in ("entityTypeId", "entityId"):
        if call.int(name) <= 0:
            raise RestError.plain(f"{name} is not defined or invalid")
    return call.int("entityTypeId"), call.int("entityId")


@method("crm.requisite.link.register", scope="crm")
def link_register(call: Call) -> Any:
    given = {str(name).upper(): to_int(value) for name, value in call.map("fields").items()}
    for name in ("ENTITY_TYPE_ID", "ENTITY_ID"):
        if given.get(name, 0) <= 0:
            raise RestError.plain(f"{name} is not defined or invalid.")
    kind = kinds.find(call.portal, given["ENTITY_TYPE_ID"])
    if kind is None or given["ENTITY_ID"] not in kind.rows(call.portal):
        raise RestError.plain("Entity not found.")
    row = {name: given.get(name, 0) for name in LINK}
    call.portal.table("crm_requisite_link").put(f"{row['ENTITY_TYPE_ID']}:{row['ENTITY_ID']}", row)
    return True


@method("crm.requisite.link.unregister", scope="crm")
def link_unregister(call: Call) -> Any:
    kind, number = _place(call)
    return call.portal.table("crm_requisite_link").delete(f"{kind}:{number}") is not None


@method("crm.requisite.link.get", scope="crm")
def link_get(call: Call) -> Any:
    kind, number = _place(call)
    row = call.portal.table("crm_requisite_link").get(f"{kind}:{number}")
    if row is None:
        raise RestError.plain("Not found")
    return {name: value if name.startswith("ENTITY") else str(value) for name, value in row.items()}


@method("crm.requisite.link.list", scope="crm")
def link_list(call: Call) -> Any:
    page = query.listed(call, query.Query(call.portal, LINK_COLUMNS), list(call.portal.table("crm_requisite_link")))
    return Answer([_chosen(call, row, LINK) for row in page.result], page.total, page.next)


@method("crm.requisite.link.fields", scope="crm")
def link_fields(_: Call) -> Any:
    return descriptions(LINK)
