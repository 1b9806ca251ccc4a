"""A portal with one installed application, called over HTTP, and a listener for what the portal posts."""

from collections.abc import AsyncIterator

import httpx
import pytest
from b24app.sandbox.app import make_app, make_portal
from b24app.sandbox.kernel.events import Events, running
from tests.support.messenger import APP, TOKEN, Chat, Handler


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    portal = make_portal(origin="http://portal.test", oauth_origin="http://portal.test")
    app = {
        "ID": APP, "CLIENT_ID": "local.test", "TOKEN": TOKEN, "STATUS": "L", "INSTALLED": True,
        "SCOPES": ["im", "imbot", "placement", "crm"],
    }  # fmt: skip
    portal.apps.put(APP, app)
    portal.faults.bucket_off = True
    transport = httpx.ASGITransport(make_app(portal))
    assert isinstance(portal.outgoing, Events)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://portal.test") as client,
        running(portal.outgoing),
    ):
        yield Chat(portal, client)
    portal.store.close()


@pytest.fixture
async def handler() -> AsyncIterator[Handler]:
    async with Handler() as server:
        yield server
