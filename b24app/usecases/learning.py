"""The classifier learns: after every 20 corrections, and at night. One training at a time for the whole installation.

When it is time is read from tables (corrections since the last training, a timer row a portal), so neither a killed child
nor a killed service loses anything: the next sweep starts again.
"""

import asyncio
import base64
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from b24app.db.corrections import Example
from b24app.db.locks import alone
from b24app.db.models import Training
from b24app.db.timers import DueTimer
from b24app.db.work import Reading, Store, Work
from b24app.kit.clock import Clock
from b24app.kit.errors import RuleBroken
from b24app.kit.ids import PortalId
from b24app.pipelines.classify import Rules, default_rules, rules_to_data
from b24app.pipelines.classify.modelfile import ModelFile

TIMER: Final = "learn"
SUBJECT: Final = "classifier"
MARK: Final = "learn"
WANTED: Final = "wanted"
ENOUGH: Final = 20
"""New corrections after which one does not wait for the night."""
MAX_EXAMPLES: Final = 5_000
NIGHT: Final = time(3, 30)
"""In the zone of the portal's calendar."""
LIMIT: Final = timedelta(seconds=60)
LEARNT_AXES: Final = frozenset({"category", "kind", "priority"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """What a child is given: plain data, nothing of the database."""

    rules: Any
    """Rules as plain data; None for the built-in ones."""
    examples: Sequence[dict[str, Any]]
    present: ModelFile | None
    correction: int
    """Id of the newest correction among the examples."""

    def to_json(self) -> bytes:
        """For `usecases.learner`."""
        present = None
        if self.present is not None:
            arrays = base64.b64encode(self.present.arrays).decode()
            present = {"header": self.present.header, "arrays": arrays}
        return json.dumps({"rules": self.rules, "examples": list(self.examples), "present": present}).encode()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training; `file` None: nothing was accepted."""

    report: tuple[str, ...]
    version: str = ""
    file: ModelFile | None = None


class Learner(Protocol):
    """Trains somewhere else; never raises but for being cancelled."""

    async def __call__(self, task: Task, /) -> Outcome: ...


class Child:
    """Trains in a process of its own, which is gone when the time is up, whatever it does."""

    def __init__(self, limit: timedelta = LIMIT, module: str = "b24app.usecases.learner") -> None:
        self._limit_s, self._module = limit.total_seconds(), module

    async def __call__(self, task: Task, /) -> Outcome:
        """See `Learner`."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self._module), stdin=pipe, stdout=pipe, stderr=pipe
        )
        try:
            async with asyncio.timeout(self._limit_s):
                said, complaint = await process.communicate(task.to_json())
        except TimeoutError:
            return Outcome((f"обучение не уложилось в {self._limit_s:.0f} с; остаётся прежняя модель",))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            _log.warning(
                "learning failed code=%s error=%s", process.returncode, complaint.decode(errors="replace")[-300:]
            )
            return Outcome(("обучение не удалось, подробности в журнале службы; остаётся прежняя модель",))
        return _outcome(json.loads(said))


def _outcome(answer: dict[str, Any]) -> Outcome:
    found = answer["model"]
    report = tuple(answer["report"])
    if found is None:
        return Outcome(report)
    return Outcome(report, found["version"], ModelFile(found["header"], base64.b64decode(found["arrays"])))


class Learning:
    """Looks which portal has something to learn, and teaches it."""

    def __init__(self, store: Store, clock: Clock, learner: Learner | None = None) -> None:
        self._store, self._clock = store, clock
        self._learner = learner or Child()

    async def sweep(self) -> int:
        """Teach every portal whose time has come, one after another; returns how many were taught."""
        async with self._store.read() as reading:
            portals = await reading.portals.active()
        taught = 0
        for portal in portals:
            if await self._is_time(portal):
                async with alone(self._store.database, "learning"):
                    # Looked at again: while we waited another node may have taught this portal.
                    taught += await self._is_time(portal) and await self.teach(portal)
        return taught

    async def teach(self, portal: PortalId) -> bool:
        """One training of one portal, and its result saved. False when there is nothing to learn from."""
        async with self._store.read(portal) as reading:
            task = await self._task(reading)
        outcome = await self._learner(task) if task.examples else Outcome(("учиться пока не на чем",))
        training = Training(self._clock.now(), task.correction, outcome.file is not None, outcome.report)
        async with self._store.work(portal) as work:
            await work.models.save(training, outcome.version, outcome.file)
            await work.marks.set(MARK, "")
            await work.commit()
        _log.info("learnt portal=%s examples=%s accepted=%s", portal, len(task.examples), training.accepted)
        return bool(task.examples)

    async def night(self, work: Work, due: DueTimer, /) -> None:
        """The handler of the portal's timer: what came during the day is learnt now, then the next night is set."""
        del due
        await work.marks.set(MARK, WANTED)
        await work.timers.set(SUBJECT, TIMER, await self._next_night(work))

    async def _is_time(self, portal: PortalId) -> bool:
        async with self._store.read(portal) as reading:
            if await reading.desks.published() is None:
                return False
            nothing_set = await reading.timers.due(SUBJECT, TIMER) is None
            wanted = await reading.marks.get(MARK) == WANTED
            last = await reading.models.last()
            fresh = await reading.corrections.after(last.correction if last is not None else 0)
        if nothing_set:
            await self._set_timer(portal)
        return fresh >= ENOUGH or (wanted and fresh > 0)

    async def _set_timer(self, portal: PortalId) -> None:
        async with self._store.work(portal) as work:
            await work.timers.set(SUBJECT, TIMER, await self._next_night(work))
            await work.commit()

    async def _next_night(self, reading: Reading) -> datetime:
        now = self._clock.now().astimezone(await _zone(reading))
        tonight = datetime.combine(now.date(), NIGHT, now.tzinfo)
        return (tonight if tonight > now else tonight + timedelta(days=1)).astimezone(UTC)

    async def _task(self, reading: Reading) -> Task:
        desk = await reading.desk()
        last = await reading.corrections.last()
        found = await reading.corrections.examples(limit=MAX_EXAMPLES)
        examples = [example for one in found if (example := _plain(one))["labels"]]
        return Task(_rules_data(desk.rules), examples, await reading.models.file(), last)


def _plain(example: Example) -> dict[str, Any]:
    known = [one for one in example.known if one.axis in LEARNT_AXES]
    return {
        "text": example.text,
        "subject": example.subject,
        "labels": {one.axis.value: one.label for one in known},
        "weights": {one.axis.value: one.weight for one in known},
    }


def _rules_data(rules: Rules) -> Any:
    return None if rules is default_rules() else rules_to_data(rules)


async def _zone(reading: Reading) -> ZoneInfo:
    try:
        desk = await reading.desk()
    except RuleBroken:
        return ZoneInfo("UTC")
    return ZoneInfo(desk.calendars[desk.calendar_name].timezone)
