"""A cumulative index of open intervals: every question about business time is one bisection."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Self

from b24app.sla.hours import Interval


@dataclass(frozen=True, slots=True)
class Index:
    """Open intervals of `low <= t < high` (UTC microseconds), merged, with the open time before each.

    `before` counts from an arbitrary origin and may be negative; only differences mean something. An index is never
    changed: growing gives a new one, so that threads may share a calendar.
    """

    starts: list[int]
    ends: list[int]
    before: list[int]
    low: int
    high: int

    @classmethod
    def empty(cls, at: int) -> Self:
        """Covers nothing yet, ready to grow both ways."""
        return cls([], [], [], at, at)

    def worked(self, at: int) -> int:
        """Open microseconds from the origin to `at`, which must be covered."""
        place = bisect_right(self.starts, at) - 1
        if place < 0:
            return self.before[0] if self.before else 0
        return self.before[place] + min(at, self.ends[place]) - self.starts[place]

    def later(self, intervals: list[Interval], high: int) -> Self:
        """The index grown to the right by the intervals of `self.high <= t < high`."""
        starts, ends, before = list(self.starts), list(self.ends), list(self.before)
        for start, end in intervals:
            if ends and ends[-1] == start:
                ends[-1] = end
                continue
            before.append(before[-1] + ends[-1] - starts[-1] if before else 0)
            starts.append(start)
            ends.append(end)
        return type(self)(starts, ends, before, self.low, high)

    def earlier(self, intervals: list[Interval], low: int) -> Self:
        """The index grown to the left by the intervals of `low <= t < self.low`."""
        starts, ends = list(self.starts), list(self.ends)
        before = list(self.before)
        left = list(intervals)
        if left and starts and left[-1][1] == starts[0]:
            joined = left.pop()[0]
            before[0] -= starts[0] - joined
            starts[0] = joined
        total = before[0] if before else 0
        counts: list[int] = []
        for start, end in reversed(left):
            total -= end - start
            counts.append(total)
        counts.reverse()
        return type(self)(
            [start for start, _ in left] + starts,
            [end for _, end in left] + ends,
            counts + before,
            low,
            self.high,
        )
