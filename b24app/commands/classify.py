"""The classifier on JSON lines. Imports nothing but the classifier: it starts in a second and stays small."""

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from b24app.pipelines.classify import classify_json_line, default_rules, rules_from_data
from b24app.pipelines.classify.assist import Assistant
from b24app.pipelines.classify.engine import Rules


def classify(rules: Path | None = None, train: Path | None = None) -> None:
    """JSON lines in, JSON lines with labels and reasons out."""
    os.putenv("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded: its threads wait for each other on busy machines
    known = _rules_of(rules) if rules else default_rules()
    model = _learnt(train, known) if train else None
    for line in sys.stdin:
        if line.strip():
            print(classify_json_line(line, known, model), flush=True)


def _learnt(file: Path, rules: Rules) -> Assistant | None:
    """The model of a file of examples; what was tried and what may decide goes to the error stream."""
    from b24app.pipelines.classify.learning.jsonlines import TrainingLineBroken, examples_from_lines  # noqa: PLC0415
    from b24app.pipelines.classify.learning.training import train  # noqa: PLC0415 - numpy

    try:
        with file.open("rb") as lines:
            examples = examples_from_lines(lines, str(file))
    except (TrainingLineBroken, OSError) as broken:
        sys.exit(f"--train: {broken}")
    trained = train(examples, rules)
    for line in [verdict.reason for verdict in trained.verdicts] + ([trained.refused] if trained.refused else []):
        print(line, file=sys.stderr)
    return trained.model


def _rules_of(file: Path) -> Rules:
    from b24app.kit import yamltext  # noqa: PLC0415 - as slow to load as the dictionary, the built-in rules need none

    return rules_from_data(yamltext.load(file.read_text(encoding="utf-8")))


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
