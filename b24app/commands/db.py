"""The database."""

import typer

from b24app.commands.common import run
from b24app.db.migrate import upgrade
from b24app.main import Service
from b24app.settings import load_settings

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.callback()
def group() -> None:
    """The database."""


@app.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema to this release's."""

    async def work() -> None:
        service = Service(load_settings())
        try:
            await upgrade(service.database.engine)
        finally:
            await service.close()

    run(work())
