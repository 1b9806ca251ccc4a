"""What a person says of a request holds; what was only derived from it follows, what the words said stays."""

from b24app.pipelines.classify import RequestText, classify, default_rules, is_noise, relabel

RULES = default_rules()


def test_the_request_type_and_the_line_follow_the_category() -> None:
    found = classify(RequestText("С утра не уходят письма из CRM, ошибка SMTP."), RULES)
    corrected = relabel(found, RULES.book, category="integration")

    assert (corrected.category, corrected.request_type, corrected.line) == ("integration", "technical", 2)
    assert relabel(found, RULES.book, category="billing").request_type == "service"
    assert (corrected.why, corrected.confidence, corrected.candidates) == (
        found.why,
        found.confidence,
        found.candidates,
    )


def test_a_kind_that_words_gave_stays_a_usual_one_follows() -> None:
    told = classify(RequestText("Подскажите, как настроить подпись в письмах?"), RULES)
    untold = classify(RequestText("Телефония"), RULES)

    assert told.kind == relabel(told, RULES.book, category="documents").kind == "question"
    assert (untold.kind, relabel(untold, RULES.book, category="billing").kind) == ("problem", "request")
    assert relabel(told, RULES.book, category="spam").kind == "noise"


def test_the_priority_of_words_stays_that_of_labels_follows() -> None:
    urgent = classify(RequestText("Срочно! Не работает телефония, сегодня до 15:00 нужно дозвониться."), RULES)
    calm = classify(RequestText("Не работает телефония"), RULES)

    assert (urgent.priority, relabel(urgent, RULES.book, category="email").priority) == ("high", "high")
    assert (calm.priority, relabel(calm, RULES.book, kind="question").priority) == ("normal", "low")
    assert relabel(urgent, RULES.book, category="spam").priority == "low"


def test_what_a_person_set_earlier_does_not_follow() -> None:
    found = relabel(
        classify(RequestText("Не работает телефония"), RULES), RULES.book, priority="critical", kind="complaint"
    )
    again = relabel(found, RULES.book, category="spam", kept={"kind", "priority"})

    assert (again.kind, again.priority) == ("complaint", "critical")


def test_a_text_that_says_nothing_is_no_noise() -> None:
    empty = classify(RequestText("Добрый день"), RULES)
    assert not is_noise(empty)
    assert is_noise(relabel(empty, RULES.book, category="autoreply"))
