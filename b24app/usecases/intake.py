"""Events of the portal: a deal changed, a button was pressed, somebody wrote to the bot, the application itself changed."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from b24app.chatbot import dialogs
from b24app.chatbot.answers import refusal
from b24app.chatbot.router import Press
from b24app.db.inbox import InboxRow, Incoming, ticket_lane
from b24app.db.outbox import Outgoing
from b24app.db.portals import PortalStatus
from b24app.db.work import Store, Work
from b24app.kit.clock import Clock
from b24app.kit.errors import RuleBroken, TicketUnknown
from b24app.kit.ids import DepartmentId, PortalId, TicketId, UserId, number_of
from b24app.portal.binding import Binding
from b24app.portal.facts import with_labels
from b24app.tickets.dispatch import outcome_of
from b24app.tickets.model import (
    Assign,
    Browse,
    CloseNotice,
    Command,
    Effect,
    Gone,
    Observed,
    RemoveNotice,
    ShowAgents,
    ShowTeams,
    Ticket,
    UpdateItem,
)
from b24app.usecases import effects
from b24app.usecases.apply import apply, outgoing
from b24app.usecases.clients import Clients
from b24app.usecases.effects import Urgency
from b24app.usecases.gather import read_tickets
from b24app.usecases.staff import Seen, keep_seen, see_kindly

DEAL_CHANGED: Final = "deal"
PRESS: Final = "press"
BOT_MESSAGE: Final = "bot_message"
UNINSTALLED: Final = "uninstalled"
RECHECK: Final = "recheck"
OUR_CHANGE: Final = effects.kind_of(UpdateItem).name
"""The effect that changes responsible and stage of the portal's item."""
PEOPLE: Final = "people"


class Pass(Protocol):
    """What a handler gets beside the events: the portal, and the one transaction that completes them."""

    portal: PortalId
    store: Store

    def apply(self, *, ignored: bool = False) -> AbstractAsyncContextManager[Work]: ...


class Intake:
    """Handlers of the inbox by kind. Each reads first, then decides and saves in one transaction."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients, self._clock = clients, clock

    async def deal_changed(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """However many events told that the deal changed, it is read once, as it is now."""
        ticket = TicketId(str(rows[-1].body["ticket"]))
        async with ctx.store.read(ctx.portal) as reading:
            known = await reading.tickets.find(ticket)
        portal = await self._clients.of(ctx.portal)
        facts = (await read_tickets(portal, [ticket]))[ticket]
        async with ctx.apply() as work:
            if facts is not None:
                facts = with_labels(facts, Binding.from_data(dict((await work.portals.get(ctx.portal)).settings)))
            under_way = await work.outbox.has(ticket, OUR_CHANGE)
            seen = Observed(ticket, facts, known.confirmed if known else None, under_way) if facts else None
            decision = await apply(
                seen or Gone(ticket, "deleted"), work=work, desk=await work.desk(), now=self._clock.now()
            )
            if decision.ticket and decision.ticket.look_again and not under_way:
                await work.receive([look_again(ctx.portal, ticket)])

    async def pressed(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """Presses in the order they came, each answered: by what it caused, or by a short honest refusal."""
        seen = await self._people_of(ctx.portal, rows)
        async with ctx.apply() as work:
            await keep_seen(work, seen)
            for row in rows:
                await self._press(work, row)

    async def _people_of(self, portal: PortalId, rows: Sequence[InboxRow]) -> Seen:
        """Who works in the departments that were pressed, and whether the chosen people still do."""
        teams, people = set[DepartmentId](), set[UserId]()
        for row in rows:
            match _asked(row):
                case Browse(team=int() as team):
                    teams.add(team)
                case Assign(agent=agent):
                    people.add(agent)
        return await see_kindly(self._clients, portal, teams=teams, people=people)

    async def _press(self, work: Work, row: InboxRow) -> None:
        press = _press_of(row)
        command: Command | None = None
        try:
            command = dialogs.presses.command(press)
            await apply(command, work=work, desk=await work.desk(), now=self._clock.now())
        except RuleBroken as broken:
            await self._refuse(work, row, press, command, broken)

    async def _refuse(
        self, work: Work, row: InboxRow, press: Press, command: Command | None, broken: RuleBroken
    ) -> None:
        desk = await work.desk()
        ticket = await work.tickets.find(command.ticket) if command else None
        if command is not None and ticket is None:
            broken = TicketUnknown(command.ticket)
        text = refusal(
            broken,
            language=desk.language,
            number=number_of(command.ticket) if command else "",
            agent=desk.directory.name(ticket.assignee) if ticket and ticket.assignee else "",
        )
        await work.outbox.put([_answer(row, press, text, command.ticket if command else None)])
        await self._free_button(work, press, command, ticket)

    async def _free_button(self, work: Work, press: Press, command: Command | None, ticket: Ticket | None) -> None:
        """The portal keeps a pressed button waiting until its message changes.

        A message that lives shows its buttons again, an old one that still has some is told how it ended.
        """
        known = await work.messages.get(press.message)
        if ticket is None or known is None or known.to != press.user or known.ticket != ticket.id:
            return
        if any(notice.message == press.message for notice in ticket.notices):
            await work.outbox.put([outgoing(_other_people(ticket, command, press))])
            return
        ending = CloseNotice(ticket.id, press.user, press.message, outcome_of(ticket), ticket.assignee)
        replaced = RemoveNotice(ticket.id, press.user, press.message)
        await work.outbox.put([outgoing(replaced if ticket.is_unassigned else ending)])

    async def bot_message(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """Somebody wrote to Modest: he says who he is and what his buttons are for, once for all that was written."""
        async with ctx.apply() as work:
            desk = await work.desk()
            row = rows[-1]
            press = Press(UserId(row.body["user"]), 0, "")
            await work.outbox.put([_answer(row, press, dialogs.hello(desk.language), None)])

    async def uninstalled(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """The application was removed: nothing can be sent any more. The data goes if the administrator asked for that.

        Else it stays for another installation, but for what was learnt: it consists of customers' words, and can be learnt
        again from the tickets.
        """
        async with ctx.apply() as work:
            if any(row.body.get("clean") for row in rows):
                await work.portals.erase(ctx.portal)
            else:
                await work.portals.set_status(ctx.portal, PortalStatus.UNINSTALLED, "ONAPPUNINSTALL")
                await work.models.forget()
        self._clients.forget(ctx.portal)


def _press_of(row: InboxRow) -> Press:
    return Press(UserId(row.body["user"]), int(row.body["message"]), str(row.body["params"]))


def _asked(row: InboxRow) -> Command | None:
    """What a press asks for; None for one that asks for nothing we know."""
    try:
        return dialogs.presses.command(_press_of(row))
    except RuleBroken:
        return None


def _other_people(ticket: Ticket, command: Command | None, press: Press) -> Effect:
    """The buttons again: of the same department, where one was chosen."""
    team = command.team if isinstance(command, Assign) else None
    if team is not None:
        return ShowAgents(ticket.id, press.user, press.message, team)
    return ShowTeams(ticket.id, press.user, press.message)


def _answer(row: InboxRow, press: Press, text: str, ticket: TicketId | None) -> Outgoing:
    """An answer to one person: rewrites nothing, so that a message that still lives keeps its buttons."""
    effect = {"to": press.user, "text": text, "ticket": ticket or ""}
    return Outgoing(f"user:{press.user}", "answer", effect, "tolerant", Urgency.PERSON, key=f"answer:{row.id}")


def look_again(portal: PortalId, ticket: TicketId) -> Incoming:
    """The item has to be read once more."""
    return Incoming(portal, ticket_lane(portal, ticket), DEAL_CHANGED, {"ticket": ticket, "found_by": "ourselves"})
