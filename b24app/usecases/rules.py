"""The desk of a portal as decisions see it: the published document bound to the portal's codes and people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from b24app.db.work import Reading
from b24app.desk.document import BoundPipeline, DeskDocument, bind, parse
from b24app.desk.model import Desk
from b24app.kit.errors import RuleBroken
from b24app.kit.ids import PortalId
from b24app.portal.binding import Binding

PEOPLE_REVISION: Final = "people_revision"
"""Key of a portal's settings that is raised whenever its people were read anew and differ."""


@dataclass(frozen=True, slots=True)
class _Known:
    number: int
    places: Mapping[str, BoundPipeline]
    people: int
    desk: Desk


class Rules:
    """Reads and keeps the desks of portals; a publication, another pipeline or other people make a fresh one."""

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
        places = Binding.from_data(dict(portal.settings)).pipelines
        people = int(portal.settings.get(PEOPLE_REVISION, 0))
        known = self._known.get(reading.portal)
        if known and (known.number, known.places, known.people) == (version.number, places, people):
            return known.desk
        directory = await reading.people.directory()
        desk = bind(self.parse(version.document), places, directory, revision=version.number)
        self._known[reading.portal] = _Known(version.number, places, people, desk)
        return desk
