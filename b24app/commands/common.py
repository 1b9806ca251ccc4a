"""What commands share: a service opened for one piece of work, and the portal it is about."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Annotated, Any, TypeVar

import typer

from b24app.db.engine import AWAY, what_is_wrong
from b24app.db.migrate import revision
from b24app.db.portals import Portal
from b24app.kit.errors import SettingsError
from b24app.main import Service
from b24app.settings import Settings, load_settings

T = TypeVar("T")
PortalName = Annotated[str, typer.Option("--portal", help="domain of the portal; may be left out when there is one")]


@asynccontextmanager
async def opened() -> AsyncIterator[Service]:
    """The service of the settings, ready to be used, closed afterwards."""
    service = Service(load_settings())
    try:
        await service.ready()
        yield service
    finally:
        await service.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do asynchronous work to its end, on the fast loop where there is one. `SettingsError` when the database is away."""
    try:
        with asyncio.Runner(loop_factory=_fast_loop()) as runner:
            return runner.run(work)
    except AWAY as error:
        raise SettingsError(f"B24APP_DATABASE_URL: the database does not answer: {what_is_wrong(error)}") from error


async def can_start(settings: Settings) -> None:
    """What has to be right before a process begins its work; `SettingsError` names what is not, without a traceback."""
    service = Service(settings)
    try:
        service.desk_of_new_portal()
        if not settings.is_sqlite and await revision(service.database.engine) is None:
            raise SettingsError("the database is empty: b24app db upgrade")
    finally:
        await service.close()


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        return import_module("uvloop").new_event_loop  # type: ignore[no-any-return] # not there on Windows
    except ImportError:
        return None


async def portal_named(service: Service, domain: str) -> Portal:
    """The portal of that domain; without a domain the only one there is."""
    async with service.store.read() as reading:
        known = await reading.portals.all()
    chosen = [portal for portal in known if not domain or portal.domain == domain]
    if len(chosen) != 1:
        names = ", ".join(portal.domain for portal in known) or "none is installed"
        raise typer.BadParameter(f"name one portal with --portal; known: {names}")
    return chosen[0]
