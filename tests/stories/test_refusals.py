"""Whoever calls without proof is refused with the right status: no foreign host is asked, nothing is kept, nothing leaks."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from b24app.db.tables import inbox, portal
from b24app.sandbox.kernel.php import build_query
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.support.install_portal import serve
from tests.support.world import World, open_world

SECRET_WORDS = ("a-token-nobody-may-see", "Секретные слова клиента")
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Stranger:
    """A host of a stranger's that pretends to be an authorization server and a portal."""

    origin: str
    asked: list[str]

    @property
    def host(self) -> str:
        return self.origin.partition("//")[2]


@contextlib.asynccontextmanager
async def stranger() -> AsyncIterator[Stranger]:
    asked: list[str] = []

    async def answer(request: Request) -> Response:
        asked.append(request.url.path)
        return JSONResponse({"result": {"client_id": "local.evil", "user_id": 1, "ADMIN": True}})

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    async with serve(app) as origin:
        yield Stranger(origin, asked)


async def kept(world: World) -> tuple[int, int]:
    """Rows of the inbox and portals."""
    assert world.desk.service is not None
    async with world.desk.service.store.read() as reading:
        counts = [await reading.session.execute(select(func.count()).select_from(table)) for table in (inbox, portal)]
    rows, portals = (count.scalar_one() for count in counts)
    return int(rows), int(portals)


async def posted(world: World, path: str, body: Any, **headers: str) -> int:
    content = build_query(body) if isinstance(body, dict) else body
    answer = await world.desk.client.post(f"{world.desk.url}{path}", content=content, headers=FORM | headers)
    assert all(word not in answer.text for word in SECRET_WORDS)
    return answer.status_code


def event(world: World, **auth: Any) -> dict[str, Any]:
    """A well-formed event with the auth of the story."""
    known = {"domain": world.box.portal.domain, "member_id": world.box.portal.member_id}
    data = {"FIELDS": {"ID": "7", "TITLE": SECRET_WORDS[1]}}
    return {"event": "ONCRMDEALADD", "data": data, "ts": "1790000000", "auth": known | auth}


@pytest.mark.parametrize("path", ["/bitrix/events", "/bitrix/bot", "/bitrix/robot"])
async def test_calls_of_the_portal_need_its_application_token(
    world: World, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = await kept(world)
    token = str((world.box.portal.apps.get(world.app.id) or {})["TOKEN"])
    wrong = SECRET_WORDS[0]

    assert await posted(world, path, event(world)) == 403
    assert await posted(world, path, event(world, application_token="")) == 403
    assert await posted(world, path, event(world, application_token=wrong)) == 403
    assert await posted(world, path, event(world, application_token=[token])) == 403
    assert await posted(world, path, event(world, application_token=token, member_id="f" * 32)) == 403
    assert await posted(world, path, event(world, application_token=token, member_id="", domain="evil.example")) == 403

    assert await kept(world) == before
    assert all(word not in caplog.text for word in (*SECRET_WORDS, token))


@pytest.mark.parametrize("path", ["/bitrix/events", "/bitrix/bot", "/bitrix/robot", "/bitrix/install", "/bitrix/app"])
async def test_bodies_nobody_sends_are_refused_before_they_are_held(world: World, path: str) -> None:
    before = await kept(world)

    assert await posted(world, path, b"") in {400, 403}
    assert await posted(world, path, b"\x00\xff\xfe garbage %zz=&&&=") in {400, 403}
    assert await posted(world, path, b"{not json", **{"content-type": "application/json"}) in {400, 403}
    assert await posted(world, path, b"[" * 100_000, **{"content-type": "application/json"}) == 400
    assert await posted(world, path, b"a=" + b"x" * 10_000_000) == 413
    assert await posted(world, path, "&".join(f"k{number}=1" for number in range(10_000)).encode()) == 400
    assert await posted(world, path, b"a" + b"[b]" * 5_000 + b"=1") == 400

    assert await kept(world) == before
    assert (await world.desk.client.get(f"{world.desk.url}/readyz")).status_code == 200


async def test_a_forged_frame_is_no_way_in(world: World, caplog: pytest.LogCaptureFixture) -> None:
    before = await kept(world)
    portal_of_ours, app = world.box.portal, world.box.portal.apps.get(world.app.id) or {}
    good = portal_of_ours.issue_tokens(app, 1)["ACCESS"]
    agent = portal_of_ours.issue_tokens(app, world.people["petrov"])["ACCESS"]
    foreign = portal_of_ours.issue_tokens(_other(world), 1)["ACCESS"]

    async with stranger() as evil:

        async def frame(path: str, access: str, domain: str = "", **fields: str) -> int:
            form = {
                "AUTH_ID": access,
                "REFRESH_ID": SECRET_WORDS[0],
                "AUTH_EXPIRES": "3600",
                "SERVER_ENDPOINT": f"{portal_of_ours.oauth_origin}/rest/",
                "member_id": portal_of_ours.member_id,
                "PLACEMENT": "DEFAULT",
            } | fields
            return await posted(world, f"{path}?DOMAIN={domain or portal_of_ours.domain}&PROTOCOL=0&LANG=ru", form)

        for path in ("/bitrix/install", "/bitrix/app"):
            assert await frame(path, "") in {400, 403}
            assert await frame(path, SECRET_WORDS[0]) == 403
            assert await frame(path, foreign) == 403
            assert await frame(path, good, member_id="f" * 32) == 403
            assert await frame(path, good, domain=evil.host) == 403
            assert await frame(path, good, SERVER_ENDPOINT=f"{evil.origin}/rest/") == 403
            assert await frame(path, good, SERVER_ENDPOINT=f"http://{evil.host}@{evil.host}/rest/") == 403
        assert await frame("/bitrix/install", agent) == 403
        assert await frame("/bitrix/app", good, APPLICATION_TOKEN="0" * 32) == 403
        assert await frame("/bitrix/placement/CRM_DEAL_DETAIL_TAB", SECRET_WORDS[0]) == 403

        assert evil.asked == []
    after = await kept(world)
    assert after[1] == before[1]
    assert all(word not in caplog.text for word in (*SECRET_WORDS, good, agent))


def _other(world: World) -> dict[str, Any]:
    """Another application of the same portal."""
    rows = [row for row in world.box.portal.apps if row["ID"] != world.app.id]
    return dict(rows[0])


async def test_an_installation_by_an_event_needs_an_administrators_token_of_our_application(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world(database_url, installed=False) as world, stranger() as evil:
        sandbox, app = world.box.portal, world.box.portal.apps.get(world.app.id) or {}
        agent = sandbox.auth_block(app, world.people["petrov"], refresh=True)
        good = sandbox.auth_block(app, 1, refresh=True)

        async def told(auth: dict[str, Any]) -> set[int]:
            body = {"event": "ONAPPINSTALL", "data": {"VERSION": "1"}, "ts": "1", "auth": auth}
            return {await posted(world, path, body) for path in ("/bitrix/events", "/bitrix/install")}

        assert await told(agent) == {403}
        assert await told(good | {"server_endpoint": f"{evil.origin}/rest/"}) == {403}
        assert await told(good | {"domain": evil.host}) == {403}
        assert await told(good | {"member_id": "f" * 32}) == {403}
        assert await told(good | {"access_token": SECRET_WORDS[0]}) == {403}

        assert evil.asked == []
        assert await kept(world) == (0, 0)
        assert all(word not in caplog.text for word in (*SECRET_WORDS, str(good["access_token"])))
