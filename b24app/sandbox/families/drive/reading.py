"""What the methods of the Drive share: finding what the caller means, lists, new folders and files."""

from typing import Any

from b24app.sandbox.families.drive import links, model, shapes
from b24app.sandbox.families.kit.fields import flag
from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Answer, Call, as_list, to_int
from b24app.sandbox.kernel.store import Row


def wrong(place: int) -> RestError:
    """The refusal of an absent argument, by its place."""
    return RestError("ERROR_ARGUMENT", f"Invalid value of parameter {{Parameter #{place}}}")


def missing(number: Any) -> RestError:
    """There is nothing under this number."""
    return RestError("ERROR_NOT_FOUND", f"Could not find entity with id `{number}`")


def number(call: Call, name: str = "id", *, place: int = 0) -> int:
    """A number that must be there."""
    value = to_int(call.get(name))
    if value < 1:
        raise wrong(place)
    return value


def storage(call: Call) -> Row:
    """The storage of `id`, if the caller may read it."""
    wanted = number(call)
    row = model.storages(call.portal).get(wanted)
    if row is None:
        raise missing(wanted)
    if not model.may_read(call.portal, row, call.user_id):
        raise access_denied("Access denied", 400)
    return row


def found(call: Call, kind: str, name: str = "id", *, place: int = 0, trash: bool = False) -> Row:
    """The folder or file of a parameter; what lies in the trash is only seen by those who restore it."""
    wanted = number(call, name, place=place)
    row = model.objects(call.portal).get(wanted)
    if row is None or row["TYPE"] != kind or (row["DELETED_TYPE"] and not trash):
        raise missing(wanted)
    owner = model.storages(call.portal).get(row["STORAGE_ID"])
    if owner is None or not (
        model.may_read(call.portal, owner, call.user_id) or model.shared(call.portal, row, call.user_id)
    ):
        raise access_denied("Access denied", 400)
    return row


def listed(call: Call, rows: list[Row]) -> Answer:
    """Filter, order and page of a list; fields that cannot be filtered by are passed over."""
    lines = query.conditions(upper_keys(call.map("filter")))
    for line in lines:
        if not shapes.filterable(line.field):
            call.portal.tell(f"{call.method}: there is no filter by {line.field}, it was passed over")
    lines = [line for line in lines if shapes.filterable(line.field)]
    rows = [row for row in rows if query.passes(row, lines, call.portal.clock)]
    order = {name: value for name, value in upper_keys(call.map("order")).items() if shapes.filterable(name)}
    return query.page(query.ordered(rows, order or {"ID": "ASC"}, call.portal.clock), call.get("start"))


def children(call: Call, folder: Row) -> Answer:
    """A page of what lies in a folder."""
    answer = listed(call, model.children(call.portal, folder))
    answer.result = [shapes.item(call, row) for row in answer.result]
    return answer


def add_folder(call: Call, folder: Row) -> dict[str, Any]:
    """A new folder named by `data[NAME]`."""
    name = str(upper_keys(call.map("data")).get("NAME") or "").strip()
    if not name:
        raise wrong(1)
    return shapes.item(call, model.add_folder(call.portal, folder, name, call.user_id), shapes.MADE)


def upload(call: Call, folder: Row) -> dict[str, Any]:
    """A new file; without `fileContent`, the address to post one to."""
    unique = flag(call.get("generateUniqueName"))
    if not as_list(call.get("fileContent")):
        return {"field": "file", "uploadUrl": links.upload_url(call, folder, unique=unique)}
    name = str(upper_keys(call.map("data")).get("NAME") or "").strip()
    if not name:
        text = "Error: required parameter NAME (DISK_BASE_SERVICE_22001)"
        raise RestError("DISK_BASE_SERVICE_22001", text)
    _, body = model.content(call.get("fileContent"))
    made = model.add_file(call.portal, folder, name, body, call.user_id, unique=unique)
    return shapes.item(call, made, shapes.MADE)
