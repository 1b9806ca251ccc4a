"""Changes of rules as people make them: what a page shows is the rules in full, what is written stays a small overlay.

`own` is the classification of a desk document: None (built-in rules alone), an overlay (`base: builtin`), or rules of
one's own in full. Every function gives the new one. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from b24app.pipelines.classify.builtin import default_data, full_data
from b24app.pipelines.classify.overlay import BASE, BUILTIN, OFF, off_names

Data = dict[str, Any]
_RULES: Final = "rules"


def shown(own: Any) -> Data:
    """The rules in full, what is switched off too: the form pages work on."""
    return full_data({**_written(own), OFF: []})


def base_of(own: Any) -> Data:
    """The built-in rules under these, in full; nothing for rules of one's own."""
    return full_data(default_data()) if _written(own).get(BASE) == BUILTIN else {}


def is_overlay(own: Any) -> bool:
    """The built-in rules hold, with or without changes."""
    return _written(own).get(BASE) == BUILTIN


def with_category(own: Any, name: str, category: Mapping[str, Any]) -> Data | None:
    """One category as it was edited, rules in their order and with ids."""
    before = _named(base_of(own).get("categories")).get(name)
    kept = _category_over(category, before)
    categories = {**_named(_written(own).get("categories"))}
    if before is not None and not kept:
        categories.pop(name, None)
    else:
        categories[name] = kept
    return _tidy({**_written(own), "categories": categories})


def without_category(own: Any, name: str) -> Data | None:
    """A category of one's own is removed, a changed built-in one is as it was."""
    categories = {key: one for key, one in _named(_written(own).get("categories")).items() if key != name}
    return _tidy({**_written(own), "categories": categories})


def with_priority(own: Any, rules: Sequence[Mapping[str, Any]]) -> Data | None:
    """Priority rules as they were edited."""
    return _tidy({**_written(own), "priority": _rules_over(rules, base_of(own).get("priority"))})


def with_kind(own: Any, kind: str, rules: Sequence[Mapping[str, Any]]) -> Data | None:
    """Rules of one kind as they were edited."""
    kept = _rules_over(rules, _named(base_of(own).get("kinds")).get(kind))
    kinds = {key: one for key, one in _named(_written(own).get("kinds")).items() if key != kind}
    return _tidy({**_written(own), "kinds": {**kinds, kind: kept} if kept else kinds})


def with_macros(own: Any, macros: Mapping[str, Sequence[str]]) -> Data | None:
    """Macros as they were edited: those that are as built in are not written down."""
    before = _named(base_of(own).get("macros"))
    mine = {name: list(words) for name, words in macros.items() if list(words) != list(before.get(name) or ())}
    return _tidy({**_written(own), "macros": mine})


def with_excluded(own: Any, patterns: Sequence[str]) -> Data | None:
    """Phrases that exclude a topic: built-in ones that are missing are switched off."""
    before = [str(one) for one in base_of(own).get("excluded_topic") or ()]
    off = [name for name in off_names(_written(own)) if name not in before]
    off += [one for one in before if one not in patterns]
    mine = [one for one in dict.fromkeys(patterns) if one not in before]
    return _tidy({**_written(own), "excluded_topic": mine, OFF: off})


def with_dictionary(own: Any, rows: Sequence[Sequence[str]]) -> Data | None:
    """Own rows of words that mean the same; the built-in ones stay."""
    return _tidy({**_written(own), "dictionary": [{"synonyms": list(row)} for row in rows]})


def with_thresholds(own: Any, auto: float, suggest: float) -> Data | None:
    """How sure a label must be to be set, or to be offered."""
    return _tidy(
        {**_written(own), "defaults": {**_named(_written(own).get("defaults")), "auto": auto, "suggest": suggest}}
    )


def switched(own: Any, name: str, *, off: bool) -> Data | None:
    """A rule, a category or an excluded topic is switched off, or on again."""
    names = [one for one in off_names(_written(own)) if one != name] + [name] * off
    return _tidy({**_written(own), OFF: names})


def copied(own: Any) -> Data:
    """The rules in full, free of the built-in ones: from here on they do not grow with the product."""
    return full_data(own)


def with_phrase(own: Any, category: str, phrase: str) -> Data | None:
    """One more phrase speaks for a category: a rule of its own, easy to find and to take back."""
    whole = _named(shown(own).get("categories")).get(category)
    if whole is None:
        return None if own is None else dict(own)
    known = [rule for rule in whole.get(_RULES) or () if phrase in (rule.get("any") or ())]
    rules = whole.get(_RULES) or ()
    fresh = {"id": free_id(category, rules), "weight": ADDED_WEIGHT, "any": [phrase]}
    return with_category(own, category, {**whole, _RULES: rules if known else [fresh, *rules]})


ADDED_WEIGHT: Final = 3


def free_id(prefix: str, rules: Sequence[Mapping[str, Any]]) -> str:
    """An id no rule has yet."""
    taken = {rule.get("id") for rule in rules}
    return next(name for number in range(1, len(taken) + 2) if (name := f"{prefix}-own-{number}") not in taken)


def own_ids(own: Any) -> frozenset[str]:
    """Rules that are written in the document: one's own and changed ones."""
    written = _written(own)
    lists = [_named(one).get(_RULES) for one in _named(written.get("categories")).values()]
    lists += [written.get("priority"), *_named(written.get("kinds")).values()]
    found = {str(rule.get("id")) for rules in lists for rule in rules or () if isinstance(rule, Mapping)}
    return frozenset(found)


def _category_over(category: Mapping[str, Any], before: Mapping[str, Any] | None) -> Data:
    if before is None:
        return {key: value for key, value in category.items() if value not in (None, "", [], {})}
    kept = {key: value for key, value in category.items() if key != _RULES and _plain(value) != _plain(before.get(key))}
    rules = _rules_over(category.get(_RULES) or (), before.get(_RULES))
    return kept | ({_RULES: rules} if rules else {})


def _rules_over(rules: Sequence[Mapping[str, Any]], before: Any) -> list[Data]:
    """Rules of one's own in full, built-in ones with what differs, in their order."""
    known = {rule["id"]: rule for rule in before or ()}
    found = [_rule_over(rule, known.get(str(rule.get("id")))) for rule in rules]
    return [rule for rule in found if rule is not None]


def _rule_over(rule: Mapping[str, Any], before: Mapping[str, Any] | None) -> Data | None:
    if before is None:
        return {key: value for key, value in rule.items() if value not in (None, "", [], {}) and value is not False}
    changed = {key: value for key, value in rule.items() if _plain(value) != _plain(before.get(key))}
    return {"id": before["id"], **changed} if changed else None


def _plain(value: Any) -> Any:
    """Nothing, an empty list and a switch that is off are the same; one label alone is a list of one."""
    if isinstance(value, Mapping):
        return {key: [one] if isinstance(one, str) else list(one) for key, one in value.items()} or None
    return value or None


def _written(own: Any) -> Data:
    return {BASE: BUILTIN} if own is None else dict(own)


def _tidy(data: Data) -> Data | None:
    """Without what is empty; None when only the built-in rules are left."""
    kept = {key: value for key, value in data.items() if value not in (None, "", [], {})}
    return None if kept == {BASE: BUILTIN} else kept


def _named(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
