"""A portal of limits and its client, over real HTTP."""

from collections.abc import AsyncIterator

import pytest
from b24app.bitrix.auth import TokenAuth
from b24app.bitrix.bucket import MemoryBucket
from b24app.bitrix.client import PortalClient
from b24app.bitrix.oauth import Grant, OAuthServer
from b24app.bitrix.throttle import Throttle
from b24app.bitrix.transport import Transport
from b24app.kit.clock import SystemClock
from tests.support.client_world import Tokens, World
from tests.support.install_portal import serve
from tests.support.model_portal import ModelPortal


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    """Closed at the end."""
    made = Transport(allow_http=True)
    yield made
    await made.close()


@pytest.fixture
async def world(transport: Transport) -> AsyncIterator[World]:
    """A portal without limits of its own and a client that hardly waits."""
    portal = ModelPortal(ids=list(range(1, 1001)))
    async with serve(portal.app()) as origin:
        portal.origin = origin
        oauth = OAuthServer(transport, origin, SystemClock())
        tokens = Tokens(Grant("at1", "rt1", SystemClock().now(), portal.member_id, 1, f"{origin}/rest/"))
        throttle = Throttle(MemoryBucket(rate=1000.0, burst=1000))
        yield World(portal, tokens, transport, oauth, throttle, TokenAuth(tokens, oauth))


@pytest.fixture
def portal(world: World) -> ModelPortal:
    return world.portal


@pytest.fixture
def client(world: World) -> PortalClient:
    return world.client()
