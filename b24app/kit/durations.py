"""Durations as people write them in settings and desks: `90s`, `5m`, `8h`, `2d`."""

import re
from datetime import timedelta
from typing import Final

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FORM: Final = re.compile(r"(\d{1,9})([smhd])")


def parse_duration(text: str) -> timedelta:
    """`90s`, `5m`, `8h`, `2d` (a day is 24 hours); ValueError with the accepted forms for anything else."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no duration: write 90s, 5m, 8h or 2d")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def format_duration(span: timedelta) -> str:
    """The shortest exact form; whole seconds only."""
    seconds = int(span.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"
