"""The desk document as YAML, for `B24APP_DESK_FILE` and `b24app desk`: problems are named with line and column."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from b24app.desk.directory import Directory
from b24app.desk.document import DeskDocument, read
from b24app.desk.problems import Path as Place
from b24app.desk.problems import Problem
from b24app.desk.rulecheck import check_rules
from b24app.desk.staffcheck import check_people
from b24app.kit import yamltext
from b24app.pipelines.classify import full_data


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about the file, for a person with an editor."""

    line: int
    column: int
    problem: Problem

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.problem.severity}: {self.problem}"


@dataclass(frozen=True, slots=True)
class DeskText:
    """A desk document as it was written, read and checked."""

    data: Any
    document: DeskDocument | None
    findings: tuple[Finding, ...]
    root: yaml.Node | None = None

    def people(self, directory: Directory) -> tuple[Finding, ...]:
        """People it names who do not work on the portal any more."""
        if self.document is None:
            return ()
        return tuple(Finding(*_mark(self.root, left.path), left) for left in check_people(self.document, directory))


def read_desk(text: str, *, remind_every: timedelta = timedelta(minutes=5)) -> DeskText:
    """Read and check YAML; never raises for what a person wrote."""
    try:
        root = yamltext.compose(text)
        data = yamltext.value(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return DeskText(None, None, (Finding(*place, Problem((), f"no YAML: {error.problem}")),))
    except yaml.YAMLError as error:
        return DeskText(None, None, (Finding(1, 1, Problem((), f"no YAML: {error}")),))
    if (twice := _named_twice(root)) is not None:
        place = (twice.start_mark.line + 1, twice.start_mark.column + 1)
        return DeskText(None, None, (Finding(*place, Problem((), f"{twice.value!r} stands here twice")),))
    document, problems = read(_plain(data), remind_every=remind_every)
    if document is not None:
        problems = (*problems, *(found := check_rules(document)))
        document = None if any(problem.severity == "error" for problem in found) else document
    return DeskText(
        _plain(data), document, tuple(Finding(*_mark(root, problem.path), problem) for problem in problems), root
    )


def _named_twice(node: yaml.Node | None) -> yaml.ScalarNode | None:
    """A key that its mapping has already: YAML would forget the first one in silence."""
    if isinstance(node, yaml.SequenceNode):
        return next((found for below in node.value if (found := _named_twice(below))), None)
    if not isinstance(node, yaml.MappingNode):
        return None
    seen: set[str] = set()
    for key, below in node.value:
        if isinstance(key, yaml.ScalarNode):
            if str(key.value) in seen and key.value != "<<":
                return key
            seen.add(str(key.value))
        if (found := _named_twice(below)) is not None:
            return found
    return None


def read_desk_file(path: Path) -> DeskText:
    """As `read_desk`, of a file in UTF-8."""
    return read_desk(path.read_text(encoding="utf-8"))


def write_desk(data: Any) -> str:
    """The document as YAML in the order people read it, words in their own letters."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)


def with_full_rules(data: Any) -> Any:
    """The document with its classification in full: from here on it no longer grows with the product."""
    return {**data, "classification": full_data(data.get("classification"))}


def _plain(value: Any) -> Any:
    """YAML reads unquoted dates as dates; the document knows them as text, as JSON does."""
    if isinstance(value, dict):
        return {key if isinstance(key, int | str) else str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _mark(node: yaml.Node | None, path: Place) -> tuple[int, int]:
    """Line and column (from 1) of the deepest existing place of a path.

    A value on the line of its key is pointed at itself, a longer one by its key.
    """
    best, below = node, node
    for step in path:
        key, below = _child(below, step)
        if below is None:
            break
        best = key if key is not None and key.start_mark.line != below.start_mark.line else below
    return (best.start_mark.line + 1, best.start_mark.column + 1) if best is not None else (1, 1)


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    """Key (None in a list) and value below a node."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if _is_key(key, step)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None, None


def _is_key(node: yaml.Node, step: str | int) -> bool:
    return isinstance(node, yaml.ScalarNode) and str(node.value) == str(step)
