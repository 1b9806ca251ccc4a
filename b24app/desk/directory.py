"""Who works in the company: people and departments as the portal told us."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from b24app.kit.ids import DepartmentId, UserId


@dataclass(frozen=True, slots=True)
class Agent:
    """An employee of the portal."""

    id: UserId
    name: str
    """Given name and surname, as people say it."""
    active: bool = True
    departments: tuple[DepartmentId, ...] = ()
    position: str = ""
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Department:
    """A department of the portal; a team in our words."""

    id: DepartmentId
    name: str
    head: UserId | None = None
    parent: DepartmentId | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """People and departments of one portal."""

    agents: Mapping[UserId, Agent] = field(default_factory=dict)
    departments: Mapping[DepartmentId, Department] = field(default_factory=dict)

    @classmethod
    def of(cls, agents: Iterable[Agent], departments: Iterable[Department]) -> "Directory":
        """A directory of these people and departments."""
        return cls({agent.id: agent for agent in agents}, {team.id: team for team in departments})

    def seen_anew(
        self, agents: Iterable[Agent], *, teams: Collection[DepartmentId] = (), people: Collection[UserId] = ()
    ) -> "Directory":
        """The directory after the portal was asked for everybody of `teams` and for `people`, and showed `agents`.

        Who was asked for and is not shown does not work here any more; who is not shown in a team left that team.
        """
        shown = {agent.id: agent for agent in agents}
        known = {
            user: replace(
                agent,
                active=agent.active and user not in people,
                departments=tuple(team for team in agent.departments if team not in teams),
            )
            for user, agent in self.agents.items()
            if user not in shown
        }
        return Directory({**known, **shown}, self.departments)

    def name(self, user: UserId) -> str:
        """The person's name; the bare number for somebody the portal no longer shows."""
        agent = self.agents.get(user)
        return agent.name if agent else f"№ {user}"

    def members(self, team: DepartmentId) -> tuple[Agent, ...]:
        """Active employees of a department, by name."""
        found = (agent for agent in self.agents.values() if agent.active and team in agent.departments)
        return tuple(sorted(found, key=lambda agent: (agent.name, agent.id)))

    def staffed(self) -> tuple[Department, ...]:
        """Departments that have active employees, by name."""
        taken = {team for agent in self.agents.values() if agent.active for team in agent.departments}
        return tuple(sorted((d for d in self.departments.values() if d.id in taken), key=lambda d: (d.name, d.id)))

    def head_of(self, user: UserId) -> UserId | None:
        """The head of the person's department, or of the nearest department above that has another head."""
        agent = self.agents.get(user)
        return self._head_above(agent.departments[0], user) if agent and agent.departments else None

    def _head_above(self, team: DepartmentId | None, user: UserId) -> UserId | None:
        seen: set[DepartmentId] = set()
        while team is not None and team not in seen:
            seen.add(team)
            department = self.departments.get(team)
            if department is None:
                return None
            if department.head is not None and department.head != user and self.works(department.head):
                return department.head
            team = department.parent
        return None

    def works(self, user: UserId) -> bool:
        """An active employee. Before the portal told us of anybody, everybody counts as one."""
        agent = self.agents.get(user)
        return agent.active if agent is not None else not self.agents
