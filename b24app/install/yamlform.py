"""Classification rules as text: read with their mistakes named by line and column."""

from typing import Any

import yaml

from b24app.desk.problems import path_of
from b24app.install.rulewords import told
from b24app.kit import yamltext
from b24app.kit.errors import DeskInvalid
from b24app.pipelines.classify import rules_from_data

SHOWN = 20


def rules_of_text(text: str, language: str) -> tuple[Any, list[str]]:
    """Plain data, and what is wrong with them: `4:11: ...`. Takes a second: call it off the event loop."""
    try:
        root = yamltext.compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{mark.line + 1}:{mark.column + 1}: " if mark else ""
        return None, [f"{place}{told(str(error.problem), (), language)}"]
    except yaml.YAMLError as error:
        return None, [str(error)]
    if (twice := yamltext.named_twice(root)) is not None:
        return None, [f"{twice.start_mark.line + 1}:{twice.start_mark.column + 1}: {twice.value} × 2"]
    data = yamltext.plain(yamltext.value(root))
    try:
        rules_from_data(data)
    except DeskInvalid as invalid:
        return data, [_placed(root, problem, language) for problem in invalid.problems[:SHOWN]]
    return data, []


def _placed(root: yaml.Node | None, problem: str, language: str) -> str:
    path, text = path_of(problem)
    line, column = yamltext.place_of(root, path)
    return f"{line}:{column}: {told(text, (), language)}"
