"""What a trigger does on this portal: an administrator puts it on a stage by hand, here by the control API.

POST /_sandbox/triggers   {"entityTypeId": 2, "code": "replied", "stageId": "C1:EXECUTING"}
GET  /_sandbox/triggers   what stands where;  DELETE: take everything away

A trigger moves an element of the same pipeline to its stage, forwards only, on behalf of nobody.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from b24app.sandbox.crm import items, kinds, stages
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row, Table


def rules(portal: Portal) -> Table:
    """All rules."""
    return portal.table("crm_trigger_rule")


def start(portal: Portal) -> None:
    """Listen for triggers."""
    portal.listen("crm.trigger", lambda code, kind, number, **_: fire(portal, str(code), kind, to_int(number)))


def fire(portal: Portal, code: str, kind: Kind, number: int) -> None:
    """Move the element as the first fitting rule says."""
    row = kind.rows(portal).get(number)
    order = [one["STATUS_ID"] for one in stages.of(portal, kind, row.get("CATEGORY_ID"))] if row else []
    for rule in rules(portal).where(KIND=kind.number, CODE=code):
        if row and rule["STAGE_ID"] in order and order.index(rule["STAGE_ID"]) > order.index(row["STAGE_ID"]):
            items.update(items.Write(portal, kind, None), row, {"STAGE_ID": rule["STAGE_ID"]})
            return
    portal.tell(f"trigger {code} moved nothing: no rule of this pipeline leads {kind.name} {number} forwards")


def routes(portal: Portal) -> list[Route]:
    """Routes of the control API."""

    async def listing(_: Request) -> Response:
        return JSONResponse({"triggers": list(rules(portal))})

    async def clear(_: Request) -> Response:
        for key in list(rules(portal).keys()):
            rules(portal).delete(key)
        return JSONResponse({"triggers": []})

    async def add(request: Request) -> Response:
        row = _rule(portal, await request.json())
        if row is None:
            return JSONResponse({"error": "entityTypeId, code and a stageId of this kind are needed"}, 400)
        return JSONResponse(rules(portal).add(row))

    path = "/_sandbox/triggers"
    return [Route(path, listing), Route(path, clear, methods=["DELETE"]), Route(path, add, methods=["POST"])]


def _rule(portal: Portal, given: Any) -> Row | None:
    kind = kinds.find(portal, to_int(given.get("entityTypeId"))) if isinstance(given, dict) else None
    if kind is None or not given.get("code") or not stages.find(portal, kind, given.get("stageId")):
        return None
    return {"KIND": kind.number, "CODE": str(given["code"]), "STAGE_ID": str(given["stageId"])}
