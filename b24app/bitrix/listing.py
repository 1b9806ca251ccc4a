"""Whole lists: every row once, in the order of ids, several requests at once, bounded memory.

The pages are found by `>id` without counting (`start=-1`). A batch walks a span of ids by itself: each command begins
behind the last id of the one before (`$result[p0][items][49][id]`). The first requests show where the list ends and how
densely its ids are set; then the rest is cut into spans (`spans.py`), up to eight of which are on their way together.
Answers that come before their turn are kept as the bytes that came.

A page with fewer rows than it may have is the last of its span: what later commands of the chain answered is not looked
at, since a reference to a row that is not there stands for anything (platform.md 3.6.7). Every row is checked against
its span, so a portal that ignores a condition costs time, never a row.

Source: documentation, settings/performance/huge-data; platform.md 3.4, 3.6.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from itertools import pairwise
from typing import Any, Final, Generic, TypeVar

import orjson
from pydantic import ValidationError

from b24app.bitrix.answers import OPERATING, error_in
from b24app.bitrix.caller import Caller
from b24app.bitrix.commands import BATCH, Answers, line, unreadable
from b24app.bitrix.methods import Walked
from b24app.bitrix.spans import AT_ONCE, LEAST_CHAIN, Plan, Scan, Span
from b24app.bitrix.throttle import PATIENCE_S, Priority
from b24app.kit.errors import AccessExpired, ListInterrupted, PortalBusy, PortalError, PortalRefused, PortalUnreachable

A = TypeVar("A")

FIRST_CHAIN: Final = 4
"""Pages of the request that also asks for the end of the list."""
TAIL: Final = "tail"
WINDOW_BYTES: Final = 12 * 1024 * 1024
"""Of answers on their way and waiting for their turn."""
LONGEST_S: Final = 20.0
"""The portal ends a request after 60 s; what was measured may double."""


class Listing(Generic[A]):
    """One walk through one list."""

    def __init__(self, caller: Caller, method: Walked[A], priority: Priority, after: int | None) -> None:
        self._caller, self._method, self._priority = caller, method, priority
        self._given = after
        """Every row up to this id was given."""
        self._plan = Plan([], method.page)
        self._tasks: set[asyncio.Task[PortalError | None]] = set()
        self._failure: PortalError | None = None
        self._page_bytes = 1
        self._most = BATCH
        self._has_tail = True
        self._heard_at = _now()
        self._tries = 0

    async def rows(self) -> AsyncGenerator[A, None]:
        """The rows. `ListInterrupted` says behind which id to go on; what fails at once is raised as it is."""
        try:
            for row in await self._begin():
                yield row
            while self._plan:
                await self._work()
                while (span := self._plan.ready()) is not None:
                    for row in self._read(span):
                        yield row
        except PortalError as error:
            if self._given is None:
                raise
            raise ListInterrupted(self._method.rest_name, self._given, error) from error
        finally:
            await self._stop()

    async def _begin(self) -> list[A]:
        """The first page by itself: most lists are short."""
        name, start = self._method.rest_name, -1 if self._given is None else self._given
        body = await self._caller.call(name, self._method.walk(self._given), self._priority, repeat=True)
        scan, result = Scan(start), body.get("result")
        if (error := self._see(scan, result, None)) is not None:
            raise error
        if not scan.complete:
            self._plan = Plan([Span(scan.after, None, 1.0)], self._method.page)
        rows = self._typed(result)
        if rows:
            self._given = scan.after
        return rows

    async def _work(self) -> None:
        """Send what may go, then wait until something came. Raises the failure of the span whose turn it is."""
        if self._plan.is_open and self._has_tail and self._failure is None:
            await self._settle(await self._probe(self._plan.first))
            return
        if self._failure is None:
            self._send()
        if not self._tasks:
            raise self._failure or AssertionError("a plan with nothing to do")
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            self._tasks.discard(task)
            await self._settle(task.result())

    def _send(self) -> None:
        size = self._plan.size(self._most_pages())
        at_once = max(min(WINDOW_BYTES // (size * self._page_bytes), AT_ONCE), 1)
        while (span := self._plan.next(size, at_once)) is not None:
            # No TaskGroup: its scope would be open while a row is given, and cancel whoever reads the rows.
            # `_stop` waits for every one of these tasks.
            self._tasks.add(asyncio.create_task(self._fetch(span, self._plan.chain(span, size))))

    def _most_pages(self) -> int:
        """Pages of one request: by its time, by the bytes it brings, by the portal's 50 commands.

        Rows so heavy that eight requests would be short go in fewer ones: the portal counts requests, not pages.
        """
        pace = self._caller.throttle.method(self._method.rest_name).pace.careful_s
        by_time = int(LONGEST_S / pace) if pace else BATCH
        fits = WINDOW_BYTES // self._page_bytes
        by_bytes = max(fits // AT_ONCE, min(fits // 2, LEAST_CHAIN))
        return max(min(by_time, by_bytes, self._most), 1)

    async def _probe(self, span: Span) -> PortalError | None:
        """Some pages, and the last one of the list."""
        return await self._fetch(span, FIRST_CHAIN + 1, with_tail=True)

    async def _fetch(self, span: Span, pages: int, *, with_tail: bool = False) -> PortalError | None:
        """Ask for a span. Gives the error that stopped the chain, if one did; what came before it counts."""
        name = self._method.rest_name

        def make(granted: int) -> dict[str, Any]:
            chained = granted - 1 if with_tail and granted > 1 else granted
            return {"halt": 1, "cmd": self._commands(span, chained, with_tail=chained < granted)}

        try:
            body, content = await self._caller.grown(make, self._priority, name, pages, repeat=False)
        except PortalError as error:
            self._plan.give_back(span)
            if isinstance(error, PortalBusy | PortalUnreachable) and error.sent:
                self._most = max(min(self._most, pages // 2), 1)  # perhaps the chain was too long
                return error
            self._failure = self._failure or error
            return None
        return self._take(span, body, content, with_tail=with_tail)

    def _commands(self, span: Span, pages: int, *, with_tail: bool) -> dict[str, str]:
        name, after = self._method.rest_name, str(span.after)
        lines: dict[str, str] = {}
        for number in range(pages):
            lines[f"p{number}"] = line(name, self._method.walk(after, span.upto))
            after = self._method.last_id_of(f"p{number}")
        if with_tail:
            lines[TAIL] = line(name, self._method.walk(span.after, down=True))
        return lines

    def _take(self, span: Span, body: dict[str, Any], content: bytes, *, with_tail: bool) -> PortalError | None:
        answers, scan, error = Answers(body), Scan(span.after), None
        for told in answers.times.values():
            self._caller.throttle.learn(self._method.rest_name, told)
        number = 0
        while not scan.complete and error is None and (key := f"p{number}") in answers.values:
            error = self._see(scan, answers.values[key], span.upto)
            number += 1
        if not scan.complete and error is None and f"p{number}" in answers.errors:
            error = error_in(answers.errors[f"p{number}"])
        self._page_bytes = max(self._page_bytes, len(content) // max(len(scan.counts), 1))
        if with_tail and not scan.complete:
            self._find_end(span, answers)
        self._plan.came(span, scan, content)
        if scan.counts:
            self._heard_at, self._tries = _now(), 0
        return error

    def _see(self, scan: Scan, result: Any, upto: int | None) -> PortalError | None:
        try:
            ids = [int(row[self._method.id_field]) for row in self._method.rows_in(result)]
            scan.see(ids, upto, self._method.page)
        except (KeyError, TypeError, ValueError) as strange:
            return PortalRefused("UNREADABLE_ANSWER", f"{self._method.rest_name}: {strange!r}", status=200)
        return None

    def _find_end(self, span: Span, answers: Answers) -> None:
        """The last id of the list, if the portal can sort from the end."""
        if TAIL in answers.values:
            ids = [int(row[self._method.id_field]) for row in self._method.rows_in(answers.values[TAIL])]
            falls = all(left > right for left, right in pairwise(ids))
            if ids and falls and ids[0] > span.after:
                self._plan.close(span, ids[0])
                return
        elif TAIL not in answers.errors or isinstance(error_in(answers.errors[TAIL]), PortalBusy):
            return
        self._has_tail = False

    async def _settle(self, error: PortalError | None) -> None:
        """What stopped a chain: a limit is waited for, a breakdown tried again, everything else ends the walk."""
        if error is None:
            return
        if isinstance(error, PortalBusy) and error.code == OPERATING:
            self._caller.throttle.block(self._method.rest_name)
            if _now() - self._heard_at > PATIENCE_S[self._priority]:
                self._failure = error
            return
        self._tries += 1
        hopeful = isinstance(error, PortalBusy | PortalUnreachable | AccessExpired)
        if not hopeful or self._tries > self._caller.retries.of(self._priority):
            self._failure = self._failure or error
        elif isinstance(error, AccessExpired):
            await self._caller.renew()
        else:
            await asyncio.sleep(self._caller.retries.delay_s(self._tries))

    def _read(self, span: Span) -> Iterator[A]:
        """The rows of a span from the bytes that came, now that it is their turn."""
        values = Answers(orjson.loads(span.content)).values
        span.content = b""
        for number, count in enumerate(span.counts):
            yield from self._typed(values.pop(f"p{number}"))[:count]
        self._given = span.last

    def _typed(self, result: Any) -> list[A]:
        try:
            return self._method.read(result)
        except ValidationError as strange:
            raise unreadable(self._method, strange) from strange

    async def _stop(self) -> None:
        """Nothing goes on behind the reader's back."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _now() -> float:
    return asyncio.get_running_loop().time()
