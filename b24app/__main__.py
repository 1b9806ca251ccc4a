"""The commands of b24app.

Each lives in its module of `b24app.commands` (one `app` a module) and is imported only when it is called: `b24app
classify` must not wait for the web service and the database to be loaded, nor for Typer and pydantic, which take longer
to load than the rules.
"""

import sys
from importlib import import_module

from b24app.kit.errors import B24appError

LIGHT = ("classify",)
"""Commands with a `run` that reads its arguments itself; their modules import nothing heavy."""


def main() -> None:
    """Entry point: errors that name who must act are shown without a traceback."""
    try:
        if sys.argv[1:2] and sys.argv[1] in LIGHT:
            import_module(f"b24app.commands.{sys.argv[1]}").run(sys.argv[2:])
        else:
            import_module("b24app.commands.group").app()
    except B24appError as error:
        print(f"b24app: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
