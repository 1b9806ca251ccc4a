"""crm.automation.trigger.*: "something happened", said by an application or by an incoming webhook.

Source: `crm/automation/`. `execute` answers true whether or not a rule of the pipeline moves the element.
"""

import re
from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row

_CODE = re.compile(r"[a-z0-9.\-_]+")


@method("crm.automation.trigger.add", scope="crm")
def add(call: Call) -> Any:
    app = _application(call)
    code, name = _code(call), str(call.get("NAME") or "")
    if not name:
        raise RestError.plain("Empty trigger name!")
    row = _found(call, code)
    table = call.portal.table("crm_trigger")
    if row:
        table.update(row["ID"], NAME=name)
    else:
        table.add({"APP_ID": app, "CODE": code, "NAME": name})
    return True


@method("crm.automation.trigger.list", scope="crm")
def listing(call: Call) -> Any:
    rows = call.portal.table("crm_trigger").where(APP_ID=_application(call))
    return [{"NAME": row["NAME"], "CODE": row["CODE"]} for row in rows]


@method("crm.automation.trigger.delete", scope="crm")
def delete(call: Call) -> Any:
    _application(call)
    call.portal.table("crm_trigger").delete(_needed(call)["ID"])
    return True


@method("crm.automation.trigger.execute", scope="crm")
def execute(call: Call) -> Any:
    _application(call)
    row = _needed(call)
    kind = kinds.find(call.portal, call.int("OWNER_TYPE_ID"))
    if kind is None:
        raise RestError.plain("Incorrect parameter OWNER_TYPE_ID.")
    number = call.int("OWNER_ID")
    if number not in kind.rows(call.portal):
        raise RestError.plain("Incorrect parameter OWNER_ID.")
    call.portal.signal("crm.trigger", code=row["CODE"], app=row["APP_ID"], kind=kind, number=number)
    call.portal.tell(f"trigger {row['CODE']} was executed for {kind.name} {number}", app=row["APP_ID"])
    return True


@method("crm.automation.trigger", scope="crm")
def webhook(call: Call) -> Any:
    """The trigger «Отследить входящий вебхук»: `target` is DEAL_57."""
    target = str(call.get("target") or "")
    if not target:
        raise RestError.plain("Target is not set.")
    name, _, number = target.rpartition("_")
    kind = kinds.by_name(call.portal, name)
    if kind is None or to_int(number) not in kind.rows(call.portal):
        raise RestError.plain("Target is not set.")
    call.portal.signal("crm.trigger", code=str(call.get("code") or ""), app=None, kind=kind, number=to_int(number))
    return True


def _code(call: Call) -> str:
    code = str(call.get("CODE") or "")
    if not code:
        raise RestError.plain("Empty trigger code!")
    if not _CODE.fullmatch(code):
        raise RestError.plain("Wrong trigger code!")
    return code


def _found(call: Call, code: str) -> Row | None:
    return call.portal.table("crm_trigger").first(APP_ID=call.app_id, CODE=code)


def _needed(call: Call) -> Row:
    code = _code(call)
    row = _found(call, code)
    if row is None:
        raise RestError.plain(f"Trigger with code {code} is not registered.")
    return row


def _application(call: Call) -> int:
    if call.app_id is None:
        raise access_denied("Access denied! Application context required", 400)
    if not call.is_admin:
        raise access_denied("Access denied! Admin permissions required", 400)
    return call.app_id
