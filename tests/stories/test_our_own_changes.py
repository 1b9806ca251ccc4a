"""Changes of ours come back as events; people change the same fields: the two are told apart."""

from b24app.kit.ids import UserId, ticket_id
from b24app.tickets.model import Assign, Ticket
from b24app.usecases.apply import apply
from tests.support.world import World, eventually

DEAL = 2


async def given(world: World, deal: int, agent: str, cause: str) -> None:
    """The dispatcher gives the ticket to somebody on a page of ours."""
    assert world.desk.service is not None
    store = world.desk.service.store
    async with store.read() as reading:
        (portal,) = await reading.portals.active()
    async with store.work(portal, cause=cause) as work:
        command = Assign(ticket_id(DEAL, deal), UserId(world.people[agent]), by=UserId(world.dispatcher.id))
        await apply(command, work=work, desk=await work.desk(), now=work.clock.now())
        await work.commit()


async def ticket_of(world: World, deal: int) -> Ticket:
    """The ticket as the service knows it."""
    assert world.desk.service is not None
    async with world.desk.service.store.read() as reading:
        (portal,) = await reading.portals.active()
    async with world.desk.service.store.read(portal) as reading:
        return await reading.tickets.get(ticket_id(DEAL, deal))


def told(world: World, deal: int, agent: str) -> int:
    """How often the specialist heard of this ticket."""
    return sum(f"заявка № {deal}" in one.text for one in world.person(agent).messages())


async def test_two_very_quick_assignments_end_with_the_second_though_the_first_comes_back_meanwhile(
    world: World,
) -> None:
    deal = await world.client_writes()
    await world.dispatcher.sees(f"№ {deal}")
    await world.settled()
    faults = world.box.portal.faults
    faults.methods, faults.drop_times = ["crm.item.update"], 2  # both calls work, both answers are lost

    await given(world, deal, "petrov", "page:1")
    await eventually(lambda: _shows(world, deal, "petrov"))
    await given(world, deal, "kuznetsova", "page:2")
    await world.settled()

    assert (await world.deal(deal))["assignedById"] == world.people["kuznetsova"]
    assert (await ticket_of(world, deal)).assignee == world.people["kuznetsova"]
    assert not (await ticket_of(world, deal)).look_again
    assert told(world, deal, "kuznetsova") == 1


async def test_who_changes_the_responsible_by_hand_right_after_us_is_heard(world: World) -> None:
    deal = await world.client_writes()
    await world.dispatcher.sees(f"№ {deal}")
    await given(world, deal, "petrov", "page:1")
    await world.settled()
    await world.changes_by_hand(deal, assignedById=world.people["kuznetsova"])
    await world.settled()
    await world.changes_by_hand(deal, assignedById=world.people["petrov"])
    await world.settled()

    assert (await ticket_of(world, deal)).assignee == world.people["petrov"]


async def _shows(world: World, deal: int, agent: str) -> bool:
    return bool((await world.deal(deal))["assignedById"] == world.people[agent])
