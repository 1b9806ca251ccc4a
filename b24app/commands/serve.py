"""The web service."""

from typing import Annotated

import typer
import uvicorn

from b24app.commands.common import can_start, run
from b24app.main import make_app
from b24app.ops.logs import setup_logs
from b24app.settings import load_settings

app = typer.Typer(add_completion=False)


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
    run(can_start(settings))
    uvicorn.run(
        make_app(settings, worker=not no_worker),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
