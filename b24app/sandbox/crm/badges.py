"""Kanban badges and kinds of activities that applications register.

Source: `crm/timeline/activities/configurable/badges/`, `crm/timeline/activities/types/`.
"""

from typing import Any

from b24app.sandbox.crm import values
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row

NAMES = ("code", "title", "value", "type")
TYPES = ("success", "failure", "warning", "primary", "secondary")


@method("crm.activity.badge.add", scope="crm")
def badge_add(call: Call) -> Any:
    _admin(call)
    row = {name: call.get(name) for name in NAMES}
    for name, value in row.items():
        if value in (None, "", {}):
            raise RestError("REQUIRED_ARG_MISSING", f"Required argument '{name}' is missing")
    if row["type"] not in TYPES:
        raise RestError("INVALID_ARG_VALUE", f"Badge type must be one of: {', '.join(TYPES)}")
    return {"badge": call.portal.table("crm_badge").put(str(row["code"]), row)}


@method("crm.activity.badge.get", scope="crm")
def badge_get(call: Call) -> Any:
    return {"badge": _badge(call)}


@method("crm.activity.badge.list", scope="crm")
def badge_list(call: Call) -> Any:
    return {"badges": list(call.portal.table("crm_badge"))}


@method("crm.activity.badge.delete", scope="crm")
def badge_delete(call: Call) -> Any:
    _admin(call)
    call.portal.table("crm_badge").delete(str(_badge(call)["code"]))
    return True


def _badge(call: Call) -> Row:
    row = call.portal.table("crm_badge").get(str(call.need("code")))
    if row is None:
        raise RestError("NOT_FOUND", "Бейдж не найден")
    return row


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise access_denied("Access denied.", 400)


# --- kinds of activities of one application


@method("crm.activity.type.add", scope="crm")
def type_add(call: Call) -> Any:
    app = _application(call)
    fields = {str(name).upper(): value for name, value in call.map("fields").items()}
    code = str(fields.get("TYPE_ID") or "")
    if not code:
        raise RestError("INVALID_ARG_VALUE", "The required field TYPE_ID is not filled")
    if type_of(call, code):
        raise RestError("INVALID_ARG_VALUE", f"Custom activity type {code} already exists")
    icon = values.file(call.portal, fields.get("ICON_FILE"))
    call.portal.table("crm_activity_type").add({
        "APP_ID": app, "TYPE_ID": code, "NAME": str(fields.get("NAME") or ""), "ICON_ID": icon["ID"] if icon else 0,
        "IS_CONFIGURABLE_TYPE": values.flag(fields.get("IS_CONFIGURABLE_TYPE")),
    })  # fmt: skip
    return True


@method("crm.activity.type.list", scope="crm")
def type_list(call: Call) -> Any:
    rows = call.portal.table("crm_activity_type").where(APP_ID=_application(call))
    names = ("TYPE_ID", "NAME", "IS_CONFIGURABLE_TYPE")
    return [{**{name: row[name] for name in names}, "ICON_ID": str(row["ICON_ID"])} for row in rows]


@method("crm.activity.type.delete", scope="crm")
def type_delete(call: Call) -> Any:
    _application(call)
    row = type_of(call, str(call.get("TYPE_ID") or ""))
    if row is None:
        raise RestError("INVALID_ARG_VALUE", "Custom activity type does not exist")
    call.portal.table("crm_activity_type").delete(row["ID"])
    return True


def type_of(call: Call, code: str) -> Row | None:
    """A kind that the calling application registered."""
    return call.portal.table("crm_activity_type").first(APP_ID=call.app_id, TYPE_ID=code)


def _application(call: Call) -> int:
    if call.app_id is None:
        raise access_denied("Access denied! Application context required", 400)
    if not call.is_admin:
        raise access_denied("Access denied! Admin permissions required", 400)
    return call.app_id
