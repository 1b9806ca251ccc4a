"""Titles that the portal made up say nothing of the request; what a client wrote does."""

import pytest
from b24app.portal.facts import facts_of, is_given_title


@pytest.mark.parametrize(
    "title",
    [
        "Сделка #12",
        "Deal #7",
        "Новая заявка",
        "Новое обращение",
        "Обращение № 48213",
        "Заявка с сайта",
        "Заполнение CRM-формы «Обратная связь»",
        "Входящий звонок",
        "Входящий звонок от +7 900 000-00-00",
        "Пропущенный звонок",
        "Ольга - Открытая линия 2",
        "",
    ],
)
def test_made_up_by_the_portal(title: str) -> None:
    assert is_given_title(title)
    assert facts_of({"id": 7, "title": title}).is_named_by_portal


@pytest.mark.parametrize(
    "title",
    [
        "Не проходит входящий звонок на мобильный",
        "Сделка не переходит на стадию",
        "Заявка с сайта не создаётся",
        "Звонок обрывается через минуту",
        "Не работает открытая линия",
        "Новая заявка на обучение",
    ],
)
def test_written_by_a_client(title: str) -> None:
    assert not is_given_title(title)
