"""The shared bucket keeps the same law as the one in memory, on both databases."""

import asyncio

import pytest
from b24app.db.bucket import SharedBucket, pauses
from b24app.db.engine import Database
from b24app.db.tables import portal_bucket
from b24app.kit.ids import PortalId
from b24app.kit.tariff import MARGIN_BURST, Tariff
from sqlalchemy import select, update
from tests.support.taker import takers
from tests.support.work import active_portal, make_store


@pytest.fixture
async def portal(database: Database) -> PortalId:
    return await active_portal(make_store(database))


async def later(database: Database, seconds: float) -> None:
    """Time passes for the bucket."""
    column = portal_bucket.c
    async with database.sessions() as session:
        moved = {"tat": column.tat - seconds * 1000, "paused_until": column.paused_until - int(seconds * 1000)}
        await session.execute(update(portal_bucket).values(moved))
        await session.commit()


async def granted(bucket: SharedBucket, share: float = 1.0) -> int:
    """Requests it lets go at once."""
    count = 0
    while not await bucket.take(share):
        count += 1
    return count


async def test_nodes_draw_from_one_bucket_of_the_tariff_with_margins(database: Database, portal: PortalId) -> None:
    one, other = (SharedBucket(database, portal, rate=0.1, burst=50) for _ in range(2))

    assert await granted(one, share=0.4) == 16
    assert await granted(other) == 24
    assert await one.take(1.0) == pytest.approx(1 / 0.095, abs=3.0)


async def test_a_refusal_pauses_everybody_and_halves_what_is_ours(database: Database, portal: PortalId) -> None:
    bucket = SharedBucket(database, portal, rate=2.0, burst=50)
    await bucket.take(1.0)

    await bucket.refused(30.0)
    await bucket.refused(30.0)  # was under way already

    assert 25.0 < await SharedBucket(database, portal).take(1.0) <= 30.0
    async with database.reads() as session:
        assert (await session.execute(select(portal_bucket.c.rate))).scalar_one() == pytest.approx(1.0, abs=0.01)
        assert (await pauses(session))[portal][1] == "QUERY_LIMIT_EXCEEDED"


async def test_after_quiet_minutes_the_tariff_is_whole_again(database: Database, portal: PortalId) -> None:
    bucket = SharedBucket(database, portal, rate=0.1, burst=50)
    await bucket.refused(1.0)
    await later(database, 3600)

    assert await granted(bucket) == 40


async def test_four_processes_are_granted_exactly_what_one_would_be(
    database: Database, database_url: str, portal: PortalId
) -> None:
    """The bucket of the tariff less its margin, then one for each interval that passed; the test itself lasts a fraction of one."""
    tariff = Tariff(rate=0.001, burst=50)
    at_once = int(tariff.burst * MARGIN_BURST)

    async with takers(4, database_url, portal, tariff.rate, tariff.burst) as processes:
        first = await asyncio.gather(*(one.takes() for one in processes))
        await later(database, tariff.interval_s * 25.5)
        second = await asyncio.gather(*(one.takes() for one in processes))
        third = await asyncio.gather(*(one.takes() for one in processes))

    assert [sum(first), sum(second), sum(third)] == [at_once, 25, 0]
