"""calendar.section.*, calendar.user.settings.*. Sources: `calendar/calendar-section-*.md`, `calendar-user-settings-*.md`."""

from typing import Any

from b24app.sandbox.families.kit.fields import flag
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

TABLE = "calendar_section"
USER, GROUP, COMPANY = "user", "group", "company_calendar"
RIGHTS = ("view_time", "view_title", "view_full", "add", "edit", "edit_section", "access")


def needed(call: Call, *names: str) -> None:
    """Refuse when a parameter is not set, in the calendar's words."""
    for name in names:
        if call.get(*name.split("|")) in (None, "", [], {}):
            text = f'The required parameter "{name.split("|")[0]}" for the method "{call.method}" is not set'
            raise RestError.plain(text)


def place(call: Call) -> tuple[str, int]:
    """Whose calendar is meant; without an owner a personal one is the caller's."""
    needed(call, "type")
    kind = str(call.get("type"))
    if kind == GROUP:
        needed(call, "ownerId")
    owner = call.int("ownerId") or (call.user_id if kind == USER else 0)
    return kind, owner


def may_edit(call: Call, kind: str, owner: int) -> bool:
    """One's own calendar, that of one's group, and for administrators every one."""
    if kind == USER:
        return owner == call.user_id or call.is_admin
    if kind == GROUP:
        return (
            call.is_admin or call.portal.table("sonet_member").first(GROUP_ID=owner, USER_ID=call.user_id) is not None
        )
    return call.is_admin


def of(portal: Portal, kind: str, owner: int) -> list[Row]:
    """Sections of an owner; the first one is made when somebody looks."""
    table = portal.table(TABLE)
    rows = table.where(CAL_TYPE=kind, OWNER_ID=owner)
    return rows or [_make(portal, kind, owner, {"NAME": "Мой календарь" if kind == USER else "Календарь"}, owner or 1)]


def _make(portal: Portal, kind: str, owner: int, fields: Row, user: int) -> Row:
    now = portal.clock.local().strftime("%Y-%m-%d %H:%M:%S")
    about = {"DESCRIPTION": "", "COLOR": "#9DCF00", "TEXT_COLOR": "", "EXPORT": {"ALLOW": True}, "CAL_TYPE": kind}
    return portal.table(TABLE).add(
        {**about, "OWNER_ID": owner, "CREATED_BY": user, "DATE_CREATE": now, "TIMESTAMP_X": now, **fields}
    )


def _kept(call: Call) -> Row:
    kept: Row = {}
    for name in ("name", "description", "color", "text_color"):
        if call.params.has(name):
            if not isinstance(call.get(name), str):
                raise RestError.plain(f'Invalid value for the "{name}" parameter')
            kept[name.upper()] = str(call.get(name))
    if call.params.has("export"):
        kept["EXPORT"] = {"ALLOW": flag(as_map(call.get("export")).get("ALLOW"))}
    return kept


@method("calendar.section.add", scope="calendar")
def add(call: Call) -> Any:
    kind, owner = place(call)
    needed(call, "name")
    if not may_edit(call, kind, owner):
        raise RestError.plain("Access denied")
    row = _make(call.portal, kind, owner, _kept(call), call.user_id)
    _told(call, "ADD", row)
    return row["ID"]


def _told(call: Call, act: str, row: Row) -> None:
    call.portal.raise_event(f"ONCALENDARSECTION{act}", {"id": str(row["ID"])}, user=call.user_id)


@method("calendar.section.get", scope="calendar")
def get(call: Call) -> Any:
    kind, owner = place(call)
    rights = dict.fromkeys(RIGHTS, may_edit(call, kind, owner)) | {
        "view_time": True,
        "view_title": True,
        "view_full": True,
    }
    return [_shown(row, rights) for row in of(call.portal, kind, owner)]


def _shown(row: Row, rights: dict[str, bool]) -> Row:
    names = (
        "ID",
        "NAME",
        "DESCRIPTION",
        "COLOR",
        "TEXT_COLOR",
        "CAL_TYPE",
        "OWNER_ID",
        "CREATED_BY",
        "DATE_CREATE",
        "TIMESTAMP_X",
    )
    nothing = ("GAPI_CALENDAR_ID", "CAL_DAV_CON", "SYNC_TOKEN", "PAGE_TOKEN")
    return {
        **{name: str(row[name]) for name in names}, **dict.fromkeys(nothing), "EXPORT": row["EXPORT"],
        "EXTERNAL_TYPE": "local", "ACCESS": {f"U{row['OWNER_ID']}": 19}, "IS_COLLAB": False, "PERM": rights,
    }  # fmt: skip


def _found(call: Call) -> Row:
    kind, owner = place(call)
    number = call.int("id")
    if not number:
        raise RestError.plain("Section ID is not set")
    row = call.portal.table(TABLE).get(number)
    if row is None or (row["CAL_TYPE"], row["OWNER_ID"]) != (kind, owner) or not may_edit(call, kind, owner):
        raise RestError.plain("Access denied")
    return row


@method("calendar.section.update", scope="calendar")
def update(call: Call) -> Any:
    row = _found(call)
    stamp = call.portal.clock.local().strftime("%Y-%m-%d %H:%M:%S")
    call.portal.table(TABLE).update(row["ID"], **_kept(call), TIMESTAMP_X=stamp)
    _told(call, "UPDATE", row)
    return row["ID"]


@method("calendar.section.delete", scope="calendar")
def delete(call: Call) -> Any:
    """A section with its events."""
    row = _found(call)
    for one in call.portal.table("calendar_event").where(SECTION_ID=row["ID"]):
        call.portal.table("calendar_event").delete(one["ID"])
    call.portal.table(TABLE).delete(row["ID"])
    _told(call, "DELETE", row)
    return True


# --- settings of a person

SETTINGS: Row = {
    "view": "month", "showDeclined": True, "denyBusyInvitation": False, "collapseOffHours": "N", "showWeekNumbers": "N",
    "showTasks": "Y", "syncTasks": "N", "showCompletedTasks": "N", "lastUsedSection": "false", "sendFromEmail": "",
    "defaultSections": {}, "syncPeriodPast": "3", "syncPeriodFuture": "12",
    "defaultReminders": {"fullDay": [], "withTime": [{"type": "min", "count": 15}]}, "timezoneDefaultName": "",
}  # fmt: skip


@method("calendar.user.settings.get", scope="calendar")
def settings_get(call: Call) -> Any:
    first = str(of(call.portal, USER, call.user_id)[0]["ID"])
    person = call.portal.users.get(call.user_id) or {}
    offset = call.portal.clock.local().utcoffset()
    own = call.portal.table("calendar_user").get(call.user_id) or {}
    zone = person.get("TIME_ZONE") or str(call.portal.clock.zone)
    return {
        **SETTINGS, "meetSection": first, "crmSection": first, "timezoneName": zone,
        "timezoneOffsetUTC": int(offset.total_seconds()) if offset else 0, "work_time_start": "9.00",
        "work_time_end": "18.00", **own.get("SETTINGS", {}),
    }  # fmt: skip


@method("calendar.user.settings.set", scope="calendar")
def settings_set(call: Call) -> Any:
    needed(call, "settings")
    table = call.portal.table("calendar_user")
    own = (table.get(call.user_id) or {}).get("SETTINGS", {})
    given = {
        key: value
        for key, value in as_map(call.get("settings")).items()
        if key in {*SETTINGS, "meetSection", "crmSection"}
    }
    table.put(call.user_id, {"SETTINGS": {**own, **given}})
    return True


def section_for(call: Call, kind: str, owner: int) -> Row:
    """The section of a new event: the named one, else the owner's first."""
    number = to_int(call.get("section"))
    if not number:
        return of(call.portal, kind, owner)[0]
    row = call.portal.table(TABLE).get(number)
    if row is None or (row["CAL_TYPE"], row["OWNER_ID"]) != (kind, owner):
        raise RestError.plain("You specified an invalid calendar section ID or the user does not have access to it")
    return row
