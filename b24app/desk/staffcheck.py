"""People a desk document names and the portal no longer employs."""

from collections.abc import Iterator

from b24app.desk.directory import Directory
from b24app.desk.document import DeskDocument
from b24app.desk.problems import Path, Problem
from b24app.kit.ids import UserId
from b24app.sla import Policy


def check_people(document: DeskDocument, directory: Directory) -> tuple[Problem, ...]:
    """A warning for everybody who left, wherever the document names him, and for departments the portal does not have."""
    return (*_left(document, directory), *_foreign_teams(document, directory))


def _left(document: DeskDocument, directory: Directory) -> Iterator[Problem]:
    for path, user in _named(document):
        agent, name = directory.agents.get(user), directory.name(user)
        if agent is None or not agent.active:
            yield Problem(path, f"{name} does not work here (any more)", "warning", "left", (name,))


def _foreign_teams(document: DeskDocument, directory: Directory) -> Iterator[Problem]:
    known = {str(team) for team in directory.departments}
    for place, policy in enumerate(document.sla.policies):
        if foreign := tuple(team for team in policy.when.team or () if team not in known):
            text = f"there is no department {', '.join(foreign)}"
            yield Problem(("sla", "policies", place, "for", "team"), text, "warning", "unknown", foreign)


def _named(document: DeskDocument) -> Iterator[tuple[Path, UserId]]:
    people = document.people
    yield from ((("people", "dispatchers", place), user) for place, user in enumerate(people.dispatchers))
    for name in ("deputy", "head"):
        if (user := getattr(people, name)) is not None:
            yield ("people", name), user
    for place, policy in enumerate(document.sla.policies):
        yield from (((*("sla", "policies", place), *below), user) for below, user in _told(policy))


def _told(policy: Policy) -> Iterator[tuple[Path, UserId]]:
    """Users that warnings of a policy name by number, each once."""
    seen: set[UserId] = set()
    for below, user in _alarmed(policy):
        if user not in seen:
            seen.add(user)
            yield below, user


def _alarmed(policy: Policy) -> Iterator[tuple[Path, UserId]]:
    targets = [((), policy.default), *((("targets",), target) for target in policy.all_targets())]
    for below, target in targets:
        for alarm in target.alarms:
            side = "warn" if alarm.offset.total_seconds() < 0 else "escalate"
            yield from (
                ((*below, *(() if below else (side,))), UserId(one)) for one in alarm.people if isinstance(one, int)
            )
