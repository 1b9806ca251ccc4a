"""The tab on a real database, and somebody who looks at it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from b24app.db.engine import Database
from tests.support.small_portal import SmallPortal
from tests.support.tab import Visitor
from tests.support.ui_app import Office, open_office


@pytest.fixture
def portal() -> SmallPortal:
    """A portal with one sale."""
    return SmallPortal(deal_900=_deal(category=0, stage="NEW"))


def _deal(category: int, stage: str) -> dict[str, Any]:
    moment = "2026-09-01T09:00:00+03:00"
    times = {"createdTime": moment, "updatedTime": moment, "movedTime": moment}
    return {"categoryId": category, "stageId": stage, "title": "Продажа", "assignedById": 1, **times}


@pytest.fixture
async def office(database: Database, portal: SmallPortal) -> AsyncIterator[Office]:
    """The application of the tab."""
    async with open_office(database, portal) as opened:
        yield opened


@pytest.fixture
async def visitor(office: Office) -> AsyncIterator[Visitor]:
    """Opens the tab over HTTP."""
    transport = httpx.ASGITransport(app=office.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app.test") as client:
        yield Visitor(client)
