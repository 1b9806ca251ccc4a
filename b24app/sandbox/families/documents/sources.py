"""Where values of a document come from: the element of CRM, or the caller alone."""

from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row

TITLES = {
    "DocumentNumber": "Номер", "DocumentCreateTime": "Дата создания", "DocumentTitle": "Название документа",
    "ClientName": "Клиент", "ClientPhone": "Телефон", "ClientEmail": "E-mail", "AssignedName": "Имя",
    "AssignedLastName": "Фамилия", "AssignedEmail": "E-mail", "MyCompanyUfLogo": "Логотип", "TotalSum": "Сумма",
}  # fmt: skip
REQUIRED = {"DocumentNumber"}


def element(portal: Portal, kind: int, number: int) -> Row | None:
    """The element a document is about."""
    found = kinds.find(portal, kind)
    return found.rows(portal).get(number) if found else None


def values(portal: Portal, kind: int, row: Row) -> dict[str, str]:
    """Values of an element by the codes of places: `TITLE` is Title, its client and its responsible beside it."""
    plain = {_pascal(name): _text(value) for name, value in row.items() if isinstance(value, str | int | float)}
    return {**plain, **_client(portal, kind, row), **_assigned(portal, row), "TotalSum": _text(row.get("OPPORTUNITY"))}


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _client(portal: Portal, kind: int, row: Row) -> dict[str, str]:
    if kind in {kinds.CONTACT, kinds.COMPANY}:
        client = row
    else:
        company = element(portal, kinds.COMPANY, to_int(row.get("COMPANY_ID")))
        contact = element(portal, kinds.CONTACT, to_int(row.get("CONTACT_ID")))
        client = company or contact or {}
    name = client.get("TITLE") or " ".join(str(client[key]) for key in ("NAME", "LAST_NAME") if client.get(key))
    return {"ClientName": name, "ClientPhone": _channel(client, "PHONE"), "ClientEmail": _channel(client, "EMAIL")}


def _channel(client: Row, kind: str) -> str:
    for one in client.get("FM") or []:
        if isinstance(one, dict) and kind in {one.get("TYPE_ID"), one.get("typeId")}:
            return str(one.get("VALUE") or one.get("value") or "")
    return ""


def _assigned(portal: Portal, row: Row) -> dict[str, str]:
    person = portal.users.get(to_int(row.get("ASSIGNED_BY_ID"))) or {}
    names = {"AssignedName": "NAME", "AssignedLastName": "LAST_NAME", "AssignedEmail": "EMAIL"}
    return {code: _text(person.get(field)) for code, field in names.items()}


def document_values(portal: Portal, *, number: str, title: str, created: str) -> dict[str, str]:
    """Values of the document itself."""
    when = moments.portal_date(created, portal.clock)
    return {"DocumentNumber": number, "DocumentTitle": title, "DocumentCreateTime": when}


def described(code: str, value: Any, default: Any) -> Row:
    """A field as `getfields` answers it."""
    own = code.startswith("Document")
    place = code.removeprefix("Document") if own else code
    group = ["Документ"] if own else ["Документ", "Источник"]
    chain = f"this.{'DOCUMENT' if own else 'SOURCE'}.{_snake(code if own else place)}"
    shown: Row = {"title": TITLES.get(code, code), "value": value, "group": group, "chain": chain, "default": default}
    return {**shown, "required": "Y"} if code in REQUIRED else shown


def _snake(code: str) -> str:
    return "".join(f"_{one}" if one.isupper() else one.upper() for one in code).lstrip("_")
