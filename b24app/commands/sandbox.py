"""The portal emulator."""

from pathlib import Path
from typing import Annotated

import typer

from b24app.sandbox.cli import run_sandbox

app = typer.Typer(add_completion=False)


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
