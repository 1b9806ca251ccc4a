"""What waits and what failed."""

from typing import Literal

import typer

from b24app.commands.common import PortalName, opened, portal_named, run
from b24app.db import queue as boxes

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

Box = Literal["inbox", "outbox"]


@app.command("list")
def queue_list(portal: PortalName = "") -> None:
    """Rows that wait or failed, the oldest first."""

    async def show() -> None:
        async with opened() as service:
            chosen = (await portal_named(service, portal)).id if portal else None
            async with service.database.reads() as session:
                for item in await boxes.unfinished(session, portal=chosen):
                    print(f"{item.what}\t{item.id}\t{item.state}\t{item.kind}\t{item.about}\t{item.error}")

    run(show())


@app.command("retry")
def queue_retry(box: Box, row: int) -> None:
    """Try a failed row again."""
    _decide(box, row, retry=True)


@app.command("drop")
def queue_drop(box: Box, row: int) -> None:
    """Give a failed row up for good."""
    _decide(box, row, retry=False)


def _decide(box: Box, row: int, *, retry: bool) -> None:
    async def decide() -> bool:
        async with opened() as service, service.database.sessions() as session:
            done = await (boxes.retry if retry else boxes.drop)(session, box, row)
            await session.commit()
            return done

    if not run(decide()):
        raise typer.BadParameter(f"{box} has no failed row {row}")
