"""Modest has another number on the portal: open tickets are asked about again by the new one.

It happens when the application was removed and a new one was registered: the former bot belongs to the former application,
and nobody can change its messages any more.
"""

from collections.abc import Sequence
from typing import Final

from b24app.db.inbox import InboxRow
from b24app.db.work import Store
from b24app.kit.clock import Clock
from b24app.tickets.model import BotReplaced
from b24app.usecases.apply import apply
from b24app.usecases.intake import Pass

BOT_REPLACED: Final = "bot_replaced"
CHUNK: Final = 50


class NewBot:
    """The handler of the inbox."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def replaced(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """Walk the open tickets, a few in each transaction. What a repetition would say again is known by its cause."""
        last = ""
        while True:
            async with self._store.work(ctx.portal, cause=f"inbox:{rows[-1].id}:{last}") as work:
                desk = await work.desk()
                chunk = await work.tickets.open_ids(after=last, limit=CHUNK)
                for ticket in chunk:
                    await apply(BotReplaced(ticket), work=work, desk=desk, now=self._clock.now())
                await work.commit()
            if len(chunk) < CHUNK:
                break
            last = chunk[-1]
        async with ctx.apply():
            pass
