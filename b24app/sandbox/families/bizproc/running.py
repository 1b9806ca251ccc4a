"""A robot at work: the post to its application, the token it waits with, the answer (platform.md 5.2, 5.3)."""

import re
import secrets
from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

WORKFLOWS, TOKENS = "bp_workflow", "bp_token"
ENTITIES = {
    "LEAD": "CCrmDocumentLead", "DEAL": "CCrmDocumentDeal", "CONTACT": "CCrmDocumentContact",
    "COMPANY": "CCrmDocumentCompany", "QUOTE": "Bitrix\\Crm\\Integration\\BizProc\\Document\\Quote",
    "SMART_INVOICE": "Bitrix\\Crm\\Integration\\BizProc\\Document\\SmartInvoice",
}  # fmt: skip
DYNAMIC = "Bitrix\\Crm\\Integration\\BizProc\\Document\\Dynamic"
_PLACE = re.compile(r"\{=Document:([A-Z0-9_]+)\}")


def document(kind: kinds.Kind, number: int) -> list[str]:
    """The identifier of a CRM element among documents: `["crm", "CCrmDocumentDeal", "DEAL_57"]`."""
    return ["crm", ENTITIES.get(kind.name, DYNAMIC), f"{kind.name}_{number}"]


def element(portal: Portal, identifier: str) -> Row | None:
    """The CRM element behind `DEAL_57` or `DYNAMIC_156_7`."""
    name, _, number = identifier.rpartition("_")
    kind = kinds.by_name(portal, name)
    return kind.rows(portal).get(to_int(number)) if kind else None


def begin(portal: Portal, place: list[str], *, template: int = 0, user: int = 0) -> Row:
    """A workflow over a document."""
    number = f"{secrets.token_hex(7)}.{portal.random.randrange(10_000_000, 99_999_999)}"
    now = portal.iso()
    row = {
        "ID": number, "MODULE_ID": place[0], "ENTITY": place[1], "DOCUMENT_ID": place[2], "STARTED": now,
        "MODIFIED": now, "STARTED_BY": user, "TEMPLATE_ID": template, "OWNED_UNTIL": None, "OPEN": True, "LOG": [],
    }  # fmt: skip
    return portal.table(WORKFLOWS).put(number, row)


def run(portal: Portal, part: Row, place: list[str], given: Row) -> str:
    """Post a robot's call to its application; tells the token it waits with."""
    app = portal.apps.get(part["APP_ID"])
    if app is None or app.get("DELETED"):
        portal.tell(f"robot {part['CODE']} did not run: its application is gone")
        return ""
    flow, token = (
        begin(portal, place),
        f"{secrets.token_hex(11)}|A{portal.random.randrange(10**5)}|{secrets.token_hex(8)}",
    )
    waits = part["USE_SUBSCRIPTION"] != "N"
    portal.table(TOKENS).put(token, {"WORKFLOW": flow["ID"], "PART_ID": part["ID"], "OPEN": waits, "RETURNED": {}})
    if not waits:
        portal.table(WORKFLOWS).update(flow["ID"], OPEN=False)
    portal.post(
        app,
        part["HANDLER"],
        _body(portal, part, app, {"flow": flow, "token": token, "given": given}),
        f"robot {part['CODE']}",
    )
    return token


def _body(portal: Portal, part: Row, app: Row, about: Row) -> Row:
    flow = about["flow"]
    place = [flow["MODULE_ID"], flow["ENTITY"], flow["DOCUMENT_ID"]]
    kind = flow["DOCUMENT_ID"].rpartition("_")[0] or flow["DOCUMENT_ID"]
    return {
        "workflow_id": flow["ID"], "code": part["CODE"], "document_id": place, "document_type": [*place[:2], kind],
        "event_token": about["token"], "properties": _properties(portal, part, flow["DOCUMENT_ID"], about["given"]),
        "use_subscription": "N" if part["USE_SUBSCRIPTION"] == "N" else "Y", "timeout_duration": "0",
        "ts": str(int(portal.clock.unix())), "auth": portal.auth_block(app, part["AUTH_USER_ID"] or None),
    }  # fmt: skip


def _properties(portal: Portal, part: Row, identifier: str, given: Row) -> Row:
    """Values of the robot's parameters: given ones, else defaults, with fields of the document put in."""
    row = element(portal, identifier) or {}

    def put(value: Any) -> Any:
        if not isinstance(value, str):
            return "" if value is None else value
        return _PLACE.sub(lambda found: str(row.get(found.group(1), "")), value)

    return {key: put(given.get(key, about.get("DEFAULT"))) for key, about in part["PROPERTIES"].items()}


def _token(call: Call) -> Row:
    row = call.portal.table(TOKENS).get(str(call.get("EVENT_TOKEN", "event_token") or ""))
    part = call.portal.table("bp_part").get(row["PART_ID"]) if row else None
    if row is None or part is None or call.app_id not in (None, part["APP_ID"]):
        raise access_denied("Access denied!")
    return row


@method("bizproc.event.send", scope="bizproc")
def event_send(call: Call) -> Any:
    """The answer of an application: the first one closes the step, later ones change nothing."""
    row = _token(call)
    flow = call.portal.table(WORKFLOWS).get(row["WORKFLOW"])
    if not row["OPEN"] or flow is None or not flow["OPEN"]:
        call.portal.tell("bizproc.event.send: the step is closed already, the answer was passed over")
        return True
    part = call.portal.table("bp_part").get(row["PART_ID"]) or {}
    known = {key.lower(): key for key in part.get("RETURN_PROPERTIES", {})}
    given = as_map(call.get("RETURN_VALUES"))
    for name in given:
        if name.lower() not in known:
            call.portal.tell(f"bizproc.event.send: {part.get('CODE')} returns no {name}, it was dropped")
    kept = {known[name.lower()]: value for name, value in given.items() if name.lower() in known}
    call.portal.table(TOKENS).update(str(call.get("EVENT_TOKEN", "event_token")), OPEN=False, RETURNED=kept)
    _write(call.portal, flow, str(call.get("LOG_MESSAGE") or ""), OPEN=False)
    call.portal.signal("robot.answered", part=part, workflow=flow, values=kept)
    return True


def _write(portal: Portal, flow: Row, text: str, **changes: Any) -> None:
    lines = [*flow["LOG"], *([{"at": portal.iso(), "text": text}] if text else [])]
    portal.table(WORKFLOWS).update(flow["ID"], LOG=lines, MODIFIED=portal.iso(), **changes)


@method("bizproc.activity.log", scope="bizproc")
def log(call: Call) -> Any:
    """Write into the log without closing the step."""
    row, text = _token(call), str(call.get("LOG_MESSAGE") or "")
    if not text:
        raise RestError("ERROR_EMPTY_LOG_MESSAGE", "Empty log message!")
    flow = call.portal.table(WORKFLOWS).get(row["WORKFLOW"])
    if flow:
        _write(call.portal, flow, text)
    return True
