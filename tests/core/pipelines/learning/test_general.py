"""The general model helps the built-in rules with other people's words, and never a desk's own rules."""

import json
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from b24app.pipelines.classify import Classification, RequestText, Rules, classify, default_rules, full_data
from b24app.pipelines.classify import rules_from_data as ready
from b24app.pipelines.classify.learning.examples import Example
from b24app.pipelines.classify.learning.model import REMEMBERED, Model
from b24app.pipelines.classify.learning.training import train
from b24app.pipelines.classify.schema import rules_to_data
from tools.build_model import PLACE, TEXTS, sources

EXCURSION = "Стажёр путается, проведите ему экскурсию по программе"
WAREHOUSE: dict[str, Any] = {
    "base": "builtin",
    "categories": {"warehouse": {"request_type": "technical", "rules": [{"any": ["накладная"], "weight": 1}]}},
}


def sort(text: str, rules: Rules) -> Classification:
    return classify(RequestText(text), rules)


def plain(rules: Rules) -> Rules:
    return replace(rules, general=None)


def test_it_was_made_of_the_texts_that_lie_here() -> None:
    header = json.loads((PLACE / "general.json").read_text(encoding="utf-8"))

    assert header["sources"] == sources(), "texts have changed: make model"


def test_it_knows_words_that_no_rule_knows() -> None:
    alone, helped = sort(EXCURSION, plain(default_rules())), sort(EXCURSION, default_rules())

    assert (alone.category, alone.model_version) == ("none", "")
    assert helped.category == "training"
    assert helped.model_version.startswith("general-")


def test_its_reason_names_words_of_the_message() -> None:
    first = sort(EXCURSION, default_rules()).why[0]

    assert (first.role, first.rule.partition("-")[0]) == ("model", "model:general")
    assert EXCURSION[first.start : first.end] == "проведите"
    assert first.text.endswith("„проведите“")


def test_a_rule_of_ones_own_is_never_overruled_by_it() -> None:
    text = "Накладная не печатается, бухгалтерия просит выставить счёт и закрывающие"
    assert sort(text, default_rules()).category != "warehouse"

    alone = {"warehouse": WAREHOUSE["categories"]["warehouse"] | {"rules": [{"any": ["накладная"], "weight": 9}]}}
    found = sort(text, ready(WAREHOUSE | {"categories": alone}))

    assert found.category == "warehouse"
    assert "решила фраза „Накладная“" in found.why[0].text


def test_a_built_in_rule_that_was_changed_counts_as_ones_own() -> None:
    changed = ready({"base": "builtin", "categories": {"email": {"rules": [{"id": "email-2", "weight": 2}]}}})

    assert changed.own == {"email-2"}
    assert ready({"base": "builtin"}).own == default_rules().own == frozenset()


@pytest.mark.parametrize("data", [WAREHOUSE | {"model": "none"}, {"categories": WAREHOUSE["categories"]}])
def test_rules_do_without_it_where_they_say_so_or_stand_alone(data: dict[str, Any]) -> None:
    assert ready(data).general is None


def test_a_copy_of_the_rules_keeps_it() -> None:
    rules = ready(WAREHOUSE)
    copies = ready(full_data(WAREHOUSE)), ready(rules_to_data(rules))

    assert rules.general is not None
    for copy in copies:
        assert copy == rules
        assert copy.general is rules.general


def test_what_nobody_answers_is_no_noise_elsewhere() -> None:
    assert sort("Телефония", default_rules()).kind != "noise"
    assert sort("почта не работает", default_rules()).category == "email"


def test_a_portals_model_starts_from_it() -> None:
    said = [("утренний стендап в зале", "tasks"), ("утренний стендап отменили", "tasks")] * 8
    said += [("Не уходят письма", "email"), ("Письма не приходят", "email")] * 8
    examples = [
        Example(RequestText(f"{text}, место {place}"), {"category": label}) for place, (text, label) in enumerate(said)
    ]
    model = train(examples, default_rules()).model
    assert model is not None

    assert classify(RequestText("Где утренний стендап?"), default_rules(), model).category == "tasks"
    untaught = "Девочка на ресепшене не видит входящих сообщений из директа"
    assert sort(untaught, plain(default_rules())).category == "integration"
    assert classify(RequestText(untaught), default_rules(), model).category == "messengers"


def test_what_it_remembers_of_words_never_changes_an_answer() -> None:
    """The memory is full many times over, and two threads share it."""
    rules = default_rules()
    assert isinstance(rules.general, Model)
    texts = [
        json.loads(line)["text"] for line in (TEXTS / "others_test.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    fresh = replace(rules, general=replace(rules.general))
    wanted = [repr(sort(text, fresh)) for text in texts]
    got: list[list[str]] = [[], []]

    def work(answers: list[str]) -> None:
        for number, text in enumerate(texts):
            sort(" ".join(f"слово{number}{place}" for place in range(350)), rules)
            answers.append(repr(sort(text, rules)))

    threads = [Thread(target=work, args=(answers,)) for answers in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(rules.general.memory.words) <= REMEMBERED + 2 * 400
    assert got == [wanted, wanted]
