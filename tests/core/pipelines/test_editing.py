"""Pages show the rules in full; what they write down is the smallest overlay that says the same."""

from typing import Any

from b24app.pipelines.classify import (
    RequestText,
    base_of,
    classify,
    copied,
    default_rules,
    own_ids,
    rules_from_data,
    shown,
    switched,
    with_category,
    with_dictionary,
    with_excluded,
    with_macros,
    with_phrase,
    with_priority,
    with_thresholds,
    without_category,
)


def category(own: Any, name: str) -> dict[str, Any]:
    return dict(shown(own)["categories"][name])


def test_nothing_changed_is_nothing_written() -> None:
    own: Any = None
    own = with_category(own, "email", category(own, "email"))
    own = with_priority(own, shown(own)["priority"])
    own = with_macros(own, shown(own)["macros"])
    own = with_excluded(own, shown(own)["excluded_topic"])
    own = with_dictionary(own, [])
    assert own is None


def test_only_what_differs_is_written() -> None:
    email = category(None, "email")
    rules = [dict(rule) for rule in email["rules"]]
    rules[1]["weight"] = 7
    own = with_category(None, "email", {**email, "title": "Ящики", "rules": rules})
    assert own == {
        "base": "builtin",
        "categories": {"email": {"title": "Ящики", "rules": [{"id": "email-2", "weight": 7}]}},
    }
    assert own_ids(own) == {"email-2"}
    assert with_category(own, "email", email) is None


def test_a_removed_condition_is_written_as_empty() -> None:
    email = category(None, "email")
    guarded = next(place for place, rule in enumerate(email["rules"]) if rule.get("unless"))
    rules = [dict(rule) for rule in email["rules"]]
    rules[guarded]["unless"] = []
    own = with_category(None, "email", {**email, "rules": rules})
    changed = category(own, "email")["rules"][guarded]
    assert changed["unless"] == []
    assert rules_from_data(own).book.category("email") != default_rules().book.category("email")


def test_an_own_category_comes_and_goes() -> None:
    fresh = {"title": "Склад", "request_type": "technical", "line": 1, "rules": [{"id": "w-1", "any": ["склад"]}]}
    own = with_category(None, "warehouse", fresh)
    assert own is not None
    assert own["categories"]["warehouse"] == fresh
    assert without_category(own, "warehouse") is None


def test_switches_and_excluded_topics() -> None:
    own = switched(switched(None, "spam-1", off=True), "email", off=True)
    assert own == {"base": "builtin", "off": ["spam-1", "email"]}
    assert "email" in shown(own)["categories"]
    assert switched(switched(own, "email", off=False), "spam-1", off=False) is None

    patterns = [one for one in base_of(None)["excluded_topic"] if one != "{x} в порядке"]
    own = with_excluded(None, ["речь не о {x}, а", *patterns])
    assert own == {"base": "builtin", "excluded_topic": ["речь не о {x}, а"], "off": ["{x} в порядке"]}


def test_an_added_phrase_is_heard_and_added_once() -> None:
    own = with_phrase(None, "email", "отвалился ящик")
    assert own == {
        "base": "builtin",
        "categories": {"email": {"rules": [{"id": "email-own-1", "weight": 3, "any": ["отвалился ящик"]}]}},
    }
    assert with_phrase(own, "email", "отвалился ящик") == own
    assert with_phrase(None, "nowhere", "x") is None
    assert classify(RequestText("С утра отвалился ящик"), rules_from_data(own)).category == "email"


def test_rules_of_ones_own_are_edited_without_a_base() -> None:
    own = copied(None)
    assert "base" not in own
    changed = with_category(own, "email", {**category(own, "email"), "line": 3})
    assert changed is not None
    assert changed["categories"]["email"]["line"] == 3
    assert changed["categories"]["crm"] == own["categories"]["crm"]
    thresholds = with_thresholds(own, 0.9, 0.4)
    assert thresholds is not None
    assert thresholds["defaults"] == {"auto": 0.9, "suggest": 0.4}
