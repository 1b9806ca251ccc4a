"""The forms of classification rules: what was typed as plain data, and what is wrong with it, field by field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from b24app.desk.problems import path_of
from b24app.install.fields import Reading, Wrong, WrongText
from b24app.install.rulewords import told
from b24app.kit.errors import DeskInvalid
from b24app.pipelines.classify import free_id, try_rules
from b24app.pipelines.routing import AXES, routing_from_data

Data = dict[str, Any]
TEXTS: Final = ("any", "with", "unless")
DUMMY: Final = {"x": {"request_type": "service"}}
"""Rules need a category; priority rules and macros are checked beside this one."""
_KEY: Final = re.compile(r"[\w-]{1,40}")
_LONGEST_TITLE: Final = 60


@dataclass(frozen=True, slots=True)
class Ordered:
    """A list of rules after a press on one of its buttons."""

    rules: list[Data]
    toggled: str = ""
    """Id of the rule to be switched."""
    off: bool = False
    opened: int = -1
    """The rule to show open."""


def lines_of(text: str) -> list[str]:
    """Lines that say something, each once, in their order."""
    return list(dict.fromkeys(line for line in (part.strip() for part in text.splitlines()) if line))


def category_from(reading: Reading, before: Mapping[str, Any], prefix: str) -> Data:
    """A category as its form says it; what the form does not show stays."""
    line = reading.text("line")
    return {
        **before,
        "title": reading.read("title", _title_of) or "",
        "request_type": reading.text("request_type") or "service",
        "line": int(line) if line in {"1", "2", "3"} else None,
        "kind": reading.text("kind") or None,
        "unless": lines_of(reading.text("unless")),
        "examples": _examples(reading),
        "rules": rules_from(reading, list(before.get("rules") or ()), prefix),
    }


def _examples(reading: Reading) -> Data:
    sides = {side: lines_of(reading.text(f"examples.{side}")) for side in ("yes", "no")}
    return {side: texts for side, texts in sides.items() if texts}


def rules_from(reading: Reading, before: Sequence[Data], prefix: str) -> list[Data]:
    """Rules in the order of the form; one without words and without an id was left empty."""
    known = {str(rule.get("id")): rule for rule in before}
    rules: list[Data] = []
    for row in _rows(reading):
        name = reading.text(f"r.{row}.id")
        texts = {key: lines_of(reading.text(f"r.{row}.{key}")) for key in TEXTS}
        if not name and not any(texts.values()):
            continue
        rule = {**known.get(name, {}), **texts, "id": name or free_id(prefix, [*before, *rules])}
        rules.append(rule | _weight(reading, row) | _zone(reading, row))
    return rules


def _rows(reading: Reading) -> list[int]:
    return sorted({int(name.split(".")[1]) for name in reading.form if re.fullmatch(r"r\.\d{1,4}\.id", name)})


def _weight(reading: Reading, row: int) -> Data:
    field = f"r.{row}.weight"
    if field not in reading.form:
        return {}
    weight = reading.read(field, _weight_of)
    return {"weight": weight if weight is not None else 1}


def _zone(reading: Reading, row: int) -> Data:
    return {"in": zone} if (zone := reading.text(f"r.{row}.in")) in {"subject", "body"} else {"in": ""}


def _weight_of(text: str) -> float:
    try:
        weight = float(text.replace(",", "."))
    except ValueError:
        raise WrongText("weight", text) from None
    if not 0 <= weight <= 100:  # noqa: PLR2004 - the limits of the rules' own check
        raise WrongText("weight", text)
    return int(weight) if weight.is_integer() else weight


def _title_of(text: str) -> str:
    if len(text) > _LONGEST_TITLE:
        raise WrongText("name", text[:_LONGEST_TITLE])
    return text


def priority_from(reading: Reading, before: Sequence[Data]) -> list[Data]:
    """Priority rules in the order of the form."""
    rules = rules_from(reading, before, "priority")
    return [_without(rule, "in") | _urgency(reading, row) for row, rule in zip(_filled(reading), rules, strict=True)]


def _urgency(reading: Reading, row: int) -> Data:
    return {
        "set": reading.text(f"r.{row}.set"),
        "wins": reading.text(f"r.{row}.wins") == "1",
        "when": _when(reading, row),
    }


def routes_from(reading: Reading) -> list[Data]:
    """Routing rules of the desk in the order of the form."""
    found: list[Data] = []
    for row in _rows(reading):
        line = reading.text(f"r.{row}.line")
        teams = [int(team) for team in reading.chosen(f"r.{row}.departments") if team.isdecimal()]
        name = reading.text(f"r.{row}.id") or free_id("route", found)
        rule: Data = {"id": name, "when": _when(reading, row), "line": int(line) if line.isdecimal() else 1}
        found.append(rule | ({"departments": teams} if teams else {}))
    return found


def _when(reading: Reading, row: int) -> Data:
    return {axis: words for axis in AXES if (words := reading.chosen(f"r.{row}.when.{axis}"))}


def _filled(reading: Reading) -> list[int]:
    """Rows that became rules."""
    return [
        row
        for row in _rows(reading)
        if reading.text(f"r.{row}.id") or any(lines_of(reading.text(f"r.{row}.{key}")) for key in TEXTS)
    ]


def _without(rule: Data, key: str) -> Data:
    return {name: value for name, value in rule.items() if name != key}


def ordered(rules: Sequence[Data], act: str) -> Ordered:
    """The rules after «up:2», «down:2», «remove:2», «off:2», «on:2» or «add»."""
    word, _, number = act.partition(":")
    found = list(rules)
    if word == "add":
        return Ordered(found, opened=len(found))
    place = int(number) if number.isdecimal() else -1
    if not 0 <= place < len(found):
        return Ordered(found)
    match word:
        case "off" | "on":
            return Ordered(found, str(found[place].get("id")), word == "off", place)
        case "remove":
            del found[place]
            return Ordered(found)
        case "up" | "down" if (other := place + (-1 if word == "up" else 1)) in range(len(found)):
            found[place], found[other] = found[other], found[place]
            return Ordered(found, opened=other)
        case _:
            return Ordered(found, opened=place)


# --- what is wrong, at its field


@dataclass(slots=True)
class Checked:
    """Reads rules the way publishing will, and puts what is wrong to the fields of the form."""

    language: str
    whole: Mapping[str, Any]
    """The rules in full: their macros and dictionary are what patterns may use."""
    wrong: list[Wrong] = field(default_factory=list)

    def category(self, name: str, category: Data) -> list[Wrong]:
        """`categories.email.rules[0].any[2]` → the field `r.0.any`."""
        return self._read({"categories": {name: _given(category)}}, 2)

    def kind(self, name: str, rules: Sequence[Data]) -> list[Wrong]:
        """`kinds.problem[0].any[2]` → the field `r.0.any`."""
        return self._read({"categories": DUMMY, "kinds": {name: [_given(rule) for rule in rules]}}, 2)

    def priority(self, rules: Sequence[Data]) -> list[Wrong]:
        """`priority[0].any[2]` → the field `r.0.any`."""
        return self._read({"categories": DUMMY, "priority": [_given(rule) for rule in rules]}, 0)

    def words(self, macros: Mapping[str, Any], excluded: Sequence[str], dictionary: Sequence[Any]) -> list[Wrong]:
        """Macros, excluded topics and the dictionary."""
        users = [{"id": f"macro-{name}", "any": [f"${name}"]} for name in macros]
        data = {
            "categories": {"x": {"request_type": "service", "rules": users}},
            "macros": macros,
            "excluded_topic": excluded,
            "dictionary": dictionary,
        }
        return self._read(data, 0, list(macros))

    def _read(self, data: Data, skip: int, macros: Sequence[str] = ()) -> list[Wrong]:
        around = {name: self.whole[name] for name in ("macros", "dictionary", "defaults") if name in self.whole}
        try:
            try_rules({**around, **data})
        except DeskInvalid as invalid:
            for problem in invalid.problems:
                path, text = path_of(problem)
                self.wrong.append(Wrong(_field(path[skip:], macros), "told", told(text, path, self.language)))
        return _gathered(self.wrong)


def _gathered(wrong: Sequence[Wrong]) -> list[Wrong]:
    """One remark for each field."""
    by_field: dict[str, list[str]] = {}
    for one in wrong:
        by_field.setdefault(one.field, []).append(one.text)
    return [Wrong(name, "told", "; ".join(dict.fromkeys(texts))) for name, texts in by_field.items()]


def check_routes(rules: Sequence[Data], language: str) -> list[Wrong]:
    """The desk's own routing."""
    try:
        routing_from_data(rules)
    except DeskInvalid as invalid:
        paths = [path_of(problem) for problem in invalid.problems]
        return _gathered([Wrong(_field(path, ()), "told", told(text, path, language)) for path, text in paths])
    return []


def _given(data: Mapping[str, Any]) -> Data:
    return {key: value for key, value in data.items() if value not in (None, "")}


def _field(path: Sequence[str | int], macros: Sequence[str]) -> str:
    """The form's name for a place in the rules."""
    steps = [step for step in path if step not in {"rules", "priority", "routing"}]
    if macros and path[:3] == ("categories", "x", "rules") and len(path) > 3:  # noqa: PLR2004 - one of the rules
        return f"macros.{macros[int(path[3])]}"
    if steps and isinstance(steps[0], int):
        key = str(steps[1]) if len(steps) > 1 else "any"
        return f"r.{steps[0]}.{key}"
    if steps[:1] == ["examples"] and len(steps) > 1:
        return f"examples.{steps[1]}"
    return str(steps[0]) if steps else ""


# --- words


def macros_from(reading: Reading, before: Mapping[str, Any]) -> dict[str, list[str]]:
    """Macros by name; a new one has its name in a field of its own."""
    found = {name: lines_of(reading.text(f"macros.{name}")) for name in before}
    if fresh := reading.text("new.name"):
        name = reading.read("new.name", lambda text: _key_of(text.removeprefix("$"), found))
        found |= {name: lines_of(reading.text("new.words"))} if name else {}
        if not lines_of(reading.text("new.words")):
            reading.wrong.append(Wrong("new.words", "empty", fresh))
    return {name: words for name, words in found.items() if words}


def _key_of(text: str, taken: Mapping[str, Any]) -> str:
    if not _KEY.fullmatch(text) or text in taken:
        raise WrongText("name", text)
    return text


def new_category(reading: Reading, taken: Mapping[str, Any]) -> tuple[str, str]:
    """Key and title of a category to be added; the key is made of the title where none is given."""
    name = reading.text("new.title")[:_LONGEST_TITLE]
    key = reading.text("new.key") or "-".join(re.findall(r"[^\W_]+", name.lower()))[:40]
    return (reading.read("new.title", lambda _: _key_of(key, taken)) or ""), name or key


def dictionary_from(reading: Reading) -> list[list[str]]:
    """A line for each row: words that mean the same, the one the rules use first."""
    return [[word.strip() for word in line.split(",") if word.strip()] for line in lines_of(reading.text("dictionary"))]


def share_of(text: str) -> float:
    """«80», «80 %» or «0,8» as a share."""
    try:
        number = float(text.replace("%", "").replace(",", ".").strip())
    except ValueError:
        raise WrongText("share", text) from None
    share = number / 100 if number > 1 else number
    if not 0 <= share <= 1:
        raise WrongText("share", text)
    return round(share, 4)
