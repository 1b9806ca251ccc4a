"""The built-in rules: what a portal starts with and what `b24app classify` uses without `--rules`."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from b24app.pipelines.classify.assist import Assistant
from b24app.pipelines.classify.builtin.channels import CHANNELS
from b24app.pipelines.classify.builtin.field import FIELD
from b24app.pipelines.classify.builtin.macros import DICTIONARY, EXCLUDED_TOPIC, FOCUS, MACROS
from b24app.pipelines.classify.builtin.noise import NOISE
from b24app.pipelines.classify.builtin.portal import PORTAL
from b24app.pipelines.classify.builtin.service import SERVICE
from b24app.pipelines.classify.builtin.speech import SPEECH
from b24app.pipelines.classify.builtin.tone import KINDS, PRIORITY, ROUTING
from b24app.pipelines.classify.builtin.urgency import CRITICAL, DEADLINE, DISASTER
from b24app.pipelines.classify.builtin.wishes import WISHES
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.modelfile import ModelFile
from b24app.pipelines.classify.morphology import Dictionary
from b24app.pipelines.classify.opencorpora import shipped
from b24app.pipelines.classify.overlay import BASE, BUILTIN, MODEL, NO_MODEL, OFF, merged, names_of
from b24app.pipelines.classify.rules import PriorityRule, Rule, RuleBook
from b24app.pipelines.classify.schema import rules_from_data as read_rules
from b24app.pipelines.classify.titles import title

KEPT: Final = 6
"""Rule sets kept ready, beside those that hold."""


def _more(name: str) -> list[dict[str, Any]]:
    """Rules of a category that stand apart: words of the field, everyday speech."""
    return [rule for room in (FIELD, SPEECH) for rule in room.get(name, ())]


def default_data() -> dict[str, Any]:
    """The built-in rules as plain data, in the shape of a rules file."""
    categories = {
        name: {**category, "rules": [*category["rules"], *_more(name)]}
        for name, category in {**PORTAL, **CHANNELS, **SERVICE, **NOISE}.items()
    }
    return {
        "version": 2,
        "language": ["ru", "en"],
        "dictionary": DICTIONARY,
        "macros": {**MACROS, **DISASTER},
        "categories": {name: {"title": title(name), **category} for name, category in categories.items()},
        "kinds": {name: [*own, *WISHES.get(name, ())] for name, own in KINDS.items()},
        "excluded_topic": EXCLUDED_TOPIC,
        "focus": FOCUS,
        "priority": [CRITICAL, *PRIORITY[:-1], DEADLINE, PRIORITY[-1]],
        "routing": ROUTING,
    }


@lru_cache(maxsize=1)
def default_rules() -> Rules:
    """The built-in rules with the general model, ready to match; built once per process."""
    return replace(plain_rules(), general=general())


@lru_cache(maxsize=1)
def plain_rules() -> Rules:
    """The built-in rules alone."""
    return read_rules(default_data(), shipped())


@lru_cache(maxsize=1)
def general() -> Assistant:
    """The general model (`learning.general`), as it comes with the built-in rules."""
    from b24app.pipelines.classify.learning.storage import unpacked  # noqa: PLC0415 - numpy, which rules that stand alone do without

    folder = files(__name__)
    header = folder.joinpath("general.json").read_text(encoding="utf-8")
    return unpacked(ModelFile(header, folder.joinpath("general.npz").read_bytes()))


def rules_from_data(data: Any, words: Dictionary | None = None) -> Rules:
    """Rules of plain data; None gives the built-in ones. `words` is the dictionary, the shipped one when not given.

    Raises `DeskInvalid` with every problem and its path.
    Making rules ready takes about a second, so the latest few are kept: a draft is checked, tried and published.
    """
    if data is None:
        return default_rules()
    return _ready(json.dumps(data, ensure_ascii=False, default=str), words or shipped())


@lru_cache(maxsize=KEPT)
def _ready(text: str, words: Dictionary) -> Rules:
    data = json.loads(text)
    rules = read_rules(data, words, default_data())
    if data.get(MODEL, BUILTIN if BASE in data else NO_MODEL) != BUILTIN:
        return rules
    known = frozenset(_every_rule(plain_rules().book))
    own = frozenset(rule.id for axis, label, rule in _every_rule(rules.book) if (axis, label, rule) not in known)
    return replace(rules, general=general(), own=own)


def _every_rule(book: RuleBook) -> Iterator[tuple[str, str, Rule | PriorityRule]]:
    """Each with the axis and the label it speaks for."""
    for category in book.categories:
        yield from (("category", category.name, rule) for rule in category.rules)
    for kind, rules in book.kinds.items():
        yield from (("kind", kind, rule) for rule in rules)
    yield from (("priority", rule.set, rule) for rule in book.priority)


def try_rules(data: Any) -> None:
    """Raises `DeskInvalid` like `rules_from_data`; for pieces of rules on their way into a draft, nothing is kept."""
    read_rules(data, shipped())


def full_data(data: Any) -> dict[str, Any]:
    """Rules as plain data in full: with the built-in ones under them where they say so, every rule with its id.

    What is switched off is left out.
    """
    own = {BASE: BUILTIN} if data is None else data
    return dict(merged(own, default_data() if own.get(BASE) == BUILTIN else {}).data)


def known_names(data: Any) -> frozenset[str]:
    """What `off` may name: ids of rules, categories and excluded topics, one's own and those of the base."""
    return names_of(full_data({**data, OFF: []}))
