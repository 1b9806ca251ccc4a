"""The doctor in a living installation: what an integrator reads."""

from b24app.ops.doctor import Doctor, Finding
from tests.support.world import World


async def report(world: World) -> list[Finding]:
    service = world.desk.service
    assert service is not None
    return [found async for found in Doctor(service.settings, service.store, service.clients).report()]


async def test_a_healthy_installation_and_what_is_left_to_do_by_hand(world: World) -> None:
    await world.passes(minutes=1)
    await world.settled()

    found = await report(world)

    assert [str(one) for one in found if one.state == "bad"] == []
    by_hand = next(one for one in found if "направьте обращения" in one.what)
    assert all(word in by_hand.advice for word in ("почту", "CRM-формы", "открытые линии"))


async def test_a_plan_without_rest_names_who_must_act(world: World) -> None:
    world.box.portal.faults.no_rest = True

    found = await report(world)

    refused = next(one for one in found if one.state == "bad")
    assert "его включает владелец портала" in refused.advice
