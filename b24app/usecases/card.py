"""The card of one ticket: what its page shows, and what people do on it."""

from typing import Final, Literal

from b24app.bitrix.methods_crm import UpdateItem
from b24app.bitrix.throttle import Priority
from b24app.db.queue import unfinished
from b24app.db.tables import PENDING
from b24app.db.work import Reading, Store, Work
from b24app.desk.model import Desk
from b24app.kit.clock import Clock
from b24app.kit.errors import NotAllowed, PortalError, RuleBroken
from b24app.kit.ids import DEAL, DepartmentId, PortalId, TicketId, UserId, item_of
from b24app.pipelines.stages import Meaning
from b24app.tickets.model import Assign, Command, Correct, Labels, Move, Source, Ticket
from b24app.usecases import cardview, people, sorting
from b24app.usecases.apply import apply
from b24app.usecases.clients import Clients
from b24app.usecases.gather import read_tickets
from b24app.usecases.staff import NOBODY_ASKED, Seen, keep_seen, see_kindly
from b24app.usecases.views import (
    BeingCreated,
    Card,
    CardState,
    Changed,
    Choice,
    Gone,
    History,
    LabelChoices,
    NoAnswer,
    NoRights,
    NotATicket,
    NotReady,
    Viewer,
)

JOURNAL_LIMIT: Final = 200
TRIES: Final = 2
"""Calls of the portal in vain before a page says that it is silent."""


class Cards:
    """Cards of all portals. `clients` answer for deals we do not know yet."""

    def __init__(self, store: Store, clients: Clients, clock: Clock) -> None:
        self._store, self._clients, self._clock = store, clients, clock

    async def card(self, portal: PortalId, ticket: TicketId, viewer: Viewer) -> CardState:
        """What the tab shows. Only a deal without a ticket costs a call to the portal."""
        async with self._store.read(portal) as reading:
            if await reading.desks.published() is None:
                return NotReady(ticket)
            desk = await reading.desk()
            found = await reading.tickets.find(ticket)
            if not people.may_look(found, desk, viewer):
                return NoRights(ticket)
            if found is not None and not found.gone:
                return await self._card(reading, found, desk, viewer)
        if found is not None and found.gone == "deleted":
            return Gone(ticket)
        return await self._without_ticket(portal, ticket, desk)

    async def _card(self, reading: Reading, ticket: Ticket, desk: Desk, viewer: Viewer) -> Card:
        waiting = await unfinished(reading.session, portal=reading.portal, states=(PENDING,))
        silent = min((row.since for row in waiting if row.what == "outbox" and row.attempts >= TRIES), default=None)
        return cardview.card_of(ticket, desk, viewer, self._clock.now(), silent_since=silent)

    async def _without_ticket(self, portal: PortalId, ticket: TicketId, desk: Desk) -> CardState:
        try:
            client = await self._clients.of(portal)
            facts = (await read_tickets(client, [ticket], priority=Priority.PERSON))[ticket]
        except PortalError:
            return NoAnswer(ticket)
        if facts is None:
            return Gone(ticket)
        if desk.pipeline(facts.pipeline) is not None:
            return BeingCreated(ticket)
        return NotATicket(ticket, desk.pipelines[0].title, may_adopt=item_of(ticket)[0] == DEAL)

    async def history(
        self, portal: PortalId, ticket: TicketId, viewer: Viewer, *, only: Literal["all", "system"], limit: int
    ) -> History:
        """The newest entries, and whether there are more; `TicketUnknown`, `NotAllowed`."""
        async with self._store.read(portal) as reading:
            desk = await reading.desk()
            found = await reading.tickets.get(ticket)
            if not people.may_look(found, desk, viewer):
                raise NotAllowed(found.number)
            lines = await reading.journal.of(ticket, limit=JOURNAL_LIMIT)
        return cardview.history_of(found, lines, desk, viewer.language, only=only, limit=limit)

    async def choice(
        self, portal: PortalId, ticket: TicketId, viewer: Viewer, team: DepartmentId | None = None
    ) -> Choice:
        """Departments and their people with the load of each, for the panel «Назначить»."""
        async with self._store.read(portal) as reading:
            desk = await reading.desk()
            found = await reading.tickets.get(ticket)
            if not people.may_act(found, desk, viewer):
                raise NotAllowed(found.number)
            load = await reading.tickets.load_of_agents()
        return people.choice_of(found, desk, load, viewer, team)

    async def assign(
        self, portal: PortalId, ticket: TicketId, agent: UserId, by: Viewer, *, seen: str, key: str
    ) -> Changed | None:
        """Give the ticket to an agent. None when it is done; `Changed` when somebody else was first."""
        people_now = await see_kindly(self._clients, portal, people={agent})
        return await self._do(portal, Assign(ticket, agent, by.user), by, seen=seen, key=key, people_now=people_now)

    async def move(
        self, portal: PortalId, ticket: TicketId, stage: str, by: Viewer, *, seen: str, key: str
    ) -> Changed | None:
        """Move the ticket to a stage of its pipeline, named by its key in the desk."""
        return await self._do(portal, Move(ticket, stage, by.user), by, seen=seen, key=key)

    async def labels(self, portal: PortalId, ticket: TicketId, viewer: Viewer) -> LabelChoices:
        """Every label there is, for the panel «Классификация»."""
        async with self._store.read(portal) as reading:
            desk = await reading.desk()
            found = await reading.tickets.get(ticket)
        if not people.may_act(found, desk, viewer):
            raise NotAllowed(found.number)
        return sorting.choices_of(found, desk, viewer.language)

    async def correct(self, portal: PortalId, ticket: TicketId, labels: Labels, by: Viewer, *, key: str) -> None:
        """What a person says of the request holds, whatever it was before: the last word wins."""
        await self._do(portal, Correct(ticket, labels, by.user, Source.TAB), by, seen=None, key=key)

    async def _do(
        self,
        portal: PortalId,
        command: Command,
        by: Viewer,
        *,
        seen: str | None,
        key: str,
        people_now: Seen = NOBODY_ASKED,
    ) -> Changed | None:
        """`seen` None: the command does not depend on what its author saw."""
        async with self._store.work(portal, cause=f"page:{key}") as work:
            await keep_seen(work, people_now)
            desk = await work.desk()
            ticket = await work.tickets.get(command.ticket)
            if not people.may_act(ticket, desk, by):
                raise NotAllowed(ticket.number)
            if await _is_done(work, ticket.id):
                return None
            if seen is not None and seen != people.seen_of(ticket):
                return Changed(await _last_by(work, ticket, desk))
            await apply(command, work=work, desk=desk, now=self._clock.now())
            await work.commit()
        return None

    async def adopt(self, portal: PortalId, ticket: TicketId, viewer: Viewer) -> None:
        """Move a deal of another pipeline into the support pipeline; its event brings the ticket.

        Raises `PortalError` when the portal does not do it, `NotAllowed` for somebody outside of the support.
        """
        async with self._store.read(portal) as reading:
            desk = await reading.desk()
            known = await reading.tickets.find(ticket)
        if known is not None and not known.gone:
            return  # it is one already: a second press must not send it back to the first stage
        if not people.may_look(None, desk, viewer):
            raise NotAllowed(ticket)
        entity_type, item = item_of(ticket)
        if entity_type != DEAL:
            raise RuleBroken("Заявкой становится только сделка")
        pipeline = desk.pipelines[0]
        fields = {"categoryId": pipeline.id, "stageId": pipeline.stage(Meaning.TRIAGE).code}
        client = await self._clients.of(portal)
        await client(UpdateItem(entity_type_id=entity_type, id=item, fields=fields), Priority.PERSON)


async def _is_done(work: Work, ticket: TicketId) -> bool:
    """The same form was sent twice: its key is in the history already."""
    return any(line.cause == work.cause for line in await work.journal.of(ticket, limit=JOURNAL_LIMIT))


async def _last_by(work: Work, ticket: Ticket, desk: Desk) -> str:
    lines = await work.journal.of(ticket.id, limit=10)
    last = next((line.by for line in lines if line.by is not None), None)
    return desk.directory.name(last) if last is not None else ""
