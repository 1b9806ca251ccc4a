"""The world of a story: a portal with the demo company, the service in it, the application installed."""

from collections.abc import AsyncIterator

import pytest
from tests.support.world import World, open_world


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url) as made:
        yield made
