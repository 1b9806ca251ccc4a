"""`kill -9` in a burst of new deals: every ticket is announced, once."""

import os
import random
from pathlib import Path

from b24app.db.engine import make_engine
from sqlalchemy import text
from tests.support.databases import Databases
from tests.support.people import Person
from tests.support.processes import Nodes, announced, installed, letter_comes
from tests.support.sandbox import Sandbox
from tests.support.world import company

BURST = int(os.environ.get("SOAK_BURST", "100"))
KILLS = int(os.environ.get("SOAK_KILLS", "2"))
SEED = int(os.environ.get("SOAK_SEED", "7"))
"""`make soak` asks for more of the same, at other moments."""
AT_ONCE = 4
"""Calls of one portal that may be on the wire at the moment of a kill: those may be repeated, once each."""


async def _survives(box: Sandbox, nodes: Nodes, burst: int, victims: list[list[int]]) -> None:
    """A burst with one kill for each entry of `victims`: places in `nodes.all`."""
    dispatcher = Person(box, box.portal.setting("demo")["people"]["orlova"])
    luck = random.Random(SEED)  # noqa: S311 - moments of a test
    moments = dict(zip(sorted(luck.sample(range(5, burst - 5), len(victims))), victims, strict=True))
    deals = []
    for number in range(burst):
        deals.append(await letter_comes(box, number))
        for place in moments.get(number, []):
            await nodes.all[place].kill()
        for place in moments.get(number, []):
            await nodes.all[place].start()

    await dispatcher.waits(
        lambda: set(deals) <= set(announced(dispatcher)), None, ("every deal",), within_s=90 + burst * 0.3
    )

    seen = announced(dispatcher)
    repeated = sum(count - 1 for deal, count in seen.items() if deal in deals)
    assert repeated <= len(victims) * AT_ONCE
    assert max(seen[deal] for deal in deals) <= 1 + len(victims)


async def circles(url: str) -> int:
    """How often units of work waited for each other in a circle, until PostgreSQL sent one of them away."""
    engine = make_engine(url)
    async with engine.connect() as connection:
        query = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        found: int = (await connection.execute(query)).scalar_one()
    await engine.dispose()
    return found


async def test_a_burst_survives_kills(database_url: str, tmp_path: Path) -> None:
    async with company() as box, installed(box, database_url, tmp_path) as nodes:
        await _survives(box, nodes, BURST, [[0]] * KILLS)


async def test_a_burst_survives_kills_of_web_worker_and_both(databases: Databases, tmp_path: Path) -> None:
    """Two nodes do the background work: what one of them held when it died, the other goes on with."""
    async with (
        databases.fresh("postgresql") as url,
        company() as box,
        installed(box, url, tmp_path, workers=2) as nodes,
    ):
        await _survives(box, nodes, BURST // 3, [[1], [0, 2]] * (KILLS // 2))
        assert await circles(url) == 0
