"""The main job: a request is announced, a department and a person are chosen, the specialist knows."""

from tests.support.world import World


async def test_two_taps_from_a_request_to_its_specialist(world: World) -> None:
    deal = await world.client_writes("Не уходят письма", "С утра ошибка SMTP.")

    message = await world.dispatcher.sees("Новая заявка", f"№ {deal}")
    assert "ошибка SMTP" in message.text
    await message.tap("1-я линия")
    await message.becomes("Кому назначить?", "Вадим Петров · 0")
    await message.tap("Вадим Петров")

    await message.becomes("Назначена: Вадим Петров")
    told = await world.person("petrov").sees(f"Вам заявка № {deal}")
    await world.settled()
    assert message.buttons == []
    assert told.buttons == ["Принял", "Открыть", "Передать другому"]
    shown = await world.deal(deal)
    assert shown["assignedById"] == world.people["petrov"]
    assert shown["stageId"] == f"C{world.pipeline}:WORK"
