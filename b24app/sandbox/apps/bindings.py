"""event.bind and its family: who hears of what.

Source: `api-reference/events/event-bind.md`, `event-get.md`, `event-unbind.md`, `events.md`, `test-handler.md`;
platform.md 4.3.
"""

from typing import Any

from b24app.sandbox.kernel.errors import RestError, access_denied, core_error
from b24app.sandbox.kernel.events import CATALOGUE
from b24app.sandbox.kernel.handlers import check_handler
from b24app.sandbox.kernel.registry import Call, Only, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

YES = frozenset({"1", "y", "true"})
_BASE_OF_TYPE = ("ONCRMDYNAMICITEMADD_", "ONCRMDYNAMICITEMUPDATE_", "ONCRMDYNAMICITEMDELETE_")


@method("events", only=Only.APPLICATION)
def events(call: Call) -> Any:
    wanted, full = str(call.get("SCOPE") or ""), str(call.get("FULL") or "").lower() in YES
    known = {**CATALOGUE, **_of_types(call)}
    if wanted:
        return [name for name, scope in known.items() if scope == wanted]
    return [name for name, scope in known.items() if full or call.caller.may(scope)]


def _of_types(call: Call) -> dict[str, str]:
    """Every smart process has events of its own."""
    types = [to_int(row.get("entityTypeId")) for row in call.portal.table("crm_type")]
    return {f"{base}{number}": "crm" for number in types for base in _BASE_OF_TYPE}


def scope_of(call: Call, name: str) -> str | None:
    """The scope an event needs; None for an unknown event."""
    return CATALOGUE.get(name) or _of_types(call).get(name)


@method("event.bind", only=Only.APPLICATION)
def bind(call: Call) -> Any:
    name, offline = str(call.argument("event")).upper(), _offline(call)
    scope = scope_of(call, name)
    if scope is None or not call.caller.may(scope):
        raise RestError("ERROR_EVENT_NOT_FOUND", "Event not found")
    if offline and not call.is_admin:
        raise access_denied("Access denied! Offline events binding requires administrator access rights")
    handler = "" if offline else str(call.argument("handler"))
    if handler:
        check_handler(handler)
    row = {
        "APP_ID": call.app["ID"], "EVENT": name, "HANDLER": handler, "OFFLINE": offline,
        "AUTH_TYPE": 0 if offline else _author(call, "binding"), "CONNECTOR": str(call.get("auth_connector") or ""),
    }  # fmt: skip
    table = call.portal.table("event_binding")
    if table.first(**row):
        raise core_error("Unable to set event handler: Handler already binded")
    table.add({**row, "OPTIONS": as_map(call.get("options"))})
    return True


def _offline(call: Call) -> bool:
    return str(call.get("event_type") or "").lower() == "offline"


def _author(call: Call, what: str) -> int:
    """Whose tokens go with the event: 0 is whoever caused it; only administrators may choose."""
    wanted = call.int("auth_type")
    if call.is_admin:
        return wanted
    if wanted not in (0, call.user_id):
        raise access_denied(f"Access denied! Event {what} with AUTH_TYPE requires administrator access rights")
    return call.user_id


@method("event.get", only=Only.APPLICATION)
def get(call: Call) -> Any:
    return [_printed(row) for row in _mine(call)]


def _mine(call: Call) -> list[Row]:
    rows = call.portal.table("event_binding").where(APP_ID=call.app["ID"])
    return rows if call.is_admin else [row for row in rows if row["AUTH_TYPE"] == call.user_id]


def _printed(row: Row) -> Row:
    if row["OFFLINE"]:
        return {"event": row["EVENT"], "connector_id": row["CONNECTOR"], "offline": 1}
    return {"event": row["EVENT"], "handler": row["HANDLER"], "auth_type": str(row["AUTH_TYPE"]), "offline": 0}


@method("event.unbind", only=Only.APPLICATION)
def unbind(call: Call) -> Any:
    """Remove handlers; what is not named narrows nothing down."""
    offline = _offline(call)
    if offline and not call.is_admin:
        raise access_denied("Access denied! Offline events unbinding requires administrator access rights")
    rows = [row for row in _mine(call) if row["OFFLINE"] == offline and _named(call, row)]
    for row in rows:
        call.portal.table("event_binding").delete(row["ID"])
    return {"count": len(rows)}


def _named(call: Call, row: Row) -> bool:
    name, url = str(call.get("event") or "").upper(), str(call.get("handler") or "")
    if (name and row["EVENT"] != name) or (url and not row["OFFLINE"] and row["HANDLER"] != url):
        return False
    if row["OFFLINE"]:
        return not call.params.has("auth_connector") or row["CONNECTOR"] == str(call.get("auth_connector"))
    return not call.params.has("auth_type") or row["AUTH_TYPE"] == _author(call, "unbinding")


@method("event.test", only=Only.APPLICATION)
def test(call: Call) -> Any:
    """Fires ONAPPTEST with whatever was given."""
    query = {key: value for key, value in call.params.items() if str(key).lower() != "auth"}
    call.portal.raise_event("ONAPPTEST", {"QUERY": query}, user=call.user_id, only_app=call.app["ID"])
    return 1
