"""calendar.event.*. Sources: `calendar/calendar-event/*.md`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from b24app.sandbox.families.calendars import sections, shapes, times
from b24app.sandbox.families.calendars.sections import may_edit, needed, place
from b24app.sandbox.families.calendars.shapes import ASKED, HOST
from b24app.sandbox.families.kit.fields import flag
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row, Table

TEXTS = {"name": "NAME", "description": "DESCRIPTION"}
PLAIN = {"color": "COLOR", "text_color": "TEXT_COLOR", "accessibility": "ACCESSIBILITY", "importance": "IMPORTANCE",
         "location": "LOCATION"}  # fmt: skip
_OFFSET = re.compile(r"([+-]\d\d:?\d\d|Z)$")
DEFAULTS: Row = {
    "DESCRIPTION": "", "COLOR": "", "TEXT_COLOR": "", "ACCESSIBILITY": "busy", "IMPORTANCE": "normal", "LOCATION": "",
    "PRIVATE_EVENT": "", "IS_MEETING": False, "MEETING": {}, "GUESTS": {}, "REMIND": [], "RRULE": {}, "EXDATE": [],
    "DT_SKIP_TIME": "N", "UF_CRM_CAL_EVENT": False, "VERSION": 1,
}  # fmt: skip


def _table(call: Call) -> Table:
    return call.portal.table("calendar_event")


def _kept(call: Call, old: Row) -> Row:
    kept = _texts(call)
    if call.params.has("private_event"):
        kept["PRIVATE_EVENT"] = "1" if flag(call.get("private_event")) else ""
    if call.params.has("crm_fields"):
        if not isinstance(call.get("crm_fields"), list | dict):
            raise RestError.plain("The list of event links to CRM must be an array")
        kept["UF_CRM_CAL_EVENT"] = [str(one) for one in call.rows("crm_fields")] or False
    for name in ("remind", "rrule"):
        if call.params.has(name):
            kept[name.upper()] = as_list(call.get(name)) if name == "remind" else as_map(call.get(name))
    return {**kept, **_span(call, old), **_meeting(call, old)}


def _texts(call: Call) -> Row:
    kept: Row = {field: str(call.get(name)) for name, field in PLAIN.items() if call.params.has(name)}
    for name, field in TEXTS.items():
        if call.params.has(name):
            if not isinstance(call.get(name), str | int | float):
                raise RestError.plain(f'Invalid value for the parameter "{name}"')
            kept[field] = str(call.get(name))
    return kept


def _span(call: Call, old: Row) -> Row:
    """Beginning, length and zones; a whole day ends at its last second."""
    if not any(call.params.has(name) for name in ("from", "to", "from_ts", "to_ts", "skip_time")):
        return {}
    days = flag(call.get("skip_time", default=old.get("DT_SKIP_TIME", "N")))
    begin, end = _moment(call, "from", old), _moment(call, "to", old)
    if days:
        begin = begin.astimezone(call.portal.clock.zone).replace(hour=0, minute=0, second=0)
        end = end.astimezone(call.portal.clock.zone).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    own = call.portal.users.get(call.user_id) or {}
    home = own.get("TIME_ZONE") or str(call.portal.clock.zone)
    length = max(int((end - begin).total_seconds()), 0)
    return {
        "FROM": begin.isoformat(), "DT_LENGTH": length, "DT_SKIP_TIME": "Y" if days else "N",
        "TZ_FROM": "" if days else str(call.get("timezone_from") or home),
        "TZ_TO": "" if days else str(call.get("timezone_to") or home),
    }  # fmt: skip


def _moment(call: Call, name: str, old: Row) -> datetime:
    stamp = call.int(f"{name}_ts")
    if stamp:
        return datetime.fromtimestamp(stamp, UTC)
    found = moments.moment(call.get(name), call.portal.clock)
    if found is None and old:
        start = times.begins(old, call.portal)
        return start if name == "from" else start + timedelta(seconds=old["DT_LENGTH"])
    if found is None:
        raise RestError.plain(f'Invalid value for the parameter "{name}"')
    if _OFFSET.search(str(call.get(name))):
        return found
    return found.replace(tzinfo=times.zone(call.portal, call.get(f"timezone_{name}")))


def _meeting(call: Call, old: Row) -> Row:
    if not any(call.params.has(name) for name in ("is_meeting", "attendees", "meeting", "host")):
        return {}
    on = flag(call.get("is_meeting", default=old.get("IS_MEETING", False)))
    host = call.int("host") or to_int(as_map(old.get("MEETING")).get("MEETING_CREATOR")) or call.user_id
    guests = [to_int(one) for one in as_list(call.get("attendees"))] if call.params.has("attendees") else [
        to_int(one) for one in old.get("GUESTS", {})
    ]  # fmt: skip
    known = old.get("GUESTS", {})
    people = {str(one): known.get(str(one), ASKED) for one in guests if one in call.portal.users}
    given = as_map(call.get("meeting"))
    options = {name.upper(): flag(given.get(name)) for name in ("notify", "reinvite", "allow_invite", "hide_guests")}
    person = call.portal.users.get(host) or {}
    name = f"{person.get('NAME', '')} {person.get('LAST_NAME', '')}".strip()
    about = {"HOST_NAME": name, **options, "MEETING_CREATOR": host, "LANGUAGE_ID": "ru", "MAIL_FROM": ""}
    return {"IS_MEETING": on, "MEETING": about if on else {}, "GUESTS": {**people, str(host): HOST} if on else {}}


@method("calendar.event.add", scope="calendar")
def add(call: Call) -> Any:
    needed(call, "type")
    kind, owner = place(call)
    needed(call, *(() if kind == sections.COMPANY else ("ownerId",)), "name", "from|from_ts", "to|to_ts")
    if not may_edit(call, kind, owner):
        raise RestError.plain("Access denied")
    section = sections.section_for(call, kind, owner)
    now = call.portal.iso()
    about = {
        "CAL_TYPE": kind,
        "OWNER_ID": owner,
        "SECTION_ID": section["ID"],
        "CREATED_BY": call.user_id,
        "DATE_CREATE": now,
    }
    row = _table(call).add({**DEFAULTS, **about, "TIMESTAMP_X": now, **_kept(call, {})})
    told(call, "ADD", row)
    return row["ID"]


def told(call: Call, act: str, row: Row) -> None:
    call.portal.raise_event(f"ONCALENDARENTRY{act}", {"id": str(row["ID"])}, user=call.user_id)


@method("calendar.event.update", scope="calendar")
def update(call: Call) -> Any:
    """Change an event; `recurrence_mode` THIS and NEXT part a repeated one."""
    needed(call, "id")
    kind, owner = place(call)
    row = _table(call).get(call.int("id"))
    if row is None or not may_edit(call, row["CAL_TYPE"], row["OWNER_ID"]):
        raise RestError.plain("Access denied.")
    mode = str(call.get("recurrence_mode") or "all").lower()
    if mode not in {"this", "next", "all"}:
        raise RestError.plain("An invalid editing type for the recurring event is specified.")
    kept = _kept(call, row)
    if call.int("section"):
        kept["SECTION_ID"] = sections.section_for(call, kind, owner)["ID"]
    day = moments.moment(call.get("current_date_from"), call.portal.clock)
    if mode != "all" and row["RRULE"] and day:
        row = _part(call, row, kept, mode=mode, day=day)
    else:
        row = _table(call).update(row["ID"], **kept, TIMESTAMP_X=call.portal.iso(), VERSION=row["VERSION"] + 1)
    told(call, "UPDATE", row)
    return row["ID"]


def _part(call: Call, row: Row, kept: Row, *, mode: str, day: datetime) -> Row:
    """One happening, or all from a day on, become an event of their own."""
    start = times.begins(row, call.portal).astimezone(times.zone(call.portal, row["TZ_FROM"]))
    moved = start.replace(year=day.year, month=day.month, day=day.day).isoformat()
    rule = {} if mode == "this" else row["RRULE"]
    if mode == "this":
        _table(call).update(row["ID"], EXDATE=[*row["EXDATE"], day.strftime("%Y-%m-%d")])
    else:
        last = (day - timedelta(days=1)).strftime("%d.%m.%Y")
        _table(call).update(row["ID"], RRULE={**{k: v for k, v in row["RRULE"].items() if k != "COUNT"}, "UNTIL": last})
    fields = {key: value for key, value in row.items() if key != "ID"}
    return _table(call).add({**fields, "FROM": moved, "EXDATE": [], "RRULE": rule, **kept})


@method("calendar.event.delete", scope="calendar")
def delete(call: Call) -> Any:
    if not call.int("id"):
        raise RestError.plain("Event id not specified")
    row = _table(call).get(call.int("id"))
    if row is None or not may_edit(call, row["CAL_TYPE"], row["OWNER_ID"]):
        raise RestError.plain("An error occurred while deleting the event")
    _table(call).delete(row["ID"])
    told(call, "DELETE", row)
    return True


@method("calendar.event.getbyid", scope="calendar")
def get_by_id(call: Call) -> Any:
    needed(call, "id")
    row = _table(call).get(call.int("id"))
    if row is None or not shapes.visible(call, row):
        return False
    return shapes.shown(call, row, times.begins(row, call.portal))


@method("calendar.event.get", scope="calendar")
def get(call: Call) -> Any:
    """Events of a calendar that touch the span (default: a month back, three ahead), each happening by itself."""
    kind, owner = place(call)
    clock = call.portal.clock
    start = moments.moment(call.get("from"), clock) or call.portal.now() - timedelta(days=30)
    end = moments.moment(call.get("to"), clock) or call.portal.now() + timedelta(days=90)
    wanted = [to_int(one) for one in call.rows("section")]
    rows = [row for row in _of(call, kind, owner) if not wanted or row["SECTION_ID"] in wanted]
    return _spread(call, rows, start, end + timedelta(days=1))


def _of(call: Call, kind: str, owner: int) -> list[Row]:
    """Events of an owner: own ones, and meetings a person is asked to."""
    rows = _table(call).where(lambda row: (row["CAL_TYPE"], row["OWNER_ID"]) == (kind, owner))
    asked = [row for row in _table(call) if kind == sections.USER and str(owner) in row["GUESTS"] and row not in rows]
    return [row for row in [*rows, *asked] if shapes.visible(call, row)]


def _spread(call: Call, rows: list[Row], start: datetime, end: datetime) -> list[Row]:
    found = [(one, row) for row in rows for one in times.happenings(call.portal, row, start, end)]
    return [shapes.shown(call, row, one) for one, row in sorted(found, key=lambda pair: (pair[0], pair[1]["ID"]))]


@method("calendar.event.get.nearest", scope="calendar")
def nearest(call: Call) -> Any:
    """What comes next, soonest first."""
    kind = str(call.get("type") or sections.USER)
    owner = call.int("ownerId") or call.user_id
    end = call.portal.now() + timedelta(days=call.int("days") or 60)
    rows = _spread(call, _of(call, kind, owner), call.portal.now(), end)
    return rows[: call.int("maxEventsCount") or len(rows)]
