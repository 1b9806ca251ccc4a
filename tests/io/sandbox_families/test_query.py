"""Filters, order and pages as lists of the portal understand them (platform.md 3.4, 3.5)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from b24app.sandbox.clock import Clock
from b24app.sandbox.kernel import moments, query

CLOCK = Clock(datetime(2026, 11, 25, 9, tzinfo=UTC), speed=0)
ROWS: list[dict[str, Any]] = [
    {"ID": 9, "TITLE": "Принтер не печатает", "DATE": "2026-11-24T10:00:00+03:00", "TAGS": ["дом", "сеть"]},
    {"ID": 10, "TITLE": "Почта", "DATE": "2026-11-25T10:00:00+03:00", "TAGS": []},
    {"ID": 11, "TITLE": "", "DATE": None, "TAGS": ["сеть"]},
]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"ID": "9"}, [9]),
        ({"ID": ["9", 11]}, [9, 11]),
        ({"@ID": [10, 11]}, [10, 11]),
        ({"!@ID": [10, 11]}, [9]),
        ({"!ID": 9}, [10, 11]),
        ({">ID": "9"}, [10, 11]),
        ({">=ID": 9, "<ID": "11"}, [9, 10]),
        ({"%TITLE": "принт"}, [9]),
        ({"!%TITLE": "принт"}, [10, 11]),
        ({"=%TITLE": "поч%"}, [10]),
        ({"%=TITLE": "_очта"}, [10]),
        ({">=DATE": "2026-11-25"}, [10]),
        ({"<DATE": "25.11.2026 00:00:00"}, [9]),
        ({"TAGS": "сеть"}, [9, 11]),
        ({"!TAGS": "сеть"}, [10]),
        ({"DATE": ""}, [11]),
        ({"!DATE": False}, [9, 10]),
        ({"><ID": [10, 12]}, [10, 11]),
        ({"!><ID": [10, 12]}, [9]),
        ({"?TITLE": "почт"}, [10]),
        ({">TITLE": 5}, [9, 10]),
    ],
)
def test_a_prefix_says_how_a_field_is_compared(given: dict[str, Any], found: list[int]) -> None:
    lines = query.conditions(given)
    assert [row["ID"] for row in ROWS if query.passes(row, lines, CLOCK)] == found


def test_numbers_are_ordered_as_numbers_and_empty_dates_come_first() -> None:
    assert [row["ID"] for row in query.ordered(ROWS, {"ID": "desc"}, CLOCK)] == [11, 10, 9]
    assert [row["ID"] for row in query.ordered(ROWS, {"DATE": "ASC", "ID": "ASC"}, CLOCK)] == [11, 9, 10]


def test_a_page_is_fifty_rows_and_start_is_rounded_down_to_it() -> None:
    rows = list(range(120))
    assert query.page(rows, 0).next == 50
    assert query.page(rows, 60).result == list(range(50, 100))
    assert query.page(rows, "100").next is None


def test_without_counting_there_is_no_next_page_and_the_total_is_zero() -> None:
    answer = query.page(list(range(120)), -1)
    assert (len(answer.result), answer.total, answer.next) == (50, 0, None)


def test_a_date_without_an_offset_is_the_servers_wall_clock() -> None:
    assert moments.iso("31.12.2025 23:59", CLOCK) == "2025-12-31T23:59:00+03:00"
    assert moments.iso("2025-12-31", CLOCK) == "2025-12-31T00:00:00+03:00"
    assert moments.iso("2025-12-31T10:00:00Z", CLOCK) == "2025-12-31T13:00:00+03:00"
    assert moments.iso("soon", CLOCK) is None
