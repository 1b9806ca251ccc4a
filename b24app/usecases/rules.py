"""The desk of a portal as decisions see it: the published document bound to the portal's codes and people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from b24app.db.work import Reading
from b24app.desk.document import DeskDocument, bind, parse
from b24app.desk.model import Desk
from b24app.kit.errors import RuleBroken
from b24app.kit.ids import PortalId
from b24app.portal.binding import Binding


@dataclass(frozen=True, slots=True)
class _Known:
    number: int
    changed_at: datetime
    desk: Desk


class Rules:
    """Reads and keeps the desks of portals; a publication or a change of the portal's row makes a fresh one."""

    def __init__(self, remind_every: timedelta) -> None:
        self._remind_every = remind_every
        self._known: dict[PortalId, _Known] = {}

    def parse(self, data: Any) -> DeskDocument:
        """A document with the installation's defaults for what it leaves unset; raises `DeskInvalid`."""
        return parse(data, remind_every=self._remind_every)

    async def bind(self, reading: Reading) -> Desk:
        """The desk of the unit's portal. `RuleBroken` before the first publication."""
        version = await reading.desks.published()
        portal = await reading.portals.get(reading.portal)
        if version is None:
            raise RuleBroken("the portal has no desk yet: the installation is not finished")
        known = self._known.get(reading.portal)
        if known and known.number == version.number and known.changed_at == portal.updated_at:
            return known.desk
        places = Binding.from_data(dict(portal.settings)).pipelines
        directory = await reading.people.directory()
        desk = bind(self.parse(version.document), places, directory, revision=version.number)
        self._known[reading.portal] = _Known(version.number, portal.updated_at, desk)
        return desk
