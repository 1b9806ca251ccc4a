"""crm.activity.layout.blocks.*, crm.timeline.layout.blocks.*: an application's own blocks inside others' records.

Source: `crm/timeline/layout-blocks/`, `crm/timeline/activities/layout-blocks/`. Each application has a set of its own.
"""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.crm import deeds, layouts, owners, timeline
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row


class Blocks:
    """The three methods for records of one sort."""

    def __init__(
        self, parameter: str, record: Callable[[Call, int], Row | None], refuse: Callable[[Row], None]
    ) -> None:
        self.parameter, self.record, self.refuse = parameter, record, refuse

    def set(self, call: Call) -> Any:
        """Replace the set of the calling application."""
        key, row = self._key(call)
        self.refuse(row)
        layout = as_map(call.need("layout"))
        layouts.check_blocks(layout)
        call.portal.table("crm_blocks").put(key, {"LAYOUT": layout})
        return {"success": True}

    def get(self, call: Call) -> Any:
        """The set of the calling application."""
        key, _ = self._key(call)
        row = call.portal.table("crm_blocks").get(key)
        return {"layout": row["LAYOUT"]} if row else None

    def delete(self, call: Call) -> Any:
        """Remove the set of the calling application."""
        key, _ = self._key(call)
        return {"success": True} if call.portal.table("crm_blocks").delete(key) else None

    def _key(self, call: Call) -> tuple[str, Row]:
        app = owners.application(call)
        kind, owner = owners.place(call, "entityTypeId", "entityId")
        number = to_int(call.need(self.parameter))
        row = self.record(call, number)
        if row is None or [kind.number, owner] not in row["BINDINGS"]:
            raise owners.not_found()
        return f"{app}:{self.parameter}:{number}", row


def _refuse_activity(row: Row) -> None:
    if row["PROVIDER_ID"] == deeds.CONFIGURABLE:
        raise RestError("UNSUITABLE_ACTIVITY_TYPE_ERROR", "Тип дела не подходит для добавления контентных блоков")


def _refuse_record(row: Row) -> None:
    if row["TYPE"] == timeline.LOG:
        raise RestError("UNSUITABLE_TIMELINE_ITEM", "Тип записи таймлайна не подходит для добавления контентных блоков")


def _register(prefix: str, family: Blocks) -> None:
    acts: dict[str, Callable[[Call], Any]] = {"set": family.set, "get": family.get, "delete": family.delete}
    for act, run in acts.items():
        method(f"{prefix}.{act}", scope="crm")(run)


_register("crm.activity.layout.blocks",
          Blocks("activityId", lambda call, number: deeds.table(call.portal).get(number), _refuse_activity))  # fmt: skip
_register("crm.timeline.layout.blocks",
          Blocks("timelineId", lambda call, number: timeline.table(call.portal).get(number), _refuse_record))  # fmt: skip
