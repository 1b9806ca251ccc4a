"""A customer writes: what the portal makes of a letter, a call, a web form or a chat.

A letter becomes a deal with an incoming e-mail activity; a web form and a chat leave their text in the source
description; what an operator heard on the phone stands in the deal's comment.
"""

import re
from dataclasses import dataclass

from b24app.sandbox.demo.company import COMPANY, CONTACT, DEAL, add, channels
from b24app.sandbox.families.mail import boxes
from b24app.sandbox.families.mail import letters as mailbox
from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row

SUPPORT = ("поддержка", "техподдержка", "служба поддержки")
SOURCES = {
    "email": "EMAIL",
    "phone": "CALL",
    "form": "WEBFORM",
    "telegram": "OTHER",
    "whatsapp": "OTHER",
    "chat": "WEB",
}
NAMES = {"telegram": "Telegram", "whatsapp": "WhatsApp", "chat": "чат на сайте", "form": "форма на сайте"}
_SENDER = re.compile(r"\s*(.*?)\s*<([^<>\s]+)>\s*")


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wrote, and how."""

    channel: str
    subject: str
    text: str
    name: str
    email: str
    company: str = ""
    contact_id: int = 0
    company_id: int = 0
    category_id: int = 0


def support_pipeline(portal: Portal, named: str = "") -> int:
    """The deal pipeline of support: the named one, else one called «Поддержка»; 0 when there is none yet."""
    rows = portal.call("crm.category.list", {"entityTypeId": DEAL}, _caller()).result["categories"]
    for row in rows:
        name = str(row["name"]).strip().lower()
        if (named and name == named.lower()) or (not named and name in SUPPORT):
            return to_int(row["id"])
    return 0


def send(portal: Portal, letter: Letter) -> int:
    """Make what the portal makes of it; tells the number of the deal."""
    contact, company = _who(portal, letter)
    fields: Row = {
        "title": letter.subject, "categoryId": letter.category_id, "assignedById": 1, "contactId": contact or None,
        "companyId": company or None, "sourceId": SOURCES.get(letter.channel, "OTHER"), **_text(letter),
    }  # fmt: skip
    deal = add(portal, DEAL, {name: value for name, value in fields.items() if value not in (None, "")})
    if letter.channel == "email":
        incoming(portal, deal, letter, contact)
    portal.store.flush()
    return deal


def _text(letter: Letter) -> Row:
    if letter.channel == "phone":
        return {"comments": letter.text}
    if letter.channel == "email":
        return {}
    return {"sourceDescription": f"{letter.text}\n\nКанал: {NAMES.get(letter.channel, letter.channel)}"}


def incoming(portal: Portal, deal: int, letter: Letter, contact: int) -> None:
    """An incoming letter on a deal's card."""
    address = {"VALUE": letter.email, "TYPE": "EMAIL", "ENTITY_ID": contact, "ENTITY_TYPE_ID": CONTACT}
    fields: Row = {
        "OWNER_TYPE_ID": DEAL, "OWNER_ID": deal, "TYPE_ID": 4, "PROVIDER_ID": "CRM_EMAIL",
        "PROVIDER_TYPE_ID": "EMAIL", "SUBJECT": letter.subject, "DESCRIPTION": letter.text, "DESCRIPTION_TYPE": 1,
        "DIRECTION": 1, "COMPLETED": "N", "RESPONSIBLE_ID": 1, "START_TIME": portal.iso(), "END_TIME": portal.iso(),
        "COMMUNICATIONS": [address],
    }  # fmt: skip
    number = portal.call("crm.activity.add", {"fields": fields}, _caller()).result
    if box := boxes.for_crm(portal):
        to_mailbox(portal, letter, box, activity=to_int(number))
    portal.store.flush()


def to_mailbox(portal: Portal, letter: Letter, box: Row, *, activity: int = 0) -> int:
    """A letter in an employee's mailbox; tells its number."""
    sender = f"{letter.name} <{letter.email}>"
    subject, text = letter.subject, letter.text
    row = mailbox.arrived(portal, box=box, sender=sender, subject=subject, text=text, activity=activity)
    return int(row["ID"])


def _who(portal: Portal, letter: Letter) -> tuple[int, int]:
    """Contact and company: the known ones, those found by e-mail, or new ones."""
    if letter.contact_id:
        return letter.contact_id, letter.company_id
    known = _find(portal, CONTACT, letter.email)
    if known:
        return known["id"], to_int(known.get("companyId"))
    company = _company(portal, letter.company)
    name, _, last = letter.name.partition(" ")
    fields: Row = {"name": name or letter.email, "lastName": last, "fm": channels(letter.email)}
    if company:
        fields["companyId"] = company
    return add(portal, CONTACT, fields), company


def _find(portal: Portal, kind: int, email: str) -> Row | None:
    """A contact with this address."""
    if not email:
        return None
    found = portal.call(
        "crm.duplicate.findbycomm", {"type": "EMAIL", "values": [email], "entity_type": "CONTACT"}, _caller()
    )
    ids = found.result.get("CONTACT") if isinstance(found.result, dict) else None
    if not ids:
        return None
    answer = portal.call("crm.item.get", {"entityTypeId": kind, "id": to_int(ids[0])}, _caller())
    return dict(answer.result["item"])


def _company(portal: Portal, title: str) -> int:
    if not title:
        return 0
    params = {"entityTypeId": COMPANY, "filter": {"title": title}}
    rows = portal.call("crm.item.list", params, _caller()).result["items"]
    return int(rows[0]["id"]) if rows else add(portal, COMPANY, {"title": title})


def person(text: str) -> tuple[str, str]:
    """«Name <address>» as name and address."""
    found = _SENDER.fullmatch(text)
    return (found[1], found[2]) if found else (text.strip(), "")


def _caller() -> Caller:
    return Caller(1, unlimited=True)
