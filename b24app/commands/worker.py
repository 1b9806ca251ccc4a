"""Background work alone."""

import asyncio
import logging
import signal

import typer

from b24app.commands.common import can_start, run
from b24app.main import Service
from b24app.ops.logs import setup_logs
from b24app.settings import load_settings

app = typer.Typer(add_completion=False)
_log = logging.getLogger(__name__)


@app.command()
def worker() -> None:
    """Background work alone: any number of processes on any number of hosts (PostgreSQL)."""
    settings = load_settings()
    setup_logs(settings.log_format)
    if settings.is_sqlite:
        raise typer.BadParameter("SQLite belongs to one process: `b24app serve` does the background work")

    run(can_start(settings))

    async def work() -> None:
        service = Service(settings)
        await service.ready()
        async with service.running(worker=True):
            await _told_to_stop()

    run(work())


async def _told_to_stop() -> None:
    """Ctrl-C or SIGTERM: a supervisor's stop is an ordinary end, rows that are held are given back."""
    told = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, told.set)
    _log.info("worker ready")  # not earlier: who reads it may stop the worker at once
    await told.wait()
