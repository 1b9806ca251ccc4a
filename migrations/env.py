"""Alembic's entry. The service hands its own connection over; a developer's command opens one by the settings."""

import asyncio

from alembic import context
from b24app.db.engine import make_engine
from b24app.db.tables import metadata
from b24app.settings import load_settings
from sqlalchemy import Connection, text

_LOCK = 7_224_001  # any number: nodes that start together migrate one after the other


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_server_default=False,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.run_migrations()


async def _by_settings() -> None:
    engine = make_engine(load_settings().database_url)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


_given: Connection | None = context.config.attributes.get("connection")
if _given is None:
    asyncio.run(_by_settings())
else:
    _migrate(_given)
