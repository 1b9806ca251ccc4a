"""An event is durable before it is acknowledged, and a one-shot event is one row."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from b24app.db.engine import Database
from b24app.db.inbox import Incoming, ticket_lane
from b24app.db.ingest import Ingest, NotTaken
from b24app.db.tables import inbox, lane
from b24app.db.work import Asleep
from b24app.kit.ids import PortalId, TicketId
from sqlalchemy import event, func, select, text

PORTAL = PortalId(1)


def changed(deal: int = 7, key: str = "") -> Incoming:
    return Incoming(PORTAL, ticket_lane(PORTAL, TicketId(f"2-{deal}")), "crm.changed", {"id": deal}, key)


@asynccontextmanager
async def running(ingest: Ingest) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(ingest.run())
        yield
        task.cancel()


async def _rows(database: Database) -> int:
    async with database.reads() as session:
        return (await session.execute(select(func.count()).select_from(inbox))).scalar_one()


async def test_events_that_come_together_share_a_commit(database: Database) -> None:
    commits: list[object] = []
    event.listen(database.engine.sync_engine, "commit", commits.append)
    ingest = Ingest(database, Asleep())
    async with running(ingest):
        await asyncio.gather(*(ingest.put(changed(deal % 5)) for deal in range(100)))
        assert await _rows(database) == 100  # durable when `put` returns
    assert len(commits) < 10
    async with database.reads() as session:
        lanes = set((await session.execute(select(lane.c.key))).scalars())
    assert lanes == {f"1:2-{deal}" for deal in range(5)}


async def test_the_same_press_twice_is_one_row_and_two_changes_of_one_second_are_two(database: Database) -> None:
    ingest = Ingest(database, Asleep())
    async with running(ingest):
        await asyncio.gather(*(ingest.put(changed(key="command:5:17")) for _ in range(3)))
        await ingest.put(changed(key="command:5:17"))
        assert await _rows(database) == 1
        await asyncio.gather(ingest.put(changed()), ingest.put(changed()))
    assert await _rows(database) == 3


async def test_a_full_queue_refuses_instead_of_growing(database: Database) -> None:
    ingest = Ingest(database, Asleep(), limit=3)
    waiting = [asyncio.ensure_future(ingest.put(changed())) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(NotTaken):
        await ingest.put(changed())
    assert ingest.refused == 1
    async with running(ingest):
        await asyncio.gather(*waiting)
    assert await _rows(database) == 3
    with pytest.raises(NotTaken, match="stopping"):
        await ingest.put(changed())


async def test_an_event_the_database_cannot_hold_takes_no_other_with_it(database: Database) -> None:
    ingest = Ingest(database, Asleep())
    bad = Incoming(PORTAL, "1:2-7", "crm.changed", {"id": object()})
    async with running(ingest):
        results = await asyncio.gather(
            ingest.put(changed(1)), ingest.put(bad), ingest.put(changed(2)), return_exceptions=True
        )
    assert [type(result) for result in results] == [type(None), NotTaken, type(None)]
    assert await _rows(database) == 2


async def test_a_database_that_refuses_is_told_to_the_caller(database: Database) -> None:
    async with database.sessions() as session:
        await session.execute(text("DROP TABLE lane"))
        await session.commit()
    ingest = Ingest(database, Asleep())
    async with running(ingest):
        with pytest.raises(NotTaken):
            await ingest.put(changed())
    assert await _rows(database) == 0


async def test_half_a_surrogate_pair_from_outside_is_kept(database: Database) -> None:
    ingest = Ingest(database, Asleep())
    async with running(ingest):
        await ingest.put(Incoming(PORTAL, "1", "bot.message", {"text": "\ud83d\x00"}))
    async with database.reads() as session:
        assert (await session.execute(select(inbox.c.body))).scalar_one() == '{"text":"\\ud83d\\u0000"}'
    with suppress(NotTaken):
        await ingest.put(changed())
