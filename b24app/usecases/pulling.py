"""Fetching events, for an installation the portal cannot reach: what it kept for us takes the way of an event.

One request for each portal: the bot's events (confirmed by the offset of the next fetch, so none is lost) and changes of the
CRM (gone from the queue by being read: what a crash loses, the sweep of every minute finds).
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

from b24app.bitrix.client import Outcome
from b24app.bitrix.methods import Method
from b24app.bitrix.methods_app import OfflineEvent, TakeOfflineEvents
from b24app.bitrix.methods_bot import BotEvent, GetBotEvents
from b24app.bitrix.throttle import Priority
from b24app.db.inbox import Incoming
from b24app.db.work import Store
from b24app.kit.errors import AccessLost, Forgery, PortalError
from b24app.kit.ids import PortalId
from b24app.portal.binding import Binding
from b24app.usecases.clients import Clients, wait_for_administrator
from b24app.usecases.events import Event, bot_rows, rows_of

MARK: Final = "bot_events"
ROUNDS: Final = 20
"""Fetches of one portal in a row; the rest comes with the next tick."""

_log = logging.getLogger(__name__)


class Pulling:
    """The fetch over all portals."""

    def __init__(self, store: Store, clients: Clients) -> None:
        self._store, self._clients = store, clients

    async def sweep(self) -> int:
        """Fetch from every portal we work with; one that does not answer is left for the next time. Gives rows kept."""
        async with self._store.read() as reading:
            portals = await reading.portals.active()
        return sum([await self._safely(portal) for portal in portals])

    async def _safely(self, portal: PortalId) -> int:
        try:
            return await self.portal(portal)
        except AccessLost as lost:
            await wait_for_administrator(self._store, portal, lost)
            return 0
        except PortalError as error:
            _log.warning("fetch failed portal=%s error=%s", portal, type(error).__name__)
            return 0

    async def portal(self, portal: PortalId) -> int:
        """One portal, until its queues are empty."""
        kept = 0
        for _ in range(ROUNDS):
            rows, more = await self._fetch(portal)
            kept += rows
            if not more:
                break
        return kept

    async def _fetch(self, portal: PortalId) -> tuple[int, bool]:
        async with self._store.read(portal) as reading:
            binding = Binding.from_data(dict((await reading.portals.get(portal)).settings))
            mark = await reading.marks.get(MARK)
        if not binding.bot:
            return 0, False
        calls: dict[str, Method[Any]] = {"crm": TakeOfflineEvents()}
        if binding.bot_api == "v2":
            calls["bot"] = GetBotEvents(bot_id=binding.bot, offset=int(mark) if mark else None)
        outcomes = await (await self._clients.of(portal)).batch(calls, Priority.EVENT)
        return await self._keep(portal, outcomes)

    async def _keep(self, portal: PortalId, outcomes: Mapping[str, Outcome]) -> tuple[int, bool]:
        """A plan may have no offline events: then the bot's are all there is to fetch."""
        changed, said = outcomes["crm"], outcomes.get("bot", Outcome())
        rows = [row for event in changed.value or () for row in rows_of_offline(portal, event)]
        rows += [row for event in (said.value.events if said.value else ()) for row in rows_of_bot(portal, event)]
        async with self._store.work(portal) as work:
            await work.receive(rows)
            if said.value and said.value.next_offset is not None:
                await work.marks.set(MARK, str(said.value.next_offset))
            await work.commit()
        full = len(changed.value or ()) >= TakeOfflineEvents().limit
        return len(rows), full or bool(said.value and said.value.has_more)


def rows_of_offline(portal: PortalId, event: OfflineEvent) -> list[Incoming]:
    """What has to be kept of a change; one we cannot read is left to the sweep."""
    data = event.event_data if isinstance(event.event_data, Mapping) else {}
    return _rows(rows_of, portal, event.event_name, data, "")


def rows_of_bot(portal: PortalId, event: BotEvent) -> list[Incoming]:
    """What has to be kept of a press or a message. Its number tells two presses of one button apart."""
    return _rows(bot_rows, portal, event.type, event.data, f"fetched {event.event_id}")


def _rows(read: Any, portal: PortalId, name: str, data: Mapping[str, Any], ts: str) -> list[Incoming]:
    try:
        rows: list[Incoming] = read(portal, Event(name.upper(), data, {}, ts, "", ""))
    except Forgery:
        _log.warning("unreadable event portal=%s name=%s", portal, name[:40])
        return []
    return rows
