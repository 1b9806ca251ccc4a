"""Who goes first, who waits, and who is told to come back later."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from b24app.bitrix.throttle import Priority, Throttle
from b24app.kit.errors import PortalBusy

LIST = {"crm.item.list": 1}


@dataclass
class Gate:
    """A bucket that grants nothing until it is opened."""

    open: bool = False
    asked: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)

    async def take(self, share: float) -> float:
        self.asked.append(share)
        return 0.0 if self.open else 0.01

    async def refused(self, pause_s: float) -> None:
        self.refusals.append(pause_s)


async def through(
    throttle: Throttle, went: list[str], name: str, priority: Priority, wanted: Mapping[str, int] = LIST
) -> None:
    async with throttle.request(priority, wanted, 5.0):
        went.append(name)


async def test_people_go_first_whoever_came_before_them() -> None:
    gate, went = Gate(), list[str]()
    throttle = Throttle(gate)
    order = [Priority.EXPORT, Priority.BACKGROUND, Priority.REMINDER, Priority.EVENT, Priority.PERSON]

    async with asyncio.TaskGroup() as group:
        for priority in order:
            group.create_task(through(throttle, went, priority.name, priority))
            await asyncio.sleep(0)
        gate.open = True

    assert went == ["PERSON", "EVENT", "REMINDER", "BACKGROUND", "EXPORT"]


async def test_those_of_one_priority_go_in_the_order_they_came() -> None:
    gate, went = Gate(), list[str]()
    throttle = Throttle(gate)

    async with asyncio.TaskGroup() as group:
        for name in "abcd":
            group.create_task(through(throttle, went, name, Priority.EVENT))
            await asyncio.sleep(0)
        gate.open = True

    assert went == ["a", "b", "c", "d"]


async def test_who_waits_longer_than_bearable_is_told_so_and_nothing_was_sent() -> None:
    throttle = Throttle(Gate())

    with pytest.raises(PortalBusy) as told:
        async with throttle.request(Priority.PERSON, LIST, 0.05):
            pass

    assert told.value.code == "QUERY_LIMIT_EXCEEDED"
    assert not told.value.sent


async def test_who_gave_up_does_not_stop_the_line() -> None:
    gate, went = Gate(), list[str]()
    throttle = Throttle(gate)
    first = asyncio.create_task(through(throttle, went, "first", Priority.PERSON))
    second = asyncio.create_task(through(throttle, went, "second", Priority.EVENT))
    await asyncio.sleep(0)

    first.cancel()
    gate.open = True
    await second

    assert went == ["second"]


async def test_a_blocked_method_stops_alone_and_says_until_when() -> None:
    throttle, went = Throttle(Gate(open=True)), list[str]()
    throttle.block("crm.item.list")

    with pytest.raises(PortalBusy) as told:
        await through(throttle, went, "list", Priority.PERSON)
    await through(throttle, went, "update", Priority.PERSON, {"crm.item.update": 1})

    assert told.value.code == "OPERATION_TIME_LIMIT"
    assert told.value.until is not None
    assert went == ["update"]


async def test_names_of_methods_are_one_whatever_their_case() -> None:
    throttle = Throttle()

    assert throttle.method("imbot.v2.Chat.Message.send") is throttle.method("imbot.v2.chat.message.send")


async def test_a_request_is_cut_to_what_the_working_time_allows() -> None:
    throttle = Throttle(Gate(open=True), operating_limit_s=10.0)
    throttle.learn("crm.item.list", {"duration": 1.0, "operating": 5.0, "operating_reset_at": 700, "finish": 100})

    async with throttle.request(Priority.EXPORT, {"crm.item.list": 8}, 1.0, may_shrink=True) as granted:
        assert granted == {"crm.item.list": 3}  # up to 80 % of ten seconds


async def test_working_time_is_given_back_when_the_request_fails() -> None:
    throttle = Throttle(Gate(open=True), operating_limit_s=10.0)
    throttle.learn("crm.item.list", {"duration": 1.0, "operating": 5.0, "operating_reset_at": 700, "finish": 100})

    for _ in range(3):
        with pytest.raises(ConnectionError):
            async with throttle.request(Priority.EXPORT, {"crm.item.list": 3}, 1.0):
                raise ConnectionError

    async with throttle.request(Priority.EXPORT, {"crm.item.list": 3}, 1.0) as granted:
        assert granted == {"crm.item.list": 3}


async def test_the_background_sees_the_smaller_share() -> None:
    gate = Gate(open=True)
    throttle = Throttle(gate)

    for priority in Priority:
        await through(throttle, [], "", priority)

    assert gate.asked == [1.0, 0.8, 0.6, 0.4, 0.4]
