"""A process that draws from a portal's shared bucket: `python -m tests.support.taker URL PORTAL RATE BURST`.

Each line on its input makes it take until it was refused three times; it answers with the number of grants.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from b24app.db.bucket import SharedBucket
from b24app.db.engine import open_database
from b24app.kit.ids import PortalId

REFUSALS = 3


class Taker:
    """Such a process, seen from the test."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def takes(self) -> int:
        """How many requests it was granted."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"take\n")
        return int(await self._process.stdout.readline())


@asynccontextmanager
async def takers(number: int, *arguments: object) -> AsyncIterator[list[Taker]]:
    """So many processes, ready to take."""
    command = (sys.executable, "-m", "tests.support.taker", *map(str, arguments))
    pipe = asyncio.subprocess.PIPE
    started = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(number)]
    try:
        for process in started:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        yield [Taker(process) for process in started]
    finally:
        for process in started:
            process.kill()
            await process.wait()


async def _takes(bucket: SharedBucket) -> int:
    granted = refused = 0
    while refused < REFUSALS:
        if await bucket.take(1.0):
            refused += 1
        else:
            granted += 1
    return granted


async def main(url: str, portal: str, rate: str, burst: str) -> None:
    """Take whenever a line comes, until the input ends."""
    async with open_database(url) as database:
        bucket = SharedBucket(database, PortalId(int(portal)), float(rate), int(burst))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while await asyncio.to_thread(sys.stdin.readline):
            sys.stdout.write(f"{await _takes(bucket)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
