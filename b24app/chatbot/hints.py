"""The weekly message about the rules: how much there is to look at, and where."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from b24app.chatbot.texts import say

_LINES: Final = ("phrase", "wrong", "confused", "sleeping")


def hints_message(language: str, keys: Iterable[str], link: str) -> str:
    """Short, with a link where there is one; `keys` name the hints that are new, as `Hints.names` does."""
    counts = Counter(key.partition(":")[0] for key in keys)
    lines = [say(language, f"hints_{name}", n=counts[name]) for name in _LINES if counts[name]]
    return "\n".join(
        (
            say(language, "hints"),
            *lines,
            say(language, "hints_open", link=link) if link else say(language, "hints_where"),
        )
    )
