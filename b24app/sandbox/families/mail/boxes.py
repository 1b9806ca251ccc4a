"""mail.mailbox.*: mailboxes of the caller. Source: `mail/mailbox/*.md`."""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.families.kit.dto import Prop, described, dto, number, one_described, paged, selected, shaped
from b24app.sandbox.kernel.errors import V3Error
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, Handler, method
from b24app.sandbox.kernel.store import Row, Table
from b24app.sandbox.messenger.people import full_name

BOX = dto(
    "MailboxDto", [Prop("id", "int"), Prop("name"), Prop("email"), Prop("senderName")],
    ("id", "name", "email", "senderName"),
)  # fmt: skip
PAGE, MOST = 25, 100


def v3(name: str) -> Callable[[Handler], Handler]:
    """Register a method of mail, version 3."""
    return method(name, scope="mail", v3=True)


def boxes(portal: Portal) -> Table:
    """All mailboxes."""
    return portal.table("mailbox")


def connect(portal: Portal, *, user: int, email: str, name: str = "", sender: str = "", crm: bool = False) -> Row:
    """An employee connects a mailbox, `crm` as one whose letters come onto cards."""
    found = {"USER_ID": user, "EMAIL": email, "NAME": name or email, "CRM": crm}
    return boxes(portal).add({**found, "SENDER": sender or full_name(portal, user)})


def for_crm(portal: Portal) -> Row | None:
    """The mailbox whose letters come onto cards, if one is connected."""
    return boxes(portal).first(CRM=True)


def own(call: Call) -> list[Row]:
    """Mailboxes of the caller."""
    return boxes(call.portal).where(USER_ID=call.user_id)


def absent_record(wanted: int) -> V3Error:
    """There is no such record, or none the caller may know of."""
    return V3Error("ENTITYNOTFOUNDEXCEPTION", f"Record with ID = `{wanted}` not found")


def _shown(row: Row) -> Row:
    return {"id": row["ID"], "name": row["NAME"], "email": row["EMAIL"], "senderName": row["SENDER"]}


@v3("mail.mailbox.list")
def list_(call: Call) -> Any:
    name, email = (str(call.get(key) or "").casefold() for key in ("name", "email"))
    rows = [row for row in own(call) if name in row["NAME"].casefold() and email in row["EMAIL"].casefold()]
    return {"items": [_shown(row) for row in paged(call, rows, MOST, size=PAGE)]}


@v3("mail.mailbox.get")
def get(call: Call) -> Any:
    wanted, names = number(call), selected(call, BOX)
    row = next((row for row in own(call) if row["ID"] == wanted), None)
    if row is None:
        raise absent_record(wanted)
    return {"item": shaped(names, _shown(row).__getitem__, lambda *_: None)}


def senders(call: Call) -> list[Row]:
    """Whom the caller may send as: each mailbox under the person's name and under its own."""
    found = [{"email": row["EMAIL"], "name": name} for row in own(call) for name in (row["SENDER"], row["NAME"])]
    return [{**one, "sender": f"{one['name']} <{one['email']}>"} for one in found]


@v3("mail.mailbox.senders")
def list_senders(call: Call) -> Any:
    return {"items": paged(call, senders(call), MOST, size=PAGE)}


@v3("mail.mailbox.field.list")
def fields(call: Call) -> Any:
    return {"items": described(call, BOX)}


@v3("mail.mailbox.field.get")
def field(call: Call) -> Any:
    return {"item": one_described(call, BOX)}
