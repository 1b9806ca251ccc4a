"""Background work alone."""

import asyncio

import typer

from b24app.commands.common import run
from b24app.main import Service
from b24app.ops.logs import setup_logs
from b24app.settings import load_settings

app = typer.Typer(add_completion=False)


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

    run(work())
