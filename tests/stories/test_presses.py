"""Presses that come too late, twice, from the wrong person, or name what is not there: each gets a short honest answer."""

import asyncio

from tests.support.people import Message, Person
from tests.support.world import World


async def asked_whom(world: World, deal: int, person: Person) -> Message:
    """This person's message, with the people of the first line on its buttons."""
    message = await person.sees(f"№ {deal}")
    await message.tap("1-я линия")
    return await message.becomes("Кому назначить?")


async def types(person: Person, text: str) -> None:
    """Somebody writes to Modest by hand."""
    given, headers = {"dialog": str(person.bot), "text": text}, {"X-Sandbox-User": str(person.id)}
    answer = await person.box.client.post(f"{person.box.base_url}/online/say", json=given, headers=headers)
    answer.raise_for_status()


async def test_a_double_tap_assigns_once(world: World) -> None:
    deal = await world.client_writes()
    message = await asked_whom(world, deal, world.dispatcher)
    button = message.button("Вадим Петров")

    await asyncio.gather(*(world.dispatcher.presses(message.id, button) for _ in range(2)))

    await message.becomes("Назначена: Вадим Петров")
    await world.settled()
    told = [one for one in world.person("petrov").messages() if f"Вам заявка № {deal}" in one.text]
    assert len(told) == 1


async def test_of_two_dispatchers_the_first_decides_and_the_second_is_told(world: World) -> None:
    await world.people_are(dispatchers="orlova akhmetova")
    deal = await world.client_writes()
    first = await asked_whom(world, deal, world.dispatcher)
    second = await asked_whom(world, deal, world.person("akhmetova"))
    late = second.button("Мария Кузнецова")

    await first.tap("Вадим Петров")
    await second.becomes("Назначена: Вадим Петров")
    await world.person("akhmetova").presses(second.id, late)

    await world.person("akhmetova").sees(f"Заявка № {deal} уже назначена: Вадим Петров.")
    await world.settled()
    assert world.person("kuznetsova").messages() == []
    assert (await world.deal(deal))["assignedById"] == world.people["petrov"]


async def test_who_types_a_command_by_hand_is_no_dispatcher_for_that(world: World) -> None:
    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")

    await types(world.person("zaitsev"), f"/ticket me 2-{deal}")
    await world.person("zaitsev").sees("Назначать эту заявку может диспетчер.")
    await types(world.dispatcher, f"/ticket me 2-{deal}")
    await world.dispatcher.sees("Это сообщение устарело.")
    await types(world.dispatcher, "/ticket me 2-999999")
    await world.dispatcher.sees("Такой заявки здесь нет.")
    await types(world.dispatcher, "/ticket assign 2-1 ' OR 1=1")
    await types(world.dispatcher, "Кто ты?")
    await world.dispatcher.sees("Я Модест.")

    await world.settled()
    assert message.buttons[-1] == "Открыть"
    assert await world.stage(deal) == "Классификация"


async def test_a_closed_ticket_answers_that_it_is_closed(world: World) -> None:
    deal = await world.client_writes()
    message = await asked_whom(world, deal, world.dispatcher)
    late = message.button("Вадим Петров")
    await world.changes_by_hand(deal, stageId=await world.code_of("Успех"))
    await message.becomes("закрыта")

    await world.dispatcher.presses(message.id, late)

    await world.dispatcher.sees(f"Заявка № {deal} уже закрыта.")


async def test_who_is_no_dispatcher_any_more_loses_his_buttons(world: World) -> None:
    deal = await world.client_writes()
    former = await world.dispatcher.sees(f"№ {deal}")

    await world.people_are(dispatchers="kuznetsova")

    await former.goes()
    fresh = await world.person("kuznetsova").sees(f"№ {deal}")
    await fresh.tap("1-я линия")
    await (await fresh.becomes("Кому назначить?")).tap("Мне")
    await fresh.becomes("Назначена: Мария Кузнецова")
