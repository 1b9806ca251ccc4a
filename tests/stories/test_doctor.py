"""The doctor tells an integrator what is wrong and who has to do what, on a portal that really is so."""

import re

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
    await eventually(lambda: _swept(world))

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


async def _swept(world: World) -> bool:
    return any("сверка идёт" in str(finding) for finding in await report(world))


async def _counted(world: World) -> bool:
    return "Отклонено вызовов: 1 (ffff" in await troubles(world)


async def test_a_plan_without_rest_is_the_owners_business(world: World) -> None:
    world.box.portal.faults.no_rest = True

    assert "на тарифе портала нет REST: нужна подписка: решает владелец портала" in await troubles(world)


async def test_when_the_installer_left_an_administrator_opens_the_application(world: World) -> None:
    await world.box.control("POST", f"users/{world.dispatcher.id}", {"active": False})

    assert "установивший приложение больше не работает: откройте приложение администратором" in await troubles(world)


async def test_what_was_deleted_on_the_portal_is_named_and_comes_back(world: World) -> None:
    for field in world.box.portal.table("userfield").where(FIELD_NAME="UF_CRM_B24APP_LINE"):
        world.box.portal.table("userfield").delete(field["ID"])
    await world.box.call("crm.category.delete", {"entityTypeId": 2, "id": world.pipeline})

    assert "воронка поддержки: на портале её нет: откройте приложение администратором" in await troubles(world)
    await world.administrator.opens(world.app)
    await world.settled()

    said = await troubles(world)
    assert "воронка" not in said
    assert "поля сделки" not in said


async def test_a_sweep_that_stands_and_a_step_that_failed_are_named(world: World) -> None:
    await world.passes(minutes=1)
    await eventually(lambda: _swept(world))
    service = world.desk.service
    assert service is not None
    async with service.store.work() as work:
        portal = (await work.portals.all())[0]
        steps = {**portal.settings["steps"], "bot": {"state": "failed", "error": "Портал ответил: нет прав."}}
        await work.portals.save_settings(portal.id, {**portal.settings, "steps": steps})
        await work.commit()
    world.box.portal.faults.methods = ["crm.item.list"]
    world.box.portal.faults.http_500_times = 100

    await world.passes(minutes=30)

    assert "установка, бот: Портал ответил: нет прав." in await troubles(world)
    assert "сверки не было 30 мин" in await troubles(world)


async def test_the_diagnosis_in_the_application_tells_time_by_the_portals_clock(world: World) -> None:
    await world.client_writes()
    await world.settled()
    session, service = await world.administrator.opens(world.app)

    page = await world.desk.client.get(f"{service}/bitrix/app/state", headers={"X-App-Session": session})

    assert re.search(r"сегодня\s(09:59|10:00)", page.text)
