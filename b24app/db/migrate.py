"""Migrations from inside the process: `b24app db upgrade`, the start of `serve` on SQLite, the doctor, the tests."""

from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from b24app.kit.errors import SettingsError


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the schema to this release's; a schema that is there already stays as it is."""
    async with engine.connect() as connection:
        await connection.run_sync(lambda given: command.upgrade(_config(given), "head"))
        await connection.commit()


async def check(engine: AsyncEngine) -> None:
    """Fail when the tables in code and the migrations differ (alembic's `check`)."""
    async with engine.connect() as connection:
        await connection.run_sync(lambda given: command.check(_config(given)))


async def is_current(engine: AsyncEngine) -> bool:
    """The schema is the one this release was written for."""
    return await revision(engine) == ScriptDirectory.from_config(_config(None)).get_current_head()


async def revision(engine: AsyncEngine) -> str | None:
    """The last migration that was applied; None for an empty database."""
    async with engine.connect() as connection:
        return await connection.run_sync(lambda given: MigrationContext.configure(given).get_current_revision())


def _config(connection: Connection | None) -> Config:
    config = Config(stdout=StringIO())  # what it prints, the caller hears by the error
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def scripts() -> Path:
    """The folder of the migrations: inside an installed wheel, in a clone, or beside the working directory of an image."""
    package = Path(__file__).resolve().parent
    for place in (package / "migrations", package.parent.parent / "migrations", Path.cwd() / "migrations"):
        if (place / "env.py").is_file():
            return place
    raise SettingsError("the folder `migrations` was not found: start b24app in its own directory")
