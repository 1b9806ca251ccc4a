"""disk.file.* of versions and search, disk.version.get, disk.attachedObject.get. Sources: `disk/file/*.md` and others."""

from typing import Any

from b24app.sandbox.families.drive import links, model, reading, shapes
from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Answer, Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row

VERSION_FILTERS = {"ID", "SIZE", "NAME", "CREATE_TIME", "CREATED_BY"}


@method("disk.file.uploadVersion", scope="disk")
def upload_version(call: Call) -> Any:
    row = reading.found(call, model.FILE)
    if not as_list(call.get("fileContent")):
        raise reading.wrong(1)
    _, body = model.content(call.get("fileContent"))
    made = model.add_version(call.portal, row, body, call.user_id)
    return shapes.item(call, made, {"GLOBAL_CONTENT_VERSION", "FILE_ID"})


@method("disk.file.getVersions", scope="disk")
def versions(call: Call) -> Any:
    """Versions, newest first."""
    row = reading.found(call, model.FILE)
    lines = [line for line in query.conditions(upper_keys(call.map("filter"))) if line.field in VERSION_FILTERS]
    rows = call.portal.table("disk_version").where(OBJECT_ID=row["ID"])[::-1]
    rows = [one for one in rows if query.passes(one, lines, call.portal.clock)]
    answer = query.page(rows, call.get("start"))
    answer.result = [shapes.version(call, one) for one in answer.result]
    return answer


@method("disk.file.restoreFromVersion", scope="disk")
def restore_version(call: Call) -> Any:
    """An older content becomes the newest version."""
    row = reading.found(call, model.FILE)
    wanted = reading.number(call, "versionId", place=1)
    old = call.portal.table("disk_version").get(wanted)
    if old is None:
        raise reading.missing(wanted)
    if old["OBJECT_ID"] != row["ID"]:
        raise RestError("DISK_FILE_22004", "Cannot restore version from another file")
    blob = call.portal.table("disk_blob").get(old["FILE_ID"]) or {}
    made = model.add_version(call.portal, row, blob["BODY"], call.user_id)
    named = model.touch(call.portal, made, call.user_id, NAME=old["NAME"])
    return shapes.item(call, named, {"GLOBAL_CONTENT_VERSION"})


@method("disk.version.get", scope="disk")
def version(call: Call) -> Any:
    wanted = to_int(call.get("id"))
    if wanted < 1:
        raise RestError("ERROR_ARGUMENT", "Invalid value of parameter `id`")
    row = call.portal.table("disk_version").get(wanted)
    if row is None:
        raise reading.missing(wanted)
    return shapes.version(call, row)


@method("disk.attachedObject.get", scope="disk")
def attached(call: Call) -> Any:
    """A file that hangs on a task, a comment, a list element."""
    wanted = reading.number(call)
    row = call.portal.table("disk_attached").get(wanted)
    file = model.objects(call.portal).get(row["OBJECT_ID"]) if row else None
    if row is None or file is None:
        raise reading.missing(wanted)
    names = ("ID", "OBJECT_ID", "MODULE_ID", "ENTITY_TYPE", "ENTITY_ID", "CREATE_TIME", "CREATED_BY")
    shown = {name: str(row[name]) for name in names}
    url = links.download_url(call, file["FILE_ID"], file["NAME"])
    return {**shown, "DOWNLOAD_URL": url, "NAME": file["NAME"], "SIZE": str(file["SIZE"])}


@method("disk.file.search", scope="disk")
def search(call: Call) -> Any:
    """Names that contain the words, anywhere the caller may look; `start` counts objects here, not pages."""
    if not call.params.has("QUERY"):
        raise RestError("ERROR_ARGUMENT", "Invalid value of parameter { Parameter #0 [ <required> $QUERY ] }.")
    words = " ".join(str(call.get("QUERY")).split())
    if not isinstance(call.get("QUERY"), str) or not 3 <= len(words) <= 255:
        raise RestError("INVALID_QUERY", "Search query is invalid. (INVALID_QUERY).")
    kind = str(call.get("TYPE") or "file")
    if kind not in {"file", "folder", "all"}:
        raise RestError("INVALID_TYPE", "Search result type is invalid. (INVALID_TYPE).")
    rows = [row for row in _scope(call) if kind in {"all", row["TYPE"]} and words.casefold() in row["NAME"].casefold()]
    first = min(max(call.int("start"), 0), 1000)
    return Answer([shapes.item(call, row) for row in rows[first : first + query.PAGE]])


def _scope(call: Call) -> list[Row]:
    """Objects inside the given storage and folder."""
    given = upper_keys(call.map("FILTER"))
    if set(given) - {"STORAGE_ID", "FOLDER_ID"}:
        raise RestError("INVALID_FILTER", "Search filter contains an unknown field. (INVALID_FILTER).")
    storage, folder = to_int(given.get("STORAGE_ID")), to_int(given.get("FOLDER_ID"))
    home = model.objects(call.portal).get(folder) if folder else None
    wrong = folder and (home is None or (storage and home["STORAGE_ID"] != storage))
    if wrong or (storage and model.storages(call.portal).get(storage) is None):
        raise RestError("NOT_FOUND", "Search scope was not found. (NOT_FOUND).")
    rows = [row for row in model.objects(call.portal) if row["PARENT_ID"] and not row["DELETED_TYPE"]]
    rows = [row for row in rows if not storage or row["STORAGE_ID"] == storage]
    if home:
        rows = [row for row in rows if home["ID"] in {one["ID"] for one in model.above(call.portal, row)}]
    return [row for row in rows if _readable(call, row)]


def _readable(call: Call, row: Row) -> bool:
    owner = model.storages(call.portal).get(row["STORAGE_ID"])
    return bool(owner and model.may_read(call.portal, owner, call.user_id))
