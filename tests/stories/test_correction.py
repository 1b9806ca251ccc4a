"""A wrong guess is put right with one tap, everywhere, for good; and what is learnt from it is kept."""

from b24app.kit.ids import PortalId
from b24app.tickets.model import Axis
from tests.support.world import World

ASKED = "Здравствуйте! Не приходят письма с накладными из 1С, обмен стоит."
"""Reads like mail, is the exchange with 1C."""


async def comments(world: World, deal: int) -> list[str]:
    wanted = {"filter": {"ENTITY_ID": deal, "ENTITY_TYPE": "deal"}, "order": {"ID": "ASC"}}
    return [str(row["COMMENT"]) for row in await world.box.call("crm.timeline.comment.list", wanted)]


async def test_one_tap_in_modest_corrects_the_deal_its_timeline_and_its_terms(world: World) -> None:
    deal = await world.client_writes("Не приходят письма", ASKED)
    message = await world.dispatcher.sees(f"№ {deal}", "Категория: Почта")
    await message.tap("Исправить")
    await message.becomes("О чём заявка?")

    await message.tap("Интеграции и 1С")

    await message.becomes("Категория: Интеграции и 1С (Анна Орлова)", "В какой отдел?")
    await world.settled()
    shown = await world.deal(deal)
    assert shown["UF_CRM_B24APP_CATEGORY"] == "Интеграции и 1С"
    assert shown["UF_CRM_B24APP_LINE"] == "2-я линия"
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
    assert urgent["UF_CRM_B24APP_PRIORITY"] == "Критический"
    assert urgent["UF_CRM_B24APP_SLA_DUE"] != shown["UF_CRM_B24APP_SLA_DUE"]

    assert world.desk.service is not None
    async with world.desk.service.store.read(PortalId(1)) as reading:
        (example,) = await reading.corrections.examples()
    assert {(one.axis, one.label, one.weight) for one in example.known} == {
        (Axis.CATEGORY, "integration", 1.0),
        (Axis.PRIORITY, "critical", 1.0),
    }
    assert ASKED in example.text
