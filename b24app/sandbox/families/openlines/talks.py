"""Talks of CRM elements, and of bots that answer on a line.

Source: `api-reference/imopenlines/openlines/{chats,messages,chat-bots}/*.md`; methods.md G.2.
"""

from typing import Any

from b24app.sandbox.families.openlines import model
from b24app.sandbox.families.openlines.sessions import SCOPE, YES, chat_of, session_of, transfer_to
from b24app.sandbox.kernel.errors import RestError, access_denied, bad_argument
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, talk

# --- talks of CRM elements


def _element(call: Call) -> tuple[str, int]:
    kind = str(call.argument("CRM_ENTITY_TYPE")).lower()
    number = call.argument("CRM_ENTITY")
    if not str(number).isdigit():
        raise bad_argument("CRM_ENTITY", "The value of an argument 'CRM_ENTITY' has an invalid type")
    return kind, int(number)


def _talks(call: Call, kind: str, number: int) -> list[Row]:
    lines = call.portal.table("chat").where(TYPE=chats.LINES)
    return [chat for chat in lines if (chat.get("CRM") or {}).get(kind) == number]


@method("imopenlines.crm.chat.get", scope=SCOPE)
def crm_chats(call: Call) -> Any:
    kind, number = _element(call)
    active_only = str(call.get("ACTIVE_ONLY") or "Y").lower() in YES
    found = []
    for chat in _talks(call, kind, number):
        session = model.last_session(call.portal, chat)
        if session and (session["CLOSED"] == "N" or not active_only):
            connector = call.portal.table("im_connector").get(session["CONNECTOR"]) or {"NAME": session["CONNECTOR"]}
            found.append(
                {"CHAT_ID": str(chat["ID"]), "CONNECTOR_ID": session["CONNECTOR"], "CONNECTOR_TITLE": connector["NAME"]}
            )
    return found


@method("imopenlines.crm.chat.getLastId", scope=SCOPE)
def crm_last_chat(call: Call) -> Any:
    if not call.get("CRM_ENTITY_TYPE") or not call.get("CRM_ENTITY"):
        raise RestError("CRM_CHAT_EMPTY_CRM_DATA", "Empty CRM data")
    found = _talks(call, *_element(call))
    if not found:
        raise RestError("CRM_CHAT_EMPTY_CRM_DATA", "Could not find CRM object")
    return max(chat["ID"] for chat in found)


@method("imopenlines.crm.chat.user.add", scope=SCOPE)
def crm_user_add(call: Call) -> Any:
    chat = _crm_chat(call)
    chats.join(call.portal, chat, [to_int(call.argument("USER_ID"))])
    return chat["ID"]


@method("imopenlines.crm.chat.user.delete", scope=SCOPE)
def crm_user_delete(call: Call) -> Any:
    chat = _crm_chat(call)
    chats.leave(call.portal, chat, to_int(call.argument("USER_ID")))
    return chat["ID"]


def _crm_chat(call: Call) -> Row:
    kind, number = _element(call)
    found = _talks(call, kind, number)
    wanted = call.int("CHAT_ID") or (found[-1]["ID"] if found else 0)
    chat = next((one for one in found if one["ID"] == wanted), None)
    if chat is None:
        raise RestError("CHAT_NOT_IN_CRM", "Chat does not belong to the CRM entity being checked")
    return chat


@method("imopenlines.crm.message.add", scope=SCOPE)
def crm_message(call: Call) -> Any:
    """A message to the customer in the name of an employee who is in the chat."""
    for name in ("USER_ID", "CHAT_ID", "MESSAGE"):
        call.argument(name)
    chat, user = _crm_chat(call), call.int("USER_ID")
    if user not in chat["USERS"]:
        raise RestError("CANCELED", "You cannot send messages to the specified chat")
    return talk.say(call.portal, chat, user, str(call.get("MESSAGE")))["ID"]


@method("imopenlines.crm.lead.create", scope=SCOPE)
def lead(call: Call) -> Any:
    chat = chat_of(call)
    session = session_of(call, chat)
    if call.user_id not in chat["USERS"]:
        raise RestError("ERROR_USER_NOT_OPERATOR", "Attempt to save a CRM object by a user who is not an operator")
    known = chat.get("CRM") or {}
    if "lead" not in known:
        chat = call.portal.table("chat").update(
            chat["ID"], CRM={**known, "lead": model.create(call.portal, "lead", chat, session)}
        )
        model.describe(call.portal, chat, session)
    return True


@method("imopenlines.message.quick.save", scope=SCOPE)
def quick_save(call: Call) -> Any:
    chat = chat_of(call)
    message = call.portal.table("message").get(call.int("MESSAGE_ID"))
    if message is None or message["CHAT_ID"] != chat["ID"]:
        raise RestError("CANT_SAVE_QUICK_ANSWER", "Error saving quick answer")
    call.portal.table("quick_answer").add({"LINE": session_of(call, chat)["LINE"], "TEXT": message["TEXT"]})
    return True


# --- bots on a line


def _bots_talk(call: Call) -> tuple[Row, Row]:
    if call.int("CHAT_ID") <= 0:
        raise RestError("CHAT_ID_EMPTY", "Chat ID can't be empty")
    chat = call.portal.table("chat").get(call.int("CHAT_ID"))
    if chat is None or chat["TYPE"] != chats.LINES:
        raise access_denied()
    session = session_of(call, chat)
    if not people.is_bot(call.portal, session["OPERATOR"]):
        raise RestError("WRONG_CHAT", "Operator is not a bot")
    return chat, session


@method("imopenlines.bot.session.operator", scope=SCOPE)
def bot_operator(call: Call) -> Any:
    chat, session = _bots_talk(call)
    model.skip(call.portal, chat, session)
    return True


@method("imopenlines.bot.session.transfer", scope=SCOPE)
def bot_transfer(call: Call) -> Any:
    chat, session = _bots_talk(call)
    transfer_to(call, chat, session)
    return True


@method("imopenlines.bot.session.finish", scope=SCOPE)
def bot_finish(call: Call) -> Any:
    _, session = _bots_talk(call)
    model.finish(call.portal, session)
    return True


@method("imopenlines.bot.session.message.send", scope=SCOPE)
def bot_message(call: Call) -> Any:
    chat, session = _bots_talk(call)
    if str(call.get("NAME") or "DEFAULT").upper() == "WELCOME":
        line = call.portal.table("openline").get(session["LINE"]) or {}
        text = str(line.get("WELCOME_MESSAGE_TEXT") or "Здравствуйте! Сейчас вам ответят.")
    else:
        text = str(call.get("MESSAGE") or "")
    talk.say(call.portal, chat, session["OPERATOR"], text)
    return True
