"""Editing a desk: a draft beside the published document, its check, its publication, earlier versions and differences."""

from asyncio import to_thread
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from hashlib import sha256
from typing import Any, Final

import yaml

from b24app.bitrix.methods_app import GetCalendarSettings, GetSchedule
from b24app.db.desks import DeskVersion
from b24app.db.jsontext import dump
from b24app.db.work import Reading, Store
from b24app.desk.directory import Directory
from b24app.desk.document import read
from b24app.desk.problems import Problem
from b24app.desk.rulecheck import check_rules
from b24app.desk.staffcheck import check_people
from b24app.kit.clock import Clock
from b24app.kit.errors import Conflict, RuleBroken
from b24app.kit.ids import PortalId, UserId
from b24app.usecases.clients import Clients
from b24app.usecases.desks import DeskOffice
from b24app.usecases.worktime import calendar_of, calendar_of_schedule

CONTEXT: Final = 2
"""Unchanged lines around a difference."""


@dataclass(frozen=True, slots=True)
class Editing:
    """The document people work on: the draft, else what is published."""

    data: dict[str, Any]
    base: str
    """Names exactly this text: sent back with a change, so that nobody overwrites another's."""
    is_draft: bool
    author: str
    at: datetime
    directory: Directory

    @property
    def calendars(self) -> dict[str, Any]:
        """Calendars by name, as they are written."""
        return dict(self.data.get("calendars") or {})

    @property
    def policies(self) -> list[dict[str, Any]]:
        """Policies in their order, as they are written."""
        return list((self.data.get("sla") or {}).get("policies") or [])

    @property
    def contracts(self) -> dict[str, Any]:
        """Contracts by key, as they are written."""
        return dict((self.data.get("sla") or {}).get("contracts") or {})


@dataclass(frozen=True, slots=True)
class Version:
    """One line of the history of a desk."""

    number: int
    state: str
    author: str
    comment: str
    at: datetime


class DeskEdit:
    """The settings pages' way to a portal's desk."""

    def __init__(self, store: Store, clients: Clients, desks: DeskOffice, clock: Clock) -> None:
        self._store, self._clients, self._desks, self._clock = store, clients, desks, clock

    async def editing(self, portal: PortalId) -> Editing:
        """What is edited now. `RuleBroken` before the first publication."""
        async with self._store.read(portal) as reading:
            return await _editing(reading)

    async def change(
        self, portal: PortalId, base: str, change: Callable[[dict[str, Any]], dict[str, Any]], *, by: UserId
    ) -> None:
        """A change goes into the draft. `Conflict` when somebody changed the document since it was read."""
        async with self._store.work(portal) as work:
            now = _unchanged(await _editing(work), base)
            if (changed := change(now.data)) != now.data:
                await work.desks.save_draft(changed, author=by)
                await work.commit()

    async def check(self, portal: PortalId) -> tuple[Problem, ...]:
        """Everything wrong with what is edited; people who left too."""
        now = await self.editing(portal)
        return await to_thread(_checked, now)

    async def publish(self, portal: PortalId, base: str, *, by: UserId, comment: str) -> int:
        """The draft holds at once. `DeskInvalid` when its check finds errors."""
        now = _unchanged(await self.editing(portal), base)
        return (await self._desks.publish(portal, now.data, author=by, comment=comment)).number

    async def discard(self, portal: PortalId) -> None:
        """Forget the draft."""
        async with self._store.work(portal) as work:
            await work.desks.drop_draft()
            await work.commit()

    async def versions(self, portal: PortalId) -> list[Version]:
        """The newest first."""
        async with self._store.read(portal) as reading:
            found = await reading.desks.history()
            directory = await reading.people.directory()
        return [_version(one, directory) for one in found]

    async def difference(self, portal: PortalId, number: int) -> list[str]:
        """What a version changed of the one before it: lines of YAML marked `+`, `-` or nothing. KeyError: no such one."""
        async with self._store.read(portal) as reading:
            after = await reading.desks.get(number)
            known = [one for one in await reading.desks.history() if one.number < number]
        if after is None:
            raise KeyError(number)
        before = _lines(known[0].document) if known else []
        return list(unified_diff(before, _lines(after.document), lineterm="", n=CONTEXT))[2:]

    async def back_to(self, portal: PortalId, number: int, *, by: UserId) -> int:
        """An earlier version holds again, as a new one. KeyError for an unknown number."""
        return (await self._desks.back_to(portal, number, author=by)).number

    async def from_portal(self, portal: PortalId, zone: str) -> dict[str, Any] | None:
        """The portal's own working time as a calendar to check; None when it makes no sense."""
        settings = await (await self._clients.of(portal))(GetCalendarSettings())
        return calendar_of(settings, zone, year=self._clock.now().year)

    async def from_schedule(self, portal: PortalId, number: int, zone: str) -> dict[str, Any] | None:
        """One work schedule of the portal as a calendar to check; None when there is none, or it has no fixed hours."""
        schedule = await (await self._clients.of(portal))(GetSchedule(id=number))
        return calendar_of_schedule(schedule, zone)


async def _editing(reading: Reading) -> Editing:
    version = await reading.desks.draft() or await reading.desks.published()
    if version is None:
        raise RuleBroken("Установка ещё не дошла до правил. Подождите минуту.")
    directory = await reading.people.directory()
    return Editing(
        data=version.document,
        base=f"{version.number}-{sha256(dump(version.document).encode()).hexdigest()[:16]}",
        is_draft=version.state == "draft",
        author=_name(directory, version.author),
        at=version.created_at,
        directory=directory,
    )


def _checked(now: Editing) -> tuple[Problem, ...]:
    document, problems = read(now.data)
    found = (*check_people(document, now.directory), *check_rules(document)) if document else ()
    return (*problems, *found)


def _unchanged(now: Editing, base: str) -> Editing:
    if now.base != base:
        raise Conflict(f"the desk is {now.base} by now, not {base}")
    return now


def _name(directory: Directory, user: UserId | None) -> str:
    return directory.name(user) if user is not None else ""


def _version(found: DeskVersion, directory: Directory) -> Version:
    return Version(found.number, found.state, _name(directory, found.author), found.comment, found.created_at)


def _lines(document: Any) -> list[str]:
    return yaml.safe_dump(
        document, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None
    ).splitlines()
