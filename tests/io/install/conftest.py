"""A small portal, and the doors in front of a database of the test's own."""

from collections.abc import AsyncIterator

import pytest
from b24app.db.engine import Database
from tests.support.install_app import Doors, open_doors
from tests.support.install_portal import InstallPortal, install_portal


@pytest.fixture
async def portal() -> AsyncIterator[InstallPortal]:
    """The portal and its authorization server."""
    async with install_portal() as running:
        yield running


@pytest.fixture
async def doors(database: Database, portal: InstallPortal) -> AsyncIterator[Doors]:
    """The service's doors; its authorization server is the small portal's."""
    async with open_doors(database, portal.origin) as opened:
        yield opened
