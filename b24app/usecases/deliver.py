"""Effects on their way: rendered when their turn comes, sent, and their answers brought back into the ticket."""

from typing import Any, Final

from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods_crm import ListTimelineComments
from b24app.bitrix.throttle import Priority
from b24app.chatbot.briefing import Briefing, Load
from b24app.db.inbox import Incoming, portal_lane
from b24app.db.messages import BotMessage
from b24app.db.outbox import Call, Found, OutboxRow, Outgoing
from b24app.db.work import Reading, Store, Work
from b24app.kit.clock import Clock
from b24app.kit.errors import PortalRefused
from b24app.kit.ids import StageCode, TicketId, UserId, item_of
from b24app.portal import render
from b24app.portal.binding import Binding
from b24app.tickets.model import (
    Announce,
    CloseNotice,
    Comment,
    Mirrored,
    RemoveNotice,
    Role,
    Said,
    TellAgent,
    UpdateItem,
    WarnSla,
)
from b24app.usecases import effects
from b24app.usecases.apply import apply
from b24app.usecases.clients import Clients
from b24app.usecases.intake import OUR_CHANGE, PEOPLE, look_again

ANSWER: Final = "answer"
CUT: Final = "cut_notice"
VERSION: Final = 1
CHANGING: Final = frozenset(effects.kind_of(kind).name for kind in (Announce, TellAgent, UpdateItem))
"""Effects whose answer becomes part of the ticket."""
TOLD: Final = {effects.kind_of(kind).name for kind in (Announce, TellAgent, WarnSla)}
"""Messages that begin to talk to a person."""


class Delivery:
    """Implements what the outbox drain asks for (`b24app.jobs.deliverer`)."""

    def __init__(self, store: Store, clients: Clients, clock: Clock) -> None:
        self._store, self._clients, self._clock = store, clients, clock

    def knows(self, row: OutboxRow) -> bool:
        """This release can deliver it."""
        return row.v <= VERSION and (row.kind in {ANSWER, CUT} or effects.knows(row.kind))

    async def render(self, row: OutboxRow) -> Call | None:
        """The one REST call of the row, made of the ticket as it is now."""
        async with self._store.read(row.portal) as reading:
            portal = await reading.portals.get(row.portal)
            binding = Binding.from_data(dict(portal.settings))
            if row.kind == ANSWER:
                method = render.plain_message(UserId(row.effect["to"]), str(row.effect["text"]), binding)
                return Call(method.rest_name, method.params())
            brief = await self._brief(reading, TicketId(row.effect["ticket"]))
        if brief is None:
            return None
        found = self._rendered(row, brief, binding)
        return Call(found.rest_name, found.params()) if found is not None else None

    def _rendered(self, row: OutboxRow, brief: Briefing, binding: Binding) -> Any:
        if row.kind == CUT:
            effect = effects.from_data("remove_notice", row.effect)
            return render.cut_message(effect, brief, binding) if isinstance(effect, RemoveNotice) else None
        return render.render(effects.from_data(row.kind, row.effect), brief, binding)

    async def _brief(self, reading: Reading, ticket: TicketId) -> Briefing | None:
        found = await reading.tickets.find(ticket)
        if found is None:
            return None
        load = Load(await reading.tickets.load_of_agents(), await reading.tickets.load_of_teams())
        return Briefing(found, await reading.desk(), self._clock.now(), load)

    async def send(self, row: OutboxRow, call: Call) -> Any:
        """Make the call; what is kept of the answer is what `on_result` needs."""
        portal = await self._clients.of(row.portal)
        answer = await portal.raw(call.method, call.params, Priority(row.priority), repeat=row.idem_class == "natural")
        return _kept(answer)

    async def look_up(self, row: OutboxRow, call: Call) -> Found | None:
        """A comment whose answer was lost: is it there?"""
        if row.kind != effects.kind_of(Comment).name:
            return None
        portal: PortalClient = await self._clients.of(row.portal)
        _, item = item_of(TicketId(row.effect["ticket"]))
        there = await portal(
            ListTimelineComments(filter={"ENTITY_ID": item, "ENTITY_TYPE": "deal"}, order={"ID": "DESC"}),
            Priority.BACKGROUND,
        )
        text = str(call.params["fields"]["COMMENT"])
        same = next((comment.id for comment in there if comment.comment.strip() == text.strip()), None)
        return Found(same) if same is not None else None

    async def hold(self, work: Work, row: OutboxRow) -> None:
        """The ticket whose state the answer changes."""
        if row.kind in CHANGING:
            await work.tickets.hold(TicketId(row.effect["ticket"]))

    async def on_result(self, work: Work, row: OutboxRow, call: Call, answer: Any) -> None:
        """The portal took it: its ids and values become part of the ticket."""
        del call
        if row.kind in {ANSWER, CUT}:
            return
        match effects.from_data(row.kind, row.effect):
            case Announce(ticket=ticket, to=to, role=role, nth=nth) if answer:
                await self._said(work, Said(ticket, to, int(answer), role, nth), row.kind)
            case TellAgent(ticket=ticket, agent=agent) if answer:
                await self._said(work, Said(ticket, agent, int(answer), Role.ASSIGNEE, 0), row.kind)
            case UpdateItem(ticket=ticket) if isinstance(answer, dict):
                await self._mirrored(work, ticket, answer)
            case CloseNotice(message=message):
                await work.messages.close(message)
            case RemoveNotice(message=message):
                await work.messages.forget(message)
            case _:
                pass

    async def _said(self, work: Work, command: Said, kind: str) -> None:
        now = self._clock.now()
        await work.messages.save(
            BotMessage(command.message, command.ticket, command.to, str(command.to), kind, live=True, sent_at=now)
        )
        await apply(command, work=work, desk=await work.desk(), now=now)

    async def _mirrored(self, work: Work, ticket: TicketId, item: dict[str, Any]) -> None:
        stage, responsible = item.get("stageId"), item.get("assignedById")
        if stage and responsible:
            command = Mirrored(ticket, StageCode(str(stage)), UserId(int(responsible)))
            decision = await apply(command, work=work, desk=await work.desk(), now=self._clock.now())
            if decision.ticket and decision.ticket.look_again:
                await work.receive([look_again(work.portal, ticket)])

    async def on_refused(self, work: Work, row: OutboxRow, error: Exception) -> None:
        """A message that cannot be deleted is cut to one line; what else is refused waits for the integrator.

        Who cannot be written to may have left the company: people are read again, the next reminder asks somebody else.
        """
        if not isinstance(error, PortalRefused):
            return
        if row.kind == effects.kind_of(RemoveNotice).name:
            await work.outbox.put([Outgoing(row.stream, CUT, row.effect, "natural", row.priority)])
        if row.kind == OUR_CHANGE:  # what was read meanwhile waits for its end, whatever the end is
            await work.receive([look_again(work.portal, TicketId(row.effect["ticket"]))])
        elif row.kind in TOLD:
            await work.receive([Incoming(row.portal, portal_lane(row.portal), PEOPLE, {})])


def _kept(answer: Any) -> Any:
    """Of an item only what is asked for afterwards; of a message its id."""
    if isinstance(answer, dict) and isinstance(item := answer.get("item"), dict):
        return {name: item.get(name) for name in ("id", "stageId", "assignedById")}
    if isinstance(answer, dict) and "id" in answer:
        return answer["id"]
    return answer
