"""The deal card and the kanban show what applications put there, and a press goes to the application."""

from tests.io.sandbox_crm.conftest import Box
from tests.io.sandbox_crm.test_cards_of_applications import card


async def test_a_card_of_an_application_stands_in_the_history_and_is_pressed(box: Box) -> None:
    made = await card(box)
    box.heard()

    shown = (await box.page(f"/crm/deal/details/{made['deal']}/?tab=history")).text
    assert "Первая реакция" in shown
    assert "12 мин" in shown
    assert 'value="buttons.take"' in shown

    pressed = await box.page(f"/crm/activity/{made['id']}/press", place="buttons.take")
    again = await box.page(f"/crm/activity/{made['id']}/press", place="buttons.take")
    assert (pressed.status_code, again.status_code) == (200, 409)
    assert [one.name for one in box.raised()] == ["ONCRMTIMELINEITEMACTION"]


async def test_the_control_api_presses_for_somebody(box: Box) -> None:
    made = await card(box)
    box.heard()

    path = f"/_sandbox/activities/{made['id']}/press"
    assert (await box.page(path, place="buttons.take", user=2)).json() == {"pressed": "buttons.take"}
    assert (await box.page(path, place="buttons.no")).status_code == 400
    assert box.raised()[0].data["userId"] == 2


async def test_the_kanban_shows_the_badge(box: Box) -> None:
    await box("crm.activity.badge.add", code="sla_warn", title="SLA", value="Скоро", type="warning")
    await card(box)
    assert "Скоро" in (await box.page("/crm/deal/kanban/category/0/")).text


async def test_log_messages_and_stages_have_their_names(box: Box) -> None:
    number = (await box("crm.category.add", entityTypeId=2, fields={"name": "Поддержка"}))["category"]["id"]
    deal = await box.item(2, title="x", categoryId=number)
    place = {"entityTypeId": 2, "entityId": deal["id"]}
    await box("crm.timeline.logmessage.add", fields={**place, "title": "SLA", "text": "Срок 18:00", "iconCode": "info"})

    shown = (await box.page(f"/crm/deal/details/{deal['id']}/?tab=history")).text

    assert "Срок 18:00" in shown
    assert "Сделка создана, стадия: Новая" in " ".join(shown.split())
