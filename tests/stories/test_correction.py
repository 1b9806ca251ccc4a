"""A wrong guess is put right with one tap, everywhere, for good; and what is learnt from it is kept."""

from b24app.kit.ids import PortalId
from b24app.tickets.model import Axis
from tests.support.world import World, eventually

ASKED = "Здравствуйте! С утра не отправляются письма, ошибка SMTP."
"""Reads like mail; that the letters come from the exchange with 1C only a person knows."""


async def comments(world: World, deal: int) -> list[str]:
    wanted = {"filter": {"ENTITY_ID": deal, "ENTITY_TYPE": "deal"}, "order": {"ID": "ASC"}}
    return [str(row["COMMENT"]) for row in await world.box.call("crm.timeline.comment.list", wanted)]


async def test_one_tap_in_modest_corrects_the_deal_its_timeline_and_its_terms(world: World) -> None:
    deal = await world.client_writes("Не приходят письма", ASKED)
    message = await world.dispatcher.sees(f"№ {deal}", "Категория: Почта")
    await message.tap("Исправить")
    await message.becomes("О чём заявка?")
    await message.tap("Ещё")
    await message.becomes("Интеграции и 1С")

    await message.tap("Интеграции и 1С")

    await message.becomes("Категория: Интеграции и 1С (Анна Орлова)", "В какой отдел?")
    await world.settled()
    shown = await world.deal(deal)
    assert await world.shown(deal, "CATEGORY") == "Интеграции и 1С"
    assert await world.shown(deal, "LINE") == "2-я линия"
    said = await comments(world, deal)
    assert [text for text in said if "категория «Почта» → «Интеграции и 1С»" in text] == said[1:]

    await message.tap("Исправить")
    await message.becomes("О чём заявка?")
    await message.tap("Приоритет")
    await message.becomes("Какой приоритет?")
    await message.tap("Критический")
    await message.becomes("Приоритет: критический")
    await world.settled()
    urgent = await world.deal(deal)
    assert await world.shown(deal, "PRIORITY") == "Критический"
    assert urgent["UF_CRM_B24APP_SLA_DUE"] != shown["UF_CRM_B24APP_SLA_DUE"]

    assert world.desk.service is not None
    async with world.desk.service.store.read(PortalId(1)) as reading:
        (example,) = await reading.corrections.examples()
    assert {(one.axis, one.label, one.weight) for one in example.known} == {
        (Axis.CATEGORY, "integration", 1.0),
        (Axis.PRIORITY, "critical", 1.0),
    }
    assert ASKED in example.text


async def test_a_label_chosen_in_the_deals_own_field_is_a_correction(world: World) -> None:
    deal = await world.client_writes("Не приходят письма", ASKED)
    message = await world.dispatcher.sees(f"№ {deal}", "Категория: Почта")
    await world.settled()
    assert await world.shown(deal, "CATEGORY") == "Почта"

    await world.changes_by_hand(deal, UF_CRM_B24APP_CATEGORY=(await world.options("CATEGORY"))["Интеграции и 1С"])

    await message.becomes("Категория: Интеграции и 1С (")
    await world.settled()
    assert await world.shown(deal, "LINE") == "2-я линия"
    said = await comments(world, deal)
    assert len([text for text in said if "→ «Интеграции и 1С»" in text]) == 1

    await message.tap("Исправить")
    await message.becomes("О чём заявка?")
    await message.tap("CRM")
    await message.becomes("Категория: CRM")
    await world.settled()
    assert await world.shown(deal, "CATEGORY") == "CRM"  # our own change coming back corrects nothing
    assert len(await comments(world, deal)) == 3


async def test_a_choice_in_the_deal_whose_event_was_lost_is_found_by_the_sweep(world: World) -> None:
    deal = await world.client_writes("Не приходят письма", ASKED)
    message = await world.dispatcher.sees(f"№ {deal}", "Категория: Почта")
    await world.settled()
    world.box.portal.faults.events_lost = 1.0
    await world.changes_by_hand(deal, UF_CRM_B24APP_PRIORITY=(await world.options("PRIORITY"))["Критический"])
    await world.passes(minutes=2)
    await message.becomes("Приоритет: критический")


async def test_a_category_of_the_integrators_own_can_be_chosen_in_the_deal_at_once(world: World) -> None:
    service = world.desk.service
    assert service is not None
    version = await service.desks.published(PortalId(1))
    assert version is not None
    own = {"base": "builtin", "categories": {"printers": {"title": "Печать", "request_type": "technical", "rules": []}}}
    await service.desks.publish(PortalId(1), {**version.document, "classification": own}, author=None)

    async def grown() -> bool:
        return "Печать" in await world.options("CATEGORY")

    await eventually(grown)
    await world.settled()
    deal = await world.client_writes("Не приходят письма", ASKED)
    message = await world.dispatcher.sees(f"№ {deal}", "Категория: Почта")
    await world.settled()
    await world.changes_by_hand(deal, UF_CRM_B24APP_CATEGORY=(await world.options("CATEGORY"))["Печать"])
    await message.becomes("Категория: Печать (")
