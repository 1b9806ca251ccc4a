"""The client and the emulated portal, written by different code against one documentation, understand each other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods_app import GetApp, GetProfile, GetServerTime, ListDepartments, ListUsers
from b24app.bitrix.methods_crm import AddItem, GetItem, ListItems, UpdateItem
from b24app.bitrix.oauth import Keys, OAuthServer
from b24app.bitrix.throttle import Priority
from b24app.bitrix.transport import Transport
from b24app.db.engine import Database
from b24app.db.portals import Grant, Portal
from b24app.kit.clock import SystemClock
from b24app.kit.errors import AccessLost, PortalRefused
from b24app.kit.ids import PortalId
from b24app.usecases.clients import LICENSE, Clients
from tests.support.sandbox import Sandbox, start_sandbox
from tests.support.work import installation, make_store

DEAL = 2


@dataclass
class Office:
    """A portal with our application, and what our processes know of it."""

    box: Sandbox
    database: Database
    portal: PortalId
    transport: Transport

    def process(self) -> Clients:
        """Clients of one more process of ours."""
        oauth = OAuthServer(self.transport, self.box.oauth_url, SystemClock())
        keys = Keys(str(self.box.about["client_id"]), str(self.box.about["client_secret"]))
        return Clients(make_store(self.database), self.transport, oauth, keys)

    async def client(self) -> PortalClient:
        return await self.process().of(self.portal)

    async def stored(self) -> Portal:
        async with make_store(self.database).read() as reading:
            return await reading.portals.get(self.portal)

    async def expire(self) -> None:
        """Every access token is too old from now on."""
        await self.forget_tokens(expire=True)

    async def forget_tokens(self, *, expire: bool = False) -> None:
        """The portal does not know our tokens any more, or only their time is over."""
        apps = (await self.box.control("GET", "apps"))["apps"]
        app = next(one for one in apps if one["client_id"] == self.box.about["client_id"])
        await self.box.control("DELETE", f"apps/{app['id']}/tokens", {"expire": expire})


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    transport = Transport(allow_http=True)
    async with start_sandbox() as box:
        user = box.about["users"][0]
        told = installation(
            member=str(box.about["member_id"]),
            domain=str(box.about["domain"]),
            client_endpoint=f"{box.base_url}/rest/",
            server_endpoint=f"{box.oauth_url}/rest/",
            grant=Grant(user["access_token"], user["refresh_token"], SystemClock().now()),
        )
        async with make_store(database).work() as work:
            portal = await work.portals.install(told)
            await work.commit()
        yield Office(box, database, portal.id, transport)
    await transport.close()


async def test_deals_are_made_in_bulk_listed_whole_and_changed(office: Office) -> None:
    client = await office.client()
    made = await client.bulk([AddItem(entity_type_id=DEAL, fields={"title": f"Заявка {n}"}) for n in range(320)])
    ids = [outcome.unwrap()["id"] for outcome in made]

    listed = [row["id"] async for row in client.listing(ListItems(entity_type_id=DEAL), Priority.EXPORT)]
    changed = await client.bulk([UpdateItem(entity_type_id=DEAL, id=ids[0], fields={"title": "А & Б + 10%"})])

    assert listed == sorted(ids)
    assert not changed[0].error
    assert (await client(GetItem(entity_type_id=DEAL, id=ids[0])))["title"] == "А & Б + 10%"


async def test_commands_of_a_batch_refer_to_each_other_and_fail_alone(office: Office) -> None:
    client = await office.client()
    deal = await client(AddItem(entity_type_id=DEAL, fields={"title": "Не печатает", "companyId": 0}))

    outcomes = await client.batch(
        {
            "deal": GetItem(entity_type_id=DEAL, id=deal["id"]),
            "same": GetItem(entity_type_id=DEAL, id="$result[deal][item][id]"),
            "none": GetItem(entity_type_id=DEAL, id=99_999),
        }
    )

    assert outcomes["same"].unwrap()["title"] == "Не печатает"
    assert isinstance(outcomes["none"].error, PortalRefused)


async def test_people_and_departments_are_read(office: Office) -> None:
    client = await office.client()

    users = [user.id async for user in client.listing(ListUsers())]

    assert users == [user.id for user in await client.pages(ListUsers(sort="ID", order="ASC"))]
    assert 1 in users
    assert await client.pages(ListDepartments())
    assert (await client(GetApp())).installed
    assert "T" in await client(GetServerTime())


async def test_an_expired_token_is_renewed_and_kept(office: Office) -> None:
    client, before = await office.client(), await office.stored()
    await office.expire()

    await asyncio.gather(*(client(GetProfile()) for _ in range(6)))

    after = await office.stored()
    assert before.grant is not None
    assert after.grant is not None
    assert after.grant.refresh != before.grant.refresh
    assert (await (await office.client())(GetProfile())).id == 1


async def test_two_processes_do_not_spend_one_refresh_token_twice(office: Office) -> None:
    clients = [await office.client() for _ in range(3)]
    await asyncio.gather(*(client(GetProfile()) for client in clients))
    await office.expire()

    answers = await asyncio.gather(*(client(GetProfile()) for client in clients))

    assert [answer.id for answer in answers] == [1, 1, 1]


async def test_a_renamed_portal_is_followed_and_remembered(office: Office) -> None:
    client = await office.client()
    await client(GetProfile())
    new = str((await office.box.control("POST", "rename", {}))["base_url"])

    profiles = await asyncio.gather(*(client(GetProfile()) for _ in range(4)))

    assert {profile.id for profile in profiles} == {1}
    assert (await office.stored()).client_endpoint == f"{new}/rest/"
    assert (await office.stored()).domain == new.partition("//")[2]


async def test_a_removed_application_is_lost_until_somebody_acts(office: Office) -> None:
    client = await office.client()
    await office.forget_tokens()

    for _ in range(2):
        with pytest.raises(AccessLost, match="invalid_grant"):
            await client(GetProfile())


async def test_an_enterprise_plan_gets_its_larger_limits(office: Office) -> None:
    async with make_store(office.database).work(office.portal) as work:
        await work.portals.save_settings(office.portal, {LICENSE: "ent"})
        await work.commit()
    clients = office.process()
    await clients.of(office.portal)
    bucket = clients.throttle(office.portal).bucket

    assert [await bucket.take(1.0) for _ in range(100)] == [0.0] * 100
