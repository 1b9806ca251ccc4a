"""The hard truth of the platform: events are lost, doubled and late, the portal goes away, tokens expire."""

from collections import Counter

from b24app.db.tables import lane
from b24app.kit.ids import ticket_id
from b24app.usecases.intake import look_again
from sqlalchemy import update
from tests.support.world import World


async def announced(world: World) -> Counter[int]:
    """How many messages Modest has written to the dispatcher about each deal."""
    await world.settled()
    texts = [one.text for one in world.dispatcher.messages()]
    return Counter(int(text.split("№ ")[1].split("[")[0].split()[0]) for text in texts if "№ " in text)


def refreshes(world: World) -> int:
    """How often the authorization server has been asked for new tokens."""
    asked = [row["params"] for row in world.box.portal.requests if row["method"] == "oauth/token"]
    return sum(params.get("grant_type") == "refresh_token" for params in asked)


async def test_a_lost_event_is_found_within_two_minutes(world: World) -> None:
    world.box.portal.faults.events_lost = 1.0
    deal = await world.client_writes("Событие потерялось")
    await world.settled()
    assert deal not in await announced(world)

    await world.passes(minutes=2)

    await world.dispatcher.sees(f"№ {deal}", "Событие потерялось")
    assert (await announced(world))[deal] == 1


async def test_the_sweep_does_not_add_to_what_waits_already(world: World) -> None:
    """In a burst, or while the portal asks for a pause, each sweep would put every waiting ticket in line once more."""
    service = world.desk.service
    assert service is not None
    async with service.store.read() as reading:
        (portal,) = await reading.portals.active()
    world.box.portal.faults.events_lost_times = 1
    deal = await world.client_writes()
    mine = lane.c.key == f"{portal}:2-{deal}"
    async with service.store.work(portal) as work:
        await work.receive([look_again(portal, ticket_id(2, deal))])
        await work.session.execute(update(lane).where(mine).values(ready_at=2**53))  # waits for a long while
        await work.commit()

    assert await service.reconcile.portal(portal) == 0

    async with service.store.work(portal) as work:
        await work.session.execute(update(lane).where(mine).values(ready_at=0))
        await work.commit()
    await world.dispatcher.sees(f"№ {deal}")


async def test_doubled_and_reordered_events_are_said_once(world: World) -> None:
    world.box.portal.faults.events_doubled = 1.0
    world.box.portal.faults.events_shuffled = True

    deals = [await world.client_writes(f"Заявка {number}") for number in range(5)]
    world.box.portal.faults.events_shuffled = False
    await world.passes(minutes=0.1)  # what is reordered is late by up to three seconds
    for deal in deals:
        await world.dispatcher.sees(f"№ {deal}")

    seen = await announced(world)
    assert {deal: seen[deal] for deal in deals} == dict.fromkeys(deals, 1)


async def test_a_portal_that_is_down_for_a_minute_hears_everything_afterwards(world: World) -> None:
    world.box.portal.faults.down = True
    deal = await world.client_writes("Портал отвечает 502")
    await world.box.delivered()
    await world.passes(minutes=1)
    assert deal not in Counter(one.id for one in world.dispatcher.messages() if f"№ {deal}" in one.text)

    world.box.portal.faults.down = False

    await world.dispatcher.sees(f"№ {deal}")
    assert (await announced(world))[deal] == 1


async def test_a_token_that_expires_in_the_middle_is_refreshed_once(world: World) -> None:
    for row in list(world.box.portal.table("token")):
        world.box.portal.table("token").update(row["ACCESS"], EXPIRES=0)
    before = refreshes(world)

    deals = [await world.client_writes(f"После истечения {number}") for number in range(4)]
    for deal in deals:
        await world.dispatcher.sees(f"№ {deal}")

    seen = await announced(world)
    assert {deal: seen[deal] for deal in deals} == dict.fromkeys(deals, 1)
    assert refreshes(world) == before + 1
