"""What the pages of classification show: the values of their templates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from b24app.install import topicform, tryview
from b24app.install.fields import Reading
from b24app.kit import yamltext
from b24app.kit.ids import PortalId
from b24app.pipelines.classify import (
    BASE,
    BUILTIN,
    base_of,
    category_title,
    is_overlay,
    off_names,
    own_ids,
    shown,
    title,
)
from b24app.pipelines.classify.titles import KINDS, PRIORITIES, REQUEST_TYPES
from b24app.pipelines.routing import LINES
from b24app.ui import Scene
from b24app.usecases.deskedit import Editing
from b24app.usecases.rulehints import PERIOD, RulePages

PARTS: Final = ("topics", "topic", "kind", "priority", "routing", "words", "yaml", "try", "dryrun", "hints", "accuracy")
Shown = dict[str, Any]
NO_RULE: Final[Mapping[str, Any]] = {
    "id": "",
    "any": [],
    "with": [],
    "unless": [],
    "in": "",
    "weight": 1,
    "set": "high",
    "wins": False,
    "when": {},
    "line": 1,
    "departments": [],
}
NO_CATEGORY: Final[Mapping[str, Any]] = {"title": "", "line": None, "kind": "", "unless": [], "examples": {}}
FOUND: Final = 40
"""Phrases a search shows."""


@dataclass(frozen=True, slots=True)
class RuleFace:
    """Where a rule comes from, and whether it works."""

    own: bool
    changed: bool
    off: bool


@dataclass(frozen=True, slots=True)
class Book:
    """The rules that are edited, in full, and what of them is written in the document."""

    own: Any
    whole: Mapping[str, Any]
    base: Mapping[str, Any]
    off: frozenset[str]
    language: str

    @classmethod
    def of(cls, now: Editing, language: str) -> "Book":
        """The classification of the draft, else of what is published."""
        own = now.data.get("classification")
        return cls(own, shown(own), base_of(own), frozenset(off_names(own or {})), language)

    @property
    def overlay(self) -> bool:
        """The built-in rules are underneath."""
        return is_overlay(self.own)

    @property
    def categories(self) -> dict[str, dict[str, Any]]:
        """By name."""
        return dict(self.whole.get("categories") or {})

    def title(self, name: str) -> str:
        """People's word for a category or another label."""
        return category_title(name, self.categories.get(name) or {}, self.language)

    def face(self, rule: Mapping[str, Any], built_in: Any) -> RuleFace:
        """`built_in` are the rules of the same list that came with the product."""
        name = str(rule.get("id"))
        known = any(one.get("id") == name for one in built_in or ())
        return RuleFace(not known, known and name in own_ids(self.own), name in self.off)

    def built_in(self, *path: str) -> Any:
        """What the product has at this place; None for rules of one's own."""
        here: Any = self.base
        for step in path:
            here = here.get(step) if isinstance(here, Mapping) else None
        return here

    def labels(self) -> dict[str, dict[str, str]]:
        """What conditions may name, with titles."""
        categories = {name: self.title(name) for name in self.categories}
        named = {"request_type": REQUEST_TYPES, "kind": KINDS, "priority": PRIORITIES}
        return {"category": categories} | {
            axis: {word: title(word, self.language) for word in words} for axis, words in named.items()
        }


async def drawn(values: Shown, rules: RulePages, portal: PortalId, now: Editing, scene: Scene) -> Shown:
    """The values of the open part."""
    book = Book.of(now, scene.language)
    around: Shown = {"book": book, "labels": book.labels(), "lines": LINES}
    part = values["part"]
    if part == "try":
        return around | await tryview.tried(values, rules.desk, portal, book.language)
    if part == "dryrun":
        return around | await tryview.dry_run(values, rules.desk, portal, book.language)
    if part == "hints":
        page = await rules.hints.hints(portal)
        return around | {"hints": page.hints, "names": page.names, "added": added(book)}
    if part == "accuracy":
        judged = await rules.hints.accuracy(portal)
        shown = {"names": judged.names, "days": PERIOD.days, "capped": judged.capped, "training": judged.training}
        return around | {"figures": judged.figures} | shown
    return around | _still(part, values, now, book)


def added(book: Book) -> set[tuple[str, str]]:
    """(category, phrase) of the draft: a hint that was taken is not offered again."""
    return {
        (name, str(phrase))
        for name, one in book.categories.items()
        for rule in one.get("rules") or ()
        for phrase in rule.get("any") or ()
    }


def _still(part: str, values: Shown, now: Editing, book: Book) -> Shown:
    """Parts that only show the document."""
    if part in SIMPLE:
        return SIMPLE[part](values, book)
    if part == "routing":
        return routing(values, now, book)
    if part == "topic" and values.get("name") in book.categories:
        return topic(values, book)
    if part == "kind" and values.get("name") in KINDS:
        return kind(values, book)
    return {"part": "topics", **topics(values, book)}


def as_text(values: Shown, book: Book) -> Shown:
    """What is written in the document, or what was typed."""
    return {"text": values.get("text") or yamltext.dump(book.own or {BASE: BUILTIN})}


def complete(rule: Mapping[str, Any]) -> Shown:
    """A rule with everything a form may show of it."""
    return {**NO_RULE, **rule}


def topics(values: Shown, book: Book) -> Shown:
    """Categories in their order, and what a search finds."""
    written = (book.own or {}).get("categories") or {} if isinstance(book.own, Mapping) else {}
    rows = [
        {
            "name": name,
            "title": book.title(name),
            "type": title(str(one.get("request_type") or ""), book.language),
            "line": one.get("line"),
            "rules": len(one.get("rules") or ()),
            "own": book.built_in("categories", name) is None and book.overlay,
            "changed": name in written and book.built_in("categories", name) is not None,
            "off": name in book.off,
        }
        for name, one in book.categories.items()
    ]
    wanted = str(values.get("q") or "").strip().lower()
    return {"rows": rows, "q": wanted, "found": list(_matches(book, wanted)) if len(wanted) > 1 else []}


def _matches(book: Book, wanted: str) -> Iterator[dict[str, Any]]:
    left = FOUND
    for name, one in book.categories.items():
        for rule in one.get("rules") or ():
            phrases = [word for word in rule.get("any") or () if wanted in str(word).lower()][:left]
            if phrases:
                left -= len(phrases)
                yield {"name": name, "title": book.title(name), "rule": rule.get("id"), "phrases": phrases}
            if left <= 0:
                return


def topic(values: Shown, book: Book) -> Shown:
    """One category; what was typed stands in the form again, right or wrong."""
    name = values["name"]
    found, built_in = book.categories[name], book.built_in("categories", name, "rules")
    if values["typed"] is not None:
        found = topicform.category_from(Reading(values["typed"]), found, name)
    rules = [complete(rule) for rule in found.get("rules") or ()]
    return {
        "name": name,
        "category": {**NO_CATEGORY, **found},
        "rules": rules,
        "faces": [book.face(rule, built_in) for rule in rules],
        "is_own": book.built_in("categories", name) is None,
        "is_off": name in book.off,
        "opened": values.get("opened", -1),
    }


def kind(values: Shown, book: Book) -> Shown:
    """Rules of one kind of request."""
    name = values["name"]
    rules = list((book.whole.get("kinds") or {}).get(name) or ())
    if values["typed"] is not None:
        rules = topicform.rules_from(Reading(values["typed"]), rules, f"kind-{name}")
    built_in = book.built_in("kinds", name)
    return {
        "rules": [complete(rule) for rule in rules],
        "faces": [book.face(rule, built_in) for rule in rules],
        "opened": values.get("opened", -1),
    }


def priority(values: Shown, book: Book) -> Shown:
    """Rules of priority in the order they are asked."""
    rules = list(book.whole.get("priority") or ())
    if values["typed"] is not None:
        rules = topicform.priority_from(Reading(values["typed"]), rules)
    built_in = book.built_in("priority")
    return {
        "rules": [complete(rule) for rule in rules],
        "blank": complete({}),
        "faces": [book.face(rule, built_in) for rule in rules],
        "opened": values.get("opened", -1),
    }


def routing(values: Shown, now: Editing, book: Book) -> Shown:
    """The desk's own routes, and the built-in ones below them."""
    rules = list(routes_of(now.data))
    if values["typed"] is not None:
        rules = topicform.routes_from(Reading(values["typed"]))
    below = book.whole.get("routing") or ()
    below = below.get("rules") or () if isinstance(below, Mapping) else below
    return {
        "rules": [complete(rule) for rule in rules],
        "below": [(complete(rule), str(rule.get("id")) in book.off) for rule in below],
        "teams": {team.id: team.name for team in now.directory.staffed()},
        "opened": values.get("opened", -1),
    }


def routes_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Routing rules as the desk document has them."""
    routing = data.get("routing")
    found = routing.get("rules") if isinstance(routing, Mapping) else routing
    return [dict(rule) for rule in found or ()]


def words(values: Shown, book: Book) -> Shown:
    """Macros, excluded topics, dictionary, thresholds."""
    typed: Mapping[str, list[str]] = values["typed"] or {}
    macros = {name: list(patterns) for name, patterns in (book.whole.get("macros") or {}).items()}
    rows = _own_rows(book)
    defaults = book.whole.get("defaults") or {}
    return {
        "macros": {name: _typed(typed, f"macros.{name}", patterns) for name, patterns in macros.items()},
        "excluded": _typed(typed, "excluded_topic", list(book.whole.get("excluded_topic") or ())),
        "dictionary": _typed(typed, "dictionary", [", ".join(row) for row in rows]),
        "auto": _percent(typed, "auto", defaults.get("auto", 0.8)),
        "suggest": _percent(typed, "suggest", defaults.get("suggest", 0.35)),
        "fresh": {key: (typed.get(f"new.{key}") or [""])[0] for key in ("name", "words")},
    }


def _own_rows(book: Book) -> list[list[str]]:
    """Dictionary rows written in the document."""
    rows = (book.own or {}).get("dictionary") or () if isinstance(book.own, Mapping) else ()
    return [[*_listed(row.get("lemma")), *_listed(row.get("forms")), *_listed(row.get("synonyms"))] for row in rows]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]


def _typed(typed: Mapping[str, list[str]], name: str, lines: list[Any]) -> str:
    return typed[name][0] if name in typed else "\n".join(map(str, lines))


def _percent(typed: Mapping[str, list[str]], name: str, share: float) -> str:
    return typed[name][0] if name in typed else f"{share * 100:g}"


SIMPLE: Final[Mapping[str, Callable[[Shown, Book], Shown]]] = {"priority": priority, "words": words, "yaml": as_text}
"""Parts that need nothing but the rules."""
