"""Who works on the portal, and what an administrator chooses of them: dispatchers, deputy, head, departments, pipeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods_app import DepartmentRow, ListDepartments, ListUsers, User
from b24app.bitrix.methods_crm import Category, ListCategories, ListStatuses, Status
from b24app.bitrix.throttle import Priority
from b24app.desk.directory import Agent, Department, Directory
from b24app.desk.document import BoundPipeline, DeskDocument, PipelinePlan
from b24app.kit.errors import RuleBroken
from b24app.kit.ids import DEAL, DepartmentId, PipelineId, StageCode, UserId
from b24app.pipelines.stages import Meaning
from b24app.usecases.provision import stage_entity

MOST: Final = 200


async def read_directory(portal: PortalClient, priority: Priority = Priority.BACKGROUND) -> Directory:
    """Everybody and every department, as the portal says now."""
    users = await portal.pages(ListUsers(sort="ID", order="ASC"), priority)
    departments = await portal.pages(ListDepartments(), priority)
    return Directory.of(map(_agent, users), map(_department, departments))


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
