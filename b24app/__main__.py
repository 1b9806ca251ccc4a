"""The commands of b24app.

Each lives in its module of `b24app.commands` (one `app` a module) and is imported only when it is called: `b24app
classify` must not wait for the web service and the database to be loaded.
"""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from b24app.kit.errors import B24appError

COMMANDS = ("serve", "worker", "sandbox", "demo", "classify", "doctor", "portal", "desk", "sla", "queue", "db")


class Commands(TyperGroup):
    """Names are known beforehand, commands are looked up in their modules."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as Typer calls it
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as above
        if cmd_name not in COMMANDS:
            return None
        command = get_command(import_module(f"b24app.commands.{cmd_name}").app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands, help="Help desk for Bitrix24 with the bot Modest.", no_args_is_help=True, add_completion=False
)


@app.callback()
def start() -> None:
    """Help desk for Bitrix24 with the bot Modest."""


def main() -> None:
    """Entry point: errors that name who must act are shown without a traceback."""
    try:
        app()
    except B24appError as error:
        print(f"b24app: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
