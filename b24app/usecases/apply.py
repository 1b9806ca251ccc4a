"""Load, decide, save: the one place where a command meets the database."""

from datetime import datetime

from b24app.db.outbox import Outgoing
from b24app.db.work import Work
from b24app.desk.model import Desk
from b24app.tickets.decide import decide
from b24app.tickets.model import Command, Decision, Effect
from b24app.usecases import effects


async def apply(command: Command, *, work: Work, desk: Desk, now: datetime, touch: bool = False) -> Decision:
    """Carry out one command inside the caller's unit of work, which commits.

    `touch` saves the ticket even when nothing changed: then it counts as decided by this revision of the desk.

    Everything the world must be told is put down in the same transaction as the state, never one without the other.
    Raises `RuleBroken` with nothing written when a person asks for what the rules forbid.
    """
    before = await work.tickets.find(command.ticket)
    decision = decide(before, command, desk=desk, now=now)
    if decision.ticket is None:
        return decision
    if touch or decision.ticket != before:
        await work.tickets.save(decision.ticket, desk=desk.revision, at=now)
    await work.journal.add(decision.ticket.id, decision.journal, at=now)
    await work.corrections.add(decision.ticket.id, decision.corrections, desk=desk.revision)
    await work.timers.apply(decision.ticket.id, decision.timers)
    for kind in decision.cancel:
        await work.outbox.cancel(effects.stream_of(decision.ticket.id, kind), [effects.kind_of(kind).name])
    await work.outbox.put([outgoing(effect) for effect in decision.effects])
    return decision


def outgoing(effect: Effect) -> Outgoing:
    """The row of an effect."""
    kind = effects.kind_of(effect)
    return Outgoing(
        stream=effects.stream_of(effect.ticket, type(effect)),
        kind=kind.name,
        effect=effects.to_data(effect),
        idem_class=kind.idem,
        priority=effects.urgency_of(effect),
    )
