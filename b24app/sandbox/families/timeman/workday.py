"""timeman.status, open, pause, close, settings: the workday of an employee, in the employee's own zone.

Source: `api-reference/timeman/base/*.md`.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from b24app.sandbox.clock import local_offset
from b24app.sandbox.families.timeman.schedule import hours
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row

OPENED, CLOSED, PAUSED, EXPIRED = "OPENED", "CLOSED", "PAUSED", "EXPIRED"
SCOPE = "timeman"


def whose(call: Call) -> Row:
    """The employee a call speaks of; somebody else's day is an administrator's or a head's business."""
    number = call.int("USER_ID") or call.user_id
    user = call.portal.users.get(number)
    if user is None:
        raise RestError.plain("User not found")
    if number != call.user_id and not call.is_admin and not is_head(call.portal, call.user_id, user):
        raise access_denied()
    return user


def is_head(portal: Portal, head: int, user: Row) -> bool:
    """Whether somebody heads a department of this employee."""
    own = [portal.table("department").get(number) for number in user.get("UF_DEPARTMENT") or []]
    return any(row and row.get("UF_HEAD") == head for row in own)


def zone_of(portal: Portal, user: Row) -> ZoneInfo:
    """The employee's zone, else the portal's."""
    return ZoneInfo(user["TIME_ZONE"]) if user.get("TIME_ZONE") else portal.clock.zone


def last_day(portal: Portal, user: Row) -> Row | None:
    """The latest workday of an employee, finished or not."""
    rows = portal.table("workday").where(USER_ID=user["ID"])
    return rows[-1] if rows else None


def state(portal: Portal, day: Row | None) -> str:
    """Where the day stands; one that was opened on an earlier date and not closed has expired."""
    if day is None or day["FINISH"]:
        return CLOSED
    begun = datetime.fromisoformat(day["START"])
    if begun.date() < portal.now().astimezone(begun.tzinfo).date():
        return EXPIRED
    return PAUSED if day["PAUSED_AT"] else OPENED


def printed(portal: Portal, user: Row) -> Row:
    """The day as every method of the family answers."""
    day = last_day(portal, user)
    found = state(portal, day)
    if day is None:
        day = _empty(portal, user, None)
    shown = {
        "STATUS": found, "TIME_START": day["START"], "TIME_FINISH": day["FINISH"],
        "DURATION": clock_face(worked(day)), "TIME_LEAKS": clock_face(_leaks(portal, day)), "ACTIVE": day["ACTIVE"],
        **{name: day[name] for name in ("IP_OPEN", "IP_CLOSE", "LAT_OPEN", "LON_OPEN", "LAT_CLOSE", "LON_CLOSE")},
        "TZ_OFFSET": day["TZ_OFFSET"],
    }  # fmt: skip
    return {**shown, "TIME_FINISH_DEFAULT": _end_of(portal, day)} if found == EXPIRED else shown


def _empty(portal: Portal, user: Row, start: datetime | None) -> Row:
    now = start or portal.now()
    offset = now.astimezone(zone_of(portal, user)).utcoffset() or timedelta()
    return {
        "USER_ID": user["ID"], "START": _iso(portal, user, start) if start else None, "FINISH": None, "LEAKS_S": 0,
        "PAUSED_AT": None, "ACTIVE": True, "IP_OPEN": "", "IP_CLOSE": "", "LAT_OPEN": 0, "LON_OPEN": 0, "LAT_CLOSE": 0,
        "LON_CLOSE": 0, "TZ_OFFSET": int(offset.total_seconds()),
    }  # fmt: skip


def _iso(portal: Portal, user: Row, moment: datetime) -> str:
    return moment.astimezone(local_offset(zone_of(portal, user), moment)).isoformat(timespec="seconds")


def clock_face(seconds: float) -> str:
    """`HH:MM:SS`."""
    whole = max(int(seconds), 0)
    return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"


def worked(day: Row) -> int:
    """Seconds of a finished day without its breaks; nothing while it lasts."""
    if not day["FINISH"]:
        return 0
    length = datetime.fromisoformat(day["FINISH"]) - datetime.fromisoformat(day["START"])
    return int(length.total_seconds()) - int(day["LEAKS_S"])


def _leaks(portal: Portal, day: Row) -> float:
    paused = day["PAUSED_AT"]
    return float(day["LEAKS_S"]) + (_since(portal, paused) if paused else 0)


def _since(portal: Portal, moment: str) -> float:
    return max((portal.now() - datetime.fromisoformat(moment)).total_seconds(), 0)


def _end_of(portal: Portal, day: Row) -> str:
    begun = datetime.fromisoformat(day["START"])
    midnight = begun.replace(hour=0, minute=0, second=0)
    return (midnight + timedelta(seconds=hours(portal)[1])).isoformat()


# --- methods


@method("timeman.status", scope=SCOPE)
def status(call: Call) -> Any:
    return printed(call.portal, whose(call))


@method("timeman.open", scope=SCOPE)
def open_(call: Call) -> Any:
    """Begin the day, go on after a pause, or take up a day of the same date that was closed."""
    user, portal = whose(call), call.portal
    day, table, moment = last_day(portal, user), portal.table("workday"), _time(call)
    found = state(portal, day)
    if day is None or (found == CLOSED and not _today(portal, day)):
        start = moment or portal.now()
        if start.astimezone(zone_of(portal, user)).date() != portal.now().astimezone(zone_of(portal, user)).date():
            raise RestError("WRONG_DATETIME", "Day open date should correspond to the current date")
        place = {"LAT_OPEN": call.get("LAT") or 0, "LON_OPEN": call.get("LON") or 0, "IP_OPEN": call.source}
        table.add({**_empty(portal, user, start), **place, "ACTIVE": moment is None})
    elif found == PAUSED:
        if moment:
            raise RestError("TIME", "Unable to set time, work day is paused")
        table.update(day["ID"], LEAKS_S=int(_leaks(portal, day)), PAUSED_AT=None)
    elif found == CLOSED:
        table.update(day["ID"], FINISH=None, LEAKS_S=day["LEAKS_S"] + int(_since(portal, day["FINISH"])))
    return printed(portal, user)


@method("timeman.pause", scope=SCOPE)
def pause(call: Call) -> Any:
    user, portal = whose(call), call.portal
    day = last_day(portal, user)
    if day is not None and state(portal, day) in {OPENED, CLOSED} and _today(portal, day):
        portal.table("workday").update(day["ID"], FINISH=None, PAUSED_AT=_iso(portal, user, portal.now()))
    return printed(portal, user)


@method("timeman.close", scope=SCOPE)
def close(call: Call) -> Any:
    """End the day; one that expired ends when its hours end, unless a time of that date is given."""
    user, portal = whose(call), call.portal
    day, moment = last_day(portal, user), _time(call)
    if day is None or day["FINISH"]:
        return printed(portal, user)
    begun = datetime.fromisoformat(day["START"])
    default = datetime.fromisoformat(_end_of(portal, day)) if state(portal, day) == EXPIRED else portal.now()
    finish = (moment or default).astimezone(begun.tzinfo)
    if finish.date() != begun.date():
        raise RestError("WRONG_DATETIME", "Day close date should correspond to the day open date")
    place = {"LAT_CLOSE": call.get("LAT") or 0, "LON_CLOSE": call.get("LON") or 0, "IP_CLOSE": call.source}
    leaks = int(_leaks(portal, day))
    portal.table("workday").update(
        day["ID"], FINISH=finish.isoformat(timespec="seconds"), LEAKS_S=leaks, PAUSED_AT=None,
        ACTIVE=day["ACTIVE"] and moment is None, **place,
    )  # fmt: skip
    return printed(portal, user)


def _today(portal: Portal, day: Row) -> bool:
    begun = datetime.fromisoformat(day["START"])
    return begun.date() == portal.now().astimezone(begun.tzinfo).date()


def _time(call: Call) -> datetime | None:
    return moments.moment(call.get("TIME"), call.portal.clock)


@method("timeman.settings", scope=SCOPE)
def settings(call: Call) -> Any:
    user = whose(call)
    begin, end = hours(call.portal)
    shown = {
        "UF_TIMEMAN": True, "UF_TM_FREE": False, "UF_TM_MAX_START": clock_face(begin + 900),
        "UF_TM_MIN_FINISH": clock_face(end - 900), "UF_TM_MIN_DURATION": "08:00:00",
        "UF_TM_ALLOWED_DELTA": "00:15:00",
    }  # fmt: skip
    return {**shown, "ADMIN": call.is_admin} if user["ID"] == call.user_id else shown
