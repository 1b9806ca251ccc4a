"""Engines of the one database: who may write, how a transaction begins, and the database's own clock.

SQLite has one writer. Its writing engine has one connection, so units of work queue up for it in order of arrival instead
of polling the file's lock; each begins with BEGIN IMMEDIATE, because SQLite ignores FOR UPDATE and parallel
read-change-write units would lose changes without an error. Readers have connections of their own that cannot write.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, BigInteger, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from b24app.kit.errors import SettingsError

Sessions = async_sessionmaker[AsyncSession]

AWAY: Final = (OperationalError, InterfaceError, PoolTimeout)
"""What units raise while the database is restarted or cannot be reached; what was committed is there afterwards."""


def what_is_wrong(error: BaseException) -> str:
    """The database's own words in one line, without the statement and its values."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__


_BUSY_MS: Final = 15_000
_SERVER_GONE: Final = {
    "connect_timeout": "5",
    "tcp_user_timeout": "20000",
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}
"""A host that vanished says nothing: without these a unit would wait for it for a quarter of an hour. An address may say more."""
_SQLITE_READERS: Final = 4
_SQLITE_MEMORY: Final = frozenset({None, "", ":memory:"})


def make_engine(url: str) -> AsyncEngine:
    """The engine for units that write. `sqlite[+aiosqlite]:///file` or `postgresql[+psycopg]://…`.

    Raises `SettingsError` for another kind of database.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, pool_size=1, begin="BEGIN IMMEDIATE")
    return create_async_engine(address, pool_size=10, max_overflow=10, pool_pre_ping=True)


def make_reader(url: str) -> AsyncEngine:
    """The engine for units that only read: a write through it is an error of the database."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, pool_size=_SQLITE_READERS, begin="BEGIN", pragma="PRAGMA query_only=ON")
    return create_async_engine(
        address, pool_size=10, pool_pre_ping=True, execution_options={"postgresql_readonly": True}
    )


def _address(url: str) -> URL:
    address = make_url(url)
    match address.get_backend_name():
        case "sqlite":
            if address.database in _SQLITE_MEMORY:
                raise SettingsError("B24APP_DATABASE_URL: SQLite needs a file, for instance sqlite:///var/b24app.db")
            return address.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return address.set(drivername="postgresql+psycopg", query=_SERVER_GONE | address.query)
        case other:
            raise SettingsError(f"B24APP_DATABASE_URL: {other} is not supported, use sqlite or postgresql")


def _sqlite(address: URL, *, pool_size: int, begin: str, pragma: str = "") -> AsyncEngine:
    Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(address, pool_size=pool_size, max_overflow=0, pool_timeout=_BUSY_MS / 1000)
    settings = ["PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", f"PRAGMA busy_timeout={_BUSY_MS}", pragma]

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        for line in filter(None, settings):
            cursor.execute(line)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_now(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


class Database:
    """One database: the sessions of units that write and of units that read."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self.reader = make_reader(url)
        self.sessions: Sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self.reads: Sessions = async_sessionmaker(self.reader, expire_on_commit=False, info={"reads": True})

    @property
    def is_sqlite(self) -> bool:
        """The embedded database."""
        return self.engine.dialect.name == "sqlite"

    async def answers(self) -> bool:
        """It can be reached now."""
        try:
            async with self.reads() as session:
                await session.execute(text("SELECT 1"))
        except AWAY:
            return False
        return True

    async def close(self) -> None:
        """Give back every connection."""
        await self.reader.dispose()
        await self.engine.dispose()


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """A database that is closed at the end of the block."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


class NowMs(FunctionElement[int]):
    """The database's own wall clock in epoch milliseconds: leases and limits of several nodes are measured by one clock."""

    type = BigInteger()
    inherit_cache = True


@compiles(NowMs, "sqlite")
def _now_sqlite(_element: NowMs, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(NowMs, "postgresql")
def _now_postgresql(_element: NowMs, _compiler: SQLCompiler, **_kw: Any) -> str:
    # In a sub-select it is evaluated once, so that an index on the compared column can be used.
    return "(SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint))"
