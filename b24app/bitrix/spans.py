"""How the ids of a list are cut into spans that are read side by side, and put together again in order. Pure.

Nobody tells how many rows lie between two ids, so the plan lives from what it saw nearby: `density`, the rows for each
id. A span asked for with too short a chain comes back unfinished, and what is left of it takes its place; one asked for
with too long a chain costs a few empty commands. Ids are unique, so a span never holds more rows than ids.
"""

import math
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

AT_ONCE: Final = 8
"""Requests of one list under way together."""
AHEAD: Final = 2
"""Spans that may be ready before their turn while the others are on their way."""
LEAST_CHAIN: Final = 20
"""Near the end chains get shorter, so that all requests end together, but not shorter than this."""
DENSE: Final = 0.98


class State(Enum):
    """Where a span is."""

    WAITING = auto()
    RUNNING = auto()
    READY = auto()


@dataclass
class Scan:
    """What a chain of pages gave."""

    after: int
    """The last id that was seen."""
    counts: list[int] = field(default_factory=list)
    """Rows of each page that belong to the span."""
    complete: bool = False
    """No row of the span is behind `after`."""

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self.counts)

    def see(self, ids: list[int], upto: int | None, page: int) -> None:
        """Take a page. ValueError when its ids do not rise: then it is no walk, and rows could come twice or never."""
        if any(right <= left for left, right in zip([self.after, *ids], ids, strict=False)):
            raise ValueError("the ids do not rise")
        mine = ids if upto is None else [one for one in ids if one <= upto]
        if mine:
            self.counts.append(len(mine))
            self.after = mine[-1]
        self.complete = len(ids) < page or len(mine) < len(ids) or self.after == upto


@dataclass(eq=False)
class Span:
    """Ids behind `after` up to `upto`; None where the end of the list is not known."""

    after: int
    upto: int | None
    density: float
    state: State = State.WAITING
    counts: list[int] = field(default_factory=list)
    content: bytes = field(default=b"", repr=False)
    """The answer as it came."""
    last: int = 0
    """The last id of the answer."""

    def pages(self, page: int) -> float:
        """How many pages it probably has."""
        return math.inf if self.upto is None else (self.upto - self.after) * self.density / page


class Plan:
    """Spans in the order of their ids; the first one is the next to be given."""

    def __init__(self, spans: list[Span], page: int) -> None:
        self._spans, self._page = spans, page

    def __bool__(self) -> bool:
        """Something is left."""
        return bool(self._spans)

    @property
    def is_open(self) -> bool:
        """Only the beginning is known."""
        return len(self._spans) == 1 and self._spans[0].upto is None and self._spans[0].state is State.WAITING

    def size(self, most: int) -> int:
        """Pages of one request, at most so many: what is left is shared evenly."""
        left = sum(span.pages(self._page) for span in self._spans if span.state is State.WAITING)
        if math.isinf(left):
            return most
        return max(min(max(math.ceil(left / AT_ONCE), LEAST_CHAIN), most), 1)

    def next(self, size: int, at_once: int = AT_ONCE) -> Span | None:
        """The first waiting span, cut to this many pages; None when enough is under way."""
        running = sum(span.state is State.RUNNING for span in self._spans)
        ready = sum(span.state is State.READY for span in self._spans)
        place = next((place for place, span in enumerate(self._spans) if span.state is State.WAITING), None)
        if place is None or (running and (running >= at_once or running + ready >= at_once + AHEAD)):
            return None
        span = self._spans[place]
        self._cut(place, size)
        span.state = State.RUNNING
        return span

    def _cut(self, place: int, size: int) -> None:
        span = self._spans[place]
        if span.upto is None:
            return
        spare = 0 if span.density >= DENSE or size == 1 else 1
        end = span.after + max(int((size - spare) * self._page / span.density), 1)
        if end < span.upto:
            self._spans.insert(place + 1, Span(end, span.upto, span.density))
            span.upto = end

    def chain(self, span: Span, size: int) -> int:
        """Commands that a request for this span should have."""
        if span.upto is None:
            return size
        likely = span.pages(self._page)
        spare = 0 if span.density >= DENSE else 1
        return max(min(math.ceil(likely - 0.01) + spare, math.ceil((span.upto - span.after) / self._page), size), 1)

    def came(self, span: Span, scan: Scan, content: bytes) -> None:
        """The answer for a span. What it did not reach takes its place behind it."""
        place, upto = self._spans.index(span), span.upto
        ended = scan.complete or (upto is not None and scan.after >= upto)
        reached = upto if ended and upto is not None else scan.after
        density = min(max(scan.rows, 1) / max(reached - span.after, 1), 1.0)
        left = [] if ended else [Span(scan.after, upto, density if scan.counts else span.density)]
        if scan.counts:
            span.state, span.counts, span.content, span.last = State.READY, scan.counts, content, scan.after
        self._spans[place : place + 1] = [span, *left] if scan.counts else left
        if ended:
            self._learn(place, density)

    def _learn(self, place: int, density: float) -> None:
        """The nearest waiting span behind is probably as dense."""
        for span in self._spans[place + 1 :]:
            if span.state is State.WAITING:
                span.density = density
                return

    def ready(self) -> Span | None:
        """The first span, if its answer is there; it is taken out."""
        if self._spans and self._spans[0].state is State.READY:
            return self._spans.pop(0)
        return None

    def give_back(self, span: Span) -> None:
        """Its request failed: it waits again."""
        span.state = State.WAITING

    def close(self, span: Span, upto: int) -> None:
        """The end of the list is known."""
        span.upto = max(upto, span.after)

    @property
    def first(self) -> Span:
        """The next to be given."""
        return self._spans[0]
