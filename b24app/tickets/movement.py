"""Stages: moved by a person on our pages, by hand in the card, or for ever out of sight."""

from dataclasses import replace
from datetime import datetime

from b24app.desk.model import Desk
from b24app.kit.errors import RuleBroken
from b24app.kit.ids import UserId
from b24app.pipelines.stages import Meaning, Pipeline, Stage
from b24app.tickets import assignment, correction, dispatch, terms
from b24app.tickets.model import (
    Announce,
    ClearTimer,
    Comment,
    Decision,
    Effect,
    Entry,
    Gone,
    Happened,
    Move,
    Outcome,
    SetTimer,
    TellAgent,
    Ticket,
    Timer,
    UpdateItem,
    WarnSla,
    WriteFields,
)

ALL_WAITING: tuple[type[Effect], ...] = (Announce, TellAgent, UpdateItem, WriteFields, Comment, WarnSla)


def move(ticket: Ticket, command: Move, desk: Desk, now: datetime) -> Decision:
    """A person moved the ticket on our pages or by the button «Спам»."""
    if command.message is not None:
        assignment.pressed(ticket, command.message, command.by, desk)
    pipeline = desk.pipeline(ticket.pipeline)
    stage = _wanted(pipeline, command.stage) if pipeline else None
    if stage is None:
        raise RuleBroken(f"Нет стадии «{command.stage}»")
    if stage.code == ticket.stage:
        return Decision(ticket)
    spam = command.message is not None and stage.meaning is Meaning.FAIL
    if spam:
        return _spam(ticket, stage, command, desk, now)
    decision = to_stage(ticket, stage, desk, now, by=command.by)
    return replace(decision, effects=(UpdateItem(ticket.id, None, stage.code), *decision.effects))


def _spam(ticket: Ticket, stage: Stage, command: Move, desk: Desk, now: datetime) -> Decision:
    """The button closes the ticket and teaches the classifier; the live messages end instead of being drawn anew."""
    labelled = correction.as_spam(ticket, desk, now, by=command.by)
    said = tuple(effect for effect in labelled.effects if isinstance(effect, Comment))
    closed = to_stage(labelled.ticket or ticket, stage, desk, now, by=command.by, outcome=Outcome.SPAM)
    decision = replace(labelled, effects=said, timers=()).then(closed)
    return replace(decision, effects=(UpdateItem(ticket.id, None, stage.code), *decision.effects))


def _wanted(pipeline: Pipeline, stage: str | Meaning) -> Stage | None:
    return pipeline.stage(stage) if isinstance(stage, Meaning) else pipeline.by_key(stage)


def to_stage(
    ticket: Ticket,
    stage: Stage,
    desk: Desk,
    now: datetime,
    *,
    by: UserId | None,
    outcome: Outcome | None = None,
    at: datetime | None = None,
) -> Decision:
    """The ticket stands in this stage since `at` (default: now); the portal is (or will be) told by the caller."""
    moved = terms.enter_stage(ticket, stage, desk, at or now)
    entry = _entry(ticket, stage, by)
    if stage.is_final:
        decision = _close(moved, entry, outcome or Outcome.CLOSED, at or now)
    elif stage.meaning is Meaning.TRIAGE:
        decision = _back_to_triage(moved, ticket, entry, desk, now)
    elif ticket.is_unassigned:
        decision = _out_of_triage(moved, entry, desk, now)
    else:
        decision = Decision(replace(moved, closed_at=None, closed_by=None), journal=(entry,))
    return terms.settle(ticket, decision, desk, now)


def _entry(ticket: Ticket, stage: Stage, by: UserId | None) -> Entry:
    what = Happened.CLOSED if stage.is_final else Happened.REOPENED if ticket.is_closed else Happened.STAGE
    return Entry(what, by, {"from": ticket.stage, "to": stage.code, "title": stage.title})


def _close(moved: Ticket, entry: Entry, outcome: Outcome, at: datetime) -> Decision:
    effects = dispatch.close_notices(moved, outcome, entry.by)
    closed = replace(moved, closed_at=at, closed_by=entry.by, notices=())
    return Decision(closed, effects, (ClearTimer(Timer.UNASSIGNED),), (entry,), (Announce, WarnSla))


def _back_to_triage(moved: Ticket, before: Ticket, entry: Entry, desk: Desk, now: datetime) -> Decision:
    """A deal that enters TRIAGE is unassigned, whoever is its responsible."""
    if before.is_unassigned:
        return Decision(moved, journal=(entry,))
    closing = dispatch.close_notices(before, Outcome.MOVED, entry.by)
    freed = replace(
        moved,
        assignee=None,
        assigned_at=None,
        accepted_at=None,
        closed_at=None,
        closed_by=None,
        quiet=False,
        reminders=0,
        notices=(),
    )
    effects, timer = dispatch.announce(freed, desk, now)
    return Decision(freed, (*closing, *effects), (timer,), (entry,))


def _out_of_triage(moved: Ticket, entry: Entry, desk: Desk, now: datetime) -> Decision:
    """Whoever is responsible when the deal is moved out of TRIAGE is the assignee."""
    decision = assignment.give(moved, moved.seen_responsible, desk, now, by=entry.by, mirror=False)
    return replace(decision, journal=(entry, *decision.journal))


def gone(ticket: Ticket, command: Gone) -> Decision:
    """The item was deleted or left the support pipelines: nobody is asked or warned about it any more."""
    if ticket.gone:
        return Decision(ticket)
    out = replace(ticket, gone=command.why)
    effects = dispatch.close_notices(out, dispatch.outcome_of(out))
    timers: tuple[SetTimer | ClearTimer, ...] = (ClearTimer(Timer.UNASSIGNED), ClearTimer(Timer.SLA))
    entry = Entry(Happened.GONE, data={"why": command.why})
    return Decision(replace(out, notices=()), effects, timers, (entry,), ALL_WAITING)
