"""The desk of a portal as decisions see it: the published document bound to the portal's codes and people."""

import logging
from asyncio import Lock, to_thread
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from b24app.db.work import Reading
from b24app.desk.document import BoundPipeline, DeskDocument, bind, parse
from b24app.desk.model import Desk
from b24app.desk.rulecheck import check_rules
from b24app.kit.errors import DeskInvalid, ModelBroken, RuleBroken
from b24app.kit.ids import PortalId
from b24app.pipelines.classify.assist import Assistant
from b24app.pipelines.classify.modelfile import ModelFile
from b24app.portal.binding import Binding

_log = logging.getLogger(__name__)

PEOPLE_REVISION: Final = "people_revision"
"""Key of a portal's settings that is raised whenever its people were read anew and differ."""


@dataclass(frozen=True, slots=True)
class _Known:
    number: int
    places: Mapping[str, BoundPipeline]
    people: int
    model: str
    desk: Desk


class Rules:
    """Reads and keeps the desks of portals; a publication, another pipeline or other people make a fresh one."""

    def __init__(self, remind_every: timedelta) -> None:
        self._remind_every = remind_every
        self._known: dict[PortalId, _Known] = {}
        self._parsing = Lock()

    def parse(self, data: Any) -> DeskDocument:
        """A document with the installation's defaults for what it leaves unset; raises `DeskInvalid`."""
        return parse(data, remind_every=self._remind_every)

    def check(self, data: Any) -> None:
        """As `parse`, and the examples of the classification are run; raises `DeskInvalid`. Takes a second."""
        errors = [one for one in check_rules(self.parse(data)) if one.severity == "error"]
        if errors:
            raise DeskInvalid(tuple(str(one) for one in errors))

    async def bind(self, reading: Reading) -> Desk:
        """The desk of the unit's portal. `RuleBroken` before the first publication."""
        version = await reading.desks.published()
        portal = await reading.portals.get(reading.portal)
        if version is None:
            raise RuleBroken("the portal has no desk yet: the installation is not finished")
        places = Binding.from_data(dict(portal.settings)).pipelines
        people = int(portal.settings.get(PEOPLE_REVISION, 0))
        model = await reading.models.version()
        known = self._known.get(reading.portal)
        if known and (known.number, known.places, known.people, known.model) == (version.number, places, people, model):
            return known.desk
        directory = await reading.people.directory()
        async with self._parsing:  # own rules take a second to make ready: once, and beside the event loop
            document = await to_thread(self.parse, version.document)
        desk = bind(document, places, directory, revision=version.number)
        if model:
            desk = replace(desk, model=await learnt(reading))
        self._known[reading.portal] = _Known(version.number, places, people, model, desk)
        return desk


async def learnt(reading: Reading) -> Assistant | None:
    """The portal's model; None when it cannot be used, and the rules go on alone."""
    file = await reading.models.file()
    try:
        return await to_thread(_unpacked, file) if file is not None else None
    except ModelBroken as broken:
        _log.warning("model unusable portal=%s error=%s", reading.portal, broken)
        return None


def _unpacked(file: ModelFile) -> Assistant:
    from b24app.pipelines.classify.learning.storage import unpacked  # noqa: PLC0415 - numpy, which most commands do without

    return unpacked(file)
