"""imconnector.*: a messenger of an application on an open line.

Source: `api-reference/imopenlines/imconnector/*.md`; methods.md G.1. Refusals of `register` come with a good status.
"""

from typing import Any

from b24app.sandbox.families.openlines import model
from b24app.sandbox.kernel.errors import RestError, bad_argument
from b24app.sandbox.kernel.registry import Call, Only, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, talk

SCOPE = "imconnector"
OWN = {"livechat": "Онлайн-чат", "telegrambot": "Telegram", "network": "Битрикс24.Network"}
YES = frozenset({"1", "y", "true"})


def _refused(code: str, text: str) -> Row:
    return {"result": False, "error": code, "error_description": text}


@method("imconnector.register", scope=SCOPE, only=Only.APPLICATION)
def register(call: Call) -> Any:
    """A connector of this application; the same id again replaces it."""
    given, icon = call.get("ID"), call.map("ICON")
    if not isinstance(given, str) or not given:
        return _refused("CONNECTOR_ID_REQUIRED", "Connector ID is not specified")
    if "." in given:
        text = "Application registration error. Using a dot in the connector identifier is not allowed"
        return _refused("APPLICATION_REGISTRATION_ERROR_POINT", text)
    if not call.get("NAME"):
        return _refused("NAME_REQUIRED", "Connector name is not specified")
    if not icon.get("DATA_IMAGE"):
        return _refused("ICON_REQUIRED", "Connector icon is not specified")
    if not call.get("PLACEMENT_HANDLER"):
        return _refused("NO_PLACEMENT_HANDLER", "Failed to get embedding handler URL")
    row = {"ID": given.lower(), "NAME": str(call.get("NAME")), "ICON": icon, "HANDLER": call.get("PLACEMENT_HANDLER")}
    call.portal.table("im_connector").put(given.lower(), {**row, "APP_ID": call.app["ID"]})
    return {"result": True}


@method("imconnector.unregister", scope=SCOPE, only=Only.APPLICATION)
def unregister(call: Call) -> Any:
    name = str(call.get("ID") or "").lower()
    row = call.portal.table("im_connector").get(name)
    if row is None or row["APP_ID"] != call.app["ID"]:
        return _refused("APPLICATION_UNREGISTRATION_ERROR", "Error unregistering the application")
    call.portal.table("im_connector").delete(name)
    return {"result": True}


@method("imconnector.list", scope=SCOPE, only=Only.APPLICATION)
def listing(call: Call) -> Any:
    return {**OWN, **{row["ID"]: row["NAME"] for row in call.portal.table("im_connector")}}


def _place(call: Call) -> tuple[str, int]:
    return str(call.argument("CONNECTOR")).lower(), to_int(call.argument("LINE"))


@method("imconnector.activate", scope=SCOPE, only=Only.APPLICATION)
def activate(call: Call) -> Any:
    connector, line = _place(call)
    value = call.get("ACTIVE")
    if value in (None, ""):
        raise bad_argument("ACTIVE")
    key, table = f"{connector}:{line}", call.portal.table("connector_line")
    on = str(value).lower() in YES
    table.put(key, {**(table.get(key) or {"CONNECTOR": connector, "LINE": line, "DATA": {}}), "ACTIVE": on})
    if not on:
        data = {"connector": connector, "line": line}
        only = model.app_of(call.portal, connector)
        call.portal.raise_event("ONIMCONNECTORSTATUSDELETE", data, user=call.user_id, only_app=only)
    return True


@method("imconnector.connector.data.set", scope=SCOPE, only=Only.APPLICATION)
def data_set(call: Call) -> Any:
    connector, line = _place(call)
    data = as_map(call.argument("DATA"))
    key, table = f"{connector}:{line}", call.portal.table("connector_line")
    row = table.get(key) or {"CONNECTOR": connector, "LINE": line, "ACTIVE": False}
    table.put(key, {**row, "DATA": data})
    return True


@method("imconnector.status", scope=SCOPE, only=Only.APPLICATION)
def status(call: Call) -> Any:
    connector, line = str(call.argument("CONNECTOR")).lower(), call.int("LINE")
    row = call.portal.table("connector_line").get(f"{connector}:{line}")
    known = call.portal.table("im_connector").get(connector)
    on = model.is_active(call.portal, connector, line)
    return {"LINE": line, "CONNECTOR": connector, "ERROR": False, "CONFIGURED": bool(row and known), "STATUS": on}


# --- messages


def _messages(call: Call) -> tuple[str, int, list[Row]]:
    connector, line = _place(call)
    given = call.argument("MESSAGES")
    if not isinstance(given, list | dict):
        raise bad_argument("MESSAGES", "The value of an argument 'MESSAGES' must be of type array")
    rows = as_list(given)
    if not all(isinstance(row, dict) for row in rows):
        raise bad_argument("MESSAGES", "The MESSAGES parameter must be an array of messages (arrays)")
    if call.portal.table("im_connector").get(connector) is None:
        text = "Could not find a suitable provider for the connector"
        raise RestError("IMCONNECTOR_NO_CORRECT_PROVIDER", text)
    return connector, line, rows


def _active(call: Call, connector: str, line: int) -> None:
    if not model.is_active(call.portal, connector, line):
        raise RestError("NOT_ACTIVE_LINE", "Line with such ID is inactive or does not exist")


@method("imconnector.send.messages", scope=SCOPE, only=Only.APPLICATION)
def send_messages(call: Call) -> Any:
    """Messages of customers come in."""
    connector, line, rows = _messages(call)
    _active(call, connector, line)
    for row in rows:
        if not {"user", "message", "chat"} <= set(row) or not as_map(row["user"]).get("id"):
            raise bad_argument("MESSAGES", "The incorrect structure of a message inside MESSAGES parameter")
    return {"SUCCESS": True, "DATA": {"RESULT": [_come_in(call, connector, line, row) for row in rows]}}


def _come_in(call: Call, connector: str, line: int, row: Row) -> Row:
    user, message, chat = as_map(row["user"]), as_map(row["message"]), as_map(row["chat"])
    place = model.Place(connector, line, str(chat.get("id") or ""), str(chat.get("name") or ""))
    said, session = model.receive(call.portal, place, _guest(user), message)
    shown = {"id": message.get("id"), "date": {}, "text": said["TEXT"], "files": as_list(message.get("files"))}
    about = {"user": str(said["AUTHOR_ID"]), "message": shown, "chat": chat, "extra": {}, "SUCCESS": True}
    return {**about, "session": {"ID": str(session["ID"]), "CHAT_ID": str(session["CHAT_ID"])}}


def _guest(user: Row) -> model.Guest:
    fields = ("name", "last_name", "email", "phone")
    return model.Guest(str(user["id"]), *(str(user.get(name) or "") for name in fields))


@method("imconnector.update.messages", scope=SCOPE, only=Only.APPLICATION)
def update_messages(call: Call) -> Any:
    return _changed(call, delete=False)


@method("imconnector.delete.messages", scope=SCOPE, only=Only.APPLICATION)
def delete_messages(call: Call) -> Any:
    return _changed(call, delete=True)


def _changed(call: Call, *, delete: bool) -> Row:
    connector, line, rows = _messages(call)
    _active(call, connector, line)
    return {"SUCCESS": True, "DATA": {"RESULT": [_change(call, connector, line, row, delete=delete) for row in rows]}}


def _change(call: Call, connector: str, line: int, row: Row, *, delete: bool) -> Row:
    user, given, chat = as_map(row.get("user")), as_map(row.get("message")), as_map(row.get("chat"))
    found = _find(call, connector, line, str(user.get("id") or ""), str(given.get("id") or ""))
    answer = {"user": str(found["AUTHOR_ID"]) if found else "", "message": given, "chat": chat}
    if found is not None and delete:
        talk.delete(call.portal, found)
    elif found is not None:
        talk.change(call.portal, found, {"TEXT": str(given.get("text") or "")})
    return {**answer, "SUCCESS": found is not None}


def _find(call: Call, connector: str, line: int, user: str, outer: str) -> Row | None:
    """A customer's message by its number in the outer messenger."""
    guest = call.portal.users.first(XML_ID=f"imconnector|{connector}|{line}|{user}")
    for session in call.portal.table("line_session").where(CONNECTOR=connector, LINE=line):
        if guest is None or session["GUEST"] == guest["ID"]:
            for message in chats.history(call.portal, session["CHAT_ID"], limit=100_000):
                if outer in (message["PARAMS"].get("connectorMid") or []) and not message["DELETED"]:
                    return message
    return None


@method("imconnector.send.status.delivery", scope=SCOPE, only=Only.APPLICATION)
def delivered(call: Call) -> Any:
    """The outer messenger has taken an operator's message and gave it numbers of its own."""
    _, _, rows = _messages(call)
    for row in rows:
        number = to_int(as_map(row.get("im")).get("message_id"))
        message = call.portal.table("message").get(number)
        if message is not None:
            outer = [str(one) for one in as_list(as_map(row.get("message")).get("id"))]
            call.portal.table("message").update(number, PARAMS={**message["PARAMS"], "connectorMid": outer})
    return {"SUCCESS": True, "DATA": []}


@method("imconnector.send.status.reading", scope=SCOPE, only=Only.APPLICATION)
def read(call: Call) -> Any:
    _, _, rows = _messages(call)
    for row in rows:
        about = as_map(row.get("im"))
        chat = call.portal.table("chat").get(to_int(about.get("chat_id")))
        session = model.last_session(call.portal, chat) if chat else None
        if chat and session:
            chats.read(call.portal, chat, session["GUEST"], to_int(about.get("message_id")))
    return {"SUCCESS": True, "DATA": []}


@method("imconnector.chat.name.set", scope=SCOPE, only=Only.APPLICATION)
def chat_name(call: Call) -> Any:
    connector, line = _place(call)
    outer, name = str(call.argument("CHAT_ID")), str(call.argument("NAME"))
    _active(call, connector, line)
    session = call.portal.table("line_session").first(CONNECTOR=connector, LINE=line, OUTER_CHAT=outer)
    if session is None:
        raise RestError("CHAT_RENAMING_FAILED", "Failed to rename the chat")
    call.portal.table("chat").update(session["CHAT_ID"], TITLE=name)
    return {"SUCCESS": True, "DATA": {"RESULT": {}}}
