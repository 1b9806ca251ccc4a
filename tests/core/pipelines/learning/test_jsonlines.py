"""Examples written as JSON lines are read, or the line that is wrong is named."""

import json
from contextlib import suppress

import pytest
from b24app.pipelines.classify.learning.jsonlines import TrainingLineBroken, examples_from_lines
from hypothesis import given
from hypothesis import strategies as st


def read(*lines: str | bytes) -> list[dict[str, str]]:
    given_lines = [line.encode() if isinstance(line, str) else line for line in lines]
    return [dict(one.labels) for one in examples_from_lines(given_lines, "train.jsonl")]


def test_axes_may_be_missing_and_the_last_lines_come_first() -> None:
    assert read(
        '{"text": "a", "category": "crm"}', "", '{"text": "b", "kind": "problem", "priority": null}', '{"text": "c"}'
    ) == [
        {"kind": "problem"},
        {"category": "crm"},
    ]


def test_a_byte_order_mark_and_all_zones_of_a_letter_are_read() -> None:
    line = {"text": "", "subject": "Тема", "html": "<p>Тело</p>", "headers": {"From": "a"}, "category": " Моя метка "}
    found = examples_from_lines([b"\xef\xbb\xbf" + json.dumps(line).encode()], "f")

    assert (found[0].request.subject, found[0].request.html) == ("Тема", "<p>Тело</p>")
    assert found[0].labels == {"category": "Моя метка"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "train.jsonl:2: "),
        ("[]", "an object with `text`"),
        ('{"text": 5, "category": "a"}', "text: a text is expected"),
        ('{"text": "a", "category": 5}', "category: a label"),
        ('{"text": "a", "category": " "}', "category: a label"),
        ('{"text": "a", "kind": ["x"]}', "kind: a label"),
        ('{"text": "a", "headers": 3}', "headers: an object"),
        (json.dumps({"text": "a", "category": "x" * 101}), "category: a label"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff\xfe", "utf-8"),
        (b" " * 2_000_001, "longer than"),
    ],
)
def test_a_line_that_cannot_be_learnt_from_is_named(line: str | bytes, why: str) -> None:
    with pytest.raises(TrainingLineBroken, match=r"^train\.jsonl:2: ") as broken:
        read('{"text": "a", "category": "crm"}', line)
    assert why in str(broken.value)


@given(st.binary(max_size=200))
def test_whatever_stands_in_a_line_it_is_read_or_named(line: bytes) -> None:
    with suppress(TrainingLineBroken):
        assert len(examples_from_lines([line], "f")) <= 1
