"""calendar.settings.get: the portal's working time as administrators set it.

Source: `api-reference/calendar/calendar-settings-get.md`; methods.md H. Hours are strings, minutes after a dot
("9.30"); a day without end says `23.59`.
"""

from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method

PATHS = {
    "path_to_user": "/company/personal/user/#user_id#/",
    "path_to_user_calendar": "/company/personal/user/#user_id#/calendar/",
    "path_to_group": "/workgroups/group/#group_id#/",
    "path_to_group_calendar": "/workgroups/group/#group_id#/calendar/",
    "path_to_vr": "", "path_to_rm": "", "path_to_type_company_calendar": "", "path_to_type_location": "",
    "path_to_type_open_event": "",
}  # fmt: skip
DEFAULTS: dict[str, Any] = {
    "work_time_start": "9", "work_time_end": "18",
    "year_holidays": "1.01,2.01,3.01,4.01,5.01,6.01,7.01,8.01,23.02,8.03,1.05,9.05,12.06,4.11", "year_workdays": "",
    "week_holidays": ["SA", "SU"], "week_start": "MO", "user_name_template": "#NAME# #LAST_NAME#",
    "sync_by_push": False, "user_show_login": True, "rm_iblock_type": "", "rm_iblock_id": "", "dep_manager_sub": True,
    "denied_superpose_types": [], "pathes_for_sites": "", "forum_id": "8", "rm_for_sites": True, **PATHS,
}  # fmt: skip


@method("calendar.settings.get", scope="calendar")
def settings_get(call: Call) -> Any:
    return {**DEFAULTS, **call.portal.setting("calendar", {})}


def change(portal: Portal, **settings: Any) -> None:
    """Set what administrators set on the page of calendar settings (control API)."""
    portal.set_setting("calendar", {**portal.setting("calendar", {}), **settings})
