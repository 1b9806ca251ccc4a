"""Methods that an administrator must allow an application, one token at a time.

Source: `api-reference/scopes/confirmation.md`, `common/events/on-app-method-confirm.md`. The list has one method.
"""

from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method, to_int

WAITING, ALLOWED, DENIED = "waiting", "allowed", "denied"


@method("voximplant.user.get", scope="telephony")
def voximplant_user_get(call: Call) -> Any:
    confirmed(call)
    wanted = [to_int(one) for one in call.rows("USER_ID")]
    return [
        {
            "ID": str(number), "DEFAULT_LINE": None, "PHONE_ENABLED": "N", "SIP_SERVER": None, "SIP_LOGIN": None,
            "SIP_PASSWORD": None, "INNER_NUMBER": (call.portal.users.get(number) or {}).get("UF_PHONE_INNER") or None,
        }
        for number in wanted
        if number in call.portal.users
    ]  # fmt: skip


def confirmed(call: Call) -> None:
    """Let a webhook pass, and a token that an administrator allowed; the first call asks, later ones wait."""
    if call.app_id is None:
        return
    table, key = call.portal.table("confirmation"), f"{call.caller.token}:{call.method}"
    row = table.get(key) or table.put(key, {"TOKEN": call.caller.token, "METHOD": call.method, "STATE": WAITING})
    if row["STATE"] == WAITING:
        raise RestError("METHOD_CONFIRM_WAITING", "Waiting for confirmation", 401)
    if row["STATE"] == DENIED:
        raise RestError("METHOD_CONFIRM_DENIED", "Method call denied", 403)


def decide(portal: Portal, *, allow: bool) -> int:
    """An administrator's answer to everything that waits; tells how many questions there were."""
    waiting = [row for row in portal.table("confirmation") if row["STATE"] == WAITING]
    for row in waiting:
        key = f"{row['TOKEN']}:{row['METHOD']}"
        portal.table("confirmation").update(key, STATE=ALLOWED if allow else DENIED)
        token = portal.table("token").get(row["TOKEN"]) or {}
        data = {"TOKEN": row["TOKEN"], "METHOD": row["METHOD"], "CONFIRMED": str(int(allow)), "LANGUAGE_ID": "ru"}
        portal.raise_event("ONAPPMETHODCONFIRM", data, user=None, only_app=token.get("APP_ID"))
    return len(waiting)
