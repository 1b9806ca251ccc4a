"""The desk document as YAML, for `B24APP_DESK_FILE` and `b24app desk`: problems are named with line and column."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from b24app.desk.directory import Directory
from b24app.desk.document import DeskDocument, read
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
        return tuple(
            Finding(*yamltext.place_of(self.root, left.path), left) for left in check_people(self.document, directory)
        )


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
    if (twice := yamltext.named_twice(root)) is not None:
        place = (twice.start_mark.line + 1, twice.start_mark.column + 1)
        return DeskText(None, None, (Finding(*place, Problem((), f"{twice.value!r} stands here twice")),))
    document, problems = read(yamltext.plain(data), remind_every=remind_every)
    if document is not None:
        problems = (*problems, *(found := check_rules(document)))
        document = None if any(problem.severity == "error" for problem in found) else document
    return DeskText(
        yamltext.plain(data),
        document,
        tuple(Finding(*yamltext.place_of(root, problem.path), problem) for problem in problems),
        root,
    )


def read_desk_file(path: Path) -> DeskText:
    """As `read_desk`, of a file in UTF-8."""
    return read_desk(path.read_text(encoding="utf-8"))


def write_desk(data: Any) -> str:
    """The document as YAML in the order people read it, words in their own letters."""
    return yamltext.dump(data)


def with_full_rules(data: Any) -> Any:
    """The document with its classification in full: from here on it no longer grows with the product."""
    return {**data, "classification": full_data(data.get("classification"))}
