"""PostgreSQL is killed in a burst of new deals and started again: the service waits for it and goes on by itself."""

import os
from pathlib import Path

import httpx
from tests.support.cluster import own_cluster
from tests.support.people import Person
from tests.support.processes import announced, installed, letter_comes
from tests.support.world import company

BURST = int(os.environ.get("SOAK_BURST", "50"))
KILLS = int(os.environ.get("SOAK_KILLS", "2"))
"""`make soak` asks for more of the same."""
EVENT = {"event": "ONCRMDEALUPDATE", "data[FIELDS][ID]": "1", "auth[member_id]": "x", "auth[application_token]": "x"}


async def test_every_deal_is_announced_once_and_nobody_had_to_restart_anything(tmp_path: Path) -> None:
    async with own_cluster() as cluster, company() as box, installed(box, cluster.url, tmp_path) as nodes:
        dispatcher = Person(box, box.portal.setting("demo")["people"]["orlova"])
        deals: list[int] = []
        for kill in range(KILLS):
            deals += [await letter_comes(box, number) for number in range(BURST // KILLS)]
            await cluster.kill()
            async with httpx.AsyncClient(trust_env=False) as stranger:
                assert (await stranger.post(f"{nodes.url}/bitrix/events", data=EVENT)).status_code == 503
                assert (await stranger.get(f"{nodes.url}/readyz")).status_code == 503
                assert (await stranger.get(f"{nodes.url}/healthz")).status_code == 200
            deals.append(await letter_comes(box, BURST + kill))  # its event is refused: the sweep finds it
            await cluster.start()

        await dispatcher.waits(
            lambda: set(deals) <= set(announced(dispatcher)), None, ("every deal",), within_s=60 + BURST * 0.3
        )

        assert nodes.web.lives
        seen = announced(dispatcher)
        assert {deal: seen[deal] for deal in deals} == dict.fromkeys(deals, 1)
