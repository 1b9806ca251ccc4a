"""`b24app demo`: portal, service and customers in one process, kept in var/demo/ so that a second start goes on."""

import asyncio
import contextlib
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
from pydantic import SecretStr

from b24app.demo.servers import served
from b24app.demo.visit import Administrator, Application
from b24app.desk.agreements import PRODUCTION, calendar_of
from b24app.kit.errors import SettingsError
from b24app.main import make_app
from b24app.ops.logs import setup_logs
from b24app.sandbox.app import make_portal
from b24app.sandbox.cli import bound, describe, first_credentials, listen, origins, serving
from b24app.sandbox.demo.stream import Stream
from b24app.sandbox.kernel.portal import Portal
from b24app.settings import Settings
from b24app.sla.production import HOLIDAYS

FOLDER: Final = Path("var/demo")
ZONE: Final = ZoneInfo("Europe/Moscow")
DISPATCHER: Final = "orlova"
WORKING_DAYS: Final = calendar_of(
    {
        "timezone": ZONE.key,
        "working_hours": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        PRODUCTION: "RU",
    }
)
KEEP_S: Final = 1.0
LOOK_S: Final = 0.1
ANNOUNCED_WITHIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What runs: a portal, the address of the service, the application installed in the portal."""

    portal: Portal
    service: str
    app: Application

    @property
    def dispatcher(self) -> int:
        """Who installed the application and distributes."""
        return int(self.portal.setting("demo")["people"][DISPATCHER])

    @property
    def bot(self) -> int:
        """Modest's number on the portal."""
        return next((int(bot["ID"]) for bot in self.portal.table("bot")), 0)

    @property
    def announced(self) -> list[dict[str, Any]]:
        """What Modest has said so far."""
        bot = self.bot
        return [row for row in self.portal.table("message") if bot and row.get("AUTHOR_ID") == bot]

    def box(self) -> str:
        """Where to click."""
        portal, who = self.portal.origin, f"as={self.dispatcher}"
        lines = (
            f"Портал и служба поддержки работают, на портале {self.portal.clock.local():%d.%m.%Y %H:%M}",
            "",
            f"Модест у диспетчера   {portal}/online/?IM_DIALOG={self.bot}&{who}",
            f"то же на телефоне     {portal}/online/?IM_DIALOG={self.bot}&{who}&mobile=1",
            f"сделки и их карточки  {portal}/crm/deal/?{who}",
            f"очередь заявок        {portal}/marketplace/app/{self.app.id}/?{who}",
            f"время, письма, сбои   {portal}/time/",
            "",
            f"Сервис {self.service}. Данные в {FOLDER}/. Ctrl-C останавливает, следующий запуск продолжит.",
        )
        return "\n".join(lines)


def first_morning(today: datetime) -> datetime:
    """10:00 in Moscow of the day of `today` (UTC), or of the next one that is neither a weekend nor a public holiday."""
    morning = datetime.combine(today.astimezone(ZONE).date(), time(10), ZONE)
    while not WORKING_DAYS.is_open(morning) or (morning.month, morning.day) in HOLIDAYS:  # also of years to come
        morning += timedelta(days=1)
    return morning.astimezone(UTC)


def run(*, port: int, sandbox_port: int, speed: float, now: datetime) -> None:
    """Run until Ctrl-C or SIGTERM. `SettingsError` names a port that is taken. `now` is the day the story begins on."""
    setup_logs("text", level=30)
    asyncio.run(_run(port, sandbox_port, speed, now))


async def _run(port: int, sandbox_port: int, speed: float, now: datetime) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    listeners = _listening("--sandbox-port", sandbox_port, lambda: listen("127.0.0.1", sandbox_port))
    (listener,) = _listening("--port", port, lambda: [bound("127.0.0.1", port)])
    portal = _portal(listeners[0].getsockname()[1], speed, now)
    service = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(serving(portal, listeners))
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=30))
        administrator = Administrator(client, portal.origin)
        app = await administrator.registers(service)
        settings = _settings(portal, service, app, speed)
        await stack.enter_async_context(served(make_app(settings), listener))
        await administrator.installs(app)
        await _live(Rehearsal(portal, service, app), stop)


def _listening(option: str, port: int, listen_there: Any) -> Any:
    try:
        return listen_there()
    except OSError as error:
        raise SettingsError(f"port {port} is taken: choose another one with {option}") from error


def _portal(port: int, speed: float, now: datetime) -> Portal:
    state = FOLDER / "portal.db"
    begins = None if state.exists() else first_morning(now)
    origin, oauth = origins("127.0.0.1", port)
    portal = make_portal(origin=origin, oauth_origin=oauth, state=state, now=begins, speed=speed, demo=True)
    portal.faults.bucket_drain *= max(speed, 1.0)
    describe(portal, first_credentials(portal))
    return portal


def _settings(portal: Portal, service: str, app: Application, speed: float) -> Settings:
    """The embedded defaults, in a folder of the rehearsal's own; limits live in real time, so they follow the speed."""
    return Settings(
        _env_file=None,
        database_url=f"sqlite+aiosqlite:///{FOLDER}/b24app.db",
        public_url=service,
        client_id=app.client_id,
        client_secret=SecretStr(app.client_secret),
        oauth_url=portal.oauth_origin,
        allow_http_portals=True,
        clock_url=f"{portal.origin}/_sandbox/clock",
        rate_per_second=2.0 * max(speed, 1.0),
    )


async def _live(rehearsal: Rehearsal, stop: asyncio.Event) -> None:
    """Customers write, the state is kept, until somebody stops it."""
    endless = [asyncio.create_task(loop) for loop in (Stream(rehearsal.portal).run(), _keep(rehearsal.portal))]
    others: list[asyncio.Task[Any]] = [asyncio.create_task(_introduce(rehearsal)), asyncio.create_task(stop.wait())]
    try:
        await asyncio.wait([*endless, others[1]], return_when=asyncio.FIRST_COMPLETED)
        for task in endless:
            if task.done():
                await task  # an end of its own is a defect: say which
    finally:
        for task in (*endless, *others):
            task.cancel()
        await asyncio.gather(*endless, *others, return_exceptions=True)
    _say("Остановлено.")


async def _keep(portal: Portal) -> None:
    """The clock is written down every second: a killed rehearsal goes on where it was."""
    while True:
        portal.set_setting("clock", portal.clock.now().isoformat())
        portal.store.flush()
        await asyncio.sleep(KEEP_S)


async def _introduce(rehearsal: Rehearsal) -> None:
    """The box with the links comes when Modest has announced something, so that a click shows it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ANNOUNCED_WITHIN_S):
            while not rehearsal.announced:  # noqa: ASYNC110 - the portal has no event for it
                await asyncio.sleep(LOOK_S)
    _say(rehearsal.box())


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
