"""The built-in rules: what a portal starts with and what `b24app classify` uses without `--rules`."""

from functools import lru_cache
from typing import Any

from b24app.pipelines.classify.builtin.channels import CHANNELS
from b24app.pipelines.classify.builtin.macros import DICTIONARY, EXCLUDED_TOPIC, FOCUS, MACROS
from b24app.pipelines.classify.builtin.noise import NOISE
from b24app.pipelines.classify.builtin.portal import PORTAL
from b24app.pipelines.classify.builtin.service import SERVICE
from b24app.pipelines.classify.builtin.tone import KINDS, PRIORITY, ROUTING
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.morphology import Dictionary
from b24app.pipelines.classify.opencorpora import shipped
from b24app.pipelines.classify.schema import rules_from_data as read_rules
from b24app.pipelines.classify.titles import title


def default_data() -> dict[str, Any]:
    """The built-in rules as plain data, in the shape of a rules file."""
    categories = {**PORTAL, **CHANNELS, **SERVICE, **NOISE}
    return {
        "version": 2,
        "language": ["ru", "en"],
        "dictionary": DICTIONARY,
        "macros": MACROS,
        "categories": {name: {"title": title(name), **category} for name, category in categories.items()},
        "kinds": KINDS,
        "excluded_topic": EXCLUDED_TOPIC,
        "focus": FOCUS,
        "priority": PRIORITY,
        "routing": ROUTING,
    }


@lru_cache(maxsize=1)
def default_rules() -> Rules:
    """The built-in rules, ready to match; built once per process."""
    return read_rules(default_data(), shipped())


def rules_from_data(data: Any, words: Dictionary | None = None) -> Rules:
    """Rules of plain data; None gives the built-in ones. `words` is the dictionary, the shipped one when not given.

    Raises `DeskInvalid` with every problem and its path.
    """
    return default_rules() if data is None else read_rules(data, words or shipped())
