"""Keyboards under chat messages, normalised the way the portal does it.

The portal never refuses a malformed button: it drops it and says nothing. `normalise` drops it too and
returns, beside the keyboard that is stored, one sentence for each button that was lost.

Source: `chat-bots-v2/imbot.v2/messages/message-keyboards.md`, published core code of the messenger.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

MAX_SIZE = 60_000
"""Characters of the serialised keyboard; above it the portal answers KEYBOARD_OVERSIZE."""

CONTEXTS = frozenset({"MOBILE", "DESKTOP"})
TOKENS = frozenset({"primary", "secondary", "alert", "base"})
ACTIONS = frozenset({"PUT", "SEND", "COPY", "CALL", "DIALOG"})
COLOURS = ("BG_COLOR", "TEXT_COLOR", "OFF_BG_COLOR", "OFF_TEXT_COLOR")

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_LINK = re.compile(r"(?:/|https?://)\S", re.IGNORECASE)


class KeyboardError(Exception):
    """The keyboard is no keyboard at all (`KEYBOARD_ERROR`), or too large (`KEYBOARD_OVERSIZE`)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Normalised:
    """What is stored, and what was lost on the way, for the sandbox's own log."""

    buttons: list[dict[str, Any]]
    lost: list[str] = field(default_factory=list)


def normalise(raw: Any, *, bot_id: int = 0) -> Normalised:
    """Bring a keyboard in any of its three forms to the list of buttons the portal stores.

    `bot_id` fills a missing BOT_ID; 0 means that nobody fills it (an update, a user's message), and then
    COMMAND buttons without a BOT_ID of their own are dropped.
    """
    outer = _outer(raw)
    owner = _number(outer.get("BOT_ID")) or bot_id
    colours = outer.get("COLORS") if isinstance(outer.get("COLORS"), dict) else {}
    buttons: list[dict[str, Any]] = []
    lost: list[str] = []
    for place, given in enumerate(_items(outer["BUTTONS"]), start=1):
        made, why = _button(given, owner, colours or {})
        if made is None:
            lost.append(f"button {place} was dropped: {why}")
        else:
            buttons.append(made)
            wrong = [name for name in COLOURS if given.get(name) and name not in made and made["TYPE"] == "BUTTON"]
            lost += [f"button {place}: {name} {given[name]} is no colour and was ignored" for name in wrong]
    if len(json.dumps(buttons, ensure_ascii=False)) > MAX_SIZE:
        raise KeyboardError("KEYBOARD_OVERSIZE", "You have exceeded the maximum allowable size of keyboard")
    return Normalised(buttons, lost)


def _outer(raw: Any) -> dict[str, Any]:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise KeyboardError("KEYBOARD_ERROR", "Incorrect keyboard params") from None
    if isinstance(raw, dict) and "BUTTONS" in raw:
        return raw
    if isinstance(raw, (list, dict)):
        return {"BUTTONS": raw}
    raise KeyboardError("KEYBOARD_ERROR", "Incorrect keyboard params")


def _items(raw: Any) -> list[Any]:
    """PHP knows no difference between a list and a map; a single button may come without the list around it."""
    if isinstance(raw, dict):
        single = any(key in raw for key in ("TEXT", "TYPE", "COMMAND", "LINK"))
        return [raw] if single else list(raw.values())
    return raw if isinstance(raw, list) else []


def _button(given: Any, owner: int, colours: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    if not isinstance(given, dict):
        return None, "not an object"
    if str(given.get("TYPE", "")).upper() == "NEWLINE":
        return {"TYPE": "NEWLINE"}, ""
    text = str(given.get("TEXT") or "").strip()
    if not text:
        return None, "empty TEXT"
    bot = _number(given.get("BOT_ID")) or owner
    action, why = _action(given, bot)
    if action is None:
        return None, f"{why} («{text}»)"
    return {"BOT_ID": bot, "TYPE": "BUTTON", **action, "TEXT": text, **_look(given, colours)}, ""


def _action(given: dict[str, Any], bot: int) -> tuple[dict[str, Any] | None, str]:
    """One action a button: LINK wins over APP_ID, that over ACTION, and that over COMMAND."""
    if _LINK.match(str(given.get("LINK") or "")):
        return {"LINK": str(given["LINK"])}, ""
    if _number(given.get("APP_ID")):
        return {"APP_ID": _number(given["APP_ID"]), "APP_PARAMS": str(given.get("APP_PARAMS") or "")}, ""
    if str(given.get("ACTION") or "").upper() in ACTIONS and str(given.get("ACTION_VALUE") or ""):
        return {"ACTION": str(given["ACTION"]).upper(), "ACTION_VALUE": str(given["ACTION_VALUE"])}, ""
    command = str(given.get("COMMAND") or "").strip().removeprefix("/")
    if not command:
        return None, _without_action(given)
    if bot <= 0:
        return None, "no BOT_ID"
    return {"COMMAND": command, "COMMAND_PARAMS": str(given.get("COMMAND_PARAMS") or "")}, ""


def _without_action(given: dict[str, Any]) -> str:
    if given.get("LINK"):
        return f"LINK {given['LINK']} is neither http(s) nor a path"
    if given.get("ACTION"):
        return f"unknown ACTION {given['ACTION']} or no ACTION_VALUE"
    return "no LINK, ACTION or COMMAND"


def _look(given: dict[str, Any], colours: dict[str, Any]) -> dict[str, Any]:
    look: dict[str, Any] = {"VOTE": _flag(given, "VOTE"), "BLOCK": _flag(given, "BLOCK"), "WAIT": _flag(given, "WAIT")}
    context = str(given.get("CONTEXT") or "").upper()
    look["CONTEXT"] = context if context in CONTEXTS else "ALL"
    look["DISABLED"] = _flag(given, "DISABLED")
    display = str(given.get("DISPLAY") or "").upper()
    look["DISPLAY"] = display if display in {"LINE", "BLOCK"} else "BLOCK"
    if (width := _number(given.get("WIDTH"))) > 0:
        look["WIDTH"] = width
    for name in COLOURS:
        value = str(given.get(name) or colours.get(name) or "")
        if _COLOUR.fullmatch(value):
            look[name] = value
    token = str(given.get("BG_COLOR_TOKEN") or "").lower()
    if token in TOKENS:
        look["BG_COLOR_TOKEN"] = token
    return look


def _flag(given: dict[str, Any], name: str) -> str:
    return "Y" if str(given.get(name) or "").upper() == "Y" else "N"


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
