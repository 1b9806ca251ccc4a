"""SQLite inside the event loop: a statement takes some tens of microseconds, a trip to another thread and back ten times that.

Only what may wait for something goes to a thread: a commit, for the disk, and a beginning while another process writes.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import URL, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_only

DRIVER: Final = "sqlite+loop"
BUSY_S: Final = 15.0
"""How long a unit waits for another process that writes."""


class Cursor(sqlite3.Cursor):
    """Reads all rows at once: nothing is open while the coroutine waits for something else."""

    server_side = False

    def execute(self, sql: str, parameters: Any = (), /) -> "Cursor":
        """Run one statement."""
        await_only(_nothing())
        super().execute(sql, parameters)
        self._rows = deque(super().fetchall() if self.description else ())
        return self

    def executemany(self, sql: str, parameters: Any, /) -> "Cursor":
        """Run one statement for each set of values."""
        await_only(_nothing())
        super().executemany(sql, parameters)
        return self

    def fetchone(self) -> Any:
        """The next row, None behind the last one."""
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows."""
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        """The rest."""
        rest = list(self._rows)
        self._rows.clear()
        return rest

    async def _async_soft_close(self) -> None:
        """SQLAlchemy asks it of every asynchronous driver: to close and keep the rows. They are kept already."""


class Connection(sqlite3.Connection):
    """A connection of one coroutine at a time. It begins transactions when it is told to, never by itself."""

    _reads = False

    def prepare(self, *, reads: bool) -> None:
        """Durable, with readers beside the writer. `reads`: a write is an error."""
        self._reads = reads
        # Readers hardly ever wait. The writer waits by `begin`, where it holds up nobody.
        wait_ms = int(BUSY_S * 1000) if reads else 0
        for setting in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={wait_ms}", f"query_only={reads:d}"):
            self.execute(f"PRAGMA {setting}")

    def cursor(self, factory: Any = Cursor) -> Any:
        """A cursor that reads at once."""
        return super().cursor(factory)

    def begin(self) -> None:
        """A writer takes the lock at once: SQLite ignores FOR UPDATE, parallel units would lose changes without an error."""
        if self._reads:
            self.execute("BEGIN")
            return
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            _in_thread(self._wait_and_begin)

    def _wait_and_begin(self) -> None:
        self.execute(f"PRAGMA busy_timeout={int(BUSY_S * 1000)}")
        try:
            self.execute("BEGIN IMMEDIATE")
        finally:
            self.execute("PRAGMA busy_timeout=0")

    def commit(self) -> None:
        """Durable when this returns."""
        if self.in_transaction:
            _in_thread(super().commit)


OPTIONS: Final = {"factory": Connection, "isolation_level": None, "check_same_thread": False, "timeout": BUSY_S}
"""Of a connection. SQLite itself keeps threads apart; two are in one connection only when a commit is cancelled."""


async def _nothing() -> None:
    """SQLAlchemy takes a driver that never awaits for one that is not asynchronous."""


def _in_thread(work: Callable[[], None]) -> None:
    """Wait for it as a coroutine does."""
    await_only(asyncio.get_running_loop().run_in_executor(None, work))


class Dialect(SQLiteDialect_pysqlite):
    """The standard library's driver under SQLAlchemy's asynchronous engine."""

    driver = "loop"
    is_async = True
    has_terminate = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """Coroutines wait for a connection without a thread."""
        del url
        return AsyncAdaptedQueuePool

    def do_terminate(self, dbapi_connection: Any) -> None:
        """Closing takes no time."""
        dbapi_connection.close()

    def get_driver_connection(self, connection: Any) -> Any:
        """Nothing stands between."""
        return connection


registry.register("sqlite.loop", __name__, "Dialect")
