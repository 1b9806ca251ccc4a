"""PostgreSQL itself is killed under a burst, and started again at once."""

import asyncio
from collections.abc import Callable

from b24app.db.engine import open_database
from b24app.db.ingest import NotTaken
from tests.support.cluster import own_cluster
from tests.support.flow import Flow, flow
from tests.support.waiting import until
from tests.support.world import eventually

LANES, EVENTS, KILLS = 12, 240, 2
PATIENCE_S = 60.0


async def _sends(process: Flow, lane: int, acknowledged: list[tuple[str, int]], *, enough: asyncio.Event) -> None:
    """A portal does not repeat what was refused: what is not acknowledged may be lost, and may have been kept."""
    n = 0
    while not enough.is_set():
        n += 1
        try:
            await process.put(f"1:2-{lane}", n)
        except NotTaken:
            await asyncio.sleep(0.02)
        else:
            acknowledged.append((f"1:2-{lane}", n))


async def _more_than(goal: int, count: Callable[[], int]) -> None:
    await until(lambda: count() > goal, within_s=PATIENCE_S)


async def test_nothing_acknowledged_is_lost_nothing_is_done_twice_and_the_order_holds() -> None:
    acknowledged: list[tuple[str, int]] = []
    enough = asyncio.Event()
    async with (
        own_cluster() as cluster,
        open_database(cluster.url) as database,
        flow(database, took_s=0.005) as process,
    ):
        async with asyncio.TaskGroup() as senders:  # ends before the process does
            for lane in range(LANES):
                senders.create_task(_sends(process, lane, acknowledged, enough=enough))
            for kill in range(1, KILLS + 1):
                await _more_than(EVENTS * kill // (KILLS + 1), lambda: len(acknowledged))
                await cluster.kill()
                await _more_than(process.ingest.refused, lambda: process.ingest.refused)
                await cluster.start()
            await _more_than(EVENTS, lambda: len(acknowledged))
            enough.set()
        await eventually(process.is_idle, within_s=PATIENCE_S)
        states = {f"1:2-{lane}": await process.state_of(f"1:2-{lane}") for lane in range(LANES)}

    changed = [(lane, n) for lane, numbers in states.items() for n in numbers]
    assert set(acknowledged) <= set(changed)
    assert len(changed) == len(set(changed))
    assert sorted(process.calls.made) == sorted(changed)
    for mailbox, numbers in states.items():
        assert numbers == sorted(numbers)
        assert [number for stream, number in process.calls.made if stream == mailbox] == numbers
