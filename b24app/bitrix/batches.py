"""A few commands in one request, each with an outcome of its own.

Commands may refer to each other's answers (`$result[key]…`). What was refused for a limit, never reached, or broke down
though it may be repeated, is sent again, together with what it refers to.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from b24app.bitrix.answers import OPERATING, Outcome
from b24app.bitrix.caller import Caller
from b24app.bitrix.commands import BATCH, Answers, command_line, needed_by
from b24app.bitrix.methods import Method
from b24app.bitrix.throttle import Priority
from b24app.kit.errors import AccessExpired, PortalBusy

Commands = Mapping[str, Method[Any]]
AGAIN: Final = 2


async def send(caller: Caller, commands: Commands, priority: Priority) -> dict[str, Outcome]:
    """Outcomes by the keys of the commands; more than 50 go in several requests, whose references must stay inside."""
    keys = list(commands)
    outcomes: dict[str, Outcome] = {}
    for first in range(0, len(keys), BATCH):
        part = {key: commands[key] for key in keys[first : first + BATCH]}
        if any(needed_by(method) & commands.keys() - part.keys() for method in part.values()):
            raise ValueError("a command refers to one of another request")
        outcomes |= await _part(caller, part, priority)
    return outcomes


async def _part(caller: Caller, commands: Commands, priority: Priority) -> dict[str, Outcome]:
    outcomes = await _once(caller, commands, priority)
    for attempt in range(AGAIN):
        again = _repeated(commands, outcomes)
        if not again:
            break
        if not _waits(caller, again, outcomes):
            await asyncio.sleep(caller.retries.delay_s(attempt))
        outcomes |= await _once(caller, again, priority)
    return outcomes


async def _once(caller: Caller, commands: Commands, priority: Priority) -> dict[str, Outcome]:
    params = {"halt": 0, "cmd": {key: command_line(method) for key, method in commands.items()}}
    repeat = all(method.repeat_is_safe for method in commands.values())
    methods = Counter(method.rest_name for method in commands.values())
    answers = Answers(await caller.call("batch", params, priority, repeat=repeat, commands=methods))
    for key, told in answers.times.items():
        if key in commands:
            caller.throttle.learn(commands[key].rest_name, told)
    outcomes = {key: answers.outcome(key, method) for key, method in commands.items()}
    if any(isinstance(outcome.error, AccessExpired) for outcome in outcomes.values()):
        await caller.renew()
    return outcomes


def _repeated(commands: Commands, outcomes: Mapping[str, Outcome]) -> dict[str, Method[Any]]:
    """Commands to send again, in their order. Empty when one of those they refer to must not be sent twice."""
    wanted = {key for key in commands if _not_done(commands[key], outcomes[key])}
    whole = set(wanted)
    while more := {need for key in whole for need in needed_by(commands[key])} & commands.keys() - whole:
        whole |= more
    if any(not commands[key].repeat_is_safe for key in whole - wanted):
        return {}
    return {key: method for key, method in commands.items() if key in whole}


def _not_done(method: Method[Any], outcome: Outcome) -> bool:
    match outcome.error:
        case PortalBusy(sent=sent):
            return not sent or method.repeat_is_safe
        case AccessExpired():
            return True
        case _:
            return False


def _waits(caller: Caller, again: Commands, outcomes: Mapping[str, Outcome]) -> bool:
    """Methods refused for their working time are blocked: the throttle does the waiting."""
    blocked = {
        again[key].rest_name
        for key in again
        if isinstance(error := outcomes[key].error, PortalBusy) and error.code == OPERATING
    }
    for name in blocked:
        caller.throttle.block(name)
    return bool(blocked)
