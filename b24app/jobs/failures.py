"""What a failure means for the work that failed: wait and try again, give it up, or stop working for that portal."""

import logging
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Final

from b24app.db.engine import AWAY
from b24app.kit.clock import SystemClock
from b24app.kit.errors import AccessLost, DeskInvalid, PortalBusy, PortalRefused, PortalUnreachable, RuleBroken

MAX_ATTEMPTS: Final = 12
_random = SystemRandom()
_PERMANENT: Final = (PortalRefused, RuleBroken, DeskInvalid)
_OPERATING: Final = "OPERATION_TIME_LIMIT"


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waiting after the nth failure in a row: full jitter below a doubling bound, so that many lanes spread out."""

    first_s: float = 1.0
    most_s: float = 600.0

    def delay_ms(self, attempts: int) -> int:
        """Milliseconds to wait; `attempts` counts the failures so far, 0 for the first."""
        bound = min(self.first_s * 2 ** min(attempts, 30), self.most_s)
        return int(_random.uniform(0, bound) * 1000)


def is_permanent(error: Exception) -> bool:
    """Trying again cannot help."""
    return isinstance(error, _PERMANENT)


def stops_portal(error: Exception) -> bool:
    """Nothing will work on this portal until an administrator acts."""
    return isinstance(error, AccessLost)


def is_portals_fault(error: Exception) -> bool:
    """The portal was not reached or had no time: the attempt does not count against the work."""
    return isinstance(error, (PortalBusy, PortalUnreachable)) and not error.sent


def slows_portal(error: Exception) -> bool:
    """The whole portal should be left alone for a moment. An operating limit is of one method only."""
    if isinstance(error, PortalBusy):
        return error.until is None and error.code != _OPERATING
    return isinstance(error, PortalUnreachable)


def may_have_worked(error: Exception) -> bool:
    """The call may have been executed although no good answer came. Our own errors after sending count as such."""
    if isinstance(error, (PortalBusy, PortalUnreachable)):
        return error.sent
    return not isinstance(error, AccessLost)


def asked_wait_ms(error: Exception) -> int:
    """How long the portal itself asked us to wait, 0 when it did not say."""
    until: datetime | None = getattr(error, "until", None)
    if until is None:
        return 0
    return max(int((until - SystemClock().now()).total_seconds() * 1000), 0)


def report(log: logging.Logger, error: Exception, message: str, *details: object) -> None:
    """What a loop says of an error it survives: a database that is away takes one line, a defect its traceback.

    `message` ends in the place of the error's name.
    """
    away = isinstance(error, AWAY)
    level = logging.WARNING if away else logging.ERROR
    log.log(level, message, *details, type(error).__name__, exc_info=None if away else error)


def describe(error: BaseException) -> str:
    """For the row and the log: what kind of error it was, and what it says."""
    return f"{type(error).__name__}: {error}"
