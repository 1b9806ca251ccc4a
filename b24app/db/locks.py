"""One process at a time, without a transaction: for work that talks to the network meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import text

from b24app.db.engine import Database

LOOK_S: Final = 0.1
_TRY: Final = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
_LEAVE: Final = text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")


@asynccontextmanager
async def alone(database: Database, name: str) -> AsyncIterator[None]:
    """Inside the block no other process holds this name. It ends with the process, whatever kills it.

    With SQLite one process is the installation, and nothing is locked.
    """
    if database.is_sqlite:
        yield
        return
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        # Tried again and again instead of waited for: a cancelled wait could leave the lock with a pooled connection.
        while not (await connection.execute(_TRY, {"name": name})).scalar():  # noqa: ASYNC110 - another process ends it
            await asyncio.sleep(LOOK_S)
        try:
            yield
        finally:
            await connection.execute(_LEAVE, {"name": name})
