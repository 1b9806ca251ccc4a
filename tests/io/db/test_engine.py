"""Transactions as the product begins them."""

import asyncio
import contextlib
import sqlite3

import pytest
from b24app.db.engine import Database, NowMs, make_engine
from b24app.db.tables import watermark
from b24app.kit.clock import SystemClock, to_ms
from b24app.kit.errors import SettingsError
from sqlalchemy import Executable, select, text
from sqlalchemy.exc import DBAPIError


async def _add_one(database: Database) -> None:
    async with database.sessions() as session:
        query = select(watermark.c.value).with_for_update()
        value = int((await session.execute(query)).scalar_one())
        await session.execute(watermark.update().values(value=str(value + 1)))
        await session.commit()


async def test_no_change_is_lost_when_twenty_units_read_and_write_at_once(database: Database) -> None:
    async with database.sessions() as session:
        await session.execute(watermark.insert().values(portal_id=1, name="n", value="0", updated_at=0))
        await session.commit()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(20):
            tasks.create_task(_add_one(database))

    async with database.reads() as session:
        assert (await session.execute(select(watermark.c.value))).scalar_one() == "20"


async def test_a_unit_that_reads_cannot_write(database: Database) -> None:
    async with database.reads() as session:
        with pytest.raises(DBAPIError, match=r"(?i)read.?only"):
            await session.execute(watermark.insert().values(portal_id=1, name="n", value="0", updated_at=0))


async def test_readers_do_not_wait_for_the_writer(database: Database) -> None:
    async with database.sessions() as writing:
        await writing.execute(watermark.insert().values(portal_id=1, name="n", value="0", updated_at=0))
        async with database.reads() as reading:
            assert (await reading.execute(select(watermark))).all() == []


async def test_the_database_tells_the_time_of_the_wall(database: Database) -> None:
    async with database.reads() as session:
        now = (await session.execute(select(NowMs()))).scalar_one()
    assert abs(now - to_ms(SystemClock().now())) < 5_000


async def test_a_process_that_writes_is_waited_for_while_the_loop_goes_on(database: Database) -> None:
    if not database.is_sqlite:
        return
    row = watermark.insert().values(portal_id=1, name="n", value="0", updated_at=0)
    with contextlib.closing(sqlite3.connect(str(database.engine.url.database))) as other:
        other.execute("BEGIN IMMEDIATE")
        unit = asyncio.create_task(_written(database, row))
        for _ in range(20):
            async with database.reads() as reading:  # the loop lives, readers read
                assert (await reading.execute(select(watermark))).all() == []
        assert not unit.done()
        other.rollback()
        await unit
    async with database.reads() as reading:
        assert len((await reading.execute(select(watermark))).all()) == 1


async def test_rows_are_there_after_the_unit_that_read_them(database: Database) -> None:
    await _written(database, watermark.insert().values(portal_id=1, name="n", value="0", updated_at=0))
    async with database.reads() as reading:
        names = await reading.execute(select(watermark.c.name))
        values = await reading.execute(select(watermark.c.value))
    assert (names.scalars().all(), values.scalars().all()) == (["n"], ["0"])


async def _written(database: Database, statement: Executable) -> None:
    async with database.sessions() as session:
        await session.execute(statement)
        await session.commit()


async def test_a_unit_cancelled_in_its_commit_leaves_the_writer_to_others(database: Database) -> None:
    for number in range(20):
        row = watermark.insert().values(portal_id=1, name=f"n{number}", value="0", updated_at=0)
        unit = asyncio.create_task(_written(database, row))
        for _ in range(number % 7):
            await asyncio.sleep(0)
        unit.cancel()
        await asyncio.gather(unit, return_exceptions=True)
    await _written(database, watermark.insert().values(portal_id=2, name="n", value="0", updated_at=0))
    async with database.reads() as reading:
        query = select(watermark.c.name).where(watermark.c.portal_id == 2)
        assert (await reading.execute(query)).scalars().all() == ["n"]


async def test_a_bare_connection_works_too(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(watermark.insert().values(portal_id=1, name="n", value="0", updated_at=0))
        await connection.execute(watermark.insert(), [{"portal_id": 2, "name": "n", "value": "0", "updated_at": 0}])
    async with database.reader.connect() as connection:
        assert len((await connection.execute(select(watermark))).all()) == 2


async def test_sqlite_is_durable(database: Database) -> None:
    if not database.is_sqlite:
        return
    async with database.sessions() as session:
        assert (await session.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
        assert (await session.execute(text("PRAGMA synchronous"))).scalar_one() == 2  # FULL


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://"])
def test_another_database_is_refused_by_name(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        make_engine(url)
