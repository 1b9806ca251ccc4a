"""timeman.timecontrol.* and timeman.networkrange.*: absences during the day, and the networks of the office.

Source: `api-reference/timeman/timecontrol/*.md`, `timeman/networkrange/*.md`.
"""

from datetime import datetime
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from b24app.sandbox.families.timeman import workday
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

SCOPE = "timeman"
DEFAULTS: Row = {
    "active": False, "minimum_idle_for_report": 15, "register_offline": True, "register_idle": True,
    "register_desktop": True, "report_request_type": "all", "report_request_users": [], "report_simple_type": "all",
    "report_simple_users": [], "report_full_type": "all", "report_full_users": [],
}  # fmt: skip
NETWORKS = [
    {"ip_range": "10.0.0.0-10.255.255.255", "name": "10.x.x.x"},
    {"ip_range": "172.16.0.0-172.31.255.255", "name": "172.x.x.x"},
    {"ip_range": "192.168.0.0-192.168.255.255", "name": "192.168.x.x"},
]
MONTHS = ("Январь", "Февраль", "Март", "Апрель", "Май", "Июнь", "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь",
          "Декабрь")  # fmt: skip


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise RestError("ACCESS_ERROR", "You don't have access to use this method", 403)


@method("timeman.timecontrol.settings.get", scope=SCOPE)
def settings_get(call: Call) -> Any:
    _admin(call)
    return {**DEFAULTS, **call.portal.setting("timecontrol", {})}


@method("timeman.timecontrol.settings.set", scope=SCOPE)
def settings_set(call: Call) -> Any:
    _admin(call)
    given = {name: call.get(name) for name in DEFAULTS if call.get(name) is not None}
    call.portal.set_setting("timecontrol", {**call.portal.setting("timecontrol", {}), **given})
    return True


@method("timeman.timecontrol.reports.settings.get", scope=SCOPE)
def reports_settings(call: Call) -> Any:
    headed = call.portal.table("department").where(UF_HEAD=call.user_id)
    known = {**DEFAULTS, **call.portal.setting("timecontrol", {})}
    return {
        "active": known["active"], "user_id": call.user_id, "user_admin": call.is_admin, "user_head": bool(headed),
        "departments": [{"id": str(row["ID"]), "name": row["NAME"]} for row in headed],
        "minimum_idle_for_report": known["minimum_idle_for_report"],
        "report_view_type": "full" if call.is_admin else "head" if headed else "simple",
    }  # fmt: skip


@method("timeman.timecontrol.reports.users.get", scope=SCOPE)
def reports_users(call: Call) -> Any:
    """Employees of the caller's departments, or of the named one."""
    own = (call.portal.users.get(call.user_id) or {}).get("UF_DEPARTMENT") or []
    wanted = {call.int("DEPARTMENT_ID")} if call.int("DEPARTMENT_ID") else set(own)
    staff = call.portal.users.where(lambda user: user["ACTIVE"] and user.get("USER_TYPE") == "employee")
    return [_person(call, user) for user in staff if wanted & set(user.get("UF_DEPARTMENT") or [])]


def _person(call: Call, user: Row) -> Row:
    return {
        "id": user["ID"], "name": f"{user.get('NAME', '')} {user.get('LAST_NAME', '')}".strip(),
        "first_name": user.get("NAME") or "", "last_name": user.get("LAST_NAME") or "",
        "work_position": user.get("WORK_POSITION") or "", "avatar": user.get("PERSONAL_PHOTO") or "",
        "personal_gender": user.get("PERSONAL_GENDER") or "", "last_activity_date": call.portal.iso(),
    }  # fmt: skip


@method("timeman.timecontrol.reports.get", scope=SCOPE)
def reports(call: Call) -> Any:
    """Workdays of a month; absences are registered by nobody here, so the days have no reports."""
    user, month, year = workday.whose(call), call.int("MONTH"), call.int("YEAR")
    days = [day for day in call.portal.table("workday").where(USER_ID=user["ID"]) if _in(day, year, month)]
    title = MONTHS[month - 1] if 1 <= month <= 12 else ""
    shown = [_day(call, day) for day in days]
    return {"report": {"month_title": title, "days": shown}, "user": {**_person(call, user), "active": user["ACTIVE"]}}


def _in(day: Row, year: int, month: int) -> bool:
    begun = datetime.fromisoformat(day["START"])
    return (begun.year, begun.month) == (year, month)


def _day(call: Call, day: Row) -> Row:
    begun, worked = datetime.fromisoformat(day["START"]), workday.worked(day)
    return {
        "index": f"{begun:%Y%m%d}", "day_title": f"{begun:%d.%m.%Y}", "workday_complete": bool(day["FINISH"]),
        "workday_date_start": day["START"], "workday_date_finish": day["FINISH"],
        "workday_time_leaks_user": day["LEAKS_S"], "workday_time_leaks_real": 0, "workday_time_leaks_final": 0,
        "workday_duration": worked, "workday_duration_final": worked,
        "workday_duration_config": to_int(call.get("WORKDAY_HOURS"), 8) * 3600, "reports": [],
    }  # fmt: skip


@method("timeman.timecontrol.report.add", scope=SCOPE)
def report_add(call: Call) -> Any:
    if not call.get("TEXT"):
        raise RestError("TEXT_EMPTY", "Text can't be empty")
    raise RestError("ACCESS_ERROR", "You don't have access for this report", 403)


# --- networks of the office


@method("timeman.networkrange.get", scope=SCOPE)
def ranges_get(call: Call) -> Any:
    _admin(call)
    return call.portal.setting("networks", NETWORKS)


@method("timeman.networkrange.set", scope=SCOPE)
def ranges_set(call: Call) -> Any:
    """All ranges or none: what cannot be read is told back."""
    _admin(call)
    if not isinstance(call.get("RANGES"), list | dict):
        raise RestError("INVALID_FORMAT", "A wrong format for the RANGES field is passed")
    given = [as_map(one) for one in as_list(call.get("RANGES"))]
    rows = [{"ip_range": str(one.get("ip_range") or ""), "name": str(one.get("name") or "")} for one in given]
    wrong = [row for row in rows if _ends(row["ip_range"]) is None]
    if wrong:
        return {"result": False, "error_ranges": wrong}
    call.portal.set_setting("networks", rows)
    return {"result": True}


@method("timeman.networkrange.check", scope=SCOPE)
def ranges_check(call: Call) -> Any:
    """The range an address belongs to, else false."""
    _admin(call)
    address = str(call.get("IP") or call.source)
    for row in call.portal.setting("networks", NETWORKS):
        ends, one = _ends(row["ip_range"]), _ends(address)
        if ends and one and ends[0] <= one[0] <= ends[1]:
            return {"ip": address, "range": row["ip_range"], "name": row["name"]}
    return False


def _ends(text: str) -> tuple[IPv4Address, IPv4Address] | None:
    first, _, last = text.partition("-")
    try:
        return IPv4Address(first.strip()), IPv4Address((last or first).strip())
    except AddressValueError:
        return None
