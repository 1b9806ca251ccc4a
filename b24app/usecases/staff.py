"""Who works on the portal, and what an administrator chooses of them: dispatchers, deputy, head, departments, pipeline."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods_app import DepartmentRow, ListDepartments, ListUsers, User
from b24app.bitrix.methods_crm import Category, ListCategories, ListStatuses, Status
from b24app.bitrix.throttle import Priority
from b24app.db.work import Work
from b24app.desk.directory import Agent, Department, Directory
from b24app.desk.document import BoundPipeline, DeskDocument, PipelinePlan
from b24app.kit.errors import PortalError, RuleBroken
from b24app.kit.ids import DEAL, DepartmentId, PipelineId, PortalId, StageCode, UserId
from b24app.pipelines.stages import Meaning
from b24app.usecases.clients import Clients
from b24app.usecases.provision import stage_entity
from b24app.usecases.rules import PEOPLE_REVISION

MOST: Final = 200
_log = logging.getLogger(__name__)


async def read_directory(portal: PortalClient, priority: Priority = Priority.BACKGROUND) -> Directory:
    """Everybody and every department, as the portal says now."""
    users = await portal.pages(ListUsers(sort="ID", order="ASC"), priority)
    departments = await portal.pages(ListDepartments(), priority)
    return Directory.of(map(_agent, users), map(_department, departments))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the portal says right now of everybody in some teams, and of some people."""

    agents: tuple[Agent, ...] = ()
    teams: frozenset[DepartmentId] = frozenset()
    people: frozenset[UserId] = frozenset()


NOBODY_ASKED: Final = Seen()


async def see_kindly(
    clients: Clients, portal: PortalId, *, teams: Collection[DepartmentId] = (), people: Collection[UserId] = ()
) -> Seen:
    """Ask the portal for them anew: somebody may have come or left since the whole directory was read.

    A portal that does not answer now has told us before: an old answer is better than a button that does nothing.
    """
    if not teams and not people:
        return NOBODY_ASKED
    try:
        return await _see(await clients.of(portal), teams, people)
    except PortalError as error:
        _log.warning("people not read portal=%s error=%s", portal, type(error).__name__)
        return NOBODY_ASKED


async def _see(portal: PortalClient, teams: Collection[DepartmentId], people: Collection[UserId]) -> Seen:
    wanted = [{"UF_DEPARTMENT": team} for team in sorted(teams)] + [{"ID": user} for user in sorted(people)]
    found: list[User] = []
    for one in wanted:
        found += await portal.pages(ListUsers(filter=one, sort="ID", order="ASC"), Priority.PERSON)
    return Seen(tuple(map(_agent, found)), frozenset(teams), frozenset(people))


async def keep_seen(work: Work, seen: Seen) -> None:
    """What was seen becomes part of the portal's directory."""
    if seen.teams or seen.people:
        known = await work.people.directory()
        await keep_directory(work, known.seen_anew(seen.agents, teams=seen.teams, people=seen.people), known)


async def keep_directory(work: Work, directory: Directory, known: Directory) -> None:
    """Keep another directory than the one we know; desks made of that one hold no longer."""
    if directory == known:
        return
    await work.people.replace(directory)
    settings = dict((await work.portals.get(work.portal, lock=True)).settings)
    after = {**settings, PEOPLE_REVISION: int(settings.get(PEOPLE_REVISION, 0)) + 1}
    await work.portals.save_settings(work.portal, after)


def _agent(user: User) -> Agent:
    name = f"{user.name} {user.last_name}".strip()
    return Agent(
        id=UserId(user.id),
        name=name or user.email or f"№ {user.id}",
        active=user.active,
        departments=tuple(DepartmentId(team) for team in user.uf_department),
        position=user.work_position,
        timezone=user.time_zone,
    )


def _department(row: DepartmentRow) -> Department:
    return Department(
        id=DepartmentId(row.id),
        name=row.name,
        head=UserId(row.uf_head) if row.uf_head else None,
        parent=DepartmentId(row.parent) if row.parent else None,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What an administrator chose on the install or the app page."""

    dispatchers: tuple[UserId, ...]
    deputy: UserId | None = None
    head: UserId | None = None
    departments: tuple[DepartmentId, ...] = ()
    pipeline: PipelineId | None = None
    """An existing pipeline of the portal; None: one of our own."""


def people_data(choice: Choice, directory: Directory) -> dict[str, Any]:
    """The `people` of the document. `RuleBroken` names what cannot be."""
    if not choice.dispatchers:
        raise RuleBroken("Нужен хотя бы один диспетчер.")
    people = [*choice.dispatchers, *(one for one in (choice.deputy, choice.head) if one)]
    for user in people:
        agent = directory.agents.get(user)
        if agent is None or not agent.active:
            raise RuleBroken(f"{directory.name(user)}: такого сотрудника на портале нет.")
    if any(team not in directory.departments for team in choice.departments) or len(people) > MOST:
        raise RuleBroken("Выбранного отдела на портале нет. Обновите страницу.")
    return {
        "dispatchers": list(choice.dispatchers),
        "deputy": choice.deputy,
        "head": choice.head,
        "departments": list(choice.departments),
    }


async def list_pipelines(portal: PortalClient) -> list[Category]:
    """Deal pipelines of the portal."""
    return await portal(ListCategories(entity_type_id=DEAL), Priority.PERSON)


async def existing_pipeline(portal: PortalClient, document: DeskDocument, pipeline: PipelineId) -> BoundPipeline:
    """A pipeline that is there, with our stages found among its own. `RuleBroken` when it is gone."""
    if pipeline not in {category.id for category in await list_pipelines(portal)}:
        raise RuleBroken("Такой воронки на портале нет. Обновите страницу.")
    stages = await portal(ListStatuses(filter={"ENTITY_ID": stage_entity(pipeline)}), Priority.PERSON)
    return BoundPipeline(pipeline, match_stages(document.pipelines[0], stages))


def match_stages(plan: PipelinePlan, stages: Sequence[Status]) -> Mapping[str, StageCode]:
    """Our stages among a pipeline's own: by title, the ends by their semantics, the first one and the second by place.

    What stays without a match is added by provisioning; stages of the portal nobody claims stay work in progress.
    """
    ordered = sorted(stages, key=lambda one: (one.sort, one.id))
    found: dict[str, StageCode] = {}

    def take(key: str, candidates: Sequence[Status]) -> None:
        free = next((one for one in candidates if StageCode(one.status_id) not in found.values()), None)
        if key not in found and free is not None:
            found[key] = StageCode(free.status_id)

    for stage in plan.stages:
        take(stage.key, [one for one in _like(ordered, stage.meaning) if one.name.casefold() == stage.title.casefold()])
    for meaning in (Meaning.DONE, Meaning.FAIL, Meaning.TRIAGE, Meaning.WORK):
        for stage in plan.stages:
            if stage.meaning is meaning:
                take(stage.key, _like(ordered, meaning))
    return found


def _like(stages: Sequence[Status], meaning: Meaning) -> list[Status]:
    wanted = {Meaning.DONE: "S", Meaning.FAIL: "F"}.get(meaning, "")
    return [one for one in stages if (one.semantics or "") in ({wanted} if wanted else {"", "P"})]
