"""The classifier on JSON lines. Imports nothing but the classifier: it starts in a second and stays small."""

import argparse
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from b24app.pipelines.classify import classify_json_line, default_rules, rules_from_data
from b24app.pipelines.classify.engine import Rules


def classify(rules: Path | None = None, train: Path | None = None) -> None:
    """JSON lines in, JSON lines with labels and reasons out."""
    if train is not None:
        sys.exit("--train: learning from examples is not part of this version")
    known = _rules_of(rules) if rules else default_rules()
    for line in sys.stdin:
        if line.strip():
            print(classify_json_line(line, known), flush=True)


def _rules_of(file: Path) -> Rules:
    import yaml  # noqa: PLC0415 - as slow to load as the dictionary, and the built-in rules need none

    return rules_from_data(yaml.safe_load(file.read_text(encoding="utf-8")))


def run(arguments: Sequence[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="b24app classify", description=classify.__doc__)
    parser.add_argument("--rules", type=Path, help="YAML file of rules instead of the built-in ones")
    parser.add_argument("--train", type=Path, help="JSON lines with labels to learn from first, for this run only")
    given = parser.parse_args(arguments)
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):  # whatever the console is set to; a broken byte must not end the run
            stream.reconfigure(encoding="utf-8", errors="replace")
    classify(given.rules, given.train)
