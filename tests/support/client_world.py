"""A client against the portal of limits, and what the client lives on."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from b24app.bitrix.auth import TokenAuth
from b24app.bitrix.caller import Moved, Retries
from b24app.bitrix.client import PortalClient
from b24app.bitrix.oauth import Grant, Keys, OAuthServer
from b24app.bitrix.throttle import Throttle
from b24app.bitrix.transport import Transport
from tests.support.model_portal import ModelPortal

QUICK = Retries(first_s=0.001, most_s=0.002)


@dataclass
class Tokens:
    """The store of one pair."""

    grant: Grant
    saved: list[Grant] = field(default_factory=list)
    loads: int = 0

    async def load(self) -> tuple[Keys, Grant]:
        self.loads += 1
        return Keys("local.1", "secret"), self.grant

    async def save(self, grant: Grant) -> None:
        self.grant = grant
        self.saved.append(grant)

    def alone(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()


@dataclass
class World:
    """A portal, its client and what the client lives on."""

    portal: ModelPortal
    tokens: Tokens
    transport: Transport
    oauth: OAuthServer
    throttle: Throttle
    auth: TokenAuth

    def client(self, endpoint: str = "", moved: Moved | None = None) -> PortalClient:
        endpoint = endpoint or f"{self.portal.origin}/rest/"
        return PortalClient(endpoint, self.auth, self.transport, self.throttle, moved=moved, retries=QUICK)
