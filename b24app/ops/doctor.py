"""The doctor: what is wrong with an installation, and who has to do what about it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods_app import GetApp, GetScopes, GetServerTime, ListEventBindings, ListPlacementBindings
from b24app.bitrix.methods_crm import GetCrmMode
from b24app.bitrix.throttle import Priority
from b24app.db.gauges import look
from b24app.db.migrate import is_current
from b24app.db.portals import Portal, PortalStatus
from b24app.db.work import Store
from b24app.kit.errors import PortalError, SettingsError
from b24app.portal.binding import Binding
from b24app.usecases.clients import Clients
from b24app.usecases.provision import EVENTS, NEEDED_SCOPES, TAB
from b24app.usecases.reconcile import MARK

CLASSIC_MODE: Final = 1
LATE: Final = timedelta(minutes=3)
DRIFT: Final = timedelta(minutes=2)

SOURCES: Final = (
    "почту (CRM → Настройки → Почта → ящик), CRM-формы (форма → Какой документ CRM создавать) "
    "и открытые линии (Контакт-центр → канал → Настройки CRM)"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    state: Literal["ok", "warn", "bad"]
    what: str
    advice: str = ""

    def __str__(self) -> str:
        sign = {"ok": "✓", "warn": "!", "bad": "✗"}[self.state]
        return f"{sign} {self.what}" + (f": {self.advice}" if self.advice else "")


class Configured(Protocol):
    """What the doctor reads of the settings."""

    @property
    def public_url(self) -> str:
        """Where portals reach the service."""
        ...

    @property
    def client_id(self) -> str:
        """The default application."""
        ...

    @property
    def allow_http_portals(self) -> bool:
        """A rehearsal on this machine."""
        ...


class Doctor:
    """Looks at settings, database and every portal."""

    def __init__(self, settings: Configured, store: Store, clients: Clients) -> None:
        self._settings, self._store, self._clients = settings, store, clients

    async def report(self) -> AsyncIterator[Finding]:
        """Findings in the order an integrator works through them."""
        for finding in self._of_settings():
            yield finding
        if not await is_current(self._store.database.engine):
            yield Finding("bad", "База данных", "схема не этой версии: b24app db upgrade")
            return
        yield Finding("ok", "База данных отвечает, схема этой версии")
        async for finding in self._of_work():
            yield finding
        async with self._store.read() as reading:
            portals = await reading.portals.all()
        if not portals:
            yield Finding("warn", "Порталов нет", "установите приложение: docs/install.md, шаги 2–4")
        for portal in portals:
            async for finding in self._of_portal(portal):
                yield finding

    def _of_settings(self) -> list[Finding]:
        found = []
        url = urlsplit(self._settings.public_url)
        if not url.netloc:
            found.append(
                Finding("bad", "B24APP_PUBLIC_URL не задан", "укажите https-адрес, по которому портал видит сервис")
            )
        elif url.scheme != "https" and not self._settings.allow_http_portals:
            found.append(
                Finding("bad", "B24APP_PUBLIC_URL", "портал принимает только https с действующим сертификатом")
            )
        else:
            found.append(Finding("ok", f"Адрес сервиса {self._settings.public_url}"))
        if not self._settings.client_id:
            found.append(
                Finding("warn", "Ключей приложения по умолчанию нет", "они нужны, если не заданы b24app portal add")
            )
        return found

    async def _of_work(self) -> AsyncIterator[Finding]:
        async with self._store.database.reads() as session:
            seen = await look(session, self._store.clock.now())
        late = max(seen.inbox_lane_oldest_seconds, seen.outbox_lane_oldest_seconds, seen.timer_lag_seconds)
        if late > LATE.total_seconds():
            yield Finding("bad", f"Фоновая работа стоит {late:.0f} с", "запустите b24app serve или b24app worker")
        else:
            yield Finding("ok", "Фоновая работа успевает")
        dead = sum(seen.inbox_dead.values()) + sum(seen.outbox_dead.values())
        if dead:
            yield Finding("warn", f"Не удалось обработать: {dead}", "b24app queue list, затем retry или drop")

    async def _of_portal(self, portal: Portal) -> AsyncIterator[Finding]:
        name = portal.domain
        if portal.status is not PortalStatus.ACTIVE:
            yield Finding(
                "bad", f"{name}: {portal.status.value}", portal.reason or "администратор открывает приложение"
            )
            return
        try:
            client = await self._clients.of(portal.id)
            for finding in await _bindings(client, portal, self._settings.public_url):
                yield finding
            yield await self._drift(client, portal)
        except (PortalError, SettingsError) as error:
            yield Finding("bad", f"{name}: портал не отвечает как нужно", _advice(error))
            return
        yield await self._sweep(portal)

    async def _drift(self, client: PortalClient, portal: Portal) -> Finding:
        there = datetime.fromisoformat(await client(GetServerTime(), Priority.BACKGROUND))
        drift = abs(there - self._store.clock.now())
        if drift > DRIFT:
            advice = f"расходятся на {drift.total_seconds():.0f} с: проверьте время на сервере"
            return Finding("bad", f"{portal.domain}: часы", advice)
        return Finding("ok", f"{portal.domain}: часы сходятся")

    async def _sweep(self, portal: Portal) -> Finding:
        async with self._store.read(portal.id) as reading:
            mark = await reading.marks.get(MARK)
        if not mark:
            return Finding(
                "warn", f"{portal.domain}: сверки ещё не было", "она идёт раз в минуту вместе с фоновой работой"
            )
        return Finding("ok", f"{portal.domain}: сверка идёт, просмотрено до {mark}")


def _advice(error: Exception) -> str:
    """The portal's own words, and who has to act where they do not say it."""
    if "commercial plans" in str(error):  # the code ACCESS_DENIED has other causes too
        return f"{error}. На тарифе портала нет REST, его включает владелец портала"
    return str(error)


async def _bindings(client: PortalClient, portal: Portal, public_url: str) -> list[Finding]:
    """Rights, handlers, tab, bot, mode of the CRM."""
    name, found = portal.domain, []
    app = await client(GetApp(), Priority.BACKGROUND)
    if not app.installed:
        found.append(Finding("bad", f"{name}: установка не закончена", "администратор открывает приложение ещё раз"))
    granted = {scope.lower() for scope in await client(GetScopes(), Priority.BACKGROUND)}
    missing = [scope for scope in NEEDED_SCOPES if scope not in granted]
    found.append(_line(not missing, f"{name}: права", f"отметьте в форме приложения: {', '.join(missing)}"))
    bound = {row.event.upper() for row in await client(ListEventBindings()) if row.handler.startswith(public_url)}
    lost = [event for event in EVENTS if event not in bound]
    found.append(
        _line(not lost, f"{name}: события", f"не подписаны {', '.join(lost)}: откройте приложение администратором")
    )
    tabs = {row.placement for row in await client(ListPlacementBindings()) if row.handler.startswith(public_url)}
    found.append(_line(TAB in tabs, f"{name}: вкладка сделки", "нет вкладки: откройте приложение администратором"))
    found.append(_line(bool(Binding.from_data(dict(portal.settings)).bot), f"{name}: бот", "не зарегистрирован"))
    found.append(await _mode(client, name))
    found.append(Finding("ok", f"{name}: дайте сотрудникам доступ к приложению", "без него они не видят вкладку"))
    found.append(Finding("ok", f"{name}: направьте обращения в «Поддержку»", SOURCES))
    return found


async def _mode(client: PortalClient, name: str) -> Finding:
    try:
        mode = await client(GetCrmMode(), Priority.BACKGROUND)
    except PortalError:
        return Finding("warn", f"{name}: режим CRM узнать не удалось", "проверьте: CRM → Настройки → Режим работы")
    advice = "включён режим с лидами: обращения станут лидами, включите автоконвертацию или простой режим"
    return Finding(
        "warn" if mode == CLASSIC_MODE else "ok", f"{name}: режим CRM", advice if mode == CLASSIC_MODE else ""
    )


def _line(good: bool, what: str, advice: str) -> Finding:
    return Finding("ok", what) if good else Finding("bad", what, advice)
