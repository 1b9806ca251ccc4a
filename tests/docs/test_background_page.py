"""Tests that a page names as proof exist."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "background.md"


def test_every_proof_named_on_the_page_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    files = [TESTS / name for name in re.findall(r"`((?:io|stories|core)/[\w/]+\.py)`", page)]
    source = "".join(path.read_text(encoding="utf-8") for path in set(files))
    names = set(re.findall(r"`(test_\w+)`", page))
    assert len(names) > 20
    assert [name for name in sorted(names) if f"def {name}(" not in source] == []
