"""Drive rows as the portal prints them: strings from the database, numbers for what the call itself has set."""

from collections.abc import Collection
from typing import Any

from b24app.sandbox.families.drive import links, model
from b24app.sandbox.kernel.registry import Call
from b24app.sandbox.kernel.store import Row

FOLDER_FIELDS = ("ID", "NAME", "CODE", "STORAGE_ID", "TYPE", "REAL_OBJECT_ID", "PARENT_ID", "DELETED_TYPE",
                 "CREATE_TIME", "UPDATE_TIME", "DELETE_TIME", "CREATED_BY", "UPDATED_BY", "DELETED_BY")  # fmt: skip
FILE_FIELDS = ("ID", "NAME", "CODE", "STORAGE_ID", "TYPE", "PARENT_ID", "DELETED_TYPE", "GLOBAL_CONTENT_VERSION",
               "FILE_ID", "SIZE", "CREATE_TIME", "UPDATE_TIME", "DELETE_TIME", "CREATED_BY", "UPDATED_BY",
               "DELETED_BY")  # fmt: skip
MADE = frozenset({"ID", "REAL_OBJECT_ID", "DELETED_TYPE", "GLOBAL_CONTENT_VERSION", "FILE_ID"})
STORAGE = {"ID": "integer", "NAME": "string", "CODE": "string", "MODULE_ID": "string", "ENTITY_TYPE": "string",
           "ENTITY_ID": "string", "ROOT_OBJECT_ID": "integer"}  # fmt: skip
_TYPES = {"NAME": "string", "TYPE": "enum", "CODE": "string", "DELETED_TYPE": "enum"}
_UNFILTERED = {"MODULE_ID", "ROOT_OBJECT_ID", "REAL_OBJECT_ID", "CREATED_BY", "UPDATED_BY", "DELETED_BY",
               "GLOBAL_CONTENT_VERSION", "FILE_ID", "SIZE"}  # fmt: skip


def fields(names: Collection[str]) -> dict[str, Any]:
    """`getFields` of a folder or a file."""
    return {name: _described(name, _type(name)) for name in names}


def storage_fields() -> dict[str, Any]:
    """`getFields` of a storage."""
    return {name: _described(name, kind) for name, kind in STORAGE.items()}


def filterable(name: str) -> bool:
    """Whether a list may be filtered and ordered by this field."""
    known = {*FOLDER_FIELDS, *FILE_FIELDS, *STORAGE}
    return name in known and name not in _UNFILTERED


def _type(name: str) -> str:
    return "datetime" if name.endswith("_TIME") else _TYPES.get(name, "integer")


def _described(name: str, kind: str) -> dict[str, Any]:
    return {"TYPE": kind, "USE_IN_FILTER": name not in _UNFILTERED, "USE_IN_SHOW": True}


def storage(row: Row) -> dict[str, Any]:
    """A storage: strings."""
    return {name: None if row[name] is None else str(row[name]) for name in STORAGE}


def item(call: Call, row: Row, fresh: Collection[str] = ()) -> dict[str, Any]:
    """A folder or a file; `fresh` names the fields this call has set."""
    names = FILE_FIELDS if row["TYPE"] == model.FILE else FOLDER_FIELDS
    full = {**row, "REAL_OBJECT_ID": row["ID"], "DELETED_BY": row["DELETED_BY"] or (None if "ID" in fresh else 0)}
    shown = {name: full[name] if name in fresh or full[name] is None else str(full[name]) for name in names}
    if row["TYPE"] == model.FILE:
        shown["DOWNLOAD_URL"] = links.download_url(call, row["FILE_ID"], row["NAME"])
    return {**shown, "DETAIL_URL": f"{links.origin(call)}{_path(call, row)}"}


def _path(call: Call, row: Row) -> str:
    names = [one["NAME"] for one in model.above(call.portal, row)[:-1][::-1]] + [row["NAME"]]
    owner = model.storages(call.portal).get(row["STORAGE_ID"]) or {}
    base = {
        model.USER: f"/company/personal/user/{owner.get('ENTITY_ID')}/disk",
        model.GROUP: f"/workgroups/group/{owner.get('ENTITY_ID')}/disk",
    }.get(str(owner.get("ENTITY_TYPE")), "/docs")
    act = "file" if row["TYPE"] == model.FILE else "path"
    return f"{base}/{act}/{'/'.join(names)}"


def version(call: Call, row: Row) -> dict[str, Any]:
    """A version of a file."""
    names = ("ID", "OBJECT_ID", "SIZE", "NAME", "GLOBAL_CONTENT_VERSION", "CREATE_TIME", "CREATED_BY")
    shown = {name: str(row[name]) for name in names}
    return {**shown, "DOWNLOAD_URL": links.download_url(call, row["FILE_ID"], row["NAME"])}
