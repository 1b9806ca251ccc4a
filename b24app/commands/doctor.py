"""A look at everything an installation needs."""

import sys

import typer

from b24app.commands.common import opened, run
from b24app.ops.doctor import Doctor

app = typer.Typer(add_completion=False)


@app.command()
def doctor() -> None:
    """Checks configuration, database, portals, handlers, background work and clock."""

    async def look() -> bool:
        async with opened() as service:
            found = [finding async for finding in Doctor(service.settings, service.store, service.clients).report()]
        for finding in found:
            print(finding)
        return all(finding.state != "bad" for finding in found)

    sys.exit(0 if run(look()) else 1)
