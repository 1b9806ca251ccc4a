"""Installations: who they are, their sealed tokens, what provisioning made on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db import erasure, lanes
from b24app.db.crypto import Cipher
from b24app.db.jsontext import dump, load
from b24app.db.lanes import count, upsert
from b24app.db.tables import ERASED, portal, portal_keys
from b24app.kit.clock import Clock, from_ms, to_ms
from b24app.kit.errors import Conflict
from b24app.kit.ids import PortalId, UserId

_is_here = portal.c.status != ERASED


class PortalStatus(StrEnum):
    """Whether we work with a portal. Rows of its outbox are kept in every case."""

    ACTIVE = "active"
    PAUSED = "paused"
    NEEDS_ADMIN = "needs_admin"
    UNINSTALLED = "uninstalled"


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens of an installed application. Never shown: `repr` leaves them out."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of a portal's own local application."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Portal:
    """One Bitrix24 installation."""

    id: PortalId
    member_id: str
    domain: str
    client_endpoint: str
    server_endpoint: str
    application_id: str
    """Client id of the application it was installed with."""
    keys: Keys | None
    """Keys of its own application, None for those of the settings."""
    grant: Grant | None
    application_token: str = field(repr=False)
    """Compare it in constant time."""
    scope: str
    installer: UserId | None
    status: PortalStatus
    reason: str
    settings: Mapping[str, Any]
    """What provisioning made and what an administrator chose, as plain JSON values."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Installation:
    """What a verified installation tells."""

    member_id: str
    domain: str
    client_endpoint: str
    server_endpoint: str
    application_id: str
    grant: Grant
    scope: str = ""
    installer: UserId | None = None
    application_token: str = field(default="", repr=False)
    keys: Keys | None = None


class Portals:
    """All portals of this installation of b24app."""

    def __init__(self, session: AsyncSession, cipher: Cipher, clock: Clock) -> None:
        self._session, self._cipher, self._clock = session, cipher, clock

    async def get(self, portal_id: PortalId, *, lock: bool = False) -> Portal:
        """The portal; KeyError when there is none. `lock` holds it, for instance while its tokens are refreshed."""
        found = await self._one(portal.c.id == portal_id, lock=lock)
        if found is None:
            raise KeyError(portal_id)
        return found

    async def by_member(self, member_id: str) -> Portal | None:
        """The portal with this key of its own."""
        return await self._one(portal.c.member_id == member_id)

    async def by_domain(self, domain: str) -> Portal | None:
        """The portal at this address; the latest one, should the address have changed hands."""
        return await self._one(portal.c.domain == domain)

    async def all(self) -> list[Portal]:
        """Every portal, in order of installation."""
        query = select(portal).where(_is_here).order_by(portal.c.id)
        return [self._portal(row) for row in await self._session.execute(query)]

    async def active(self) -> list[PortalId]:
        """Portals we work with."""
        query = select(portal.c.id).where(portal.c.status == PortalStatus.ACTIVE.value).order_by(portal.c.id)
        return [PortalId(found) for found in (await self._session.execute(query)).scalars()]

    async def status(self, portal_id: PortalId) -> PortalStatus:
        """Whether we work with it; a portal that is gone counts as uninstalled."""
        query = select(portal.c.status).where(portal.c.id == portal_id, _is_here)
        found = (await self._session.execute(query)).scalar()
        return PortalStatus(found) if found is not None else PortalStatus.UNINSTALLED

    async def install(self, told: Installation) -> Portal:
        """Create the portal or renew what the installation tells; it is active again. Its settings stay."""
        values = self._installed(told)
        statement = upsert(self._session, portal).values(
            values | {"member_id": told.member_id, "created_at": self._now(), "settings": "{}"}
        )
        kept = values if told.application_token else {k: v for k, v in values.items() if k != "application_token"}
        await self._session.execute(statement.on_conflict_do_update(index_elements=["member_id"], set_=kept))
        found = await self.by_member(told.member_id)
        if found is None:
            raise Conflict(told.member_id)
        await lanes.hurry(self._session, found.id)
        return found

    async def save_grant(self, portal_id: PortalId, grant: Grant) -> None:
        """Store refreshed tokens; commit before the first use, the old refresh token is void already."""
        await self._set(portal_id, self._sealed(grant))

    async def save_application_token(self, portal_id: PortalId, token: str) -> None:
        """Store what events of this portal must carry."""
        await self._set(portal_id, {"application_token": self._cipher.seal_maybe(token)})

    async def move(
        self, portal_id: PortalId, *, domain: str, client_endpoint: str, server_endpoint: str | None = None
    ) -> None:
        """The portal answers at another address now, perhaps with another authorization server."""
        values = {"domain": domain, "client_endpoint": client_endpoint}
        await self._set(portal_id, values | ({"server_endpoint": server_endpoint} if server_endpoint else {}))

    async def save_settings(self, portal_id: PortalId, settings: Mapping[str, Any]) -> None:
        """Replace what provisioning made and an administrator chose."""
        await self._set(portal_id, {"settings": dump(dict(settings))})

    async def set_status(self, portal_id: PortalId, status: PortalStatus, reason: str = "") -> None:
        """Pause or resume; a portal that is active again gets everything that waited.

        A removed application that is refused once more stays removed: only an installation brings it back.
        """
        values = {"status": status.value, "reason": reason, "updated_at": self._now()}
        changed = portal.update().where(portal.c.id == portal_id, _is_here)
        if status is PortalStatus.NEEDS_ADMIN:
            changed = changed.where(portal.c.status != PortalStatus.UNINSTALLED.value)
        await self._session.execute(changed.values(values))
        if status is PortalStatus.ACTIVE:
            await lanes.hurry(self._session, portal_id)

    async def erase(self, portal_id: PortalId) -> None:
        """Delete the portal with everything it has: it is gone with this commit, its rows follow (`db.erasure.erase`)."""
        await erasure.condemn(self._session, portal_id, self._now())

    async def add_keys(self, domain: str, keys: Keys) -> None:
        """Keys of one portal's local application, before or after it is installed."""
        secret = self._cipher.seal(keys.client_secret)
        values: dict[str, Any] = {"client_id": keys.client_id, "client_secret": secret, "added_at": self._now()}
        statement = upsert(self._session, portal_keys).values(values | {"domain": domain.lower()})
        await self._session.execute(statement.on_conflict_do_update(index_elements=["domain"], set_=values))

    async def addresses_with_keys(self) -> list[str]:
        """Addresses that keys were given for by `b24app portal add`."""
        return list(
            (await self._session.execute(select(portal_keys.c.domain).order_by(portal_keys.c.domain))).scalars()
        )

    async def keys_for(self, domain: str) -> Keys | None:
        """Keys given for this address by `b24app portal add`, None when the default ones apply."""
        row = (await self._session.execute(select(portal_keys).where(portal_keys.c.domain == domain.lower()))).first()
        return Keys(row.client_id, self._cipher.open(row.client_secret)) if row is not None else None

    async def keys_with_id(self, client_id: str) -> Keys | None:
        """Keys given by `b24app portal add` whose application has this id."""
        row = (await self._session.execute(select(portal_keys).where(portal_keys.c.client_id == client_id))).first()
        return Keys(row.client_id, self._cipher.open(row.client_secret)) if row is not None else None

    def _installed(self, told: Installation) -> dict[str, Any]:
        return self._sealed(told.grant) | {
            "domain": told.domain,
            "client_endpoint": told.client_endpoint,
            "server_endpoint": told.server_endpoint,
            "application_id": told.application_id,
            "client_secret": self._cipher.seal_maybe(told.keys.client_secret if told.keys else None),
            "application_token": self._cipher.seal_maybe(told.application_token),
            "scope": told.scope,
            "installer": told.installer,
            "status": PortalStatus.ACTIVE.value,
            "reason": "",
            "updated_at": self._now(),
        }

    def _sealed(self, grant: Grant) -> dict[str, Any]:
        return {
            "access_token": self._cipher.seal_maybe(grant.access),
            "refresh_token": self._cipher.seal_maybe(grant.refresh),
            "expires_at": to_ms(grant.expires_at),
        }

    async def _set(self, portal_id: PortalId, values: dict[str, Any]) -> None:
        changed = portal.update().where(portal.c.id == portal_id, _is_here).values(values | {"updated_at": self._now()})
        if not await count(self._session, changed):
            raise KeyError(portal_id)

    async def _one(self, where: ColumnElement[bool], *, lock: bool = False) -> Portal | None:
        query = select(portal).where(where, _is_here).order_by(portal.c.updated_at.desc()).limit(1)
        row = (await self._session.execute(query.with_for_update() if lock else query)).first()
        return self._portal(row) if row is not None else None

    def _now(self) -> int:
        return to_ms(self._clock.now())

    def _portal(self, row: Any) -> Portal:
        secret = self._cipher.open_maybe(row.client_secret)
        return Portal(
            id=PortalId(row.id),
            member_id=row.member_id,
            domain=row.domain,
            client_endpoint=row.client_endpoint,
            server_endpoint=row.server_endpoint,
            application_id=row.application_id,
            keys=Keys(row.application_id, secret) if secret else None,
            grant=self._grant(row),
            application_token=self._cipher.open_maybe(row.application_token),
            scope=row.scope,
            installer=UserId(row.installer) if row.installer is not None else None,
            status=PortalStatus(row.status),
            reason=row.reason,
            settings=load(row.settings),
            created_at=from_ms(row.created_at),
            updated_at=from_ms(row.updated_at),
        )

    def _grant(self, row: Any) -> Grant | None:
        if row.expires_at is None or row.access_token is None:
            return None
        refresh = self._cipher.open_maybe(row.refresh_token)
        return Grant(self._cipher.open(row.access_token), refresh, from_ms(row.expires_at))
