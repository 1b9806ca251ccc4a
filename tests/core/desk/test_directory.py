"""The directory after the portal was asked anew for a part of it."""

from b24app.desk.directory import Agent, Department, Directory
from b24app.kit.ids import DepartmentId, UserId

FIRST, SECOND = DepartmentId(2), DepartmentId(3)
ANNA = Agent(UserId(1), "Анна", departments=(FIRST,))
BORIS = Agent(UserId(2), "Борис", departments=(FIRST, SECOND))
VERA = Agent(UserId(3), "Вера", departments=(FIRST,))
KNOWN = Directory.of([ANNA, BORIS], [Department(FIRST, "Первая"), Department(SECOND, "Вторая")])


def names(directory: Directory, team: DepartmentId) -> list[str]:
    return [agent.name for agent in directory.members(team)]


def test_who_came_is_in_the_team_and_who_is_not_shown_left_it() -> None:
    seen = KNOWN.seen_anew([ANNA, VERA], teams={FIRST})

    assert names(seen, FIRST) == ["Анна", "Вера"]
    assert names(seen, SECOND) == ["Борис"]


def test_a_person_the_portal_does_not_show_works_here_no_more() -> None:
    seen = KNOWN.seen_anew([], people={BORIS.id})

    assert names(seen, FIRST) == ["Анна"]
    assert not seen.works(BORIS.id)
    assert seen.name(BORIS.id) == "Борис"


def test_nobody_asked_for_nothing_changes() -> None:
    assert KNOWN.seen_anew([]) == KNOWN
