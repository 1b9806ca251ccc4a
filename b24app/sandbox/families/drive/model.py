"""Storages, folders and files as rows; contents are kept as base64 in `disk_blob`.

`disk_object` holds folders and files by their Drive number (`ID`); `FILE_ID` is the number of the content.
"""

import base64
import binascii
from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import as_list
from b24app.sandbox.kernel.store import Row, Table

USER, COMMON, GROUP, APP = "user", "common", "group", "restapp"
FOLDER, FILE = "folder", "file"
TRASH = 3
CLASHES = {FOLDER: "A folder with this name already exists", FILE: "A file with this name already exists"}


def objects(portal: Portal) -> Table:
    """Folders and files."""
    return portal.table("disk_object")


def storages(portal: Portal) -> Table:
    """Storages; one for each employee and each group, one of the company, made when somebody looks."""
    _ensure(portal, COMMON, "shared_files_s1", "Общий диск", 1)
    for user in portal.users:
        if user.get("USER_TYPE") in (None, "", "employee"):
            name = " ".join(part for part in (user.get("NAME"), user.get("LAST_NAME")) if part)
            _ensure(portal, USER, str(user["ID"]), name, user["ID"])
    for group in portal.table("sonet_group"):
        _ensure(portal, GROUP, str(group["ID"]), group["NAME"], group["OWNER_ID"])
    return portal.table("disk_storage")


def _ensure(portal: Portal, kind: str, number: str, name: str, owner: int) -> Row:
    table = portal.table("disk_storage")
    known = table.first(ENTITY_TYPE=kind, ENTITY_ID=number)
    if known:
        return known
    about = {"CODE": None, "MODULE_ID": "disk", "ENTITY_TYPE": kind, "ENTITY_ID": number, "ROOT_OBJECT_ID": None}
    made = table.add({"NAME": name, **about})
    root = _add(portal, {"NAME": name, "STORAGE_ID": made["ID"], "TYPE": FOLDER, "PARENT_ID": 0}, owner)
    return table.update(made["ID"], ROOT_OBJECT_ID=root["ID"])


def app_storage(portal: Portal, app: Row) -> Row:
    """The storage of an application."""
    return _ensure(portal, APP, str(app["ID"]), str(app.get("NAME") or "bitrix.restapi"), 1)


def may_read(portal: Portal, storage: Row, user: int) -> bool:
    """One's own storage, that of one's groups, the company's; administrators see all."""
    kind, number = storage["ENTITY_TYPE"], str(storage["ENTITY_ID"])
    if kind == GROUP:
        member = portal.table("sonet_member").first(GROUP_ID=int(number), USER_ID=user) is not None
        return member or portal.is_admin(user)
    return kind in {COMMON, APP} or number == str(user) or portal.is_admin(user)


def shared(portal: Portal, item: Row, user: int) -> bool:
    """Whether the folder, or one above it, was shared with this person."""
    return any(f"{one['ID']}:{user}" in portal.table("disk_share") for one in [item, *above(portal, item)])


def above(portal: Portal, item: Row) -> list[Row]:
    """Folders over an object, nearest first."""
    found: list[Row] = []
    row = objects(portal).get(item["PARENT_ID"])
    while row is not None:
        found.append(row)
        row = objects(portal).get(row["PARENT_ID"])
    return found


def children(portal: Portal, folder: Row, *, trash: bool = False) -> list[Row]:
    """What lies in a folder, oldest first."""
    rows = objects(portal).where(PARENT_ID=folder["ID"])
    return [row for row in rows if trash or row["DELETED_TYPE"] == 0]


def _add(portal: Portal, fields: Row, user: int) -> Row:
    now = portal.iso()
    row = {
        "NAME": "", "CODE": None, "STORAGE_ID": None, "TYPE": FOLDER, "PARENT_ID": 0, "DELETED_TYPE": 0,
        "CREATE_TIME": now, "UPDATE_TIME": now, "DELETE_TIME": None, "CREATED_BY": user, "UPDATED_BY": user,
        "DELETED_BY": None,
    }  # fmt: skip
    return objects(portal).add({**row, **fields})


def named(portal: Portal, folder: Row, kind: str, name: str, *, unique: bool = False, but: int = 0) -> str:
    """A name that is free in the folder: the wanted one, else a numbered one or a refusal."""
    taken = {row["NAME"].casefold() for row in children(portal, folder) if row["TYPE"] == kind and row["ID"] != but}
    if name.casefold() not in taken:
        return name
    if not unique:
        raise RestError("DISK_OBJ_22000", CLASHES[kind])
    stem, dot, tail = name.rpartition(".") if kind == FILE and "." in name else (name, "", "")
    numbered = (f"{stem} ({number}){dot}{tail}" for number in range(1, len(taken) + 2))
    return next(one for one in numbered if one.casefold() not in taken)


def add_folder(portal: Portal, folder: Row, name: str, user: int) -> Row:
    """A new folder in a folder."""
    fields = {"NAME": named(portal, folder, FOLDER, name), "STORAGE_ID": folder["STORAGE_ID"], "TYPE": FOLDER}
    return _add(portal, {**fields, "PARENT_ID": folder["ID"]}, user)


def content(given: Any) -> tuple[str, str]:
    """Name and base64 of `["name", "base64"]`; refuses what cannot be decoded."""
    pair = as_list(given)
    name, body = (str(pair[0]), str(pair[1])) if len(pair) > 1 else ("", str(pair[0] if pair else ""))
    try:
        base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise RestError("ERROR_COULD_NOT_SAVE_FILE", "Could not save file") from None
    return name, body


def keep(portal: Portal, body: str, name: str) -> Row:
    """Store a content."""
    return portal.table("disk_blob").add({"NAME": name, "BODY": body, "SIZE": len(base64.b64decode(body))})


def add_file(portal: Portal, folder: Row, name: str, body: str, user: int, *, unique: bool = False) -> Row:
    """A new file in a folder."""
    free = named(portal, folder, FILE, name, unique=unique)
    blob = keep(portal, body, free)
    fields = {"NAME": free, "STORAGE_ID": folder["STORAGE_ID"], "TYPE": FILE, "PARENT_ID": folder["ID"]}
    row = _add(portal, {**fields, "GLOBAL_CONTENT_VERSION": 1, "FILE_ID": blob["ID"], "SIZE": blob["SIZE"]}, user)
    _version(portal, row, blob, user)
    return row


def _version(portal: Portal, file: Row, blob: Row, user: int) -> Row:
    about = {"NAME": file["NAME"], "SIZE": blob["SIZE"], "GLOBAL_CONTENT_VERSION": file["GLOBAL_CONTENT_VERSION"]}
    about |= {"CREATE_TIME": portal.iso(), "CREATED_BY": user}
    return portal.table("disk_version").add({"OBJECT_ID": file["ID"], "FILE_ID": blob["ID"], **about})


def add_version(portal: Portal, file: Row, body: str, user: int) -> Row:
    """A newer content of the same file."""
    blob = keep(portal, body, file["NAME"])
    fields = {"GLOBAL_CONTENT_VERSION": file["GLOBAL_CONTENT_VERSION"] + 1, "FILE_ID": blob["ID"], "SIZE": blob["SIZE"]}
    file = touch(portal, file, user, **fields)
    _version(portal, file, blob, user)
    return file


def touch(portal: Portal, item: Row, user: int, **fields: Any) -> Row:
    """Change an object."""
    return objects(portal).update(item["ID"], UPDATE_TIME=portal.iso(), UPDATED_BY=user, **fields)


def copy(portal: Portal, item: Row, target: Row, user: int) -> Row:
    """A copy with everything below it."""
    name = named(portal, target, item["TYPE"], item["NAME"])
    fields = {**item, "NAME": name, "STORAGE_ID": target["STORAGE_ID"], "PARENT_ID": target["ID"], "DELETED_BY": None}
    stamp = {"CREATE_TIME": portal.iso(), "UPDATE_TIME": portal.iso(), "CREATED_BY": user, "UPDATED_BY": user}
    inside = children(portal, item) if item["TYPE"] == FOLDER else []
    made = objects(portal).add({**{k: v for k, v in fields.items() if k != "ID"}, **stamp})
    if made["TYPE"] == FILE:
        objects(portal).update(made["ID"], GLOBAL_CONTENT_VERSION=1)
        _version(portal, made, portal.table("disk_blob").get(made["FILE_ID"]) or {}, user)
    for one in inside:
        copy(portal, one, made, user)
    return made


def erase(portal: Portal, item: Row) -> None:
    """An object and everything below it, for good."""
    for one in children(portal, item, trash=True):
        erase(portal, one)
    for name in ("disk_version", "disk_attached"):
        for row in portal.table(name).where(OBJECT_ID=item["ID"]):
            portal.table(name).delete(row["ID"])
    objects(portal).delete(item["ID"])
