"""Bodies of the portal's calls into rows of the inbox. Nothing here is believed yet, nothing is read from a portal.

Source: platform.md 1.8, 4.2, 4.4, 4.5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from b24app.chatbot.payloads import COMMAND, unpack
from b24app.db.inbox import Incoming, portal_lane, ticket_lane
from b24app.kit.errors import PressOutdated
from b24app.kit.ids import DEAL, PortalId, TicketId, item_of, ticket_id
from b24app.usecases.intake import BOT_MESSAGE, DEAL_CHANGED, PRESS, RECHECK, UNINSTALLED
from b24app.usecases.talk import WORD_ADDED
from b24app.usecases.trust import Malformed, text_of

DEALS: Final = "ONCRMDEAL"
LONGEST_PARAMS: Final = 500
LONGEST_NUMBER: Final = 10
PRESSES: Final = frozenset({"ONIMBOTV2COMMANDADD", "ONIMCOMMANDADD"})
WRITTEN: Final = frozenset({"ONIMBOTV2MESSAGEADD", "ONIMBOTMESSAGEADD"})


@dataclass(frozen=True, slots=True)
class Event:
    """A call of the portal, unverified."""

    name: str
    """In capitals."""
    data: Mapping[str, Any]
    auth: Mapping[str, Any]
    """The outer one: its application_token is the one that counts."""
    ts: str
    member_id: str
    domain: str


def event_of(body: Mapping[str, Any]) -> Event:
    """The event of a parsed body; `Malformed` when it is none."""
    name, auth = text_of(body, "event").upper(), body.get("auth")
    if not name.isalnum() or not isinstance(auth, Mapping):
        raise Malformed("no event")
    data = _map(body.get("data"))
    inner = _map(_map(data.get("bot")).get("auth"))
    return Event(
        name=name,
        data=data,
        auth=auth,
        ts=text_of(body, "ts"),
        member_id=text_of(auth, "member_id") or text_of(inner, "member_id"),
        domain=text_of(auth, "domain"),
    )


def rows_of(portal: PortalId, event: Event) -> list[Incoming]:
    """What has to be kept of a verified event; nothing for events that are none of our business."""
    if event.name.startswith(DEALS):
        return [_deal(portal, event)]
    if event.name == "ONCRMACTIVITYADD":
        return [Incoming(portal, portal_lane(portal, "talk"), WORD_ADDED, {"activity": _id_of(event)})]
    if event.name == "ONAPPUNINSTALL":
        # A lane of its own: whatever waits in the portal's fails now, and the end must not wait for it to be retried.
        lane = portal_lane(portal, "end")
        return [Incoming(portal, lane, UNINSTALLED, {"clean": text_of(event.data, "CLEAN") == "1"})]
    if event.name == "ONAPPUPDATE":
        return [Incoming(portal, portal_lane(portal), RECHECK, {})]
    return []


def _deal(portal: PortalId, event: Event) -> Incoming:
    ticket = ticket_id(DEAL, _id_of(event))
    return Incoming(portal, ticket_lane(portal, ticket), DEAL_CHANGED, {"ticket": ticket})


def _id_of(event: Event) -> int:
    fields = _map(event.data.get("FIELDS")) or event.data
    return number_in(fields, "ID", "id")


def bot_rows(portal: PortalId, event: Event) -> list[Incoming]:
    """Presses and messages to the bot. One event may hold several commands of one message."""
    if event.name == "ONIMBOTV2COMMANDADD":
        return [_press(portal, event, *_press_v2(event.data))] if _is_ours(event.data.get("command")) else []
    if event.name == "ONIMCOMMANDADD":
        return [_press(portal, event, *one) for one in _presses_v1(event.data)]
    if event.name in WRITTEN:
        return [_written(portal, event)]
    return []


def _is_ours(command: Any) -> bool:
    return text_of(_map(command), "command", "COMMAND").removeprefix("/") == COMMAND


def _press_v2(data: Mapping[str, Any]) -> tuple[int, int, str]:
    message, user = _map(data.get("message")), _map(data.get("user"))
    return number_in(message, "id"), number_in(user, "id"), text_of(_map(data.get("command")), "params")


def _presses_v1(data: Mapping[str, Any]) -> Iterator[tuple[int, int, str]]:
    params, user = _map(data.get("PARAMS")), _map(data.get("USER"))
    for one in _map(data.get("COMMAND")).values():
        if _is_ours(one):
            who = number_in(params, "FROM_USER_ID") if "FROM_USER_ID" in params else number_in(user, "ID")
            place = one if "MESSAGE_ID" in one else params
            yield number_in(place, "MESSAGE_ID"), who, text_of(one, "COMMAND_PARAMS")


def _press(portal: PortalId, event: Event, message: int, user: int, params: str) -> Incoming:
    if len(params) > LONGEST_PARAMS:
        raise Malformed("parameters of a command")
    body = {"user": user, "message": message, "params": params}
    # The portal names no event: the same press sent twice has the same second, a second press of a person has not.
    key = f"press:{message}:{user}:{params}:{event.ts}"
    return Incoming(portal, _lane_of(portal, params), PRESS, body, key=key)


def _lane_of(portal: PortalId, params: str) -> str:
    """A press is handled in the mailbox of its ticket; one we cannot read is only answered."""
    try:
        ticket = TicketId(str(getattr(unpack(params), "ticket", "")))
        item_of(ticket)
    except (PressOutdated, ValueError):
        return portal_lane(portal, "bot")
    return ticket_lane(portal, ticket)


def _written(portal: PortalId, event: Event) -> Incoming:
    params, user = _map(event.data.get("PARAMS")), _map(event.data.get("user")) or _map(event.data.get("USER"))
    message = _map(event.data.get("message"))
    who = number_in(user, "id", "ID") if user else number_in(params, "FROM_USER_ID")
    number = text_of(message, "id") or text_of(params, "MESSAGE_ID")
    key = f"message:{number[:20]}" if number else ""
    return Incoming(portal, portal_lane(portal, "bot"), BOT_MESSAGE, {"user": who}, key=key)


def number_in(data: Mapping[str, Any], *names: str) -> int:
    """A positive number; `Malformed` for anything else, since no event of ours lacks it."""
    text = text_of(data, *names)
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text)):
        raise Malformed(f"no {names[0]}")
    return int(text)


def _map(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list):
        return {str(place): item for place, item in enumerate(value)}
    return value if isinstance(value, Mapping) else {}
