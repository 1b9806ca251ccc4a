"""The rehearsal: everything of the main job on one machine."""

from typing import Annotated

import typer

from b24app.demo.run import run
from b24app.kit.clock import SystemClock

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="where the service answers")] = 8000,
    sandbox_port: Annotated[int, typer.Option(help="where the portal answers")] = 8020,
    speed: Annotated[float, typer.Option(min=0.1, max=1000, help="times faster than real time")] = 1.0,
) -> None:
    """Sandbox portal, service, installed application and a stream of requests; prints where to click."""
    run(port=port, sandbox_port=sandbox_port, speed=speed, now=SystemClock().now())
