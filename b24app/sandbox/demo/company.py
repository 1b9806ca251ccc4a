"""Makes the demo company in a fresh portal."""

from typing import Any

from b24app.sandbox.demo.data import company
from b24app.sandbox.families.mail import boxes
from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org.people import add_department, add_user

DEAL, CONTACT, COMPANY = 2, 3, 4


def fill(portal: Portal) -> None:
    """People in departments with heads, customers with their contacts, deals of the sales pipeline."""
    if portal.setting("demo"):
        return
    data = company()
    portal.set_setting("title", data["portal"]["title"])
    departments = _departments(portal, data["departments"])
    people = _people(portal, data["people"], departments)
    for row in data["departments"]:
        portal.table("department").update(departments[row["key"]], UF_HEAD=people[row["head"]])
    clients = _clients(portal, data["companies"])
    _deals(portal, data["deals"], people, clients)
    boxes.connect(portal, user=1, email="support@sandbox24.example", name="Поддержка", crm=True)
    portal.set_setting("demo", {"people": people, "clients": clients})
    portal.store.flush()


def _departments(portal: Portal, rows: list[Row]) -> dict[str, int]:
    """The portal's first department becomes the root."""
    made: dict[str, int] = {}
    for row in rows:
        if not row.get("parent"):
            first = next(iter(portal.table("department")), None) or add_department(portal, row["name"])
            portal.table("department").update(first["ID"], NAME=row["name"])
            made[row["key"]] = first["ID"]
        else:
            made[row["key"]] = add_department(portal, row["name"], made[row["parent"]])["ID"]
    return made


def _people(portal: Portal, rows: list[Row], departments: dict[str, int]) -> dict[str, int]:
    """The portal's first users take the names of the first people."""
    made: dict[str, int] = {}
    existing = [row["ID"] for row in portal.users if row.get("USER_TYPE") in {"employee", ""}]
    for place, row in enumerate(rows):
        fields = {
            "NAME": row["name"], "LAST_NAME": row["last_name"], "PERSONAL_GENDER": row["gender"],
            "WORK_POSITION": row["position"], "UF_DEPARTMENT": [departments[row["department"]]],
            "UF_PHONE_INNER": row["phone"], "EMAIL": f"{row['key']}@sandbox24.example", "ADMIN": bool(row.get("admin")),
            "TIME_ZONE": str(portal.clock.zone),
        }  # fmt: skip
        if place < len(existing):
            made[row["key"]] = portal.users.update(existing[place], **fields)["ID"]
        else:
            made[row["key"]] = add_user(portal, **fields)["ID"]
    return made


def _clients(portal: Portal, rows: list[Row]) -> dict[str, Any]:
    """Numbers of companies and of their contacts by key."""
    companies: dict[str, int] = {}
    contacts: dict[str, dict[str, int]] = {}
    for row in rows:
        fields = {"title": row["title"], "fm": channels(row["email"], row["phone"])}
        companies[row["key"]] = add(portal, COMPANY, fields)
        for one in row["contacts"]:
            fields = {
                "name": one["name"], "lastName": one["last_name"], "post": one["position"],
                "companyId": companies[row["key"]], "fm": channels(one["email"], one["phone"]),
            }  # fmt: skip
            contacts[one["key"]] = {"contact": add(portal, CONTACT, fields), "company": companies[row["key"]]}
    return {"companies": companies, "contacts": contacts}


def _deals(portal: Portal, rows: list[Row], people: dict[str, int], clients: dict[str, Any]) -> None:
    for row in rows:
        fields = {
            "title": row["title"], "companyId": clients["companies"][row["company"]], "stageId": row["stage"],
            "contactId": clients["contacts"][row["contact"]]["contact"], "opportunity": row["amount"],
            "assignedById": people[row["responsible"]], "currencyId": "RUB",
        }  # fmt: skip
        add(portal, DEAL, fields)


def channels(email: str, phone: str = "") -> list[Row]:
    """Multifields of a person or a firm."""
    found = [{"typeId": "EMAIL", "valueType": "WORK", "value": email}] if email else []
    return [*found, {"typeId": "PHONE", "valueType": "WORK", "value": phone}] if phone else found


def add(portal: Portal, kind: int, fields: Row, user: int = 1) -> int:
    """A new CRM element on behalf of a user, by the portal's own method."""
    params = {"entityTypeId": kind, "fields": fields}
    answer = portal.call("crm.item.add", params, Caller(user, unlimited=True))
    return int(answer.result["item"]["id"])
