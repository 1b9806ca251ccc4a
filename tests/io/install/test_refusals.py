"""Who is not let in: refused with the right status, nothing stored, nobody foreign asked, no secret in the log."""

from collections.abc import AsyncIterator

import httpx
import pytest
from b24app.db.portals import Keys
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.support.install_app import Doors, event_form, frame_form, place
from tests.support.install_portal import InstallPortal, serve

SECRETS = ("the application token", "refresh of", "forged-access")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Stranger:
    """A server of somebody else; it counts who asks it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.origin = ""

    async def answer(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return JSONResponse({"result": {"client_id": "local.1", "user_id": "1", "install": {}}})


@pytest.fixture
async def stranger() -> AsyncIterator[Stranger]:
    made = Stranger()
    app = Starlette(routes=[Route("/{path:path}", made.answer, methods=["GET", "POST"])])
    async with serve(app, "127.0.0.2") as origin:
        made.origin = origin
        yield made


@pytest.fixture(autouse=True)
def _no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> object:
    yield
    assert not [secret for secret in SECRETS if secret in caplog.text]


async def post(doors: Doors, portal: InstallPortal, page: str = "install", **changed: str) -> httpx.Response:
    domain = changed.pop("DOMAIN", "")
    return await doors.client.post(place(portal, page, domain), data=frame_form(portal, **changed))


@pytest.mark.parametrize("page", ["install", "app"])
async def test_a_foreign_authorization_server_is_never_asked(
    doors: Doors, portal: InstallPortal, stranger: Stranger, page: str
) -> None:
    answer = await post(doors, portal, page, SERVER_ENDPOINT=f"{stranger.origin}/rest/")

    assert answer.status_code == 403
    assert stranger.asked == []
    assert portal.asked == []
    assert await doors.portals() == []


@pytest.mark.parametrize("page", ["install", "app"])
async def test_a_foreign_address_of_the_portal(
    doors: Doors, portal: InstallPortal, stranger: Stranger, page: str
) -> None:
    answer = await post(doors, portal, page, DOMAIN=stranger.origin.partition("//")[2])

    assert answer.status_code == 403
    assert stranger.asked == []
    assert await doors.portals() == []


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"AUTH_ID": "forged-access"}, 403),
        ({"AUTH_ID": ""}, 400),
        ({"member_id": ""}, 400),
        ({"member_id": "another portal"}, 403),
        ({"AUTH_ID": "agent"}, 403),
        ({"AUTH_ID": "x" * 2000}, 400),
    ],
    ids=["unknown token", "no token", "no portal", "foreign portal", "employee", "endless token"],
)
@pytest.mark.parametrize("page", ["install", "app"])
async def test_an_install_that_cannot_be_verified(
    doors: Doors, portal: InstallPortal, page: str, changed: dict[str, str], status: int
) -> None:
    answer = await post(doors, portal, page, **changed)

    assert answer.status_code == status
    assert await doors.portals() == []
    assert await doors.rows() == []
    assert sum(doors.app.state.refusals.values()) == 1


async def test_another_application_of_the_same_portal(doors: Doors, portal: InstallPortal) -> None:
    portal.foreign["theirs"] = "local.theirs"

    assert (await post(doors, portal, AUTH_ID="theirs")).status_code == 403
    assert await doors.portals() == []


async def test_keys_of_the_portals_own_application_are_accepted(doors: Doors, portal: InstallPortal) -> None:
    portal.client_id = "local.own"
    assert (await post(doors, portal)).status_code == 403
    async with doors.service.store.work() as work:
        await work.portals.add_keys(portal.domain, Keys("local.own", "own secret"))
        await work.commit()

    assert (await post(doors, portal)).status_code == 200
    (stored,) = await doors.portals()
    assert stored.keys is not None
    assert stored.keys.client_secret == "own secret"


async def test_a_wrong_application_token_of_a_known_portal(doors: Doors, portal: InstallPortal) -> None:
    await post(doors, portal)
    portal.asked.clear()

    assert (await post(doors, portal, "app", APPLICATION_TOKEN="guessed")).status_code == 403
    assert (await post(doors, portal, "app", APPLICATION_TOKEN="")).status_code == 200  # older portals send none
    assert doors.app.state.refusals[portal.member_id] == 1


async def test_an_employee_gets_told_that_an_administrator_is_needed(doors: Doors, portal: InstallPortal) -> None:
    answer = await post(doors, portal, AUTH_ID="agent")

    assert "администратор" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def endless(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024):
        yield b"a=" + b"x" * 1022


@pytest.mark.parametrize("path", ["install", "app", "events", "bot", "robot"])
async def test_bodies_no_portal_sends(doors: Doors, portal: InstallPortal, path: str) -> None:
    url = f"/bitrix/{path}"
    huge = await doors.client.post(url, content=endless(10 * 1024 * 1024), headers=FORM)
    keys = await doors.client.post(url, content="&".join(f"k{n}=1" for n in range(10_000)), headers=FORM)
    deep = await doors.client.post(url, content="a" + "[b]" * 500 + "=1", headers=FORM)
    json = await doors.client.post(url, content="[" * 100_000, headers={"Content-Type": "application/json"})
    garbage = await doors.client.post(url, content=b"\x00\xff\xfe{[", headers=FORM)
    empty = await doors.client.post(url)

    statuses = [one.status_code for one in (huge, keys, deep, json, garbage, empty)]
    assert statuses == [413, 400, 400, 400, 400, 400]
    assert portal.asked == []
    assert await doors.portals() == []
    assert await doors.rows() == []


async def test_an_event_that_installs_is_verified_like_a_page(
    doors: Doors, portal: InstallPortal, stranger: Stranger
) -> None:
    for changed in (
        {"auth[access_token]": "agent"},
        {"auth[access_token]": "forged-access"},
        {"auth[access_token]": "admin", "auth[server_endpoint]": f"{stranger.origin}/rest/"},
    ):
        answer = await doors.client.post("/bitrix/events", data=event_form(portal, "ONAPPINSTALL", **changed))
        assert answer.status_code == 403
    assert stranger.asked == []
    assert await doors.portals() == []
