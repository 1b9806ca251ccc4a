"""The desk document: rules of one portal as YAML."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from b24app.commands.common import PortalName, opened, portal_named, run
from b24app.db.portals import Portal
from b24app.deskfile import DeskText, read_desk_file, with_full_rules, write_desk
from b24app.main import Service

Existing = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.command("export")
def desk_export(
    file: Annotated[Path | None, typer.Argument()] = None,
    portal: PortalName = "",
    *,
    full: Annotated[bool, typer.Option(help="with the built-in classification rules written out")] = False,
) -> None:
    """The published desk of a portal as YAML, into a file or to the screen."""

    async def export() -> Any:
        async with opened() as service:
            chosen = await portal_named(service, portal)
            version = await service.desks.published(chosen.id)
            return version.document if version else None

    document = run(export())
    if document is None:
        raise typer.BadParameter("the portal has no desk yet")
    text = write_desk(with_full_rules(document) if full else document)
    if file is None:
        print(text, end="")
    else:
        file.write_text(text, encoding="utf-8")


@app.command("check")
def desk_check(file: Existing, portal: PortalName = "") -> None:
    """Problems of a desk document with line and column; with --portal also people who left."""
    read = _checked(file)
    if portal:
        run(_check_people(read, file, portal))
    print("no errors")


@app.command("publish")
def desk_publish(file: Existing, portal: PortalName = "") -> None:
    """Check, then publish: the rules hold at once, tickets under way move to them."""
    read = _checked(file)

    async def publish() -> int:
        async with opened() as service:
            chosen = await portal_named(service, portal)
            await _tell_who_left(service, read, file, chosen)
            version = await service.desks.publish(chosen.id, read.data, author=None, comment=str(file))
            return version.number

    print(f"published as version {run(publish())}")


def _checked(file: Path) -> DeskText:
    read = read_desk_file(file)
    for finding in read.findings:
        print(f"{file}:{finding}", file=sys.stderr)
    if read.document is None:
        sys.exit(1)
    return read


async def _check_people(read: DeskText, file: Path, domain: str) -> None:
    async with opened() as service:
        await _tell_who_left(service, read, file, await portal_named(service, domain))


async def _tell_who_left(service: Service, read: DeskText, file: Path, portal: Portal) -> None:
    async with service.store.read(portal.id) as reading:
        directory = await reading.people.directory()
    for finding in read.people(directory):
        print(f"{file}:{finding}", file=sys.stderr)
