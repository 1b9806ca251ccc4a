"""The doctor tells an integrator what is wrong and who has to do what, on a portal that really is so."""

from b24app.ops.doctor import Doctor
from b24app.ops.finding import Finding
from tests.support.world import World, eventually


async def report(world: World) -> list[Finding]:
    service = world.desk.service
    assert service is not None
    return [finding async for finding in Doctor(service.settings, service.store, service.clients).report()]


async def troubles(world: World) -> str:
    """Everything that is not as it should be."""
    return "\n".join(str(finding) for finding in await report(world) if finding.state in {"warn", "bad"})


async def test_a_healthy_installation_and_what_is_left_to_do(world: World) -> None:
    await world.client_writes()
    await world.settled()
    await world.passes(minutes=1)
    await world.settled()

    found = await report(world)

    assert [str(one) for one in found if one.state == "bad"] == []
    said = "\n".join(map(str, found))
    for words in ("Фоновая работа идёт, процессов: 1", "права", "события", "вкладка сделки", "часы", "сверка идёт"):
        assert words in said
    assert "почта" in said
    assert "CRM-формы, заявок пока нет: CRM → CRM-формы" in said
    assert "никто из сотрудников приложение не открывал" in said


async def test_each_trouble_is_named_with_who_acts(world: World) -> None:
    await world.people_are(dispatchers="kuznetsova")
    await world.box.control("POST", f"users/{world.people['kuznetsova']}", {"active": False})
    await world.administrator.opens(world.app)
    await world.settled()
    bindings = world.box.portal.table("event_binding")
    for binding in bindings.where(EVENT="ONCRMDEALADD"):
        bindings.delete(binding["ID"])
    forged = {"event": "ONCRMDEALADD", "auth[member_id]": "f" * 32, "auth[application_token]": "wrong"}
    answer = await world.desk.client.post(f"{world.desk.url}/bitrix/events", data=forged)
    assert answer.status_code == 403

    said = await troubles(world)

    assert "события: не подписаны ONCRMDEALADD: откройте приложение администратором" in said
    assert "диспетчеры: Мария Кузнецова не работает: выберите на странице приложения" in said
    assert "режим CRM: включён режим с лидами" in said
    await eventually(lambda: _counted(world), within_s=30)


async def _counted(world: World) -> bool:
    return "Отклонено вызовов: 1 (ffff" in await troubles(world)


async def test_a_plan_without_rest_is_the_owners_business(world: World) -> None:
    world.box.portal.faults.no_rest = True

    assert "на тарифе портала нет REST: нужна подписка: решает владелец портала" in await troubles(world)


async def test_when_the_installer_left_an_administrator_opens_the_application(world: World) -> None:
    await world.box.control("POST", f"users/{world.dispatcher.id}", {"active": False})

    assert "установивший приложение больше не работает: откройте приложение администратором" in await troubles(world)
