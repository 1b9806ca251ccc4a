"""telephony.externalLine.*: outer lines of an application. Source: `telephony/telephony-external-line-*.md`."""

from typing import Any

from b24app.sandbox.families.kit.fields import yes_no
from b24app.sandbox.kernel.errors import core_error
from b24app.sandbox.kernel.registry import Call, Only, method
from b24app.sandbox.kernel.store import Row, Table

SCOPE = "telephony"


def _lines(call: Call) -> Table:
    return call.portal.table("external_line")


def _number(call: Call) -> str:
    number = str(call.get("NUMBER") or "").strip()
    if not number:
        raise core_error("NUMBER should not be empty")
    return number


def _found(call: Call) -> Row:
    number = _number(call)
    row = _lines(call).first(APP_ID=call.app["ID"], NUMBER=number)
    if row is None:
        raise core_error(f"Could not find line with number {number}")
    return row


@method("telephony.externalLine.add", scope=SCOPE, only=Only.APPLICATION)
def add(call: Call) -> Any:
    number, app = _number(call), call.app["ID"]
    if _lines(call).first(APP_ID=app, NUMBER=number):
        raise core_error("Line already exists")
    create = yes_no(call.get("CRM_AUTO_CREATE", default="Y"))
    row = {"APP_ID": app, "NUMBER": number, "NAME": str(call.get("NAME") or ""), "CRM_AUTO_CREATE": create}
    return {"ID": _lines(call).add(row)["ID"]}


@method("telephony.externalLine.update", scope=SCOPE, only=Only.APPLICATION)
def update(call: Call) -> Any:
    row, changes = _found(call), {}
    if call.get("NAME") is not None:
        changes["NAME"] = str(call.get("NAME"))
    if call.get("CRM_AUTO_CREATE") is not None:
        changes["CRM_AUTO_CREATE"] = yes_no(call.get("CRM_AUTO_CREATE"))
    if not changes:
        raise core_error("There are no fields to update")
    _lines(call).update(row["ID"], **changes)
    return {"ID": str(row["ID"])}


@method("telephony.externalLine.get", scope=SCOPE, only=Only.APPLICATION)
def get(call: Call) -> Any:
    names = ("NUMBER", "NAME", "CRM_AUTO_CREATE")
    return [{name: row[name] for name in names} for row in _lines(call).where(APP_ID=call.app["ID"])]


@method("telephony.externalLine.delete", scope=SCOPE, only=Only.APPLICATION)
def delete(call: Call) -> Any:
    _lines(call).delete(_found(call)["ID"])
    return []
