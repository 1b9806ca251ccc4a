"""Drain of the inbox: one lane at a time per mailbox, its events in order, everything they change in one transaction."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final, Protocol

from b24app.db import inbox, lanes
from b24app.db.inbox import InboxRow
from b24app.db.lanes import Claim, LeaseLost, What
from b24app.db.portals import PortalStatus
from b24app.db.tables import IN
from b24app.db.work import Store, Work
from b24app.jobs.failures import (
    MAX_ATTEMPTS,
    Backoff,
    asked_wait_ms,
    describe,
    is_permanent,
    stops_portal,
)
from b24app.kit.errors import PortalError

_log = logging.getLogger(__name__)
_UNKNOWN_MS: Final = 30_000
_STOPPED_MS: Final = 600_000
_SPARE_S: Final = 3.0


class Pass:
    """What a handler gets beside the events: its portal, and the transaction to apply what it found out."""

    def __init__(self, store: Store, claim: Claim, rows: Sequence[InboxRow], *, more: bool) -> None:
        self.store, self.portal, self.lane = store, claim.portal, claim.key
        self._claim, self._rows, self._more = claim, rows, more
        self.applied = False

    @asynccontextmanager
    async def apply(self, *, ignored: bool = False) -> AsyncIterator[Work]:
        """The one transaction of this pass: fenced, and it completes the events. No network inside.

        `ignored`: the events turned out to be none of our business. Called once.
        """
        async with self.store.database.sessions() as session:
            await lanes.fence(session, self._claim)
            work = self.store.unit(session, self.portal, f"inbox:{self._rows[-1].id}")
            yield work
            await inbox.complete(session, self._rows, ignored=ignored)
            await lanes.release(session, self._claim, more=self._more)
            await work.commit()
        self.applied = True


class Handler(Protocol):
    """Reads what it needs from the portal, then changes things inside `async with ctx.apply() as work`.

    It gets all events of its kind that wait in a row, and may read once for all of them. It must be safe to run again.
    """

    async def __call__(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None: ...


@dataclass(frozen=True, slots=True)
class InboxTimes:
    """How long things take; tests shorten them."""

    lease_s: float = 60.0
    backoff: Backoff = field(default_factory=Backoff)


class InboxDrain:
    """Handles events by kind. Kinds nobody handles here, and newer versions, wait for a node that knows them."""

    what: What = "inbox"

    def __init__(
        self,
        store: Store,
        handlers: Mapping[str, Handler],
        *,
        owner: str,
        versions: Mapping[str, int] | None = None,
        slots: int = 8,
        at_once: int = 50,
        times: InboxTimes | None = None,
    ) -> None:
        self._store, self._handlers, self._owner = store, handlers, owner
        self._versions = versions or {}
        self._at_once = at_once
        self._times = times or InboxTimes()
        self.slots = slots

    async def claim(self, limit: int) -> list[Claim]:
        """Take mailboxes that have events."""
        async with self._store.database.sessions() as session:
            taken = await lanes.claim(session, IN, owner=self._owner, limit=limit, lease_s=self._times.lease_s)
            await session.commit()
        return taken

    async def next_ready_s(self) -> float | None:
        """Seconds until a mailbox may be claimed."""
        async with self._store.database.reads() as session:
            return await lanes.next_ready_s(session, IN)

    async def give_back(self, claims: Sequence[Claim]) -> None:
        """Let these wait a moment, then anybody may take them."""
        async with self._store.database.sessions() as session:
            for claim in claims:
                delay_ms = self._times.backoff.delay_ms(claim.attempts)
                await lanes.postpone(session, claim, delay_ms=delay_ms, attempts=claim.attempts + 1, heed_new=False)
            await session.commit()

    async def work(self, claim: Claim) -> None:
        """Handle the first events of the mailbox; the rest is for the next pass."""
        # After a failure one by one, so that a bad event is found and the good ones behind it are not blamed.
        limit = 1 if claim.attempts else self._at_once
        async with self._store.database.reads() as session:
            found = await inbox.pending(session, claim.key, limit)
        if not found:
            await self._release(claim)
        elif (handler := self._handler(found[0])) is None:
            await self._wait(claim, _UNKNOWN_MS)
        else:
            rows = list(takewhile(lambda row: self._handler(row) is handler, found))
            await self._handle(claim, handler, rows, more=len(rows) < len(found) or len(found) == limit)

    def _handler(self, row: InboxRow) -> Handler | None:
        return self._handlers.get(row.kind) if row.v <= self._versions.get(row.kind, 1) else None

    async def _handle(self, claim: Claim, handler: Handler, rows: list[InboxRow], *, more: bool) -> None:
        ctx = Pass(self._store, claim, rows, more=more)
        try:
            async with asyncio.timeout(max(claim.left_s - _SPARE_S, 0)):
                await handler(ctx, rows)
            if not ctx.applied:
                async with ctx.apply():
                    pass
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - the loop's own: it logs, and the rows stay
            await self._failed(claim, rows, error)

    async def _failed(self, claim: Claim, rows: list[InboxRow], error: Exception) -> None:
        _log.warning(
            "event failed portal=%s lane=%s kind=%s error=%s",
            claim.portal,
            claim.key,
            rows[0].kind,
            type(error).__name__,
            exc_info=not isinstance(error, PortalError),
        )
        async with self._store.database.sessions() as session:
            await lanes.fence(session, claim)
            await inbox.note_failure(session, rows, describe(error))
            work = self._store.unit(session, claim.portal, "")
            await self._decide(work, claim, rows, error)
            await session.commit()

    async def _decide(self, work: Work, claim: Claim, rows: list[InboxRow], error: Exception) -> None:
        """Wait, give up, or look closer: several events failed together, and only one of them may be bad."""
        if stops_portal(error):
            await work.portals.set_status(claim.portal, PortalStatus.NEEDS_ADMIN, describe(error))
            await self._postpone(work, claim, _STOPPED_MS, claim.attempts)
        elif not (is_permanent(error) or claim.attempts + 1 >= MAX_ATTEMPTS):
            wait_ms = max(self._times.backoff.delay_ms(claim.attempts), asked_wait_ms(error))
            await self._postpone(work, claim, wait_ms, claim.attempts + 1)
        elif len(rows) > 1:
            await self._postpone(work, claim, 0, 1)
        else:
            await inbox.bury(work.session, rows, describe(error))
            await lanes.release(work.session, claim, more=True)

    async def _postpone(self, work: Work, claim: Claim, wait_ms: int, attempts: int) -> None:
        await lanes.postpone(work.session, claim, delay_ms=wait_ms, attempts=attempts, heed_new=False)

    async def _wait(self, claim: Claim, wait_ms: int) -> None:
        async with self._store.database.sessions() as session:
            await lanes.postpone(session, claim, delay_ms=wait_ms, attempts=claim.attempts, heed_new=False)
            await session.commit()

    async def _release(self, claim: Claim) -> None:
        async with self._store.database.sessions() as session:
            await lanes.release(session, claim, more=False)
            await session.commit()
