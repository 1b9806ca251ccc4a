"""What the drain of the outbox needs to know about effects. The use cases implement it."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from b24app.db.outbox import Call, Found, OutboxRow
from b24app.db.work import Work
from b24app.jobs.failures import Backoff

__all__ = ["Deliverer", "Found", "OutboxTimes"]


class Deliverer(Protocol):
    """Turns effects into REST calls and their answers into changes. `answer` is anything JSON can hold."""

    def knows(self, row: OutboxRow, /) -> bool:
        """This release can deliver it. What it cannot waits for a node that can."""
        ...

    async def render(self, row: OutboxRow, /) -> Call | None:
        """The one REST call of this effect; None when the effect lost its sense. Asked until the first attempt."""
        ...

    async def send(self, row: OutboxRow, call: Call, /) -> Any:
        """Make the call and return its answer. `row.priority` chooses the share of the request limit.

        Failures are raised as `PortalError`s; their `sent` decides whether the call is in doubt.
        """
        ...

    async def look_up(self, row: OutboxRow, call: Call, /) -> Found | None:
        """After a doubtful attempt of a `keyed` or `read-back` effect: did it work? None to send it again."""
        ...

    async def hold(self, work: Work, row: OutboxRow, /) -> None:
        """Hold the ticket that `on_result` will change: before the row, as every other unit does, so that none waits in a circle."""
        ...

    async def on_result(self, work: Work, row: OutboxRow, call: Call, answer: Any, /) -> None:
        """In the transaction that marks the row done: keep ids, cause further effects. No network."""
        ...

    async def on_refused(self, work: Work, row: OutboxRow, error: Exception, /) -> None:
        """In the transaction that gives the row up: cause another effect instead, if there is one. No network."""
        ...


@dataclass(frozen=True, slots=True)
class OutboxTimes:
    """How long things take; tests shorten them."""

    lease_s: float = 90.0
    """Longer than the portal's 60 s for one request and our 20 s time-out together."""
    least_left_s: float = 25.0
    """Nothing is sent when less of the lease remains: another node might send it too."""
    doubt_s: float = 60.0
    """After so long the portal cannot still be working on a call whose answer was lost."""
    spare_s: float = 5.0
    unknown_s: float = 30.0
    stopped_s: float = 600.0
    look_s: float = 0.2
    row_backoff: Backoff = field(default_factory=Backoff)
    portal_backoff: Backoff = field(default_factory=lambda: Backoff(first_s=1.0, most_s=60.0))
