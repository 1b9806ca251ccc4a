"""Tokens and addresses: one refresh for everybody, stored before use; a renamed portal, and whoever pretends to be one."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from b24app.bitrix.auth import TokenAuth
from b24app.bitrix.methods import Method
from b24app.bitrix.methods_app import GetProfile
from b24app.bitrix.oauth import Grant, Keys
from b24app.kit.errors import AccessLost, PortalBusy, PortalRefused
from starlette.responses import Response
from tests.support.client_world import Tokens, World
from tests.support.install_portal import serve
from tests.support.model_portal import ModelPortal


async def test_twenty_calls_with_an_expired_token_make_one_refresh(world: World) -> None:
    world.portal.access, client = "at-new", world.client()

    answers = await asyncio.gather(*(client(GetProfile()) for _ in range(20)))

    assert len(answers) == 20
    assert world.portal.seen.refreshes == 1
    assert [grant.refresh_token for grant in world.tokens.saved] == ["rt2"]


async def test_a_new_pair_is_stored_before_it_is_used(world: World) -> None:
    world.portal.access = "at-new"
    stored: list[str] = []
    world.portal.before = lambda _, __: stored.append(world.tokens.grant.access_token)

    await world.client()(GetProfile())

    assert stored == ["at2"]


async def test_a_spent_refresh_token_is_named_and_not_tried_again(world: World) -> None:
    world.portal.access, world.portal.refresh, client = "at-new", "rt-other", world.client()

    for _ in range(3):
        with pytest.raises(AccessLost, match=r"invalid_grant.*administrator"):
            await client(GetProfile())

    assert world.portal.seen.token_requests == 1


async def test_wrong_keys_are_named(world: World) -> None:
    world.portal.access = "at-new"
    world.portal.token_faults.append(Response('{"error": "wrong_client"}', 200))

    with pytest.raises(AccessLost, match="client_id is unknown"):
        await world.client()(GetProfile())


async def test_a_pair_another_process_stored_is_used_without_a_refresh(world: World) -> None:
    client = world.client()
    await client(GetProfile())
    world.portal.access = "at-2"
    world.tokens.grant = replace(world.tokens.grant, access_token="at-2")

    await client(GetProfile())

    assert world.portal.seen.refreshes == 0


class RacedTokens(Tokens):
    """Another process refreshes the pair between our reading and our refresh."""

    async def load(self) -> tuple[Keys, Grant]:
        found = await super().load()
        if self.loads > 1:
            self.grant = replace(self.grant, access_token="at-won", refresh_token="rt-won")
        return found


async def test_losing_the_race_for_the_refresh_takes_the_winners_pair(world: World) -> None:
    world.portal.access, world.portal.refresh = "at-won", "rt-won"
    world.auth = TokenAuth(RacedTokens(world.tokens.grant), world.oauth)

    await world.client()(GetProfile())

    assert world.portal.seen.refreshes == 0


async def test_a_lost_answer_to_a_refresh_is_asked_for_again(world: World) -> None:
    world.portal.access = "at-new"
    world.portal.token_faults.append(Response("<html>", 502))

    await world.client()(GetProfile())

    assert world.portal.seen.refreshes == 1


async def test_an_authorization_server_out_of_order_is_no_doubt_about_the_call(world: World) -> None:
    world.portal.access = "at-new"
    world.portal.token_faults.extend([Response("<html>", 502)] * 20)

    with pytest.raises(PortalBusy) as raised:
        await world.client()(Once())

    assert not raised.value.sent


class Once(Method[Any]):
    """A call that must not be sent twice."""

    rest_name = "profile"


class TestRenamedPortal:
    async def test_calls_go_on_at_the_confirmed_address_as_the_same_posts(self, world: World) -> None:
        asked: list[str] = []

        async def moved(host: str) -> str | None:
            asked.append(host)
            return f"http://{host}/rest/"

        async with serve(_moved_to(world.portal.origin)) as old:
            client = world.client(f"{old}/rest/", moved)
            answers = await asyncio.gather(*(client(GetProfile()) for _ in range(5)))

        assert {answer.id for answer in answers} == {1}
        assert asked == [world.portal.origin.partition("//")[2]]

    async def test_a_foreign_address_is_never_called(self, world: World) -> None:
        stranger = ModelPortal()

        async def moved(_: str) -> str | None:
            return None

        async with serve(stranger.app()) as origin, serve(_moved_to(origin)) as old:
            with pytest.raises(PortalRefused, match="unconfirmed"):
                await world.client(f"{old}/rest/", moved)(GetProfile())

        assert stranger.seen.requests == 0

    async def test_addresses_that_lead_in_a_circle_end(self, world: World) -> None:
        async def moved(_: str) -> str | None:
            return f"{world.portal.origin}/rest/"

        world.portal.faults.extend([Response("", 302, {"location": "https://other.bitrix24.ru/rest/"})] * 5)
        with pytest.raises(PortalRefused, match="redirect"):
            await world.client(moved=moved)(GetProfile())


def _moved_to(origin: str) -> Any:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            answer = Response("<html>moved</html>", 302, {"location": f"{origin}{scope['path']}"})
            await answer(scope, receive, send)

    return app
