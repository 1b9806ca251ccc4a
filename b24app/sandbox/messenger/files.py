"""Files of chats: `imbot.v2.File.*` by bots, `im.v2.File.*` by people, `im.disk.*` of the old messenger.

Source: `chat-bots-v2/imbot.v2/files/*.md`, `chat-bots-v2/im.v2/files/*.md`, `chats/files/*.md`. A file of a chat lies on the
drive, in the folder of that chat; the message that shows it carries its number.
"""

import base64
import binascii
from pathlib import PurePath
from typing import Any

from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, people, talk
from b24app.sandbox.messenger.fields import bot_of, chat_of, pick
from b24app.sandbox.messenger.im_chats import dialog_of

LARGEST_FILE = 100 * 1024 * 1024
SAVED = "Сохранённые файлы"


@method("imbot.v2.File.upload", scope="imbot")
def bot_upload(call: Call) -> Any:
    """Keep a file and say so in the chat: one call posts the message too."""
    bot = bot_of(call)
    return _upload(call, chat_of(call, bot), bot["ID"])


@method("im.v2.File.upload", scope="im")
def upload(call: Call) -> Any:
    return _upload(call, _dialog(call), call.user_id)


def _dialog(call: Call) -> Row:
    chat = talk.dialog(call.portal, call.user_id, str(call.get("dialogId") or ""))
    if chat is None:
        known = chats.find(call.portal, call.user_id, call.get("dialogId"))
        raise access_denied("Access denied") if known else RestError("CHAT_NOT_FOUND", "CHAT_NOT_FOUND")
    return chat


def _upload(call: Call, chat: Row, author: int) -> Row:
    given = call.map("fields")
    name, body = str(pick(given, "name") or ""), str(pick(given, "content") or "")
    if not name or not body:
        raise RestError("FILE_EMPTY", "File name and content are required")
    try:
        size = len(base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError):
        raise RestError("FILE_INVALID_CONTENT", "Invalid base64 content") from None
    if size > LARGEST_FILE:
        raise RestError("FILE_TOO_LARGE", "File is too large")
    row = {
        "CHAT_ID": chat["ID"],
        "NAME": name,
        "SIZE": size,
        "BODY": body,
        "AUTHOR_ID": author,
        "DATE": call.portal.iso(),
    }
    file = call.portal.table("chat_file").add(row)
    text = str(pick(given, "message") or "")
    message = talk.say(call.portal, chat, author, text, PARAMS={"files": [file["ID"]]})
    shape = printed(call.portal, file)
    return {"file": shape, "messageId": message["ID"], "chatId": chat["ID"], "dialogId": str(call.get("dialogId"))}


def printed(portal: Portal, file: Row) -> Row:
    """The File object."""
    name, link = file["NAME"], f"{portal.origin}/im/download/?file={file['ID']}"
    viewer = {"viewer": "", "viewerType": "unknown", "src": link, "objectId": str(file["ID"]), "title": name}
    return {
        "id": file["ID"], "chatId": file["CHAT_ID"], "date": file["DATE"], "type": "file", "name": name,
        "extension": PurePath(name).suffix[1:].lower(), "size": file["SIZE"], "image": False, "status": "done",
        "progress": 100, "authorId": file["AUTHOR_ID"], "authorName": people.full_name(portal, file["AUTHOR_ID"]),
        "urlPreview": "", "urlShow": link, "urlDownload": link, "viewerAttrs": viewer,
        "mediaUrl": {"preview": {"250": ""}}, "isTranscribable": False, "isVideoNote": False, "isVoiceNote": False,
    }  # fmt: skip


@method("imbot.v2.File.download", scope="imbot")
def bot_download(call: Call) -> Any:
    """A link for one download."""
    return _download(call, int(bot_of(call)["ID"]), RestError("FILE_ACCESS_ERROR", "File access error", 403))


@method("im.v2.File.download", scope="im")
def download(call: Call) -> Any:
    return _download(call, call.user_id, access_denied("Access denied"))


def _download(call: Call, who: int, refusal: RestError) -> Row:
    file = call.portal.table("chat_file").get(call.int("fileId"))
    if file is None:
        raise RestError("FILE_NOT_FOUND", "File not found")
    chat = call.portal.table("chat").get(file["CHAT_ID"])
    if chat is None or who not in chat["USERS"]:
        raise refusal
    token = f"im{call.portal.random.getrandbits(96):024x}"
    call.portal.table("download").put(token, {"FILE_ID": file["ID"]})
    return {"downloadUrl": f"{call.portal.origin}/im/download/?token={token}"}


# --- the old messenger: files lie on the drive


@method("im.disk.folder.get", scope="im")
def disk_folder(call: Call) -> Any:
    return {"ID": _folder(call.portal, _chat(call))}


def _chat(call: Call) -> Row:
    if not call.params.has("CHAT_ID"):
        return dialog_of(call, call.user_id)
    number = call.int("CHAT_ID")
    if not number:
        raise RestError("CHAT_ID_EMPTY", "Chat ID can't be empty")
    chat = call.portal.table("chat").get(number)
    if chat is None or call.user_id not in chat["USERS"]:
        raise RestError("ACCESS_ERROR", "You do not have access to the specified dialog", 403)
    return chat


def _folder(portal: Portal, chat: Row) -> int:
    """The folder of a chat's files: a place on the drive of the chat's owner, made when it is asked for."""
    if not chat.get("DISK_FOLDER"):
        folder = _place(portal, chat["OWNER"], f"Файлы чата {chat['ID']}")
        portal.table("chat").update(chat["ID"], DISK_FOLDER=folder)
    return int(chat["DISK_FOLDER"])


def _place(portal: Portal, owner: int, name: str) -> int:
    """A folder of this name at the top of somebody's drive, the one that is there or a new one."""
    caller = Caller(owner, unlimited=True)
    wanted = {"filter": {"ENTITY_TYPE": "user", "ENTITY_ID": str(owner)}}
    drive = portal.call("disk.storage.getlist", wanted, caller).result[0]
    inside = portal.call("disk.storage.getchildren", {"id": drive["ID"], "filter": {"NAME": name}}, caller).result
    if inside:
        return int(inside[0]["ID"])
    return int(portal.call("disk.storage.addfolder", {"id": drive["ID"], "data": {"NAME": name}}, caller).result["ID"])


def _on_drive(call: Call, number: int) -> Row | None:
    try:
        return dict(call.portal.call("disk.file.get", {"id": number}, Caller(call.user_id, unlimited=True)).result)
    except RestError:
        return None


@method("im.disk.file.commit", scope="im")
def commit(call: Call) -> Any:
    """Say in a chat that a file of the drive is there."""
    chat = _chat(call)
    number = to_int(next(iter(call.rows("FILE_ID", "DISK_ID") or call.rows("UPLOAD_ID")), 0))
    if not number:
        raise RestError("FILES_ERROR", "List of files is not specified")
    found = _on_drive(call, number)
    if found is None:
        raise RestError("SAVE_ERROR", "Error during saving file to chat")
    text = str(call.get("MESSAGE") or "")
    message = talk.say(call.portal, chat, call.user_id, text, PARAMS={"FILE_ID": [number]})
    about = {
        "CHAT_ID": chat["ID"],
        "SIZE": to_int(found.get("SIZE")),
        "AUTHOR_ID": call.user_id,
        "DATE": call.portal.iso(),
    }
    shape = printed(call.portal, {"ID": number, "NAME": found["NAME"], **about})
    key = f"upload{number}"
    model = {
        "id": number,
        "name": found["NAME"],
        "size": to_int(found.get("SIZE")),
        "parentId": to_int(found["PARENT_ID"]),
    }
    return {"FILES": {key: shape}, "DISK_ID": [str(number)], "FILE_MODELS": {key: model}, "MESSAGE_ID": message["ID"]}


@method("im.disk.file.save", scope="im")
def save(call: Call) -> Any:
    """A copy of a file on the caller's own drive."""
    number = call.int("FILE_ID", "DISK_ID")
    if not number:
        raise RestError("FILE_ID_EMPTY", "File ID can't be empty")
    if _on_drive(call, number) is None:
        raise RestError("FILE_SAVE_ERROR", "File ID can't be saved")
    folder = _place(call.portal, call.user_id, SAVED)
    target = {"id": number, "targetFolderId": folder}
    copied = call.portal.call("disk.file.copyto", target, Caller(call.user_id, unlimited=True)).result
    return {"folder": {"id": folder, "name": SAVED}, "file": {"id": to_int(copied["ID"]), "name": copied["NAME"]}}


@method("im.disk.file.delete", scope="im")
def delete(call: Call) -> Any:
    chat, number = _chat(call), call.int("FILE_ID", "DISK_ID")
    if not number:
        raise RestError("FILE_ID_EMPTY", "File ID can't be empty")
    found = _on_drive(call, number)
    if found is None or to_int(found["PARENT_ID"]) != chat.get("DISK_FOLDER"):
        return False
    call.portal.call("disk.file.delete", {"id": number}, Caller(call.user_id, unlimited=True))
    return True
