"""The whole flow keeps up: its rate is measured against a loop of bare durable inserts in the same run."""

import asyncio
from time import perf_counter

from b24app.db.engine import Database
from b24app.db.tables import watermark
from tests.support.flow import PORTAL, Flow, flow
from tests.support.world import eventually

EVENTS, LANES, SENDERS = 240, 40, 8
FLOOR = 0.03
"""Of the rate of the loop. An event is three durable transactions of ours and some twenty statements; a tenth is usual."""


async def _loop_rate(database: Database, number: int = 100) -> float:
    """Durable inserts a second, one after another."""
    begun = perf_counter()
    for n in range(number):
        async with database.sessions() as session:
            await session.execute(watermark.insert().values(portal_id=99, name=str(n), value="", updated_at=0))
            await session.commit()
    return number / (perf_counter() - begun)


async def _sends(process: Flow, sender: int) -> None:
    for n in range(sender, EVENTS, SENDERS):
        await process.put(f"{PORTAL}:2-{n % LANES}", n)


async def test_events_flow_in_order_once_and_not_much_slower_than_the_database(database: Database) -> None:
    loop_rate = await _loop_rate(database)
    async with flow(database) as process:
        begun = perf_counter()
        await asyncio.gather(*(_sends(process, sender) for sender in range(SENDERS)))
        await eventually(process.is_idle, within_s=60)
        rate = EVENTS / (perf_counter() - begun)
        states = {f"{PORTAL}:2-{key}": await process.state_of(f"{PORTAL}:2-{key}") for key in range(LANES)}

    wanted = {f"{PORTAL}:2-{key}": list(range(key, EVENTS, LANES)) for key in range(LANES)}
    assert states == wanted
    for key, numbers in wanted.items():
        assert [n for stream, n in process.calls.made if stream == key] == numbers
    assert rate > loop_rate * FLOOR, f"{rate:.0f} events/s, the loop {loop_rate:.0f}"
