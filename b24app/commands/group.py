"""All commands of b24app as one Typer application; each is imported when it is called or listed in the help."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS: Final = (
    "serve",
    "worker",
    "sandbox",
    "demo",
    "classify",
    "doctor",
    "portal",
    "desk",
    "sla",
    "queue",
    "db",
)


class Commands(TyperGroup):
    """Names are known beforehand, commands are looked up in their modules."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as Typer calls it
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as above
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"b24app.commands.{cmd_name}")
        command = get_command(module.app if hasattr(module, "app") else _app_of(getattr(module, cmd_name)))
        command.name = cmd_name
        return command


def _app_of(command: Callable[..., None]) -> typer.Typer:
    """A command that does without Typer when it is called, for the help."""
    app = typer.Typer(add_completion=False)
    app.command()(command)
    return app


app = typer.Typer(
    cls=Commands, help="Help desk for Bitrix24 with the bot Modest.", no_args_is_help=True, add_completion=False
)


@app.callback()
def start() -> None:
    """Help desk for Bitrix24 with the bot Modest."""
