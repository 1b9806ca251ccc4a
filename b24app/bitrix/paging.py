"""Lists that know no `>id`: page by page with `start`, the pages behind the first in one batch.

Rows may come and go while the pages are read, and every row behind them moves. So the pages together must hold as many
different rows as the portal counted with the first one; else the list is read again.

Source: documentation, settings/how-to-call-rest-api/list-methods-pecularities; platform.md 3.4.
"""

from collections.abc import Hashable, Mapping
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from b24app.bitrix import batches
from b24app.bitrix.caller import Caller
from b24app.bitrix.commands import unreadable
from b24app.bitrix.methods import Method
from b24app.bitrix.throttle import Priority
from b24app.kit.errors import ListInterrupted, PortalBusy

A = TypeVar("A")
PAGE: Final = 50
READINGS: Final = 3


class Paging(Generic[A]):
    """One reading of one list; the method has a field `start`."""

    def __init__(self, caller: Caller, method: Method[list[A]], priority: Priority) -> None:
        self._caller, self._method, self._priority = caller, method, priority

    async def rows(self) -> list[A]:
        """All of them, or `ListInterrupted` when the list does not stand still."""
        for _ in range(READINGS):
            first, total = await self._first()
            if len(first) != PAGE or total == PAGE:
                return first
            rows = await self._counted(first, total) if total else await self._uncounted(first)
            if len({_identity(row) for row in rows}) == len(rows) and total in {0, len(rows)}:
                return rows
        raise ListInterrupted(self._method.rest_name, None, PortalBusy("LIST_MOVES"))

    async def _first(self) -> tuple[list[A], int]:
        name, params = self._method.rest_name, self._page(0).params()
        body = await self._caller.call(name, params, self._priority, repeat=True)
        total = body.get("total")
        return self._typed(body.get("result")), total if isinstance(total, int) else 0

    async def _counted(self, first: list[A], total: int) -> list[A]:
        commands = {str(start): self._page(start) for start in range(PAGE, total, PAGE)}
        outcomes = await batches.send(self._caller, commands, self._priority)
        return [*first, *(row for key in commands for row in outcomes[key].unwrap())]

    async def _uncounted(self, rows: list[A]) -> list[A]:
        rows = list(rows)
        while not len(rows) % PAGE:
            name, params = self._method.rest_name, self._page(len(rows)).params()
            page = self._typed((await self._caller.call(name, params, self._priority, repeat=True)).get("result"))
            if not page:
                break
            rows += page
        return rows

    def _page(self, start: int) -> Method[list[A]]:
        return self._method.model_copy(update={"start": start})

    def _typed(self, result: Any) -> list[A]:
        try:
            return self._method.read(result)
        except ValidationError as strange:
            raise unreadable(self._method, strange) from strange


def _identity(row: Any) -> Hashable:
    """The id of a row, or the row itself where it has none."""
    found = row.get("id", row.get("ID")) if isinstance(row, Mapping) else getattr(row, "id", None)
    return found if isinstance(found, Hashable) and found is not None else id(row)
