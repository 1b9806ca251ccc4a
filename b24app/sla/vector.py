"""Business time of very many spans at once, for reports."""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from b24app.sla.calendar import BusinessCalendar
from b24app.sla.index import Index
from b24app.sla.zones import EPOCH

Moments = NDArray[np.datetime64]
Spans = NDArray[np.timedelta64]
Numbers = NDArray[np.int64]


def between_many(calendar: BusinessCalendar, starts: Moments, ends: Moments) -> Spans:
    """`calendar.between` of each pair, exact to the microsecond; negative where an end is earlier.

    Moments are `datetime64` in UTC, results `timedelta64[us]`. ValueError for a moment that is none (NaT).
    """
    first, last = _micros(starts), _micros(ends)
    if not first.size or not last.size:
        return (last - first).astype("timedelta64[us]")
    index = calendar.covering_index(_moment(min(first.min(), last.min())), _moment(max(first.max(), last.max())))
    worked: Numbers = _worked(index, last) - _worked(index, first)
    return worked.astype("timedelta64[us]")


def _worked(index: Index, at: Numbers) -> Numbers:
    if not index.starts:
        return np.zeros_like(at)
    opens, closes, before = (np.array(part, dtype=np.int64) for part in (index.starts, index.ends, index.before))
    place = np.searchsorted(opens, at, side="right") - 1
    inside = np.maximum(place, 0)
    spent = np.minimum(at, closes[inside]) - opens[inside]
    return before[inside] + np.where(place < 0, 0, spent)


def _micros(moments: Moments) -> Numbers:
    if np.isnat(moments).any():
        raise ValueError("a moment is missing (NaT)")
    return moments.astype("datetime64[us]").astype(np.int64)


def _moment(at: np.int64) -> datetime:
    return EPOCH + timedelta(microseconds=int(at))
