"""Group commit at the door: all events that wait at one moment share one durable transaction."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable

from sqlalchemy.exc import SQLAlchemyError

from b24app.db import inbox
from b24app.db.engine import AWAY, Database
from b24app.db.inbox import Incoming
from b24app.db.lanes import Wake

_Waiting = tuple[Incoming, asyncio.Future[None]]

_log = logging.getLogger(__name__)


class NotTaken(Exception):
    """The event could not be made durable; the portal will not send it again, the reconcile sweep finds what it told."""


class Ingest:
    """`put` returns when the row is durable. `run` must be running beside (in the process's task group)."""

    def __init__(
        self,
        database: Database,
        wake: Wake,
        *,
        limit: int = 2_000,
        group: int = 200,
        observe: Callable[[float], None] | None = None,
    ) -> None:
        self._database, self._wake = database, wake
        self._limit, self._group = limit, group
        self._observe = observe
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._closed = False
        self.refused = 0
        """Events that were not acknowledged, for the metric `acks_refused`."""

    async def put(self, event: Incoming) -> None:
        """Keep the event; raises `NotTaken` when the queue is full or the database refuses."""
        if self._closed or len(self._waiting) >= self._limit:
            self.refused += 1
            raise NotTaken("too many events wait for the database" if not self._closed else "the service is stopping")
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, kept))
        self._arrived.set()
        await kept

    async def run(self) -> None:
        """Commit group after group until cancelled; what waits then is refused."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._waiting:
                    await self._commit([self._waiting.popleft() for _ in range(min(self._group, len(self._waiting)))])
        finally:
            self._closed = True
            self._refuse(self._waiting, "the service is stopping")

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            await self._write([event for event, _ in group])
        except (SQLAlchemyError, OSError, ValueError, TypeError) as error:
            await self._one_by_one(group, error)
        except BaseException:
            self._refuse(group, "the service is stopping")
            raise
        else:
            for _, kept in group:
                if not kept.done():
                    kept.set_result(None)

    async def _one_by_one(self, group: list[_Waiting], error: Exception) -> None:
        """One event the database cannot hold must not take its neighbours with it."""
        if len(group) == 1:
            _log.error(
                "ingest refused kind=%s portal=%s error=%s", group[0][0].kind, group[0][0].portal, type(error).__name__
            )
            self._refuse(group, str(error))
            return
        if isinstance(error, AWAY) and not await self._database.answers():
            _log.error("ingest refused events=%s error=%s", len(group), type(error).__name__)
            self._refuse(group, str(error))
            return
        for single in group:
            await self._commit([single])

    async def _write(self, events: list[Incoming]) -> None:
        began = asyncio.get_running_loop().time()
        async with self._database.sessions() as session:
            await inbox.put(session, events)
            await self._wake.wake(session, "inbox")
            await session.commit()
        if self._observe is not None:
            self._observe(asyncio.get_running_loop().time() - began)

    def _refuse(
        self,
        group: Iterable[_Waiting],
        why: str,
    ) -> None:
        for _, kept in group:
            if not kept.done():
                self.refused += 1
                kept.set_exception(NotTaken(why))
