"""Moments and spans in people's words, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from b24app.ui import filters

NOW = datetime(2026, 11, 25, 9, 5, tzinfo=UTC)
MOSCOW = "Europe/Moscow"


def told(text: str) -> str:
    return text.replace(filters.NBSP, " ")


@pytest.mark.parametrize(
    ("used", "limit", "russian", "english"),
    [
        (4, 15, "4 из 15 мин", "4 of 15 min"),
        (0, 15, "0 из 15 мин", "0 of 15 min"),
        (38, 120, "38 мин из 2 ч", "38 min of 2 h"),
        (82, 120, "1 ч 22 мин из 2 ч", "1 h 22 min of 2 h"),
        (60, 120, "1 ч из 2 ч", "1 h of 2 h"),
        (0, 30 * 60, "0 мин из 1 дн. 6 ч", "0 min of 1 d 6 h"),
    ],
)
def test_time_used_beside_its_limit(used: int, limit: int, russian: str, english: str) -> None:
    spans = (timedelta(minutes=used), timedelta(minutes=limit))
    assert told(filters.share(*spans)) == russian
    assert told(filters.share(*spans, "en")) == english


@pytest.mark.parametrize(
    ("minutes", "russian"),
    [(-3, "через 1 мин"), (2.5, "через 2 мин"), (59, "через 59 мин"), (120, "сегодня 14:05"), (1140, "завтра 07:05")],
)
def test_a_moment_ahead_is_counted_within_the_hour(minutes: float, russian: str) -> None:
    assert told(filters.ahead(NOW + timedelta(minutes=minutes), NOW, MOSCOW)) == russian


def test_since_when_names_the_day_only_when_it_is_another_one() -> None:
    assert filters.since(NOW - timedelta(hours=2), NOW, MOSCOW) == "10:05"
    assert told(filters.since(NOW - timedelta(hours=20), NOW, MOSCOW)) == "24 ноября, 16:05"
    assert told(filters.since(NOW - timedelta(hours=20), NOW, MOSCOW, "en")) == "24 November, 16:05"


def test_a_zone_is_called_by_its_city() -> None:
    assert (filters.city(MOSCOW), filters.city(MOSCOW, "en"), filters.city("UTC")) == ("Москва", "Moscow", "UTC")


@pytest.mark.parametrize(
    ("number", "russian", "english"), [(1, "заявка", "ticket"), (3, "заявки", "tickets"), (11, "заявок", "tickets")]
)
def test_forms_of_a_word(number: int, russian: str, english: str) -> None:
    assert filters.plural(number, "заявка|заявки|заявок") == russian
    assert filters.plural(number, "ticket|tickets", "en") == english


def test_a_countdown_does_not_fold_hours_into_days() -> None:
    assert filters.countdown(timedelta(hours=30, seconds=5)) == "30:00:05"
    assert filters.countdown(-timedelta(minutes=41, seconds=10)) == "−0:41:10"


@pytest.mark.parametrize(
    ("seconds", "russian"),
    [(0, "0 мин"), (26, "26 с"), (3626, "1 ч 26 с"), (51 * 3600 + 566, "51 ч 9 мин 26 с"), (-90, "−1 мин 30 с")],
)
def test_what_must_add_up_keeps_its_seconds_and_its_hours(seconds: int, russian: str) -> None:
    assert told(filters.exact(timedelta(seconds=seconds))) == russian
