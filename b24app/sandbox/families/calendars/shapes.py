"""A calendar event as it is printed, and who may see it."""

from datetime import datetime, timedelta

from b24app.sandbox.families.calendars import times
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.registry import Call, as_map, to_int
from b24app.sandbox.kernel.store import Row

HOST, YES, NO, ASKED = "H", "Y", "N", "Q"


def visible(call: Call, row: Row) -> bool:
    """Others' private events are not shown."""
    mine = row["CREATED_BY"] == call.user_id or str(call.user_id) in row["GUESTS"]
    return mine or row["OWNER_ID"] == call.user_id or not row["PRIVATE_EVENT"]


def shown(call: Call, row: Row, start: datetime) -> Row:
    """One happening of an event that begins at `start`."""
    portal, own = call.portal, times.zone(call.portal, row["TZ_FROM"])
    end = start + timedelta(seconds=row["DT_LENGTH"])
    days = row["DT_SKIP_TIME"] == "Y"
    last = end - timedelta(days=1) if days else end
    text = moments.PRINT_DATE if days else moments.PRINT_MOMENT
    offset = int((start.astimezone(own).utcoffset() or timedelta()).total_seconds())
    created, changed = (moments.portal_moment(row[name], portal.clock) for name in ("DATE_CREATE", "TIMESTAMP_X"))
    names = ("NAME", "DESCRIPTION", "COLOR", "TEXT_COLOR", "ACCESSIBILITY", "IMPORTANCE", "LOCATION", "PRIVATE_EVENT",
             "IS_MEETING", "REMIND", "DT_SKIP_TIME", "DT_LENGTH", "CAL_TYPE", "TZ_FROM", "TZ_TO", "UF_CRM_CAL_EVENT")  # fmt: skip
    host = to_int(as_map(row["MEETING"]).get("MEETING_CREATOR"))
    return {
        "ID": str(row["ID"]), "PARENT_ID": str(row["ID"]), "DELETED": "N", **{name: row[name] for name in names},
        "OWNER_ID": str(row["OWNER_ID"]), "DATE_FROM": start.astimezone(own).strftime(text),
        "DATE_TO": last.astimezone(own).strftime(text), "ORIGINAL_DATE_FROM": None, "TZ_OFFSET_FROM": str(offset),
        "TZ_OFFSET_TO": str(offset), "DATE_FROM_TS_UTC": stamp(start), "DATE_TO_TS_UTC": stamp(last),
        "EVENT_TYPE": None, "CREATED_BY": str(row["CREATED_BY"]), "DATE_CREATE": created, "TIMESTAMP_X": changed,
        "MEETING_STATUS": row["GUESTS"].get(str(call.user_id)), "MEETING_HOST": str(host) if host else None,
        "MEETING": row["MEETING"], "RRULE": row["RRULE"] or None, "EXDATE": ";".join(row["EXDATE"]),
        "VERSION": str(row["VERSION"]), "ATTENDEES_CODES": [f"U{one}" for one in row["GUESTS"]],
        "SECTION_ID": str(row["SECTION_ID"]), "SECT_ID": str(row["SECTION_ID"]), "SYNC_STATUS": None,
        "UF_WEBDAV_CAL_EVENT": False, "RECURRENCE_ID": None, "RELATIONS": None, "COLLAB_ID": None,
        "ATTENDEE_LIST": [{"id": int(one), "entryId": str(row["ID"]), "status": state} for one, state in row["GUESTS"].items()],
        "attendeesEntityList": [{"entityId": "user", "id": int(one)} for one in row["GUESTS"]],
        "~DESCRIPTION": row["DESCRIPTION"], "~USER_OFFSET_FROM": 0, "~USER_OFFSET_TO": 0,
    }  # fmt: skip


def stamp(when: datetime) -> str:
    """Unix seconds as text."""
    return str(int(when.timestamp()))
