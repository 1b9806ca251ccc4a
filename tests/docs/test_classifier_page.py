"""docs/classifier.md: every example on it is classified here, every key is explained."""

import re
from pathlib import Path
from typing import Any

import pytest
from b24app.kit import yamltext
from b24app.pipelines.classify import (
    BASE,
    Classification,
    RequestText,
    Rules,
    classify,
    failed_examples,
    full_data,
    rules_from_data,
)
from b24app.pipelines.classify.schema import CATEGORY_KEYS, KEYS, PRIORITY_KEYS, RULE_KEYS
from b24app.pipelines.classify.titles import KINDS, PRIORITIES, REQUEST_TYPES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "classifier.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n((?:(?!```).)*?)```\n\n```text classify\n(.*?)```", PAGE, re.DOTALL)
WANTED = re.compile(r"(not )?(.+?)(?:, line (\d))?")


def says(text: str, rules: Rules) -> Classification:
    return classify(RequestText(text), rules)


@pytest.mark.parametrize(("data", "lines"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_comes_out_as_the_page_says(data: str, lines: str) -> None:
    rules = rules_from_data(yamltext.load(data))
    for line in lines.splitlines():
        text, wanted = (part.strip() for part in line.split("->"))
        found = says(text, rules)
        parts = WANTED.fullmatch(wanted)
        assert parts, wanted
        got = found.priority if parts[2] in {"low", "high", "critical", "normal"} else found.category
        assert (got != parts[2]) if parts[1] else (got == parts[2]), (text, got)
        assert parts[3] is None or found.line == int(parts[3]), text


@pytest.mark.parametrize("data", [data for data in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if BASE in data])
def test_the_yes_and_no_examples_hold_and_break_no_built_in_one(data: str) -> None:
    own: Any = yamltext.load(data)
    broken = {one for one in failed_examples(rules_from_data(own)) if one.category not in own.get("off", ())}
    assert broken - set(failed_examples(rules_from_data(full_data(None)))) == set()


@pytest.mark.parametrize("key", sorted({*KEYS, *CATEGORY_KEYS, *RULE_KEYS, *PRIORITY_KEYS}))
def test_every_key_is_explained(key: str) -> None:
    assert re.search(rf"\b{key}\b", PAGE)


def test_every_label_is_explained() -> None:
    categories = [one.name for one in rules_from_data(None).book.categories]
    for label in (*categories, *KINDS, *PRIORITIES, *REQUEST_TYPES):
        assert f"`{label}`" in PAGE, label


def test_every_command_and_page_of_it_is_named() -> None:
    for word in (
        "desk export --full",
        "desk check",
        "desk publish",
        "b24app classify",
        "--train",
        "Подсказки",
        "Точность",
    ):
        assert word in PAGE


def test_the_readme_leads_here() -> None:
    for name in ("README.md", "README.ru.md"):
        assert "docs/classifier.md" in (ROOT / name).read_text(encoding="utf-8"), name


def test_there_are_examples_of_everything() -> None:
    assert len(EXAMPLES) == PAGE.count("```text classify")
    assert len(EXAMPLES) > 6
