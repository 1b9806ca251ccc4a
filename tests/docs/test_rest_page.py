"""docs/rest.md names every method the product calls, and says what the code says."""

import re
from pathlib import Path
from typing import Any

import pytest
from b24app.bitrix.methods import Method
from tools import rest_docs

ROOT = Path(__file__).parents[2]
KNOWN = {kind.rest_name for kind in rest_docs.methods()}
NAMED = re.compile(
    r"""["'](?:app|bizproc|calendar|crm|department|disk|event|im|imbot|lists|placement|task|tasks|telephony|timeman|user"""
    r"""|userfieldconfig|userfieldtype)(?:\.[A-Za-z0-9_]+)+["']"""
)


def test_the_page_is_what_the_code_says() -> None:
    written = (ROOT / "docs" / "rest.md").read_text(encoding="utf-8")

    assert written == rest_docs.page(), "run `make docs`"


@pytest.mark.parametrize("kind", rest_docs.methods(), ids=lambda kind: kind.__name__)
def test_every_method_says_what_it_does_and_where_that_is_written(kind: type[Method[Any]]) -> None:
    assert kind.__doc__
    assert kind.__doc__.rstrip().endswith(".")
    assert kind.scope
    assert re.fullmatch(r"[a-z0-9./-]+", kind.docs)


def test_no_method_is_called_past_the_typed_values() -> None:
    """Names of methods in the rest of the product; our own words for kinds of work stand in jobs."""
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "b24app").rglob("*.py")
        if "sandbox" not in path.parts and "jobs" not in path.parts and not path.name.startswith("methods")
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
        if name.strip("\"'") not in KNOWN
    }

    assert not found
