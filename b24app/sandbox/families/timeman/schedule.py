"""timeman.schedule.get: the schedule of the whole company, number 1, made of the portal's working time.

Source: `api-reference/timeman/schedule/timeman-schedule-get.md`.
"""

from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.org.worktime import DEFAULTS

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def hours(portal: Portal) -> tuple[int, int]:
    """Begin and end of the portal's workday in seconds from midnight."""
    settings = {**DEFAULTS, **portal.setting("calendar", {})}
    return _seconds(settings["work_time_start"]), _seconds(settings["work_time_end"])


def _seconds(text: Any) -> int:
    """`9.30` is half past nine."""
    whole, _, minutes = str(text).partition(".")
    return int(whole) * 3600 + int(minutes or 0) * 60


@method("timeman.schedule.get", scope="timeman")
def get(call: Call) -> Any:
    if call.int("id") != 1:
        return []
    begin, end = hours(call.portal)
    free = {**DEFAULTS, **call.portal.setting("calendar", {})}["week_holidays"]
    days = "".join(str(number) for number, day in enumerate(DAYS, 1) if day not in free)
    shift = {
        "ID": 1, "NAME": "", "BREAK_DURATION": 3600, "WORK_TIME_START": begin, "WORK_TIME_END": end, "WORK_DAYS": days,
        "SCHEDULE_ID": 1, "DELETED": False,
    }  # fmt: skip
    return {
        "ID": 1, "NAME": "Для всех сотрудников", "SCHEDULE_TYPE": "FIXED", "REPORT_PERIOD": "MONTH",
        "REPORT_PERIOD_OPTIONS": {"START_WEEK_DAY": 0}, "CALENDAR_ID": 1, "ALLOWED_DEVICES": {"browser": True},
        "DELETED": "0", "IS_FOR_ALL_USERS": True, "WORKTIME_RESTRICTIONS": ["[]"], "CONTROLLED_ACTIONS": 3,
        "UPDATED_BY": 1, "DELETED_BY": 0, "DELETED_AT": "", "CREATED_BY": 0, "CREATED_AT": call.portal.iso(),
        "SHIFTS": [shift],
        "CALENDAR": {"ID": 1, "NAME": "", "PARENT_CALENDAR_ID": 0, "SYSTEM_CODE": "", "EXCLUSIONS": []},
        "SCHEDULE_VIOLATION_RULES": {
            "ID": 1, "SCHEDULE_ID": 1, "ENTITY_CODE": "UA", "MAX_EXACT_START": begin + 900, "MIN_EXACT_END": end - 900,
            "MAX_OFFSET_START": -1, "MIN_OFFSET_END": -1, "MIN_DAY_DURATION": 28800,
        },
    }  # fmt: skip
