"""Whom a phone number belongs to in the CRM, and what a call leaves there."""

from typing import Any

from b24app.sandbox.crm import deeds, kinds
from b24app.sandbox.crm.duplicates import normal
from b24app.sandbox.crm.enums import CLASSIC_MODE
from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row

KINDS = {"CONTACT": kinds.CONTACT, "COMPANY": kinds.COMPANY, "LEAD": kinds.LEAD}
OUTGOING = 1
SUBJECTS = {1: "Исходящий звонок", 4: "Обратный звонок", 5: "Информационный звонок"}


def owners(portal: Portal, phone: str) -> list[tuple[str, Row]]:
    """Contacts, companies and leads with this number."""
    wanted = normal("PHONE", phone)
    return [
        (name, row)
        for name, number in KINDS.items()
        for row in kinds.BUILT_IN[number].rows(portal)
        if wanted and any(one["TYPE_ID"] == "PHONE" and normal("PHONE", one["VALUE"]) == wanted for one in _fm(row))
    ]


def _fm(row: Row) -> list[Row]:
    return list(row.get("FM") or [])


def row_of(portal: Portal, name: str, number: int) -> Row | None:
    """The element of this type and number."""
    kind = kinds.BUILT_IN.get(KINDS.get(name, 0))
    return kind.rows(portal).get(number) if kind else None


def create(portal: Portal, phone: str, source: str, user: int) -> list[tuple[str, int]]:
    """Who calls for the first time: a lead, or in the simple mode of CRM a contact with a deal."""
    fm = [{"typeId": "PHONE", "valueType": "WORK", "value": phone}]
    common: Row = {"assignedById": user, **({"sourceId": source} if source else {})}
    if portal.setting("crm_mode", CLASSIC_MODE) == CLASSIC_MODE:
        return [("LEAD", _add(portal, kinds.LEAD, {**common, "title": f"{phone} - Звонок", "fm": fm}))]
    contact = _add(portal, kinds.CONTACT, {**common, "name": phone, "fm": fm})
    deal = _add(portal, kinds.DEAL, {**common, "title": f"{phone} - Звонок", "contactId": contact})
    return [("CONTACT", contact), ("DEAL", deal)]


def _add(portal: Portal, kind: int, fields: Row) -> int:
    answer = portal.call("crm.item.add", {"entityTypeId": kind, "fields": fields}, Caller(1, unlimited=True))
    return int(answer.result["item"]["id"])


def activity(portal: Portal, call: Row, user: int) -> int:
    """The deed of a finished call on the cards of those it belongs to; 0 when it belongs to nobody."""
    known = [(call["CRM_ENTITY_TYPE"], call["CRM_ENTITY_ID"]), *(tuple(one) for one in call["CREATED"])]
    numbers = {**KINDS, "DEAL": kinds.DEAL}
    bindings = list(dict.fromkeys((numbers[name], number) for name, number in known if name in numbers and number))
    if not bindings:
        return 0
    talk = {
        "ID": portal.table("crm_activity_comm").next_id(), "TYPE": "PHONE", "VALUE": call["PHONE_NUMBER"],
        "ENTITY_ID": bindings[0][1], "ENTITY_TYPE_ID": bindings[0][0],
    }  # fmt: skip
    missed = to_int(call["CALL_DURATION"]) == 0
    fields = {
        "TYPE_ID": deeds.CALL, "SUBJECT": f"{SUBJECTS.get(call['TYPE'], 'Входящий звонок')} {call['PHONE_NUMBER']}",
        "DIRECTION": 2 if call["TYPE"] in SUBJECTS else 1, "RESPONSIBLE_ID": user, "START_TIME": call["START"],
        "END_TIME": portal.iso(), "ORIGIN_ID": f"VI_{call['CALL_ID']}", "COMMUNICATIONS": [talk],
        "COMPLETED": "N" if missed and call["TYPE"] not in SUBJECTS else "Y",
    }  # fmt: skip
    return int(deeds.add(portal, fields, [list(one) for one in bindings], user)["ID"])


def shown(portal: Portal, name: str, row: Row, day: str) -> dict[str, Any]:
    """An owner of a number with the employee who answers for it."""
    user = portal.users.get(row.get("ASSIGNED_BY_ID")) or {}
    full = " ".join(part for part in (row.get("NAME"), row.get("LAST_NAME")) if part)
    phones = ("WORK_PHONE", "PERSONAL_PHONE", "PERSONAL_MOBILE")
    return {
        "CRM_ENTITY_TYPE": name, "CRM_ENTITY_ID": row["ID"], "ASSIGNED_BY_ID": row.get("ASSIGNED_BY_ID"),
        "NAME": row.get("TITLE") or full,
        "ASSIGNED_BY": {
            "ID": str(row.get("ASSIGNED_BY_ID")), "TIMEMAN_STATUS": day,
            "USER_PHONE_INNER": user.get("UF_PHONE_INNER") or None, **{name: user.get(name) or None for name in phones},
        },
    }  # fmt: skip
