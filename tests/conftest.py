"""Fixtures of all tests: real databases, each test with its own."""

from collections.abc import AsyncIterator, Iterator

import pytest
from b24app.db.engine import Database, Sessions, open_database
from tests.support.databases import KINDS, Databases, place_of_servers


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Where tests get databases from; PostgreSQL starts with the first test that asks for it."""
    with place_of_servers() as folder:
        made = Databases(folder)
        yield made
        made.close()


@pytest.fixture(params=KINDS)
async def database_url(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[str]:
    """The address of a database of this test only, with the schema made by the real migrations."""
    async with databases.fresh(request.param) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of this test only, on SQLite and on PostgreSQL."""
    async with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def sessions(database: Database) -> Sessions:
    """Sessions of units that write."""
    return database.sessions
