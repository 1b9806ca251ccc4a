"""mail.recipient.*: whom to write to. Source: `mail/recipient/*.md`."""

from typing import Any

from b24app.sandbox.families.kit.dto import Prop, absent, described, dto, one_described, paged
from b24app.sandbox.families.mail import letters
from b24app.sandbox.families.mail.boxes import v3
from b24app.sandbox.kernel.registry import Call
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger.people import full_name

RECIPIENT = dto("MailRecipientDto", [Prop("id", "int"), Prop("email"), Prop("name")], ("id", "email", "name"))
MOST = 200


@v3("mail.recipient.listcontacts")
def contacts(call: Call) -> Any:
    """Addresses the caller has written to or heard from, the latest first."""
    wanted = str(call.get("query") or "").casefold()
    found: dict[str, Row] = {}
    for row in letters.own(call):
        parties = row["TO"].split(", ") if row["FOLDER"] == letters.SENT else [row["FROM"]]
        for party in parties:
            email = letters.address(party)
            if email and wanted in party.casefold():
                name = party.partition("<")[0].strip() if "<" in party else email
                found.setdefault(email, {"id": row["ID"], "email": email, "name": name})
    return {"items": paged(call, list(found.values()), MOST)}


@v3("mail.recipient.listemployees")
def employees(call: Call) -> Any:
    wanted = str(call.get("query") or "").casefold()
    if not wanted:
        raise absent("query")
    rows: list[Row] = [
        {"id": row["ID"], "email": row["EMAIL"], "name": full_name(call.portal, row["ID"])}
        for row in call.portal.users
        if row["ACTIVE"] and row.get("USER_TYPE") in (None, "", "employee") and row.get("EMAIL")
    ]
    found = [row for row in rows if wanted in f"{row['name']} {row['email']}".casefold()]
    return {"items": paged(call, found, MOST)}


@v3("mail.recipient.field.list")
def fields(call: Call) -> Any:
    return {"items": described(call, RECIPIENT)}


@v3("mail.recipient.field.get")
def field(call: Call) -> Any:
    return {"item": one_described(call, RECIPIENT)}
