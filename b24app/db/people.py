"""The portal's people and departments as we last read them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.jsontext import dump, load
from b24app.db.lanes import upsert
from b24app.db.tables import department, person
from b24app.desk.directory import Agent, Department, Directory
from b24app.kit.ids import DepartmentId, PortalId, UserId


class People:
    """Who works on one portal."""

    def __init__(self, session: AsyncSession, portal: PortalId) -> None:
        self._session, self._portal = session, portal

    async def directory(self) -> Directory:
        """Everybody and every department."""
        people = await self._session.execute(select(person).where(person.c.portal_id == self._portal))
        departments = await self._session.execute(select(department).where(department.c.portal_id == self._portal))
        return Directory.of(map(_agent, people), map(_department, departments))

    async def replace(self, directory: Directory) -> None:
        """What the portal says now, whole: who is not in it is forgotten."""
        for table in (person, department):
            await self._session.execute(table.delete().where(table.c.portal_id == self._portal))
        await self.save(directory.agents.values(), directory.departments.values())

    async def save(self, agents: Iterable[Agent] = (), departments: Iterable[Department] = ()) -> None:
        """What the portal says now about these."""
        await self._upsert(person, [self._person_row(agent) for agent in agents])
        await self._upsert(department, [self._department_row(team) for team in departments])

    async def _upsert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        statement = upsert(self._session, table)
        new = {name: statement.excluded[name] for name in rows[0] if name not in {"portal_id", "id"}}
        await self._session.execute(statement.on_conflict_do_update(index_elements=["portal_id", "id"], set_=new), rows)

    def _person_row(self, agent: Agent) -> dict[str, Any]:
        return {
            "portal_id": self._portal,
            "id": agent.id,
            "name": agent.name,
            "active": agent.active,
            "position": agent.position,
            "departments": dump(agent.departments),
            "zone": agent.timezone,
        }

    def _department_row(self, team: Department) -> dict[str, Any]:
        return {
            "portal_id": self._portal,
            "id": team.id,
            "name": team.name,
            "head": team.head,
            "parent": team.parent,
        }


def _agent(row: Any) -> Agent:
    return Agent(
        id=UserId(row.id),
        name=row.name,
        active=row.active,
        departments=tuple(DepartmentId(team) for team in load(row.departments)),
        position=row.position,
        timezone=row.zone,
    )


def _department(row: Any) -> Department:
    return Department(
        id=DepartmentId(row.id),
        name=row.name,
        head=UserId(row.head) if row.head is not None else None,
        parent=DepartmentId(row.parent) if row.parent is not None else None,
    )
