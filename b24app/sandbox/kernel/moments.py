"""Dates as the portal reads and prints them: ISO 8601 with the server's offset, or the portal's own format.

Sources: `api-reference/data-types.md`, platform.md 3.7; the portal format is the Russian one (`31.12.2025 23:59:59`).
"""

from datetime import datetime
from typing import Any

from b24app.sandbox.clock import Clock

READ = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")
PRINT_DATE, PRINT_MOMENT = "%d.%m.%Y", "%d.%m.%Y %H:%M:%S"


def moment(value: Any, clock: Clock) -> datetime | None:
    """What a caller meant by this date; without an offset it is the server's wall clock. None: no date at all."""
    text = str(value or "").strip().replace("Z", "+00:00")
    if not text:
        return None
    found = _iso(text) or next((read for pattern in READ if (read := _read(text, pattern))), None)
    return found.replace(tzinfo=clock.zone) if found and not found.tzinfo else found


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is put on by the caller
    except ValueError:
        return None


def iso(value: Any, clock: Clock) -> str | None:
    """A date of a caller as the portal keeps it, or None when it is no date."""
    found = moment(value, clock)
    return clock.iso(found) if found else None


def portal_date(value: Any, clock: Clock) -> str:
    """`31.12.2025`; an empty string for no date."""
    found = moment(value, clock)
    return found.astimezone(clock.zone).strftime(PRINT_DATE) if found else ""


def portal_moment(value: Any, clock: Clock) -> str:
    """`31.12.2025 23:59:59` in the server's zone; an empty string for no date."""
    found = moment(value, clock)
    return found.astimezone(clock.zone).strftime(PRINT_MOMENT) if found else ""
