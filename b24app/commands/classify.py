"""The classifier on JSON lines. Imports nothing but the classifier: it starts in a second and stays small."""

import sys
from pathlib import Path

import typer
import yaml

from b24app.pipelines.classify import classify_json_line, default_rules, rules_from_data

app = typer.Typer(add_completion=False)


@app.command()
def classify(rules: Path | None = None, train: Path | None = None) -> None:
    """JSON lines in, JSON lines with labels and reasons out."""
    if train is not None:
        raise typer.BadParameter("learning from examples is not part of this version", param_hint="--train")
    known = rules_from_data(yaml.safe_load(rules.read_text(encoding="utf-8"))) if rules else default_rules()
    for line in sys.stdin:
        if line.strip():
            print(classify_json_line(line, known), flush=True)
