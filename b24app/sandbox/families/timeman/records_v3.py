"""timeman.record.list of REST 3.0: workdays as records, of one employee at a time.

Source: `api-reference/timeman/record/timeman-record-list.md`.
"""

from typing import Any

from b24app.sandbox.families.kit.dto import Prop, denied, dto, filtered, invalid, paged, selected, shaped, sorted_by
from b24app.sandbox.families.timeman import workday
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import V3Error
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row

RECORD = dto(
    "RecordDto",
    [
        Prop("id", "int", sortable=True), Prop("userId", "int", filterable=True, sortable=True),
        Prop("startTime", "datetime", filterable=True, sortable=True), Prop("endTime", "datetime", sortable=True),
        Prop("duration", "int", sortable=True), Prop("breakLength", "int"), Prop("state"), Prop("isApproved", "bool"),
    ],
    ("id", "userId", "startTime", "endTime", "duration", "breakLength", "state", "isApproved"),
)  # fmt: skip


@method("timeman.record.list", scope="timeman", v3=True)
def records(call: Call) -> Any:
    names, test, order = selected(call, RECORD), filtered(call, RECORD), sorted_by(call, RECORD)
    user = call.portal.users.get(_employee(call))
    if user is None or not (
        user["ID"] == call.user_id or call.is_admin or workday.is_head(call.portal, call.user_id, user)
    ):
        raise denied()
    rows = [_record(call.portal, day) for day in call.portal.table("workday").where(USER_ID=user["ID"])]
    found = query.ordered([row for row in rows if test(row)], order, call.portal.clock)
    return {"items": [shaped(names, row.__getitem__, lambda *_: None) for row in paged(call, found)]}


def _employee(call: Call) -> int:
    given = [line for line in as_list(call.get("filter")) if isinstance(line, list) and line and line[0] == "userId"]
    numbers = {to_int(one) for line in given for one in as_list(line[-1])}
    if not numbers:
        raise invalid(("filter.userId", "Required field `filter.userId` is not specified"))
    if len(numbers) > 1:
        raise V3Error("INVALIDFILTEREXCEPTION", "Only one `userId` may be given in the filter")
    return numbers.pop()


def _record(portal: Portal, day: Row) -> Row:
    return {
        "id": day["ID"], "userId": day["USER_ID"], "startTime": day["START"], "endTime": day["FINISH"],
        "duration": workday.worked(day), "breakLength": day["LEAKS_S"], "state": workday.state(portal, day),
        "isApproved": day["ACTIVE"],
    }  # fmt: skip
