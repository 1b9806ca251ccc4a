"""Texts made to be slow or to break something take time in proportion to their length, up to a cap, and get an answer."""

import json
import time

import pytest
from b24app.pipelines.classify import RequestText, classify, classify_json_line, default_rules
from tests.core.pipelines.hostile import HOSTILE, Make

SMALL = 150
TIMES = 4
"""Four times the text takes about four times as long; sixteen times would mean that the cost is quadratic."""
ALLOWED = 9.0
STEADY = 3.0
NOTHING_S = 0.004
"""Below this a measurement is noise."""
FULL = 8_000
"""At this size every text is longer than the cap."""


def cost(text: str) -> float:
    """Processor seconds for the text; the better of two tries."""
    return min(map(_once, [text] * 2))


def _once(text: str) -> float:
    start = time.process_time()
    classify(RequestText(text, text), default_rules())
    return time.process_time() - start


@pytest.fixture(autouse=True)
def warm() -> None:
    """Rules are built and the words they know are inflected before anything is measured."""
    classify(RequestText("телефонниа"), default_rules())


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_the_time_grows_no_faster_than_the_text(make: Make) -> None:
    small, large = cost(make(SMALL)), cost(make(SMALL * TIMES))

    assert large <= ALLOWED * max(small, NOTHING_S)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_beyond_the_cap_more_text_takes_no_more_time(make: Make) -> None:
    capped, larger = cost(make(FULL)), cost(make(FULL * TIMES))

    assert larger <= STEADY * max(capped, NOTHING_S)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_text_that_says_anything_has_a_reply(make: Make) -> None:
    text = make(FULL)

    assert classify(RequestText(text), default_rules()).reply.strip()


@pytest.mark.parametrize("text", ["\\ud83d почта", "\\u0000\\u0000 почта", "почта\\udc00\\ud83d"])
def test_broken_characters_of_json_are_answered_in_sound_ones(text: str) -> None:
    answer = classify_json_line(f'{{"text": "{text} не работает"}}', default_rules())

    assert answer.encode()
    assert json.loads(answer)["category"] == "email"
