"""mail.message.*: reading, sending and moving letters. Source: `mail/message/*.md`."""

from datetime import datetime
from typing import Any

from b24app.sandbox.families.kit.dto import (
    Prop,
    absent,
    described,
    dto,
    invalid,
    number,
    one_described,
    paged,
    selected,
    shaped,
)
from b24app.sandbox.families.mail import boxes, letters
from b24app.sandbox.families.mail.boxes import absent_record, v3
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.registry import Call, to_int
from b24app.sandbox.kernel.store import Row

NAMES = ("id", "mailboxId", "mailboxEmail", "subject", "from", "to", "cc", "date", "isSeen", "hasAttachments", "url",
         "bindings", "body")  # fmt: skip
TYPES = {"id": "int", "mailboxId": "int", "isSeen": "bool", "hasAttachments": "bool", "bindings": "array"}
MESSAGE = dto("MailMessageDto", [Prop(name, TYPES.get(name, "string")) for name in NAMES], NAMES)
PAGE, MOST = 25, 200
THREAD, THREAD_MOST = 20, 50
MOVES = {"spam": letters.SPAM, "delete": letters.TRASH}


def _shown(call: Call, row: Row) -> Row:
    box = boxes.boxes(call.portal).get(row["MAILBOX_ID"]) or {}
    return {
        "id": row["ID"], "mailboxId": row["MAILBOX_ID"], "mailboxEmail": box.get("EMAIL"), "subject": row["SUBJECT"],
        "from": letters.address(row["FROM"]), "to": row["TO"], "cc": row["CC"], "date": row["DATE"],
        "isSeen": row["SEEN"], "hasAttachments": bool(row["FILES"]),
        "url": f"{call.portal.origin}/mail/message/{row['ID']}/", "body": row["BODY"],
        # The form of a binding is not documented: the word the portal keeps for the kind, and the number.
        "bindings": [{"entityType": name, "entityId": linked} for name, linked in row["LINKS"].items()],
    }  # fmt: skip


# --- reading


@v3("mail.message.list")
def list_(call: Call) -> Any:
    since, until = _moment(call, "dateFrom"), _moment(call, "dateTo")
    wanted = str(call.get("searchQuery") or "").casefold()
    flags = {"SEEN": call.get("isSeen"), "FILES": call.get("hasAttachments")}
    rows = [
        row for row in letters.own(call)
        if to_int(call.get("mailboxId")) in (0, row["MAILBOX_ID"])
        and (not call.get("folder") or str(call.get("folder")).casefold() == row["FOLDER"].casefold())
        and all(value is None or bool(row[name]) == bool(value) for name, value in flags.items())
        and (since is None or datetime.fromisoformat(row["DATE"]) >= since)
        and (until is None or datetime.fromisoformat(row["DATE"]) <= until)
        and wanted in " ".join((row["SUBJECT"], row["FROM"], row["TO"], row["BODY"])).casefold()
    ]  # fmt: skip
    return {"items": [_shown(call, row) for row in paged(call, rows, MOST, size=PAGE)]}


def _moment(call: Call, name: str) -> datetime | None:
    given = call.get(name)
    if given in (None, ""):
        return None
    found = moments.moment(given, call.portal.clock) if "T" in str(given) else None
    if found is None:
        example = "for example `2026-01-01T00:00:00+00:00`"
        raise invalid((name, f"Parameter `{name}` must be in ISO 8601 format (DATE_ATOM), {example}"))
    return found


@v3("mail.message.get")
def get(call: Call) -> Any:
    wanted, names = number(call), selected(call, MESSAGE)
    row = letters.find(call, wanted)
    if row is None:
        raise absent_record(wanted)
    shown = {**_shown(call, row), "cc": row["CC"] or None, "url": f"/mail/message/{row['ID']}"}
    return {"item": shaped(names, shown.__getitem__, lambda *_: None)}


@v3("mail.message.thread")
def thread(call: Call) -> Any:
    """A bare list; dates stand in the server's zone and do not name it."""
    wanted = number(call)
    row = letters.find(call, wanted)
    if row is None:
        raise absent_record(wanted)
    limit = min(to_int(call.get("limit"), THREAD) or THREAD, THREAD_MOST)
    rows = [one for one in reversed(letters.own(call)) if one["THREAD"] == row["THREAD"]][:limit]
    return [
        {
            "id": one["ID"], "subject": one["SUBJECT"], "from": one["FROM"], "to": one["TO"], "cc": one["CC"],
            "date": datetime.fromisoformat(one["DATE"]).strftime("%Y-%m-%d %H:%M:%S"), "body": one["BODY"],
        }
        for one in rows
    ]  # fmt: skip


@v3("mail.message.field.list")
def fields(call: Call) -> Any:
    return {"items": described(call, MESSAGE)}


@v3("mail.message.field.get")
def field(call: Call) -> Any:
    return {"item": one_described(call, MESSAGE)}


# --- sending


@v3("mail.message.send")
def send(call: Call) -> Any:
    """A new letter; there are no attachments in this API, and nothing of it reaches a card."""
    return _send(call, "MESSAGE_SEND_FAILED", None)


@v3("mail.message.reply")
def reply(call: Call) -> Any:
    return _send(call, "MESSAGE_REPLY_FAILED", _source(call, "replyToMessageId", "MESSAGE_REPLY_FAILED"))


@v3("mail.message.forward")
def forward(call: Call) -> Any:
    source = _source(call, "forwardMessageId", "MESSAGE_FORWARD_FAILED")
    return _send(call, "MESSAGE_FORWARD_FAILED", source, quoted=True)


def _source(call: Call, name: str, failed: str) -> Row:
    row = letters.find(call, number(call, name))
    if row is None:
        raise invalid((name, failed))
    return row


def _send(call: Call, failed: str, source: Row | None, *, quoted: bool = False) -> Row:
    for name in ("from", "to", "subject", "body"):
        if call.get(name) in (None, ""):
            raise absent(name)
    people = {name: _recipients(call, name) for name in ("to", "cc", "bcc")}
    if not people["to"]:
        raise invalid(("to", "NO_RECIPIENTS"))
    sender = letters.address(str(call.get("from")))
    box = next((row for row in boxes.own(call) if row["EMAIL"].lower() == sender), None)
    if box is None:
        raise invalid(("from", failed))
    body = str(call.get("body")) + (f"\n\n{source['BODY']}" if source and quoted else "")
    about = {
        "SUBJECT": str(call.get("subject")), "FROM": f"{box['SENDER']} <{box['EMAIL']}>", "BODY": body,
        "TO": ", ".join(people["to"]), "CC": ", ".join(people["cc"]),
    }  # fmt: skip
    letters.keep(call.portal, box, about, folder=letters.SENT, answers=None if quoted else source)
    call.portal.table("letter").add({
        "AT": call.portal.iso(), "FROM": about["FROM"], "TO": [*people["to"], *people["cc"], *people["bcc"]],
        "SUBJECT": about["SUBJECT"], "BODY": body, "ACTIVITY_ID": 0, "FILES": [],
    })  # fmt: skip
    call.portal.tell(f"{call.method}: the letter left; no card shows it", method=call.method)
    return {"success": True, "to": people["to"]}


def _recipients(call: Call, name: str) -> list[str]:
    given = call.get(name)
    if given is None:
        return []
    if not isinstance(given, list):
        raise invalid((name, f"Field `{name}` requires data type `array` for this request"))
    if not all(isinstance(one, str) for one in given):
        raise invalid((name, "RESOLVE_RECIPIENTS_ERROR"))
    return [one for one in given if letters.address(one)]


# --- moving


@v3("mail.message.movetofolder")
def move(call: Call) -> Any:
    """Letters of one folder of one mailbox go to another folder, to spam or to the bin."""
    given, action = call.get("messageIds"), str(call.get("action") or "")
    if not isinstance(given, list) or not given:
        raise absent("messageIds")
    if not action:
        raise absent("action")
    if action not in {"move", *MOVES}:
        raise invalid(("action", "The `action` parameter must be `move`, `spam`, or `delete`"))
    folder = MOVES.get(action) or str(call.get("folder") or "")
    if not folder:
        raise invalid(("folder", "The `folder` parameter is required when `action=move`"))
    rows = [row for one in given if (row := letters.find(call, to_int(one)))]
    if not rows:
        raise invalid(("messageIds", "No accessible messages found"))
    if len({row["MAILBOX_ID"] for row in rows}) > 1:
        raise invalid(("messageIds", "All messages must belong to the same mailbox"))
    if len({row["FOLDER"] for row in rows}) > 1:
        raise invalid(("messageIds", "Select emails from a single folder"))
    known = next((name for name in letters.FOLDERS if name.casefold() == folder.casefold()), folder)
    for row in rows:
        letters.table(call.portal).update(row["ID"], FOLDER=known)
    return {"success": True, "movedCount": len(rows), "action": action}
