"""Rules as plain data (the shape of a rules file) and back. Every problem is named with its path."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from b24app.kit.errors import DeskInvalid
from b24app.pipelines.classify.engine import Rules, prepare
from b24app.pipelines.classify.morphology import Dictionary
from b24app.pipelines.classify.origin import FIELDS, MAX_MASK, MAX_STARS, Conditions, is_mask
from b24app.pipelines.classify.overlay import BASE, BUILTIN, MODEL, NO_MODEL, OFF, Merged, merged
from b24app.pipelines.classify.rules import Category, Defaults, Focus, PriorityRule, Rule, RuleBook, RuleZone
from b24app.pipelines.classify.titles import KINDS, NO_CATEGORY, PRIORITIES, REQUEST_TYPES
from b24app.pipelines.routing import routing_from_data, routing_to_data, when_from_data, when_to_data

MAX_RULES: Final = 20_000
MAX_WEIGHT: Final = 100.0
ZONES: Final[Mapping[str, RuleZone]] = {
    "": "",
    "subject": "subject",
    "body": "body",
    "attachment_name": "attachment_name",
}
KEYS: Final = (
    BASE,
    MODEL,
    OFF,
    "version",
    "language",
    "defaults",
    "dictionary",
    "macros",
    "categories",
    "kinds",
    "excluded_topic",
    "focus",
    "priority",
    "routing",
)
CATEGORY_KEYS: Final = ("title", "request_type", "line", "kind", "kinds", "rules", "unless", "examples")
RULE_KEYS: Final = ("id", "weight", "any", "with", "unless", "in", "if")
_NAME: Final = re.compile(r"[\w-]{1,40}")
PRIORITY_KEYS: Final = ("id", "set", "any", "with", "unless", "when", "if", "wins")


@dataclass(slots=True)
class _Reader:
    """Reads plain data and collects what is wrong with it."""

    problems: list[str] = field(default_factory=list)
    whole: Merged = field(default_factory=lambda: Merged({}, {}))

    def complain(self, path: str, what: str) -> None:
        self.problems.append(f"{self.whole.path(path)}: {what}")

    def mapping(self, data: Any, path: str, known: Iterable[str] = ()) -> Mapping[str, Any]:
        if data is None:
            return {}
        if not isinstance(data, Mapping):
            self.complain(path, "names with values are expected")
            return {}
        allowed = set(known)
        for key in data:
            if allowed and key not in allowed:
                self.complain(f"{path}.{key}" if path else str(key), "unknown name")
        return {str(key): value for key, value in data.items()}

    def items(self, data: Any, path: str) -> Sequence[Any]:
        if data is None:
            return ()
        if isinstance(data, list | tuple):
            return data
        self.complain(path, "a list is expected")
        return ()

    def texts(self, data: Any, path: str) -> tuple[str, ...]:
        found = []
        for number, value in enumerate([data] if isinstance(data, str) else self.items(data, path)):
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                found.append(str(value).strip())
            else:
                self.complain(f"{path}[{number}]", "words are expected")
        return tuple(found)

    def word(self, value: Any, path: str, allowed: Sequence[str]) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        self.complain(path, f"one of {', '.join(allowed)} is expected")
        return allowed[0]

    def number(self, value: Any, path: str, low: float, high: float) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.complain(path, f"a number from {low:g} to {high:g} is expected")
        return low


def rules_from_data(data: Any, words: Dictionary, base: Mapping[str, Any] | None = None) -> Rules:
    """Rules of plain data, ready to match; over those of `base` when the data say so.

    Raises `DeskInvalid` with every problem and its path as it was written.
    """
    reader = _Reader()
    top = reader.mapping(data, "", KEYS)
    if BASE in top:
        reader.word(top[BASE], BASE, (BUILTIN,))
    if MODEL in top:
        reader.word(top[MODEL], MODEL, (BUILTIN, NO_MODEL))
    reader.texts(top.get(OFF), OFF)
    reader.whole = merged(top, base or {} if BASE in top else {})
    rules = prepare(_book(reader, reader.whole.data), reader.complain, words)
    if reader.problems:
        raise DeskInvalid(tuple(dict.fromkeys(reader.problems)))
    return rules


def _book(reader: _Reader, top: Mapping[str, Any]) -> RuleBook:
    categories = tuple(
        _category(reader, name, value) for name, value in reader.mapping(top.get("categories"), "categories").items()
    )
    if not categories:
        reader.complain("categories", "at least one category is needed")
    kinds = {
        reader.word(kind, f"kinds.{kind}", KINDS): _rule_list(reader, value, f"kinds.{kind}", f"kind-{kind}")
        for kind, value in reader.mapping(top.get("kinds"), "kinds").items()
    }
    rules = RuleBook(
        categories=categories,
        kinds=kinds,
        priority=_priorities(reader, top.get("priority")),
        version=int(reader.number(top.get("version", 1), "version", 1, 1e9)),
        language=reader.texts(top.get("language", ("ru", "en")), "language"),
        defaults=_defaults(reader, top.get("defaults")),
        dictionary=_dictionary(reader, top.get("dictionary")),
        macros={
            name: reader.texts(value, f"macros.{name}")
            for name, value in reader.mapping(top.get("macros"), "macros").items()
        },
        excluded_topic=reader.texts(top.get("excluded_topic"), "excluded_topic"),
        focus=tuple(
            _focus(reader, entry, f"focus[{number}]")
            for number, entry in enumerate(reader.items(top.get("focus"), "focus"))
        ),
    )
    _unique_ids(reader, rules)
    return _routed(reader, rules, top.get("routing"))


def _routed(reader: _Reader, rules: RuleBook, data: Any) -> RuleBook:
    try:
        return replace(rules, routing=routing_from_data(data))
    except DeskInvalid as invalid:
        for problem in invalid.problems:
            path, _, what = problem.partition(": ")
            reader.complain(path, what)
        return rules


def _defaults(reader: _Reader, data: Any) -> Defaults:
    given = reader.mapping(data, "defaults", (one.name for one in fields(Defaults)))
    words = {"priority": PRIORITIES, "kind": KINDS}
    limits = {"gap": (0, 5), "auto": (0, 1), "suggest": (0, 1), "mistakes": (0, 0.5), "line": (1, 3)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        path = f"defaults.{name}"
        if name in words:
            values[name] = reader.word(value, path, words[name])
        elif hasattr(Defaults, "__slots__") and name in Defaults.__slots__:
            low, high = limits.get(name, (0, 10))
            number = reader.number(value, path, low, high)
            values[name] = int(number) if name in {"gap", "line"} else float(number)
    found = Defaults(**values)
    if found.suggest > found.auto:
        reader.complain("defaults.suggest", "must not be above `auto`")
    return found


def _focus(reader: _Reader, data: Any, path: str) -> Focus:
    given = reader.mapping(data, path, ("factor", "any"))
    patterns = reader.texts(given.get("any"), f"{path}.any")
    if not patterns:
        reader.complain(f"{path}.any", "at least one pattern is needed")
    return Focus(float(reader.number(given.get("factor", 1), f"{path}.factor", 0, 10)), patterns)


def _dictionary(reader: _Reader, data: Any) -> tuple[tuple[str, ...], ...]:
    rows = []
    for number, entry in enumerate(reader.items(data, "dictionary")):
        path = f"dictionary[{number}]"
        given = reader.mapping(entry, path, ("lemma", "forms", "synonyms"))
        lemma = reader.texts(given.get("lemma"), f"{path}.lemma")
        words = reader.texts(given.get("forms"), f"{path}.forms") + reader.texts(
            given.get("synonyms"), f"{path}.synonyms"
        )
        row = tuple(dict.fromkeys(lemma + words))
        if row:
            rows.append(row)
        else:
            reader.complain(path, "`lemma` with `forms`, or `synonyms`, are expected")
    return tuple(rows)


def _category(reader: _Reader, name: str, data: Any) -> Category:
    path = f"categories.{name}"
    given = reader.mapping(data, path, CATEGORY_KEYS)
    if name == NO_CATEGORY:
        reader.complain(path, "this name means that nothing was recognised")
    elif not _NAME.fullmatch(name):
        reader.complain("categories", f"{name[:40]!r} is no name: letters, digits, - and _ are expected")
    examples = reader.mapping(given.get("examples"), f"{path}.examples", ("yes", "no"))
    kinds = reader.texts(given.get("kinds"), f"{path}.kinds")
    line = given.get("line")
    return Category(
        name=name,
        request_type=reader.word(given.get("request_type"), f"{path}.request_type", REQUEST_TYPES),
        title=str(given.get("title") or ""),
        line=None if line is None else int(reader.number(line, f"{path}.line", 1, 3)),
        kind=reader.word(given.get("kind", "request"), f"{path}.kind", KINDS),
        kinds=tuple(reader.word(kind, f"{path}.kinds", KINDS) for kind in kinds),
        rules=_rule_list(reader, given.get("rules"), f"{path}.rules", name),
        unless=reader.texts(given.get("unless"), f"{path}.unless"),
        yes=reader.texts(examples.get("yes"), f"{path}.examples.yes"),
        no=reader.texts(examples.get("no"), f"{path}.examples.no"),
    )


def _rule_list(reader: _Reader, data: Any, path: str, prefix: str) -> tuple[Rule, ...]:
    return tuple(
        _rule(reader, entry, f"{path}[{number}]", f"{prefix}-{number + 1}")
        for number, entry in enumerate(reader.items(data, path))
    )


def _rule(reader: _Reader, data: Any, path: str, default_id: str) -> Rule:
    given = reader.mapping(data, path, RULE_KEYS)
    patterns = reader.texts(given.get("any"), f"{path}.any")
    if not patterns:
        reader.complain(f"{path}.any", "at least one pattern is needed")
    zone = reader.word(given.get("in", ""), f"{path}.in", tuple(ZONES))
    return Rule(
        id=str(given.get("id") or default_id),
        any=patterns,
        weight=float(reader.number(given.get("weight", 1), f"{path}.weight", 0, MAX_WEIGHT)),
        with_=reader.texts(given.get("with"), f"{path}.with"),
        unless=reader.texts(given.get("unless"), f"{path}.unless"),
        zone=ZONES[zone],
        conditions=_conditions(reader, given.get("if"), f"{path}.if"),
    )


def _conditions(reader: _Reader, data: Any, path: str) -> Conditions:
    given = reader.mapping(data, path, FIELDS)
    found = tuple((name, reader.texts(given[name], f"{path}.{name}")) for name in FIELDS if name in given)
    for name, masks in found:
        for number, mask in enumerate(masks):
            if not is_mask(mask):
                reader.complain(
                    f"{path}.{name}[{number}]", f"a mask has up to {MAX_MASK} characters and {MAX_STARS} stars"
                )
    return found


def _priorities(reader: _Reader, data: Any) -> tuple[PriorityRule, ...]:
    return tuple(
        _priority(reader, entry, f"priority[{number}]", f"priority-{number + 1}")
        for number, entry in enumerate(reader.items(data, "priority"))
    )


def _priority(reader: _Reader, data: Any, path: str, default_id: str) -> PriorityRule:
    given = reader.mapping(data, path, PRIORITY_KEYS)
    rule = PriorityRule(
        id=str(given.get("id") or default_id),
        set=reader.word(given.get("set"), f"{path}.set", PRIORITIES),
        any=reader.texts(given.get("any"), f"{path}.any"),
        with_=reader.texts(given.get("with"), f"{path}.with"),
        unless=reader.texts(given.get("unless"), f"{path}.unless"),
        when=when_from_data(given.get("when"), f"{path}.when", reader.problems),
        conditions=_conditions(reader, given.get("if"), f"{path}.if"),
        wins=given.get("wins") is True,
    )
    if not rule.any and not rule.when:
        reader.complain(path, "`any` or `when` is needed: a rule without both would set every ticket")
    if rule.conditions and not rule.any:
        reader.complain(f"{path}.if", "stands beside `any` only")
    return rule


def _unique_ids(reader: _Reader, rules: RuleBook) -> None:
    seen: set[str] = set()
    lists = {f"categories.{category.name}.rules": [rule.id for rule in category.rules] for category in rules.categories}
    lists |= {f"kinds.{kind}": [rule.id for rule in own] for kind, own in rules.kinds.items()}
    lists["priority"] = [rule.id for rule in rules.priority]
    for path, ids in lists.items():
        for number, name in enumerate(ids):
            if name in seen:
                reader.complain(f"{path}[{number}].id", f"two rules have the id {name!r}")
            seen.add(name)
    if len(seen) > MAX_RULES:
        reader.complain("categories", f"more than {MAX_RULES} rules")


def rules_to_data(rules: Rules) -> dict[str, Any]:
    """The inverse of `rules_from_data`: lists, mappings, words and numbers only."""
    book = rules.book
    return {
        MODEL: BUILTIN if rules.general is not None else NO_MODEL,
        "version": book.version,
        "language": list(book.language),
        "defaults": {one.name: getattr(book.defaults, one.name) for one in fields(Defaults)},
        "dictionary": [{"synonyms": list(row)} for row in book.dictionary],
        "macros": {name: list(patterns) for name, patterns in book.macros.items()},
        "categories": {category.name: _category_data(category) for category in book.categories},
        "kinds": {kind: [_rule_data(rule) for rule in own] for kind, own in book.kinds.items()},
        "excluded_topic": list(book.excluded_topic),
        "focus": [{"factor": one.factor, "any": list(one.any)} for one in book.focus],
        "priority": [_priority_data(rule) for rule in book.priority],
        "routing": routing_to_data(book.routing),
    }


def _category_data(category: Category) -> dict[str, Any]:
    data = {
        "title": category.title,
        "request_type": category.request_type,
        "line": category.line,
        "kind": category.kind,
        "kinds": list(category.kinds),
        "unless": list(category.unless),
        "rules": [_rule_data(rule) for rule in category.rules],
        "examples": _given({"yes": list(category.yes), "no": list(category.no)}),
    }
    return _given(data)


def _rule_data(rule: Rule) -> dict[str, Any]:
    data = {"id": rule.id, "weight": rule.weight, "any": list(rule.any), "with": list(rule.with_)}
    return _given(data | {"unless": list(rule.unless), "in": rule.zone, "if": _conditions_data(rule.conditions)})


def _priority_data(rule: PriorityRule) -> dict[str, Any]:
    data = {"id": rule.id, "set": rule.set, "any": list(rule.any), "with": list(rule.with_)}
    more = {"unless": list(rule.unless), "when": when_to_data(rule.when), "if": _conditions_data(rule.conditions)}
    return _given(data | more | {"wins": rule.wins})


def _conditions_data(conditions: Conditions) -> dict[str, list[str]]:
    return {name: list(masks) for name, masks in conditions}


def _given(data: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty and would be read as the default anyway. A weight of 0 is not empty."""
    return {name: value for name, value in data.items() if value not in (None, "", [], {}) and value is not False}
