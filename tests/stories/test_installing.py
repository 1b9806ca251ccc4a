"""Ways into the service: an application without pages, many portals, another address, an application that is removed."""

import asyncio
import os
import sys
from urllib.parse import urlsplit

from b24app.db.erasure import tables_of_portals
from b24app.db.portals import Portal, PortalStatus
from b24app.demo.servers import served
from b24app.demo.visit import Administrator, Application
from b24app.kit.ids import PortalId
from b24app.main import make_app
from b24app.sandbox.cli import bound
from b24app.usecases.installing import is_ready
from sqlalchemy import select
from tests.support.vendor import one_vendor
from tests.support.world import SECRET, World, company, eventually, open_world, settings_of


async def portals(world: World) -> list[Portal]:
    assert world.desk.service is not None
    async with world.desk.service.store.read() as reading:
        return await reading.portals.all()


async def add_portal(database_url: str, domain: str, app: Application) -> str:
    """`b24app portal add`, as an integrator types it; gives what it says."""
    words = ("portal", "add", "--domain", domain, "--client-id", app.client_id, "--client-secret", app.client_secret)
    env = os.environ | {"B24APP_DATABASE_URL": database_url, "B24APP_SECRET_KEY": SECRET}
    command = (sys.executable, "-m", "b24app", *words)
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def made_ready(world: World) -> None:
    async def ready() -> bool:
        return all(is_ready(portal.settings) for portal in await portals(world))

    await eventually(ready)


async def test_an_application_without_pages_is_installed_by_its_event_alone(database_url: str) -> None:
    async with open_world(database_url, installed=False) as world:
        await world.box.control("DELETE", f"apps/{world.app.id}")
        await world.box.control("POST", "events/hold")
        app = await world.administrator.registers(world.desk.url, api_only=True)
        await add_portal(database_url, world.box.portal.domain, app)

        await world.box.control("POST", "events/release")
        await world.box.delivered()
        await made_ready(world)

        deal = await world.client_writes()
        await world.dispatcher.sees(f"№ {deal}")
        (portal,) = await portals(world)
        assert portal.application_token == world.box.portal.apps.get(app.id)["TOKEN"]  # type: ignore[index]  # it is there


async def test_when_that_event_is_lost_the_administrator_confirms_the_access_once(database_url: str) -> None:
    async with open_world(database_url, installed=False) as world:
        await world.box.control("DELETE", f"apps/{world.app.id}")
        world.box.portal.faults.events_lost_times = 1
        app = await world.administrator.registers(world.desk.url, api_only=True)
        await add_portal(database_url, world.box.portal.domain, app)

        start = f"{world.desk.url}/bitrix/install/authorize?domain={world.box.portal.domain}"
        page = await world.box.client.get(start, follow_redirects=True, headers={"X-Sandbox-User": "1"})
        assert page.status_code == 200
        await made_ready(world)

        deal = await world.client_writes()
        await world.dispatcher.sees(f"№ {deal}")


async def test_nobody_is_sent_to_an_address_we_have_no_keys_for(world: World) -> None:
    answer = await world.box.client.get(f"{world.desk.url}/bitrix/install/authorize?domain=evil.example")
    assert answer.status_code == 403
    assert "location" not in answer.headers


async def test_two_portals_live_in_one_installation(database_url: str) -> None:
    async with (
        one_vendor() as vendor,
        open_world(database_url, vendor=vendor) as first,
        company(vendor) as box,
    ):
        administrator = Administrator(box.client, box.base_url)
        app = await administrator.registers(first.desk.url)
        said = await add_portal(database_url, urlsplit(box.base_url).netloc, app)
        assert "keys stored" in said
        await administrator.installs(app)
        second = World(box, first.desk, app, administrator)

        one, other = await first.client_writes("Первому"), await second.client_writes("Второму")
        here = await first.dispatcher.sees(f"№ {one}", "Первому")
        there = await second.dispatcher.sees(f"№ {other}", "Второму")
        assert len(first.dispatcher.messages()) == len(second.dispatcher.messages()) == 1

        # The same number on both portals, and the bot's as well: each press stays with its own portal.
        await there.tap("2-я линия")
        await (await there.becomes("Кому назначить?")).tap("Павел Тарасов")
        await there.becomes("Назначена: Павел Тарасов")
        await first.settled()
        assert here.buttons[-1] == "Открыть"
        assert (await first.deal(one))["assignedById"] == first.dispatcher.id


async def test_a_renamed_portal_is_found_when_somebody_opens_the_application(world: World) -> None:
    """The old address is dead: no redirect tells where the portal went."""
    port = world.box.base_url.rpartition(":")[2]
    world.box.portal.origin = f"http://[::1]:{port}"

    await world.administrator.opens(world.app)
    deal = await world.client_writes()

    await world.dispatcher.sees(f"№ {deal}")
    (portal,) = await portals(world)
    assert portal.client_endpoint == f"http://[::1]:{port}/rest/"


async def test_a_removed_application_falls_silent_and_comes_back_with_new_keys(world: World, database_url: str) -> None:
    deal = await world.client_writes()
    await world.dispatcher.sees(f"№ {deal}")

    await world.box.control("DELETE", f"apps/{world.app.id}", {"clean": False})

    async def gone() -> bool:
        return (await portals(world))[0].status is PortalStatus.UNINSTALLED

    await eventually(gone)
    await world.passes(minutes=30)
    app = await world.administrator.registers(world.desk.url)
    await add_portal(database_url, world.box.portal.domain, app)
    await world.administrator.installs(app)

    message = await world.dispatcher.sees(f"№ {deal}", "ждёт назначения")
    await message.tap("1-я линия")
    await (await message.becomes("Кому назначить?")).tap("Вадим Петров")
    await message.becomes("Назначена: Вадим Петров")
    assert len(await portals(world)) == 1


async def test_an_application_removed_with_its_data_leaves_nothing_and_begins_anew(
    world: World, database_url: str
) -> None:
    old = await world.client_writes()
    await world.dispatcher.sees(f"№ {old}")
    (before,) = await portals(world)
    late = {"event": "ONCRMDEALUPDATE", "data[FIELDS][ID]": str(old), "auth[member_id]": before.member_id}
    late["auth[application_token]"] = before.application_token

    await world.box.control("DELETE", f"apps/{world.app.id}", {"clean": True})

    async def refused() -> bool:
        answer = await world.desk.client.post(f"{world.desk.url}/bitrix/events", data=late)
        return answer.status_code == 403

    await eventually(refused)
    assert await portals(world) == []
    await eventually(lambda: _nothing_is_kept(world, before.id))

    app = await world.administrator.registers(world.desk.url)
    await add_portal(database_url, world.box.portal.domain, app)
    await world.administrator.installs(app)
    new = await world.client_writes("Не печатает принтер")
    await world.dispatcher.sees(f"№ {new}", "Новая заявка")
    assert (await portals(world))[0].id != before.id


async def _nothing_is_kept(world: World, portal: PortalId) -> bool:
    assert world.desk.service is not None
    async with world.desk.service.store.read() as reading:
        queries = [select(table.c.portal_id).where(table.c.portal_id == portal) for table in tables_of_portals()]
        return not [row for query in queries for row in await reading.session.execute(query)]


async def test_when_the_installer_left_one_opening_by_another_administrator_is_enough(world: World) -> None:
    await world.people_are(dispatchers="kuznetsova")
    await world.box.control("POST", f"users/{world.people['gromova']}", {"admin": True})
    await world.box.control("POST", f"users/{world.dispatcher.id}", {"active": False})
    await world.passes(minutes=1.1)
    await eventually(lambda: _waits_for_administrator(world))

    await Administrator(world.box.client, world.box.base_url, world.people["gromova"]).opens(world.app)

    deal = await world.client_writes()
    await world.person("kuznetsova").sees(f"№ {deal}")


async def _waits_for_administrator(world: World) -> bool:
    return [portal.status for portal in await portals(world)] == [PortalStatus.NEEDS_ADMIN]


async def test_a_service_that_starts_binds_anew_what_the_portal_lost_meanwhile(database_url: str) -> None:
    async with company() as box:
        listener = bound("127.0.0.1", 0)
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        administrator = Administrator(box.client, box.base_url)
        app = await administrator.registers(url)
        settings = settings_of(box, url, database_url, app)
        async with served(make_app(settings), listener):
            await administrator.installs(app)
        bindings = box.portal.table("event_binding")
        for binding in bindings.where(EVENT="ONCRMDEALADD"):
            bindings.delete(binding["ID"])

        async with served(make_app(settings), bound("127.0.0.1", port)):

            async def is_bound() -> bool:
                return bool(list(bindings.where(EVENT="ONCRMDEALADD")))

            await eventually(is_bound)
