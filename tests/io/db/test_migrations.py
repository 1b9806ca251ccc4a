"""The schema of the migrations is the schema of the code, on both databases."""

from collections.abc import AsyncIterator

import pytest
from b24app.db.engine import Database, open_database
from b24app.db.migrate import check, is_current, upgrade
from tests.support.databases import KINDS, Databases


@pytest.fixture(params=KINDS)
async def empty(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[Database]:
    async with databases.empty(request.param) as url, open_database(url) as database:
        yield database


async def test_from_nothing_to_the_tables_of_the_code(empty: Database) -> None:
    assert not await is_current(empty.engine)

    await upgrade(empty.engine)

    assert await is_current(empty.engine)
    await check(empty.engine)


async def test_a_second_start_changes_nothing(empty: Database) -> None:
    await upgrade(empty.engine)
    await upgrade(empty.engine)
    assert await is_current(empty.engine)
