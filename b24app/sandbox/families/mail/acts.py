"""What is made of a letter: a deed in CRM, a task, a chat, a meeting, a post. Source: `mail/message/mail-message-create*.md`."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from b24app.sandbox.crm import deeds, kinds
from b24app.sandbox.crm.duplicates import normal
from b24app.sandbox.families.kit.dto import absent, invalid
from b24app.sandbox.families.mail import letters
from b24app.sandbox.families.mail.boxes import v3
from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, talk

GONE = "Message has been deleted or moved to another folder"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def _letter(call: Call) -> Row:
    wanted = call.get("messageId")
    if wanted is None:
        raise absent("messageId")
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
        raise invalid(("messageId", "Field `messageId` must be a positive integer"))
    row = letters.find(call, wanted)
    if row is None:
        raise invalid(("messageId", GONE))
    return row


def _made(call: Call, failed: str, method: str, params: Mapping[str, Any]) -> Any:
    """The answer of a method of the portal on behalf of the caller; its refusal in one sentence."""
    try:
        return call.portal.call(method, dict(params), Caller(call.user_id, unlimited=True)).result
    except RestError as error:
        raise invalid(("messageId", f"{failed}: {error.description}")) from error


def _link(portal: Portal, row: Row, name: str, number: int) -> None:
    letters.table(portal).update(row["ID"], LINKS={**row["LINKS"], name: number})


@v3("mail.message.createcrmactivity")
def create_activity(call: Call) -> Any:
    """The letter on the cards of whom it is from; somebody unknown becomes a lead."""
    row = _letter(call)
    if "CRM_ACTIVITY" in row["LINKS"]:
        return True
    incoming = row["FOLDER"] != letters.SENT
    party = letters.address(row["FROM"] if incoming else row["TO"].split(",")[0])
    kind, number = _known(call.portal, party) or (kinds.LEAD, _lead(call, row, party))
    talk_with = {
        "ID": call.portal.table("crm_activity_comm").next_id(), "TYPE": "EMAIL", "VALUE": party, "ENTITY_ID": number,
        "ENTITY_TYPE_ID": kind,
    }  # fmt: skip
    fields = {
        "TYPE_ID": deeds.EMAIL, "SUBJECT": row["SUBJECT"], "DESCRIPTION": row["BODY"], "DESCRIPTION_TYPE": 3,
        "DIRECTION": 1 if incoming else 2, "COMPLETED": "N" if incoming else "Y", "RESPONSIBLE_ID": call.user_id,
        "START_TIME": row["DATE"], "END_TIME": row["DATE"], "COMMUNICATIONS": [talk_with],
    }  # fmt: skip
    bindings = [*_open_deals(call.portal, kind, number), [kind, number]]
    _link(call.portal, row, "CRM_ACTIVITY", deeds.add(call.portal, fields, bindings, call.user_id)["ID"])
    return True


def _known(portal: Portal, email: str) -> tuple[int, int] | None:
    """A contact, a company or a lead with this address."""
    for kind in (kinds.CONTACT, kinds.COMPANY, kinds.LEAD):
        for row in kinds.BUILT_IN[kind].rows(portal):
            fm = row.get("FM") or []
            if any(one["TYPE_ID"] == "EMAIL" and normal("EMAIL", one["VALUE"]) == email for one in fm):
                return kind, row["ID"]
    return None


def _lead(call: Call, row: Row, email: str) -> int:
    fm = [{"typeId": "EMAIL", "valueType": "WORK", "value": email}]
    fields = {"title": row["SUBJECT"], "sourceId": "EMAIL", "fm": fm, "assignedById": call.user_id}
    made = _made(call, "Please try adding the email to the CRM a little later", "crm.item.add",
                 {"entityTypeId": kinds.LEAD, "fields": fields})  # fmt: skip
    return int(made["item"]["id"])


def _open_deals(portal: Portal, kind: int, number: int) -> list[list[int]]:
    """The client's deals that are not closed, the newest alone: the portal takes one."""
    if kind not in {kinds.CONTACT, kinds.COMPANY}:
        return []
    deals = kinds.BUILT_IN[kinds.DEAL].rows(portal).where(CLOSED="N")
    name = "COMPANY_ID" if kind == kinds.COMPANY else ""
    own = [row for row in deals if (row.get(name) == number if name else number in kinds.bound_contacts(row))]
    return [[kinds.DEAL, own[-1]["ID"]]] if own else []


@v3("mail.message.removecrmactivity")
def remove_activity(call: Call) -> Any:
    row = _letter(call)
    deed = deeds.table(call.portal).get(row["LINKS"].get("CRM_ACTIVITY"))
    if deed is not None:
        deeds.delete(call.portal, deed, call.user_id)
    kept = {name: number for name, number in row["LINKS"].items() if name != "CRM_ACTIVITY"}
    letters.table(call.portal).update(row["ID"], LINKS=kept)
    return True


@v3("mail.message.createtask")
def create_task(call: Call) -> Any:
    row = _letter(call)
    fields = {
        "TITLE": call.get("title") or row["SUBJECT"], "DESCRIPTION": call.get("description") or row["BODY"],
        "RESPONSIBLE_ID": to_int(call.get("responsibleId")) or call.user_id, "CREATED_BY": call.user_id,
    }  # fmt: skip
    made = _made(call, "Failed to create task", "tasks.task.add", {"fields": fields})
    number = to_int(made["task"]["id"])
    _link(call.portal, row, "TASKS_TASK", number)
    return {"success": True, "taskId": number, "messageId": row["ID"]}


@v3("mail.message.createchat")
def create_chat(call: Call) -> Any:
    """One chat for a letter: asked again, it is answered again."""
    row = _letter(call)
    known = to_int(row["LINKS"].get("IM_CHAT"))
    if not known:
        place = {"ENTITY_TYPE": "MAIL", "ENTITY_ID": str(row["ID"])}
        chat = chats.open_group(call.portal, call.user_id, [], TITLE=row["SUBJECT"], **place)
        talk.say(call.portal, chat, call.user_id, f"{row['FROM']}\n{row['BODY']}")
        _link(call.portal, row, "IM_CHAT", chat["ID"])
    number = known or chat["ID"]
    return {"success": True, "chatId": number, "messageId": row["ID"], "existing": bool(known)}


@v3("mail.message.createcalendarevent")
def create_event(call: Call) -> Any:
    row = _letter(call)
    begin, end = (_moment(call, name) for name in ("dateFrom", "dateTo"))
    params = {
        "type": "user", "ownerId": call.user_id, "name": call.get("name") or row["SUBJECT"],
        "description": call.get("description") or "", "from": begin, "to": end,
    }  # fmt: skip
    number = to_int(_made(call, "Failed to create calendar event", "calendar.event.add", params))
    _link(call.portal, row, "CALENDAR_EVENT", number)
    return {"success": True, "eventId": number, "messageId": row["ID"]}


def _moment(call: Call, name: str) -> str:
    given = call.get(name)
    if given in (None, ""):
        raise absent(name)
    try:
        found = datetime.fromisoformat(str(given)) if MOMENT.fullmatch(str(given)) else None
    except ValueError:
        found = None
    if found is None:
        raise invalid((name, "Invalid date format"))
    return found.replace(tzinfo=call.portal.clock.zone).isoformat()


@v3("mail.message.createfeedpost")
def create_post(call: Call) -> Any:
    """A post with the letter's text; the sandbox keeps it and has no page that shows the feed."""
    row = _letter(call)
    post = {"TITLE": call.get("title") or row["SUBJECT"], "BODY": row["BODY"], "AUTHOR_ID": call.user_id}
    number = call.portal.table("feed_post").add({**post, "DATE": call.portal.iso()})["ID"]
    call.portal.tell(f"{call.method}: post {number} was kept; the sandbox has no news feed", method=call.method)
    _link(call.portal, row, "BLOG_POST", number)
    return {"success": True, "postId": number, "messageId": row["ID"]}
