"""The main job: a request is announced, a department and a person are chosen, the specialist knows."""

from tests.support.world import World


async def test_two_taps_from_a_request_to_its_specialist(world: World) -> None:
    deal = await world.client_writes("Не уходят письма", "С утра ошибка SMTP.")

    message = await world.dispatcher.sees("Новая заявка", f"№ {deal}")
    for words in ("Не уходят письма", "ошибка SMTP", "Северный ветер", "Ольга Смирнова", "E-mail", "Назначить до"):
        assert words in message.text
    assert message.buttons[0] == "1-я линия поддержки · 0"
    assert message.buttons[-3:] == ["Спам", "Исправить", "Открыть"]
    assert message.button("Открыть")["LINK"] == f"/crm/deal/details/{deal}/"
    await message.tap("1-я линия")
    await message.becomes("Кому назначить?", "Вадим Петров · 0", "Назад", "Мне")
    await message.tap("Вадим Петров")

    await message.becomes("Назначена: Вадим Петров")
    told = await world.person("petrov").sees(f"Вам заявка № {deal}")
    await world.settled()
    assert message.buttons == []
    assert told.buttons == ["Принял", "Открыть", "Передать другому", "Исправить"]
    assert len(world.person("petrov").messages()) == 1
    assert (await world.deal(deal))["assignedById"] == world.people["petrov"]
    assert await world.stage(deal) == "В работе"


async def test_the_card_says_what_was_decided_and_why(world: World) -> None:
    deal = await world.client_writes("Не уходят письма", "С утра ошибка SMTP.")
    await world.dispatcher.sees(f"№ {deal}")
    await world.settled()

    shown = await world.deal(deal)
    assert await world.shown(deal, "LINE") == "1-я линия"
    assert shown["UF_CRM_B24APP_CHANNEL"] == "E-mail"
    assert shown["UF_CRM_B24APP_SLA_DUE"].startswith("2026-09-01T10:15")
    wanted = {"filter": {"ENTITY_ID": deal, "ENTITY_TYPE": "deal"}}
    (comment,) = await world.box.call("crm.timeline.comment.list", wanted)
    assert "Категория: Почта" in comment["COMMENT"]


async def test_the_same_ticket_is_taken_out_of_every_dispatchers_hands(world: World) -> None:
    await world.people_are(dispatchers="orlova akhmetova")
    deal = await world.client_writes()
    first = await world.dispatcher.sees(f"№ {deal}")
    second = await world.person("akhmetova").sees(f"№ {deal}")

    await second.tap("1-я линия")
    await (await second.becomes("Кому назначить?")).tap("Мария Кузнецова")

    await first.becomes("Назначена: Мария Кузнецова")
    await second.becomes("Назначена: Мария Кузнецова")
    assert first.buttons == second.buttons == []


async def test_the_way_back_and_the_load_beside_each_name(world: World) -> None:
    busy = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {busy}")
    await message.tap("1-я линия")
    await (await message.becomes("Кому назначить?")).tap("Вадим Петров")
    await message.becomes("Назначена")

    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")
    assert message.buttons[0] == "1-я линия поддержки · 1"
    await message.tap("1-я линия")
    await message.becomes("Вадим Петров · 1", "Мария Кузнецова · 0")
    await message.tap("Назад")
    await message.becomes("В какой отдел?", "Разработка", "Спам")


async def test_me_assigns_though_the_dispatcher_is_the_responsible_already(world: World) -> None:
    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")
    assert (await world.deal(deal))["assignedById"] == world.dispatcher.id

    await message.tap("1-я линия")
    await (await message.becomes("Мне")).tap("Мне")

    await message.becomes("Назначена: Анна Орлова (себе)")
    await world.settled()
    assert await world.stage(deal) == "В работе"
    await world.passes(minutes=30)
    await world.settled()
    assert world.dispatcher.with_buttons() == []


async def test_spam_closes_the_deal_and_the_message(world: World) -> None:
    deal = await world.client_writes("Продвижение сайтов в топ")
    message = await world.dispatcher.sees(f"№ {deal}")

    await message.tap("Спам")

    await message.becomes("спам, закрыта")
    await world.settled()
    assert await world.stage(deal) == "Неуспех"
    assert message.buttons == []


async def test_the_specialist_accepts_and_hands_over(world: World) -> None:
    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")
    await message.tap("1-я линия")
    await (await message.becomes("Кому назначить?")).tap("Вадим Петров")
    told = await world.person("petrov").sees(f"Вам заявка № {deal}")

    await told.tap("Принял")
    await told.becomes("Принято, заявка у вас.")
    await told.tap("Передать другому")
    await (await told.becomes("В какой отдел?")).tap("2-я линия")
    await (await told.becomes("Кому назначить?")).tap("Ольга Мельникова")

    await told.becomes("передана, теперь ведёт Ольга Мельникова")
    await world.person("melnikova").sees(f"Вам заявка № {deal}", "Назначает Вадим Петров")
    await world.settled()
    assert told.buttons == []
    assert (await world.deal(deal))["assignedById"] == world.people["melnikova"]


async def test_assignment_by_hand_in_the_card_counts(world: World) -> None:
    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")

    await world.changes_by_hand(deal, assignedById=world.people["zaitsev"])

    await message.becomes("Назначена: Роман Зайцев")
    await world.person("zaitsev").sees(f"Вам заявка № {deal}")
    await world.settled()
    assert await world.stage(deal) == "В работе"


async def test_moving_the_deal_out_of_triage_makes_its_responsible_the_assignee(world: World) -> None:
    deal = await world.client_writes()
    message = await world.dispatcher.sees(f"№ {deal}")

    await world.changes_by_hand(deal, stageId=await world.code_of("В работе"))

    await message.becomes("Назначена: Анна Орлова")
    await world.passes(minutes=20)
    await world.settled()
    assert world.dispatcher.with_buttons() == []
