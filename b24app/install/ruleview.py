"""What the pages of SLA rules offer to choose from, in people's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from b24app.install.policyform import target_names
from b24app.pipelines.classify import category_title, full_data, title
from b24app.pipelines.classify.titles import PRIORITIES, REQUEST_TYPES
from b24app.pipelines.routing import LINES
from b24app.pipelines.stages import Meaning
from b24app.usecases.deskedit import Editing

FINAL: Final = frozenset({Meaning.DONE, Meaning.FAIL})


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """Names and their titles."""

    stages: dict[str, str]
    """Stages a ticket can stand in, by key."""
    lines: tuple[str, ...]
    target_names: tuple[str, ...]
    choices: dict[str, dict[str, str]]
    """By condition: word → title."""
    calendars: tuple[str, ...]
    main_calendar: str
    people: dict[int, str]


def facts_of(editing: Editing, language: str) -> RuleFacts:
    """Taken from the document itself, as far as it can be read."""
    stages = _stages(editing.data)
    lines = tuple(str(line) for line in LINES)
    return RuleFacts(
        stages=stages,
        lines=lines,
        target_names=tuple(target_names(list(stages), lines)),
        choices={**_labels(editing, language), **_places(editing, lines)},
        calendars=tuple(editing.calendars),
        main_calendar=str(editing.data.get("calendar") or ""),
        people={agent.id: agent.name for agent in editing.directory.agents.values() if agent.active},
    )


def _stages(data: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pipeline in data.get("pipelines") or ():
        for stage in pipeline.get("stages") or ():
            if stage.get("meaning") not in FINAL:
                found.setdefault(str(stage.get("key") or stage.get("meaning")), str(stage.get("title") or ""))
    return found


def _labels(editing: Editing, language: str) -> dict[str, dict[str, str]]:
    categories = dict(full_data(editing.data.get("classification")).get("categories") or {})
    named = {"priority": PRIORITIES, "type": REQUEST_TYPES[:2]}
    labels = {name: {word: title(word, language) for word in words} for name, words in named.items()}
    return {**labels, "category": {name: category_title(name, one, language) for name, one in categories.items()}}


def _places(editing: Editing, lines: tuple[str, ...]) -> dict[str, dict[str, str]]:
    teams = {str(team.id): team.name for team in editing.directory.staffed()}
    contracts = {key: str(one.get("title") or key) for key, one in editing.contracts.items()}
    return {"line": {line: line for line in lines}, "team": teams, "contract": contracts}
