"""An installation: a verified administrator's tokens are stored, then the portal is made ready by background work.

The request only verifies and stores. What is done stands in the portal's settings beside the binding (`steps`), each step
in a unit of its own, so that a page can watch, a crash resumes and «Повторить» does only what is left.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, Protocol

from pydantic import ValidationError

from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods_app import GetApp, GetCalendarSettings, GetProfile, GetServerTime
from b24app.bitrix.oauth import Keys, OAuthServer
from b24app.bitrix.transport import Transport
from b24app.db.inbox import InboxRow, Incoming, portal_lane
from b24app.db.portals import Grant, Installation, Portal, PortalStatus
from b24app.db.work import Store
from b24app.desk.agreements import PRODUCTION
from b24app.desk.builtin import built_in_desk
from b24app.kit.clock import Clock
from b24app.kit.errors import (
    AccessLost,
    B24appError,
    PortalBusy,
    PortalError,
    PortalRefused,
    PortalUnreachable,
    RuleBroken,
)
from b24app.kit.ids import PortalId, UserId
from b24app.portal.binding import Binding
from b24app.usecases.clients import LICENSE, Clients
from b24app.usecases.desks import DeskOffice
from b24app.usecases.intake import PEOPLE, RECHECK, Pass
from b24app.usecases.newbot import BOT_REPLACED
from b24app.usecases.provision import STEPS, Site
from b24app.usecases.rules import Rules
from b24app.usecases.staff import keep_directory, read_directory
from b24app.usecases.trust import NotAdministrator, Ticketed, Trust, Verified
from b24app.usecases.worktime import calendar_of, zone_of

_log = logging.getLogger(__name__)
PROVISION: Final = "provision"
State = Literal["waiting", "running", "done", "failed"]
NAMES: Final = ("rights", "people", "desk", *(name for name, _ in STEPS if name != "rights"))
"""Every step, in order."""
_ON_PORTAL: Final = dict(STEPS)
_COME_AGAIN: Final = (PortalBusy, PortalUnreachable)


class _Settings(Protocol):
    @property
    def public_url(self) -> str: ...
    @property
    def pull_events(self) -> bool: ...


class Service(Protocol):
    """What an installation needs of the process (the composition root has it all)."""

    @property
    def store(self) -> Store: ...
    @property
    def clients(self) -> Clients: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def desks(self) -> DeskOffice: ...
    @property
    def oauth(self) -> OAuthServer: ...
    @property
    def transport(self) -> Transport: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def settings(self) -> _Settings: ...

    def desk_of_new_portal(self) -> Any:
        """The document of DESK_FILE, None for the built-in desk."""
        ...


@dataclass(frozen=True, slots=True)
class StepState:
    """How far one step is."""

    name: str
    state: State
    error: str = ""


def steps_of(settings: Mapping[str, Any]) -> tuple[StepState, ...]:
    """Progress as it stands in a portal's settings."""
    kept = settings.get("steps") or {}
    return tuple(
        StepState(name, kept.get(name, {}).get("state", "waiting"), kept.get(name, {}).get("error", ""))
        for name in NAMES
    )


def is_ready(settings: Mapping[str, Any]) -> bool:
    """Everything is bound."""
    return all(step.state == "done" for step in steps_of(settings))


class Installing:
    """Verified installations, and the work that follows them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store, self._clients = service.store, service.clients
        self.trust = Trust(
            service.store,
            service.oauth,
            service.transport,
            service.keys,
            service.clock,
            throttle=service.clients.throttle,
        )

    # --- the request

    async def install(self, claim: Ticketed, /) -> Portal:
        """Store the portal and start making it ready. `Forgery` unless an administrator's own token vouches for it."""
        verified = await self.trust.verify(claim)
        if not verified.is_admin:
            raise NotAdministrator("only an administrator may install the application")
        identity = verified.identity
        told = Installation(
            member_id=identity.member_id,
            domain=identity.domain,
            client_endpoint=identity.client_endpoint,
            server_endpoint=self._server(claim),
            application_id=identity.client_id,
            grant=Grant(claim.access, claim.refresh, self._service.clock.now() + timedelta(seconds=claim.expires_in)),
            scope=identity.scope,
            installer=UserId(identity.user),
            application_token=claim.application_token,
            keys=await self.trust.keys_of(identity.client_id),
        )
        async with self._store.work() as work:
            portal = await work.portals.install(told)
            await work.commit()
        self._clients.forget(portal.id)
        self.trust.forget(portal.member_id)
        await self.again(portal.id, everything=not _is_under_way(portal.settings))
        return portal

    def _server(self, claim: Ticketed) -> str:
        return f"{self._service.oauth.root(claim.server_endpoint)}/rest/"

    async def follow(self, portal: Portal, verified: Verified, claim: Ticketed) -> Portal:
        """A portal that was renamed is called at the address the authorization server names for its visitor's token."""
        identity = verified.identity
        if identity.client_endpoint == portal.client_endpoint:
            return portal
        async with self._store.work(portal.id) as work:
            await work.portals.move(
                portal.id,
                domain=identity.domain,
                client_endpoint=identity.client_endpoint,
                server_endpoint=self._server(claim),
            )
            moved = await work.portals.get(portal.id)
            await work.commit()
        self._clients.forget(portal.id)
        self.trust.forget(portal.member_id)
        return moved

    async def again(self, portal: PortalId, *, everything: bool = False) -> None:
        """Put the job: what is not done yet, or everything once more."""
        async with self._store.work(portal) as work:
            found = await work.portals.get(portal, lock=True)
            steps = {
                step.name: {"state": "done" if step.state == "done" and not everything else "waiting", "error": ""}
                for step in steps_of(found.settings)
            }
            await work.portals.save_settings(portal, {**found.settings, "steps": steps})
            await work.receive([Incoming(portal, portal_lane(portal), PROVISION, {})])
            await work.commit()

    async def look_again(self, portal: PortalId) -> None:
        """An administrator opened the application: what the portal lost meanwhile is bound again."""
        await self._put(portal, Incoming(portal, portal_lane(portal), RECHECK, {}))

    async def _put(self, portal: PortalId, job: Incoming) -> None:
        async with self._store.work(portal) as work:
            await work.receive([job])
            await work.commit()

    async def recheck_all(self) -> int:
        """Every portal we work with, once a day. Gives their number."""
        async with self._store.read() as reading:
            portals = await reading.portals.active()
        for portal in portals:
            await self.look_again(portal)
        return len(portals)

    async def look_at_people(self) -> int:
        """Who came and who left, of every portal we work with; several times an hour. Gives the number of portals."""
        async with self._store.read() as reading:
            portals = await reading.portals.active()
        for portal in portals:
            await self._put(portal, Incoming(portal, portal_lane(portal), PEOPLE, {}))
        return len(portals)

    # --- the work

    async def people(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """The directory as the portal has it now. What it refuses is told by the daily look at everything."""
        del rows
        async with self._store.read() as reading:
            portal = await reading.portals.get(ctx.portal)
        if portal.status is PortalStatus.ACTIVE:
            try:
                await self._people(ctx.portal, await self._clients.of(ctx.portal))
            except PortalRefused as refused:
                _log.warning("people not read portal=%s error=%s", ctx.portal, refused)
        async with ctx.apply():
            pass

    async def provision(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """Do every step that is not done."""
        del rows
        self._clients.forget(ctx.portal)
        async with self._store.read() as reading:
            portal = await reading.portals.get(ctx.portal)
        for step in steps_of(portal.settings):
            if step.state != "done" and not await self._do(ctx.portal, step.name):
                break
        async with ctx.apply():
            pass

    async def recheck(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """Do every step again; each looks first and changes only what is missing."""
        del rows
        async with self._store.read() as reading:
            portal = await reading.portals.get(ctx.portal)
        if portal.status is PortalStatus.ACTIVE:
            for name in NAMES:
                if not await self._do(ctx.portal, name, quiet=True):
                    break
        async with ctx.apply():
            pass

    async def _do(self, portal: PortalId, name: str, *, quiet: bool = False) -> bool:
        """One step. False when the steps behind it make no sense."""
        if not quiet:
            await self._mark(portal, name, "running")
        try:
            await self._step(portal, name)
        except _COME_AGAIN as error:
            if not quiet:
                await self._mark(portal, name, "waiting", f"Портал пока не отвечает ({error}). Попробуем ещё раз сами.")
            raise
        except B24appError as error:
            await self._mark(portal, name, "failed", reason_of(error))
            if isinstance(error, AccessLost):
                raise
            return name != "rights"
        except ValidationError as error:
            _log.warning("unexpected answer portal=%s step=%s error=%s", portal, name, error.title)
            await self._mark(
                portal, name, "failed", f"Портал ответил не так, как описано в его документации: {error.title}."
            )
            return True
        await self._mark(portal, name, "done")
        return True

    async def _mark(self, portal: PortalId, name: str, state: State, error: str = "") -> None:
        await self._save(portal, {}, {name: {"state": state, "error": error}})

    async def _save(self, portal: PortalId, changed: Mapping[str, Any], steps: Mapping[str, Any]) -> None:
        """Change single keys under a lock: a page may choose a pipeline at the same moment."""
        async with self._store.work(portal) as work:
            settings = dict((await work.portals.get(portal, lock=True)).settings)
            after = {**settings, **changed, "steps": {**settings.get("steps", {}), **steps}}
            if after != settings:
                await work.portals.save_settings(portal, after)
                await work.commit()

    async def _step(self, portal: PortalId, name: str) -> None:
        client = await self._clients.of(portal)
        ours: Mapping[str, Callable[[PortalId, PortalClient], Awaitable[None]]] = {
            "people": self._people,
            "desk": self._desk,
        }
        if name in ours:
            await ours[name](portal, client)
        else:
            await self._on_portal(portal, client, name)

    async def _on_portal(self, portal: PortalId, client: PortalClient, name: str) -> None:
        """A step of `provision.STEPS`: what it changed of the binding is kept."""
        public_url = self._service.settings.public_url
        if not public_url:
            raise RuleBroken("Не задан адрес сервиса: B24APP_PUBLIC_URL. Задайте его и нажмите «Повторить».")
        async with self._store.read(portal) as reading:
            row = await reading.portals.get(portal)
            version = await reading.desks.published()
        document = self._service.rules.parse(version.document if version else built_in_desk())
        before = Binding.from_data(dict(row.settings))
        after = await _ON_PORTAL[name](Site(client, document, before, public_url, self._service.settings.pull_events))
        old, new = before.to_data(), after.to_data()
        await self._save(portal, {key: value for key, value in new.items() if old.get(key) != value}, {})
        if before.bot and before.bot != after.bot:
            await self._put(portal, Incoming(portal, portal_lane(portal, "bot"), BOT_REPLACED, {}))

    async def _people(self, portal: PortalId, client: PortalClient) -> None:
        directory = await read_directory(client)
        async with self._store.work(portal) as work:
            await keep_directory(work, directory, await work.people.directory())
            await work.commit()

    async def _desk(self, portal: PortalId, client: PortalClient) -> None:
        """The first rules; later ones are people's own and are left alone."""
        async with self._store.read(portal) as reading:
            row = await reading.portals.get(portal)
            published = await reading.desks.published()
        zone = await self._zone(client)
        told = {"installer": row.installer, "timezone": zone, LICENSE: await _license(client)}
        await self._save(portal, told, {})
        if row.settings.get(LICENSE) != told[LICENSE]:
            self._clients.forget(portal)  # made anew with the limits of this plan
        if published is None:
            data = await self._first_desk(client, zone)
            people = dict(data.get("people") or {})
            people["dispatchers"] = people.get("dispatchers") or ([row.installer] if row.installer else [])
            await self._service.desks.publish(portal, {**data, "people": people}, author=row.installer)

    async def _first_desk(self, client: PortalClient, zone: str) -> dict[str, Any]:
        given = self._service.desk_of_new_portal()
        if given is not None:
            return dict(given)
        desk = built_in_desk(timezone=zone)
        calendar = await self._worktime(client, zone)
        return {**desk, "calendars": {"main": calendar}} if calendar else desk

    async def _worktime(self, client: PortalClient, zone: str) -> dict[str, Any] | None:
        """The portal's own hours; without the right to read them, or without sense in them, none."""
        try:
            settings = await client(GetCalendarSettings())
        except PortalRefused:
            return None
        calendar = calendar_of(settings, zone, year=self._service.clock.now().year)
        if calendar is not None and not calendar.get("holidays"):
            calendar[PRODUCTION] = "RU"
        return calendar

    async def _zone(self, client: PortalClient) -> str:
        personal = (await client(GetProfile())).time_zone
        return zone_of(personal, "" if personal else await client(GetServerTime()))


async def _license(client: PortalClient) -> str:
    """The family of the portal's plan; empty where it is not told."""
    try:
        return (await client(GetApp())).license_family
    except PortalRefused:
        return ""


def _is_under_way(settings: Mapping[str, Any]) -> bool:
    """The job is there already: the page was loaded once more while it runs."""
    return "steps" in settings and any(step.state in {"waiting", "running"} for step in steps_of(settings))


def reason_of(error: B24appError) -> str:
    """The portal's own words, and what to do."""
    if isinstance(error, AccessLost):
        return f"Портал больше не пускает приложение ({error}). Откройте приложение под администратором ещё раз."
    if isinstance(error, PortalError):
        return f"Портал ответил: {error}. Исправьте причину и нажмите «Повторить»."
    return str(error)
