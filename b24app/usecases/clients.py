"""Clients of portals, made on a portal's first call; the pair of tokens lives in the database."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from typing import Final
from urllib.parse import urlsplit

from b24app.bitrix.auth import TokenAuth
from b24app.bitrix.bucket import Bucket, MemoryBucket
from b24app.bitrix.client import PortalClient
from b24app.bitrix.oauth import Grant, Identity, Keys, OAuthServer
from b24app.bitrix.throttle import Throttle
from b24app.bitrix.transport import Transport
from b24app.db import portals as rows
from b24app.db.bucket import SharedBucket
from b24app.db.engine import AWAY
from b24app.db.locks import alone
from b24app.db.work import Store
from b24app.kit.errors import AccessLost, Forgery
from b24app.kit.ids import PortalId
from b24app.kit.tariff import Tariff, tariff_of

_log = logging.getLogger(__name__)
LICENSE: Final = "license"
"""Where a portal's settings keep the family of its plan."""
SAVE_AGAIN_S: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
"""Pauses between attempts to save a new pair of tokens."""


class StoredTokens:
    """The `TokenStore` of one portal: a new pair is committed before anybody uses it."""

    def __init__(self, store: Store, portal: PortalId, default_keys: Keys) -> None:
        self._store, self._portal, self._default = store, portal, default_keys

    async def load(self) -> tuple[Keys, Grant]:
        """The pair and the keys of the application it belongs to."""
        async with self._store.read() as reading:
            found = await reading.portals.get(self._portal)
        if found.grant is None or found.status is rows.PortalStatus.UNINSTALLED:
            raise AccessLost("not_installed", "an administrator has to open the application")
        keys = Keys(found.keys.client_id, found.keys.client_secret) if found.keys else self._default
        return keys, Grant(
            access_token=found.grant.access,
            refresh_token=found.grant.refresh,
            expires_at=found.grant.expires_at,
            member_id=found.member_id,
            user=found.installer or 0,
            client_endpoint=found.client_endpoint,
            server_endpoint=found.server_endpoint,
        )

    async def save(self, grant: Grant) -> None:
        """Durable when this returns. The old pair is spent: a database that is away for a moment must not lose this one."""
        pair = rows.Grant(grant.access_token, grant.refresh_token, grant.expires_at)
        for pause_s in (*SAVE_AGAIN_S, None):
            try:
                await self._put(pair)
            except AWAY:
                if pause_s is None:
                    raise
                await asyncio.sleep(pause_s)
            else:
                return

    async def _put(self, pair: rows.Grant) -> None:
        async with self._store.work(self._portal) as work:
            await work.portals.save_grant(self._portal, pair)
            await work.commit()

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Two processes must not spend one refresh token."""
        return alone(self._store.database, f"grant:{self._portal}")


async def wait_for_administrator(store: Store, portal: PortalId, lost: AccessLost) -> None:
    """Our access is gone: nothing is asked there any more, the next administrator who opens the application renews it."""
    _log.warning("access lost portal=%s error=%s", portal, lost)
    async with store.work(portal) as work:
        await work.portals.set_status(portal, rows.PortalStatus.NEEDS_ADMIN, str(lost))
        await work.commit()


class Clients:
    """One client for each portal of this process; its limits outlive a new installation of the portal."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        oauth: OAuthServer,
        default_keys: Keys,
        *,
        rate: float = 2.0,
        burst: int = 50,
    ) -> None:
        self._store, self._transport, self._oauth, self._keys = store, transport, oauth, default_keys
        self._tariff = Tariff(rate, burst)
        self._tariffs: dict[PortalId, Tariff] = {}
        self._clients: dict[PortalId, PortalClient] = {}
        self._auths: dict[PortalId, TokenAuth] = {}
        self._throttles: dict[PortalId, Throttle] = {}
        self._lock = asyncio.Lock()

    async def of(self, portal: PortalId) -> PortalClient:
        """The client of a portal; KeyError for an unknown one."""
        if portal not in self._clients:
            async with self._lock:
                if portal not in self._clients:
                    self._clients[portal] = await self._made(portal)
        return self._clients[portal]

    async def _made(self, portal: PortalId) -> PortalClient:
        async with self._store.read() as reading:
            found = await reading.portals.get(portal)
        auth = self._auths[portal] = TokenAuth(StoredTokens(self._store, portal, self._keys), self._oauth)

        async def moved(host: str) -> str | None:
            return await self._confirm(portal, auth, host)

        self._heed(portal, str(found.settings.get(LICENSE, "")))
        return PortalClient(found.client_endpoint, auth, self._transport, self.throttle(portal), moved=moved)

    def throttle(self, portal: PortalId) -> Throttle:
        """The limits of a portal, for everybody in this process who calls it."""
        if portal not in self._throttles:
            self._throttles[portal] = Throttle(self._bucket(portal))
        return self._throttles[portal]

    def _heed(self, portal: PortalId, license_family: str) -> None:
        """The plan as the portal named it last; a larger one in the settings wins."""
        tariff = max(tariff_of(license_family), self._tariff, key=lambda one: one.rate)
        if self._tariffs.get(portal, self._tariff) != tariff:
            self._tariffs[portal] = tariff
            self.throttle(portal).bucket = self._bucket(portal)

    def _bucket(self, portal: PortalId) -> Bucket:
        """With PostgreSQL several processes draw from one row; with SQLite one process is all there is."""
        tariff = self._tariffs.get(portal, self._tariff)
        if self._store.database.is_sqlite:
            return MemoryBucket(tariff.rate, tariff.burst)
        return SharedBucket(self._store.database, portal, tariff.rate, tariff.burst)

    async def _confirm(self, portal: PortalId, auth: TokenAuth, host: str) -> str | None:
        """A new address counts only when the authorization server names it for our token."""
        identity = await self._whose(auth)
        if identity is None or urlsplit(identity.client_endpoint).netloc.lower() != host.lower():
            return None
        async with self._store.work(portal) as work:
            await work.portals.move(portal, domain=identity.domain, client_endpoint=identity.client_endpoint)
            await work.commit()
        return identity.client_endpoint

    async def _whose(self, auth: TokenAuth) -> Identity | None:
        """What the server says of our token; an expired one is renewed first. None when it is not this portal's."""
        grant = await auth.grant()
        try:
            identity = await self._oauth.identify(grant.access_token, grant.server_endpoint)
        except Forgery:
            grant = await auth.renew(grant)
            try:
                identity = await self._oauth.identify(grant.access_token, grant.server_endpoint)
            except Forgery:
                return None
        return identity if identity.member_id == grant.member_id else None

    def forget(self, portal: PortalId) -> None:
        """The portal was installed again, or its address changed: read it anew on the next call."""
        self._clients.pop(portal, None)
        auth = self._auths.pop(portal, None)
        if auth is not None:
            auth.forget()
