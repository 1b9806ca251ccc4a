"""Letters in mailboxes as rows: one that comes in, one that goes out, threads, folders."""

import re
from datetime import datetime

from b24app.sandbox.families.mail import boxes
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call
from b24app.sandbox.kernel.store import Row, Table

INBOX, SENT, SPAM, TRASH = "INBOX", "Sent", "Spam", "Trash"
FOLDERS = (INBOX, SENT, "Drafts", "Archive", SPAM, TRASH)
_ADDRESS = re.compile(r"(?:.*<)?\s*([^<>\s@]+@[^<>\s@]+)\s*>?\s*")
_PREFIX = re.compile(r"^\s*((re|fwd?|отв|пересл)\s*:\s*)+", re.IGNORECASE)


def table(portal: Portal) -> Table:
    """All letters of all mailboxes."""
    return portal.table("mail_message")


def address(text: str) -> str:
    """The address in `Name <address>`; empty when there is none."""
    found = _ADDRESS.fullmatch(text)
    return found[1].lower() if found else ""


def keep(portal: Portal, box: Row, about: Row, *, folder: str, answers: Row | None = None) -> Row:
    """A letter in a mailbox; one that answers another, or has its subject and party, joins its thread."""
    row = {
        "MAILBOX_ID": box["ID"], "DATE": portal.iso(), "CC": "", "FILES": [], "SEEN": folder != INBOX, "FOLDER": folder,
        "LINKS": {}, **about,
    }  # fmt: skip
    earlier = answers or _earlier(portal, row)
    row = table(portal).add(row)
    return table(portal).update(row["ID"], THREAD=earlier["THREAD"] if earlier else row["ID"])


def _earlier(portal: Portal, row: Row) -> Row | None:
    """The letter this one answers by its subject: «Re: …» between the same two."""
    bare = _PREFIX.sub("", row["SUBJECT"])
    if bare == row["SUBJECT"]:
        return None
    party = {address(row["FROM"]), *map(address, row["TO"].split(","))}
    rows = table(portal).where(lambda one: _PREFIX.sub("", one["SUBJECT"]) == bare, MAILBOX_ID=row["MAILBOX_ID"])
    return next((one for one in reversed(rows) if {address(one["FROM"])} & party), None)


def own(call: Call) -> list[Row]:
    """Letters of the caller's mailboxes, the newest first."""
    numbers = {row["ID"] for row in boxes.own(call)}
    rows = table(call.portal).where(lambda row: row["MAILBOX_ID"] in numbers)
    return sorted(rows, key=lambda row: (datetime.fromisoformat(row["DATE"]), row["ID"]), reverse=True)


def find(call: Call, wanted: int) -> Row | None:
    """The caller's letter of this number."""
    row = table(call.portal).get(wanted)
    return row if row and any(box["ID"] == row["MAILBOX_ID"] for box in boxes.own(call)) else None


def arrived(portal: Portal, *, box: Row, sender: str, subject: str, text: str, activity: int = 0) -> Row:
    """A letter comes in; with `activity` it stands on a card too."""
    about = {"SUBJECT": subject, "FROM": sender, "TO": box["EMAIL"], "BODY": text}
    row = keep(portal, box, about, folder=INBOX)
    return table(portal).update(row["ID"], LINKS={"CRM_ACTIVITY": activity}) if activity else row
