"""The rules of one desk as typed values. `schema` reads them from plain data, `engine` makes them ready to match."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from b24app.pipelines.classify.origin import Conditions
from b24app.pipelines.classify.titles import NO_CATEGORY, title
from b24app.pipelines.routing import Routing

RuleZone = Literal["", "subject", "body", "attachment_name"]
When = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Fires in a sentence that has one of `any`, one of `with_` (when given) and none of `unless`."""

    id: str
    any: tuple[str, ...]
    weight: float = 1.0
    with_: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    zone: RuleZone = ""
    """Without one: subject and body."""
    conditions: Conditions = ()
    """What must be true of where the request comes from."""


@dataclass(frozen=True, slots=True)
class Category:
    """A subject of requests with its rules."""

    name: str
    request_type: str
    title: str = ""
    line: int | None = None
    kind: str = "request"
    """Kind of a request whose words tell none."""
    kinds: tuple[str, ...] = ()
    """Kinds it can have at all; empty: any."""
    rules: tuple[Rule, ...] = ()
    unless: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    """Texts that must come out in this category: checked when rules are saved."""
    no: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """Sets a priority when the text has one of `any` (when given) and the labels fit `when`."""

    id: str
    set: str
    any: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    when: When = ()
    conditions: Conditions = ()
    wins: bool = False
    """Is asked before all rules without it; otherwise the first rule that fits decides."""


@dataclass(frozen=True, slots=True)
class Focus:
    """A sentence with one of `any` counts `factor` times: what has to be done, or small talk."""

    factor: float
    any: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Defaults:
    """Numbers of the scoring. Chosen by judgement, checked on `fixtures/classify/dev.jsonl`."""

    gap: int = 1
    subject_weight: float = 1.5
    first_mention: float = 1.2
    """Added to the category named first: people name the broken thing first."""
    phrase_bonus: float = 0.3
    """Added for each word of a phrase after the first."""
    auto: float = 0.8
    suggest: float = 0.35
    mistakes: float = 0.1
    """Share of wrong labels accepted among those set without asking: a learnt model chooses its own `auto` by it."""
    line: int = 1
    priority: str = "normal"
    kind: str = "noise"
    """Kind of a message without a category and without words that tell."""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules of one desk as they were written."""

    categories: tuple[Category, ...]
    kinds: Mapping[str, tuple[Rule, ...]]
    priority: tuple[PriorityRule, ...]
    version: int = 1
    language: tuple[str, ...] = ("ru", "en")
    defaults: Defaults = field(default_factory=Defaults)
    dictionary: tuple[tuple[str, ...], ...] = ()
    """Words that mean the same for the rules, the word the rules use first."""
    macros: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded_topic: tuple[str, ...] = ()
    focus: tuple[Focus, ...] = ()
    routing: Routing = field(default_factory=Routing)
    _by_name: Mapping[str, Category] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Categories by name, the first of a name: they are looked up a dozen times for a message."""
        object.__setattr__(self, "_by_name", {known.name: known for known in reversed(self.categories)})

    @property
    def names(self) -> Collection[str]:
        """Names of all categories."""
        return self._by_name.keys()

    def category(self, name: str) -> Category | None:
        """The category of that name, None for `none` and for foreign names."""
        return self._by_name.get(name)

    def title(self, label: str, language: str = "ru") -> str:
        """People's word for a label, the integrator's own titles included."""
        known = None if label == NO_CATEGORY else self.category(label)
        own = known.title if known is not None else ""
        return own if own and own != title(label) else title(label, language)
