"""Waiting for a condition, never for a length of time."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool], *, within_s: float = 10.0) -> None:
    """Return as soon as the condition holds; TimeoutError when it does not within this time."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - any condition, not one with an event
            await asyncio.sleep(0.005)
