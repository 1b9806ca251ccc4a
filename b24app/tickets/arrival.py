"""The portal was read: a new ticket, a change made by hand, or nothing new."""

from dataclasses import replace
from datetime import datetime

from b24app.desk.model import Desk
from b24app.pipelines.classify import Classification, RequestText, classify, is_noise
from b24app.pipelines.routing import route
from b24app.pipelines.stages import Meaning, Pipeline, Stage
from b24app.tickets import assignment, correction, dispatch, movement, ownfields, records, terms
from b24app.tickets.model import (
    ClearTimer,
    Comment,
    Decision,
    Effect,
    Entry,
    Facts,
    Gone,
    Happened,
    Observed,
    Remark,
    SetTimer,
    Ticket,
    UpdateItem,
    WriteFields,
)


def observe(ticket: Ticket | None, command: Observed, desk: Desk, now: datetime) -> Decision:
    """Compare what the portal shows with what we know, and follow it."""
    facts = command.facts
    pipeline = desk.pipeline(facts.pipeline)
    if pipeline is None:
        return movement.gone(ticket, Gone(ticket.id, "left")) if ticket else Decision(None)
    if ticket is None or ticket.gone:
        decision = _arrive(command, pipeline, desk, now)
        return decision if ticket is None else _in_the_place_of(ticket, decision)
    if command.may_be_ours(ticket):
        return Decision(replace(ticket, look_again=True))
    return _follow(ticket, facts, pipeline, desk, now)


def _in_the_place_of(gone: Ticket, decision: Decision) -> Decision:
    """A deal that comes back starts anew, in the row it had."""
    fresh = decision.ticket
    return replace(decision, ticket=replace(fresh, version=gone.version) if fresh else gone)


def _arrive(command: Observed, pipeline: Pipeline, desk: Desk, now: datetime) -> Decision:
    facts = command.facts
    stage = records.stage_of(pipeline, facts.stage, facts.semantics)
    if stage.is_final:
        return Decision(None)  # closed before we ever saw it: nothing to drive
    ticket = _new_ticket(command, pipeline, stage, desk, now)
    effects: tuple[Effect, ...] = (WriteFields(ticket.id), Comment(ticket.id, Remark.ARRIVED))
    timers: tuple[SetTimer | ClearTimer, ...] = ()
    if ticket.is_unassigned:
        announcements, timer = dispatch.announce(ticket, desk, now)
        effects, timers = (*announcements, *effects), (timer,)
    arrived = Decision(ticket, effects, timers, _arrival_entries(ticket))
    return terms.settle(None, records.caught_up(arrived, facts, pipeline, now), desk, now)


def _new_ticket(command: Observed, pipeline: Pipeline, stage: Stage, desk: Desk, now: datetime) -> Ticket:
    facts = command.facts
    asked = "" if facts.is_named_by_portal else facts.subject
    found = _classified(asked, facts, desk)
    way = route(found, desk.routing)
    opened = min(records.entered_at(facts, pipeline), now)
    in_triage = stage.meaning is Meaning.TRIAGE
    bare = Ticket(
        id=command.ticket,
        pipeline=facts.pipeline,
        stage=stage.code,
        meaning=stage.meaning,
        seen_stage=facts.stage,
        seen_responsible=facts.responsible,
        subject=facts.subject,
        asked_subject=asked,
        text=facts.text,
        channel=facts.channel,
        company=facts.company,
        requester=facts.requester,
        classification=found,
        line=way.line,
        quiet=is_noise(found) and found.decision == "auto",
        policy="",
        clocks=terms.NO_CLOCKS,
        opened_at=opened,
        active_at=facts.active_at,
        assignee=None if in_triage else facts.responsible,
        assigned_at=None if in_triage else now,
    )
    return terms.start(ownfields.begun(bare, facts), stage, desk, now)


def _classified(subject: str, known: Facts | Ticket, desk: Desk) -> Classification:
    company = known.company.name if known.company is not None else ""
    return classify(RequestText(known.text, subject, channel=known.channel, company=company), desk.rules, desk.model)


def _arrival_entries(ticket: Ticket) -> tuple[Entry, ...]:
    found = ticket.classification
    why = found.why[0].text if found.why else ""
    return (
        Entry(Happened.ARRIVED, data={"channel": ticket.channel}),
        Entry(
            Happened.CLASSIFIED,
            data={
                "category": found.category,
                "line": ticket.line,
                "why": why,
                "decision": found.decision,
                "percent": round(found.confidence * 100),
            },
        ),
    )


def _follow(ticket: Ticket, facts: Facts, pipeline: Pipeline, desk: Desk, now: datetime) -> Decision:
    decision = _with_late_text(ticket, _refresh(ticket, facts), desk)
    known = decision.ticket or ticket
    if facts.labels:
        decision = decision.then(ownfields.follow(known, facts, desk, now))
        known = decision.ticket or known
    if facts.stage not in {ticket.seen_stage, ticket.stage}:
        decision = decision.then(_moved_by_hand(known, facts, pipeline, desk, now))
    if facts.responsible not in {ticket.seen_responsible, ticket.assignee}:
        decision = decision.then(_assigned_by_hand(decision.ticket or known, facts, desk, now))
    return records.caught_up(decision, facts, pipeline, now)


def _with_late_text(ticket: Ticket, known: Ticket, desk: Desk) -> Decision:
    """A deal may be there before its letter: the text that comes late is read as if it had been there.

    Labels set by people stay, whatever the text says.
    """
    if ticket.text.strip() or not known.text.strip():
        return Decision(known)
    found = _classified(known.asked, known, desk)
    read = correction.reread(known, found, desk)
    return Decision(read, dispatch.refresh_notices(read))


def _refresh(ticket: Ticket, facts: Facts) -> Ticket:
    return replace(
        ticket,
        pipeline=facts.pipeline,
        subject=facts.subject,
        text=ticket.text or facts.text,
        channel=facts.channel or ticket.channel,
        company=facts.company,
        requester=facts.requester,
        seen_stage=facts.stage,
        seen_responsible=facts.responsible,
        active_at=facts.active_at,
        look_again=False,
    )


def _moved_by_hand(ticket: Ticket, facts: Facts, pipeline: Pipeline, desk: Desk, now: datetime) -> Decision:
    """The move happened when the portal says, which may be a while before we learnt of it."""
    stage = records.stage_of(pipeline, facts.stage, facts.semantics)
    at = min(max(facts.moved_at, ticket.opened_at), now)
    decision = movement.to_stage(ticket, stage, desk, now, by=facts.moved_by, at=at)
    return replace(decision, cancel=(*decision.cancel, UpdateItem))


def _assigned_by_hand(ticket: Ticket, facts: Facts, desk: Desk, now: datetime) -> Decision:
    """Somebody else than the application changed the responsible: that is an assignment too."""
    if ticket.is_closed or ticket.assignee == facts.responsible:
        return Decision(ticket)
    return assignment.give(ticket, facts.responsible, desk, now, by=facts.updated_by, mirror=False)
