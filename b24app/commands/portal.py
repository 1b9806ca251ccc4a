"""Portals and the keys of their local applications."""

from typing import Annotated

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

    async def add() -> None:
        async with opened() as service, service.store.work() as work:
            await work.portals.add_keys(domain, Keys(client_id, client_secret))
            await work.commit()

    run(add())
    print(f"{domain}: keys stored. Now an administrator opens the application on the portal.")


@app.command("list")
def portal_list() -> None:
    """State of every portal."""

    async def show() -> None:
        async with opened() as service, service.store.read() as reading:
            for portal in await reading.portals.all():
                print(f"{portal.id}\t{portal.domain}\t{portal.status.value}\t{portal.reason}")

    run(show())
