"""disk.folder.*, and what files share with folders: rename, copy, move, trash, links. Source: `disk/folder/*.md`."""

from typing import Any

from b24app.sandbox.families.drive import links, model, reading, shapes
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row

LEVELS = {"disk_access_read", "disk_access_add", "disk_access_edit", "disk_access_full"}


@method("disk.folder.getFields", scope="disk")
def folder_fields(_: Call) -> Any:
    return shapes.fields(shapes.FOLDER_FIELDS)


@method("disk.file.getFields", scope="disk")
def file_fields(_: Call) -> Any:
    return shapes.fields(shapes.FILE_FIELDS)


@method("disk.folder.getChildren", scope="disk")
def get_children(call: Call) -> Any:
    return reading.children(call, reading.found(call, model.FOLDER))


@method("disk.folder.addSubFolder", scope="disk")
def add_subfolder(call: Call) -> Any:
    return reading.add_folder(call, reading.found(call, model.FOLDER))


@method("disk.folder.uploadFile", scope="disk")
def upload_file(call: Call) -> Any:
    return reading.upload(call, reading.found(call, model.FOLDER))


@method("disk.folder.shareToUser", scope="disk")
def share(call: Call) -> Any:
    """Open a folder to somebody."""
    row = reading.found(call, model.FOLDER)
    user, level = reading.number(call, "userId", place=1), str(call.get("taskName") or "")
    if not level:
        raise reading.wrong(2)
    if level not in LEVELS or user not in call.portal.users:
        raise access_denied("Access denied", 400)
    call.portal.table("disk_share").put(f"{row['ID']}:{user}", {"LEVEL": level})
    return True


@method("disk.folder.deleteTree", scope="disk")
def delete_tree(call: Call) -> Any:
    model.erase(call.portal, _not_root(reading.found(call, model.FOLDER, trash=True), "delete"))
    return True


@method("disk.file.delete", scope="disk")
def delete_file(call: Call) -> Any:
    model.erase(call.portal, reading.found(call, model.FILE, trash=True))
    return True


def _not_root(row: Row, act: str) -> Row:
    if not row["PARENT_ID"]:
        raise RestError("DISK_OBJ_22000", f"Could not {act} root folder")
    return row


def _both(kind: str) -> None:
    """The acts that folders and files have in common."""

    @method(f"disk.{kind}.get", scope="disk")
    def get(call: Call) -> Any:
        return shapes.item(call, reading.found(call, kind))

    @method(f"disk.{kind}.rename", scope="disk")
    def rename(call: Call) -> Any:
        row = reading.found(call, kind)
        if not call.params.has("newName"):
            raise reading.wrong(1)
        name = str(call.get("newName") or "").strip()
        if not name:
            raise RestError("0", "Empty name")
        parent = model.objects(call.portal).get(row["PARENT_ID"])
        if parent:
            model.named(call.portal, parent, kind, name, but=row["ID"])
        return shapes.item(call, model.touch(call.portal, row, call.user_id, NAME=name))

    @method(f"disk.{kind}.copyTo", scope="disk")
    def copy_to(call: Call) -> Any:
        row = reading.found(call, kind)
        target = reading.found(call, model.FOLDER, "targetFolderId", place=1)
        return shapes.item(call, model.copy(call.portal, row, target, call.user_id), shapes.MADE)

    @method(f"disk.{kind}.moveTo", scope="disk")
    def move_to(call: Call) -> Any:
        row = _not_root(reading.found(call, kind), "move")
        target = reading.found(call, model.FOLDER, "targetFolderId", place=1)
        if target["STORAGE_ID"] != row["STORAGE_ID"] or row["ID"] in _chain(call, target):
            raise access_denied("Access denied", 400)
        model.named(call.portal, target, kind, row["NAME"], but=row["ID"])
        moved = model.touch(call.portal, row, call.user_id, PARENT_ID=target["ID"])
        return shapes.item(call, moved, {"PARENT_ID"})


def _trash(kind: str) -> None:
    """Into the trash and back, and the public address."""

    @method(f"disk.{kind}.markDeleted", scope="disk")
    def mark_deleted(call: Call) -> Any:
        row = _not_root(reading.found(call, kind), "delete")
        fields = {"DELETED_TYPE": model.TRASH, "DELETE_TIME": call.portal.iso(), "DELETED_BY": call.user_id}
        fresh = {"DELETED_TYPE"} if kind == model.FOLDER else ()
        return shapes.item(call, model.objects(call.portal).update(row["ID"], **fields), fresh)

    @method(f"disk.{kind}.restore", scope="disk")
    def restore(call: Call) -> Any:
        row = reading.found(call, kind, trash=True)
        parent = model.objects(call.portal).get(row["PARENT_ID"])
        name = (
            model.named(call.portal, parent, kind, row["NAME"], unique=True, but=row["ID"]) if parent else row["NAME"]
        )
        back = model.touch(call.portal, row, call.user_id, DELETED_TYPE=0, NAME=name)
        return shapes.item(call, back, {"DELETED_TYPE"})

    @method(f"disk.{kind}.getExternalLink", scope="disk")
    def external_link(call: Call) -> Any:
        """One short public address per object."""
        row = reading.found(call, kind)
        if not row.get("LINK"):
            alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
            code = "".join(call.portal.random.choices(alphabet, k=5))
            row = model.objects(call.portal).update(row["ID"], LINK=code)
        return f"{links.origin(call)}/~{row['LINK']}"


def _chain(call: Call, target: Row) -> set[int]:
    return {target["ID"], *(one["ID"] for one in model.above(call.portal, target))}


for one in (model.FOLDER, model.FILE):
    _both(one)
    _trash(one)
