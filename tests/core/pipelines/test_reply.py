"""What the sender wrote now is kept, the rest is cut."""

import pytest
from b24app.pipelines.classify.mapped import Mapped
from b24app.pipelines.classify.reply import own_words

OWN = "Не уходят письма."


@pytest.mark.parametrize(
    "tail",
    [
        "> старое",
        "12.08.2026 10:15, Иван пишет:\n> старое",
        "On Tue, Aug 11, 2026 at 10:15 AM Support\n<help@firma.ru> wrote:\n> old",
        "вт, 11 авг. 2026 г. в 10:15, Иван <i@firma.ru>:\nстарое",
        "От: Иван\nОтправлено: 12 августа\nКому: Мария\nТема: почта\n\nстарое",
        "-----Исходное сообщение-----\nстарое",
        "С уважением,\nИван Петров\nтел. +7 495 123-45-67",
        "-- \nИван Петров",
        "Best regards,\nAnna",
        "Отправлено с iPhone",
        "Это сообщение и вложения конфиденциальны.",
        "тел.: +7 495 123-45-67",
    ],
)
def test_quotes_signatures_and_notices_are_cut(tail: str) -> None:
    assert own_words(Mapped(f"{OWN}\n\n{tail}")).text == OWN


def test_answers_between_quoted_lines_are_kept() -> None:
    assert own_words(Mapped("> первый вопрос\nда\n> второй вопрос\nнет")).text == "да\nнет"


def test_a_postscript_after_the_signature_is_kept() -> None:
    assert "P.S. и почта" in own_words(Mapped("Текст.\nС уважением,\nИван\nP.S. и почта тоже")).text


def test_a_letter_of_nothing_but_quotes_stays_whole() -> None:
    assert own_words(Mapped("> всё\n> цитата")).text == "> всё\n> цитата"


def test_a_customer_quoting_a_customer_is_not_an_attribution() -> None:
    assert "Ничего не работает" in own_words(Mapped("Клиент пишет:\nНичего не работает")).text
