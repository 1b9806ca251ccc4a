"""telephony.externalCall.*: a call of an application's exchange from its registration to its record.

Source: `telephony/telephony-external-call-*.md`, `telephony/telephony-call-attach-transcription.md`, `voximplant/events/`.
"""

import base64
import binascii
import secrets
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from b24app.sandbox.crm import deeds
from b24app.sandbox.families.drive import links
from b24app.sandbox.families.telephony import crm
from b24app.sandbox.families.timeman import workday
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError, core_error
from b24app.sandbox.kernel.php import Obj
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, Only, as_map, method, to_int
from b24app.sandbox.kernel.store import Row, Table

SCOPE = "telephony"
TYPES = frozenset({1, 2, 3, 4, 5})
SAME_CALL = timedelta(minutes=30)
OK, MISSED = "200", "304"
EXTENSIONS = frozenset({".wav", ".mp3"})


def calls(portal: Portal) -> Table:
    """Registered calls."""
    return portal.table("external_call")


def statistics(portal: Portal) -> Table:
    """Finished calls."""
    return portal.table("call_statistic")


def _user(call: Call) -> int:
    """The employee of a call, by number or by the inner phone."""
    number, inner = call.int("USER_ID"), str(call.get("USER_PHONE_INNER") or "")
    if not number and not inner:
        raise core_error("USER_ID or USER_PHONE_INNER should be set")
    user = call.portal.users.get(number) if number else call.portal.users.first(UF_PHONE_INNER=inner)
    if user is None or not user["ACTIVE"]:
        raise core_error("User is not found or is not active")
    return int(user["ID"])


def _start(call: Call) -> str:
    given = call.get("CALL_START_DATE")
    if given in (None, ""):
        return call.portal.iso()
    found = moments.iso(given, call.portal.clock) if "T" in str(given) else None
    if found is None:
        raise core_error("CALL_START_DATE should be in the ISO-8601 format")
    return found


# --- registration


@method("telephony.externalCall.register", scope=SCOPE, only=Only.APPLICATION)
def register(call: Call) -> Any:
    """The same call again within half an hour is the same call."""
    user, kind, phone = _user(call), call.int("TYPE"), str(call.get("PHONE_NUMBER") or "").strip()
    if kind not in TYPES:
        raise core_error("Unknown TYPE")
    if not any(sign.isdigit() for sign in phone):
        raise core_error("Unsupported phone number format")
    start = _start(call)
    same = {
        "APP_ID": call.app["ID"], "USER_ID": user, "TYPE": kind, "PHONE_NUMBER": phone,
        "LINE": str(call.get("LINE_NUMBER") or ""), "EXTERNAL_CALL_ID": call.get("EXTERNAL_CALL_ID") or None,
    }  # fmt: skip
    row = _known(call.portal, same)
    if row is None:
        row = _begin(call, {**same, "START": start})
    else:
        call.portal.tell(f"{call.method}: call {row['CALL_ID']} was registered already", method=call.method)
    return {
        "CALL_ID": row["CALL_ID"], "CRM_CREATED_LEAD": next((one[1] for one in row["CREATED"] if one[0] == "LEAD"), None),
        "CRM_CREATED_ENTITIES": [{"ENTITY_TYPE": name, "ENTITY_ID": number} for name, number in row["CREATED"]],
        "CRM_ENTITY_TYPE": row["CRM_ENTITY_TYPE"] or None, "CRM_ENTITY_ID": row["CRM_ENTITY_ID"] or None,
    }  # fmt: skip


def _known(portal: Portal, same: Row) -> Row | None:
    since = portal.now() - SAME_CALL
    rows = [row for row in calls(portal).where(**same) if datetime.fromisoformat(row["REGISTERED"]) >= since]
    return rows[-1] if rows else None


def _begin(call: Call, about: Row) -> Row:
    portal = call.portal
    name, number, created = _client(call, about)
    row = begin(portal, about, name, number)
    calls(portal).update(row["ID"], CREATED=created)
    init = {"CALL_ID": row["CALL_ID"], "CALL_TYPE": row["TYPE"], "CALLER_ID": row["PHONE_NUMBER"]}
    portal.raise_event("ONVOXIMPLANTCALLINIT", {**init, "REST_APP_ID": row["APP_ID"]}, user=call.user_id)
    portal.raise_event(
        "ONVOXIMPLANTCALLSTART", {"CALL_ID": row["CALL_ID"], "USER_ID": row["USER_ID"]}, user=call.user_id
    )
    return row


def begin(portal: Portal, about: Row, name: str, number: int) -> Row:
    """A row of a new call."""
    stamp = int(portal.clock.unix())
    return calls(portal).add({
        **about, "CALL_ID": f"externalCall.{secrets.token_hex(16)}.{stamp}", "REGISTERED": portal.iso(), "CREATED": [],
        "CRM_ENTITY_TYPE": name, "CRM_ENTITY_ID": number, "SHOWN_TO": [about["USER_ID"]],
    })  # fmt: skip


def _client(call: Call, about: Row) -> tuple[str, int, list[tuple[str, int]]]:
    """The client of a call: the named one, who has the number, or a new one if that is wanted."""
    portal, name, number = call.portal, str(call.get("CRM_ENTITY_TYPE") or "").upper(), call.int("CRM_ENTITY_ID")
    if name and crm.row_of(portal, name, number):
        return name, number, []
    if found := crm.owners(portal, about["PHONE_NUMBER"]):
        return found[0][0], found[0][1]["ID"], []
    if not _may_create(call, about):
        return "", 0, []
    made = crm.create(portal, about["PHONE_NUMBER"], str(call.get("CRM_SOURCE") or ""), about["USER_ID"])
    return made[0][0], made[0][1], made


def _may_create(call: Call, about: Row) -> bool:
    """`CRM_CREATE`; an outgoing call through a line asks the line too."""
    line = call.portal.table("external_line").first(APP_ID=about["APP_ID"], NUMBER=about["LINE"])
    allowed = about["TYPE"] != crm.OUTGOING or line is None or line["CRM_AUTO_CREATE"] == "Y"
    return call.int("CRM_CREATE") == 1 and allowed


# --- the card of a call


@method("telephony.externalCall.show", "telephony.externalCall.hide", scope=SCOPE)
def show(call: Call) -> Any:
    """Show the card of a call to somebody, or hide it; false for an unknown call."""
    row = calls(call.portal).first(CALL_ID=call.get("CALL_ID"))
    if row is None:
        return False
    who = {to_int(one) for one in call.rows("USER_ID")} or {row["USER_ID"]}
    shown = set(row["SHOWN_TO"]) | who if call.method.endswith("show") else set(row["SHOWN_TO"]) - who
    calls(call.portal).update(row["ID"], SHOWN_TO=sorted(shown))
    return True


@method("telephony.externalCall.searchCrmEntities", scope=SCOPE)
def search(call: Call) -> Any:
    """Owners of a number with the employees who answer for them."""
    phone = str(call.get("PHONE_NUMBER") or "")
    if not phone:
        raise core_error("PHONE_NUMBER is empty")
    portal, found = call.portal, []
    for name, row in crm.owners(portal, phone):
        user = portal.users.get(row.get("ASSIGNED_BY_ID"))
        day = workday.state(portal, workday.last_day(portal, user)) if user else workday.CLOSED
        found.append(crm.shown(portal, name, row, day))
    return found


# --- the end


@method("telephony.externalCall.finish", scope=SCOPE, only=Only.APPLICATION)
def finish(call: Call) -> Any:
    """The call goes into the statistics, and onto the card of whom it belongs to."""
    if not isinstance(call.get("CALL_ID"), str):
        raise RestError("INVALID_ARGUMENT", "CALL_ID must be a string")
    user = _user(call)
    row = calls(call.portal).first(CALL_ID=call.get("CALL_ID"), APP_ID=call.app["ID"])
    if row is None:
        raise core_error("Call is not found (call should be registered prior to finishing)")
    known = statistics(call.portal).first(CALL_ID=row["CALL_ID"])
    kept = known or _finish(call, row, user)
    return {
        **{name: kept[name] for name in _ANSWERED}, "CALL_START_DATE": Obj(), "INCOMING": str(row["TYPE"]),
        "CALL_STATUS": int(kept["CALL_FAILED_CODE"] == OK), "REST_APP_ID": str(row["APP_ID"]), "ID": kept["ID"],
    }  # fmt: skip


_ANSWERED = (
    "CALL_ID", "EXTERNAL_CALL_ID", "PORTAL_USER_ID", "PHONE_NUMBER", "PORTAL_NUMBER", "CALL_DURATION", "CALL_VOTE", "COST",
    "COST_CURRENCY", "CALL_FAILED_CODE", "CALL_FAILED_REASON", "REST_APP_NAME", "CRM_ACTIVITY_ID", "COMMENT",
    "CRM_ENTITY_TYPE", "CRM_ENTITY_ID",
)  # fmt: skip


def _finish(call: Call, row: Row, user: int) -> Row:
    portal, duration = call.portal, call.int("DURATION")
    code = str(call.get("STATUS_CODE") or (OK if duration > 0 else MISSED))
    line = row["LINE"] or f"REST_APP:{row['APP_ID']}"
    kept = {
        "PORTAL_USER_ID": user, "PORTAL_NUMBER": line, "PHONE_NUMBER": row["PHONE_NUMBER"], "CALL_ID": row["CALL_ID"],
        "EXTERNAL_CALL_ID": row["EXTERNAL_CALL_ID"], "CALL_CATEGORY": "external", "CALL_LOG": None,
        "CALL_DURATION": duration, "CALL_START_DATE": row["START"], "CALL_RECORD_URL": call.get("RECORD_URL") or None,
        "CALL_VOTE": call.int("VOTE") or None, "COST": float(call.get("COST") or 0),
        "COST_CURRENCY": str(call.get("COST_CURRENCY") or ""), "CALL_FAILED_CODE": code,
        "CALL_FAILED_REASON": str(call.get("FAILED_REASON") or ""), "CRM_ENTITY_TYPE": row["CRM_ENTITY_TYPE"] or None,
        "CRM_ENTITY_ID": row["CRM_ENTITY_ID"] or None,
        "CRM_ACTIVITY_ID": crm.activity(portal, {**row, "CALL_DURATION": duration}, user) or None,
        "REST_APP_ID": row["APP_ID"], "REST_APP_NAME": call.app["NAME"], "TRANSCRIPT_ID": None, "TRANSCRIPT_PENDING": "N",
        "SESSION_ID": None, "REDIAL_ATTEMPT": None, "COMMENT": None, "RECORD_DURATION": None, "RECORD_FILE_ID": None,
        "CALL_TYPE": row["TYPE"],
    }  # fmt: skip
    kept = statistics(portal).add(kept)
    names = ("CALL_ID", "CALL_TYPE", "PHONE_NUMBER", "PORTAL_NUMBER", "PORTAL_USER_ID", "CALL_DURATION", "CALL_START_DATE",
             "COST", "COST_CURRENCY", "CALL_FAILED_CODE", "CALL_FAILED_REASON", "CRM_ACTIVITY_ID")  # fmt: skip
    portal.raise_event("ONVOXIMPLANTCALLEND", {name: kept[name] for name in names}, user=call.user_id)
    return kept


# --- record and transcription


def _finished(call: Call, text: str) -> Row:
    row = statistics(call.portal).first(CALL_ID=str(call.get("CALL_ID") or ""))
    if row is None:
        raise core_error(text)
    return row


@method("telephony.externalCall.attachRecord", scope=SCOPE, batch=False)
def attach_record(call: Call) -> Any:
    """A record by content, by an address, or by an upload that follows."""
    url, name, content = str(call.get("RECORD_URL") or ""), call.get("FILENAME"), call.get("FILE_CONTENT")
    if not url and name is None:
        raise core_error("Required parameters are not set. Request should contain either URL or FILENAME parameter")
    row = _finished(call, "Call is not found in the statistic table. It looks like it is not finished yet.")
    name = str(name or PurePosixPath(urlsplit(url).path).name)
    _check_name(name)
    if url:
        call.portal.tell(f"{call.method}: a real portal fetches {url}; here the record stays empty", method=call.method)
        statistics(call.portal).update(row["ID"], CALL_RECORD_URL=url)
        return {"FILE_ID": keep_record(call.portal, row, name, b"")}
    if content is None:
        return {"uploadUrl": links.door(call, f"call={row['ID']}&name={name}"), "fieldName": "file"}
    return {"FILE_ID": keep_record(call.portal, row, name, _decoded(content))}


def _check_name(name: str) -> None:
    if not name:
        raise core_error("File name is empty")
    if PurePosixPath(name).suffix.lower() not in EXTENSIONS:
        raise core_error("Wrong file extension. Only wav and mp3 are allowed")


def _decoded(content: Any) -> bytes:
    if not content:
        raise core_error("File content is empty.")
    try:
        return base64.b64decode(str(content), validate=True)
    except (binascii.Error, ValueError):
        raise core_error("File content is not properly encoded. Base64 encoding is expected.") from None


def keep_record(portal: Portal, row: Row, name: str, body: bytes) -> int:
    """The record of a finished call, in the place of a former one, on its deed too."""
    kept = {"NAME": name, "SIZE": len(body), "CONTENT": base64.b64encode(body).decode()}
    file = portal.table("crm_file").add(kept)
    statistics(portal).update(row["ID"], RECORD_FILE_ID=file["ID"])
    deed = deeds.table(portal).get(row["CRM_ACTIVITY_ID"])
    if deed is not None:
        deeds.update(portal, deed, {"FILES": [file]}, row["PORTAL_USER_ID"])
    return int(file["ID"])


def _uploaded(portal: Portal, about: Row, name: str, body: bytes, _: int) -> Row:
    row = statistics(portal).get(to_int(about["call"]))
    if row is None:
        raise core_error("Call is not found in the statistic table. It looks like it is not finished yet.")
    return {"FILE_ID": keep_record(portal, row, str(about.get("name") or name), body)}


links.TAKERS["call"] = _uploaded


@method("telephony.call.attachTranscription", scope=SCOPE)
def attach_transcription(call: Call) -> Any:
    """What was said, line by line."""
    if not call.get("CALL_ID"):
        raise core_error("CALL_ID should be set")
    messages = call.get("MESSAGES")
    if not isinstance(messages, list):
        raise core_error("MESSAGES should be an array")
    for index, one in enumerate(messages):
        _check_line(index, as_map(one))
    row = _finished(call, f"Call {call.get('CALL_ID')} is not found. Is it finished?")
    number = call.portal.table("call_transcript").add({"CALL_ID": row["CALL_ID"], "MESSAGES": messages})["ID"]
    statistics(call.portal).update(row["ID"], TRANSCRIPT_ID=number)
    return {"TRANSCRIPT_ID": number}


def _check_line(index: int, one: Row) -> None:
    place = f"MESSAGES[{index}]"
    if one.get("SIDE") not in {"Client", "User"}:
        raise core_error(f"{place}[SIDE] should be either Client or User")
    if to_int(one.get("START_TIME"), -1) < 0:
        raise core_error(f"{place}[START_TIME] should be greater or equal to zero")
    if to_int(one.get("STOP_TIME")) <= 0:
        raise core_error(f"{place}[STOP_TIME] should be greater than zero")
    if not one.get("MESSAGE"):
        raise core_error(f"{place}[MESSAGE] is empty")


# --- click to call


def click(portal: Portal, user: int, phone: str, line: str) -> list[str]:
    """An employee clicks a number in the CRM: the portal registers the call and tells the applications of lines."""
    owners = crm.owners(portal, phone)
    name, number = (owners[0][0], owners[0][1]["ID"]) if owners else ("", 0)
    told = []
    listening = {row["APP_ID"] for row in portal.table("event_binding").where(EVENT="ONEXTERNALCALLSTART")}
    for app in portal.apps.where(lambda row: row["ID"] in listening):
        row = begin(portal, {
            "APP_ID": app["ID"], "USER_ID": user, "TYPE": crm.OUTGOING, "PHONE_NUMBER": phone, "LINE": line,
            "EXTERNAL_CALL_ID": None, "START": portal.iso(),
        }, name, number)  # fmt: skip
        told.append(str(row["CALL_ID"]))
        portal.raise_event("ONEXTERNALCALLSTART", {
            "PHONE_NUMBER": phone, "PHONE_NUMBER_INTERNATIONAL": phone, "EXTENSION": "", "USER_ID": user,
            "CALL_LIST_ID": 0, "LINE_NUMBER": line, "IS_MOBILE": 0, "CALL_ID": row["CALL_ID"], "CRM_ENTITY_TYPE": name,
            "CRM_ENTITY_ID": number or "",
        }, user=user, only_app=app["ID"])  # fmt: skip
    return told
