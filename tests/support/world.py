"""A portal and the service in it, as they meet in life: two real HTTP servers, one virtual clock, a real installation.

async with open_world(database_url) as world:
    deal = await world.client_writes("Не уходят письма")
    message = await world.dispatcher.sees(f"№ {deal}")
    await message.tap("1-я линия")

The portal answers on `localhost`, the service on `127.0.0.1`. The clock stands still until a story moves it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import httpx
from b24app.db.tables import PENDING, inbox, outbox, timer
from b24app.demo.servers import served
from b24app.demo.visit import Administrator, Application
from b24app.kit.clock import to_ms
from b24app.main import Service, make_app
from b24app.sandbox.cli import bound
from b24app.sandbox.demo.letters import support_pipeline
from b24app.settings import Settings
from pydantic import SecretStr
from sqlalchemy import func, select
from tests.support.people import Person
from tests.support.sandbox import Sandbox, start_sandbox
from tests.support.vendor import Vendor

T = TypeVar("T")
MORNING: Final = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
"""Tuesday, 10:00 in Moscow."""
SECRET: Final = "the secret of this installation of tests"
PATIENCE_S: Final = 15.0


@dataclass
class Desk:
    """The service: where it answers, and the process itself when it runs inside of this one."""

    url: str
    client: httpx.AsyncClient
    service: Service | None = None


@dataclass
class World:
    """A portal with the application in it."""

    box: Sandbox
    desk: Desk
    app: Application
    administrator: Administrator

    # --- people

    @property
    def people(self) -> dict[str, int]:
        """Numbers of the demo company's people by key."""
        return dict(self.box.portal.setting("demo")["people"])

    def person(self, key: str) -> Person:
        """Somebody of the company."""
        return Person(self.box, self.people[key])

    @property
    def dispatcher(self) -> Person:
        """Who installed the application."""
        return self.person("orlova")

    # --- the portal

    @property
    def pipeline(self) -> int:
        """«Поддержка» on the portal."""
        return support_pipeline(self.box.portal)

    async def client_writes(
        self, subject: str = "Не уходят письма", text: str = "С утра ошибка SMTP.", **more: Any
    ) -> int:
        """A customer's letter becomes a deal of support; gives its number."""
        letter = {"subject": subject, "text": text, "name": "Ольга Смирнова", "email": "smirnova@severveter.example"}
        return int((await self.box.control("POST", "letters", letter | more))["deal"])

    async def deal(self, number: int) -> dict[str, Any]:
        """A deal as the portal shows it."""
        params = {"entityTypeId": 2, "id": number, "useOriginalUfNames": "Y"}
        answer = await self.box.call("crm.item.get", params)
        return dict(answer["item"])

    async def shown(self, number: int, field: str) -> str:
        """What people read in a list field of a deal: `CATEGORY`, `KIND`, `LINE`, `PRIORITY`."""
        value = str((await self.deal(number))[f"UF_CRM_B24APP_{field}"] or "")
        return next((title for title, option in (await self.options(field)).items() if option == value), value)

    async def options(self, field: str) -> dict[str, str]:
        """Title → id of what can be chosen in a list field."""
        wanted = {"filter": {"FIELD_NAME": f"UF_CRM_B24APP_{field}"}}
        (known,) = await self.box.call("crm.deal.userfield.list", wanted)
        return {str(option["VALUE"]): str(option["ID"]) for option in known["LIST"]}

    async def stage(self, number: int) -> str:
        """The title of the stage a deal stands in."""
        deal = await self.deal(number)
        entity = f"DEAL_STAGE_{deal['categoryId']}" if deal["categoryId"] else "DEAL_STAGE"
        rows = await self.box.call("crm.status.list", {"filter": {"ENTITY_ID": entity}})
        return next(str(row["NAME"]) for row in rows if row["STATUS_ID"] == deal["stageId"])

    async def code_of(self, title: str) -> str:
        """The portal's code of a stage of support."""
        wanted = {"ENTITY_ID": f"DEAL_STAGE_{self.pipeline}"}
        rows = await self.box.call("crm.status.list", {"filter": wanted})
        return next(str(row["STATUS_ID"]) for row in rows if row["NAME"] == title)

    async def people_are(self, **chosen: str) -> None:
        """The administrator chooses people on the application's page: `dispatchers="orlova petrov", deputy="…"`."""
        session, _ = await self.administrator.opens(self.app)
        numbers = {role: [self.people[key] for key in keys.split()] for role, keys in chosen.items()}
        form = {"pipeline": [self.pipeline], **numbers}
        answer = await self.desk.client.post(
            f"{self.desk.url}/bitrix/app/people", data=form, headers={"X-App-Session": session}
        )
        assert answer.status_code == 200, answer.text
        await self.settled()

    async def changes_by_hand(self, number: int, **fields: Any) -> None:
        """Somebody saved the deal's card."""
        await self.box.call("crm.item.update", {"entityTypeId": 2, "id": number, "fields": fields})

    # --- time

    async def passes(self, *, minutes: float = 0, hours: float = 0) -> None:
        """Time goes by for portal and service alike."""
        await self.box.control("POST", "clock", {"advance_s": minutes * 60 + hours * 3600})
        if self.desk.service is not None and self.desk.service.follower is not None:
            await self.desk.service.follower.look()

    # --- waiting

    async def settled(self) -> None:
        """Nothing is under way: events are delivered and handled, deadlines that came are fired, effects are on the portal."""
        await self.box.delivered(PATIENCE_S)
        await eventually(self._quiet)

    async def _quiet(self) -> bool:
        if self.desk.service is None:
            return True
        async with self.desk.service.store.read() as reading:
            return not await _open_rows(reading.session, to_ms(reading.clock.now()))


async def _open_rows(session: Any, now: int) -> int:
    found = [select(func.count()).select_from(table).where(table.c.state == PENDING) for table in (inbox, outbox)]
    found.append(select(func.count()).select_from(timer).where(timer.c.due_at <= now))
    return sum([(await session.execute(query)).scalar_one() for query in found])


async def eventually(condition: Callable[[], Awaitable[T]], *, within_s: float = PATIENCE_S) -> T:
    """The first true answer. TimeoutError when there is none within this time."""
    async with asyncio.timeout(within_s):
        while True:
            answer = await condition()
            if answer:
                return answer
            await asyncio.sleep(0.02)


def settings_of(box: Sandbox, url: str, database_url: str, app: Application, **changed: Any) -> Settings:
    """What the service is told about its place, its portal's application and the clock."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "public_url": url,
        "client_id": app.client_id,
        "client_secret": SecretStr(app.client_secret),
        "oauth_url": box.portal.oauth_origin,
        "secret_key": SecretStr(SECRET),
        "allow_http_portals": True,
        "clock_url": f"{box.about['control_url']}clock",
        "rate_per_second": 1000,
        "rate_burst": 5000,
    } | changed
    return Settings(_env_file=None, **values)


@contextlib.asynccontextmanager
async def open_world(
    database_url: str, *, installed: bool = True, vendor: Vendor | None = None, **settings: Any
) -> AsyncIterator[World]:
    """A portal with the demo company and a service of this process, the application installed by its administrator."""
    async with company(vendor) as box:
        listener = bound("127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        administrator = Administrator(box.client, box.base_url)
        app = await administrator.registers(url)
        service = make_app(settings_of(box, url, database_url, app, **settings))
        async with served(service, listener):
            if installed:
                await administrator.installs(app)
            yield World(box, Desk(url, box.client, service.state.service), app, administrator)


@contextlib.asynccontextmanager
async def company(vendor: Vendor | None = None) -> AsyncIterator[Sandbox]:
    """The portal of the demo company, its clock standing still, without a limit of requests."""
    async with start_sandbox(now=MORNING, speed=0, demo=True) as box:
        box.portal.faults.bucket_off = True
        if vendor is not None:
            vendor.joins(box)
        yield box
