"""What the portal's records tell the clocks, however late: letters, calls, and the stages a deal went through."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from b24app.kit.ids import StageCode
from b24app.pipelines.stages import Meaning, Pipeline, Stage
from b24app.sla import HistoryItem, happened, misses, next_deadlines, read_history, rebuild
from b24app.tickets.model import Decision, Entry, Facts, Happened, Ticket, Word

REQUEST_ITSELF: Final = timedelta(minutes=1)
"""A letter of the client no later than this after the deal was made is the one it was made from, and waits for the
first response like the deal."""


def stage_of(pipeline: Pipeline, code: StageCode, semantics: str) -> Stage:
    """The stage as the desk knows it; one added on the portal meanwhile counts as work until the desk says otherwise."""
    meanings = {"S": Meaning.DONE, "F": Meaning.FAIL}
    return pipeline.by_code(code) or Stage(code, code, meanings.get(semantics, Meaning.WORK), code)


def entered_at(facts: Facts, pipeline: Pipeline) -> datetime:
    """When the deal came into this pipeline: a deal of a sale that is made a ticket is no older than that."""
    stay = _stay(facts, pipeline)
    return stay[0].entered_at if stay and stay[0] is not facts.passed[0] else facts.created_at


def caught_up(decision: Decision, facts: Facts, pipeline: Pipeline, now: datetime) -> Decision:
    """The decision completed by what the card's records say and no event told."""
    if decision.ticket is None:
        return decision
    heard, entries = _heard(decision.ticket, facts.words, now)
    known, more = _repaired(heard, facts, pipeline, now)
    return replace(decision, ticket=known, journal=(*decision.journal, *entries, *more))


def _heard(ticket: Ticket, words: Sequence[Word], now: datetime) -> tuple[Ticket, list[Entry]]:
    """Every letter and call is taken into account once, at its own moment."""
    fresh = sorted((word for word in words if word.id > ticket.heard), key=lambda word: word.at)
    clocks, entries = ticket.clocks, []
    for word in fresh:
        if _counts(word, ticket):
            clocks = happened(clocks, "responded" if word.ours else "customer", min(word.at, now))
            entries.append(Entry(Happened.ANSWERED if word.ours else Happened.CLIENT_WROTE))
    return replace(ticket, clocks=clocks, heard=max((word.id for word in fresh), default=ticket.heard)), entries


def _counts(word: Word, ticket: Ticket) -> bool:
    """A call that a ticket was made from has answered it already; a letter it was made from waits."""
    return word.at > ticket.opened_at + (-REQUEST_ITSELF if word.ours else REQUEST_ITSELF)


def _repaired(ticket: Ticket, facts: Facts, pipeline: Pipeline, now: datetime) -> tuple[Ticket, list[Entry]]:
    """Stage clocks from the portal's memory where it tells of a stage that we never saw (requirement N8)."""
    if not facts.passed or ticket.stage != facts.stage:
        return ticket, []  # a change of ours is on its way: the portal's memory is behind
    stay = _stay(facts, pipeline)
    semantics = {item.stage: item.semantics for item in stay} | {facts.stage: facts.semantics}

    def words(code: str) -> tuple[str, str]:
        stage = stage_of(pipeline, StageCode(code), semantics.get(code, "P"))
        return stage.key, stage.meaning.value

    history = read_history(stay, words, (facts.stage, facts.moved_at))
    if not misses(ticket.clocks, history):
        return ticket, []
    clocks = rebuild(ticket.clocks, history)
    again = replace(
        ticket, clocks=clocks, warned=(*ticket.warned, *_given(ticket, replace(ticket, clocks=clocks), now))
    )
    return again, [Entry(Happened.REBUILT, data={"stages": len(history.rows)})]


def _stay(facts: Facts, pipeline: Pipeline) -> list[HistoryItem]:
    """The rows since the deal came into this pipeline last."""
    stay: list[HistoryItem] = []
    for item in reversed(facts.passed):
        if item.pipeline != pipeline.id:
            break
        stay.insert(0, item)
    return stay


def _given(before: Ticket, after: Ticket, now: datetime) -> list[str]:
    """Marks of past deadlines that were given under another beginning of the same clock: nobody is told twice."""
    told = {_alarm(mark) for mark in before.warned}
    return [one.mark for one in next_deadlines(after.clocks, now) if one.at <= now and _alarm(one.mark) in told]


def _alarm(mark: str) -> tuple[str, str]:
    """Clock and distance of a mark `clock@beginning±distance`."""
    clock, _, rest = mark.partition("@")
    return clock, rest.lstrip("0123456789")
