"""A store for tests: real database, a clock that stands, a portal that is there."""

from datetime import UTC, datetime, timedelta
from typing import Final

from b24app.db.crypto import Cipher
from b24app.db.engine import Database
from b24app.db.lanes import Wake
from b24app.db.portals import Grant, Installation, Portal
from b24app.db.work import Asleep, Store
from b24app.kit.ids import PortalId, UserId

MORNING: Final = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)


class StandingClock:
    """Shows one moment until it is moved."""

    def __init__(self, moment: datetime = MORNING) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def passes(self, **length: float) -> None:
        self.moment += timedelta(**length)


def make_store(database: Database, clock: StandingClock | None = None, wake: Wake | None = None) -> Store:
    return Store(database, cipher=Cipher("a secret of tests"), clock=clock or StandingClock(), wake=wake or Asleep())


def installation(member: str = "b1f0", domain: str = "acme.bitrix24.ru", **told: object) -> Installation:
    values: dict[str, object] = {
        "member_id": member,
        "domain": domain,
        "client_endpoint": f"https://{domain}/rest/",
        "server_endpoint": "https://oauth.bitrix24.tech/rest/",
        "application_id": "local.1",
        "grant": Grant("access", "refresh", MORNING + timedelta(hours=1)),
        "installer": UserId(1),
        "application_token": "token of the application",
    }
    return Installation(**(values | told))  # type: ignore[arg-type] # what a story says about it


async def install(store: Store, member: str = "b1f0", domain: str = "acme.bitrix24.ru") -> Portal:
    """A portal that is active."""
    async with store.work() as work:
        portal = await work.portals.install(installation(member, domain))
        await work.commit()
    return portal


async def active_portal(store: Store, member: str = "b1f0") -> PortalId:
    return (await install(store, member)).id
