"""A letter or call was added somewhere in the CRM: tickets it belongs to are read again."""

from collections.abc import Sequence
from typing import Final

from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods_crm import ListActivities, ListActivityBindings
from b24app.bitrix.throttle import Priority
from b24app.db.inbox import InboxRow, Incoming, ticket_lane
from b24app.kit.ids import DEAL, TicketId, ticket_id
from b24app.portal.facts import TALK
from b24app.usecases.clients import Clients
from b24app.usecases.intake import DEAL_CHANGED, Pass

WORD_ADDED: Final = "word"
AT_ONCE: Final = 50


class Talk:
    """Handler of new activities. The portal tells of every to-do and every sale; only a few are ours."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def word_added(self, ctx: Pass, rows: Sequence[InboxRow], /) -> None:
        """However many came, they are looked at together; each ticket then goes the way of a changed deal."""
        client = await self._clients.of(ctx.portal)
        tickets = await _tickets_of(client, sorted({int(row.body["activity"]) for row in rows}))
        async with ctx.apply(ignored=not tickets) as work:
            ours = [ticket for ticket in tickets if (known := await work.tickets.find(ticket)) and not known.gone]
            told = {"found_by": "word"}
            await work.receive(
                [
                    Incoming(ctx.portal, ticket_lane(ctx.portal, ticket), DEAL_CHANGED, {"ticket": ticket, **told})
                    for ticket in ours
                ]
            )


async def _tickets_of(client: PortalClient, activities: list[int]) -> list[TicketId]:
    """Deals that letters and calls among these hang on; other activities are no words."""
    found: set[TicketId] = set()
    for first in range(0, len(activities), AT_ONCE):
        wanted = {"@ID": activities[first : first + AT_ONCE], "@TYPE_ID": list(TALK)}
        words = await client(ListActivities(filter=wanted, select=["ID"], start=-1), Priority.EVENT)
        asked = {str(word.id): ListActivityBindings(activity_id=word.id) for word in words}
        outcomes = await client.batch(asked, Priority.EVENT) if asked else {}
        for outcome in outcomes.values():
            found |= {ticket_id(DEAL, one.entity_id) for one in outcome.value or () if one.entity_type_id == DEAL}
    return sorted(found)
