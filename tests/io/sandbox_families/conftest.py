"""An empty portal behind real HTTP: user 1 is the administrator, user 2 is Maria."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox, start_sandbox

NOON = datetime(2026, 11, 25, 9, tzinfo=UTC)  # 12:00 in Moscow


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with start_sandbox(now=NOON, speed=0) as sandbox:
        sandbox.portal.faults.bucket_off = True
        yield sandbox


@pytest.fixture
async def handler() -> AsyncIterator[Handler]:
    async with Handler() as server:
        yield server
