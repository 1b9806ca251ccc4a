"""The doctor: what is wrong with an installation, and who has to do what about it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from b24app.db.engine import AWAY, what_is_wrong
from b24app.db.gauges import look
from b24app.db.migrate import is_current
from b24app.db.presence import working
from b24app.db.work import Store
from b24app.ops.finding import Finding, line
from b24app.ops.portalcheck import PortalCheck
from b24app.usecases.clients import Clients
from b24app.usecases.trust import refusals_of

LATE: Final = timedelta(minutes=3)
SHOWN: Final = 5
"""Callers named in the line of refusals."""


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

    @property
    def pull_events(self) -> bool:
        """Events are fetched."""
        ...


class Doctor:
    """Looks at settings, database and every portal."""

    def __init__(self, settings: Configured, store: Store, clients: Clients) -> None:
        self._settings, self._store, self._clients = settings, store, clients

    async def report(self) -> AsyncIterator[Finding]:
        """Findings in the order an integrator works through them."""
        for finding in self._of_settings():
            yield finding
        database = await self._of_database()
        yield database
        if database.state == "bad":
            return
        yield await self._of_keys()
        async for finding in self._of_work():
            yield finding
        async with self._store.read() as reading:
            portals = await reading.portals.all()
        if not portals:
            yield Finding("warn", "Порталов нет", "установите приложение: docs/install.md, шаги 2–4")
        check = PortalCheck(
            self._store, self._clients, public_url=self._settings.public_url, pull=self._settings.pull_events
        )
        for portal in portals:
            async for finding in check.report(portal):
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
        return found

    async def _of_database(self) -> Finding:
        try:
            current = await is_current(self._store.database.engine)
        except AWAY as error:
            advice = f"проверьте B24APP_DATABASE_URL и сервер базы ({what_is_wrong(error)})"
            return Finding("bad", "База данных не отвечает", advice)
        return line(current, "База данных отвечает, схема этой версии", "схема не этой версии: b24app db upgrade")

    async def _of_keys(self) -> Finding:
        async with self._store.read() as reading:
            given = await reading.portals.addresses_with_keys()
        if self._settings.client_id or given:
            return Finding("ok", f"Ключи приложения есть{': ' if given else ''}{', '.join(given[:SHOWN])}")
        return Finding("warn", "Ключей приложения нет", "B24APP_CLIENT_ID и B24APP_CLIENT_SECRET или b24app portal add")

    async def _of_work(self) -> AsyncIterator[Finding]:
        async with self._store.database.reads() as session:
            seen = await look(session, self._store.clock.now())
        number = await working(self._store.database)
        if number:
            yield Finding("ok", f"Фоновая работа идёт, процессов: {number}")
        else:
            yield Finding("bad", "Фоновая работа не идёт", "запустите b24app serve или b24app worker")
        late = max(seen.inbox_lane_oldest_seconds, seen.outbox_lane_oldest_seconds, seen.timer_lag_seconds)
        if late > LATE.total_seconds():
            yield Finding("bad", f"Фоновая работа отстаёт на {late:.0f} с", "смотрите журнал и b24app queue list")
        dead = sum(seen.inbox_dead.values()) + sum(seen.outbox_dead.values())
        if dead:
            yield Finding("warn", f"Не удалось обработать: {dead}", "b24app queue list, затем retry или drop")
        async with self._store.read() as reading:
            refused = await refusals_of(reading)
        if refused:
            names = ", ".join(f"{name or 'без имени'} {count}" for name, count in refused.most_common(SHOWN))
            advice = "чужие или неверные: проверьте ключи приложения и application_token портала"
            yield Finding("warn", f"Отклонено вызовов: {refused.total()} ({names})", advice)
