"""Lines, customers, their chats and sessions.

`openline` holds the lines, `im_connector` the connectors of applications, `connector_line` which connector works on which
line, `line_session` the talks. A customer is a user of the portal of a kind of its own, who is in no list of people.
"""

from dataclasses import dataclass
from typing import Any

from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, talk
from b24app.sandbox.org.people import add_user

KINDS = {"lead": 1, "deal": 2, "contact": 3, "company": 4}
PROVIDER = "IMOPENLINES_SESSION"


@dataclass(frozen=True, slots=True)
class Guest:
    """A customer as a connector names them."""

    id: str
    name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer writes: the connector, the line, the chat of the outer messenger."""

    connector: str
    line: int
    chat: str
    name: str = ""

    def key(self, guest: int) -> str:
        """`USER_CODE`."""
        return f"{self.connector}|{self.line}|{self.chat}|{guest}"


def is_active(portal: Portal, connector: str, line: int) -> bool:
    """Whether this connector works on this line."""
    row = portal.table("connector_line").get(f"{connector}:{line}")
    found = portal.table("openline").get(line)
    return bool(row and row["ACTIVE"] and found and found["ACTIVE"] == "Y")


def guest_of(portal: Portal, place: Place, guest: Guest) -> int:
    """The portal's user of a customer, made at the first message."""
    code = f"imconnector|{place.connector}|{place.line}|{guest.id}"
    known = portal.users.first(XML_ID=code)
    fields = {
        "NAME": guest.name or "Гость",
        "LAST_NAME": guest.last_name,
        "EMAIL": guest.email,
        "PERSONAL_MOBILE": guest.phone,
    }
    if known:
        given = {name: value for name, value in fields.items() if value}
        return int(portal.users.update(known["ID"], **given)["ID"])
    made = add_user(portal, XML_ID=code, USER_TYPE=people.GUEST, UF_DEPARTMENT=[], ADMIN=False, **fields)
    return int(made["ID"])


def chat_of(portal: Portal, place: Place, guest: int) -> Row:
    """The chat of a line with this customer, made at the first message."""
    known = portal.table("chat").first(TYPE=chats.LINES, ENTITY_ID=place.key(guest))
    if known:
        return known
    line = portal.table("openline").get(place.line) or {"LINE_NAME": ""}
    title = f"{place.name or people.full_name(portal, guest)} - {line['LINE_NAME']}"
    return chats.open_group(
        portal, guest, [], TYPE=chats.LINES, TITLE=title, ENTITY_TYPE="LINES", ENTITY_ID=place.key(guest), OWNER=0, MANAGERS=[],
    )  # fmt: skip


def receive(portal: Portal, place: Place, guest: Guest, message: Row) -> tuple[Row, Row]:
    """A customer's message: into the open session of the chat, or into a new one. Gives the message and the session."""
    user = guest_of(portal, place, guest)
    chat = chat_of(portal, place, user)
    session = open_session(portal, chat) or _begin(portal, place, chat, user)
    params = {"connectorMid": [str(message["id"])]} if message.get("id") not in (None, "") else {}
    said = talk.say(portal, chat, user, str(message.get("text") or ""), PARAMS=params)
    return said, session


def open_session(portal: Portal, chat: Row) -> Row | None:
    """The session of a chat that is not closed."""
    return portal.table("line_session").first(CHAT_ID=chat["ID"], CLOSED="N")


def last_session(portal: Portal, chat: Row) -> Row | None:
    """The latest session of a chat."""
    rows = portal.table("line_session").where(CHAT_ID=chat["ID"])
    return rows[-1] if rows else None


def _begin(portal: Portal, place: Place, chat: Row, guest: int) -> Row:
    operator = _next_operator(portal, place.line)
    session = portal.table("line_session").add({
        "CHAT_ID": chat["ID"], "CONNECTOR": place.connector, "LINE": place.line, "OUTER_CHAT": place.chat,
        "GUEST": guest, "OPERATOR": operator, "ANSWERED": "N", "CLOSED": "N", "SPAM": "N", "PINNED": "N", "SILENT": "N",
        "CRM": {}, "VOTE_HEAD": 0, "COMMENT_HEAD": None, "DATE": portal.iso(),
    })  # fmt: skip
    if operator:
        _enter(portal, chat, operator)
    _bind_to_crm(portal, chat, session)
    tell_session(portal, session, "ONSESSIONSTART", "ONIMCONNECTORDIALOGSTART")
    return session


def _enter(portal: Portal, chat: Row, operator: int) -> None:
    chats.join(portal, chat, [operator])
    portal.table("chat").update(chat["ID"], OWNER=operator, MANAGERS=[operator])


def _next_operator(portal: Portal, line: int) -> int:
    """Evenly: whoever of the queue has the fewest open sessions; strictly: the first one who works."""
    row = portal.table("openline").get(line) or {"QUEUE": []}
    queue = [one for one in row["QUEUE"] if people.is_active(portal, one)]
    if row.get("QUEUE_TYPE") != "strictly":
        opened = portal.table("line_session").where(CLOSED="N")
        queue.sort(key=lambda one: len([session for session in opened if session["OPERATOR"] == one]))
    return queue[0] if queue else 0


def _bind_to_crm(portal: Portal, chat: Row, session: Row) -> None:
    """What the line's settings make of a new talk: a deal or a lead, and the session on its card."""
    line = portal.table("openline").get(session["LINE"]) or {}
    kind = str(line.get("CRM_CREATE") or "none").lower()
    known = chat.get("CRM") or {}
    if line.get("CRM") == "Y" and kind in {"deal", "lead"} and not known.get(kind):
        known = {**known, kind: create(portal, kind, chat, session)}
    portal.table("chat").update(chat["ID"], CRM=known)
    describe(portal, chat, session)
    for name, number in known.items():
        _activity(portal, name, number, chat, session)


def create(portal: Portal, kind: str, chat: Row, session: Row) -> int:
    """A deal or a lead of this talk, by the portal itself."""
    fields = {"title": chat["TITLE"], "sourceId": f"{session['LINE']}|{session['CONNECTOR']}".upper()}
    fields |= {"assignedById": session["OPERATOR"]} if session["OPERATOR"] else {}
    answer = portal.call("crm.item.add", {"entityTypeId": KINDS[kind], "fields": fields}, Caller(1, unlimited=True))
    return int(answer.result["item"]["id"])


def _activity(portal: Portal, kind: str, number: int, chat: Row, session: Row) -> None:
    fields = {
        "OWNER_TYPE_ID": KINDS[kind], "OWNER_ID": number, "TYPE_ID": 6, "PROVIDER_ID": PROVIDER,
        "PROVIDER_TYPE_ID": session["CONNECTOR"], "SUBJECT": chat["TITLE"], "RESPONSIBLE_ID": session["OPERATOR"] or 1,
        "DIRECTION": 1, "COMPLETED": "N", "START_TIME": portal.iso(), "END_TIME": portal.iso(),
        "ASSOCIATED_ENTITY_ID": session["ID"],
    }  # fmt: skip
    try:
        portal.call("crm.activity.add", {"fields": fields}, Caller(1, unlimited=True))
    except RestError as error:
        portal.tell(f"the session of an open line has no activity: {error.description}")


def describe(portal: Portal, chat: Row, session: Row) -> None:
    """`entity_data` of the chat: the session is the sixth part of the first, CRM is the second."""
    known = chat.get("CRM") or {}
    kind = next(iter(known), "")
    bound = f"Y|{kind.upper()}|{known[kind]}" if kind else "N||0"
    pairs = (f"{name.upper()}|{known.get(name, 0)}" for name in ("lead", "company", "contact", "deal"))
    stamp = int(portal.clock.unix())
    data = {"DATA_1": f"{bound}|N|N|{session['ID']}|{stamp}|0|0|0", "DATA_2": "|".join(pairs), "DATA_3": "N"}
    portal.table("chat").update(chat["ID"], **data)


def give(portal: Portal, chat: Row, session: Row, operator: int) -> None:
    """Another operator takes the talk; the former one leaves the chat."""
    if session["OPERATOR"] and session["OPERATOR"] != operator:
        chats.leave(portal, chat, session["OPERATOR"])
    _enter(portal, portal.table("chat").get(chat["ID"]) or chat, operator)
    portal.table("line_session").update(session["ID"], OPERATOR=operator)


def skip(portal: Portal, chat: Row, session: Row) -> None:
    """Back to the queue: the next one of the line."""
    line = portal.table("openline").get(session["LINE"]) or {"QUEUE": []}
    others = [one for one in line["QUEUE"] if one != session["OPERATOR"] and people.is_active(portal, one)]
    if others:
        give(portal, chat, session, others[0])


def finish(portal: Portal, session: Row, *, spam: bool = False) -> None:
    """The talk is over."""
    session = portal.table("line_session").update(session["ID"], CLOSED="Y", SPAM="Y" if spam else "N")
    tell_session(portal, session, "ONSESSIONFINISH", "ONIMCONNECTORDIALOGFINISH")


# --- what applications hear


def tell_session(portal: Portal, session: Row, name: str, connector_event: str) -> None:
    """A session began or ended: to everybody who listens to lines, and to the connector's application."""
    about = {
        "session": {"id": session["ID"], "closed": session["CLOSED"], "parent_id": 0, "close_term": 10},
        "user": {"id": session["GUEST"]},
    }  # fmt: skip
    inside = {"connector": _connector(session, session["CHAT_ID"]), **about, "chat": {"id": session["CHAT_ID"]}}
    portal.raise_event(name, {"DATA": [inside]}, user=None)
    outside = {"connector": _connector(session, session["OUTER_CHAT"]), **about, "chat": {"id": session["OUTER_CHAT"]}}
    data = {"CONNECTOR": session["CONNECTOR"], "LINE": str(session["LINE"]), "DATA": [outside]}
    portal.raise_event(connector_event, data, user=None, only_app=app_of(portal, session["CONNECTOR"]))


def _connector(session: Row, chat: Any) -> Row:
    return {
        "connector_id": session["CONNECTOR"],
        "line_id": session["LINE"],
        "chat_id": chat,
        "user_id": session["GUEST"],
    }


def app_of(portal: Portal, connector: str) -> int:
    """The application a connector belongs to; 0 for the portal's own."""
    row = portal.table("im_connector").get(connector)
    return to_int((row or {}).get("APP_ID"))


def heard(portal: Portal, name: str, chat: Row, message: Row) -> None:
    """A message of a line was said (`ADD`), changed or deleted: listeners of lines, and, outwards, the connector."""
    session = last_session(portal, chat)
    if chat["TYPE"] != chats.LINES or session is None:
        return
    shown = {
        "id": message["ID"], "date": "", "text": message["TEXT"], "files": [], "attach": "",
        "system": "Y" if message["SYSTEM"] else "N", "user_id": message["AUTHOR_ID"],
    }  # fmt: skip
    data = {"connector": _connector(session, session["OUTER_CHAT"]), "chat": {"id": chat["ID"]}, "message": shown}
    author = message["AUTHOR_ID"] or None
    portal.raise_event(
        f"ONOPENLINEMESSAGE{name}", {"DATA": [{**data, "ref": [], "extra": {"EXTRA_URL": ""}}]}, user=author
    )
    if author and author != session["GUEST"]:
        _deliver(portal, name, chat, message, session)


def _deliver(portal: Portal, name: str, chat: Row, message: Row, session: Row) -> None:
    """An operator's word to the customer's messenger, signed as the portal signs it."""
    if name == "ADD" and session["ANSWERED"] == "N":
        portal.table("line_session").update(session["ID"], ANSWERED="Y")
    signed = f"[b]{people.full_name(portal, message['AUTHOR_ID'])}:[/b] [br]{message['TEXT']}"
    outer = message["PARAMS"].get("connectorMid") or []
    inside: Row = {"user_id": message["AUTHOR_ID"], "text": signed} if name == "ADD" else {"id": outer, "text": signed}
    if name == "DELETE":
        inside = {"id": outer[0] if outer else ""}
    one = {
        "im": {"chat_id": chat["ID"], "message_id": message["ID"]}, "message": inside,
        "chat": {"id": session["OUTER_CHAT"]},
    }  # fmt: skip
    data = {"CONNECTOR": session["CONNECTOR"], "LINE": session["LINE"], "MESSAGES": [one]}
    only = app_of(portal, session["CONNECTOR"])
    portal.raise_event(f"ONIMCONNECTORMESSAGE{name}", data, user=message["AUTHOR_ID"], only_app=only)


def start(portal: Portal) -> None:
    """One line from the start, as a portal has; hear what is said in chats of lines."""
    if not len(portal.table("openline")):
        portal.table("openline").add({
            "LINE_NAME": "Открытая линия", "ACTIVE": "Y", "QUEUE": [1], "QUEUE_TYPE": "evenly", "CRM": "Y",
            "CRM_CREATE": "deal",
        })  # fmt: skip
    portal.listen("chat.message", lambda chat, message, author: heard(portal, "ADD", chat, message))  # noqa: ARG005 - facts of the signal
    portal.listen("chat.changed", lambda chat, message: heard(portal, "UPDATE", chat, message))
    portal.listen("chat.deleted", lambda chat, message: heard(portal, "DELETE", chat, message))
