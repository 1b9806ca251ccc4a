"""SLA policies and calendars."""

import json
import sys
from pathlib import Path

import typer

from b24app.sla.rehearsal import rehearse

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.callback()
def group() -> None:
    """SLA policies and calendars."""


@app.command("replay")
def sla_replay(file: Path) -> None:
    """Scenarios of sla-scenarios.md with `actual` beside each checkpoint; totals on stderr."""
    try:
        answered = rehearse(json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    print(json.dumps(answered.document, ensure_ascii=False, indent=1))
    print(answered.line, file=sys.stderr)
