"""Who is calling. Everything in a request is the caller's choice until the authorization server or a stored secret confirms it.

Source: contracts.md (Trust), platform.md 1.6, 2.1, 2.8.
"""

import asyncio
import hashlib
import hmac
import json
import logging
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from b24app.bitrix.auth import TokenAuth
from b24app.bitrix.client import PortalClient
from b24app.bitrix.forms import LONGEST
from b24app.bitrix.methods_app import GetProfile, Profile
from b24app.bitrix.oauth import Grant, Identity, Keys, OAuthServer
from b24app.bitrix.throttle import Priority, Throttle
from b24app.bitrix.transport import Transport
from b24app.db import portals as rows
from b24app.db.portals import Portal
from b24app.db.work import Reading, Store
from b24app.kit.clock import Clock
from b24app.kit.errors import AccessExpired, AccessLost, Forgery, PortalRefused
from b24app.kit.ids import PortalId

REMEMBERED_S: Final = 60.0
"""Of real time: how long a verified token needs no new question."""
REMEMBERED: Final = 1_000
LONGEST_TOKEN: Final = 512
NAMES: Final = 200
"""Names of portals a hostile caller can make us remember."""
GLANCE_S: Final = 5.0
"""Of real time: how long an event's portal is not read again."""


EMPLOYEE_SEEN: Final = "employee_seen"
"""Mark of a portal: somebody who is no administrator has opened a page of ours, so employees have access to it."""
REFUSALS: Final = "refusals"
KEEP_EVERY_S: Final = 5.0
_log = logging.getLogger(__name__)


class Malformed(Forgery):
    """The request is not one the portal sends: answered with 400."""


class TooLarge(Forgery):
    """The body is larger than anything the portal sends: answered with 413."""


class UnknownApplication(Forgery):
    """The token is genuine, but its application's keys were never given to us."""


class UnknownPortal(Forgery):
    """The caller is who it says, but its portal is not installed here."""


class NotAdministrator(Forgery):
    """Only an administrator of the portal may install."""


async def collect(chunks: AsyncIterator[bytes]) -> bytes:
    """A body read piece by piece, so that a huge one is refused before it is held. `TooLarge` beyond the cap."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > LONGEST:
            raise TooLarge("body too large")
    return bytes(body)


def same(given: str, stored: str) -> bool:
    """Equal secrets, compared in constant time; nothing is equal to nothing."""
    return bool(given and stored) and hmac.compare_digest(given.encode(), stored.encode())


@dataclass(frozen=True, slots=True)
class Verified:
    """Whose access token it is, by the authorization server and the portal itself."""

    identity: Identity
    profile: Profile

    @property
    def is_admin(self) -> bool:
        """An administrator of the portal."""
        return self.profile.admin


@dataclass(frozen=True, slots=True)
class Ticketed:
    """What a caller claims with its tokens: a frame's POST or an installation event, in one form."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    member_id: str
    domain: str
    server_endpoint: str
    application_token: str = field(repr=False)
    expires_in: int = 3600


class FixedToken:
    """The token of whoever opened a frame: used as it is, never refreshed, never stored."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant

    async def load(self) -> tuple[Keys, Grant]:
        """The token as it came."""
        return Keys("", ""), self._grant

    async def save(self, grant: Grant) -> None:
        """Nothing is kept."""

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Nothing is refreshed."""
        return nullcontext()


class Trust:
    """Verifies callers. Keeps what it verified for a minute, by a digest of the token."""

    def __init__(
        self,
        store: Store,
        oauth: OAuthServer,
        transport: Transport,
        keys: Keys,
        clock: Clock,
        *,
        throttle: Callable[[PortalId], Throttle],
    ) -> None:
        self._store, self._oauth, self._transport, self._keys, self._clock = store, oauth, transport, keys, clock
        self._throttle = throttle
        self._known: OrderedDict[str, tuple[float, Verified]] = OrderedDict()
        self._portals: OrderedDict[str, tuple[float, Portal]] = OrderedDict()
        self._seen: set[PortalId] = set()
        self.refusals: Counter[str] = Counter()
        """Refused calls by the portal they named, since the start; for the doctor and the metrics."""

    def refuse(self, member_id: str) -> None:
        """Count a refusal. Who names many portals that do not exist, or what no portal is named, counts under no name."""
        name = member_id[:64] if member_id.isascii() and member_id.isalnum() else ""
        known = name in self.refusals or len(self.refusals) < NAMES
        self.refusals[name if known else ""] += 1

    async def keep_refusals(self) -> None:
        """Add what was refused since to what every process of the installation has refused; endless."""
        kept: Counter[str] = Counter()
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            fresh = self.refusals - kept
            if fresh:
                try:
                    await self._add_refusals(fresh)
                except SQLAlchemyError:
                    _log.exception("refusals not kept")
                else:
                    kept += fresh

    async def _add_refusals(self, fresh: Counter[str]) -> None:
        async with self._store.work() as work:
            total = await refusals_of(work) + fresh
            await work.marks.set(REFUSALS, json.dumps(dict(total.most_common(NAMES))))
            await work.commit()

    async def verify(self, claim: Ticketed) -> Verified:
        """The owner of the claim's token, whose application is one of ours. `Forgery` for everything else."""
        if not claim.access or not claim.member_id or len(claim.access) > LONGEST_TOKEN:
            raise Malformed("no token")
        self._oauth.root(claim.server_endpoint)
        verified = await self._whose(claim)
        identity = verified.identity
        if identity.member_id != claim.member_id:
            raise Forgery("the token belongs to another portal")
        _require(_is_address(claim.domain, identity), "another address is named than the portal's own")
        return verified

    async def _whose(self, claim: Ticketed) -> Verified:
        digest = hashlib.sha256(claim.access.encode()).hexdigest()
        known = self._known.get(digest)
        if known is not None and known[0] > monotonic():
            return known[1]
        identity = await self._oauth.identify(claim.access, claim.server_endpoint)
        if not await self._is_ours(identity.client_id) or not identity.member_id:
            raise UnknownApplication("the token belongs to an application whose keys are not here")
        verified = Verified(identity, await self._profile(claim, identity))
        if verified.profile.id != identity.user:
            raise Forgery("the token belongs to somebody else")
        self._remember(digest, verified)
        return verified

    def _remember(self, digest: str, verified: Verified) -> None:
        self._known[digest] = (monotonic() + REMEMBERED_S, verified)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def _is_ours(self, client_id: str) -> bool:
        if not client_id:
            return False
        return same(client_id, self._keys.client_id) or await self.keys_of(client_id) is not None

    async def keys_of(self, client_id: str) -> rows.Keys | None:
        """Keys of a portal's own application, None for the default one."""
        if same(client_id, self._keys.client_id):
            return None
        async with self._store.read() as reading:
            return await reading.portals.keys_with_id(client_id)

    async def keys_at(self, domain: str) -> rows.Keys | None:
        """Keys given for the application of the portal at this address, None when there are none."""
        async with self._store.read() as reading:
            return await reading.portals.keys_for(domain) if domain else None

    async def _profile(self, claim: Ticketed, identity: Identity) -> Profile:
        """The portal itself says who it is and whether an administrator; its address comes from the server alone."""
        grant = Grant(claim.access, "", self._clock.now(), identity.member_id, identity.user, identity.client_endpoint)
        known = await self.portal_of(member_id=identity.member_id)
        throttle = self._throttle(known.id) if known is not None else Throttle()
        auth = TokenAuth(FixedToken(grant), self._oauth)
        client = PortalClient(identity.client_endpoint, auth, self._transport, throttle)
        try:
            return await client(GetProfile(), Priority.PERSON)
        except (AccessLost, AccessExpired, PortalRefused) as refused:
            raise Forgery("the portal does not know the token") from refused

    async def frame(self, claim: Ticketed) -> tuple[Portal, Verified]:
        """A known portal and who opened it. `Forgery` when any of the proofs is missing."""
        async with self._store.read() as reading:
            portal = await reading.portals.by_member(claim.member_id) if claim.member_id else None
        if claim.application_token and portal is not None and portal.application_token:
            _require(same(claim.application_token, portal.application_token), "a wrong application_token")
        verified = await self.verify(claim)
        if portal is None:
            raise UnknownPortal("the portal is unknown")
        _require(verified.identity.client_id == portal.application_id, "installed with another application")
        if not verified.is_admin and portal.id not in self._seen:
            await self._note_employee(portal.id)
        return portal, verified

    async def _note_employee(self, portal: PortalId) -> None:
        self._seen.add(portal)
        async with self._store.work(portal) as work:
            await work.marks.set(EMPLOYEE_SEEN, self._clock.now().isoformat())
            await work.commit()

    async def event(self, auth: Mapping[str, Any], *, member_id: str = "", domain: str = "") -> Portal:
        """The portal an event came from: by the stored secret, or where none is stored by the event's own access token.

        `member_id` or `domain` only say where to look; `auth` is the outer one, whose application_token counts.
        """
        given = text_of(auth, "application_token")
        if not given or len(given) > LONGEST_TOKEN:
            raise Forgery("no application_token")
        glanced = self._glance(member_id)
        if glanced is not None and same(given, glanced.application_token):
            return glanced
        portal = await self.portal_of(member_id=member_id, domain=domain)
        if portal is None or portal.status is rows.PortalStatus.UNINSTALLED:
            raise Forgery("the portal is unknown")
        if portal.application_token:
            _require(same(given, portal.application_token), "a wrong application_token")
            self._keep(portal)
        else:
            await self.adopt_token(portal, auth)
        return portal

    def _glance(self, member_id: str) -> Portal | None:
        until, portal = self._portals.get(member_id, (0.0, None))
        return portal if until > monotonic() else None

    def _keep(self, portal: Portal) -> None:
        self._portals[portal.member_id] = (monotonic() + GLANCE_S, portal)
        while len(self._portals) > REMEMBERED:
            self._portals.popitem(last=False)

    def forget(self, member_id: str) -> None:
        """The portal's row changed: the next event reads it."""
        self._portals.pop(member_id, None)

    async def adopt_token(self, portal: Portal, auth: Mapping[str, Any]) -> None:
        """Keep the application_token of an event whose own access token is one of this portal and application."""
        claim = claim_of_event(auth)
        if not claim.access:
            raise Forgery("no access token vouches for the application_token")
        self._oauth.root(claim.server_endpoint)
        identity = await self._oauth.identify(claim.access, claim.server_endpoint)
        _require(identity.member_id == portal.member_id, "the token belongs to another portal")
        _require(same(identity.client_id, portal.application_id), "the token belongs to another application")
        if len(claim.application_token) > LONGEST_TOKEN:
            raise Malformed("application_token")
        async with self._store.work(portal.id) as work:
            await work.portals.save_application_token(portal.id, claim.application_token)
            await work.commit()
        self.forget(portal.member_id)

    async def portal_of(self, *, member_id: str = "", domain: str = "") -> Portal | None:
        """The stored portal a caller names; nothing is proven by that."""
        async with self._store.read() as reading:
            if member_id:
                return await reading.portals.by_member(member_id)
            return await reading.portals.by_domain(domain.lower()) if domain else None


async def refusals_of(reading: Reading) -> Counter[str]:
    """Refused calls of all processes since the installation, by the portal they named."""
    return Counter(json.loads(await reading.marks.get(REFUSALS) or "{}"))


def _require(proof: bool, otherwise: str) -> None:
    if not proof:
        raise Forgery(otherwise)


def text_of(data: Mapping[str, Any], *names: str) -> str:
    """The first of these keys that holds a text; anything else counts as absent."""
    for name in names:
        value = data.get(name)
        if isinstance(value, str | int) and value != "":
            return str(value)
    return ""


def claim_of_frame(values: Mapping[str, Any]) -> Ticketed:
    """Fields of the form the portal opens a frame with."""
    return Ticketed(
        access=text_of(values, "AUTH_ID"),
        refresh=text_of(values, "REFRESH_ID"),
        member_id=text_of(values, "member_id"),
        domain=text_of(values, "DOMAIN"),
        server_endpoint=text_of(values, "SERVER_ENDPOINT"),
        application_token=text_of(values, "APPLICATION_TOKEN"),
        expires_in=_seconds(text_of(values, "AUTH_EXPIRES")),
    )


def claim_of_event(auth: Mapping[str, Any]) -> Ticketed:
    """The `auth` of an event."""
    return Ticketed(
        access=text_of(auth, "access_token"),
        refresh=text_of(auth, "refresh_token"),
        member_id=text_of(auth, "member_id"),
        domain=text_of(auth, "domain"),
        server_endpoint=text_of(auth, "server_endpoint"),
        application_token=text_of(auth, "application_token"),
        expires_in=_seconds(text_of(auth, "expires_in")),
    )


def _seconds(value: str) -> int:
    return min(int(value), 86_400) if value.isascii() and value.isdigit() and len(value) < 9 else 3600  # noqa: PLR2004


def _is_address(named: str, identity: Identity) -> bool:
    """Nothing is named, or the portal's own address, with or without its port."""
    endpoint = urlsplit(identity.client_endpoint)
    own = {identity.domain.lower(), endpoint.netloc.lower(), (endpoint.hostname or "").lower()}
    return not named or named.lower() in own
