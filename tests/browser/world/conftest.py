"""The whole world in a browser: the sandbox portal and the service, the application installed, one virtual clock."""

from collections.abc import Iterator

import pytest
from tests.support.databases import KINDS, Databases
from tests.support.held import Held
from tests.support.world import World, open_world


class HeldWorld(Held[World]):
    """A world on another thread."""

    def __init__(self, database_url: str, *, installed: bool = True) -> None:
        super().__init__(open_world(database_url, installed=installed))

    @property
    def world(self) -> World:
        """Portal and service."""
        return self.it

    def at(self, path: str, who: str = "orlova") -> str:
        """The address of a page of the portal, seen by somebody of the company."""
        return f"{self.it.box.base_url}{path}{'&' if '?' in path else '?'}as={self.it.people[who]}"

    @property
    def modest(self) -> str:
        """The dialog with Modest."""
        return f"/online/?IM_DIALOG={self.it.dispatcher.bot}"

    def client_writes(self, subject: str = "Не уходят письма", text: str = "С утра ошибка SMTP.") -> int:
        """A customer's letter; gives the number of its deal."""
        return self.run(self.it.client_writes(subject, text))

    def deal(self, number: int) -> dict[str, object]:
        """A deal as the portal keeps it."""
        return self.run(self.it.deal(number))

    def passes(self, *, minutes: float) -> None:
        """Time goes by for both."""
        self.run(self.it.passes(minutes=minutes))
        self.run(self.it.settled())


@pytest.fixture(scope="module")
def held(databases: Databases) -> Iterator[HeldWorld]:
    """A world with the application in it, shared by the stories of a module: each has a ticket of its own."""
    yield from _world(databases, "sqlite", installed=True)


@pytest.fixture(params=KINDS)
def own(request: pytest.FixtureRequest, databases: Databases) -> Iterator[HeldWorld]:
    """A world of one story alone, on both databases."""
    yield from _world(databases, request.param, installed=True)


@pytest.fixture
def bare(databases: Databases) -> Iterator[HeldWorld]:
    """A portal before anybody installed the application."""
    yield from _world(databases, "sqlite", installed=False)


def _world(databases: Databases, kind: str, *, installed: bool) -> Iterator[HeldWorld]:
    database: Held[str] = Held(databases.fresh(kind))
    try:
        held = HeldWorld(database.it, installed=installed)
        yield held
        held.close()
    finally:
        database.close()
