"""Many writes: batches as large as the measured time allows, several at once, an outcome for every command.

Resent is only what was not done: a command the portal refused for its limits or never reached, and one that broke down
if sending it twice is the same as once. A batch stops at its first failing command (`halt`), so that a limit struck in
the middle costs one refusal instead of all that follow; once a command was refused for its own sake, later batches run
through, or a list with many mistakes would need a request for each.

Source: platform.md 3.6, 3.8; documentation, limits (60 s for one request).
"""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from b24app.bitrix.answers import OPERATING, Outcome
from b24app.bitrix.caller import Caller
from b24app.bitrix.commands import BATCH, Answers, command_line
from b24app.bitrix.methods import Method
from b24app.bitrix.throttle import PATIENCE_S, Priority
from b24app.kit.errors import AccessExpired, PortalBusy, PortalError, PortalUnreachable

AT_ONCE: Final = 8
FIRST: Final = 4
"""Commands of a batch before anything was measured: 30 s suffice for 7.5 s each."""
LONGEST_S: Final = 20.0
"""A request should take so long at most by what was measured; it may then still double before the portal ends it."""
TRIES: Final = 3


class Bulk:
    """One run through many commands of one method."""

    def __init__(self, caller: Caller, methods: Sequence[Method[Any]], priority: Priority) -> None:
        self._caller, self._methods, self._priority = caller, methods, priority
        self._name = methods[0].rest_name
        self._queue = deque(range(len(methods)))
        self._tries = [0] * len(methods)
        self._most = BATCH
        self._share = self._left_in_round = 0
        self._halt = True
        self._heard_at = _now()
        self.outcomes: list[Outcome | None] = [None] * len(methods)

    async def run(self) -> list[Outcome]:
        """Outcomes in the order of the commands. Nothing is raised: what could not be sent has its error as outcome."""
        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(self._methods))):
                group.create_task(self._worker())
        return [outcome or Outcome(error=PortalBusy("NOT_REACHED")) for outcome in self.outcomes]

    async def _worker(self) -> None:
        while self._queue:
            taken = [self._queue.popleft() for _ in range(min(self._size(), len(self._queue)))]
            await self._send(taken)

    def _size(self) -> int:
        """No longer than the time allows, and for each round of requests the same: they shall end together."""
        pace = self._caller.throttle.method(self._name).pace
        by_time = max(int(LONGEST_S / pace.careful_s), 1) if pace.seen else FIRST
        most = min(by_time, self._most, BATCH)
        if not self._left_in_round:
            rounds = math.ceil(len(self._queue) / (AT_ONCE * most))
            self._share = max(math.ceil(len(self._queue) / (AT_ONCE * rounds)), FIRST)
            self._left_in_round = AT_ONCE
        self._left_in_round -= 1
        return min(self._share, most)

    async def _send(self, taken: list[int]) -> None:
        sent: list[int] = []

        def make(granted: int) -> dict[str, Any]:
            self._queue.extendleft(reversed(taken[granted:]))  # the limits let fewer go
            del taken[granted:]
            sent[:] = taken
            return {"halt": int(self._halt), "cmd": {f"c{place}": command_line(self._methods[place]) for place in sent}}

        try:
            body, _ = await self._caller.grown(make, self._priority, self._name, len(taken), repeat=False)
        except PortalError as error:
            await self._failed(taken, error)
            return
        await self._settle(sent, Answers(body))

    async def _settle(self, sent: list[int], answers: Answers) -> None:
        throttle = self._caller.throttle
        for told in answers.times.values():
            throttle.learn(self._name, told)
        if answers.values:
            self._heard_at = _now()
        found = {place: answers.outcome(f"c{place}", self._methods[place]) for place in sent}
        if any(isinstance(one.error, PortalBusy) and one.error.code == OPERATING for one in found.values()):
            throttle.block(self._name)
        if any(isinstance(one.error, AccessExpired) for one in found.values()):
            await self._caller.renew()
        self._take(found)

    def _take(self, found: dict[int, Outcome]) -> None:
        again = [place for place, outcome in found.items() if outcome.error and self._goes_again(place, outcome.error)]
        for place in found.keys() - set(again):
            self.outcomes[place] = found[place]
            self._halt = self._halt and found[place].error is None
        self._queue.extendleft(sorted(again, reverse=True))

    def _goes_again(self, place: int, error: PortalError) -> bool:
        """It was not done, or doing it again is the same; and there is still hope."""
        match error:
            case PortalBusy(code="NOT_REACHED"):
                return True
            case PortalBusy(code=code) if code == OPERATING:
                return _now() - self._heard_at < PATIENCE_S[self._priority]
            case PortalBusy(sent=sent):
                hope = not sent or self._methods[place].repeat_is_safe
            case AccessExpired():
                hope = True
            case _:
                return False
        self._tries[place] += 1
        return hope and self._tries[place] < TRIES

    async def _failed(self, taken: list[int], error: PortalError) -> None:
        """The whole request failed. One that took too long is tried in halves."""
        doubtful = isinstance(error, PortalUnreachable | PortalBusy) and error.sent
        if doubtful and len(taken) > 1:
            self._most = max(min(self._most, len(taken) // 2), 1)
        for place in reversed(taken):
            self._tries[place] += 1
            if doubtful and self._methods[place].repeat_is_safe and self._tries[place] < TRIES:
                self._queue.appendleft(place)
            else:
                self.outcomes[place] = Outcome(error=error)
        if doubtful:
            await asyncio.sleep(self._caller.retries.delay_s(self._tries[taken[0]]))
        else:
            self._give_up(error)

    def _give_up(self, error: PortalError) -> None:
        """Nothing reaches this portal now: what was not sent says so."""
        while self._queue:
            self.outcomes[self._queue.popleft()] = Outcome(error=error)


def _now() -> float:
    return asyncio.get_running_loop().time()
