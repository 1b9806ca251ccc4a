"""Fixtures of all tests: real databases, each test with its own."""

from collections.abc import AsyncIterator, Iterator

import pytest
from b24app.db.engine import Database, Sessions, open_database
from tests.support.databases import KINDS, Databases


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Where tests get databases from; PostgreSQL starts with the first test that asks for it."""
    folder = tmp_path_factory.mktemp("databases")
    for place in (folder, *folder.parents[:2]):
        place.chmod(0o755)  # as root the server runs under another user
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
