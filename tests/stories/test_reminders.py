"""Nobody is chosen: Modest asks again every five minutes, then the deputy, then the head; then somebody is, and he stops."""

import pytest
from tests.support.world import World, eventually


async def remaining(world: World, deal: int, key: str = "orlova") -> int:
    """How many messages about this deal with live buttons stand in somebody's dialog."""
    return len(world.person(key).with_buttons(f"№ {deal}"))


async def test_every_five_minutes_a_new_message_and_never_a_heap(world: World) -> None:
    deal = await world.client_writes()
    first = await world.dispatcher.sees(f"Новая заявка № {deal}")

    await world.passes(minutes=5)
    second = await world.dispatcher.sees(f"№ {deal}", "ждёт назначения 5")
    await first.goes()
    await world.passes(minutes=5)
    third = await world.dispatcher.sees(f"№ {deal}", "ждёт назначения 10")
    await second.goes()

    assert third.id > second.id > first.id
    assert third.buttons[-3:] == ["Спам", "Исправить", "Открыть"]
    assert await remaining(world, deal) == 1


async def test_after_three_reminders_the_deputy_after_six_the_head(world: World) -> None:
    await world.people_are(dispatchers="orlova", deputy="kuznetsova")
    deal = await world.client_writes()
    await world.dispatcher.sees(f"№ {deal}")

    for _ in range(3):
        await world.passes(minutes=5)
        await world.settled()
    assert world.person("kuznetsova").messages() == []

    await world.passes(minutes=5)
    await world.person("kuznetsova").sees(f"№ {deal}", "Диспетчер пока не ответил.")
    assert world.person("akhmetova").messages() == []
    for _ in range(3):
        await world.passes(minutes=5)
        await world.settled()
    head = await world.person("akhmetova").sees(f"№ {deal}", "Диспетчер и заместитель пока не ответили.")

    await head.tap("1-я линия")
    await (await head.becomes("Кому назначить?")).tap("Вадим Петров")
    await head.becomes("Назначена: Вадим Петров")
    await world.settled()
    for key in ("orlova", "kuznetsova", "akhmetova"):
        assert await remaining(world, deal, key) == 0


async def test_at_night_nobody_is_rung(world: World) -> None:
    await world.passes(hours=7, minutes=58)
    deal = await world.client_writes()
    first = await world.dispatcher.sees(f"№ {deal}")

    await world.passes(hours=14)
    await world.settled()
    assert [one.id for one in world.dispatcher.messages()] == [first.id]
    await world.passes(hours=1, minutes=10)

    await world.dispatcher.sees(f"№ {deal}", "ждёт назначения 15")


@pytest.mark.parametrize("ending", ["by hand", "deleted", "closed", "left"])
async def test_what_ends_the_reminders(world: World, ending: str) -> None:
    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")

    match ending:
        case "by hand":
            await world.changes_by_hand(deal, assignedById=world.people["petrov"])
        case "deleted":
            await world.box.call("crm.item.delete", {"entityTypeId": 2, "id": deal})
        case "closed":
            await world.changes_by_hand(deal, stageId=await world.code_of("Успех"))
        case _:
            await world.changes_by_hand(deal, categoryId=0, stageId="NEW")

    said = {"by hand": "Назначена", "deleted": "удалена", "closed": "закрыта", "left": "больше не в воронке"}
    await message.becomes(said[ending])
    await world.passes(minutes=11)
    await world.settled()
    assert await remaining(world, deal) == 0
    assert [one.id for one in world.dispatcher.messages()] == [message.id]


async def test_a_deal_that_comes_back_is_announced_anew(world: World) -> None:
    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")
    await world.changes_by_hand(deal, categoryId=0, stageId="NEW")
    await message.becomes("больше не в воронке")

    await world.changes_by_hand(deal, categoryId=world.pipeline, stageId=await world.code_of("Классификация"))

    async def anew() -> bool:
        return await remaining(world, deal) == 1

    await eventually(anew)
