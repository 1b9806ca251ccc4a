"""placement.* and userfieldtype.*: where an application may show itself, and what it registered.

Source: `api-reference/widgets/placement-*.md`, `widgets/placements.md`, `widgets/user-field/*.md`; platform.md 1.9, 1.11.
"""

import re
from typing import Any

from b24app.sandbox.kernel.errors import RestError, bad_argument, core_error
from b24app.sandbox.kernel.handlers import check_handler
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, Only, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

_CRM = ("LEAD", "DEAL", "CONTACT", "COMPANY", "QUOTE", "SMART_INVOICE", "ORDER")
_CRM_PLACES = (
    "DETAIL_TAB", "DETAIL_ACTIVITY", "DETAIL_TOOLBAR", "LIST_MENU", "LIST_TOOLBAR", "ACTIVITY_TIMELINE_MENU",
    "DOCUMENTGENERATOR_BUTTON", "ROBOT_DESIGNER_TOOLBAR",
)  # fmt: skip
GLOBAL = "_global"
SCOPES: dict[str, str] = {
    **{f"CRM_{kind}_{place}": "crm" for kind in _CRM for place in _CRM_PLACES},
    **dict.fromkeys(("CRM_ACTIVITY_LIST_MENU", "CRM_ACTIVITY_LIST_TOOLBAR", "CRM_ANALYTICS_MENU",
                     "CRM_ANALYTICS_TOOLBAR", "CRM_BANK_DETAIL_AUTOCOMPLETE", "CRM_DETAIL_SEARCH",
                     "CRM_FUNNELS_TOOLBAR", "CRM_REQUISITE_AUTOCOMPLETE"), "crm"),
    **dict.fromkeys(("IM_CONTEXT_MENU", "IM_NAVIGATION", "IM_SIDEBAR", "IM_TEXTAREA", "IMMOBILE_CONTEXT_MENU"), "im"),
    **dict.fromkeys(("TASK_GROUP_LIST_TOOLBAR", "TASK_LIST_CONTEXT_MENU", "TASK_ROBOT_DESIGNER_TOOLBAR",
                     "TASK_USER_LIST_TOOLBAR", "TASK_VIEW_SIDEBAR", "TASK_VIEW_TAB", "TASK_VIEW_TOP_PANEL"), "task"),
    **dict.fromkeys(("SONET_GROUP_DETAIL_TAB", "SONET_GROUP_ROBOT_DESIGNER_TOOLBAR", "SONET_GROUP_TOOLBAR"),
                    "sonet_group"),
    **dict.fromkeys(("USER_PROFILE_MENU", "USER_PROFILE_TOOLBAR"), "user"),
    **dict.fromkeys(("CALL_CARD", "TELEPHONY_ANALYTICS_MENU"), "telephony"),
    "CALENDAR_GRIDVIEW": "calendar", "CONTACT_CENTER": "contact_center",
    **dict.fromkeys(("BI_ANALYTICS_MENU", "LEFT_MENU", "PAGE_BACKGROUND_WORKER", "REST_APP_URI"), GLOBAL),
}  # fmt: skip
ONE_HANDLER = frozenset({"PAGE_BACKGROUND_WORKER", "REST_APP_URI"})
WITH_ICON = frozenset({"IM_TEXTAREA", "IM_SIDEBAR", "IM_NAVIGATION"})
WITHOUT_OPTIONS = re.compile(r"CRM_.*_DETAIL_TAB|LEFT_MENU")
_DYNAMIC = re.compile(rf"CRM_DYNAMIC_\d+_(?:{'|'.join(_CRM_PLACES)})")
_TYPE_ID = re.compile(r"[a-z0-9_]+")


def scope_of(code: str) -> str | None:
    """The scope a placement needs beside `placement`; None for an unknown code."""
    return "crm" if _DYNAMIC.fullmatch(code) else SCOPES.get(code)


def bound(portal: Portal, code: str, app_id: int | None = None) -> list[Row]:
    """Handlers of a placement that are shown to people: their applications have finished the installation."""
    rows = portal.table("placement").where(PLACEMENT=code)
    shown = (row for row in rows if (app := portal.apps.get(row["APP_ID"])) and app["INSTALLED"])
    return [row for row in shown if app_id is None or row["APP_ID"] == app_id]


@method("placement.bind", scope="placement", only=Only.ADMIN_APPLICATION)
def bind(call: Call) -> Any:
    try:
        code, url = str(call.argument("PLACEMENT")).upper(), str(call.argument("HANDLER"))
    except RestError as error:
        error.status = 200  # the page of placement.bind says so: an `error` body with a good status
        raise
    scope = scope_of(code)
    if code == "DEFAULT":
        raise RestError("ERROR_ARGUMENT", "Wrong value of the argument 'PLACEMENT'", argument="PLACEMENT")
    if scope is None or not call.caller.may(scope):
        raise RestError("ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
    check_handler(url)
    row = {"APP_ID": call.app["ID"], "PLACEMENT": code, "HANDLER": url, **_texts(call), **_options(call, code)}
    _refuse_second(call, row)
    call.portal.table("placement").add(row)
    return True


def _refuse_second(call: Call, row: Row) -> None:
    mine = call.portal.table("placement").where(APP_ID=row["APP_ID"], PLACEMENT=row["PLACEMENT"])
    if row["PLACEMENT"] in ONE_HANDLER and any(one["USER_ID"] == row["USER_ID"] for one in mine):
        raise RestError("ERROR_PLACEMENT_MAX_COUNT", "Placement max count", 200)
    if any(one["HANDLER"] == row["HANDLER"] and one["USER_ID"] == row["USER_ID"] for one in mine):
        raise core_error("Unable to set placement handler: Handler already binded")


def _texts(call: Call) -> dict[str, Any]:
    languages = {str(code).lower(): as_map(texts) for code, texts in call.map("LANG_ALL").items()}
    default = languages.get("ru") or languages.get("en") or next(iter(languages.values()), {})
    return {
        "TITLE": str(call.get("TITLE") or default.get("TITLE") or ""),
        "DESCRIPTION": str(call.get("DESCRIPTION") or default.get("DESCRIPTION") or ""),
        "GROUP_NAME": str(call.get("GROUP_NAME") or default.get("GROUP_NAME") or ""),
        "LANG_ALL": languages,
    }


def _options(call: Call, code: str) -> dict[str, Any]:
    options, user = call.map("OPTIONS"), call.int("USER_ID")
    if user and code != "PAGE_BACKGROUND_WORKER":
        raise RestError("ERROR_PLACEMENT_USER_MODE", "User mode is not available", 200)
    if code == "PAGE_BACKGROUND_WORKER" and not options.get("errorHandlerUrl"):
        raise RestError("EMPTY_ERROR_HANDLER_URL", "Parameter OPTIONS[errorHandlerUrl] is empty", 200)
    if code in WITH_ICON and not options.get("iconName"):
        raise bad_argument("iconName")
    if options and WITHOUT_OPTIONS.fullmatch(code):
        call.portal.tell(f"OPTIONS of {code} were ignored", app=call.app["ID"])
        options = {}
    return {"OPTIONS": options, "USER_ID": user}


@method("placement.get", scope="placement", only=Only.APPLICATION)
def get(call: Call) -> Any:
    return [
        {
            "placement": row["PLACEMENT"], "userId": row["USER_ID"], "handler": row["HANDLER"],
            "options": row["OPTIONS"], "title": row["TITLE"], "description": row["DESCRIPTION"],
            "langAll": row["LANG_ALL"],
        }
        for row in call.portal.table("placement").where(APP_ID=call.app["ID"])
    ]  # fmt: skip


@method("placement.unbind", scope="placement", only=Only.ADMIN_APPLICATION)
def unbind(call: Call) -> Any:
    """Remove handlers; each counts twice, once as found and once as removed."""
    code, url = str(call.argument("PLACEMENT")).upper(), call.get("HANDLER")
    rows = call.portal.table("placement").where(APP_ID=call.app["ID"], PLACEMENT=code)
    if url:
        rows = [row for row in rows if row["HANDLER"] == url]
    if call.params.has("USER_ID"):
        rows = [row for row in rows if row["USER_ID"] == call.int("USER_ID")]
    for row in rows:
        call.portal.table("placement").delete(row["ID"])
    return {"count": 2 * len(rows)}


@method("placement.list", scope="placement", only=Only.APPLICATION)
def listing(call: Call) -> Any:
    wanted = str(call.get("SCOPE") or "")
    full = str(call.get("FULL") or "").lower() not in {"", "0", "false", "n"}
    codes = {**SCOPES, **_dynamic_codes(call.portal)}
    if wanted:
        return [code for code, scope in codes.items() if scope == wanted]
    return [code for code, scope in codes.items() if full or scope == GLOBAL or call.caller.may(scope)]


def _dynamic_codes(portal: Portal) -> dict[str, str]:
    numbers = [to_int(row.get("entityTypeId")) for row in portal.table("crm_type")]
    return {f"CRM_DYNAMIC_{number}_{place}": "crm" for number in numbers for place in _CRM_PLACES}


# --- types of user fields


def field_type(portal: Portal, code: str) -> Row | None:
    """The registered type behind a full code, `rest_<application>_<type>`."""
    found = re.fullmatch(r"rest_(\d+)_(.+)", code)
    if found is None:
        return None
    return portal.table("userfieldtype").first(APP_ID=int(found[1]), USER_TYPE_ID=found[2])


@method("userfieldtype.add", scope="placement", only=Only.ADMIN_APPLICATION)
def type_add(call: Call) -> Any:
    code, url = str(call.argument("USER_TYPE_ID")), str(call.argument("HANDLER"))
    check_handler(url)
    if not _TYPE_ID.fullmatch(code) or len(f"rest_{call.app['ID']}_{code}") > 50:
        raise bad_argument("USER_TYPE_ID", "Wrong value of the argument 'USER_TYPE_ID'")
    table = call.portal.table("userfieldtype")
    same = table.where(lambda row: row["HANDLER"] == url or row["USER_TYPE_ID"] == code, APP_ID=call.app["ID"])
    if same:
        raise core_error("Unable to set placement handler: Handler already binded")
    table.add({"APP_ID": call.app["ID"], "USER_TYPE_ID": code, "HANDLER": url, **_type_texts(call)})
    return True


def _type_texts(call: Call) -> dict[str, Any]:
    return {
        "TITLE": str(call.get("TITLE") or ""),
        "DESCRIPTION": str(call.get("DESCRIPTION") or ""),
        "OPTIONS": {"height": to_int(call.map("OPTIONS").get("height"))},
    }


@method("userfieldtype.update", scope="placement", only=Only.ADMIN_APPLICATION)
def type_update(call: Call) -> Any:
    row = _type(call)
    changes = {name: value for name, value in _type_texts(call).items() if call.params.has(name)}
    if call.get("HANDLER"):
        check_handler(str(call.get("HANDLER")))
        changes["HANDLER"] = str(call.get("HANDLER"))
    call.portal.table("userfieldtype").update(row["ID"], **changes)
    return True


@method("userfieldtype.delete", scope="placement", only=Only.ADMIN_APPLICATION)
def type_delete(call: Call) -> Any:
    call.portal.table("userfieldtype").delete(_type(call)["ID"])
    return True


def _type(call: Call) -> Row:
    code = str(call.argument("USER_TYPE_ID"))
    row = call.portal.table("userfieldtype").first(APP_ID=call.app["ID"], USER_TYPE_ID=code)
    if row is None:
        raise RestError("ERROR_NOT_FOUND", "User Field Type not found")
    return row


@method("userfieldtype.list", scope="placement", only=Only.ADMIN_APPLICATION)
def type_list(call: Call) -> Any:
    rows = call.portal.table("userfieldtype").where(APP_ID=call.app["ID"])
    names = ("USER_TYPE_ID", "HANDLER", "TITLE", "DESCRIPTION")
    return Answer([{name: row[name] for name in names} for row in rows], len(rows))
