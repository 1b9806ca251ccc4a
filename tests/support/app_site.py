"""The pages of the installation and of the application on a small portal over HTTP, with tickets in the queue.

By hand: `python -m tests.support.app_site` prints addresses that open the pages as an administrator, and waits.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from b24app import cardtab, install
from b24app.cardtab.routes import router as tab_router
from b24app.db.engine import make_engine, open_database
from b24app.db.migrate import upgrade
from b24app.kit.ids import DEAL, PortalId, TicketId, UserId, ticket_id
from b24app.pipelines.stages import Meaning
from b24app.tickets.model import Assign, Command, Correct, Facts, Labels, Move, Observed, Party, Source
from b24app.ui import Static, Templates
from b24app.usecases.apply import apply
from b24app.usecases.card import Cards
from fastapi.responses import HTMLResponse
from tests.support.held import Held
from tests.support.install_app import Doors, frame_form, open_doors, place
from tests.support.install_portal import InstallPortal, serve

PEOPLE: Final = (
    (1, "Динара", "Ахметова", "Руководитель поддержки", 5),
    (12, "Вадим", "Петров", "Инженер 1-й линии", 5),
    (13, "Илья", "Соколов", "Разработчик", 6),
    (14, "Ольга", "Кузнецова", "Аналитик", 6),
    (15, "Мария", "Орлова", "Директор по сервису", 1),
)
TEAMS: Final = ((1, "Компания", 15), (5, "1-я линия поддержки", 1), (6, "Разработка", 13))
FORM: Final = """<!doctype html><link rel="icon" href="data:,"><title>Портал</title><form method="post" action="{action}">{fields}<button>Открыть</button></form>"""


class Company(InstallPortal):
    """A portal whose people have names and departments."""

    def _user_get(self, given: dict[str, Any]) -> Any:
        rows = [
            {
                "ID": str(id_),
                "NAME": name,
                "LAST_NAME": last,
                "WORK_POSITION": job,
                "ACTIVE": True,
                "UF_DEPARTMENT": [team],
            }
            for id_, name, last, job, team in PEOPLE
        ]
        return rows[int(given.get("start") or 0) :]

    def _department_get(self, given: dict[str, Any]) -> Any:
        rows = [
            {"ID": str(id_), "NAME": name, "UF_HEAD": str(head)} | ({"PARENT": "1"} if id_ > 1 else {})
            for id_, name, head in TEAMS
        ]
        return rows[int(given.get("start") or 0) :]

    def _profile(self, given: dict[str, Any]) -> Any:
        return super()._profile(given) | {"TIME_ZONE": "Europe/Moscow"}

    def _calendar_settings_get(self, _: dict[str, Any]) -> Any:
        return {
            "work_time_start": "9",
            "work_time_end": "18",
            "week_holidays": ["SA", "SU"],
            "year_holidays": "1.01,4.11",
        }


@dataclass
class AppSite:
    """The pages, the portal they belong to, the work behind them."""

    doors: Doors
    portal: InstallPortal
    origin: str = ""
    _number: int = 0

    async def installed(self) -> PortalId:
        """An administrator installed the application, everything is bound."""
        answer = await self.doors.client.post(place(self.portal), data=frame_form(self.portal))
        answer.raise_for_status()
        await self.doors.works()
        (portal,) = await self.doors.portals()
        return portal.id

    async def does(self, portal: PortalId, command: Command) -> None:
        """One command, committed."""
        self._number += 1
        service = self.doors.service
        async with service.store.work(portal, cause=f"test:{self._number}") as work:
            await apply(command, work=work, desk=await work.desk(), now=service.clock.now())
            await work.commit()

    async def ticket(self, portal: PortalId, deal: int, subject: str, company: str, **told: Any) -> TicketId:
        """A new ticket of a client."""
        clock, ticket = self.doors.service.clock, ticket_id(DEAL, deal)
        async with self.doors.service.store.read(portal) as reading:
            pipeline = (await reading.desk()).pipelines[0]
        facts = Facts(
            pipeline=pipeline.id,
            stage=pipeline.stage(Meaning.TRIAGE).code,
            responsible=UserId(1),
            subject=subject,
            text=f"Добрый день! {subject}.",
            channel="E-mail",
            company=Party(12, company),
            requester=Party(44, "Ольга Смирнова"),
            created_at=clock.now(),
            updated_at=clock.now(),
            moved_at=clock.now(),
        )
        await self.does(portal, Observed(ticket, replace(facts, **told)))
        return ticket

    async def busy_morning(self) -> PortalId:
        """A queue with every kind of row: late, near, unassigned, paused, in time."""
        portal, clock = await self.installed(), self.doors.service.clock
        await self.ticket(portal, 48210, "Ошибка 504 при открытии отчёта «Воронка продаж»", "ООО «Северный ветер»")
        paused = await self.ticket(portal, 48216, "Не приходят уведомления о новых лидах", "АО «Техносфера»")
        await self.does(portal, Assign(paused, UserId(12), UserId(1)))
        await self.does(portal, Move(paused, "waiting", UserId(12)))
        clock.passes(minutes=56)
        working = await self.ticket(portal, 48219, "Добавить поле «ИНН» в карточку компании", "ООО «Северный ветер»")
        await self.does(portal, Assign(working, UserId(13), UserId(1)))
        clock.passes(minutes=3)
        await self.ticket(portal, 48222, "Выгрузить отчёт по задачам отдела продаж за октябрь", "ИП Воронцова")
        clock.passes(minutes=12)
        await self.ticket(portal, 48224, "Не отправляются письма из CRM: ошибка авторизации SMTP", "ООО «Лидер»")
        return portal

    async def taught(self, portal: PortalId) -> None:
        """People corrected what the rules guessed, and confirmed what they got right."""
        boxes = ("С утра отвалился ящик менеджера", "Опять отвалился ящик бухгалтера", "Отвалился общий ящик отдела")
        for deal, text in enumerate(boxes, start=48301):
            told = f"{text}, сделки стоят, клиенты в карточках ждут"
            await self._labelled(portal, deal, told, "performance")
        for deal in range(48311, 48315):
            await self._labelled(portal, deal, "Телефония: АТС лежит, звонки не проходят", "")

    async def _labelled(self, portal: PortalId, deal: int, text: str, category: str) -> None:
        ticket = await self.ticket(portal, deal, text, "ООО «Лидер»")
        if category:
            await self.does(portal, Correct(ticket, Labels(category=category), UserId(1), Source.TAB))
        else:
            await self.does(portal, Move(ticket, Meaning.DONE, UserId(1)))

    async def assignee(self, deal: int) -> UserId | None:
        """Who holds a ticket, as it is saved."""
        (portal,) = await self.doors.portals()
        async with self.doors.service.store.read(portal.id) as reading:
            return (await reading.tickets.get(ticket_id(DEAL, deal))).assignee

    async def people(self) -> tuple[tuple[int, ...], int | None]:
        """Dispatchers and the deputy of the published rules."""
        (portal,) = await self.doors.portals()
        version = await self.doors.service.desks.published(portal.id)
        assert version is not None
        return tuple(version.document["people"]["dispatchers"]), version.document["people"]["deputy"]

    def opening(self, page: str, who: str = "admin") -> str:
        """The address of a form that opens a page as the portal does."""
        return f"{self.origin}/open/{page}?who={who}"


def _complete(doors: Doors) -> None:
    """What the composition root adds to these doors: the tab, and all templates."""
    service, state = doors.service, doors.app.state
    state.cards = Cards(service.store, service.clients, service.clock)
    state.templates = Templates(Static(), {"install": install.TEMPLATES, "cardtab": cardtab.TEMPLATES})
    doors.app.include_router(tab_router)


@asynccontextmanager
async def app_site(folder: Path) -> AsyncIterator[AppSite]:
    """Portal and application on free ports of the loopback, for the time of the block."""
    url = f"sqlite+aiosqlite:///{folder / 'app.db'}"
    engine = make_engine(url)
    await upgrade(engine)
    await engine.dispose()
    portal = Company()
    async with serve(portal.app()) as portal.origin, open_database(url) as database:  # noqa: SIM117 - the origin is known inside
        async with open_doors(database, portal.origin) as doors:
            site = AppSite(doors, portal)
            _complete(doors)

            @doors.app.get("/open/{page}")
            async def form(page: str, who: str = "admin", language: str = "ru") -> HTMLResponse:
                fields = "".join(
                    f'<input type="hidden" name="{k}" value="{v}">' for k, v in frame_form(portal, who).items()
                )
                action = place(portal, page).replace("LANG=ru", f"LANG={language}")
                return HTMLResponse(FORM.format(action=action, fields=fields))

            async with serve(doors.app) as site.origin:
                yield site


class HeldSite(Held[AppSite]):
    """A site on another thread."""

    def __init__(self, folder: Path) -> None:
        super().__init__(app_site(folder))

    @property
    def site(self) -> AppSite:
        """The pages and their portal."""
        return self.it


async def _by_hand() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with app_site(Path(folder)) as site:
            await site.busy_morning()
            print(site.opening("app"), site.opening("install"), sep="\n")  # noqa: T201 - it is asked for by hand
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_by_hand())
