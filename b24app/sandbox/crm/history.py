"""crm.stagehistory.list: when elements entered their stages.

Source: `crm/crm-stage-history-list.md`.
"""

from typing import Any

from b24app.sandbox.crm import items, kinds, query, rights
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Answer, Call, method, to_int
from b24app.sandbox.kernel.store import Row

STAGED = {"CATEGORY_ID": "integer", "STAGE_SEMANTIC_ID": "string", "STAGE_ID": "string"}
PLAIN = {"STATUS_SEMANTIC_ID": "string", "STATUS_ID": "string"}
COMMON = {"ID": "integer", "TYPE_ID": "integer", "OWNER_ID": "integer", "CREATED_TIME": "datetime"}


@method("crm.stagehistory.list", scope="crm")
def listing(call: Call) -> Any:
    number = to_int(call.need("entityTypeId"))
    kind = kinds.find(call.portal, number)
    plain = number in {kinds.LEAD, kinds.OLD_INVOICE}
    if number != kinds.OLD_INVOICE and (kind is None or not kind.stages or number == kinds.QUOTE):
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
    columns = {name: _column(name, form) for name, form in {**COMMON, **(PLAIN if plain else STAGED)}.items()}
    rows = items.history(call.portal, kind) if kind else call.portal.table("crm_history_5")
    only = (lambda row: rights.of_place(call, number, row["OWNER_ID"])) if rights.visible(call) else None
    page = query.listed(call, query.Query(call.portal, columns, strict=True, only=only), rows)
    wanted = [str(name) for name in call.rows("select") if name in columns] or list(columns)
    shown = [{name: columns[name].value(row) for name in dict.fromkeys(("ID", *wanted))} for row in page.result]
    return Answer({"items": shown}, page.total, page.next)


def _column(name: str, form: str) -> query.Column:
    kept = name.replace("STATUS", "STAGE")
    return query.Column(kept, form, None if kept == name else lambda row: row.get(kept))


def entered(rows: list[Row]) -> Any:
    """The rows of one element, oldest first."""
    return sorted(rows, key=lambda row: row["ID"])
