"""An empty portal behind real HTTP, and a handler of an application."""

from collections.abc import AsyncIterator

import pytest
from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox, start_sandbox


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with start_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def handler() -> AsyncIterator[Handler]:
    async with Handler() as server:
        yield server
