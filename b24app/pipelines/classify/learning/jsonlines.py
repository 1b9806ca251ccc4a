"""Examples written as JSON lines: what `b24app classify --train` reads."""

import json
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final

from b24app.pipelines.classify.jsonl import request_from_data
from b24app.pipelines.classify.learning.examples import AXES, Example

MAX_LINE: Final = 2_000_000
"""Bytes of one line."""
MAX_LABEL: Final = 100
KEPT: Final = 5_000
"""The last lines of a file are learnt from, as the last tickets of a portal are."""


class TrainingLineBroken(ValueError):
    """A line that cannot be learnt from; the message says which and why."""


def examples_from_lines(lines: Iterable[bytes], name: str) -> list[Example]:
    """Examples of lines, the last ones first; blank lines and lines without a label teach nothing and are passed over.

    Raises `TrainingLineBroken` with `name` and the number of the first line that cannot be read.
    Source: contracts.md, Classification.
    """
    found: deque[Example] = deque(maxlen=KEPT)
    for number, line in enumerate(lines, 1):
        try:
            example = _example(line)
        except (ValueError, RecursionError) as broken:
            why = "nested too deeply" if isinstance(broken, RecursionError) else broken
            raise TrainingLineBroken(f"{name}:{number}: {why}") from None
        if example is not None and example.labels:
            found.appendleft(example)
    return list(found)


def _example(line: bytes) -> Example | None:
    if len(line) > MAX_LINE:
        raise ValueError(f"longer than {MAX_LINE} bytes")
    text = line.decode("utf-8-sig").strip()
    if not text:
        return None
    data = json.loads(text)
    return Example(request_from_data(data), {axis: label for axis in AXES if (label := _label(data, axis))})


def _label(data: Mapping[str, Any], axis: str) -> str:
    value = data.get(axis)
    if value is None:
        return ""
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_LABEL:
        raise ValueError(f"{axis}: a label of 1 to {MAX_LABEL} characters is expected")
    return value.strip()
