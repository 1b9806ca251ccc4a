"""Which tasks a list shows: filter, order, rights. Source: `tasks/tasks-task-list.md`."""

from collections.abc import Mapping
from typing import Any

from b24app.sandbox.families.kit.names import upper
from b24app.sandbox.families.tasks import access, shapes
from b24app.sandbox.families.tasks.fields import SORTABLE, TASK
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_list, as_map
from b24app.sandbox.kernel.store import Row

META = {"STATUS", "REAL_STATUS", "TAG", "ACCOMPLICE", "AUDITOR", "MEMBER", "DOER", "ONLY_ROOT_TASKS", "FAVORITE",
        "TITLE", "SEARCH_INDEX", "ID", "OVERDUED"}  # fmt: skip


def names(select: Any) -> list[str]:
    """Names of a `select`, in the spelling of the rows."""
    return [upper(str(one)) if str(one) != "*" else "*" for one in as_list(select)]


def found(call: Call, given: Mapping[str, Any], order: Mapping[str, Any]) -> list[Row]:
    """Tasks that the caller may see and the filter lets through, in order."""
    portal, viewer = call.portal, call.user_id
    order = {upper(str(key)): value for key, value in order.items()} or {"ID": "desc"}
    for name in order:
        if name not in SORTABLE:
            raise RestError("0", "Invalid sorting key (internal error)")
    readable = [task for task in portal.table("task") if access.may_read(portal, task, viewer)]
    look = _Look(call)
    rows = [task for task in readable if look.passes(task, given)]
    return query.ordered(rows, order, portal.clock, look.value)


class _Look:
    """A filter over tasks as one viewer sees them."""

    def __init__(self, call: Call) -> None:
        self._call, self._portal, self._viewer = call, call.portal, call.user_id

    def passes(self, task: Row, given: Mapping[str, Any]) -> bool:
        """Every line; `::SUBFILTER-…` is a filter inside, `::LOGIC` = OR says that one of them is enough."""
        logic = str(given.get("::LOGIC", "AND")).upper()
        answers = [self._line(task, str(key), value) for key, value in given.items() if key != "::LOGIC"]
        return (any(answers) if logic == "OR" and answers else all(answers)) if answers else True

    def _line(self, task: Row, key: str, value: Any) -> bool:
        if key.startswith("::"):
            return self.passes(task, as_map(value))
        line = query.condition(key, value)
        line = query.Condition(line.operator, upper(line.field), value)
        if line.field not in META and line.field not in TASK and not line.field.startswith("UF_"):
            self._portal.tell(f"{self._call.method}: filter by {line.field} is unknown and was passed over")
            return True
        if line.field == "ONLY_ROOT_TASKS":
            return str(value).upper() != "Y" or not task["PARENT_ID"]
        if line.field == "TITLE" and line.operator == "=" and "%" in str(value):
            line = query.Condition("=%", "TITLE", value)
        return query.passes(task, [line], self._portal.clock, self.value)

    def value(self, task: Mapping[str, Any], name: str) -> Any:
        """A field of the filter or the order."""
        row = dict(task)
        several = {
            "TAG": "TAGS", "ACCOMPLICE": "ACCOMPLICES", "AUDITOR": "AUDITORS",
        }  # fmt: skip
        if name in several:
            return row[several[name]]
        if name == "STATUS":
            return shapes.sub_status(self._portal, row)
        if name in {"MEMBER", "DOER"}:
            return access.members(row) if name == "MEMBER" else [row["RESPONSIBLE_ID"], *row["ACCOMPLICES"]]
        if name in {"CREATED_BY_LAST_NAME", "RESPONSIBLE_LAST_NAME"}:
            person = self._portal.users.get(row["CREATED_BY" if name.startswith("C") else "RESPONSIBLE_ID"]) or {}
            return person.get("LAST_NAME")
        return shapes.value(self._portal, row, name, self._viewer)
