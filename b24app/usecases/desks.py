"""Publishing a desk: the document is checked, holds at once, and open tickets move to the new rules."""

from asyncio import to_thread
from typing import Any, Final
from uuid import uuid4

from b24app.db.desks import DeskVersion
from b24app.db.inbox import Incoming, portal_lane
from b24app.db.work import Store
from b24app.kit.clock import Clock
from b24app.kit.ids import PortalId, UserId
from b24app.tickets.model import DeskChanged
from b24app.usecases.apply import apply
from b24app.usecases.intake import RECHECK, Pass
from b24app.usecases.rules import Rules

DESK_CHANGED: Final = "desk"
CHUNK: Final = 50


class DeskOffice:
    """Versions of a portal's desk: draft, publish, return; and what a publication means for open tickets."""

    def __init__(self, store: Store, rules: Rules, clock: Clock) -> None:
        self._store, self._rules, self._clock = store, rules, clock

    async def publish(self, portal: PortalId, data: Any, *, author: UserId | None, comment: str = "") -> DeskVersion:
        """These rules hold from now on. Raises `DeskInvalid` with every problem and changes nothing then.

        The examples of a changed classification are run; an earlier one (`back_to`) was proven in its time.
        """
        before = await self.published(portal)
        same = before is not None and before.document.get("classification") == data.get("classification")
        await to_thread(self._rules.parse if same else self._rules.check, data)
        return await self._publish(portal, data, author, comment)

    async def _publish(self, portal: PortalId, data: Any, author: UserId | None, comment: str) -> DeskVersion:
        async with self._store.work(portal) as work:
            before = await work.desks.published()
            version = await work.desks.publish(data, author=author, comment=comment)
            rows = [Incoming(portal, portal_lane(portal, "desk"), DESK_CHANGED, {"number": version.number})]
            if before is not None and self._labels(before.document) != self._labels(data):
                rows.append(Incoming(portal, portal_lane(portal), RECHECK, {}))  # lists of the deal get the new labels
            await work.receive(rows)
            await work.commit()
        return version

    def _labels(self, data: Any) -> list[tuple[str, str]]:
        return [(one.name, one.title) for one in self._rules.parse(data).rules.book.categories]

    async def save_draft(self, portal: PortalId, data: Any, *, author: UserId | None, comment: str = "") -> DeskVersion:
        """Keep a document that does not hold yet; it may still have problems."""
        async with self._store.work(portal) as work:
            version = await work.desks.save_draft(data, author=author, comment=comment)
            await work.commit()
        return version

    async def back_to(self, portal: PortalId, number: int, *, author: UserId | None) -> DeskVersion:
        """An earlier version holds again, as a new one. KeyError for an unknown number."""
        async with self._store.read(portal) as reading:
            earlier = await reading.desks.get(number)
        if earlier is None:
            raise KeyError(number)
        await to_thread(self._rules.parse, earlier.document)
        return await self._publish(portal, earlier.document, author, f"↩ {number}")

    async def published(self, portal: PortalId) -> DeskVersion | None:
        """The version that holds."""
        async with self._store.read(portal) as reading:
            return await reading.desks.published()

    async def desk_changed(self, ctx: Pass, rows: object, /) -> None:
        """Walk the open tickets that were decided by an older desk, a few in each transaction. Safe to repeat."""
        del rows
        while await self._some(ctx.portal):
            pass
        async with ctx.apply():
            pass

    async def _some(self, portal: PortalId) -> int:
        async with self._store.work(portal, cause=f"desk:{uuid4()}") as work:
            desk = await work.desk()
            behind = await work.tickets.behind(desk.revision, limit=CHUNK)
            for ticket in behind:
                await apply(DeskChanged(ticket), work=work, desk=desk, now=self._clock.now(), touch=True)
            await work.commit()
        return len(behind)
