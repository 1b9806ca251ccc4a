"""Messages of Modest that are in people's dialogs: which ticket they are about and whether their buttons live."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.lanes import upsert
from b24app.db.tables import bot_message
from b24app.kit.clock import from_ms, to_ms
from b24app.kit.ids import PortalId, TicketId, UserId


@dataclass(frozen=True, slots=True)
class BotMessage:
    """One message in one person's dialog."""

    message: int
    ticket: TicketId
    to: UserId
    dialog: str
    kind: str
    live: bool
    """It has buttons."""
    sent_at: datetime


class Messages:
    """Messages of Modest on one portal."""

    def __init__(self, session: AsyncSession, portal: PortalId) -> None:
        self._session, self._portal = session, portal

    async def save(self, message: BotMessage) -> None:
        """Remember a message, or what became of it."""
        values = {
            "ticket": message.ticket,
            "recipient": message.to,
            "dialog": message.dialog,
            "kind": message.kind,
            "live": message.live,
            "sent_at": to_ms(message.sent_at),
        }
        key = {"portal_id": self._portal, "message_id": message.message}
        statement = upsert(self._session, bot_message).values(key | values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))

    async def close(self, message: int) -> None:
        """Its buttons are gone."""
        await self._session.execute(bot_message.update().where(self._is(message)).values(live=False))

    async def forget(self, message: int) -> None:
        """It was deleted."""
        await self._session.execute(bot_message.delete().where(self._is(message)))

    async def get(self, message: int) -> BotMessage | None:
        """The message with this id of the portal."""
        row = (await self._session.execute(select(bot_message).where(self._is(message)))).first()
        return _message(row) if row is not None else None

    async def of(self, ticket: TicketId, *, live_only: bool = False) -> list[BotMessage]:
        """Messages about a ticket, the oldest first."""
        query = select(bot_message).where(bot_message.c.portal_id == self._portal, bot_message.c.ticket == ticket)
        if live_only:
            query = query.where(bot_message.c.live)
        return [_message(row) for row in await self._session.execute(query.order_by(bot_message.c.message_id))]

    def _is(self, message: int) -> Any:
        return (bot_message.c.portal_id == self._portal) & (bot_message.c.message_id == message)


def _message(row: Any) -> BotMessage:
    return BotMessage(
        message=row.message_id,
        ticket=TicketId(row.ticket),
        to=UserId(row.recipient),
        dialog=row.dialog,
        kind=row.kind,
        live=row.live,
        sent_at=from_ms(row.sent_at),
    )
