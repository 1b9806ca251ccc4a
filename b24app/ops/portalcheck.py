"""What the doctor looks at on one portal: rights, subscriptions, tab, bot, mode of the CRM, people, channels, sweep, clock."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Final

from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods_app import (
    EventBinding,
    GetApp,
    GetScopes,
    GetServerTime,
    ListEventBindings,
    ListPlacementBindings,
)
from b24app.bitrix.methods_crm import GetCrmMode, ListCategories, ListDealUserFields, ListStatuses
from b24app.bitrix.throttle import Priority
from b24app.db.portals import Portal, PortalStatus
from b24app.db.tickets import Wanted
from b24app.db.work import Store
from b24app.desk.document import BoundPipeline
from b24app.desk.model import Desk
from b24app.kit.errors import PortalError, PortalRefused, SettingsError
from b24app.kit.ids import DEAL
from b24app.ops.finding import Finding, line
from b24app.portal.binding import Binding
from b24app.usecases.clients import Clients
from b24app.usecases.installing import steps_of
from b24app.usecases.provision import EVENTS, NEEDED_SCOPES, TAB, stage_entity
from b24app.usecases.reconcile import MARK
from b24app.usecases.trust import EMPLOYEE_SEEN

CLASSIC_MODE: Final = 1
DRIFT: Final = timedelta(minutes=2)
LATEST: Final = 500
"""Tickets whose channels are looked at."""
SWEEP_LATE: Final = timedelta(minutes=10)
STEP_TITLES: Final = {
    "rights": "права",
    "people": "сотрудники",
    "desk": "правила и рабочее время",
    "pipeline": "воронка",
    "fields": "поля сделки",
    "bot": "бот",
    "events": "события",
    "tab": "вкладка",
}
OPEN_AGAIN: Final = "откройте приложение администратором"
POINTED: Final = (
    ("E-mail", "почта", "CRM → Настройки → Почта → ящик: на новое письмо создавать сделку в воронке «Поддержка»"),
    ("Веб-форма", "CRM-формы", "CRM → CRM-формы → форма → документ CRM: сделка в воронке «Поддержка»"),
    ("Открытая линия", "открытые линии", "Контакт-центр → Открытые линии → Настройки CRM: сделка, воронка «Поддержка»"),
)
"""Channel, its name for people, and where on the portal it is pointed at support."""


class PortalCheck:
    """Looks at one portal."""

    def __init__(self, store: Store, clients: Clients, *, public_url: str, pull: bool) -> None:
        self._store, self._clients = store, clients
        self._public_url, self._pull = public_url.rstrip("/"), pull

    async def report(self, portal: Portal) -> AsyncIterator[Finding]:
        """Findings of one portal; the first thing that stops everything ends the report."""
        if portal.status is not PortalStatus.ACTIVE:
            yield _paused(portal)
            return
        try:
            client = await self._clients.of(portal.id)
            async for finding in self._on_portal(client, portal):
                yield finding
        except (PortalError, SettingsError) as error:
            yield _stopped(portal, error)
            return
        async for finding in self._ours(portal):
            yield finding

    async def _on_portal(self, client: PortalClient, portal: Portal) -> AsyncIterator[Finding]:
        name = portal.domain
        if not (await client(GetApp(), Priority.BACKGROUND)).installed:
            yield Finding("bad", f"{name}: установка не закончена", f"{OPEN_AGAIN} ещё раз")
        granted = {scope.lower() for scope in await client(GetScopes(), Priority.BACKGROUND)}
        missing = ", ".join(scope for scope in NEEDED_SCOPES if scope not in granted)
        yield line(not missing, f"{name}: права", f"отметьте в форме приложения: {missing}")
        yield self._events(name, await client(ListEventBindings(), Priority.BACKGROUND))
        places = await client(ListPlacementBindings(), Priority.BACKGROUND)
        tabs = {row.placement for row in places if self._is_ours(row.handler)}
        yield line(TAB in tabs, f"{name}: вкладка сделки", f"нет вкладки: {OPEN_AGAIN}")
        yield line(
            bool(Binding.from_data(dict(portal.settings)).bot), f"{name}: бот", f"не зарегистрирован: {OPEN_AGAIN}"
        )
        async for finding in self._bound(client, portal):
            yield finding
        yield await _mode(client, name)
        yield await self._drift(client, portal)

    async def _bound(self, client: PortalClient, portal: Portal) -> AsyncIterator[Finding]:
        """Pipelines, their stages and our fields may have been deleted on the portal."""
        binding, name = Binding.from_data(dict(portal.settings)), portal.domain
        there = {category.id for category in await client(ListCategories(entity_type_id=DEAL), Priority.BACKGROUND)}
        gone = not binding.pipelines or any(place.id not in there for place in binding.pipelines.values())
        if gone:
            yield Finding("bad", f"{name}: воронка поддержки", f"на портале её нет: {OPEN_AGAIN}, она создастся заново")
            return
        lost = [code for place in binding.pipelines.values() for code in await _lost_stages(client, place)]
        yield line(not lost, f"{name}: воронка поддержки", f"нет стадий {', '.join(lost)}: {OPEN_AGAIN}")
        shown = {field.field_name for field in await client(ListDealUserFields(), Priority.BACKGROUND)}
        missing = ", ".join(field for field in binding.fields.values() if field not in shown)
        yield line(not missing, f"{name}: поля сделки", f"нет {missing}: {OPEN_AGAIN}")

    def _events(self, name: str, bound: list[EventBinding]) -> Finding:
        if self._pull:
            kept = {row.event.upper() for row in bound if row.offline}
            advice = "тариф не хранит события: об изменениях узнаём сверкой раз в минуту"
            return (
                Finding("ok", f"{name}: события забираем сами") if kept else Finding("warn", f"{name}: события", advice)
            )
        ours = {row.event.upper() for row in bound if self._is_ours(row.handler)}
        lost = ", ".join(event for event in EVENTS if event not in ours)
        return line(not lost, f"{name}: события", f"не подписаны {lost}: {OPEN_AGAIN}")

    def _is_ours(self, handler: str) -> bool:
        return handler.startswith(f"{self._public_url}/")

    async def _drift(self, client: PortalClient, portal: Portal) -> Finding:
        there = datetime.fromisoformat(await client(GetServerTime(), Priority.BACKGROUND))
        drift = abs(there - self._store.clock.now())
        advice = f"расходятся на {drift.total_seconds():.0f} с: проверьте время на сервере"
        return line(drift <= DRIFT, f"{portal.domain}: часы", advice)

    async def _ours(self, portal: Portal) -> AsyncIterator[Finding]:
        """What our own database tells."""
        name = portal.domain
        for finding in _steps(portal):
            yield finding
        async with self._store.read(portal.id) as reading:
            swept, opened = await reading.marks.moved_at(MARK), await reading.marks.get(EMPLOYEE_SEEN)
            desk = await reading.desk() if await reading.desks.published() else None
            tickets = await reading.tickets.some(Wanted(), limit=LATEST)
        if desk is not None:
            for finding in _people(name, desk):
                yield finding
        used = {ticket.channel for ticket in tickets}
        for channel, title, way in POINTED:
            yield _channel(f"{name}: {title}", way, is_used=channel in used)
        if not opened:
            advice = "дайте права доступа к нему: без них вкладки не видно"
            yield Finding("warn", f"{name}: никто из сотрудников приложение не открывал", advice)
        yield self._sweep(name, swept)

    def _sweep(self, name: str, swept: datetime | None) -> Finding:
        if swept is None:
            return Finding("warn", f"{name}: сверки ещё не было", "она идёт раз в минуту вместе с фоновой работой")
        idle = self._store.clock.now() - swept
        if idle > SWEEP_LATE:
            advice = "потерянные события не находятся: смотрите журнал службы"
            return Finding("bad", f"{name}: сверки не было {idle.total_seconds() // 60:.0f} мин", advice)
        return Finding("ok", f"{name}: сверка идёт")


def _paused(portal: Portal) -> Finding:
    if portal.status is PortalStatus.UNINSTALLED:
        return Finding(
            "warn", f"{portal.domain}: приложение удалено с портала", "если оно ещё нужно, установите его снова"
        )
    return Finding("bad", f"{portal.domain}: доступ потерян ({portal.reason})", f"{OPEN_AGAIN} портала")


def _steps(portal: Portal) -> Iterator[Finding]:
    """What the installation could not do, in its own words."""
    for step in steps_of(portal.settings):
        if step.state == "failed":
            yield Finding("bad", f"{portal.domain}: установка, {STEP_TITLES[step.name]}", step.error)
        elif step.state != "done":
            advice = step.error or "идёт: если не закончится за минуту, смотрите журнал службы"
            yield Finding("warn", f"{portal.domain}: установка, {STEP_TITLES[step.name]}", advice)


async def _lost_stages(client: PortalClient, place: BoundPipeline) -> list[str]:
    rows = await client(ListStatuses(filter={"ENTITY_ID": stage_entity(place.id)}), Priority.BACKGROUND)
    there = {row.status_id for row in rows}
    return [code for code in place.codes.values() if code not in there]


def _people(name: str, desk: Desk) -> Iterator[Finding]:
    """Somebody has to be asked, and somebody above when he does not answer."""
    named, where = desk.people.dispatchers, "выберите на странице приложения"
    left = ", ".join(desk.directory.name(user) for user in named if not desk.directory.works(user))
    if not named or left:
        yield Finding("bad", f"{name}: диспетчеры", f"{left} не работает: {where}" if left else where)
    else:
        yield Finding("ok", f"{name}: диспетчеры")
    if desk.deputy() is None and desk.head() is None:
        yield Finding("warn", f"{name}: нет ни заместителя, ни руководителя", f"напоминает только диспетчеру: {where}")


def _channel(what: str, way: str, *, is_used: bool) -> Finding:
    return Finding("ok", what) if is_used else Finding("info", f"{what}, заявок пока нет", way)


def _stopped(portal: Portal, error: Exception) -> Finding:
    """Why nothing can be asked there, in the words of who has to act."""
    name, said = portal.domain, str(error)
    if "commercial plans" in said:
        return Finding("bad", f"{name}: на тарифе портала нет REST", "нужна подписка: решает владелец портала")
    if "authorization_error" in said.lower():
        return Finding("bad", f"{name}: установивший приложение больше не работает", f"{OPEN_AGAIN} портала")
    return Finding("bad", f"{name}: портал не отвечает как нужно", said)


async def _mode(client: PortalClient, name: str) -> Finding:
    try:
        mode = await client(GetCrmMode(), Priority.BACKGROUND)
    except PortalRefused:
        return Finding("warn", f"{name}: режим CRM узнать не удалось", "проверьте: CRM → Настройки → Режим работы CRM")
    advice = "включён режим с лидами: обращения станут лидами, включите автоконвертацию или простой режим"
    return (
        Finding("warn", f"{name}: режим CRM", advice) if mode == CLASSIC_MODE else Finding("ok", f"{name}: режим CRM")
    )
