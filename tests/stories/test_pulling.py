"""An installation the portal cannot reach fetches its events: requests and presses come all the same."""

from collections.abc import AsyncIterator

import pytest
from b24app.bitrix.methods_bot import BotEvent
from b24app.kit.ids import PortalId
from b24app.usecases.pulling import rows_of_bot
from tests.support.world import World, open_world


@pytest.fixture
async def hidden(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, pull_events=True) as made:
        yield made


async def test_two_taps_without_a_single_call_from_the_portal(hidden: World) -> None:
    deal = await hidden.client_writes()

    message = await hidden.dispatcher.sees(f"№ {deal}")
    await message.tap("1-я линия")
    await (await message.becomes("Кому назначить?")).tap("Вадим Петров")
    await message.becomes("Назначена: Вадим Петров")

    await hidden.person("petrov").sees(f"Вам заявка № {deal}")
    assert list((await hidden.box.control("GET", "events"))["events"]) == []


def test_a_press_that_is_fetched_twice_is_one_row_and_a_second_press_another() -> None:
    def key(number: int) -> str:
        data = {"command": {"command": "/ticket", "params": "me 2-7"}, "message": {"id": 5}, "user": {"id": 1}}
        event = BotEvent.model_validate({"eventId": number, "type": "ONIMBOTV2COMMANDADD", "data": data})
        (row,) = rows_of_bot(PortalId(1), event)
        return row.key

    assert key(10) == key(10)
    assert key(10) != key(11)
