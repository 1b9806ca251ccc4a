"""Clocks from their journal, and stage clocks from what the portal remembers of the stages (requirement N8)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from b24app.sla.calendar import BusinessCalendar
from b24app.sla.clock import Clocks, unopened
from b24app.sla.policy import Policy
from b24app.sla.state import Era, Mark
from b24app.sla.zones import utc

_CREATED = 1
_RANKS = {"opened": 0, "line": 1}
_ROW, _OTHER = 2, 3
"""Places within one instant: a ticket is opened, gets its line, enters its stage; then everything else."""


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One row of `crm.stagehistory.list`: the moment an item entered a stage. The next row is the moment it left."""

    id: int
    kind: int
    """TYPE_ID: 1 created, 2 moved, 3 moved to a final stage, 5 another pipeline."""
    stage: str
    """The portal's stage code."""
    entered_at: datetime
    pipeline: int = 0
    """CATEGORY_ID."""
    semantics: str = "P"


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage that was entered, in the words of the desk."""

    stage: str
    meaning: str
    entered_at: datetime
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class StageHistory:
    """The stages of a ticket as the portal remembers them."""

    rows: tuple[StageRow, ...]
    complete: bool
    """The first row is the creation, so nothing came before."""


def read_history(
    items: Iterable[HistoryItem],
    words: Callable[[str], tuple[str, str] | None],
    present: tuple[str, datetime] | None = None,
) -> StageHistory:
    """The portal's rows in the desk's words: `words` gives key and meaning of a stage code, None for a foreign stage.

    `present` is the stage the item stands in now and when it was moved there: where the history does not end with it,
    a row was lost, and the moment is marked as estimated.
    """
    ordered = sorted(items, key=lambda item: (item.entered_at, item.id))
    rows: list[StageRow] = []
    for item in ordered:
        found = words(item.stage)
        if found is not None and not (rows and rows[-1].stage == found[0]):
            rows.append(StageRow(*found, item.entered_at))
    if present is not None and (found := words(present[0])) and (not rows or rows[-1].stage != found[0]):
        last = rows[-1].entered_at if rows else present[1]
        rows.append(StageRow(*found, max(present[1], last), estimated=True))
    complete = bool(ordered) and ordered[0].kind == _CREATED and words(ordered[0].stage) is not None
    return StageHistory(tuple(rows), complete)


def misses(clocks: Clocks, history: StageHistory) -> bool:
    """The portal remembers a stage that the clocks never saw, or saw the stages in another order.

    A stage of ours that the portal does not tell is no gap: our change may still be on its way, and the portal may forget
    a stage that lasted seconds.
    """
    seen = iter(mark.detail for mark in clocks.marks if mark.what == "stage")
    return not all(row.stage in seen for row in history.rows)


def happened(clocks: Clocks, what: Literal["responded", "customer"], at: datetime) -> Clocks:
    """A message that we learnt of late, at its own moment: everything after it is lived again."""
    at = utc(at)
    if clocks.opened_at is None:
        return clocks
    marks = [mark for mark in clocks.marks if not mark.derived]
    at = max(at, clocks.opened_at)
    place = next((place for place, mark in enumerate(marks) if mark.at > at), len(marks))
    marks.insert(place, Mark(at, what))
    return relive(replace(clocks, marks=tuple(marks)))


def rebuild(clocks: Clocks, history: StageHistory) -> Clocks:
    """The same life with the stages as the portal remembers them; everything else stays as it was seen.

    Exact to the millisecond wherever the portal tells the moment; what it does not tell (a stage before its history
    begins, a row that was lost) is marked, and every minute that begins or ends there is shown as estimated.
    """
    if not history.rows:
        return clocks
    marks = _begun(_seen(clocks, history), clocks, history)
    after = 0
    for row in history.rows:
        after = _placed(marks, row, after) + 1
    return relive(replace(clocks, marks=tuple(marks)))


def relive(clocks: Clocks) -> Clocks:
    """The clocks again, from nothing but their journal and the rules that held: gives the same state."""
    later = any(mark.what == "counting" for mark in clocks.marks)
    state = Clocks(clocks.rulers, clocks.eras[:1], is_counting=clocks.is_counting and not later)
    eras = iter(clocks.eras[1:])
    for mark in clocks.marks:
        if not mark.derived:
            state = _moved(state, mark, eras)
    return state


def what_if(clocks: Clocks, policy: Policy | None, calendars: Mapping[str, BusinessCalendar], default: str) -> Clocks:
    """The same life under another agreement or calendar from its first minute on (requirement N7).

    What people did stays as it was: stages, answers, waits. Only the rules are others.
    """
    state = unopened(policy, calendars, default)
    for mark in clocks.marks:
        if not mark.derived and mark.what not in {"policy", "calendar"}:
            state = _moved(state, mark, iter(()))
    return state


def _moved(state: Clocks, mark: Mark, eras: Iterable[Era]) -> Clocks:
    """One step of the journal, keeping the note that its moment was a guess."""
    seen = len(state.marks)
    moved = _step(state, mark, eras)
    if not mark.estimated:
        return moved
    guessed = (replace(one, estimated=True) for one in moved.marks[seen:])
    return replace(moved, marks=(*moved.marks[:seen], *guessed))


def _step(state: Clocks, mark: Mark, eras: Iterable[Era]) -> Clocks:
    match mark.what:
        case "opened":
            return state.opened(mark.at)
        case "stage":
            return state.stage_entered(mark.detail, mark.meaning, mark.at)
        case "visit":
            return state.visited(mark.detail, mark.meaning, mark.at)
        case "line":
            return state.line_changed(mark.detail, mark.at)
        case "policy" | "calendar":
            return state.under(state.rulers, next(iter(eras)), mark.at)
        case _:
            moved: Clocks = getattr(state, _PLAIN[mark.what])(mark.at)
            return moved


_PLAIN = {
    "responded": "responded",
    "customer": "customer_replied",
    "paused": "paused",
    "resumed": "resumed",
    "resolved": "resolved",
    "closed": "closed",
    "reopened": "reopened",
    "counting": "counting",
    "vendor_asked": "vendor_asked",
    "vendor_answered": "vendor_answered",
}


def _seen(clocks: Clocks, history: StageHistory) -> list[Mark]:
    """The journal without the stages that the portal does not confirm.

    What we saw before the portal's history begins stays, marked: nobody can confirm it.
    """
    rows = list(history.rows)
    kept: list[Mark] = []
    for mark in clocks.marks:
        if mark.derived:
            continue
        if mark.what != "stage":
            kept.append(mark)
        elif (place := _confirming(rows, mark)) is not None:
            kept.append(replace(mark, estimated=mark.estimated and rows[place].estimated))
            del rows[: place + 1]
        elif not history.complete and mark.at < history.rows[0].entered_at:
            kept.append(replace(mark, estimated=True))
    return kept


def _confirming(rows: Sequence[StageRow], mark: Mark) -> int | None:
    return next((place for place, row in enumerate(rows) if _is_of(mark, row)), None)


def _is_of(mark: Mark, row: StageRow) -> bool:
    return mark.what == "stage" and (mark.detail, mark.at) == (row.stage, row.entered_at)


def _begun(marks: list[Mark], clocks: Clocks, history: StageHistory) -> list[Mark]:
    """A ticket cannot open after its first stage, and opens with it where the portal remembers the creation."""
    first = history.rows[0].entered_at
    if not history.complete and (clocks.opened_at or first) <= first:
        return marks
    moved = [replace(mark, at=first) if mark.what == "opened" else mark for mark in marks]
    return sorted(moved, key=lambda mark: (mark.at, mark.what != "opened"))


def _placed(marks: list[Mark], row: StageRow, after: int) -> int:
    """Put a row into the journal unless it is there already; gives its place.

    Among marks of one instant the order we saw decides; a row we did not see comes as early as a stage can: after the
    opening and the line.
    """
    later = range(after, len(marks))
    if (place := next((place for place in later if _is_of(marks[place], row)), None)) is not None:
        return place
    place = next((place for place in later if _order(marks[place]) > (row.entered_at, _ROW)), len(marks))
    marks.insert(place, Mark(row.entered_at, "stage", row.stage, row.meaning, estimated=row.estimated))
    return place


def _order(mark: Mark) -> tuple[datetime, int]:
    return mark.at, _RANKS.get(mark.what, _OTHER)
