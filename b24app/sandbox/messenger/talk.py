"""What people and bots do in chats, and whom it concerns: write, change, delete, press a button, react, invite.

Both doors lead here, the REST methods and the portal's own pages, so a press by a test and a press by a finger are
the same thing.
"""

import re
from dataclasses import dataclass
from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, keyboard, notices, people

_COMMAND = re.compile(r"^/([^ \n]+) ?(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Press:
    """A COMMAND button under a message, pressed by somebody."""

    user_id: int
    message_id: int
    bot_id: int
    command: str
    params: str = ""

    @property
    def name(self) -> str:
        """The command without the slash it may carry."""
        return self.command.removeprefix("/")


class NoSuchMessage(Exception):
    """The message is unknown, deleted, or in a chat this person is not in."""


class WithoutChanges(Exception):
    """What was asked is so already."""


def say(portal: Portal, chat: Row, author: int, text: str, **fields: Any) -> Row:
    """Write a message; bots in the chat hear a user's one, a bot's one is heard by nobody."""
    message = chats.add_message(portal, chat, 0 if fields.get("SYSTEM") else author, text, **fields)
    bot = portal.table("bot").get(author)
    if bot is not None:
        portal.table("bot").update(author, COUNT_MESSAGE=bot["COUNT_MESSAGE"] + 1)
    elif not message["SYSTEM"]:
        _tell_bots(portal, chat, message, author)
    portal.signal("chat.message", chat=chat, message=message, author=author)
    return message


def change(portal: Portal, message: Row, changes: dict[str, Any]) -> Row:
    """Change a message; buttons that were waiting for it are free again."""
    params = {**message["PARAMS"], **changes.pop("PARAMS", {})}
    if "TEXT" in changes:
        changes["TEXT"] = chats.cut(portal, changes["TEXT"])
        params["IS_EDITED"] = "Y"
    message = portal.table("message").update(message["ID"], **changes, PARAMS=params, PRESSED=[])
    chat = _chat_of(portal, message)
    if message["AUTHOR_ID"] and not people.is_bot(portal, message["AUTHOR_ID"]):
        for bot in _listeners(portal, chat, message):
            notices.message_added(portal, bot, chat, message, "ONIMBOTV2MESSAGEUPDATE")
    portal.signal("chat.changed", chat=chat, message=message)
    return message


def delete(portal: Portal, message: Row, *, complete: bool = False) -> None:
    """Delete a message; bots hear of a user's one."""
    chat = _chat_of(portal, message)
    heard = [] if people.is_bot(portal, message["AUTHOR_ID"]) else _listeners(portal, chat, message)
    chats.erase(portal, message, complete=complete)
    for bot in heard:
        notices.message_deleted(portal, bot, chat, message)
    portal.signal("chat.deleted", chat=chat, message=message)


def press(portal: Portal, given: Press) -> bool:
    """The command goes to its bot for the message itself, no new message is made.

    Tells whether somebody heard it: an unregistered command is swallowed, as on the portal.
    """
    message = visible(portal, given.user_id, given.message_id)
    known = find_command(portal, given.bot_id, given.name)
    if known is None:
        text = f"press of «/{given.name}» went nowhere: bot {given.bot_id} has no such command"
        portal.tell(text, message=given.message_id)
        return False
    message = _block(portal, given, message)
    chat = _chat_of(portal, message)
    called = notices.Called(known, chat, message, given.user_id, given.params, "keyboard")
    notices.commanded(portal, called)
    return True


def react(portal: Portal, user_id: int, message: Row, reaction: str, action: str) -> None:
    """Put a reaction on a message (`add`) or take it back (`delete`); its author hears if it is a bot."""
    users = list(message["REACTIONS"].get(reaction, []))
    if (user_id in users) == (action == "add"):
        raise WithoutChanges
    users = [*users, user_id] if action == "add" else [one for one in users if one != user_id]
    reactions = {**message["REACTIONS"], reaction: users}
    reactions = {code: who for code, who in reactions.items() if who}
    message = portal.table("message").update(message["ID"], REACTIONS=reactions)
    bot = portal.table("bot").get(message["AUTHOR_ID"])
    if bot is not None and bot["REACTIONS"] and user_id != bot["ID"]:
        notices.reacted(portal, bot, _chat_of(portal, message), message, notices.Reaction(user_id, reaction, action))
    about = {"user_id": user_id, "reaction": reaction, "action": action}
    portal.signal("chat.reacted", chat=_chat_of(portal, message), message=message, **about)


def invite(portal: Portal, chat: Row, by: int, user_ids: list[int]) -> list[int]:
    """Bring people into a group; a bot among them hears who brought it."""
    came = chats.join(portal, chat, user_ids)
    for one in came:
        bot = portal.table("bot").get(one)
        if bot is not None:
            notices.joined(portal, bot, chat, by)
        portal.signal("chat.joined", chat=chat, user_id=one)
    return came


def greet(portal: Portal, chat: Row, by: int) -> None:
    """Tell the bots of a chat that was just made by a person."""
    for one in chat["USERS"]:
        bot = portal.table("bot").get(one)
        if bot is not None and one != by:
            notices.joined(portal, bot, chat, by)


def dialog(portal: Portal, user_id: int, dialog_id: str) -> Row | None:
    """The chat this person means; a dialog with somebody real is opened on the way, and a bot in it is told."""
    found = chats.find(portal, user_id, dialog_id)
    if found is not None:
        return found if user_id in found["USERS"] else None
    other = 0 if str(dialog_id).startswith("chat") else to_int(dialog_id)
    if not other or not people.is_active(portal, other):
        return None
    chat = chats.private(portal, user_id, other)
    if not people.is_bot(portal, user_id):
        greet(portal, chat, user_id)
    return chat


def visible(portal: Portal, user_id: int, message_id: int) -> Row:
    """A message this person may see, or `NoSuchMessage`."""
    message = portal.table("message").get(message_id)
    chat = portal.table("chat").get(message["CHAT_ID"]) if message else None
    if message is None or chat is None or message["DELETED"] or user_id not in chat["USERS"]:
        raise NoSuchMessage
    return message


def find_command(portal: Portal, bot_id: int, command: str) -> Row | None:
    """A registered command of a bot, by name with or without the slash."""
    return portal.table("bot_command").first(BOT_ID=bot_id, COMMAND=command.removeprefix("/"))


def keyboard_for(portal: Portal, raw: Any, *, bot_id: int, code: str) -> list[dict[str, Any]]:
    """A keyboard as it is stored; what was lost goes to the sandbox's own log. Raises `keyboard.KeyboardError`."""
    if raw in (None, "", "N", [], {}):
        return []
    made = keyboard.normalise(raw, bot_id=bot_id)
    for line in made.lost:
        portal.tell(f"{code}: {line}", kind="keyboard")
    for one in made.buttons:
        name = one.get("COMMAND")
        if name and portal.table("bot").get(one["BOT_ID"]) and find_command(portal, one["BOT_ID"], name) is None:
            portal.tell(
                f"{code}: command {name} is not registered: a press of «{one['TEXT']}» goes nowhere", kind="keyboard"
            )
    only_breaks = all(one["TYPE"] == "NEWLINE" for one in made.buttons)
    return [] if only_breaks else made.buttons


def _tell_bots(portal: Portal, chat: Row, message: Row, author: int) -> None:
    commands = list(_commands_in(portal, chat, message["TEXT"]))
    for command, params in commands:
        notices.commanded(portal, notices.Called(command, chat, message, author, params, "textarea"))
    if commands:
        return
    for bot in _listeners(portal, chat, message):
        notices.message_added(portal, bot, chat, message)


def _commands_in(portal: Portal, chat: Row, text: str) -> list[tuple[Row, str]]:
    """Slash commands typed by hand: of bots that are here, and common ones of any bot."""
    found: list[tuple[Row, str]] = []
    for name, params in _COMMAND.findall(text):
        commands = portal.table("bot_command").where(COMMAND=name)
        here = [one for one in commands if one["COMMON"] or one["BOT_ID"] in chat["USERS"]]
        found.extend((one, params.strip()) for one in here)
    return found


def _listeners(portal: Portal, chat: Row, message: Row) -> list[Row]:
    """Bots this message is meant for: in a group an ordinary one must be mentioned, the others hear everything."""
    bots = [bot for user in chat["USERS"] if (bot := portal.table("bot").get(user)) is not None]
    if chat["TYPE"] == chats.PRIVATE:
        return bots
    text = message["TEXT"].upper()
    return [bot for bot in bots if bot["TYPE"] in {"supervisor", "personal"} or f"[USER={bot['ID']}" in text]


def _block(portal: Portal, given: Press, message: Row) -> Row:
    """Buttons with BLOCK=Y show a spinner to whoever pressed until the bot changes the message."""
    wanted = (given.bot_id, given.name, given.params)
    pressed = list(message["PRESSED"])
    for place, button in enumerate(message["PARAMS"].get("keyboard") or []):
        same = (button.get("BOT_ID"), button.get("COMMAND"), button.get("COMMAND_PARAMS")) == wanted
        if same and button.get("BLOCK") == "Y":
            pressed.append(f"{given.user_id}:{place}")
    return portal.table("message").update(message["ID"], PRESSED=pressed)


def _chat_of(portal: Portal, message: Row) -> Row:
    chat = portal.table("chat").get(message["CHAT_ID"])
    if chat is None:
        raise NoSuchMessage
    return chat
