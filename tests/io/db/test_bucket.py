"""The shared bucket keeps the same law as the one in memory, on both databases."""

import pytest
from b24app.db.bucket import SharedBucket, pauses
from b24app.db.engine import Database
from b24app.db.tables import portal_bucket
from b24app.kit.ids import PortalId
from sqlalchemy import select, update
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
