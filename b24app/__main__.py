"""The commands of b24app. Each is a few lines here; the work is in the rooms."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer
import uvicorn
import yaml

from b24app.db import queue as boxes
from b24app.db.migrate import upgrade
from b24app.db.portals import Keys, Portal
from b24app.deskfile import DeskText, read_desk_file, write_desk
from b24app.kit.errors import B24appError
from b24app.main import Service, make_app
from b24app.ops.doctor import Doctor
from b24app.ops.logs import setup_logs
from b24app.pipelines.classify import classify_json_line, default_rules, rules_from_data
from b24app.sandbox.cli import run_sandbox
from b24app.settings import load_settings
from b24app.sla.rehearsal import rehearse

app = typer.Typer(help="Help desk for Bitrix24 with the bot Modest.", no_args_is_help=True, add_completion=False)
portals = typer.Typer(help="Portals and the keys of their local applications.", no_args_is_help=True)
desk = typer.Typer(help="The desk document: rules of one portal as YAML.", no_args_is_help=True)
sla = typer.Typer(help="SLA policies and calendars.", no_args_is_help=True)
queue = typer.Typer(help="What waits and what failed.", no_args_is_help=True)
db = typer.Typer(help="The database.", no_args_is_help=True)
for name, group in (("portal", portals), ("desk", desk), ("sla", sla), ("queue", queue), ("db", db)):
    app.add_typer(group, name=name)

T = TypeVar("T")
PortalName = Annotated[str, typer.Option("--portal", help="domain of the portal; may be left out when there is one")]
Box = Literal["inbox", "outbox"]


@asynccontextmanager
async def _service() -> AsyncIterator[Service]:
    service = Service(load_settings())
    try:
        await service.ready()
        yield service
    finally:
        await service.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


async def _portal(service: Service, domain: str) -> Portal:
    async with service.store.read() as reading:
        known = await reading.portals.all()
    chosen = [portal for portal in known if not domain or portal.domain == domain]
    if len(chosen) != 1:
        names = ", ".join(portal.domain for portal in known) or "none is installed"
        raise typer.BadParameter(f"name one portal with --portal; known: {names}")
    return chosen[0]


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="background work is done by `b24app worker`")] = False,
) -> None:
    """The web service; with SQLite one process is a whole installation."""
    settings = load_settings()
    setup_logs(settings.log_format)
    uvicorn.run(
        make_app(settings, worker=not no_worker),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )


@app.command()
def worker() -> None:
    """Background work alone: any number of processes on any number of hosts (PostgreSQL)."""
    settings = load_settings()
    setup_logs(settings.log_format)
    if settings.is_sqlite:
        raise typer.BadParameter("SQLite belongs to one process: `b24app serve` does the background work")

    async def work() -> None:
        service = Service(settings)
        await service.ready()
        async with service.running(worker=True):
            await asyncio.Event().wait()

    _run(work())


@app.command()
def sandbox(
    host: str = "127.0.0.1",
    port: int = 8020,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="the first line on stdout is one JSON object")] = False,
    empty: Annotated[
        bool, typer.Option("--empty", help="one administrator instead of the demo company; test mode")
    ] = False,
    state: Annotated[Path | None, typer.Option(help="keep the portal in this file; else in memory")] = None,
) -> None:
    """The portal emulator alone: REST, authorization server, events, its own pages."""
    run_sandbox(host=host, port=port, json_output=as_json, empty=empty, state=state)


@app.command()
def classify(rules: Path | None = None, train: Path | None = None) -> None:
    """JSON lines in, JSON lines with labels and reasons out."""
    if train is not None:
        raise typer.BadParameter("learning from examples is not part of this version", param_hint="--train")
    known = rules_from_data(yaml.safe_load(rules.read_text(encoding="utf-8"))) if rules else default_rules()
    for line in sys.stdin:
        if line.strip():
            print(classify_json_line(line, known), flush=True)


@app.command()
def doctor() -> None:
    """Checks configuration, database, portals, handlers, background work and clock."""

    async def look() -> bool:
        async with _service() as service:
            found = [finding async for finding in Doctor(service.settings, service.store, service.clients).report()]
        for finding in found:
            print(finding)
        return all(finding.state != "bad" for finding in found)

    sys.exit(0 if _run(look()) else 1)


@portals.command("add")
def portal_add(
    domain: Annotated[str, typer.Option()],
    client_id: Annotated[str, typer.Option()],
    client_secret: Annotated[str, typer.Option()],
) -> None:
    """Keys of one more portal's local application, stored encrypted."""

    async def add() -> None:
        async with _service() as service, service.store.work() as work:
            await work.portals.add_keys(domain, Keys(client_id, client_secret))
            await work.commit()

    _run(add())
    print(f"{domain}: keys stored. Now an administrator opens the application on the portal.")


@portals.command("list")
def portal_list() -> None:
    """State of every portal."""

    async def show() -> None:
        async with _service() as service, service.store.read() as reading:
            for portal in await reading.portals.all():
                print(f"{portal.id}\t{portal.domain}\t{portal.status.value}\t{portal.reason}")

    _run(show())


@desk.command("export")
def desk_export(file: Annotated[Path | None, typer.Argument()] = None, portal: PortalName = "") -> None:
    """The published desk of a portal as YAML, into a file or to the screen."""

    async def export() -> Any:
        async with _service() as service:
            chosen = await _portal(service, portal)
            version = await service.desks.published(chosen.id)
            return version.document if version else None

    document = _run(export())
    if document is None:
        raise typer.BadParameter("the portal has no desk yet")
    text = write_desk(document)
    if file is None:
        print(text, end="")
    else:
        file.write_text(text, encoding="utf-8")


@desk.command("check")
def desk_check(file: Path, portal: PortalName = "") -> None:
    """Problems of a desk document with line and column; with --portal also people who left."""
    read = _checked(file)
    if portal:
        _run(_check_people(read, portal))
    print("no errors")


@desk.command("publish")
def desk_publish(file: Path, portal: PortalName = "") -> None:
    """Check, then publish: the rules hold at once, tickets under way move to them."""
    read = _checked(file)

    async def publish() -> int:
        async with _service() as service:
            chosen = await _portal(service, portal)
            version = await service.desks.publish(chosen.id, read.data, author=None, comment=str(file))
            return version.number

    print(f"published as version {_run(publish())}")


def _checked(file: Path) -> DeskText:
    read = read_desk_file(file)
    for finding in read.findings:
        print(f"{file}:{finding}", file=sys.stderr)
    if read.document is None:
        sys.exit(1)
    return read


async def _check_people(read: DeskText, domain: str) -> None:
    async with _service() as service:
        chosen = await _portal(service, domain)
        async with service.store.read(chosen.id) as reading:
            directory = await reading.people.directory()
    if read.document is not None:
        people = read.document.people
        wanted = (*people.dispatchers, people.deputy, people.head)
        for user in wanted:
            agent = directory.agents.get(user) if user is not None else None
            if user is not None and (agent is None or not agent.active):
                print(f"warning: {directory.name(user)} does not work on {domain} (any more)", file=sys.stderr)


@sla.command("replay")
def sla_replay(file: Path) -> None:
    """Scenarios of sla-scenarios.md with `actual` beside each checkpoint; totals on stderr."""
    try:
        answered = rehearse(json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    print(json.dumps(answered.document, ensure_ascii=False, indent=1))
    print(answered.line, file=sys.stderr)


@queue.command("list")
def queue_list(portal: PortalName = "") -> None:
    """Rows that wait or failed, the oldest first."""

    async def show() -> None:
        async with _service() as service:
            chosen = (await _portal(service, portal)).id if portal else None
            async with service.database.reads() as session:
                for item in await boxes.unfinished(session, portal=chosen):
                    print(f"{item.what}\t{item.id}\t{item.state}\t{item.kind}\t{item.about}\t{item.error}")

    _run(show())


@queue.command("retry")
def queue_retry(box: Box, row: int) -> None:
    """Try a failed row again."""
    _decide(box, row, retry=True)


@queue.command("drop")
def queue_drop(box: Box, row: int) -> None:
    """Give a failed row up for good."""
    _decide(box, row, retry=False)


def _decide(box: Box, row: int, *, retry: bool) -> None:
    async def decide() -> bool:
        async with _service() as service, service.database.sessions() as session:
            done = await (boxes.retry if retry else boxes.drop)(session, box, row)
            await session.commit()
            return done

    if not _run(decide()):
        raise typer.BadParameter(f"{box} has no failed row {row}")


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema to this release's."""

    async def work() -> None:
        service = Service(load_settings())
        try:
            await upgrade(service.database.engine)
        finally:
            await service.close()

    _run(work())


def main() -> None:
    """Entry point: errors that name who must act are shown without a traceback."""
    try:
        app()
    except B24appError as error:
        print(f"b24app: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
