"""Deadlines that have come: a timer's row becomes a command of its ticket."""

from b24app.db.timers import DueTimer
from b24app.db.work import Work
from b24app.kit.clock import Clock
from b24app.tickets.model import Timer, TimerFired
from b24app.usecases.apply import apply


class Deadlines:
    """The handler of every kind of ticket timer (`b24app.jobs.timers`)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def fired(self, work: Work, due: DueTimer, /) -> None:
        """Decide what the deadline means now; a ticket that is gone means nothing."""
        if due.ticket is not None:
            command = TimerFired(due.ticket, Timer(due.kind))
            await apply(command, work=work, desk=await work.desk(), now=self._clock.now())
