"""Who is alive. A node that died by force leaves leases behind; they are freed when it is certain that it is gone.

PostgreSQL: each node holds an advisory lock on a connection of its own, which ends with the process. SQLite: there is one
process, it holds a lock on a file beside the database, and whatever others left is free.
"""

import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from b24app.db import lanes
from b24app.db.engine import Database
from b24app.kit.errors import SettingsError

_CLASS: Final = 7_224_002  # any number: the class of our advisory locks


def new_owner() -> str:
    """A name of this start of this process, for the leases it takes."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


async def working(database: Database) -> int:
    """How many processes do background work on this database now."""
    if database.is_sqlite:
        return int(_is_locked(_lock_of(database)))
    query = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :class AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    async with database.reader.connect() as connection:
        return int((await connection.execute(query, {"class": _CLASS})).scalar_one())


def _lock_of(database: Database) -> Path:
    return Path(f"{database.engine.url.database}.lock")


def _is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


class Presence:
    """This node's sign of life, and the check of the others'."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database, self._owner = database, owner
        self._connection: AsyncConnection | None = None
        self._file: int | None = None

    async def begin(self) -> None:
        """Show that we live. `SettingsError` when another process works on the same SQLite file."""
        if self._database.is_sqlite:
            self._lock_file()
        else:
            await self._hold()

    async def sweep(self) -> None:
        """Free the leases of nodes that are gone, and make sure that our own sign is seen."""
        if not self._database.is_sqlite:
            await self._hold()
        async with self._database.sessions() as session:
            for owner in await lanes.owners(session) - {self._owner}:
                if self._database.is_sqlite or await self._is_gone(owner):
                    await lanes.release_owner(session, owner)
            await session.commit()

    async def end(self) -> None:
        """Free our own leases: we stop."""
        try:
            async with self._database.sessions() as session:
                await lanes.release_owner(session, self._owner)
                await session.commit()
        finally:
            await self._close()

    async def _hold(self) -> None:
        if self._connection is not None:
            try:
                await self._connection.execute(text("SELECT 1"))
            except DBAPIError:  # the server was restarted: our lock is gone, take it anew
                await self._close()
            else:
                return
        connection = await self._database.engine.connect()
        self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        lock = text("SELECT pg_try_advisory_lock(:class, hashtext(:owner))")
        await self._connection.execute(lock, {"class": _CLASS, "owner": self._owner})

    async def _is_gone(self, owner: str) -> bool:
        """Its lock is free."""
        if self._connection is None:
            return False
        names = {"class": _CLASS, "owner": owner}
        free = await self._connection.execute(text("SELECT pg_try_advisory_lock(:class, hashtext(:owner))"), names)
        if not free.scalar_one():
            return False
        await self._connection.execute(text("SELECT pg_advisory_unlock(:class, hashtext(:owner))"), names)
        return True

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                await connection.invalidate()  # so that the lock goes with the connection, not back to the pool
            await connection.close()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lock_file(self) -> None:
        path = _lock_of(self._database)
        self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            self._file = None
            raise SettingsError(
                "B24APP_DATABASE_URL: another b24app works on this SQLite file; several processes need PostgreSQL"
            ) from error
