"""voximplant.statistic.get: finished calls. Source: `telephony/voximplant/voximplant-statistic-get.md`."""

from typing import Any

from b24app.sandbox.families.telephony.calls import SCOPE, statistics
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.registry import Answer, Call, Only, method
from b24app.sandbox.kernel.store import Row

NAMES = (
    "ID", "PORTAL_USER_ID", "PORTAL_NUMBER", "PHONE_NUMBER", "CALL_ID", "EXTERNAL_CALL_ID", "CALL_CATEGORY", "CALL_LOG",
    "CALL_DURATION", "CALL_START_DATE", "CALL_RECORD_URL", "CALL_VOTE", "COST", "COST_CURRENCY", "CALL_FAILED_CODE",
    "CALL_FAILED_REASON", "CRM_ENTITY_TYPE", "CRM_ENTITY_ID", "CRM_ACTIVITY_ID", "REST_APP_ID", "REST_APP_NAME",
    "TRANSCRIPT_ID", "TRANSCRIPT_PENDING", "SESSION_ID", "REDIAL_ATTEMPT", "COMMENT", "RECORD_DURATION", "RECORD_FILE_ID",
    "CALL_TYPE",
)  # fmt: skip


@method("voximplant.statistic.get", scope=SCOPE, only=Only.ADMIN)
def get(call: Call) -> Any:
    """A page of finished calls; employees see them only with a right of their own, here administrators do."""
    lines = []
    for line in query.conditions(call.map("FILTER")):
        if line.field in NAMES and line.field != "RECORD_FILE_ID":
            lines.append(line)
        else:
            call.portal.tell(f"unknown field {line.field} in filter was ignored", method=call.method)
    rows = [row for row in statistics(call.portal) if query.passes(row, lines, call.portal.clock)]
    sort = str(call.get("SORT") or "").upper()
    if sort in NAMES and sort != "CALL_TYPE":
        rows = query.ordered(rows, {sort: call.get("ORDER", default="ASC")}, call.portal.clock)
    page = query.page(rows, call.get("start", default=0))
    return Answer([_shown(row) for row in page.result], page.total, page.next)


def _shown(row: Row) -> Row:
    """Everything as text, the record's file alone is a number."""
    texts = {name: None if row[name] is None else str(row[name]) for name in NAMES}
    return {**texts, "COST": f"{row['COST']:.4f}", "RECORD_FILE_ID": row["RECORD_FILE_ID"]}
