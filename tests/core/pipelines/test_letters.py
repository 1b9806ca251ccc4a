"""Letters of the usual mail programs, in the formats they really use: what was written now is kept, the rest is cut."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from b24app.pipelines.classify import RequestText, classify, default_rules

FOLDER = Path(__file__).parents[3] / "fixtures" / "letters"


def letters(name: str) -> list[Any]:
    found = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(one, id=f"{name}: {one['name']}") for one in found]


def lines(text: str) -> list[str]:
    """White space is a matter of taste."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("letter", [*letters("text"), *letters("html")])
def test_the_reply_of_a_letter_is_what_the_sender_wrote_now(letter: dict[str, str]) -> None:
    request = RequestText(letter.get("text", ""), letter.get("subject", ""), html=letter.get("html", ""))
    assert lines(classify(request, default_rules()).reply) == lines(letter["reply"])
