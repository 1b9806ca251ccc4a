"""A model learns what the rules do not know, says by which words, and decides only where it has earned it."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from b24app.pipelines.classify import Classification, RequestText, Rules, classify, default_rules, rules_from_data
from b24app.pipelines.classify.hearing import hear
from b24app.pipelines.classify.learning.calibration import threshold
from b24app.pipelines.classify.learning.examples import Example
from b24app.pipelines.classify.learning.features import written
from b24app.pipelines.classify.learning.folds import folds, macro_f1
from b24app.pipelines.classify.learning.gate import judged, regressed
from b24app.pipelines.classify.learning.model import Model
from b24app.pipelines.classify.learning.training import Trained, train

WORDS = {
    "email": [
        "ящик отвалился",
        "рассылка встала",
        "входящие пусты",
        "ящик не собирает",
        "рассылка зависла",
        "входящие пропали",
    ],
    "billing": ["нужен счёт", "пришлите счёт", "где счёт", "счёт потерялся", "счёт за май", "новый счёт"],
    "crm": [
        "сделка пропала",
        "сделка дублируется",
        "не вижу сделку",
        "сделка не та",
        "верните сделку",
        "сделка закрыта",
    ],
}
PLACES = ["в офисе", "у бухгалтера", "с утра", "на складе", "в филиале", "у директора"]
OWN = {
    "categories": {
        "email": {"request_type": "technical", "rules": [{"any": ["письмо", "почта"]}]},
        "billing": {"request_type": "service", "rules": [{"any": ["счет"]}], "examples": {"yes": ["Выставьте счёт"]}},
        "crm": {"request_type": "technical", "rules": [{"any": ["сделка"]}]},
    },
    "priority": [{"set": "low", "any": ["не срочно"], "wins": True}, {"set": "high", "any": ["сегодня"]}],
}


def examples(words: dict[str, list[str]] = WORDS, axis: str = "category") -> list[Example]:
    return [
        Example(RequestText(f"Здравствуйте, {start} {place}"), {axis: label})
        for label, starts in words.items()
        for start in starts
        for place in PLACES
    ]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_from_data(OWN)


@pytest.fixture(scope="module")
def trained(rules: Rules) -> Trained:
    return train(examples(), rules)


@pytest.fixture(scope="module")
def model(trained: Trained) -> Model:
    assert trained.model is not None
    return trained.model


def sort(text: str, rules: Rules, model: Model | None = None, **more: object) -> Classification:
    return classify(RequestText(text, **more), rules, model)  # type: ignore[arg-type]  # one helper for all fields


def test_words_that_no_rule_covers_are_learnt_from_corrections(rules: Rules, model: Model) -> None:
    assert sort("отвалился ящик в филиале", rules).category == "none"

    found = sort("отвалился ящик в филиале", rules, model)

    assert (found.category, found.request_type, found.decision) == ("email", "technical", "auto")
    assert found.model_version == model.version
    assert found.candidates[0].category == "email"


def test_the_reason_names_the_words_of_the_message_that_spoke_most(rules: Rules, model: Model) -> None:
    text = "Добрый день! Отвалился ящик на складе."
    why = [one for one in sort(text, rules, model).why if one.rule == f"model:{model.version}"]

    assert "так решила обученная модель" in why[0].text
    assert "ящик" in {text[one.start : one.end].rsplit(maxsplit=1)[-1] for one in why}


def test_without_the_words_that_spoke_most_the_model_is_less_sure(rules: Rules, model: Model) -> None:
    for example in examples()[::7]:
        whole = sort(example.request.text, rules, model)
        text = example.request.text
        for one in sorted((one for one in whole.why if one.end and one.axis == "category"), key=lambda one: -one.start):
            text = text[: one.start] + text[one.end :]
        assert dict_of(sort(text, rules, model)).get(whole.category, 0.0) < whole.confidence


def dict_of(found: Classification) -> dict[str, float]:
    return {one.category: one.confidence for one in found.candidates}


def test_where_both_agree_the_rules_words_come_first(rules: Rules, model: Model) -> None:
    why = sort("сделка пропала с утра", rules, model).why

    assert "решила фраза „сделка“" in why[0].text
    assert any("модель согласна" in one.text for one in why)


def test_a_text_that_says_nothing_still_has_no_category(rules: Rules, model: Model) -> None:
    found = sort("Ммм", rules, model)
    assert (found.category, found.decision, found.candidates) == ("none", "none", ())


def test_the_same_examples_make_the_same_model_and_the_same_decisions(rules: Rules, model: Model) -> None:
    again = train(examples(), rules).model
    shuffled = train(examples()[::-1], rules).model

    assert again is not None
    assert again.version == model.version
    assert shuffled is not None
    for text in ("ящик в офисе", "не срочно: верните сделку и пришлите счёт", "???"):
        assert repr(sort(text, rules, model)) == repr(sort(text, rules, again)) == repr(sort(text, rules, model))
        assert sort(text, rules, shuffled).category == sort(text, rules, model).category


def test_labels_the_rules_do_not_know_are_decided_by_the_model_alone(rules: Rules) -> None:
    own = {"Почта и ящики": WORDS["email"], "Бухгалтерия": WORDS["billing"], "CRM-система": WORDS["crm"]}
    learnt = train(examples(own), rules).model
    assert learnt is not None
    assert learnt.alone

    found = sort("ящик не собирает ничего", rules, learnt)
    assert found.category == "Почта и ящики"
    assert found.decision != "none"
    assert sort("счёт на оплату", rules, learnt).category == "Бухгалтерия"


def test_an_own_request_type_is_learnt_beside_own_categories(rules: Rules) -> None:
    type_of = {"Ящики": "technical", "Бухгалтерия": "service"}
    own = {"Ящики": WORDS["email"], "Бухгалтерия": WORDS["billing"]}
    rows = [
        replace(one, labels={**one.labels, "request_type": type_of[one.labels["category"]]}) for one in examples(own)
    ]
    learnt = train(rows, rules).model

    assert sort("рассылка встала у директора", rules, learnt).request_type == "technical"
    assert sort("пришлите новый счёт", rules, learnt).request_type == "service"


def test_headers_of_a_program_are_never_overruled(model: Model) -> None:
    found = classify(RequestText("ящик отвалился", headers={"Auto-Submitted": "auto-replied"}), default_rules(), model)
    assert (found.category, found.model_version) == ("autoreply", "")


def test_said_not_to_be_urgent_is_never_made_urgent(rules: Rules) -> None:
    urgent = {"high": WORDS["email"], "normal": WORDS["billing"] + WORDS["crm"]}
    learnt = train(examples(urgent, "priority"), rules).model

    assert sort("ящик отвалился в офисе", rules, learnt).priority == "high"
    assert sort("ящик отвалился в офисе, но это не срочно", rules, learnt).priority == "low"


def test_too_few_examples_teach_nothing_and_say_so(rules: Rules) -> None:
    few = train(examples()[:5], rules)

    assert few.model is None
    assert "мало примеров (5" in few.verdicts[0].reason


def test_labels_given_at_random_are_refused_with_the_figures(rules: Rules) -> None:
    chance, names = Random(3), sorted(WORDS)  # noqa: S311 - labels at random, the same each time
    poisoned = [replace(one, labels={"category": chance.choice(names)}) for one in examples()]
    refused = train(poisoned, rules)

    assert refused.model is None
    assert not refused.verdicts[0].accepted
    assert "%" in refused.verdicts[0].reason


def test_a_model_that_forgets_the_rules_own_examples_is_refused(rules: Rules) -> None:
    everything = [
        Example(RequestText(f"выставьте счёт {number} {place}"), {"category": "crm"})
        for number in range(9)
        for place in PLACES
    ]
    refused = train([*everything, *examples({"email": WORDS["email"]})], rules)

    assert refused.model is None
    assert "примеров, записанных в правилах" in refused.refused


def test_a_model_learns_on_from_what_is_new(rules: Rules, model: Model) -> None:
    fresh = [Example(RequestText(f"печать двоится {place}"), {"category": "sites"}) for place in PLACES * 2]
    later = train([*fresh, *examples()], rules, model).model

    assert later is not None
    assert sort("двоится печать", rules, later).category == "sites"


def test_the_model_in_use_stays_when_it_does_better_on_what_is_new() -> None:
    truth = ("a", "b") * 20

    assert "остаётся прежняя" in regressed("kind", truth, truth, ("a",) * 40)
    assert not regressed("kind", truth, ("a",) * 40, truth)
    assert not regressed("kind", truth[:10], truth[:10], ("a",) * 10)  # too few to tell


def test_personal_data_never_becomes_a_feature(rules: Rules) -> None:
    text = "Здравствуйте, Аделаида Кузьминична! Ящик отвалился, звоните +7 (912) 345-67-89, ivan@firma.ru, карта 4276 1600 1234 5678"
    found = [word.form for word in written(hear(RequestText(text), rules))]
    known = [form for form in found if form and not form.isdecimal()]

    assert known == ["здравствуйте", "ящик", "отвалился", "звоните", "карта"]


def test_a_threshold_keeps_its_promise_and_rests_on_enough_answers() -> None:
    sure = [0.9] * 60 + [0.6] * 60
    right = [True] * 60 + [True, False] * 30

    assert threshold(sure, right, 0.1) == 0.9
    assert threshold(sure, right, 0.35) == 0.6
    assert threshold(sure[:10], right[:10], 0.1) is None
    assert threshold([0.5] * 60, [False] * 60, 0.1) is None


def test_a_threshold_trusts_neither_luck_nor_answers_that_are_hardly_likelier_than_not() -> None:
    lucky = [True] * 57 + [False] * 3
    assert threshold([0.9] * 60, lucky, 0.05) is None, "5 % were wrong, which does not prove that 5 % will be"
    assert threshold([0.9] * 60, lucky, 0.1) == 0.9

    sure = [0.9] * 60 + [0.7] * 20 + [0.55] * 20
    assert threshold(sure, [True] * 100, 0.1) == 0.7
    assert threshold(sure, [True] * 100, 0.05) == 0.9


def test_equal_texts_stay_in_one_fold_and_labels_are_spread() -> None:
    texts = [f"text {at % 30}" for at in range(60)]
    labels = ["a" if at % 30 < 15 else "b" for at in range(60)]
    found = folds(texts, labels, 5)

    assert (found[:30] == found[30:]).all()
    assert (np.bincount(found) == 12).all()


def test_the_gate_refuses_what_is_worse_than_the_rules() -> None:
    truth = ("a", "b") * 20

    assert judged("category", truth, truth, truth).accepted
    assert not judged("kind", truth, truth, truth).accepted
    assert judged("kind", truth, ("a",) * 40, truth).accepted
    assert not judged("kind", truth, truth, ("a",) * 40).accepted
    assert macro_f1(truth, truth) == 1.0
