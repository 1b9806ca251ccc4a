"""From a press to a command. The portal comes from the event, never from the payload."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from b24app.chatbot.payloads import Payload, unpack
from b24app.kit.ids import UserId
from b24app.tickets.model import Command


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a button of a message, or typed the command by hand."""

    user: UserId
    message: int
    params: str


P = TypeVar("P", bound=Payload)
Handler = Callable[[Press, Any], Command]


class Presses:
    """Which button asks for which command."""

    def __init__(self) -> None:
        self._handlers: dict[type[Payload], Handler] = {}

    def on(self, kind: type[P]) -> Callable[[Callable[[Press, P], Command]], Callable[[Press, P], Command]]:
        """Register the meaning of a button."""

        def register(handler: Callable[[Press, P], Command]) -> Callable[[Press, P], Command]:
            self._handlers[kind] = handler
            return handler

        return register

    def command(self, press: Press) -> Command:
        """What the press asks for; raises `PressOutdated` for a button that is not ours any more."""
        button = unpack(press.params)
        return self._handlers[type(button)](press, button)


presses = Presses()
