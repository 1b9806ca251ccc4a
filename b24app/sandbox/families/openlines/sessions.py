"""imopenlines.operator.*, session.*, dialog.get: what operators do with talks, and what they read.

Source: `api-reference/imopenlines/openlines/{operators,sessions,chats,messages,chat-bots}/*.md`; methods.md G.2.
"""

from typing import Any

from b24app.sandbox.families.openlines import model
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, shapes

SCOPE = "imopenlines"
RIGHTS = "You cannot open this conversation as you do not have sufficient rights"
YES = frozenset({"y", "1", "true"})


def chat_of(call: Call) -> Row:
    """The chat of an open line that this person may handle: of the queue, inside the chat, or an administrator."""
    number = call.int("CHAT_ID")
    chat = call.portal.table("chat").get(number)
    if number <= 0 or chat is None:
        raise RestError("CHAT_ID", "The specified chat identifier is incorrect")
    if chat["TYPE"] != chats.LINES:
        raise RestError("CHAT_TYPE", "The specified chat is not an open line")
    if not may_handle(call, chat):
        raise RestError("ACCESS_DENIED", RIGHTS)
    return chat


def may_handle(call: Call, chat: Row) -> bool:
    """Whether the caller may open this talk."""
    session = model.last_session(call.portal, chat)
    line = call.portal.table("openline").get(session["LINE"]) if session else None
    return call.is_admin or call.user_id in chat["USERS"] or call.user_id in (line or {"QUEUE": []})["QUEUE"]


def session_of(call: Call, chat: Row) -> Row:
    session = model.last_session(call.portal, chat)
    if session is None:
        raise RestError("ACCESS_DENIED", RIGHTS)
    return session


@method("imopenlines.operator.answer", "imopenlines.session.join", scope=SCOPE)
def answer(call: Call) -> Any:
    """Take the talk, or come into it."""
    chat = chat_of(call)
    session = session_of(call, chat)
    if call.method.endswith("answer") or not session["OPERATOR"]:
        model.give(call.portal, chat, session, call.user_id)
        call.portal.table("line_session").update(session["ID"], ANSWERED="Y")
    else:
        chats.join(call.portal, chat, [call.user_id])
    return True


@method("imopenlines.operator.finish", "imopenlines.operator.another.finish", scope=SCOPE)
def finish(call: Call) -> Any:
    model.finish(call.portal, session_of(call, chat_of(call)))
    return True


@method("imopenlines.operator.spam", scope=SCOPE)
def spam(call: Call) -> Any:
    model.finish(call.portal, session_of(call, chat_of(call)), spam=True)
    return True


@method("imopenlines.operator.skip", scope=SCOPE)
def skip(call: Call) -> Any:
    chat = chat_of(call)
    model.skip(call.portal, chat, session_of(call, chat))
    return True


@method("imopenlines.operator.transfer", scope=SCOPE)
def transfer(call: Call) -> Any:
    """To a colleague, or to another line (`queueN` in `TRANSFER_ID`)."""
    if call.int("CHAT_ID") <= 0:
        raise RestError("CHAT_ID_EMPTY", "Chat ID can't be empty")
    chat = chat_of(call)
    transfer_to(call, chat, session_of(call, chat))
    return True


def transfer_to(call: Call, chat: Row, session: Row) -> None:
    given = str(call.get("TRANSFER_ID") or "")
    user = to_int(call.get("USER_ID")) or (to_int(given) if given.isdigit() else 0)
    line = to_int(call.get("QUEUE_ID")) or to_int(given.removeprefix("queue") if given.startswith("queue") else 0)
    if not user and not line:
        raise RestError("TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty")
    if line:
        row = call.portal.table("openline").get(line)
        queue = [one for one in (row or {"QUEUE": []})["QUEUE"] if people.is_active(call.portal, one)]
        user = queue[0] if queue else 0
        call.portal.table("line_session").update(session["ID"], LINE=line)
    if not people.is_active(call.portal, user):
        raise RestError("OPERATOR_WRONG", "You cannot redirect to this operator")
    model.give(call.portal, chat, session, user)


@method("imopenlines.session.intercept", scope=SCOPE)
def intercept(call: Call) -> Any:
    if call.int("CHAT_ID") <= 0:
        raise RestError("CHAT_ID_EMPTY", "Chat ID can't be empty")
    chat = chat_of(call)
    model.give(call.portal, chat, session_of(call, chat), call.user_id)
    return True


@method("imopenlines.session.start", "imopenlines.message.session.start", scope=SCOPE)
def begin_again(call: Call) -> Any:
    """A new session in a chat whose last one is over."""
    chat = chat_of(call)
    last = session_of(call, chat)
    if last["CLOSED"] == "Y":
        fresh = {"ANSWERED": "Y", "CLOSED": "N", "OPERATOR": call.user_id, "DATE": call.portal.iso()}
        session = call.portal.table("line_session").add({**last, **fresh})
        model.give(call.portal, chat, session, call.user_id)
        model.describe(call.portal, chat, session)
        model.tell_session(call.portal, session, "ONSESSIONSTART", "ONIMCONNECTORDIALOGSTART")
    return True


@method("imopenlines.session.open", scope=SCOPE)
def open_by_code(call: Call) -> Any:
    chat = _by_code(call)
    if chat is None or not may_handle(call, chat):
        raise RestError("ACCESS_DENIED", RIGHTS)
    return {"chatId": str(chat["ID"])}


def _by_code(call: Call) -> Row | None:
    code = str(call.get("USER_CODE") or "").removeprefix("imol|")
    return call.portal.table("chat").first(TYPE=chats.LINES, ENTITY_ID=code) if code else None


@method("imopenlines.session.mode.pin", scope=SCOPE)
def pin(call: Call) -> Any:
    return _mode(call, "PINNED")


@method("imopenlines.session.mode.silent", scope=SCOPE)
def silent(call: Call) -> Any:
    return _mode(call, "SILENT")


def _mode(call: Call, field: str) -> bool:
    session = session_of(call, chat_of(call))
    on = str(call.get("ACTIVATE") or "Y").lower() in YES
    call.portal.table("line_session").update(session["ID"], **{field: "Y" if on else "N"})
    return True


@method("imopenlines.session.mode.pinAll", "imopenlines.session.mode.unpinAll", scope=SCOPE)
def pin_all(call: Call) -> Any:
    mine = call.portal.table("line_session").where(OPERATOR=call.user_id, CLOSED="N")
    value = "N" if "unpin" in call.method.lower() else "Y"
    for session in mine:
        call.portal.table("line_session").update(session["ID"], PINNED=value)
    return [session["ID"] for session in mine]


@method("imopenlines.session.head.vote", scope=SCOPE)
def vote(call: Call) -> Any:
    session = call.portal.table("line_session").get(call.int("SESSION_ID"))
    if session is None:
        raise RestError("EMPTY_SESSION_ID", "Session ID can't be empty")
    if not call.params.has("RATING") and not call.params.has("COMMENT"):
        raise RestError("EMPTY_VOTE_PARAMS", "At least one of the parameters RATING or COMMENT must be specified")
    about = {"VOTE_HEAD": call.int("RATING", default=session["VOTE_HEAD"]), "COMMENT_HEAD": call.get("COMMENT")}
    call.portal.table("line_session").update(session["ID"], **about)
    return True


# --- reading


@method("imopenlines.dialog.get", scope=SCOPE)
def dialog(call: Call) -> Any:
    """The chat of a line by any of its names."""
    session = call.portal.table("line_session").get(call.int("SESSION_ID"))
    number = call.int("CHAT_ID") or to_int(str(call.get("DIALOG_ID") or "").removeprefix("chat"))
    number = number or to_int((session or {}).get("CHAT_ID"))
    chat = call.portal.table("chat").get(number) if number else _by_code(call)
    if chat is None or chat["TYPE"] != chats.LINES or not may_handle(call, chat):
        raise RestError("ACCESS_ERROR", "You do not have access to the specified dialog")
    return shapes.chat_im(call.portal, chat, call.user_id)


@method("imopenlines.session.history.get", scope=SCOPE)
def history(call: Call) -> Any:
    """All messages of the chat of a session, by number, with names in small letters."""
    if not call.int("SESSION_ID") and not call.int("CHAT_ID"):
        raise RestError("MISSING_REQUIRED_PARAM", "Session ID or Chat ID must be provided")
    chat = call.portal.table("chat").get(call.int("CHAT_ID"))
    session = call.portal.table("line_session").get(call.int("SESSION_ID")) or (
        model.last_session(call.portal, chat) if chat else None
    )
    chat = call.portal.table("chat").get(session["CHAT_ID"]) if session else None
    if session is None or chat is None:
        raise RestError("INVALID_SESSION_ID", "Unable to determine session ID from provided parameters")
    if not may_handle(call, chat):
        raise RestError("ACCESS_DENIED", RIGHTS)
    rows = [row for row in chats.history(call.portal, chat["ID"], limit=100_000) if not row["DELETED"]]
    users = dict.fromkeys(row["AUTHOR_ID"] for row in rows if row["AUTHOR_ID"])
    return {
        "chatId": chat["ID"], "canJoin": "Y", "canVoteHead": "Y" if call.is_admin else "N", "sessionId": session["ID"],
        "sessionVoteHead": session["VOTE_HEAD"], "sessionCommentHead": session["COMMENT_HEAD"], "userId": f"chat{chat['ID']}",
        "message": {str(row["ID"]): _line(row) for row in rows}, "usersMessage": {f"chat{chat['ID']}": [row["ID"] for row in rows]},
        "users": {str(one): people.im(call.portal, one) for one in users}, "files": {},
        "chat": {str(chat["ID"]): shapes.chat_im(call.portal, chat, call.user_id)},
    }  # fmt: skip


def _line(row: Row) -> Row:
    return {
        "id": str(row["ID"]), "chatid": str(row["CHAT_ID"]), "senderid": str(row["AUTHOR_ID"]),
        "recipientid": f"chat{row['CHAT_ID']}", "date": row["DATE"], "text": row["TEXT"], "textlegacy": row["TEXT"],
        "params": row["PARAMS"],
    }  # fmt: skip
