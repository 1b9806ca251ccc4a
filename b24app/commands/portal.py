"""Portals and the keys of their local applications."""

from typing import Annotated
from urllib.parse import urlsplit

import typer

from b24app.commands.common import opened, run
from b24app.db.portals import Keys

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.command("add")
def portal_add(
    domain: Annotated[str, typer.Option()],
    client_id: Annotated[str, typer.Option()],
    client_secret: Annotated[str, typer.Option()],
) -> None:
    """Keys of one more portal's local application, stored encrypted."""
    address = host_of(domain)
    if not (address and client_id and client_secret):
        raise typer.BadParameter("a domain (acme.bitrix24.ru) and both keys are needed")

    async def add() -> None:
        async with opened() as service, service.store.work() as work:
            await work.portals.add_keys(address, Keys(client_id, client_secret))
            await work.commit()

    run(add())
    print(f"{address}: keys stored. Now an administrator opens the application on the portal.")


@app.command("list")
def portal_list() -> None:
    """State of every portal."""

    async def show() -> None:
        async with opened() as service, service.store.read() as reading:
            known = await reading.portals.all()
            for portal in known:
                print(f"{portal.id}\t{portal.domain}\t{portal.status.value}\t{portal.reason}")
            for address in await reading.portals.addresses_with_keys():
                if address not in {portal.domain for portal in known}:
                    print(f"-\t{address}\tnot installed\tkeys are stored: an administrator opens the application")

    run(show())


def host_of(given: str) -> str:
    """`acme.bitrix24.ru` of whatever people copy from the address bar."""
    text = given.strip().lower()
    return urlsplit(text if "//" in text else f"//{text}").netloc.rpartition("@")[2]
