"""Requests get labels with reasons, whatever comes in."""

import json

import pytest
from b24app.kit.errors import DeskInvalid
from b24app.pipelines.classify import (
    Classification,
    RequestText,
    classify,
    classify_json_line,
    default_data,
    default_rules,
    rules_from_data,
    rules_to_data,
)
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = ["request_type", "category", "kind", "priority", "line", "confidence", "decision", "why", "reply"]
RULE = {"any": ["почта"]}


def sort(text: str, subject: str = "", **more: object) -> Classification:
    return classify(RequestText(text, subject, **more), default_rules())  # type: ignore[arg-type]  # one helper for all fields


def small(**changes: object) -> dict[str, object]:
    return {"categories": {"email": {"request_type": "technical", "rules": [RULE]}}} | changes


def test_the_phrase_that_decided_stands_at_its_place_in_the_message() -> None:
    text = "Добрый день!\n> старое\nНе уходят письма из CRM."
    found = sort(text)

    why = found.why[0]
    assert (found.category, found.kind, found.request_type) == ("email", "problem", "technical")
    assert text[why.start : why.end] == "Не уходят письма"
    assert "„Не уходят письма“" in why.text


def test_offsets_point_into_the_html_a_letter_came_as() -> None:
    html = "<div>Не&nbsp;уходят <b>письма</b></div><blockquote>Отчёт по звонкам</blockquote>"
    found = sort("", html=html)

    assert found.category == "email"
    assert found.why[0].zone == "html"
    assert html[found.why[0].start : found.why[0].end].endswith("письма")
    assert "звонкам" not in found.reply


@pytest.mark.parametrize(("written", "read"), [("писмьа", "письма"), ("сщёт", "счет")])
def test_a_reason_says_which_of_its_words_were_misspelt(written: str, read: str) -> None:
    text = {"письма": "Здравствуйте. Не доходят писмьа!", "счет": "Здравствуйте. Выставьте сщёт."}[read]
    why = sort(text).why[0]

    assert why.repaired == ((written, read),)
    assert written in text[why.start : why.end]
    assert why.text.endswith(f"(исправлено: {written} → {read})")
    assert json.loads(classify_json_line(json.dumps({"text": text}), default_rules()))["why"][0]["repaired"] == [
        {"written": written, "read": read}
    ]


def test_only_misspelt_words_that_count_are_told() -> None:
    assert all(not one.repaired for one in sort("Не доходят письма от Зюкиной, вотчсап и ватсап молчат").why[:1])
    assert sort("Не доходят письма").why[0].repaired == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [("Yt jnrhsdftncz gjxnf", "Не открывается почта"), ("ne rabotaet pochta", "не работает почта")],
)
def test_a_text_in_other_letters_is_told_once_as_it_was_read(text: str, read: str) -> None:
    found = sort(text)
    (told,) = [one for one in found.why if one.role == "read"]

    assert (told.repaired, told.start, told.end) == (((text, read),), 0, 0)
    assert read in told.text
    assert found.why[0].role == "decided"


def test_what_a_reason_does_is_told_in_a_word() -> None:
    found = sort("Вопрос не про телефонию. Не доходят письма до двух клиентов, сделка на месте.")
    roles = [(one.axis, one.role, one.label) for one in found.why]

    assert roles[0] == ("category", "decided", "email")
    assert ("category", "lost", "crm") in roles
    assert ("category", "excluded", "") in roles
    assert roles[-2:] == [("priority", "usual", "normal"), ("line", "route", str(found.line))]
    assert sort("Ммм").why[0].role == "nothing"
    assert sort("Я в отпуске", headers={"Auto-Submitted": "auto-replied"}).why[0].role == "header"


def test_a_topic_that_is_named_to_be_excluded_does_not_count() -> None:
    found = sort("Вопрос не про телефонию. Не доходят письма до двух клиентов.")

    assert found.category == "email"
    assert any("исключена" in reason.text for reason in found.why)


def test_what_stands_before_a_but_is_told_aside() -> None:
    assert sort("Сделка создаётся, робот пишет клиенту, но сообщение в WhatsApp не уходит").category == "messengers"
    assert sort("В карточке сделки всё есть, а в 1С заказ приходит без номенклатуры").category == "integration"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("rkbtyns yt vjuen ljpdjybnmcz", "telephony"),  # keyboard left in English
        ("vystavite schet na dekabr", "billing"),
        ("шблон договра слетел", "documents"),
        ("неработает почта", "email"),
    ],
)
def test_words_are_read_as_they_were_meant(text: str, category: str) -> None:
    assert sort(text).category == category


def test_without_urgency_wins_over_urgent_words() -> None:
    assert sort("Не срочно, но не уходят письма, нужно сегодня до обеда").priority == "low"


def test_a_text_that_says_nothing_has_no_category() -> None:
    found = sort("Добрый день!")
    assert (found.category, found.decision, found.confidence) == ("none", "none", 0.0)


def test_up_to_three_categories_are_offered_the_best_first() -> None:
    found = sort("Телефония, почта, сайт и задачи: всё не работает")
    sure = [one.confidence for one in found.candidates]

    assert found.candidates[0].category == found.category
    assert len(sure) == 3
    assert sure == sorted(sure, reverse=True)
    assert sure[0] == found.confidence
    assert sort("Добрый день!").candidates == ()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"X-AUTO-RESPONSE-SUPPRESS": "All"},
        {"precedence": "bulk"},
        {"Return-Path": "<>"},
        {"From": "Mail Delivery System <MAILER-DAEMON@mail.example>"},
        {"Content-Type": "multipart/report; report-type=delivery-status"},
        {"X-Failed-Recipients": "a@b.example"},
    ],
)
def test_headers_of_a_program_make_an_auto_reply(headers: dict[str, str]) -> None:
    assert sort("Не уходят письма", headers=headers).category == "autoreply"


def test_a_mailing_list_is_still_a_request() -> None:
    assert sort("Не уходят письма", headers={"Precedence": "list", "Auto-Submitted": "no"}).category == "email"


def test_look_alike_letters_and_yo_are_read_as_meant() -> None:
    assert sort("Остановился обмен с 1C").category == "integration"  # Latin C
    assert sort("Нужен отчёт по cделкам").category == "reports"  # Latin c


@settings(deadline=None)  # time is measured by growth, below
@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=300))
def test_every_text_gets_the_same_answer_twice(text: str, subject: str, html: str) -> None:
    request = RequestText(text, subject, html)
    found = classify(request, default_rules())

    assert found == classify(request, default_rules())
    assert 0 <= found.confidence <= 1
    assert not text.strip() or found.reply.strip()
    source = {"body": text, "subject": subject, "html": html}
    assert all(0 <= one.start <= one.end <= len(source[one.zone]) for one in found.why)


def test_rules_survive_the_way_to_data_and_back() -> None:
    data = json.loads(json.dumps(rules_to_data(default_rules())))
    assert rules_from_data(data).book == default_rules().book
    assert rules_from_data(default_data()).book == default_rules().book
    assert rules_from_data(None) is default_rules()


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({}, "categories"),
        (small(colour=1), "colour"),
        (small(categories={"email": {"request_type": "mail", "rules": [RULE]}}), "categories.email.request_type"),
        (small(categories={"email": {"request_type": "technical", "rules": [{}]}}), "categories.email.rules[0].any"),
        (small(categories={"email": {"request_type": "technical", "rules": [{"any": ["$no"]}]}}), "any[0]"),
        (small(categories={"email": {"request_type": "technical", "rules": [{"any": ["/(a+)+/"]}]}}), "any[0]"),
        (small(priority=[{"set": "high"}]), "priority[0]"),
        (small(routing=[{"when": {"category": []}, "line": 9}]), "routing[0].line"),
        ([], ""),
        ("rules", ""),
    ],
)
def test_broken_rules_are_refused_with_the_path(data: object, path: str) -> None:
    with pytest.raises(DeskInvalid) as refused:
        rules_from_data(data)
    assert any(path in problem for problem in refused.value.problems)


def test_a_json_line_has_exactly_the_fields_of_the_contract() -> None:
    answer = json.loads(classify_json_line('{"text": "Не уходят письма", "subject": null}', default_rules()))
    assert list(answer) == KEYS


@pytest.mark.parametrize("line", ["[]", '{"text": 1}', '{"text": "", "headers": []}x', "nonsense"])
def test_a_line_that_is_no_request_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own messages differ by version
        classify_json_line(line, default_rules())


def from_partner(**more: object) -> str:
    data = small(categories={
        "email": {"request_type": "technical", "rules": [RULE]},
        "contract": {"request_type": "service", "rules": [{"any": ["почта", "договор"], "weight": 9, **more}]},
    })  # fmt: skip
    letter = RequestText(
        "Почта",
        headers={"From": "Анна <anna@partner.example>"},
        channel="EMAIL",
        company="ООО «Дом»",
        attachments=("Договор_12.pdf",),
    )
    return classify(letter, rules_from_data(data)).category


@pytest.mark.parametrize(
    ("conditions", "category"),
    [
        ({"sender": ["*@partner.example"]}, "contract"),
        ({"sender": ["*@other.example"]}, "email"),
        ({"channel": ["email", "webform"], "company": ["*дом*"]}, "contract"),
        ({"channel": ["webform"], "company": ["*дом*"]}, "email"),
        ({"attachment": ["*.pdf"]}, "contract"),
        ({"attachment": ["*.docx"]}, "email"),
    ],
)
def test_rules_can_ask_where_a_request_comes_from(conditions: object, category: str) -> None:
    assert from_partner(**{"if": conditions}) == category


def test_names_of_attachments_are_read_by_the_rules_that_ask_for_them() -> None:
    assert from_partner(**{"in": "attachment_name"}) == "contract"
    assert from_partner(**{"in": "subject"}) == "email"


@pytest.mark.parametrize("conditions", [{"colour": ["red"]}, {"sender": ["*" * 9]}, {"sender": [1.5]}, []])
def test_broken_conditions_are_refused_with_the_path(conditions: object) -> None:
    with pytest.raises(DeskInvalid) as refused:
        from_partner(**{"if": conditions})
    assert any("categories.contract.rules[0].if" in problem for problem in refused.value.problems)


def test_expressions_cannot_make_the_longest_text_slow() -> None:
    greedy = [f"/[а-я]{{1,19}}[а-я]{{1,10}}{letter}/" for letter in "xyzwvu"]
    with pytest.raises(DeskInvalid) as refused:
        rules_from_data(small(priority=[{"set": "high", "any": greedy}]))
    assert "priority[0].any[5]" in refused.value.problems[0]
    assert "together" in refused.value.problems[0]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Портал очень долго загружается, особенно раздел CRM", "performance"),
        ("Никто из сотрудников не может работать, портал лежит", "performance"),
        ("Телефония работает. Не приходят письма", "email"),
    ],
)
def test_words_that_say_the_contrary_keep_a_topic_from_being_excluded(text: str, category: str) -> None:
    assert sort(text).category == category


def test_a_time_of_day_is_a_deadline() -> None:
    assert sort("До 17:00 нужно отправить договор клиенту").priority == "high"
