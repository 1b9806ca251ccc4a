"""event.offline.*: the queue an application fetches its events from.

Source: `api-reference/events/offline-events.md`, `event-offline-*.md`; platform.md 4.7.
"""

import secrets
from collections.abc import Callable
from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Answer, Call, Only, method, to_int
from b24app.sandbox.kernel.store import Row

PAGE = 50
FIELDS = ("ID", "TIMESTAMP_X", "EVENT_NAME", "MESSAGE_ID", "PROCESS_ID", "ERROR")
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda have, want: bool(have >= want),
    "<=": lambda have, want: bool(have <= want),
    "!=": lambda have, want: bool(have != want),
    ">": lambda have, want: bool(have > want),
    "<": lambda have, want: bool(have < want),
    "!": lambda have, want: bool(have != want),
    "%": lambda have, want: str(want).lower() in str(have).lower(),
    "=": lambda have, want: bool(have == want),
}


@method("event.offline.list", only=Only.ADMIN_APPLICATION)
def listing(call: Call) -> Any:
    rows = _ordered(call, _filtered(call, _queue(call)), "ID")
    begin = max(call.int("start"), 0)
    more = begin + PAGE if len(rows) > begin + PAGE else None
    return Answer([_printed(row, full=True) for row in rows[begin : begin + PAGE]], len(rows), more)


@method("event.offline.get", only=Only.ADMIN_APPLICATION)
def get(call: Call) -> Any:
    """Take the first events: removed at once, or with `clear=0` reserved under a `process_id`."""
    process, keep = str(call.get("process_id") or ""), str(call.get("clear", default="1")) in ("0", "false", "False")
    if keep and call.portal.faults.no_offline_extended:
        raise RestError("ACCESS_DENIED", "Offline events in extended mode are not available on this plan", 403)
    with_errors = str(call.get("error") or "0") in ("1", "true", "True")
    rows = [row for row in _queue(call) if row["PROCESS_ID"] == process and (with_errors or not row["ERROR"])]
    rows = _ordered(call, _filtered(call, rows), "TIMESTAMP_X")[: call.int("limit", default=PAGE) or PAGE]
    name = process or (secrets.token_hex(16) if keep else "")
    for row in rows:
        if keep:
            call.portal.table("offline_event").update(row["ID"], PROCESS_ID=name)
        else:
            call.portal.table("offline_event").delete(row["ID"])
    return {"process_id": name if keep else None, "events": [_printed(row) for row in rows]}


@method("event.offline.clear", only=Only.ADMIN_APPLICATION)
def clear(call: Call) -> Any:
    for row in _reserved(call):
        call.portal.table("offline_event").delete(row["ID"])
    return True


@method("event.offline.error", only=Only.ADMIN_APPLICATION)
def error(call: Call) -> Any:
    """Marked rows are given out again only to who asks for erroneous ones."""
    for row in _reserved(call):
        call.portal.table("offline_event").update(row["ID"], ERROR=1)
    return True


def _queue(call: Call) -> list[Row]:
    """The application's rows of one source; without `auth_connector` those without a source."""
    connector = str(call.get("auth_connector") or "")
    return call.portal.table("offline_event").where(APP_ID=call.app["ID"], CONNECTOR=connector)


def _reserved(call: Call) -> list[Row]:
    process = str(call.argument("process_id"))
    rows = call.portal.table("offline_event").where(APP_ID=call.app["ID"], PROCESS_ID=process)
    ids = [to_int(one) for one in call.rows("id")]
    messages = [str(one) for one in call.rows("message_id")]
    if ids:
        return [row for row in rows if row["ID"] in ids]
    return [row for row in rows if row["MESSAGE_ID"] in messages] if messages else rows


def _filtered(call: Call, rows: list[Row]) -> list[Row]:
    for key, wanted in call.map("filter").items():
        rows = [row for row in rows if _matches(row, str(key), wanted)]
    return rows


def _matches(row: Row, key: str, wanted: Any) -> bool:
    sign = next((sign for sign in ("@", *_TESTS) if key.startswith(sign)), "")
    name = key.removeprefix(sign).upper()
    if name not in FIELDS:
        return True
    have, number = row[name], name in ("ID", "ERROR")
    values = [to_int(one) if number else str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
    if sign in ("@", "", "=") and (isinstance(wanted, list) or sign != "="):
        return have in values
    return _TESTS[sign](have, values[0])


def _ordered(call: Call, rows: list[Row], default: str) -> list[Row]:
    order = {str(key).upper(): str(value).upper() for key, value in call.map("order").items()}
    wanted = {name: way for name, way in order.items() if name in FIELDS} or {default: "ASC"}
    for name, way in reversed(wanted.items()):
        rows = sorted(rows, key=lambda row, name=name: (row[name], row["ID"]), reverse=way == "DESC")  # type: ignore[misc]  # the name is bound now
    return rows


def _printed(row: Row, *, full: bool = False) -> Row:
    shown = {
        "ID": str(row["ID"]), "TIMESTAMP_X": row["TIMESTAMP_X"], "EVENT_NAME": row["EVENT_NAME"],
        "EVENT_DATA": row["EVENT_DATA"] or False, "EVENT_ADDITIONAL": row["EVENT_ADDITIONAL"] or False,
        "MESSAGE_ID": row["MESSAGE_ID"],
    }  # fmt: skip
    return {**shown, "PROCESS_ID": row["PROCESS_ID"], "ERROR": str(row["ERROR"])} if full else shown
