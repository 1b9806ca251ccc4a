"""A look at everything an installation needs."""

import sys

import typer

from b24app.commands.common import opened, run
from b24app.kit.errors import SettingsError
from b24app.main import Service
from b24app.ops.doctor import Doctor
from b24app.ops.finding import Finding

app = typer.Typer(add_completion=False)


@app.command()
def doctor() -> None:
    """Checks configuration, database, portals, handlers, background work and clock."""

    async def look() -> bool:
        async with opened() as service:
            found = _of_desk_file(service) + [
                finding async for finding in Doctor(service.settings, service.store, service.clients).report()
            ]
        for finding in found:
            print(finding)
        return all(finding.state != "bad" for finding in found)

    sys.exit(0 if run(look()) else 1)


def _of_desk_file(service: Service) -> list[Finding]:
    try:
        service.desk_of_new_portal()
    except SettingsError as error:
        return [Finding("bad", str(error), f"исправьте: b24app desk check {service.settings.desk_file}")]
    return []
