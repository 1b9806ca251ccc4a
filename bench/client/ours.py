"""Our client in one scenario, as a process of its own: `python -m bench.client.ours SCENARIO ORIGIN DEALS`."""

import asyncio
import json
import sys
import time
from contextlib import nullcontext
from typing import Any

from b24app.bitrix.auth import TokenAuth
from b24app.bitrix.bucket import MemoryBucket
from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods_app import GetProfile
from b24app.bitrix.methods_crm import ListItems, UpdateItem
from b24app.bitrix.oauth import Grant, Keys, OAuthServer
from b24app.bitrix.throttle import Priority, Throttle
from b24app.bitrix.transport import Transport
from b24app.kit.clock import SystemClock

from bench.client.measure import Meter

SELECT = ["id", "title", "stageId", "categoryId", "assignedById", "companyId", "createdTime", "updatedTime"]
PRESS_EVERY_S = 0.7


class Tokens:
    """A pair that never expires."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant

    async def load(self) -> tuple[Keys, Grant]:
        return Keys("local.1", "secret"), self._grant

    async def save(self, grant: Grant) -> None:
        self._grant = grant

    def alone(self) -> Any:
        return nullcontext()


async def export(client: PortalClient, deals: int) -> dict[str, Any]:
    """Stream every deal; the rows are looked at and let go."""
    rows, last, rises = 0, 0, True
    async for row in client.listing(ListItems(entity_type_id=2, select=SELECT), Priority.EXPORT):
        rises, last, rows = rises and row["id"] > last, row["id"], rows + 1
    return {"rows": rows, "right": rises and rows == deals}


async def update(client: PortalClient, deals: int) -> dict[str, Any]:
    """Write to every deal."""
    calls = [UpdateItem(entity_type_id=2, id=number, fields={"title": f"{number}"}) for number in range(1, deals + 1)]
    outcomes = await client.bulk(calls)
    return {"rows": len(outcomes), "right": not any(outcome.error for outcome in outcomes)}


async def press(client: PortalClient, deals: int) -> dict[str, Any]:
    """Presses of a button while everything is exported."""
    waits: list[float] = []

    async def one() -> None:
        started = time.perf_counter()
        await client(GetProfile(), Priority.PERSON)
        waits.append(time.perf_counter() - started)

    async with asyncio.TaskGroup() as group:
        whole = group.create_task(export(client, deals))
        while not whole.done():
            group.create_task(one())
            await asyncio.sleep(PRESS_EVERY_S)
    waits.sort()
    return whole.result() | {"presses": len(waits), "p95_s": waits[int(len(waits) * 0.95)]}


SCENARIOS = {"export": export, "update": update, "press": press}


async def main(scenario: str, origin: str, deals: int) -> None:
    """Run it and print what it took."""
    transport = Transport(allow_http=True)
    oauth = OAuthServer(transport, origin, SystemClock())
    grant = Grant("at1", "rt1", SystemClock().now(), "b1f0", 1, f"{origin}/rest/")
    throttle = Throttle(MemoryBucket())
    client = PortalClient(f"{origin}/rest/", TokenAuth(Tokens(grant), oauth), transport, throttle)
    with Meter() as meter:
        found = await SCENARIOS[scenario](client, deals)
    await transport.close()
    print(json.dumps(found | meter.figures))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
