"""Misspelt words and the wrapping of mail cost little: the same requests, damaged, against themselves."""

import re
from collections.abc import Callable
from random import Random

from tests.core.pipelines.test_quality import Row, by_rules, macro_f1, rows

SETS = ("look", "dev", "dev2", "dev3", "dev4")
ONE_IN = 4
"""Of the words of four letters and more, so many are misspelt."""
RUSSIAN, ENGLISH = "абвгдежзийклмнопрстуфхцчшщъыьэюя", "abcdefghijklmnopqrstuvwxyz"
TAILS = (
    (
        "\n\nС уважением,\nМария Лапина\nофис-менеджер ООО «Дом»\nтел.: +7 (495) 120-00-11\n\n"
        "От: Служба поддержки <help@firma.example>\nОтправлено: вторник, 11 августа 2026 г. 10:15\nКому: Мария\n"
        "Тема: RE: Заявка\n\nДобрый день! Пришлите, пожалуйста, скан договора. Счёт выставим завтра."
    ),
    (
        "\n\n-- \nПётр\nотдел продаж\n\nвт, 11 авг. 2026 г. в 10:15, Поддержка <help@firma.example>:\n"
        "> Отчёт по звонкам готов, проверьте почту и задачу.\n> Сервер обновили."
    ),
    (
        "\n\nОтправлено с iPhone\n\n> 11 авг. 2026 г., в 10:15, Поддержка <help@firma.example> написал(а):\n>\n"
        "> Подпишите акт, пожалуйста. Робот настроен."
    ),
)


def requests() -> list[Row]:
    return [row for name in SETS for row in rows(name) if row["category"] != "none"]


def loss(damage: Callable[[int, str], str]) -> float:
    """Macro-F1 of categories that the damage costs."""
    whole = requests()
    broken = [{**row, "text": damage(number, row["text"])} for number, row in enumerate(whole)]
    fine, hurt = (
        [(row["category"], by_rules(one)) for row, one in zip(whole, some, strict=True)] for some in (whole, broken)
    )
    return macro_f1(fine) - macro_f1(hurt)


def misspelt(number: int, text: str) -> str:
    random = Random(number)  # noqa: S311 - the same damage every time
    return re.sub(
        r"[^\W\d_]{4,}", lambda word: edited(word[0], random) if random.randrange(ONE_IN) == 0 else word[0], text
    )


def edited(word: str, random: Random) -> str:
    """One letter lost, added, replaced, or two neighbours swapped."""
    at, letter = random.randrange(len(word) - 1), random.choice(ENGLISH if word.isascii() else RUSSIAN)
    return random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def wrapped(number: int, text: str) -> str:
    return "Добрый день, коллеги!\n\n" * (number % 2) + text + TAILS[number % len(TAILS)]


def test_a_quarter_of_the_words_misspelt_costs_two_points() -> None:
    assert loss(misspelt) <= 0.02


def test_greetings_signatures_and_quotes_cost_one_point() -> None:
    assert loss(wrapped) <= 0.01
