"""Own rules over the built-in ones: what is written replaces or is added, the rest goes on growing with the product."""

import pytest
from b24app.kit.errors import DeskInvalid
from b24app.pipelines.classify import (
    RequestText,
    classify,
    default_rules,
    failed_examples,
    full_data,
    known_names,
    rules_from_data,
    rules_to_data,
)
from b24app.pipelines.classify.opencorpora import shipped
from b24app.pipelines.classify.schema import rules_from_data as read_rules

BUILT_IN = default_rules().book
OWN = {
    "base": "builtin",
    "off": ["telephony-2", "spam", "{x} в порядке"],
    "categories": {
        "email": {
            "title": "Почтовые ящики",
            "rules": [{"id": "email-2", "weight": 9}, {"any": ["отвалился ящик"], "weight": 3}],
        },
        "warehouse": {"request_type": "technical", "rules": [{"any": ["склад"], "weight": 4}]},
    },
    "priority": [{"set": "high", "any": ["директор"]}],
    "routing": [{"when": {"category": "warehouse"}, "line": 3}],
}


SMALL = {
    "categories": {name: full_data(None)["categories"][name] for name in ("email", "spam")},
    "routing": [{"id": "route-talk", "when": {"kind": "question"}, "line": 1}],
    "macros": full_data(None)["macros"],
}


def refused(data: object) -> list[str]:
    with pytest.raises(DeskInvalid) as told:
        read_rules(data, shipped(), SMALL)
    return list(told.value.problems)


def test_what_is_written_replaces_the_built_in_of_that_name_key_by_key() -> None:
    email = rules_from_data(OWN).book.category("email")
    built_in = BUILT_IN.category("email")
    assert email is not None
    assert built_in is not None
    assert (email.title, email.yes) == ("Почтовые ящики", built_in.yes)
    assert [rule.id for rule in email.rules] == ["email-own-2", *(rule.id for rule in built_in.rules)]
    changed, before = email.rules[2], built_in.rules[1]
    assert (changed.weight, changed.any) == (9, before.any)


def test_own_rules_are_asked_before_the_built_in_ones() -> None:
    book = rules_from_data(OWN).book
    assert [rule.id for rule in book.priority] == ["priority-own-1", *(rule.id for rule in BUILT_IN.priority)]
    assert book.routing.rules[0].id == "route-own-1"
    found = classify(RequestText("Директор просит поправить остатки на складе"), rules_from_data(OWN))
    assert (found.category, found.priority, found.line) == ("warehouse", "high", 3)


def test_rules_categories_and_excluded_topics_are_switched_off_by_name() -> None:
    book = rules_from_data(OWN).book
    telephony = book.category("telephony")
    assert telephony is not None
    assert "telephony-2" not in [rule.id for rule in telephony.rules]
    assert book.category("spam") is None
    assert "{x} в порядке" not in book.excluded_topic
    assert {"telephony-2", "spam", "{x} в порядке", "email-own-2", "route-own-1"} <= known_names(OWN)


def test_without_a_base_the_rules_stand_alone_and_can_be_switched_off_too() -> None:
    data = {"off": ["a-1"], "categories": {"a": {"request_type": "service", "rules": [{"any": ["x"]}, {"any": ["y"]}]}}}
    (category,) = rules_from_data(data).book.categories
    assert [rule.id for rule in category.rules] == ["a-2"]


def test_the_rules_in_full_are_the_same_rules() -> None:
    assert (
        rules_from_data(full_data(OWN)) == rules_from_data(rules_to_data(rules_from_data(OWN))) == rules_from_data(OWN)
    )


def test_a_mistake_is_named_where_it_was_written_not_where_it_was_merged() -> None:
    broken = {
        "base": "builtin",
        "off": ["priority-own-1"],
        "categories": {"email": {"rules": [{"id": "email-2", "any": ["ок", "(ящик"]}, {"any": ["$missing"]}]}},
        "priority": [{"set": "high", "any": ["a"]}, {"set": "urgent", "any": ["директор"]}],
        "routing": [{"id": "route-talk", "line": 7}],
    }
    assert refused(broken) == [
        "priority[1].set: one of critical, high, normal, low is expected",
        "routing[0].line: a support line 1, 2 or 3 is expected",
        "categories.email.rules[1].any[0]: '$missing': there is no macro $missing (character 8)",
        "categories.email.rules[0].any[1]: '(ящик': a bracket is not closed (character 5)",
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"base": "mine", "categories": {}}, "base: one of builtin is expected"),
        ({"base": "builtin", "categories": []}, "categories: names with values are expected"),
        ({"base": "builtin", "categories": {"email": {"rules": "x"}}}, "categories.email.rules: a list is expected"),
        ({"base": "builtin", "off": [7.5]}, "off[0]: words are expected"),
        ({"base": "builtin", "priority": {"a": 1}}, "priority: a list is expected"),
        (
            {"base": "builtin", "categories": {"a b": {"request_type": "service"}}},
            "categories: 'a b' is no name: letters, digits, - and _ are expected",
        ),
        (
            {"base": "builtin", "categories": {"email": {"rules": [{"id": "spam-1", "any": ["x"]}]}}},
            "categories.spam.rules[0].id: two rules have the id 'spam-1'",
        ),
    ],
)
def test_what_has_the_wrong_shape_is_told(data: object, told: str) -> None:
    assert told in refused(data)


def test_an_example_that_comes_out_otherwise_is_found() -> None:
    examples = {"yes": ["Не сходится остаток на складе", "Сломался принтер"], "no": ["Выставите счет"]}
    category = {"request_type": "technical", "rules": [{"any": ["склад"], "weight": 4}], "examples": examples}
    failed = failed_examples(rules_from_data({"categories": {"warehouse": category}}))
    assert [(one.path, one.got) for one in failed] == [(("categories", "warehouse", "examples", "yes", 1), "none")]
