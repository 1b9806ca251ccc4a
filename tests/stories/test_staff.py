"""People come and go while the service runs: buttons show who works now, and nobody is given to somebody who left."""

from tests.stories.test_presses import asked_whom
from tests.support.world import World


async def test_a_newcomer_is_on_the_buttons_and_who_left_is_not(world: World) -> None:
    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")
    team = (await world.box.call("department.get", {"NAME": "1-я линия поддержки"}))[0]["ID"]

    await world.box.control("POST", "users", {"NAME": "Вера", "LAST_NAME": "Новикова", "UF_DEPARTMENT": [team]})
    await world.box.control("POST", f"users/{world.people['petrov']}", {"active": False})
    await message.tap("1-я линия")

    await message.becomes("Кому назначить?", "Вера Новикова")
    assert not any("Петров" in button for button in message.buttons)


async def test_who_left_a_moment_ago_is_not_chosen_and_the_buttons_are_free_again(world: World) -> None:
    deal = await world.client_writes()
    message = await asked_whom(world, deal, world.dispatcher)
    changed = message.row["PARAMS"]["keyboard"]

    await world.box.control("POST", f"users/{world.people['petrov']}", {"active": False})
    await message.tap("Вадим Петров")

    await world.dispatcher.sees("Вадим Петров больше не работает в компании. Выберите другого.")
    await world.settled()
    assert message.row["PARAMS"]["keyboard"] != changed
    assert not any("Петров" in button for button in message.buttons)
    await message.tap("Мария Кузнецова")
    await message.becomes("Назначена: Мария Кузнецова")


async def test_when_the_only_dispatcher_left_the_head_is_asked(world: World) -> None:
    await world.people_are(dispatchers="petrov", head="gromova")
    await world.box.control("POST", f"users/{world.people['petrov']}", {"active": False})
    deal = await world.client_writes()
    await world.settled()

    await world.passes(minutes=5.1)

    await world.person("gromova").sees(f"№ {deal}")


async def test_a_ticket_nobody_has_cannot_be_accepted(world: World) -> None:
    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")
    button = {"BOT_ID": world.dispatcher.bot, "COMMAND": "ticket", "COMMAND_PARAMS": f"accept 2-{deal}"}

    await world.dispatcher.presses(message.id, button)

    await world.dispatcher.sees(f"Заявка № {deal} ещё никому не назначена.")
