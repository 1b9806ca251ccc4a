"""Robots on stages: when an element comes to a stage, the robots that stand there run. Set through the control API.

POST /_sandbox/automation     {"entityTypeId": 2, "stageId": "C1:NEW", "code": "assign", "properties": {…}}
POST /_sandbox/robots/run     {"code": "assign", "document": "DEAL_57", "properties": {…}}
GET  /_sandbox/automation     what stands where;  DELETE: take everything away
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from b24app.sandbox.crm import kinds
from b24app.sandbox.families.bizproc import parts, running
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import as_map, to_int
from b24app.sandbox.kernel.store import Row

TABLE = "bp_automation"


def start(portal: Portal) -> None:
    """Elements that are made on a stage or come to it wake the robots there; imports do not."""

    def came(**facts: Any) -> None:
        if not facts.get("quiet"):
            _wake(portal, facts["kind"], facts["row"])

    def moved(**facts: Any) -> None:
        if "STAGE_ID" in facts.get("changed", ()):
            came(**facts)

    portal.listen("crm.item.added", came)
    portal.listen("crm.item.updated", moved)


def _wake(portal: Portal, kind: kinds.Kind, row: Row) -> None:
    for rule in portal.table(TABLE).where(KIND=kind.number, STAGE_ID=row.get("STAGE_ID")):
        part = portal.table(parts.TABLE).get(rule["PART_ID"])
        if part:
            running.run(portal, part, running.document(kind, row["ID"]), rule["PROPERTIES"])


class Wrong(Exception):
    """The control call cannot be done; the text says why."""


def routes(portal: Portal) -> Sequence[BaseRoute]:
    """Routes of the control API."""
    table: list[tuple[str, str, Callable[[Portal, Row], Any]]] = [
        ("automation", "GET", lambda box, _: list(box.table(TABLE))),
        ("automation", "POST", _add),
        ("automation", "DELETE", _clear),
        ("robots/run", "POST", _run),
    ]
    return [Route(f"/_sandbox/{path}", _endpoint(portal, act), methods=[verb]) for path, verb, act in table]


def _endpoint(portal: Portal, act: Callable[[Portal, Row], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        text = await request.body()
        try:
            given = as_map(json.loads(text) if text else {})
            answer, status = act(portal, given), 200
        except (Wrong, ValueError) as error:
            answer, status = {"error": str(error)}, 400
        portal.store.flush()
        return JSONResponse(answer, status)

    return endpoint


def _part(portal: Portal, given: Row) -> Row:
    code = str(given.get("code") or "")
    for row in portal.table(parts.TABLE).where(CODE=code):
        if given.get("app") in (None, row["APP_ID"]):
            return row
    raise Wrong(f"No application has a robot «{code}»")


def _add(portal: Portal, given: Row) -> Any:
    part, kind = _part(portal, given), kinds.find(portal, to_int(given.get("entityTypeId"), kinds.DEAL))
    if kind is None or not given.get("stageId"):
        raise Wrong("entityTypeId and stageId say where the robot stands")
    rule = {"KIND": kind.number, "STAGE_ID": str(given["stageId"]), "PART_ID": part["ID"]}
    return portal.table(TABLE).add({**rule, "PROPERTIES": as_map(given.get("properties"))})


def _clear(portal: Portal, _: Row) -> Any:
    numbers = [row["ID"] for row in portal.table(TABLE)]
    for number in numbers:
        portal.table(TABLE).delete(number)
    return {"deleted": len(numbers)}


def _run(portal: Portal, given: Row) -> Any:
    part, identifier = _part(portal, given), str(given.get("document") or "")
    name, _, number = identifier.rpartition("_")
    kind = kinds.by_name(portal, name)
    if kind is None or to_int(number) not in kind.rows(portal):
        raise Wrong(f"There is no document «{identifier}»")
    token = running.run(portal, part, running.document(kind, to_int(number)), as_map(given.get("properties")))
    return {"event_token": token}
