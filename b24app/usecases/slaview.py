"""The terms of a ticket as its card shows them: clocks, why they show what they show, and whose time it was."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from b24app.desk.model import Desk
from b24app.sla import BusinessCalendar, Clocks, ClockView, Ledger, ledger, most_urgent, view, views, whose_time
from b24app.tickets.model import Ticket
from b24app.usecases.views import Hours, Share, SlaCard, Waited, Whose

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SIDES: Final = ("ours", "client", "vendor", "off")
ALWAYS: Final = ("first_response", "resolution")


def sla_of(ticket: Ticket, desk: Desk, now: datetime) -> SlaCard:
    """The whole card of terms at a moment of the domain clock."""
    clocks = ticket.clocks
    main = _main(ticket, now)
    policy = next((policy.title or policy.key for policy in desk.policies if policy.key == ticket.policy), "")
    calendar = clocks.calendar if ticket.policy else desk.calendar
    return SlaCard(
        main=main,
        first_response=view(clocks, "first_response", now),
        resolution=view(clocks, "resolution", now),
        others=tuple(_others(clocks, now)),
        policy=policy,
        hours=tuple(_hours(calendar)),
        zone=calendar.timezone,
        ledger=ledger(clocks, main.clock, now) if main else None,
        ledgers=tuple(_ledgers(clocks, main, now)),
        whose=whose_of(clocks, now),
    )


def _main(ticket: Ticket, now: datetime) -> ClockView | None:
    if ticket.is_closed:
        return view(ticket.clocks, "resolution", now)
    stage = view(ticket.clocks, f"stage:{ticket.clocks.stage}", now)
    return stage if stage and stage.limit is not None else most_urgent(ticket.clocks, now)


def _others(clocks: Clocks, now: datetime) -> Iterator[ClockView]:
    """Clocks with a target that have no line of their own on the card: next answer, line, vendor."""
    for shown in views(clocks, now):
        if shown.limit is not None and shown.clock not in ALWAYS and not shown.clock.startswith("stage:"):
            yield shown


def _ledgers(clocks: Clocks, main: ClockView | None, now: datetime) -> Iterator[Ledger]:
    """Why the other terms are what they are."""
    for shown in views(clocks, now):
        if shown.limit is not None and (main is None or shown.clock != main.clock):
            explained = ledger(clocks, shown.clock, now)
            if explained is not None:
                yield explained


def whose_of(clocks: Clocks, now: datetime) -> Whose | None:
    """Whose time it was so far, with each wait as proof; None before anything lasted."""
    divided = whose_time(clocks, now)
    whole = divided.open_time
    if not whole:
        return None
    shares: list[Share] = []
    at = 0.0
    for side in SIDES:
        percent = divided.total(side) / whole * 100
        shares.append(Share(side, divided.total(side), round(at, 2), round(percent, 2)))
        at += percent
    waits = [
        Waited(wait.why, wait.start, wait.end, clocks.rulers[wait.ruler].between(wait.start, wait.end or now))
        for wait in clocks.waits
        if wait.why != "closed"
    ]
    return Whose(tuple(shares), tuple(waits), any(stretch.estimated for stretch in divided.stretches))


def _hours(calendar: BusinessCalendar) -> Iterator[Hours]:
    """Days of the week that follow each other with the same hours; closed days are left out."""
    week = calendar.to_dict()["working_hours"]
    texts = [", ".join(f"{start}–{end}" for start, end in week.get(day) or ()) for day in DAYS]
    first = 0
    for place, text in enumerate(texts):
        if place + 1 == len(texts) or texts[place + 1] != text:
            if text:
                yield Hours(DAYS[first], DAYS[place], text)
            first = place + 1
