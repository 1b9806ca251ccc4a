"""calendar.meeting.status.*, calendar.accessibility.get: guests, and who is busy or away.

Sources: `calendar/calendar-event/calendar-meeting-status-*.md`, `calendar-accessibility-get.md`.
"""

from datetime import datetime, timedelta
from typing import Any

from b24app.sandbox.families.calendars import sections, shapes, times
from b24app.sandbox.families.calendars.events import told
from b24app.sandbox.families.calendars.sections import needed
from b24app.sandbox.families.calendars.shapes import ASKED, HOST, NO, YES
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row


@method("calendar.meeting.status.get", scope="calendar")
def status_get(call: Call) -> Any:
    needed(call, "eventId")
    row = call.portal.table("calendar_event").get(call.int("eventId"))
    if row is None or str(call.user_id) not in row["GUESTS"]:
        raise RestError.plain("An error occurred while retrieving the status")
    return row["GUESTS"][str(call.user_id)]


@method("calendar.meeting.status.set", scope="calendar")
def status_set(call: Call) -> Any:
    needed(call, "eventId", "status")
    status = str(call.get("status"))
    if status not in {ASKED, YES, NO}:
        raise RestError.plain('Invalid value for the parameter "status"')
    row = call.portal.table("calendar_event").get(call.int("eventId"))
    if row and row["GUESTS"].get(str(call.user_id)) not in (None, HOST):
        call.portal.table("calendar_event").update(row["ID"], GUESTS={**row["GUESTS"], str(call.user_id): status})
        told(call, "UPDATE", row)
    return True


@method("calendar.accessibility.get", scope="calendar")
def accessibility(call: Call) -> Any:
    """What keeps people busy or away in a span of days; absences of the absence chart too."""
    needed(call, "from", "to", "users")
    start = moments.moment(call.get("from"), call.portal.clock)
    end = moments.moment(call.get("to"), call.portal.clock)
    if start is None or end is None:
        raise RestError.plain(f'The required parameter "from" for the method "{call.method}" is not set')
    span = (start, end + timedelta(days=1))
    return {str(one): _busy(call, to_int(one), span) for one in call.rows("users")}


def _busy(call: Call, user: int, span: tuple[datetime, datetime]) -> list[Row]:
    rows = [row for row in call.portal.table("calendar_event") if row["ACCESSIBILITY"] != "free" and _takes(row, user)]
    found = [_engaged(call, row, one) for row in rows for one in times.happenings(call.portal, row, *span)]
    away = moments.moment((call.portal.users.get(user) or {}).get("ABSENT_UNTIL"), call.portal.clock)
    return [*found, _absence(call, away)] if away and away > span[0] and call.portal.now() < span[1] else found


def _takes(row: Row, user: int) -> bool:
    if row["IS_MEETING"]:
        return row["GUESTS"].get(str(user)) in {HOST, YES, ASKED}
    return bool(row["CAL_TYPE"] == sections.USER and row["OWNER_ID"] == user)


def _engaged(call: Call, row: Row, start: datetime) -> Row:
    full = shapes.shown(call, row, start)
    names = ("ID", "NAME", "DATE_FROM", "DATE_TO", "DATE_FROM_TS_UTC", "DATE_TO_TS_UTC", "~USER_OFFSET_FROM",
             "~USER_OFFSET_TO", "DT_SKIP_TIME", "TZ_FROM", "TZ_TO", "ACCESSIBILITY", "IMPORTANCE", "EVENT_TYPE")  # fmt: skip
    shown = {name: full[name] for name in names}
    return shown if shapes.visible(call, row) else {**shown, "NAME": ""}


def _absence(call: Call, until: datetime) -> Row:
    now, clock = call.portal.now(), call.portal.clock
    zone = str(clock.zone)
    return {
        "ID": "0", "NAME": "Отсутствие", "DATE_FROM": moments.portal_moment(now.isoformat(), clock),
        "DATE_TO": moments.portal_moment(until.isoformat(), clock), "DATE_FROM_TS_UTC": shapes.stamp(now),
        "DATE_TO_TS_UTC": shapes.stamp(until), "~USER_OFFSET_FROM": 0, "~USER_OFFSET_TO": 0, "DT_SKIP_TIME": "N",
        "TZ_FROM": zone, "TZ_TO": zone, "ACCESSIBILITY": "absent", "IMPORTANCE": "normal", "EVENT_TYPE": None,
    }  # fmt: skip
