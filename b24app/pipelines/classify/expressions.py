"""Regular expressions of rules: small ones only, so that no rule can make a message slow to read."""

import re
from typing import Final

MAX_LENGTH: Final = 60
MAX_REPEAT: Final = 20
MAX_WAYS: Final = 200
"""Ways a place of the text can be tried: the product of what the repetitions allow."""
MAX_TOTAL: Final = 1_000
"""The same for all expressions of a set of rules together: about a tenth of a second for the longest text."""

_PIECE: Final = re.compile(
    r"(?P<set>\\[dDwWsSb]|\\[^\w\s]|\[\^?[^\]\[]{1,40}\]|[^\\\[\](){}*+?|^$])|(?P<group>\((?:\?:)?)|(?P<end>\))|(?P<bar>\|)"
)
_REPEAT: Final = re.compile(r"\?|\{(\d{1,2})(?:,(\d{1,2}))?\}")


def ways_of(source: str) -> int:
    """In how many ways an expression can be tried at one place of the text.

    ValueError says what is not allowed: letters, sets, groups, `|`, and `?` or `{m,n}` after one letter or set.
    """
    if not 0 < len(source) <= MAX_LENGTH:
        raise ValueError(f"an expression has 1 to {MAX_LENGTH} characters")
    at, ways = 0, 1
    while at < len(source):
        piece = _PIECE.match(source, at)
        if piece is None:
            raise ValueError(f"{source[at]!r} is not allowed in an expression: use sets, (a|b), ? and {{m,n}}")
        at = piece.end()
        repeat = _REPEAT.match(source, at)
        if repeat is not None:
            if piece.lastgroup != "set":
                raise ValueError("only a letter or a set may be repeated")
            ways *= _allowed(repeat)
            at = repeat.end()
        ways *= 2 if piece.lastgroup == "bar" else 1
    if ways > MAX_WAYS:
        raise ValueError("too many repetitions in one expression")
    compile_expression(source)
    return ways


def compile_expression(source: str) -> re.Pattern[str]:
    """Ready to search in text without ё. ValueError for one that Python cannot read."""
    try:
        return re.compile(source.replace("ё", "е"), re.IGNORECASE)
    except re.error as broken:
        raise ValueError(f"not an expression: {broken}") from None


def _allowed(repeat: re.Match[str]) -> int:
    if repeat.group() == "?":
        return 2
    least = int(repeat.group(1))
    most = int(repeat.group(2) or least)
    if not least <= most <= MAX_REPEAT:
        raise ValueError(f"a repetition goes up to {MAX_REPEAT}")
    return most - least + 1
