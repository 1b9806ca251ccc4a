"""A portal that asked for its data to be deleted: nothing of it stays, nothing of others goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from b24app.db import tables
from b24app.db.engine import Database, Sessions
from b24app.db.erasure import erase, tables_of_portals
from b24app.db.portals import PortalStatus
from b24app.db.work import Store
from b24app.kit.ids import PortalId
from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary, SmallInteger, Table, Text, func, select
from tests.support.work import StandingClock, install, installation, make_store

SAMPLES: Final[dict[type, Any]] = {
    BigInteger: 7, Boolean: True, Float: 1.0, Integer: 7, LargeBinary: b"x", SmallInteger: 0, Text: "{}",
}  # fmt: skip
ROWS: Final = 5


def row_of(table: Table, portal: PortalId, n: int) -> dict[str, Any]:
    """A row of any table: texts and numbers of its keys differ from row to row, and from portal to portal."""
    unique = {column.name for column in table.primary_key} | {"subject", "dedup_key", "idem_key"}
    row: dict[str, Any] = {}
    for column in table.c:
        sample = SAMPLES[type(column.type)]
        row[column.name] = sample if column.name not in unique else f"{portal}-{n}" if sample == "{}" else n
    if "id" in table.c and table.c.id.autoincrement is True:
        del row["id"]  # counted up by the database
    return row | {"portal_id": portal}


async def fill(database: Database, portal: PortalId) -> None:
    """Rows of this portal in every table that has any, however new the table is."""
    async with database.sessions() as session:
        for table in tables_of_portals():
            single = [column.name for column in table.primary_key] == ["portal_id"]
            for n in range(1, 2 if single else ROWS + 1):
                await session.execute(table.insert().values(row_of(table, portal, n)))
        await session.commit()


async def kept(database: Database, portal: PortalId) -> dict[str, int]:
    """How many rows the portal has, by table; tables without any are left out."""
    found = {}
    async with database.reads() as session:
        for table in tables_of_portals():
            query = select(func.count()).select_from(table).where(table.c.portal_id == portal)
            found[table.name] = (await session.execute(query)).scalar_one()
    return {name: number for name, number in found.items() if number}


async def erased(store: Store, portal: PortalId) -> None:
    async with store.work(portal) as work:
        await work.portals.erase(portal)
        await work.commit()


async def rows_of_portals(database: Database) -> int:
    async with database.reads() as session:
        return (await session.execute(select(func.count()).select_from(tables.portal))).scalar_one()


async def test_every_table_of_a_portal_is_emptied_and_others_keep_theirs(database: Database) -> None:
    store, clock = make_store(database), StandingClock()
    leaving, staying = (await install(store)).id, (await install(store, "c2e1", "other.bitrix24.ru")).id
    await fill(database, leaving)
    await fill(database, staying)
    before = await kept(database, staying)
    assert set(before) == {table.name for table in tables_of_portals()}

    await erased(store, leaving)
    await erase(database, clock, chunk=2)

    assert await kept(database, leaving) == {}
    assert await kept(database, staying) == before


def test_a_table_without_a_portal_holds_nothing_of_one() -> None:
    """A new table belongs to a portal, or this line says why it does not: keys are the integrator's own."""
    without = set(tables.metadata.tables) - {table.name for table in tables_of_portals()}
    assert without == {"portal", "portal_keys"}


async def test_the_portal_is_gone_at_once_and_a_later_installation_begins_anew(database: Database) -> None:
    store = make_store(database)
    first = await install(store)
    async with store.work(first.id) as work:
        await work.portals.save_settings(first.id, {"bot": 7})
        await work.commit()

    await erased(store, first.id)

    async with store.work() as work:
        await work.portals.set_status(first.id, PortalStatus.ACTIVE)  # somebody who had not heard of it
        await work.commit()
    async with store.read() as reading:
        assert await reading.portals.all() == []
        assert await reading.portals.by_member("b1f0") is None
        assert await reading.portals.status(first.id) is PortalStatus.UNINSTALLED
    async with database.reads() as session:
        (row,) = await session.execute(select(tables.portal))
    assert not any(word in str(row) for word in ("b1f0", "bitrix24", "bot"))
    assert {row.access_token, row.refresh_token, row.application_token, row.installer} == {None}

    async with store.work() as work:
        again = await work.portals.install(installation())
        await work.commit()
    assert (again.id != first.id, again.settings) == (True, {})
    await fill(database, again.id)
    await erase(database, StandingClock())
    assert await kept(database, again.id)


class Killed(Exception):
    """The process ended here."""


@contextmanager
def killed_after(database: Database, commits: int) -> Iterator[None]:
    """The process dies when it opens the transaction after so many."""
    whole: Sessions = database.sessions
    left = iter(range(commits))

    def dying() -> Any:
        if next(left, None) is None:
            raise Killed
        return whole()

    database.sessions = dying  # type: ignore[assignment]  # a process dies between any two transactions
    try:
        yield
    finally:
        database.sessions = whole


async def test_killed_in_the_middle_the_rest_goes_with_the_next_pass(database: Database) -> None:
    store, clock = make_store(database), StandingClock()
    leaving = (await install(store)).id
    await fill(database, leaving)
    await erased(store, leaving)

    with killed_after(database, 7), pytest.raises(Killed):
        await erase(database, clock, chunk=2)
    assert await kept(database, leaving)

    await erase(database, clock, chunk=2)
    assert await kept(database, leaving) == {}
    assert await erase(database, clock) == 0


async def test_what_commits_too_late_goes_too_and_the_marked_row_is_the_last(database: Database) -> None:
    store, clock = make_store(database), StandingClock()
    leaving = (await install(store)).id
    await erased(store, leaving)
    await erase(database, clock)
    await fill(database, leaving)

    await erase(database, clock)

    assert await kept(database, leaving) == {}
    assert await rows_of_portals(database) == 1
    clock.passes(hours=2)
    await erase(database, clock)
    assert await rows_of_portals(database) == 0
