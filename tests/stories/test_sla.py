"""Terms between service and portal: warnings, waits, letters, lost events, another desk."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from b24app.kit.ids import DEAL, PortalId, ticket_id
from b24app.sla import view, whose_time
from b24app.tickets.model import Ticket
from tests.support.world import MORNING, World, eventually


async def ticket_of(world: World, deal: int) -> Ticket:
    assert world.desk.service is not None
    async with world.desk.service.store.read(PortalId(1)) as reading:
        return await reading.tickets.get(ticket_id(DEAL, deal))


async def taken(world: World, key: str = "petrov") -> int:
    """A request that somebody holds since it came."""
    deal = await world.client_writes()
    await world.dispatcher.sees(f"№ {deal}")
    await world.changes_by_hand(deal, assignedById=world.people[key])
    await world.person(key).sees(f"Вам заявка № {deal}")
    await world.settled()
    return deal


async def moves(world: World, deal: int, title: str) -> None:
    await world.changes_by_hand(deal, stageId=await world.code_of(title))
    await world.settled()


async def letter(world: World, deal: int, *, ours: bool) -> None:
    """A letter on the deal's card, sent or received now."""
    contact = (await world.deal(deal))["contactId"]
    who = {"VALUE": "smirnova@severveter.example", "ENTITY_ID": contact, "ENTITY_TYPE_ID": 3}
    fields = {
        "OWNER_TYPE_ID": 2,
        "OWNER_ID": deal,
        "TYPE_ID": 4,
        "SUBJECT": "Re: Не уходят письма",
        "DESCRIPTION": "Проверьте, пожалуйста.",
        "DIRECTION": 2 if ours else 1,
        "COMPLETED": "Y",
        "RESPONSIBLE_ID": world.people["petrov"],
        "COMMUNICATIONS": [who],
        "SETTINGS": {"MESSAGE_FROM": "Поддержка <help@servis.example>"},
    }
    await world.box.call("crm.activity.add", {"fields": fields})


async def test_the_specialist_is_warned_then_told_and_then_the_head_of_his_department(world: World) -> None:
    deal = await taken(world)
    await world.passes(minutes=46)
    warned = await world.person("petrov").sees(f"№ {deal}", "до срока 14\u00a0мин", "Первый ответ")
    assert warned.buttons == ["Открыть"]

    await world.passes(minutes=14)
    await world.person("petrov").sees(f"№ {deal}", "срок вышел", "Первый ответ")
    await world.passes(minutes=30)
    await world.person("akhmetova").sees(f"№ {deal}", "просрочена на 30\u00a0мин", "Вадим Петров")


async def test_while_the_client_is_waited_for_nobody_is_warned_and_the_term_moves(world: World) -> None:
    deal = await taken(world)
    await letter(world, deal, ours=True)
    await world.settled()
    await world.passes(hours=1)
    await moves(world, deal, "Ожидание")
    told = len(world.person("petrov").messages())
    await world.passes(hours=5)
    await world.settled()
    assert len(world.person("petrov").messages()) == told

    await moves(world, deal, "В работе")
    shown = view((await ticket_of(world, deal)).clocks, "stage:work", MORNING + timedelta(hours=6))
    assert shown is not None
    assert shown.due_at == datetime(2026, 9, 2, 8, 0, tzinfo=UTC)  # 4 h from 16:00: two today, two from 9:00
    divided = whose_time((await ticket_of(world, deal)).clocks, MORNING + timedelta(hours=6))
    assert divided.total("client") == timedelta(hours=5)
    assert divided.total("ours") == timedelta(hours=1)


async def test_a_letter_from_the_card_is_the_first_response_and_the_clients_answer_asks_for_the_next(
    world: World,
) -> None:
    deal = await taken(world)
    await world.passes(minutes=20)
    await letter(world, deal, ours=True)

    async def answered() -> bool:
        clock = (await ticket_of(world, deal)).clocks.measure("first_response")
        return clock is not None and clock.met is not None and clock.met.used == timedelta(minutes=20)

    await eventually(answered)
    await world.passes(minutes=10)
    await letter(world, deal, ours=False)

    async def awaited() -> bool:
        return (await ticket_of(world, deal)).clocks.measure("next_response") is not None

    await eventually(awaited)
    await world.box.call(
        "crm.timeline.comment.add", {"fields": {"ENTITY_ID": deal, "ENTITY_TYPE": "deal", "COMMENT": "Про себя"}}
    )
    await world.passes(minutes=10)
    await world.settled()
    assert await awaited()


async def test_stages_whose_events_were_lost_are_exact_and_so_is_a_lost_letter(world: World) -> None:
    deal = await taken(world)
    await world.box.control("POST", "faults", {"events_lost": 1.0})
    await world.passes(minutes=20)
    await letter(world, deal, ours=True)
    for title, minutes in (("Ожидание", 60), ("В работе", 10), ("Интерпретация и обратная связь", 5)):
        await world.changes_by_hand(deal, stageId=await world.code_of(title))
        await world.passes(minutes=minutes)
    await world.box.control("DELETE", "faults")
    world.box.portal.faults.bucket_off = True
    await world.passes(minutes=1)

    async def found() -> bool:
        return (await ticket_of(world, deal)).clocks.stage == "feedback"

    await eventually(found)
    clocks = (await ticket_of(world, deal)).clocks
    visits = [(figure.clock, figure.used) for figure in clocks.done if figure.clock.startswith("stage:")][-3:]
    assert visits == [
        ("stage:work", timedelta(minutes=20)),
        ("stage:waiting", timedelta(minutes=60)),
        ("stage:work", timedelta(minutes=10)),
    ]
    first = clocks.measure("first_response")
    assert first is not None
    assert first.met is not None
    assert first.met.used == timedelta(minutes=20)
    assert whose_time(clocks, MORNING + timedelta(minutes=96)).total("client") == timedelta(minutes=60)


async def test_another_desk_moves_the_term_on_the_card_at_once(world: World) -> None:
    deal = await taken(world)
    assert str((await world.deal(deal))["UF_CRM_B24APP_SLA_DUE"]).startswith("2026-09-01T11:00")
    service = world.desk.service
    assert service is not None
    version = await service.desks.published(PortalId(1))
    assert version is not None
    document: dict[str, Any] = version.document
    policy = {"key": "gold", "for": {"client": [await company_of(world, deal)]}, "targets": {"resolution": "3h"}}
    sla = {"policies": [policy, *document["sla"]["policies"]]}
    await service.desks.publish(PortalId(1), {**document, "sla": sla}, author=None)

    async def moved() -> bool:
        return str((await world.deal(deal))["UF_CRM_B24APP_SLA_DUE"]).startswith("2026-09-01T13:00")

    await eventually(moved)
    await service.desks.back_to(PortalId(1), version.number, author=None)

    async def back() -> bool:
        return str((await world.deal(deal))["UF_CRM_B24APP_SLA_DUE"]).startswith("2026-09-01T11:00")

    await eventually(back)


async def company_of(world: World, deal: int) -> int:
    return int((await world.deal(deal))["companyId"])


async def test_a_closed_ticket_opened_again_keeps_its_old_figures(world: World) -> None:
    deal = await taken(world)
    await world.passes(hours=2)
    await moves(world, deal, "Успех")
    await world.passes(hours=3)
    await moves(world, deal, "В работе")
    await world.passes(hours=1)
    clocks = (await ticket_of(world, deal)).clocks
    shown = view(clocks, "resolution", MORNING + timedelta(hours=6))
    assert shown is not None
    assert shown.used == timedelta(hours=3)
    assert [figure.used for figure in clocks.done if figure.clock == "resolution"] == [timedelta(hours=2)]
    divided = whose_time(clocks, MORNING + timedelta(hours=6))
    assert (divided.total("ours"), divided.total("closed")) == (timedelta(hours=3), timedelta(hours=3))


async def test_the_tab_in_the_deal_explains_the_term_and_says_whose_time_it_was(world: World) -> None:
    deal = await taken(world)
    await letter(world, deal, ours=True)
    await world.passes(hours=1)
    await moves(world, deal, "Ожидание")
    await world.passes(hours=2)
    await moves(world, deal, "В работе")
    await world.passes(minutes=30)

    handler = next(row["ID"] for row in world.box.portal.table("placement") if "TAB" in str(row))
    tab = {"placement": "CRM_DEAL_DETAIL_TAB", "handler": handler, "options": {"ID": str(deal)}}
    session, service = await world.administrator.opens(world.app, **tab)
    page = await world.desk.client.get(f"{service}/bitrix/tab/card", headers={"X-App-Session": session})
    seen = " ".join(unescape(re.sub("<[^>]+>", " ", page.text)).replace("\u00a0", " ").split())
    assert "пауза, ждём клиента 2 ч" in seen
    assert "Как посчитан срок" in seen
    assert "Решение Начало отсчёта" in seen
    assert "Чьё было время мы 1 ч 30 мин клиент 2 ч подрядчик — нерабочее —" in seen
    assert "ждали клиента 2 ч 11:00 – 13:00" in seen
