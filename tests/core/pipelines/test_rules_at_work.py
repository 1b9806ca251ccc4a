"""The test box says who won and why the others lost; the dry run says what a draft would change."""

from b24app.pipelines.classify import RequestText, RuleSet, Sample, compare, inspect, rules_from_data
from b24app.pipelines.routing import routing_from_data

RULES = {
    "categories": {
        "email": {
            "request_type": "technical",
            "line": 1,
            "rules": [{"id": "mail", "weight": 3, "any": ["письмо", "ящик"]}],
        },
        "crm": {
            "request_type": "technical",
            "line": 1,
            "rules": [
                {"id": "deal", "weight": 2, "any": ["сделка"], "unless": ["учебный"]},
                {"id": "broken-deal", "weight": 2, "any": ["карточка"], "with": ["пропасть"]},
                {"id": "subject-deal", "weight": 2, "any": ["воронка"], "in": "subject"},
            ],
        },
    },
    "kinds": {"problem": [{"id": "gone", "any": ["пропасть"]}]},
    "excluded_topic": ["не про {x}"],
    "priority": [{"id": "now", "set": "high", "any": ["срочно"]}],
}
BEFORE = RuleSet(rules_from_data(RULES))


def look(text: str, subject: str = "") -> object:
    return inspect(RequestText(text, subject), BEFORE)


def test_scores_of_all_labels_with_the_words_that_spoke() -> None:
    seen = inspect(RequestText("Срочно: пропало письмо по сделке"), BEFORE)
    assert [one.label for one in seen.categories] == ["email", "crm"]
    first = seen.categories[0]
    assert (first.voices[0].rule, first.voices[0].words.text) == ("mail", "письмо")
    text = "Срочно: пропало письмо по сделке"
    words = first.voices[0].words
    assert text[words.start : words.end] == "письмо"
    assert 0 < seen.categories[1].share < first.share < 1
    assert [one.label for one in seen.priorities] == ["high"]
    assert seen.found.priority == "high"
    assert [one.label for one in seen.kinds] == ["problem"]


def test_why_the_others_kept_silent() -> None:
    seen = inspect(RequestText("Это не про ящик. Учебная сделка в карточке, воронка новая."), BEFORE)
    why = {one.rule: (one.why, one.by.text if one.by else "") for one in seen.stopped}
    assert why["mail"] == ("excluded", "не про")
    assert why["deal"] == ("unless", "Учебная")
    assert why["broken-deal"] == ("with", "")
    assert why["subject-deal"] == ("zone", "")
    assert seen.found.category == "none"


def test_a_misspelt_word_is_told_with_what_it_was_read_as() -> None:
    seen = inspect(RequestText("Пропало писмьо"), BEFORE)
    ((words, read),) = seen.repaired
    assert (words.text, read) == ("писмьо", "письмо")


def test_each_misspelt_word_is_told_once() -> None:
    seen = inspect(RequestText("Пропало писмьо, писмьо важное"), BEFORE)
    assert [(words.start, read) for words, read in seen.repaired] == [(8, "письмо")]


def test_a_text_that_says_nothing_has_nothing_to_show() -> None:
    seen = inspect(RequestText(""), BEFORE)
    assert (seen.categories, seen.stopped, seen.repaired) == ((), (), ())


SAMPLES = [
    Sample("2-1", RequestText("Ящик со сделкой"), {"category": "crm"}),
    Sample("2-2", RequestText("Пропало письмо"), {"category": "email"}),
    Sample("2-3", RequestText("Вопрос про воронку", "воронка")),
]


def test_a_dry_run_shows_what_changes_and_whom_people_agree_with() -> None:
    after = {**RULES, "off": ["mail"]}
    found = compare(SAMPLES, BEFORE, RuleSet(rules_from_data(after), routing_from_data([{"line": 2}])), lambda: True)
    assert (found.looked, found.wanted, found.tickets) == (3, 3, 3)
    assert found.by_axis()["category"] == 2
    assert found.by_axis()["line"] == 3
    assert found.moves()["category", "email", "crm"] == 1
    assert {(one.ticket, one.right) for one in found.differences if one.axis == "category"} == {
        ("2-1", "crm"),
        ("2-2", "email"),
    }
    said = found.agreement["category"]
    assert (said.said, said.before, said.after) == (2, 1, 1)


def test_equal_rules_change_nothing_and_time_ends_a_run_honestly() -> None:
    assert compare(SAMPLES, BEFORE, BEFORE, lambda: True).differences == ()
    left = iter((True, False))
    stopped = compare(SAMPLES, BEFORE, BEFORE, lambda: next(left))
    assert (stopped.looked, stopped.wanted) == (1, 3)
