"""The composition root: builds everything once, in the lifespan. The only place that knows all rooms."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from b24app import cardtab, install
from b24app.bitrix.oauth import Keys, OAuthServer
from b24app.bitrix.transport import Transport
from b24app.cardtab.routes import router as card_doors
from b24app.db.crypto import Cipher, kept_secret
from b24app.db.engine import AWAY, Database
from b24app.db.erasure import erase
from b24app.db.ingest import Ingest
from b24app.db.migrate import upgrade
from b24app.db.purge import purge
from b24app.db.work import Store
from b24app.deskfile import read_desk_file
from b24app.install.handshake import trusted_frame
from b24app.install.oauth import RoundTrips
from b24app.install.routes import router as install_doors
from b24app.jobs.engine import EmbeddedEngine
from b24app.jobs.inbox import InboxDrain
from b24app.jobs.outbox import OutboxDrain
from b24app.jobs.rehearsal import ClockFollower
from b24app.jobs.ticker import Tick, Ticker
from b24app.jobs.timers import TimerSweep
from b24app.kit.clock import Clock, MovableClock, SystemClock
from b24app.kit.errors import SettingsError
from b24app.ops.routes import router as operations
from b24app.settings import Settings
from b24app.tickets.model import Timer
from b24app.ui import Sessions, Static, Templates
from b24app.usecases import desks, installing, intake, learning, newbot, talk
from b24app.usecases.appview import AppPages
from b24app.usecases.card import Cards
from b24app.usecases.clients import Clients
from b24app.usecases.deadlines import Deadlines
from b24app.usecases.deliver import Delivery
from b24app.usecases.deskedit import DeskEdit
from b24app.usecases.pulling import Pulling
from b24app.usecases.reconcile import Reconcile
from b24app.usecases.ruledesk import RuleDesk
from b24app.usecases.rulehints import RULE_HINTS, RuleHints, RulePages
from b24app.usecases.rules import Rules
from b24app.webhooks.routes import router as webhooks

_log = logging.getLogger(__name__)
SECRET_FILE: Final = Path("var/secret.key")
PEOPLE_EVERY: Final = timedelta(minutes=10)
LEARN_EVERY: Final = timedelta(minutes=1)
"""How often one looks whether a portal has something to learn."""
PULL_EVERY: Final = timedelta(seconds=3)
ERASE_EVERY: Final = timedelta(seconds=10)
"""Of real time: one request for each portal."""


class Service:
    """Everything of one process, wired; nothing runs yet."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.secret = secret_of(settings)
        self.clock: Clock = MovableClock(SystemClock()) if settings.clock_url else SystemClock()
        self.transport = Transport(allow_http=settings.allow_http_portals)
        self.database = Database(settings.database_url)
        self.engine = EmbeddedEngine(self.database)
        self.rules = Rules(settings.remind_every)
        self.store = Store(
            self.database,
            cipher=Cipher(self.secret),
            clock=self.clock,
            wake=self.engine,
            bind_desk=self.rules.bind,
        )
        self.ingest = Ingest(self.database, self.engine)
        self.keys = Keys(settings.client_id, settings.client_secret.get_secret_value())
        self.oauth = OAuthServer(self.transport, settings.oauth_url, self.clock)
        self.clients = Clients(
            self.store, self.transport, self.oauth, self.keys, rate=settings.rate_per_second, burst=settings.rate_burst
        )
        self.desks = desks.DeskOffice(self.store, self.rules, self.clock)
        self.follower = (
            ClockFollower(self.clock, settings.clock_url, self._fetch) if isinstance(self.clock, MovableClock) else None
        )
        self._intake = intake.Intake(self.clients, self.clock)
        self.installing = installing.Installing(self)
        self.rule_hints = RuleHints(self.store, self.clients, self.clock)
        self.reconcile = Reconcile(self.store, self.clients)
        self.pulling = Pulling(self.store, self.clients)
        self.learning = learning.Learning(self.store, self.clock)

    async def _fetch(self, url: str) -> Any:
        return (await self.transport.get(url)).body()

    def desk_of_new_portal(self) -> Any:
        """The document of DESK_FILE, None for the built-in desk. `SettingsError` names what is wrong with the file."""
        path = self.settings.desk_file
        if path is None:
            return None
        if not path.is_file():
            raise SettingsError(f"B24APP_DESK_FILE: there is no file {path}")
        read = read_desk_file(path)
        if read.document is None:
            findings = "\n".join(f"{path}:{finding}" for finding in read.findings)
            raise SettingsError(f"B24APP_DESK_FILE: the desk is not valid\n{findings}")
        return read.data

    async def ready(self) -> None:
        """What has to be true before the first request: the schema, the clock."""
        if self.settings.is_sqlite:
            await upgrade(self.database.engine)
        if self.follower is not None:
            await self.follower.look()

    @asynccontextmanager
    async def running(self, *, worker: bool) -> AsyncIterator[None]:
        """Loops beside the block: ingest always, background work unless another process does it.

        A loop that ends by itself is a defect: it takes the process down, whoever supervises it starts it anew.
        """
        try:
            async with asyncio.TaskGroup() as group:
                loops = [group.create_task(loop) for loop in self._loops(worker=worker)]
                yield
                for loop in loops:
                    loop.cancel()
        finally:
            await self.close()

    async def close(self) -> None:
        """Give back connections."""
        await self.transport.close()
        await self.database.close()

    def _loops(self, *, worker: bool) -> list[Coroutine[Any, Any, None]]:
        loops = [self.ingest.run(), self.installing.trust.keep_refusals()]
        if self.follower is not None:
            loops.append(self.follower.run())
        if worker:
            owner = self.engine.owner
            inbox = InboxDrain(self.store, self._handlers(), owner=owner)
            outbox = OutboxDrain(self.store, Delivery(self.store, self.clients, self.clock), owner=owner)
            loops += [self.engine.run([inbox, outbox]), self._ticker().run()]
        return loops

    def _handlers(self) -> dict[str, Any]:
        return {
            intake.DEAL_CHANGED: self._intake.deal_changed,
            talk.WORD_ADDED: talk.Talk(self.clients).word_added,
            intake.PRESS: self._intake.pressed,
            intake.BOT_MESSAGE: self._intake.bot_message,
            intake.UNINSTALLED: self._intake.uninstalled,
            desks.DESK_CHANGED: self.desks.desk_changed,
            installing.PROVISION: self.installing.provision,
            intake.RECHECK: self.installing.recheck,
            intake.PEOPLE: self.installing.people,
            RULE_HINTS: self.rule_hints.look,
            newbot.BOT_REPLACED: newbot.NewBot(self.store, self.clock).replaced,
        }

    def _ticker(self) -> Ticker:
        fired = Deadlines(self.clock).fired
        own = {learning.TIMER: self.learning.night, RULE_HINTS: self.rule_hints.fired}
        sweep = TimerSweep(self.store, {kind.value: fired for kind in Timer} | own)
        follower = self.follower
        ticks = [
            Tick("timers", timedelta(seconds=1), sweep.sweep),
            Tick("reconcile", self.settings.reconcile_every, self.reconcile.sweep, at_start=True),
            *([Tick("pull", PULL_EVERY, self.pulling.sweep, domain=False)] if self.settings.pull_events else []),
            Tick("people", PEOPLE_EVERY, self.installing.look_at_people),
            Tick("learning", LEARN_EVERY, self.learning.sweep),
            Tick("recheck", timedelta(days=1), self.installing.recheck_all, at_start=True),  # some restart every night
            Tick("rule hints", timedelta(days=1), self.rule_hints.keep_timers, at_start=True),
            Tick("purge", timedelta(hours=1), partial(purge, self.database), domain=False),
            Tick("erasure", ERASE_EVERY, partial(erase, self.database, self.clock), domain=False, at_start=True),
            Tick("clients", timedelta(minutes=1), self.transport.trim, domain=False),
        ]
        ticker = Ticker(ticks, speed=lambda: follower.speed if follower is not None else 1.0)
        if follower is not None:
            follower.jumped = ticker.skip
        return ticker


def secret_of(settings: Settings) -> str:
    """The installation's secret: given, or with SQLite made once and kept beside the database."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    if not settings.is_sqlite:
        raise SettingsError("B24APP_SECRET_KEY: needed with PostgreSQL, the same for every process")
    return kept_secret(secret_file(settings))


def secret_file(settings: Settings) -> Path:
    """Beside the SQLite file, so that the two are kept and moved together."""
    file = settings.database_url.partition(":///")[2]
    return Path(file).parent / "secret.key" if file else SECRET_FILE


def make_app(settings: Settings, *, worker: bool = True) -> FastAPI:
    """The web application; its lifespan is the life of the service."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.ready()
        async with service.running(worker=worker):
            yield

    app = FastAPI(title="b24app", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    _mount(app, service)
    return app


async def _away(request: Request, error: Exception) -> Response:
    """The database is restarted or not reached: nothing was done, the caller may come again."""
    _log.warning("database away path=%s error=%s", request.url.path, type(error).__name__)
    return Response(status_code=503, headers={"Retry-After": "2"})


def _mount(app: FastAPI, service: Service) -> None:
    """The doors and what each of them finds in `app.state` (the docstring of a room says which)."""
    for away in AWAY:
        app.add_exception_handler(away, _away)
    static = Static()
    state = app.state
    state.service, state.store, state.clock = service, service.store, service.clock
    state.ingest, state.keys = service.ingest, service.keys
    state.installing, state.trust = service.installing, service.installing.trust
    state.refusals, state.trusted_frame = service.installing.trust.refusals, trusted_frame
    state.cards = Cards(service.store, service.clients, service.clock)
    state.desk_edit = DeskEdit(service.store, service.clients, service.desks, service.clock)
    state.rule_pages = RulePages(RuleDesk(service.store, state.desk_edit), service.rule_hints)
    state.app_pages = AppPages(service.store, service.clients, service.desks, service.rules, service.clock)
    state.round_trips = RoundTrips(service.secret, service.oauth, allow_http=service.settings.allow_http_portals)
    state.sessions = Sessions(service.secret)
    state.templates = Templates(static, {"install": install.TEMPLATES, "cardtab": cardtab.TEMPLATES})
    for router in (webhooks, install_doors, card_doors, operations, static.router()):
        app.include_router(router)
