"""Own rules on top of the built-in ones. Pure: data in, data out, and where each piece of one's own came to stand.

`base: builtin` in a rules file means: the built-in rules hold, and what stands here replaces or adds. What has a name
(a category, a macro, a default) replaces the built-in thing of that name, key by key; a rule replaces the built-in one
with its id, key by key; everything else is added before the built-in. `off` switches rules, categories and excluded
topics off by name, with and without a base. So the built-in rules go on growing with the product under the changes.
The general model, which was learnt beside the built-in rules, comes with them: `model: none` does without,
`model: builtin` takes it to a copy of the rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

BUILTIN: Final = "builtin"
BASE: Final = "base"
MODEL: Final = "model"
NO_MODEL: Final = "none"
OFF: Final = "off"
_ADDED: Final = ("excluded_topic", "focus", "dictionary")
"""Lists without names: one's own come before the built-in."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Rules in full, and the places of one's own entries: path in the whole → path as it was written."""

    data: Mapping[str, Any]
    places: Mapping[str, str]

    def path(self, path: str) -> str:
        """A path of the whole as it was written; what was never written keeps its path."""
        best = max((one for one in self.places if _begins(path, one)), key=len, default="")
        return self.places[best] + path[len(best) :] if best else path


def merged(own: Mapping[str, Any], base: Mapping[str, Any]) -> Merged:
    """The rules of `own` over those of `base` (nothing: they stand alone), without what is switched off."""
    merge = _Merge(frozenset(off_names(own)), own_ids="own-" if base else "")
    return Merged(merge.top(own, base), merge.places)


def off_names(own: Mapping[str, Any]) -> tuple[str, ...]:
    """What is switched off."""
    names = own.get(OFF)
    return tuple(map(str, [names] if isinstance(names, str) else _list(names)))


def names_of(whole: Mapping[str, Any]) -> frozenset[str]:
    """What `off` may name in rules given in full: ids of rules, categories, excluded topics."""
    categories = _named(whole.get("categories"))
    lists = [_named(one).get("rules") for one in categories.values()]
    lists += [*_named(whole.get("kinds")).values(), whole.get("priority"), _routes(whole.get("routing"))]
    ids = {_id(rule) for rules in lists for rule in _list(rules)}
    return frozenset((*ids, *categories, *map(str, _list(whole.get("excluded_topic"))))) - {""}


def _begins(path: str, start: str) -> bool:
    return path == start or (path.startswith(start) and path[len(start)] in ".[")


@dataclass(slots=True)
class _Merge:
    off: frozenset[str]
    own_ids: str
    places: dict[str, str] = field(default_factory=dict)

    def top(self, own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
        whole = {**base, **{key: value for key, value in own.items() if key not in {BASE, OFF}}}
        if base:
            whole.setdefault(MODEL, BUILTIN)
        for name in ("macros", "defaults"):
            whole |= self._both(name, own, base, lambda mine, theirs: {**theirs, **mine})
        whole |= self._both("categories", own, base, self._categories)
        whole |= self._both("kinds", own, base, self._kinds)
        for name in _ADDED:
            if isinstance(whole.get(name), list | tuple):
                whole[name] = self._added(name, own.get(name), base.get(name))
        for name, prefix in (("priority", "priority"), ("routing", "route")):
            if name in whole:
                whole[name] = self._listed(own.get(name), base.get(name), name, prefix)
        return whole

    def _both(self, name: str, own: Mapping[str, Any], base: Mapping[str, Any], join: Any) -> dict[str, Any]:
        """The mapping under `name`; what is none stays for the check to complain of."""
        mine, theirs = own.get(name), base.get(name)
        if mine is None and theirs is None:
            return {}
        if mine is not None and not isinstance(mine, Mapping):
            return {name: mine}
        return {name: join(_named(mine), _named(theirs))}

    def _categories(self, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
        names = [name for name in {**theirs, **mine} if name not in self.off]
        return {name: self._category(name, mine.get(name), theirs.get(name)) for name in names}

    def _category(self, name: str, mine: Any, theirs: Any) -> Any:
        if mine is not None and not isinstance(mine, Mapping):
            return mine
        whole = {**_named(theirs), **_named(mine)}
        path = f"categories.{name}.rules"
        rules = self._rules(_named(mine).get("rules"), _named(theirs).get("rules"), path, name)
        return {**whole, "rules": rules} if "rules" in whole else whole

    def _kinds(self, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
        return {
            kind: self._rules(mine.get(kind), theirs.get(kind), f"kinds.{kind}", f"kind-{kind}")
            for kind in {**theirs, **mine}
        }

    def _listed(self, mine: Any, theirs: Any, path: str, prefix: str) -> Any:
        """Priority and routing; routing may be a mapping with `rules` and a line for the rest."""
        if isinstance(mine, Mapping):
            rules = self._rules(mine.get("rules"), _routes(theirs), path, prefix)
            return {**mine, "rules": rules}
        return self._rules(mine, _routes(theirs), path, prefix)

    def _rules(self, mine: Any, theirs: Any, path: str, prefix: str) -> Any:
        """One's own rules first, then the built-in ones with what replaces them."""
        if mine is not None and not isinstance(mine, list | tuple):
            return mine
        known = _with_ids(theirs, f"{prefix}-")
        own = _with_ids(mine, f"{prefix}-{self.own_ids}")
        theirs_ids, changed = {_id(rule) for rule in known}, dict[str, int]()
        whole: list[tuple[int | None, Any]] = []
        for number, rule in enumerate(own):
            if _id(rule) not in theirs_ids or changed.setdefault(_id(rule), number) != number:
                whole.append((number, rule))
        for rule in known:
            mine_at = changed.get(_id(rule))
            whole.append((mine_at, rule if mine_at is None else {**rule, **own[mine_at]}))
        kept = [(number, rule) for number, rule in whole if _id(rule) not in self.off]
        for at, (place, _) in enumerate(kept):
            if place is not None and place != at:
                self.places[f"{path}[{at}]"] = f"{path}[{place}]"
        return [rule for _, rule in kept]

    def _added(self, name: str, mine: Any, theirs: Any) -> list[Any]:
        whole = [*_list(mine), *_list(theirs)]
        kept = [(at, one) for at, one in enumerate(whole) if not (isinstance(one, str) and one in self.off)]
        self.places.update(
            {f"{name}[{at}]": f"{name}[{number}]" for at, (number, _) in enumerate(kept) if at != number}
        )
        return [one for _, one in kept]


def _with_ids(rules: Any, prefix: str) -> list[Any]:
    """Rules with the ids they go by: the place in the list for one that names none."""
    return [
        {"id": f"{prefix}{number + 1}", **rule} if isinstance(rule, Mapping) and not rule.get("id") else rule
        for number, rule in enumerate(_list(rules))
    ]


def _id(rule: Any) -> str:
    return str(rule.get("id") or "") if isinstance(rule, Mapping) else ""


def _routes(value: Any) -> Any:
    return value.get("rules") if isinstance(value, Mapping) else value


def _named(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
