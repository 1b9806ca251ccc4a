"""People of a portal: they read what Modest wrote to them and tap his buttons, as the messenger's page does."""

import asyncio
from dataclasses import dataclass
from typing import Any

from tests.support.sandbox import Sandbox

PATIENCE_S = 15.0


@dataclass(frozen=True)
class Message:
    """A message in somebody's dialog with Modest."""

    person: "Person"
    id: int

    @property
    def row(self) -> dict[str, Any]:
        """As the portal keeps it."""
        found = self.person.box.portal.table("message").get(self.id)
        assert found is not None
        return found

    @property
    def text(self) -> str:
        return str(self.row["TEXT"])

    @property
    def deleted(self) -> bool:
        row = self.person.box.portal.table("message").get(self.id)
        return row is None or bool(row["DELETED"])

    @property
    def keyboard(self) -> list[dict[str, Any]]:
        """Buttons without the breaks between their rows."""
        return [one for one in self.row["PARAMS"].get("keyboard") or [] if one["TYPE"] != "NEWLINE"]

    @property
    def buttons(self) -> list[str]:
        """Texts of the buttons, in order."""
        return [str(button["TEXT"]) for button in self.keyboard]

    def button(self, text: str) -> dict[str, Any]:
        """The button whose text begins so."""
        found = [button for button in self.keyboard if str(button["TEXT"]).startswith(text)]
        if not found:
            raise AssertionError(f"no button «{text}» under «{self.text}»: {self.buttons}")
        return found[0]

    async def tap(self, text: str) -> None:
        """Press the button whose text begins so, once."""
        await self.person.presses(self.id, self.button(text))

    async def becomes(self, *words: str) -> "Message":
        """Wait until the message says all this."""
        await self.person.waits(lambda: all(word in f"{self.text} {self.buttons}" for word in words), self, words)
        return self

    async def goes(self) -> None:
        """Wait until the message is deleted."""
        await self.person.waits(lambda: self.deleted, self, ("deleted",))


@dataclass(frozen=True)
class Person:
    """An employee in the messenger."""

    box: Sandbox
    id: int

    @property
    def bot(self) -> int:
        """Modest's number."""
        return int(list(self.box.portal.table("bot"))[-1]["ID"])

    def messages(self) -> list[Message]:
        """What Modest wrote to this person and did not delete, oldest first."""
        portal = self.box.portal
        rows = [row for row in portal.table("message") if row["AUTHOR_ID"] == self.bot and not row["DELETED"]]
        chats = {row["ID"] for row in portal.table("chat") if self.id in row["USERS"]}
        return [Message(self, int(row["ID"])) for row in rows if row["CHAT_ID"] in chats]

    def with_buttons(self, words: str = "") -> list[Message]:
        """Messages with live buttons that say this."""
        return [one for one in self.messages() if words in one.text and any("COMMAND" in key for key in one.keyboard)]

    async def sees(self, *words: str) -> Message:
        """Wait for a message that says all this; the newest one."""

        def found() -> list[Message]:
            return [one for one in self.messages() if all(word in one.text for word in words)]

        await self.waits(lambda: bool(found()), None, words)
        return found()[-1]

    async def presses(self, message: int, button: dict[str, Any]) -> None:
        """A tap on a COMMAND button, as the page sends it."""
        given = {
            "message": message,
            "bot": button["BOT_ID"],
            "command": button["COMMAND"],
            "params": button.get("COMMAND_PARAMS", ""),
        }
        headers = {"X-Sandbox-User": str(self.id)}
        answer = await self.box.client.post(f"{self.box.base_url}/online/press", json=given, headers=headers)
        answer.raise_for_status()

    async def waits(
        self, condition: Any, message: Message | None, words: tuple[str, ...], within_s: float = PATIENCE_S
    ) -> None:
        """Until the condition holds; the failure shows what is there instead."""
        try:
            async with asyncio.timeout(within_s):
                while not condition():  # noqa: ASYNC110 - any condition, not one with an event
                    await asyncio.sleep(0.02)
        except TimeoutError:
            shown = [message] if message else self.messages()
            raise AssertionError(f"not seen: {words}; there is: {[(one.text, one.buttons) for one in shown]}") from None
